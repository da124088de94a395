// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event rings: every event is taken once, wherever in the ring it is, however
 * many there are, and whatever the hypervisor does at the same time.
 */
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <asm/mshyperv.h>

#include "../event_ring.h"
#include "../hvcall.h"
#include "../port.h"

#define SINT		5
#define ENTRIES		63
#define MANY		4000
#define MORE_AT		10	/* the event during which others come */

/**
 * struct fixture - a ring, its reader, and a hypervisor that rings 1, 2, 3...
 * @lock: the hypervisor's own; the reader does not take it
 * @ring: the ring
 * @reader: the reader
 * @next: where the hypervisor writes next
 * @last: the last event that rang
 * @written: the last event that found room
 * @signals: how often the hypervisor interrupted the reader
 * @notified: how often it was told that there is room
 * @taken: how many events the reader took
 * @in_order: they came in the order of their numbers
 * @masked: the mask was closed at each of them
 * @more: how many events come during event MORE_AT
 * @always_full: the hypervisor claims that without reason
 * @status: what telling it returns
 * @wait: for @signals
 * @over: the test does not go on
 */
struct fixture {
	spinlock_t lock;	/* see above */
	struct hv_synic_event_ring ring;
	struct mshv_event_ring reader;
	u32 next;
	u32 last, written;
	atomic_t signals;
	u32 notified;
	u32 taken;
	bool in_order, masked;
	u32 more;
	bool always_full;
	u64 status;
	wait_queue_head_t wait;
	bool over;
};

static bool put_event(struct fixture *fx)
{
	u32 *entry = &fx->ring.data[fx->next];

	if (READ_ONCE(*entry)) {
		WRITE_ONCE(fx->ring.ring_full, 1);
		smp_mb(); /* set first, then look again */
		if (READ_ONCE(*entry))
			return false;
	}
	WRITE_ONCE(*entry, ++fx->written);
	fx->next = (fx->next + 1) % ENTRIES;
	return true;
}

/* Events that found no room before come first. */
static void put_events(struct fixture *fx)
{
	while (fx->written < fx->last && put_event(fx))
		if (!xchg(&fx->ring.signal_masked, 1)) {
			atomic_inc(&fx->signals);
			wake_up(&fx->wait);
		}
}

static void ring_events(struct fixture *fx, u32 count)
{
	guard(spinlock)(&fx->lock);
	while (count--) {
		fx->last++;
		/* What waits for room waits until it is said that there is some. */
		if (fx->last == fx->written + 1)
			put_events(fx);
	}
}

static bool fake_port_ring(u32 id)
{
	struct fixture *fx = kunit_get_current_test()->priv;

	if (id != ++fx->taken)
		fx->in_order = false;
	if (!READ_ONCE(fx->ring.signal_masked))
		fx->masked = false;
	if (id == MORE_AT)
		ring_events(fx, fx->more);
	return true;
}

static u64 fake_hvcall(u16 code, const void *in, size_t in_size,
		       void *out, size_t out_size)
{
	struct fixture *fx = kunit_get_current_test()->priv;
	const union hv_input_notify_port_ring_empty *notify = in;

	if (code != HVCALL_NOTIFY_PORT_RING_EMPTY ||
	    in_size != sizeof(*notify) || notify->sint_index != SINT ||
	    notify->reserved)
		return HV_STATUS_INVALID_PARAMETER;
	fx->notified++;
	if (fx->status)
		return fx->status;

	guard(spinlock)(&fx->lock);
	put_events(fx);
	if (fx->always_full)
		WRITE_ONCE(fx->ring.ring_full, 1);
	return HV_STATUS_SUCCESS;
}

static void drain(struct fixture *fx)
{
	mshv_event_ring_read(&fx->reader, U32_MAX);
}

static int event_ring_init(struct kunit *test)
{
	struct fixture *fx = kunit_kzalloc(test, sizeof(*fx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fx);
	spin_lock_init(&fx->lock);
	init_waitqueue_head(&fx->wait);
	fx->reader.ring = &fx->ring;
	fx->reader.sint = SINT;
	fx->in_order = true;
	fx->masked = true;
	test->priv = fx;
	kunit_activate_static_stub(test, mshv_port_ring, fake_port_ring);
	kunit_activate_static_stub(test, mshv_hvcall, fake_hvcall);
	return 0;
}

/* All events so far are taken, and the next one will be signalled. */
static void expect_drained(struct kunit *test)
{
	struct fixture *fx = test->priv;

	KUNIT_EXPECT_EQ(test, fx->taken, fx->last);
	KUNIT_EXPECT_TRUE(test, fx->in_order);
	KUNIT_EXPECT_TRUE(test, fx->masked);
	KUNIT_EXPECT_EQ(test, fx->ring.signal_masked, 0);
	KUNIT_EXPECT_EQ(test, fx->ring.ring_full, 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(fx->ring.data, 0,
					   sizeof(fx->ring.data)));
}

static void nothing_is_taken_from_an_empty_ring(struct kunit *test)
{
	struct fixture *fx = test->priv;

	drain(fx);
	expect_drained(test);
	KUNIT_EXPECT_EQ(test, fx->notified, 0);
}

static void events_go_round(struct kunit *test)
{
	struct fixture *fx = test->priv;

	for (u32 i = 0; i < 40; i++) {
		ring_events(fx, 5);
		drain(fx);
		expect_drained(test);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&fx->signals), 40);
	KUNIT_EXPECT_EQ(test, fx->notified, 0);
}

static void a_full_ring_is_no_overflow(struct kunit *test)
{
	struct fixture *fx = test->priv;

	fx->next = 17;
	fx->reader.next = 17;
	ring_events(fx, ENTRIES);
	drain(fx);
	expect_drained(test);
	KUNIT_EXPECT_EQ(test, fx->notified, 0);
}

static void events_that_found_no_room_come_later(struct kunit *test)
{
	struct fixture *fx = test->priv;

	ring_events(fx, 3 * ENTRIES + 1);
	KUNIT_EXPECT_EQ(test, fx->written, ENTRIES);
	drain(fx);
	expect_drained(test);
	KUNIT_EXPECT_EQ(test, fx->notified, 3);
	KUNIT_EXPECT_EQ(test, atomic_read(&fx->signals), 1);
}

static void the_hypervisor_may_begin_anywhere(struct kunit *test)
{
	struct fixture *fx = test->priv;

	for (u32 start = 0; start < ENTRIES; start++) {
		fx->next = start;
		fx->reader.next = 0;
		ring_events(fx, start ? min(ENTRIES - start + 5, start) : 1);
		if (fx->ring.data[0])
			fx->reader.next = start;
		drain(fx);
		expect_drained(test);
	}
}

/* The hint is in the middle of what is there: the order is lost, no more. */
static void a_wrong_hint_loses_nothing(struct kunit *test)
{
	struct fixture *fx = test->priv;

	for (u32 hint = 0; hint < ENTRIES; hint++) {
		fx->reader.next = hint;
		ring_events(fx, 20);
		drain(fx);
		fx->in_order = true;
		expect_drained(test);
	}
}

static void events_that_come_meanwhile_are_taken(struct kunit *test)
{
	struct fixture *fx = test->priv;

	fx->more = 2 * ENTRIES;
	ring_events(fx, MORE_AT);
	drain(fx);
	expect_drained(test);
	/* The mask is closed: only the first event was worth an interrupt. */
	KUNIT_EXPECT_EQ(test, atomic_read(&fx->signals), 1);
}

static void full_without_events_ends(struct kunit *test)
{
	struct fixture *fx = test->priv;

	fx->always_full = true;
	fx->ring.ring_full = 1;
	drain(fx);
	KUNIT_EXPECT_EQ(test, fx->notified, 1);

	ring_events(fx, 1);
	drain(fx);
	KUNIT_EXPECT_EQ(test, fx->taken, 1);
	KUNIT_EXPECT_LE(test, fx->notified, 3);
	KUNIT_EXPECT_EQ(test, fx->ring.signal_masked, 0);
}

static void a_refusal_to_make_room_ends(struct kunit *test)
{
	struct fixture *fx = test->priv;

	fx->status = HV_STATUS_ACCESS_DENIED;
	ring_events(fx, ENTRIES + 1);
	drain(fx);
	KUNIT_EXPECT_EQ(test, fx->taken, ENTRIES);
	KUNIT_EXPECT_EQ(test, fx->notified, 1);
	KUNIT_EXPECT_EQ(test, fx->ring.ring_full, 0);
}

static void the_mask_is_closed_while_reading(struct kunit *test)
{
	struct fixture *fx = test->priv;

	/* Also where the hypervisor does not close it itself. */
	ring_events(fx, 1);
	fx->ring.signal_masked = 0;
	drain(fx);
	expect_drained(test);
}

static void a_budget_is_kept(struct kunit *test)
{
	struct fixture *fx = test->priv;
	int rounds = 1;

	ring_events(fx, 2 * ENTRIES);
	KUNIT_EXPECT_TRUE(test, mshv_event_ring_read(&fx->reader, 10));
	KUNIT_EXPECT_EQ(test, fx->taken, 10);

	/* What comes now causes no interrupt: the reader comes back by itself. */
	KUNIT_EXPECT_EQ(test, fx->ring.signal_masked, 1);
	ring_events(fx, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&fx->signals), 1);
	while (mshv_event_ring_read(&fx->reader, 10))
		rounds++;
	expect_drained(test);
	KUNIT_EXPECT_EQ(test, rounds, (2 * ENTRIES + 1) / 10);
	ring_events(fx, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&fx->signals), 2);
}

static void begin_behind(struct fixture *fx, u32 number)
{
	fx->last = number;
	fx->written = number;
	fx->taken = number;
}

/* Events come at the last moment at which they cause no interrupt. */
static void ring_and_unmask(struct hv_synic_event_ring *ring)
{
	struct fixture *fx = kunit_get_current_test()->priv;

	ring_events(fx, fx->more);
	fx->more = 0;
	WRITE_ONCE(ring->signal_masked, 0);
}

static void events_before_the_mask_opens_are_taken(struct kunit *test)
{
	struct fixture *fx = test->priv;

	kunit_activate_static_stub(test, mshv_event_ring_unmask,
				   ring_and_unmask);
	begin_behind(fx, MORE_AT);
	fx->more = 2 * ENTRIES;
	ring_events(fx, 1);
	drain(fx);
	expect_drained(test);
	KUNIT_EXPECT_EQ(test, atomic_read(&fx->signals), 1);
}

/*
 * The hypervisor found the ring full while it was, and says so when the reader has
 * emptied it already.
 */
static void say_full_and_unmask(struct hv_synic_event_ring *ring)
{
	struct fixture *fx = kunit_get_current_test()->priv;

	if (fx->more) {
		fx->more = 0;
		fx->last++;
		WRITE_ONCE(ring->ring_full, 1);
	}
	WRITE_ONCE(ring->signal_masked, 0);
}

static void full_before_the_mask_opens_is_seen(struct kunit *test)
{
	struct fixture *fx = test->priv;

	kunit_activate_static_stub(test, mshv_event_ring_unmask,
				   say_full_and_unmask);
	begin_behind(fx, MORE_AT);
	fx->more = 1;
	ring_events(fx, ENTRIES);
	drain(fx);
	expect_drained(test);
	KUNIT_EXPECT_EQ(test, fx->notified, 1);
}

/*
 * An event, alone or with many others, as soon as the one before it is taken and
 * a little later: about the time at which the reader opens the mask.
 */
static int ring_many(void *data)
{
	struct fixture *fx = data;

	for (u32 i = 0; i < MANY; i++) {
		u32 burst = i % 256 ? 1 : 3 * ENTRIES;

		for (u32 pause = i % 128; pause; pause--)
			cpu_relax();
		ring_events(fx, burst);
		while (READ_ONCE(fx->taken) != READ_ONCE(fx->last) &&
		       !READ_ONCE(fx->over))
			cond_resched();
	}
	return 0;
}

/*
 * The hypervisor writes on one processor while the reader reads on another. The
 * reader looks only when it was interrupted: what it misses, it misses for good.
 */
static void no_event_is_lost_in_a_race(struct kunit *test)
{
	const u32 all = MANY + DIV_ROUND_UP(MANY, 256) * (3 * ENTRIES - 1);
	struct fixture *fx = test->priv;
	struct task_struct *ringer = kthread_create(ring_many, fx, "ringer");
	int seen = 0;

	KUNIT_ASSERT_FALSE(test, IS_ERR(ringer));
	get_task_struct(ringer);
	wake_up_process(ringer);
	while (fx->taken < all) {
		if (!wait_event_timeout(fx->wait,
					atomic_read(&fx->signals) != seen, HZ))
			break;
		seen = atomic_read(&fx->signals);
		drain(fx);
	}
	WRITE_ONCE(fx->over, true);
	kthread_stop_put(ringer);
	KUNIT_EXPECT_EQ(test, fx->taken, all);
	expect_drained(test);
}

static struct kunit_case event_ring_cases[] = {
	KUNIT_CASE(nothing_is_taken_from_an_empty_ring),
	KUNIT_CASE(events_go_round),
	KUNIT_CASE(a_full_ring_is_no_overflow),
	KUNIT_CASE(events_that_found_no_room_come_later),
	KUNIT_CASE(the_hypervisor_may_begin_anywhere),
	KUNIT_CASE(a_wrong_hint_loses_nothing),
	KUNIT_CASE(events_that_come_meanwhile_are_taken),
	KUNIT_CASE(full_without_events_ends),
	KUNIT_CASE(a_refusal_to_make_room_ends),
	KUNIT_CASE(the_mask_is_closed_while_reading),
	KUNIT_CASE(a_budget_is_kept),
	KUNIT_CASE(events_before_the_mask_opens_are_taken),
	KUNIT_CASE(full_before_the_mask_opens_is_seen),
	KUNIT_CASE(no_event_is_lost_in_a_race),
	{}
};

static struct kunit_suite event_ring_suite = {
	.name = "mshv-event-ring",
	.init = event_ring_init,
	.test_cases = event_ring_cases,
};

kunit_test_suite(event_ring_suite);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Synthetic timers of VPs of children. They count the reference time, and tell by
 * a message, or directly by an interrupt.
 */
#include "child.h"
#include "tlfs_synthetic.h"

#define SHORTEST_PERIOD		500UL		/* 50 us */
#define LONGEST_WAIT		(3600UL * HV_REFERENCE_HZ)

static struct child_stimer *timer_of(struct child_vp *vp, u32 msr)
{
	return &vp->synic.timers[(msr - HV_MSR_STIMER0_CONFIG) / 2];
}

static bool is_count(u32 msr)
{
	return (msr - HV_MSR_STIMER0_CONFIG) % 2;
}

/**
 * child_stimer_get() - Read a register
 * @vp: whose
 * @msr: HV_MSR_STIMER0_CONFIG to HV_MSR_STIMER3_COUNT
 * @value: set to its value
 *
 * Return: true.
 */
bool child_stimer_get(struct child_vp *vp, u32 msr, u64 *value)
{
	const struct child_stimer *timer = timer_of(vp, msr);

	*value = is_count(msr) ? timer->count : timer->config;
	return true;
}

/* A timer without a way to tell, or without a count, does not run. */
static void start(const struct child_vp *vp, struct child_stimer *timer)
{
	u64 config = timer->config;
	bool can_tell = config & HV_STIMER_DIRECT ?
			HV_STIMER_VECTOR(config) >= HV_SINT_FIRST_VECTOR :
			HV_STIMER_SINT(config);

	timer->pending = false;
	timer->due = TIMER_NEVER;
	if (!timer->count || !can_tell)
		timer->config &= ~HV_STIMER_ENABLE;
	if (!(timer->config & HV_STIMER_ENABLE))
		return;
	timer->due = timer->count;
	if (config & HV_STIMER_PERIODIC)
		timer->due = child_reference_get(vp->child) +
			     max(timer->count, SHORTEST_PERIOD);
}

/**
 * child_stimer_set() - Write a register
 * @vp: whose, at hand
 * @msr: HV_MSR_STIMER0_CONFIG to HV_MSR_STIMER3_COUNT
 * @value: new value
 *
 * Return: false when it does not take the value.
 */
bool child_stimer_set(struct child_vp *vp, u32 msr, u64 value)
{
	struct child_stimer *timer = timer_of(vp, msr);

	if (is_count(msr)) {
		timer->count = value;
		if (!value)
			timer->config &= ~HV_STIMER_ENABLE;
		else if (timer->config & HV_STIMER_AUTO_ENABLE)
			timer->config |= HV_STIMER_ENABLE;
	} else {
		if (value & ~HV_STIMER_DEFINED)
			return false;
		timer->config = value;
		/* The count may come later. */
		if (!timer->count) {
			timer->due = TIMER_NEVER;
			return true;
		}
	}
	start(vp, timer);
	return true;
}

/* A time that has come is the beginning of all time. */
static u64 tsc_of(const struct child *child, u64 reference)
{
	u64 now = child_reference_get(child), wait;

	if (reference <= now)
		return 0;
	wait = min(reference - now, LONGEST_WAIT);
	return child_time_now(child) +
	       wait * (clock_tsc_hz() / 1000) / (HV_REFERENCE_HZ / 1000) + 1;
}

/**
 * child_stimer_deadline() - When does the first of them expire?
 * @vp: whose
 *
 * Return: TSC, or TIMER_NEVER.
 */
u64 child_stimer_deadline(const struct child_vp *vp)
{
	u64 first = TIMER_NEVER;
	u32 i;

	for (i = 0; i < CHILD_STIMERS; i++)
		first = min(first, vp->synic.timers[i].due);
	return first == TIMER_NEVER ? first : tsc_of(vp->child, first);
}

static bool send_message(struct child_vp *vp, u32 n)
{
	struct child_stimer *timer = &vp->synic.timers[n];
	u32 sint = HV_STIMER_SINT(timer->config);
	struct hv_message *slot = child_synic_slot(vp, sint);
	struct hv_timer_message *payload;

	if (!slot)
		return false;
	payload = (void *)slot->payload;
	slot->payload_size = sizeof(*payload);
	slot->flags = 0;
	slot->sender = 0;
	*payload = (struct hv_timer_message) {
		.timer = n,
		.expired = timer->expired,
		.delivered = child_reference_get(vp->child),
	};
	WRITE_ONCE(slot->type, HV_MESSAGE_TIMER_EXPIRED);
	child_synic_raise(vp, sint);
	return true;
}

static void tell(struct child_vp *vp, u32 n)
{
	struct child_stimer *timer = &vp->synic.timers[n];
	const struct apic_interrupt interrupt = {
		.mode = HV_INTERRUPT_FIXED,
		.vector = HV_STIMER_VECTOR(timer->config),
	};

	if (timer->config & HV_STIMER_DIRECT)
		child_apic_accept(vp, &interrupt);
	else
		timer->pending = !send_message(vp, n);
}

/* Periods that were missed are lost. */
static void expire(struct child_vp *vp, u32 n, u64 now)
{
	struct child_stimer *timer = &vp->synic.timers[n];

	timer->expired = timer->due;
	if (timer->config & HV_STIMER_PERIODIC) {
		timer->due = max(timer->due + max(timer->count,
						  SHORTEST_PERIOD), now);
	} else {
		timer->due = TIMER_NEVER;
		timer->config &= ~HV_STIMER_ENABLE;
	}
	tell(vp, n);
}

/**
 * child_stimer_expire() - Let the timers expire whose time has come
 * @vp: whose, at hand
 */
void child_stimer_expire(struct child_vp *vp)
{
	u64 now = child_reference_get(vp->child);
	u32 i;

	for (i = 0; i < CHILD_STIMERS; i++)
		if (vp->synic.timers[i].due <= now)
			expire(vp, i, now);
}

/**
 * child_stimer_retry() - There may be room for messages that wait
 * @vp: whose, at hand
 */
void child_stimer_retry(struct child_vp *vp)
{
	u32 i;

	for (i = 0; i < CHILD_STIMERS; i++) {
		struct child_stimer *timer = &vp->synic.timers[i];

		if (timer->pending)
			timer->pending = !send_message(vp, i);
	}
}

/**
 * child_stimer_get_state() - Read all timers of a VP
 * @vp: whose
 * @state: zeroed; @adjustment of a periodic one that runs is when it is due
 */
void child_stimer_get_state(const struct child_vp *vp,
			    struct hv_timers_state *state)
{
	u32 i;

	for (i = 0; i < CHILD_STIMERS; i++) {
		const struct child_stimer *timer = &vp->synic.timers[i];
		bool periodic = timer->config & HV_STIMER_PERIODIC;

		state->timers[i] = (struct hv_timer_state) {
			.flags = timer->pending ? HV_TIMER_PENDING : 0,
			.config = timer->config,
			.count = timer->count,
			.adjustment = periodic && timer->due != TIMER_NEVER ?
				      timer->due : 0,
			.undelivered_time = timer->pending ? timer->expired : 0,
		};
	}
}

static bool valid_state(const struct hv_timers_state *state)
{
	u32 i;

	for (i = 0; i < CHILD_STIMERS; i++)
		if ((state->timers[i].flags & ~HV_TIMER_PENDING) ||
		    state->timers[i].reserved ||
		    (state->timers[i].config & ~HV_STIMER_DEFINED))
			return false;
	return all_zero(state->reserved, sizeof(state->reserved));
}

/**
 * child_stimer_set_state() - Write all timers of a VP
 * @vp: whose, at hand
 * @state: the timers
 *
 * Return: false when there is no such state, and nothing was written.
 */
bool child_stimer_set_state(struct child_vp *vp,
			    const struct hv_timers_state *state)
{
	u32 i;

	if (!valid_state(state))
		return false;
	for (i = 0; i < CHILD_STIMERS; i++) {
		const struct hv_timer_state *from = &state->timers[i];
		struct child_stimer *timer = &vp->synic.timers[i];

		timer->config = from->config;
		timer->count = from->count;
		start(vp, timer);
		if (timer->due != TIMER_NEVER && from->adjustment)
			timer->due = from->adjustment;
		timer->pending = from->flags & HV_TIMER_PENDING;
		timer->expired = from->undelivered_time;
	}
	child_stimer_retry(vp);
	return true;
}

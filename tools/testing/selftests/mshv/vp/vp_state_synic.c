// SPDX-License-Identifier: GPL-2.0-only
/*
 * State of a VP's SynIC and its synthetic timers: messages that nobody has read,
 * events that nobody has seen, and times that have not come.
 */
#include "lib/synthetic_fixture.h"
#include "lib/background.h"
#include "lib/guest_synthetic.h"
#include "lib/state.h"
#include "lib/vp.h"

#define READY_PORT	0x10
#define VECTOR		0x61
#define SINT		3
#define TIMER		1
#define FOREVER		_BITULL(60)	/* reference time */
#define TEXT		0x0123456789abcdefULL
#define MESSAGE		0x00000077	/* a type that is not the hypervisor's */

/* As the hypervisor has them */
struct timers_state {
	struct {
		__u32 flags;
		__u32 reserved;
		__u64 config;
		__u64 count;
		__u64 adjustment;
		__u64 undelivered_time;
	} timers[4];
	__u64 reserved[5];
};

static __guest_handler void count(struct interrupt_frame *frame)
{
	add(COUNT, 1);
	apic_eoi();
}

/* Each time it is run it tells what is on its pages. */
static __guest void show_pages(__u64 unused)
{
	synic_enable(SINT, VECTOR);
	for (;;) {
		out8(READY_PORT, 0);
		out32(RESULT_PORT, message_type(SINT));
		out32(RESULT_PORT, load(message_of(SINT) + MESSAGE_PAYLOAD));
		out32(RESULT_PORT, load(EVENTS + SINT * 256));
	}
}

static bool shows(struct vp *vp, __u32 type, __u32 payload, __u32 flags)
{
	return vp_writes_port(vp, RESULT_PORT, 4, type) &&
	       vp_writes_port(vp, RESULT_PORT, 4, payload) &&
	       vp_writes_port(vp, RESULT_PORT, 4, flags) &&
	       vp_writes_port(vp, READY_PORT, 1, 0);
}

TEST_F(synthetic, pages_are_saved_and_restored)
{
	struct vp *vp = vp_new_at(self->vm, 0, show_pages, 0);
	__u8 *messages = memory_new(PAGE_SIZE), *events = memory_new(PAGE_SIZE);
	__u8 *saved = memory_new(PAGE_SIZE);

	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	EXPECT_EQ(PAGE_SIZE, get_state(vp, MSHV_VP_STATE_SIMP, saved));
	EXPECT_EQ(PAGE_SIZE, get_state(vp, MSHV_VP_STATE_SIEFP, events));
	ASSERT_TRUE(shows(vp, 0, 0, 0));

	memcpy(messages, saved, PAGE_SIZE);
	*(__u32 *)(messages + SINT * MESSAGE_SIZE) = MESSAGE;
	*(__u64 *)(messages + SINT * MESSAGE_SIZE + MESSAGE_PAYLOAD) = TEXT;
	*(__u64 *)(events + SINT * 256) = 0x88;
	ASSERT_EQ(0, set_state(vp, MSHV_VP_STATE_SIMP, messages));
	ASSERT_EQ(0, set_state(vp, MSHV_VP_STATE_SIEFP, events));
	ASSERT_TRUE(shows(vp, MESSAGE, (__u32)TEXT, 0x88));

	memset(messages, 0, PAGE_SIZE);
	get_state(vp, MSHV_VP_STATE_SIMP, messages);
	EXPECT_EQ(MESSAGE, *(__u32 *)(messages + SINT * MESSAGE_SIZE));
	ASSERT_EQ(0, set_state(vp, MSHV_VP_STATE_SIMP, saved));
	ASSERT_TRUE(shows(vp, 0, 0, 0x88));
}

static __guest void wait_for_timer(__u64 unused)
{
	apic_enable(true);
	write_msr(MSR_STIMER0_CONFIG + 2 * TIMER,
		  STIMER_DIRECT | STIMER_VECTOR(VECTOR) | STIMER_AUTO_ENABLE);
	write_msr(MSR_STIMER0_COUNT + 2 * TIMER, FOREVER);
	out8(READY_PORT, 0);
	while (!load(COUNT))
		wait_for_interrupt();
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

TEST_F(synthetic, timer_runs_as_it_was_saved)
{
	struct vp *vp = vp_new_at(self->vm, 0, wait_for_timer, 0);
	struct timers_state *state = memory_new(PAGE_SIZE);

	vm_handle(self->vm, VECTOR, count);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	EXPECT_EQ(sizeof(*state),
		  get_state(vp, MSHV_VP_STATE_SYNTHETIC_TIMERS, state));
	EXPECT_EQ(STIMER_ENABLE | STIMER_DIRECT | STIMER_VECTOR(VECTOR) |
		  STIMER_AUTO_ENABLE, state->timers[TIMER].config);
	EXPECT_EQ(FOREVER, state->timers[TIMER].count);
	EXPECT_EQ(0, state->timers[0].config);

	/* Its time has come long ago. */
	state->timers[TIMER].count = 1;
	ASSERT_EQ(0, set_state(vp, MSHV_VP_STATE_SYNTHETIC_TIMERS, state));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, ALL_WELL));
	EXPECT_EQ(1, counter(self->vm, COUNT));
	get_state(vp, MSHV_VP_STATE_SYNTHETIC_TIMERS, state);
	EXPECT_EQ(0, state->timers[TIMER].config & STIMER_ENABLE);
}

TEST_F(synthetic, impossible_timers_are_refused)
{
	struct vp *vp = vp_new_at(self->vm, 0, wait_for_timer, 0);
	struct timers_state *state = memory_new(PAGE_SIZE);

	get_state(vp, MSHV_VP_STATE_SYNTHETIC_TIMERS, state);
	state->reserved[4] = 1;
	EXPECT_EQ(-EINVAL, set_state(vp, MSHV_VP_STATE_SYNTHETIC_TIMERS, state));
	state->reserved[4] = 0;
	state->timers[3].config = 1ULL << 40;
	EXPECT_EQ(-EINVAL, set_state(vp, MSHV_VP_STATE_SYNTHETIC_TIMERS, state));
	state->timers[3].config = 0;
	EXPECT_EQ(0, set_state(vp, MSHV_VP_STATE_SYNTHETIC_TIMERS, state));
}

TEST_HARNESS_MAIN

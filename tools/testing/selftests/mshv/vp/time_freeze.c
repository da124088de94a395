// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest whose time stands still, and goes on without a jump or from where the
 * VMM has moved it: its clocks, and the timers that count them.
 */
#include "lib/synthetic_fixture.h"
#include "lib/background.h"
#include "lib/guest_synthetic.h"
#include "lib/host.h"
#include "lib/state.h"
#include "lib/vp.h"

#define READY_PORT	0x10
#define VECTOR		0x61

#define UNITS_PER_US	10UL		/* of the reference time */
#define FROZEN_US	200000
#define LONGEST_US	(64UL * FROZEN_US)
#define HOUR		36000000000ULL

/* Where the guest notes what its clocks say */
#define ASKED		(GUEST_SCRATCH + 32)
#define COMPUTED	(GUEST_SCRATCH + 40)
#define ASKED_AGAIN	(GUEST_SCRATCH + 48)

/* How long its timer runs, and whether it was not yet due after the pause */
#define PERIOD		(GUEST_SCRATCH + 56)
#define IN_TIME		(GUEST_SCRATCH + 64)

static __guest_handler void count(struct interrupt_frame *frame)
{
	add(COUNT, 1);
	apic_eoi();
}

static bool freeze(struct vm *vm, bool frozen)
{
	return !vm_set_property(vm, HV_PROPERTY_TIME_FREEZE, frozen);
}

static __guest void note_clocks(__u64 unused)
{
	write_msr(MSR_REFERENCE_TSC, TIME | PAGE_ENABLED);
	if (!(__u32)load(TIME))
		halt();
	for (;;) {
		store(ASKED, asked_time());
		store(COMPUTED, page_time());
		store(ASKED_AGAIN, asked_time());
		out8(READY_PORT, 0);
	}
}

/* Returns whether the guest has noted its clocks anew, and they agree. */
static bool clocks_agree(struct vm *vm, struct vp *vp)
{
	return vp_writes_port(vp, READY_PORT, 1, 0) &&
	       counter(vm, ASKED) <= counter(vm, COMPUTED) &&
	       counter(vm, COMPUTED) <= counter(vm, ASKED_AGAIN);
}

TEST_F(synthetic, clocks_go_on_from_where_they_stopped)
{
	struct vp *vp = vp_new_at(self->vm, 0, note_clocks, 0);
	__u64 began, stopped, frozen, took;
	int i;

	ASSERT_TRUE(clocks_agree(self->vm, vp));
	for (i = 0; i < 2; i++) {
		stopped = counter(self->vm, ASKED_AGAIN);
		began = now_us();
		ASSERT_TRUE(freeze(self->vm, true));
		frozen = vp_get(vp, HV_REG_TIME_REF_COUNT);
		EXPECT_LE(stopped, frozen);
		sleep_us(FROZEN_US);
		EXPECT_EQ(frozen, vp_get(vp, HV_REG_TIME_REF_COUNT));
		EXPECT_EQ(frozen, vm_get_property(self->vm,
						  HV_PROPERTY_REFERENCE_TIME));
		ASSERT_TRUE(freeze(self->vm, false));

		ASSERT_TRUE(clocks_agree(self->vm, vp));
		took = now_us() - began;
		EXPECT_LE(frozen, counter(self->vm, ASKED));
		EXPECT_GE(stopped + (took - FROZEN_US / 2) * UNITS_PER_US,
			  counter(self->vm, ASKED_AGAIN));
	}
}

TEST_F(synthetic, clocks_go_on_from_where_they_are_moved)
{
	struct vp *vp = vp_new_at(self->vm, 0, note_clocks, 0);
	__u64 later;

	ASSERT_TRUE(clocks_agree(self->vm, vp));
	later = counter(self->vm, ASKED) + HOUR;
	EXPECT_NE(0, vm_set_property(self->vm, HV_PROPERTY_REFERENCE_TIME,
				     later));
	ASSERT_TRUE(freeze(self->vm, true));
	EXPECT_EQ(0, vm_set_property(self->vm, HV_PROPERTY_REFERENCE_TIME,
				     later));
	EXPECT_EQ(later, vm_get_property(self->vm, HV_PROPERTY_REFERENCE_TIME));
	ASSERT_TRUE(freeze(self->vm, false));
	ASSERT_TRUE(clocks_agree(self->vm, vp));
	EXPECT_LE(later, counter(self->vm, ASKED));
	EXPECT_GE(later + HOUR, counter(self->vm, ASKED));
}

/* A VP that is made later has the same time as the others. */
static __guest void tell_tsc(__u64 unused)
{
	out8(READY_PORT, 0);
	store(COMPUTED, read_tsc());
	out8(READY_PORT, 1);
	halt();
}

TEST_F(synthetic, vp_that_comes_later_has_the_same_time)
{
	struct vp *vp = vp_new_at(self->vm, 0, note_clocks, 0), *other;
	__u64 before;

	ASSERT_TRUE(clocks_agree(self->vm, vp));
	ASSERT_TRUE(freeze(self->vm, true));
	sleep_us(FROZEN_US);
	ASSERT_TRUE(freeze(self->vm, false));

	other = vp_new_at(self->vm, 1, tell_tsc, 0);
	ASSERT_TRUE(vp_writes_port(other, READY_PORT, 1, 0));
	before = vp_get(vp, HV_REG_TSC);
	ASSERT_TRUE(vp_writes_port(other, READY_PORT, 1, 1));
	EXPECT_LE(before, counter(self->vm, COMPUTED));
	EXPECT_GE(vp_get(vp, HV_REG_TSC), counter(self->vm, COMPUTED));
}

/* It is stopped at the port, before the timer is due. */
static __guest void wait_for_timer(__u64 config)
{
	const __u64 wait = load(PERIOD);
	__u64 due;

	apic_enable(true);
	due = asked_time() + wait;
	write_msr(MSR_STIMER0_CONFIG, config);
	write_msr(MSR_STIMER0_COUNT, config & STIMER_PERIODIC ? wait : due);
	out8(READY_PORT, 0);
	store(IN_TIME, asked_time() < due && !load(COUNT));
	out8(READY_PORT, 1);
	while (!load(COUNT))
		wait_for_interrupt();
	out32(RESULT_PORT, asked_time() >= due);
	halt();
}

/*
 * Time stands still for longer than the timer runs. A slow machine may need as
 * long to stop and to start the guest; then it gets twice the time, on the next
 * VP.
 */
static void timer_waits(struct __test_metadata *_metadata, struct vm *vm,
			__u64 config)
{
	__u64 frozen_us;
	__u32 index = 0;
	struct vp *vp;

	vm_handle(vm, VECTOR, count);
	for (frozen_us = FROZEN_US; frozen_us <= LONGEST_US; frozen_us *= 2) {
		set_counter(vm, COUNT, 0);
		set_counter(vm, PERIOD, frozen_us / 2 * UNITS_PER_US);
		vp = vp_new_at(vm, index++, wait_for_timer, config |
			       STIMER_AUTO_ENABLE | STIMER_DIRECT |
			       STIMER_VECTOR(VECTOR));
		ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
		ASSERT_TRUE(freeze(vm, true));
		sleep_us(frozen_us);
		ASSERT_TRUE(freeze(vm, false));
		ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 1));
		if (counter(vm, IN_TIME))
			break;
		TH_LOG("the timer was due within %llu us", frozen_us);
	}
	EXPECT_EQ(1, counter(vm, IN_TIME));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
}

TEST_F(synthetic, timer_waits_while_time_stands_still)
{
	timer_waits(_metadata, self->vm, 0);
}

TEST_F(synthetic, periodic_timer_waits_while_time_stands_still)
{
	timer_waits(_metadata, self->vm, STIMER_PERIODIC);
}

static __guest void start_apic_timer(__u64 unused)
{
	apic_enable(true);
	apic_write(APIC_LVT_TIMER, VECTOR);
	apic_write(APIC_TIMER_INITIAL, ~0U);
	out8(READY_PORT, 0);
	halt();
}

TEST_F(synthetic, count_of_the_controller_stands_still)
{
	struct vp *vp = vp_new_at(self->vm, 0, start_apic_timer, 0);
	__u8 *first = memory_new(PAGE_SIZE), *second = memory_new(PAGE_SIZE);

	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	ASSERT_TRUE(freeze(self->vm, true));
	get_state(vp, MSHV_VP_STATE_LAPIC, first);
	sleep_us(1000);
	get_state(vp, MSHV_VP_STATE_LAPIC, second);
	EXPECT_EQ(0, memcmp(first, second, PAGE_SIZE));
	ASSERT_TRUE(freeze(self->vm, false));
	get_state(vp, MSHV_VP_STATE_LAPIC, second);
	EXPECT_NE(0, memcmp(first, second, PAGE_SIZE));
}

TEST_HARNESS_MAIN

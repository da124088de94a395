// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest tells the hypervisor that it idles, by reading an MSR: it goes on when
 * an interrupt comes, also one that it does not take.
 */
#include "lib/synthetic_fixture.h"
#include "lib/background.h"
#include "lib/guest_synthetic.h"
#include "lib/host.h"
#include "lib/vp.h"

#define VECTOR		0x71
#define RETURNED	(GUEST_SCRATCH + 32)
#define NAP_US		20000
#define WAIT		50000		/* 5 ms, in units of 100 ns */

#define LEAF_FEATURES	0x40000003
#define MAY_IDLE	0x400		/* in EAX */
#define CAN_IDLE	0x20		/* in EDX */

static __guest_handler void count(struct interrupt_frame *frame)
{
	add(COUNT, 1);
	apic_eoi();
}

static __always_inline __in_guest void take_interrupts(void)
{
	interrupts_on();
	wait_for(COUNT, 1);
	interrupts_off();
}

static __guest void idle_without_interrupts(__u64 unused)
{
	apic_enable(true);
	add(STARTED, 1);
	read_msr(HV_MSR_GUEST_IDLE);
	store(RETURNED, 1);
	if (load(COUNT) || !apic_has(APIC_IRR, VECTOR))
		halt();
	take_interrupts();
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

TEST_F(synthetic, interrupt_ends_idling_though_it_is_not_taken)
{
	pthread_t thread;

	vm_handle(self->vm, VECTOR, count);
	thread = vp_begin(vp_new_at(self->vm, 1, idle_without_interrupts, 0));
	ASSERT_TRUE(counts_to(self->vm, STARTED, 1));
	sleep_us(NAP_US);
	EXPECT_EQ(0, counter(self->vm, RETURNED));
	vm_interrupt(self->vm, HV_INTERRUPT_FIXED, 0, 1, VECTOR);
	EXPECT_TRUE(vp_ends_well(thread));
}

static __guest void idle_after_an_interrupt(__u64 unused)
{
	apic_enable(true);
	apic_send(ICR_TO_SELF | VECTOR, 0);
	read_msr(HV_MSR_GUEST_IDLE);
	take_interrupts();
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

TEST_F(synthetic, interrupt_that_waits_lets_nobody_idle)
{
	struct vp *vp = vp_new_at(self->vm, 0, idle_after_an_interrupt, 0);

	vm_handle(self->vm, VECTOR, count);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, ALL_WELL));
}

static __guest void idle_until_a_timer(__u64 unused)
{
	__u64 due;

	apic_enable(true);
	due = asked_time() + WAIT;
	write_msr(MSR_STIMER0_CONFIG, STIMER_DIRECT | STIMER_VECTOR(VECTOR) |
				      STIMER_AUTO_ENABLE);
	write_msr(MSR_STIMER0_COUNT, due);
	read_msr(HV_MSR_GUEST_IDLE);
	out32(RESULT_PORT, asked_time() >= due);
	halt();
}

TEST_F(synthetic, timer_ends_idling)
{
	struct vp *vp = vp_new_at(self->vm, 0, idle_until_a_timer, 0);

	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
}

static __guest void tell_features(__u64 unused)
{
	__u32 out[4];

	cpuid(LEAF_FEATURES, out);
	out32(RESULT_PORT, !!(out[0] & MAY_IDLE));
	out32(RESULT_PORT, !!(out[3] & CAN_IDLE));
	read_msr(HV_MSR_GUEST_IDLE);
	halt();
}

static bool tells_of_idling(struct vp *vp, bool idling)
{
	return vp_writes_port(vp, RESULT_PORT, 4, idling) &&
	       vp_writes_port(vp, RESULT_PORT, 4, idling);
}

TEST_F(synthetic, guest_can_see_that_it_may_idle)
{
	EXPECT_TRUE(tells_of_idling(vp_new_at(self->vm, 0, tell_features, 0),
				    true));
}

/* The VMM that has the interrupt controller knows what ends it. */
TEST_F(synthetic, vmm_with_the_controller_lets_the_guest_idle)
{
	struct vm *vm = vm_new_enlightened(0, FEATURES);
	struct vp *vp = vp_new(vm, 0);

	vm_intercept(vm, HV_INTERCEPT_MSR, HV_INTERCEPT_MASK_READ, 0);
	vp_start(vp, tell_features, 0);
	EXPECT_TRUE(tells_of_idling(vp, false));
	EXPECT_TRUE(vp_reads_msr(vp, HV_MSR_GUEST_IDLE, 0));
	EXPECT_TRUE(vp_halts(vp));
}

TEST_HARNESS_MAIN

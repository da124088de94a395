// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events that the VMM makes pending in a VP: interrupts of a controller outside of
 * the local ones, and exceptions. They are a part of the VP's state.
 */
#include "lib/apic_fixture.h"
#include "lib/background.h"
#include "lib/guest_interrupts.h"
#include "lib/host.h"
#include "lib/misuse.h"
#include "lib/vp.h"

#define READY_PORT	0x10
#define VECTOR		0x41
#define OTHER		0x42
#define PAGE_FAULT	14
#define ERROR_CODE	0x5
#define ADDRESS		0x123456789000ULL
#define GO		(GUEST_SCRATCH + 24)
#define OFFERED_US	20000

static __guest_handler void count(struct interrupt_frame *frame)
{
	add(COUNT, 1);
}

static __guest_handler void count_other(struct interrupt_frame *frame)
{
	add(COUNT, 0x100);
}

static __guest void open_twice(__u64 x2apic)
{
	apic_enable(x2apic);
	out8(READY_PORT, 0);
	idle(1000);
	out8(READY_PORT, 1);
	interrupts_on();
	idle(1000);
	interrupts_off();
	out32(RESULT_PORT, load(COUNT));
	out8(READY_PORT, 2);
	interrupts_on();
	idle(1000);
	interrupts_off();
	out32(RESULT_PORT, load(COUNT));
	halt();
}

static struct vp *start(struct vm *vm, bool x2apic)
{
	struct vp *vp = vp_new_at(vm, 0, open_twice, x2apic);

	vm_handle(vm, VECTOR, count);
	vm_handle(vm, OTHER, count_other);
	return vp;
}

TEST_F(apic, external_interrupt_is_pending_until_it_is_taken)
{
	struct vp *vp = start(self->vm, variant->x2apic);

	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	EXPECT_EQ(0, vp_get(vp, HV_REG_PENDING_EVENT0));
	vp_set(vp, HV_REG_PENDING_EVENT0, HV_EVENT_EXTINT(VECTOR));
	EXPECT_EQ(HV_EVENT_EXTINT(VECTOR), vp_get(vp, HV_REG_PENDING_EVENT0));
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 1));
	EXPECT_EQ(HV_EVENT_EXTINT(VECTOR), vp_get(vp, HV_REG_PENDING_EVENT0));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
	EXPECT_EQ(0, vp_get(vp, HV_REG_PENDING_EVENT0));
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 2));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
}

/* What was asserted is the same; what is written takes its place. */
TEST_F(apic, external_interrupt_is_replaced_and_forgotten)
{
	struct vp *vp = start(self->vm, variant->x2apic);

	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	vm_interrupt(self->vm, HV_INTERRUPT_EXTINT, 0, 0, VECTOR);
	EXPECT_EQ(HV_EVENT_EXTINT(VECTOR), vp_get(vp, HV_REG_PENDING_EVENT0));
	vp_set(vp, HV_REG_PENDING_EVENT0, HV_EVENT_EXTINT(OTHER));
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 1));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0x100));

	vp_set(vp, HV_REG_PENDING_EVENT0, HV_EVENT_EXTINT(OTHER));
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 2));
	vp_set(vp, HV_REG_PENDING_EVENT0, 0);
	EXPECT_EQ(0, vp_get(vp, HV_REG_PENDING_EVENT0));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0x100));
}

static __guest void wait_with_interrupts_off(__u64 x2apic)
{
	apic_enable(x2apic);
	store(STARTED, 1);
	wait_for(GO, 1);
	interrupts_on();
	idle(1000);
	interrupts_off();
	out32(RESULT_PORT, load(COUNT) ? 0 : ALL_WELL);
	halt();
}

/* The VP runs, and its processor has the interrupt already, for later. */
TEST_F(apic, external_interrupt_is_taken_back_from_a_vp_that_runs)
{
	struct vp *vp = vp_new_at(self->vm, 0, wait_with_interrupts_off,
				  variant->x2apic);
	pthread_t thread = vp_begin(vp);

	vm_handle(self->vm, VECTOR, count);
	ASSERT_TRUE(counts_to(self->vm, STARTED, 1));
	vm_interrupt(self->vm, HV_INTERRUPT_EXTINT, 0, 0, VECTOR);
	sleep_us(OFFERED_US);
	vm_clear_interrupt(self->vm);
	set_counter(self->vm, GO, 1);
	EXPECT_TRUE(vp_ends_well(thread));
}

static __guest_handler void show_fault(struct interrupt_frame *frame,
				       __u64 error_code)
{
	__u64 address;

	asm volatile("mov %%cr2, %0" : "=r"(address));
	out32(RESULT_PORT, error_code);
	out32(RESULT_PORT, address >> 12);
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

TEST_F(apic, exception_is_taken_first_of_all)
{
	struct vp *vp = start(self->vm, variant->x2apic);
	union hv_value fault = {
		.u128 = { HV_EVENT_EXCEPTION(PAGE_FAULT) |
			  HV_EVENT_WITH_ERROR(ERROR_CODE), ADDRESS },
	};

	vm_handle(self->vm, PAGE_FAULT, show_fault);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	vp_set_value(vp, HV_REG_PENDING_EVENT0, &fault);
	EXPECT_EQ(fault.u64, vp_get(vp, HV_REG_PENDING_EVENT0));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, ERROR_CODE));
	EXPECT_EQ(0, vp_get(vp, HV_REG_PENDING_EVENT0));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, (__u32)(ADDRESS >> 12)));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, ALL_WELL));
}

TEST_HARNESS_MAIN

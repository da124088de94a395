// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VMM that provides the local interrupt controller itself injects interrupts,
 * and is told when the guest can take one.
 */
#include "lib/fixture.h"
#include "lib/guest_interrupts.h"
#include "lib/interrupts.h"
#include "lib/vp.h"

#define READY_PORT	0x10
#define RESULT_PORT	0x20
#define VECTOR		0x41
#define NMI		2
#define COUNT		GUEST_SCRATCH

static __guest_handler void count(struct interrupt_frame *frame)
{
	add(COUNT, 1);
}

static struct vp *start(struct vm *vm, void (*function)(__u64))
{
	struct vp *vp = vp_new(vm, 0);

	vm_handle(vm, VECTOR, count);
	vm_handle(vm, NMI, count);
	vp_start(vp, function, 0);
	vp_use_tables(vp);
	return vp;
}

static bool vp_can_take(struct vp *vp, __u8 type)
{
	return vp_runs_into(vp, HV_MSG_INTERRUPTION_DELIVERABLE) &&
	       vp->message.deliverable.type == type;
}

static __guest void open_window(__u64 unused)
{
	out8(READY_PORT, 0);
	out8(READY_PORT, 1);
	interrupts_on();
	idle(1000);
	interrupts_off();
	out32(RESULT_PORT, load(COUNT));
	halt();
}

TEST_F(guest, interrupt_is_deliverable_when_the_guest_allows)
{
	struct vp *vp = start(self->vm, open_window);

	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	vp_set(vp, HV_REG_DELIVERABILITY, HV_DELIVERABILITY_INTERRUPT);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 1));
	ASSERT_TRUE(vp_can_take(vp, 0));
	EXPECT_EQ(0, vp_get(vp, HV_REG_DELIVERABILITY));
	vp_set(vp, HV_REG_PENDING_INTERRUPTION, HV_PENDING_INTERRUPT(VECTOR));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
}

static __guest void lower_priority(__u64 unused)
{
	write_cr8(5);
	interrupts_on();
	out8(READY_PORT, 0);
	idle(1000);
	out8(READY_PORT, 1);
	write_cr8(3);
	out32(RESULT_PORT, load(COUNT));
	halt();
}

TEST_F(guest, interrupt_is_deliverable_when_its_priority_suffices)
{
	struct vp *vp = start(self->vm, lower_priority);

	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	vp_set(vp, HV_REG_DELIVERABILITY, HV_DELIVERABILITY_INTERRUPT |
					  HV_DELIVERABILITY_PRIORITY(4));
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 1));
	ASSERT_TRUE(vp_can_take(vp, 0));
	vp_set(vp, HV_REG_PENDING_INTERRUPTION, HV_PENDING_INTERRUPT(VECTOR));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
}

static __guest_handler void handle_nmi(struct interrupt_frame *frame)
{
	out8(READY_PORT, 1);
	out8(READY_PORT, 2);
	add(COUNT, 1);
}

static __guest void wait_for_nmi(__u64 unused)
{
	out8(READY_PORT, 0);
	wait_for(COUNT, 1);
	idle(1000);
	out32(RESULT_PORT, load(COUNT));
	halt();
}

TEST_F(guest, nmi_is_deliverable_after_the_last_one)
{
	struct vp *vp = start(self->vm, wait_for_nmi);

	vm_handle(self->vm, NMI, handle_nmi);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	vp_set(vp, HV_REG_PENDING_INTERRUPTION, HV_PENDING_NMI);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 1));
	vp_set(vp, HV_REG_DELIVERABILITY, HV_DELIVERABILITY_NMI);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 2));
	ASSERT_TRUE(vp_can_take(vp, 2));
	EXPECT_EQ(1, *(__u64 *)((char *)self->vm->ram + COUNT));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
}

TEST_HARNESS_MAIN

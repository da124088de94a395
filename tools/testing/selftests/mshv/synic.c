// SPDX-License-Identifier: GPL-2.0-only
/* Messages and event flags from the VMM reach the guest, and its handlers. */
#include <stdint.h>

#include "lib/synthetic_fixture.h"
#include "lib/background.h"
#include "lib/guest_synthetic.h"
#include "lib/require.h"
#include "lib/vp.h"

#define VECTOR		0x71
#define SINT		2
#define TYPE		0x1234
#define FLAG		77
#define READY_PORT	0x10

static __guest_handler void count(struct interrupt_frame *frame)
{
	add(COUNT, 1);
	apic_eoi();
}

static __guest_handler void count_without_eoi(struct interrupt_frame *frame)
{
	add(COUNT, 1);
}

/* Returns the status. */
static __u16 post(struct vm *vm, __u32 index, __u32 sint, __u64 payload)
{
	struct hv_post_message in = {
		.vp_index = index,
		.sint = sint,
	};
	struct hv_message message = {
		.type = TYPE,
		.payload_size = sizeof(payload),
		.sender = 0x77,
	};
	struct mshv_root_hvcall args = {
		.code = HVCALL_POST_MESSAGE_DIRECT,
		.in_sz = sizeof(in),
		.in_ptr = (uintptr_t)&in,
	};

	memcpy(message.payload, &payload, sizeof(payload));
	memcpy(in.message, &message, sizeof(message));
	hvcall(vm->fd, &args);
	return args.status;
}

/* Returns the status, or whether the flag was not set before. */
static __u16 signal_event(struct vm *vm, __u32 index, __u16 flag, bool *newly)
{
	struct hv_signal_event in = {
		.vp_index = index,
		.sint = SINT,
		.flag = flag,
	};
	struct hv_signaled_event out = {};
	struct mshv_root_hvcall args = {
		.code = HVCALL_SIGNAL_EVENT_DIRECT,
		.in_sz = sizeof(in),
		.out_sz = sizeof(out),
		.in_ptr = (uintptr_t)&in,
		.out_ptr = (uintptr_t)&out,
	};

	hvcall(vm->fd, &args);
	*newly = out.newly;
	return args.status;
}

static __guest void read_messages(__u64 unused)
{
	out8(READY_PORT, 0);
	synic_enable(SINT, VECTOR);
	out8(READY_PORT, 1);
	while (!load(COUNT))
		wait_for_interrupt();
	out32(RESULT_PORT, message_type(SINT));
	out32(RESULT_PORT, load(message_of(SINT) + MESSAGE_PAYLOAD));
	message_done(SINT);
	out8(READY_PORT, 2);
	while (load(COUNT) < 2)
		wait_for_interrupt();
	out32(RESULT_PORT, load(message_of(SINT) + MESSAGE_PAYLOAD));
	halt();
}

TEST_F(synthetic, messages_are_read_one_by_one)
{
	struct vp *vp = vp_new_at(self->vm, 0, read_messages, 0);

	vm_handle(self->vm, VECTOR, count);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	EXPECT_EQ(HV_STATUS_INVALID_SYNIC_STATE, post(self->vm, 0, SINT, 1));
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 1));
	EXPECT_EQ(0, post(self->vm, 0, SINT, 1));
	EXPECT_EQ(HV_STATUS_OBJECT_IN_USE, post(self->vm, 0, SINT, 2));
	EXPECT_EQ(HV_STATUS_INVALID_PARAMETER, post(self->vm, 0, 16, 2));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, TYPE));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 2));
	EXPECT_EQ(0, post(self->vm, 0, SINT, 2));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 2));
}

static __guest void wait_for_message(__u64 unused)
{
	synic_enable(SINT, VECTOR);
	add(STARTED, 1);
	while (!load(COUNT))
		wait_for_interrupt();
	out32(RESULT_PORT, message_type(SINT) == TYPE ? ALL_WELL : 0);
	halt();
}

TEST_F(synthetic, message_wakes_a_vp)
{
	pthread_t thread;

	vm_handle(self->vm, VECTOR, count);
	thread = vp_begin(vp_new_at(self->vm, 1, wait_for_message, 0));
	ASSERT_TRUE(counts_to(self->vm, STARTED, 1));
	EXPECT_EQ(0, post(self->vm, 1, SINT, 1));
	EXPECT_TRUE(vp_ends_well(thread));
}

static __guest void read_flags(__u64 unused)
{
	synic_enable(SINT, VECTOR);
	out8(READY_PORT, 0);
	while (!load(COUNT))
		wait_for_interrupt();
	out32(RESULT_PORT, load(EVENTS + SINT * 256 + FLAG / 64 * 8) ==
			   1ULL << FLAG % 64);
	out32(RESULT_PORT, load(COUNT));
	halt();
}

TEST_F(synthetic, event_flags_are_set)
{
	struct vp *vp = vp_new_at(self->vm, 0, read_flags, 0);
	bool newly;

	vm_handle(self->vm, VECTOR, count);
	EXPECT_EQ(HV_STATUS_INVALID_SYNIC_STATE,
		  signal_event(self->vm, 0, FLAG, &newly));
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	EXPECT_EQ(0, signal_event(self->vm, 0, FLAG, &newly));
	EXPECT_TRUE(newly);
	EXPECT_EQ(0, signal_event(self->vm, 0, FLAG, &newly));
	EXPECT_FALSE(newly);
	EXPECT_EQ(HV_STATUS_INVALID_PARAMETER,
		  signal_event(self->vm, 0, 2048, &newly));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
}

static __guest void end_by_itself(__u64 unused)
{
	synic_enable(SINT, VECTOR | SINT_AUTO_EOI);
	out8(READY_PORT, 0);
	while (!load(COUNT))
		wait_for_interrupt();
	message_done(SINT);
	out32(RESULT_PORT, apic_has(APIC_ISR, VECTOR));
	out8(READY_PORT, 1);
	while (load(COUNT) < 2)
		wait_for_interrupt();
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

TEST_F(synthetic, interrupt_of_a_source_ends_by_itself)
{
	struct vp *vp = vp_new_at(self->vm, 0, end_by_itself, 0);

	vm_handle(self->vm, VECTOR, count_without_eoi);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	EXPECT_EQ(0, post(self->vm, 0, SINT, 1));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0));
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 1));
	EXPECT_EQ(0, post(self->vm, 0, SINT, 2));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, ALL_WELL));
}

/* The registers by which any mode does what x2APIC has registers for */
static __guest void use_synthetic_apic(__u64 unused)
{
	apic_enable(true);
	write_msr(MSR_HV_TPR, 0x30);
	out32(RESULT_PORT, read_cr8());
	interrupts_on();
	write_msr(MSR_HV_ICR, ICR_TO_SELF | VECTOR);
	wait_for(COUNT, 1);
	out32(RESULT_PORT, apic_has(APIC_ISR, VECTOR));
	write_msr(MSR_HV_EOI, 0);
	out32(RESULT_PORT, apic_has(APIC_ISR, VECTOR));
	halt();
}

TEST_F(synthetic, synthetic_registers_of_the_controller)
{
	struct vp *vp = vp_new_at(self->vm, 0, use_synthetic_apic, 0);

	vm_handle(self->vm, VECTOR, count_without_eoi);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 3));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0));
}

TEST_HARNESS_MAIN

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

/* Also while the VP runs: by the descriptor of the VM */
static int want_free_slots(struct vm *vm, __u32 index, __u64 sints)
{
	struct {
		struct hv_vp_registers head;
		struct hv_register reg;
	} in = {
		.head.vp_index = index,
		.reg.name = HV_REG_DELIVERABILITY,
		.reg.value.u64 = sints,
	};
	struct mshv_root_hvcall args = {
		.code = HVCALL_SET_VP_REGISTERS,
		.reps = 1,
		.in_sz = sizeof(in),
		.in_ptr = (uintptr_t)&in,
	};

	return hvcall(vm->fd, &args);
}

static bool tells_free_slots(struct vp *vp, __u16 sints)
{
	return vp_runs_into(vp, HV_MSG_SINT_DELIVERABLE) &&
	       vp->message.sint_deliverable.sints == sints;
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

static __guest void read_two_messages(__u64 unused)
{
	__u64 i;

	synic_enable(SINT, VECTOR);
	out8(READY_PORT, 0);
	for (i = 1; i <= 2; i++) {
		while (load(COUNT) < i)
			wait_for_interrupt();
		out32(RESULT_PORT, load(message_of(SINT) + MESSAGE_PAYLOAD));
		message_done(SINT);
	}
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

TEST_F(synthetic, free_slot_is_told_once)
{
	const __u64 mine = HV_DELIVERABILITY_SINT(SINT);
	struct vp *vp = vp_new_at(self->vm, 0, read_two_messages, 0);

	vm_handle(self->vm, VECTOR, count);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	EXPECT_EQ(0, post(self->vm, 0, SINT, 1));
	EXPECT_EQ(HV_STATUS_OBJECT_IN_USE, post(self->vm, 0, SINT, 2));

	/* Another one is free already. */
	vp_set(vp, HV_REG_DELIVERABILITY, mine | HV_DELIVERABILITY_SINT(SINT + 1));
	ASSERT_TRUE(tells_free_slots(vp, 1 << (SINT + 1)));
	EXPECT_EQ(mine, vp_get(vp, HV_REG_DELIVERABILITY));

	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
	ASSERT_TRUE(tells_free_slots(vp, 1 << SINT));
	EXPECT_EQ(0, vp_get(vp, HV_REG_DELIVERABILITY));
	EXPECT_EQ(0, post(self->vm, 0, SINT, 2));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 2));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, ALL_WELL));
}

static void *run_until_told(void *vp)
{
	return (void *)(long)tells_free_slots(vp, 1 << SINT);
}

/* It halts and waits for a message, which the VMM has queued meanwhile. */
TEST_F(synthetic, free_slot_is_told_of_a_vp_that_waits)
{
	struct vp *vp = vp_new_at(self->vm, 1, wait_for_message, 0);
	pthread_t thread;
	void *told;

	vm_handle(self->vm, VECTOR, count);
	require(!pthread_create(&thread, NULL, run_until_told, vp),
		"start a thread");
	ASSERT_TRUE(counts_to(self->vm, STARTED, 1));
	EXPECT_EQ(0, want_free_slots(self->vm, 1, HV_DELIVERABILITY_SINT(SINT)));
	require(!pthread_join(thread, &told), "join it");
	ASSERT_TRUE(!!told);
	EXPECT_EQ(0, post(self->vm, 1, SINT, 1));
	EXPECT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, ALL_WELL));
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

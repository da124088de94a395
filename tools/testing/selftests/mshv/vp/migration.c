// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest moves to another partition, as a VMM that migrates it has it done: all
 * that its VP is, registers and every kind of state, is read here and written
 * there, its memory is copied, and it goes on as if nothing had been.
 */
#include <stdint.h>

#include "lib/synthetic_fixture.h"
#include "lib/background.h"
#include "lib/guest_synthetic.h"
#include "lib/require.h"
#include "lib/state.h"
#include "lib/vp.h"

#define READY_PORT	0x10

/* What the guest has when it is moved, and has not noticed yet */
#define PENDING		0x41		/* an interrupt */
#define SINT		3
#define SINT_VECTOR	0x62		/* of a message, and of an event */
#define TYPE		0x77
#define TEXT		0x12345678
#define FLAG		9
#define WAKE_VECTOR	0x73		/* of times that have not come */
#define STIMER		2
#define APIC_VECTOR	0x84

/* Timers: one whose message has found no room, and one that comes every minute */
#define LATE_STIMER	1
#define TIMER_EXPIRED	0x80000010
#define SLOW_STIMER	3
#define MINUTE		600000000
#define TIMER_STATE	40		/* bytes of a timer in the state */
#define TIMER_PENDING	1		/* the first of its flags */

/* In reference time, and in ticks of the local APIC's timer: half a second */
#define SOON		5000000
#define SOON_TICKS	0x4000000

/* Counters of the handlers */
#define PENDINGS	(GUEST_SCRATCH)
#define SINTS		(GUEST_SCRATCH + 8)
#define STIMERS		(GUEST_SCRATCH + 16)
#define APIC_TIMERS	(GUEST_SCRATCH + 24)

/* Vector registers, in the format of FXSAVE */
#define IMAGE		(GUEST_SCRATCH + 0x200)
#define IMAGE_SEEN	(GUEST_SCRATCH + 0x400)
#define FX_CONTROL	0
#define FX_MXCSR	24
#define FX_XMM		160
#define FX_XMM_SIZE	256

#define CR4_PAE		0x20UL
#define CR4_OSFXSR	0x200UL

static __guest_handler void count_pending(struct interrupt_frame *frame)
{
	add(PENDINGS, 1);
	apic_eoi();
}

static __guest_handler void count_sint(struct interrupt_frame *frame)
{
	add(SINTS, 1);
	apic_eoi();
}

static __guest_handler void count_stimer(struct interrupt_frame *frame)
{
	add(STIMERS, 1);
	apic_eoi();
}

static __guest_handler void count_apic_timer(struct interrupt_frame *frame)
{
	add(APIC_TIMERS, 1);
	apic_eoi();
}

static __always_inline __in_guest void start_timers(void)
{
	write_msr(MSR_STIMER0_CONFIG + 2 * STIMER,
		  STIMER_DIRECT | STIMER_VECTOR(WAKE_VECTOR) |
		  STIMER_AUTO_ENABLE);
	write_msr(MSR_STIMER0_COUNT + 2 * STIMER,
		  read_msr(MSR_REFERENCE_COUNTER) + SOON);
	apic_write(APIC_LVT_TIMER, APIC_VECTOR);
	apic_write(APIC_TIMER_DIVIDE, 0xb);
	apic_write(APIC_TIMER_INITIAL, SOON_TICKS);
}

/* The slot for messages is taken when the first of them expires. */
static __always_inline __in_guest void start_more_timers(void)
{
	write_msr(MSR_STIMER0_CONFIG + 2 * LATE_STIMER,
		  STIMER_SINT(SINT) | STIMER_AUTO_ENABLE);
	write_msr(MSR_STIMER0_COUNT + 2 * LATE_STIMER, 1);
	write_msr(MSR_STIMER0_CONFIG + 2 * SLOW_STIMER,
		  STIMER_DIRECT | STIMER_VECTOR(WAKE_VECTOR) |
		  STIMER_PERIODIC | STIMER_AUTO_ENABLE);
	write_msr(MSR_STIMER0_COUNT + 2 * SLOW_STIMER, MINUTE);
	while (read_msr(MSR_STIMER0_CONFIG + 2 * LATE_STIMER) & STIMER_ENABLE)
		;
}

/* Begins in one partition, and goes on behind READY_PORT in the other. */
static __guest void live(__u64 argument)
{
	asm volatile("mov %0, %%cr4" : : "r"(CR4_PAE | CR4_OSFXSR));
	asm volatile("fxrstor (%0)" : : "r"(IMAGE));
	synic_enable(SINT, SINT_VECTOR);
	start_timers();
	out8(READY_PORT, 0);
	start_more_timers();
	out8(READY_PORT, 1);

	asm volatile("fxsave (%0)" : : "r"(IMAGE_SEEN) : "memory");
	out32(RESULT_PORT, argument);
	interrupts_on();
	idle(2);
	interrupts_off();
	out32(RESULT_PORT, load(PENDINGS));
	out32(RESULT_PORT, load(SINTS));
	out32(RESULT_PORT, message_type(SINT));
	out32(RESULT_PORT, load(message_of(SINT) + MESSAGE_PAYLOAD));
	out32(RESULT_PORT, load(EVENTS + SINT * 256));
	message_done(SINT);
	while (message_type(SINT) != TIMER_EXPIRED)
		asm volatile("pause");
	out32(RESULT_PORT, TIMER_EXPIRED);
	while (!load(STIMERS) || !load(APIC_TIMERS))
		wait_for_interrupt();
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

static const __u32 names[] = {
	HV_REG_CR3, HV_REG_CR4, HV_REG_EFER, HV_REG_CR0,
	HV_REG_RAX, HV_REG_RCX, HV_REG_RDX, HV_REG_RBX,
	HV_REG_RSP, HV_REG_RBP, HV_REG_RSI, HV_REG_RDI,
	HV_REG_R8, HV_REG_R8 + 1, HV_REG_R8 + 2, HV_REG_R8 + 3,
	HV_REG_R8 + 4, HV_REG_R8 + 5, HV_REG_R8 + 6, HV_REG_R8 + 7,
	HV_REG_RIP, HV_REG_RFLAGS, HV_REG_XFEM,
	HV_REG_ES, HV_REG_CS, HV_REG_SS, HV_REG_DS, HV_REG_FS, HV_REG_GS,
	HV_REG_LDTR, HV_REG_TR, HV_REG_IDTR, HV_REG_GDTR,
	HV_REG_TSC, HV_REG_APIC_BASE, HV_REG_INTERRUPT_STATE,
	HV_REG_GUEST_OS_ID, HV_REG_SINT0 + SINT, HV_REG_SCONTROL,
	HV_REG_SIEFP, HV_REG_SIMP,
};

/* In this order: a message that waits needs its page. */
static const __u8 kinds[] = {
	MSHV_VP_STATE_XSAVE, MSHV_VP_STATE_LAPIC, MSHV_VP_STATE_SIMP,
	MSHV_VP_STATE_SIEFP, MSHV_VP_STATE_SYNTHETIC_TIMERS,
};

#define TIMERS		4		/* index there */

/* All that a VP is */
struct image {
	union hv_value registers[ARRAY_SIZE(names)];
	__u8 *states[ARRAY_SIZE(kinds)];
};

static void save_registers(struct vp *vp, union hv_value *values)
{
	struct {
		struct hv_vp_registers head;
		__u32 names[ARRAY_SIZE(names)];
	} in = { .head.vp_index = vp->index };
	struct mshv_root_hvcall args = {
		.code = HVCALL_GET_VP_REGISTERS,
		.reps = ARRAY_SIZE(names),
		.in_sz = sizeof(in.head) + sizeof(names),
		.out_sz = sizeof(*values) * ARRAY_SIZE(names),
		.in_ptr = (uintptr_t)&in,
		.out_ptr = (uintptr_t)values,
	};

	memcpy(in.names, names, sizeof(names));
	require(!hvcall(vp->fd, &args), "read register %#x, status %#x",
		names[args.reps], args.status);
}

static void restore_registers(struct vp *vp, const union hv_value *values)
{
	struct {
		struct hv_vp_registers head;
		struct hv_register registers[ARRAY_SIZE(names)];
	} in = { .head.vp_index = vp->index };
	struct mshv_root_hvcall args = {
		.code = HVCALL_SET_VP_REGISTERS,
		.reps = ARRAY_SIZE(names),
		.in_sz = sizeof(in),
		.in_ptr = (uintptr_t)&in,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		in.registers[i].name = names[i];
		in.registers[i].value = values[i];
	}
	require(!hvcall(vp->fd, &args), "write register %#x, status %#x",
		names[args.reps], args.status);
}

static void save(struct vp *vp, struct image *image)
{
	size_t i;

	save_registers(vp, image->registers);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		image->states[i] = memory_new(PAGE_SIZE);
		get_state(vp, kinds[i], image->states[i]);
	}
}

static void restore(struct vp *vp, const struct image *image)
{
	size_t i;

	restore_registers(vp, image->registers);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		require(!set_state(vp, kinds[i], image->states[i]),
			"write state %u", kinds[i]);
}

/* Timers that do not change by themselves */
static bool same_timers(struct vp *vp, const struct image *image)
{
	__u8 *now = memory_new(PAGE_SIZE);
	const __u8 *then = image->states[TIMERS];

	get_state(vp, MSHV_VP_STATE_SYNTHETIC_TIMERS, now);
	return !memcmp(now + LATE_STIMER * TIMER_STATE,
		       then + LATE_STIMER * TIMER_STATE, TIMER_STATE) &&
	       !memcmp(now + SLOW_STIMER * TIMER_STATE,
		       then + SLOW_STIMER * TIMER_STATE, TIMER_STATE);
}

static void post_message(struct vm *vm)
{
	struct hv_post_message in = { .sint = SINT };
	struct hv_message message = { .type = TYPE, .payload_size = 8 };
	const __u64 text = TEXT;
	struct mshv_root_hvcall args = {
		.code = HVCALL_POST_MESSAGE_DIRECT,
		.in_sz = sizeof(in),
		.in_ptr = (uintptr_t)&in,
	};

	memcpy(message.payload, &text, sizeof(text));
	memcpy(in.message, &message, sizeof(message));
	require(!hvcall(vm->fd, &args), "post a message, status %#x",
		args.status);
}

static void signal_event(struct vm *vm)
{
	struct hv_signal_event in = { .sint = SINT, .flag = FLAG };
	struct hv_signaled_event out;
	struct mshv_root_hvcall args = {
		.code = HVCALL_SIGNAL_EVENT_DIRECT,
		.in_sz = sizeof(in),
		.out_sz = sizeof(out),
		.in_ptr = (uintptr_t)&in,
		.out_ptr = (uintptr_t)&out,
	};

	require(!hvcall(vm->fd, &args), "signal an event, status %#x",
		args.status);
}

static void fill_vector_registers(struct vm *vm)
{
	__u8 *image = vm->ram + IMAGE;
	int i;

	*(__u16 *)(image + FX_CONTROL) = 0x37f;
	*(__u32 *)(image + FX_MXCSR) = 0x1f80;
	for (i = 0; i < FX_XMM_SIZE; i++)
		image[FX_XMM + i] = 255 - i;
}

static bool shows(struct vp *vp, __u32 value)
{
	return vp_writes_port(vp, RESULT_PORT, 4, value);
}

TEST_F(synthetic, guest_goes_on_in_another_partition)
{
	struct vm *vm = self->vm, *target;
	struct vp *vp, *heir;
	struct image image;

	vm_handle(vm, PENDING, count_pending);
	vm_handle(vm, SINT_VECTOR, count_sint);
	vm_handle(vm, WAKE_VECTOR, count_stimer);
	vm_handle(vm, APIC_VECTOR, count_apic_timer);
	fill_vector_registers(vm);
	vp = vp_new_at(vm, 0, live, TEXT);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	vm_interrupt(vm, HV_INTERRUPT_FIXED, 0, 0, PENDING);
	post_message(vm);
	signal_event(vm);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 1));

	save(vp, &image);
	EXPECT_EQ(TIMER_PENDING,
		  image.states[TIMERS][LATE_STIMER * TIMER_STATE]);
	target = vm_new_enlightened(VM_X2APIC, FEATURES);
	memcpy(target->ram, vm->ram, GUEST_RAM_SIZE);
	vp_close(vp);
	vm_close(vm);
	heir = vp_new(target, 0);
	restore(heir, &image);
	EXPECT_TRUE(same_timers(heir, &image));

	ASSERT_TRUE(shows(heir, TEXT));
	EXPECT_EQ(0, memcmp(target->ram + IMAGE + FX_XMM,
			    target->ram + IMAGE_SEEN + FX_XMM, FX_XMM_SIZE));
	ASSERT_TRUE(shows(heir, 1));
	ASSERT_TRUE(shows(heir, 1));
	ASSERT_TRUE(shows(heir, TYPE));
	ASSERT_TRUE(shows(heir, TEXT));
	ASSERT_TRUE(shows(heir, 1 << FLAG));
	ASSERT_TRUE(shows(heir, TIMER_EXPIRED));
	ASSERT_TRUE(shows(heir, ALL_WELL));
	EXPECT_EQ(1, counter(target, STIMERS));
	EXPECT_EQ(1, counter(target, APIC_TIMERS));
}

TEST_HARNESS_MAIN

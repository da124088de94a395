// SPDX-License-Identifier: GPL-2.0-only
/*
 * State of a VP's local interrupt controller: what is pending, and what its timer
 * still has to do, is read and written.
 */
#include "lib/apic_fixture.h"
#include "lib/background.h"
#include "lib/guest_interrupts.h"
#include "lib/host.h"
#include "lib/state.h"
#include "lib/vp.h"

#define READY_PORT	0x10
#define LOW		0x41
#define HIGH		0x82
#define TIMER		0x51
#define LONG		0xf0000000	/* ticks: longer than any test */
#define SHORT		0x00010000

/* As the hypervisor has it */
struct apic_state {
	__u32 id;
	__u32 version;
	__u32 ldr;
	__u32 dfr;
	__u32 spurious;
	__u32 isr[8];
	__u32 tmr[8];
	__u32 irr[8];
	__u32 esr;
	__u32 icr_high;
	__u32 icr_low;
	__u32 lvt_timer;
	__u32 lvt_thermal;
	__u32 lvt_perfmon;
	__u32 lvt_lint0;
	__u32 lvt_lint1;
	__u32 lvt_error;
	__u32 lvt_cmci;
	__u32 error_status;
	__u32 initial_count;
	__u32 counter_value;
	__u32 divide_configuration;
	__u32 remote_read;
};

static bool has(const __u32 *words, __u8 vector)
{
	return words[vector / 32] >> vector % 32 & 1;
}

static __guest_handler void count(struct interrupt_frame *frame)
{
	add(COUNT, 1);
	apic_eoi();
}

static __guest void take_interrupts(__u64 x2apic)
{
	apic_enable(x2apic);
	for (;;) {
		out8(READY_PORT, 0);
		interrupts_on();
		asm volatile("nop; nop");
		interrupts_off();
	}
}

TEST_F(apic, pending_interrupts_come_again)
{
	struct vp *vp = vp_new_at(self->vm, 0, take_interrupts, variant->x2apic);
	struct apic_state *state = memory_new(PAGE_SIZE);
	struct apic_state *empty = memory_new(PAGE_SIZE);

	vm_handle(self->vm, LOW, count);
	vm_handle(self->vm, HIGH, count);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	vm_interrupt(self->vm, HV_INTERRUPT_FIXED, 0, 0, LOW);
	vm_interrupt(self->vm, HV_INTERRUPT_FIXED, HV_INTERRUPT_LEVEL, 0, HIGH);
	get_state(vp, MSHV_VP_STATE_LAPIC, state);
	EXPECT_EQ(APIC_SVR_ENABLED, state->spurious);
	EXPECT_TRUE(has(state->irr, LOW));
	EXPECT_TRUE(has(state->irr, HIGH));
	EXPECT_FALSE(has(state->tmr, LOW));
	EXPECT_TRUE(has(state->tmr, HIGH));
	EXPECT_FALSE(has(state->isr, LOW));

	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	EXPECT_EQ(2, counter(self->vm, COUNT));
	get_state(vp, MSHV_VP_STATE_LAPIC, empty);
	EXPECT_FALSE(has(empty->irr, LOW));
	EXPECT_FALSE(has(empty->irr, HIGH));

	/* Once more, and then not any more */
	ASSERT_EQ(0, set_state(vp, MSHV_VP_STATE_LAPIC, state));
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	EXPECT_EQ(4, counter(self->vm, COUNT));
	ASSERT_EQ(0, set_state(vp, MSHV_VP_STATE_LAPIC, state));
	ASSERT_EQ(0, set_state(vp, MSHV_VP_STATE_LAPIC, empty));
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	EXPECT_EQ(4, counter(self->vm, COUNT));
}

static __guest void wait_for_timer(__u64 x2apic)
{
	apic_enable(x2apic);
	apic_write(APIC_LVT_TIMER, TIMER);
	apic_write(APIC_TIMER_DIVIDE, 0xb);
	apic_write(APIC_TIMER_INITIAL, LONG);
	out8(READY_PORT, 0);
	while (!load(COUNT))
		wait_for_interrupt();
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

TEST_F(apic, timer_goes_on_from_its_count)
{
	struct vp *vp = vp_new_at(self->vm, 0, wait_for_timer, variant->x2apic);
	struct apic_state *state = memory_new(PAGE_SIZE);
	__u32 before;

	vm_handle(self->vm, TIMER, count);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	get_state(vp, MSHV_VP_STATE_LAPIC, state);
	EXPECT_EQ(TIMER, state->lvt_timer);
	EXPECT_EQ(LONG, state->initial_count);
	EXPECT_GT(LONG, state->counter_value);
	EXPECT_LT(0, state->counter_value);

	/* It is at most where it was put, and then soon at its end. */
	before = state->counter_value / 2;
	state->counter_value = before;
	ASSERT_EQ(0, set_state(vp, MSHV_VP_STATE_LAPIC, state));
	get_state(vp, MSHV_VP_STATE_LAPIC, state);
	EXPECT_GE(before, state->counter_value);
	EXPECT_LT(before / 2, state->counter_value);
	EXPECT_EQ(0, counter(self->vm, COUNT));
	state->counter_value = SHORT;
	ASSERT_EQ(0, set_state(vp, MSHV_VP_STATE_LAPIC, state));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, ALL_WELL));
	EXPECT_EQ(1, counter(self->vm, COUNT));
}

static __guest void show_registers(__u64 x2apic)
{
	apic_enable(x2apic);
	out8(READY_PORT, 0);
	out32(RESULT_PORT, apic_read(APIC_ISR + LOW / 32));
	out32(RESULT_PORT, apic_read(APIC_TMR + HIGH / 32));
	out32(RESULT_PORT, apic_read(APIC_IRR + HIGH / 32));
	out32(RESULT_PORT, apic_read(APIC_LVT_LINT0));
	out32(RESULT_PORT, apic_read(APIC_ICR));
	out32(RESULT_PORT, apic_read(APIC_LDR));
	halt();
}

/* An interrupt in service, a pending one behind it, and what was set up */
static void fill_state(struct apic_state *state, bool x2apic)
{
	state->isr[LOW / 32] = 1U << LOW % 32;
	state->tmr[HIGH / 32] = 1U << HIGH % 32;
	state->irr[HIGH / 32] = 1U << HIGH % 32;
	state->lvt_lint0 = APIC_LVT_MASKED | TIMER;
	state->icr_low = ICR_FIXED | TIMER;
	/* In x2APIC mode it follows from the id. */
	if (!x2apic)
		state->ldr = 0x02000000;
}

TEST_F(apic, every_register_is_carried)
{
	struct vp *vp = vp_new_at(self->vm, 0, show_registers, variant->x2apic);
	struct apic_state *state = memory_new(PAGE_SIZE);
	struct apic_state *again = memory_new(PAGE_SIZE);

	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	get_state(vp, MSHV_VP_STATE_LAPIC, state);
	fill_state(state, variant->x2apic);
	ASSERT_EQ(0, set_state(vp, MSHV_VP_STATE_LAPIC, state));
	get_state(vp, MSHV_VP_STATE_LAPIC, again);
	EXPECT_EQ(0, memcmp(state, again, sizeof(*state)));

	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1U << LOW % 32));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1U << HIGH % 32));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1U << HIGH % 32));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, state->lvt_lint0));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, state->icr_low));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, state->ldr));
}

TEST_F(apic, impossible_state_is_refused)
{
	struct vp *vp = vp_new_at(self->vm, 0, take_interrupts, variant->x2apic);
	struct apic_state *state = memory_new(PAGE_SIZE);
	struct apic_state good;

	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	get_state(vp, MSHV_VP_STATE_LAPIC, state);
	good = *state;
	state->id++;
	EXPECT_EQ(-EINVAL, set_state(vp, MSHV_VP_STATE_LAPIC, state));
	*state = good;
	state->irr[0] = 1 << 14;
	EXPECT_EQ(-EINVAL, set_state(vp, MSHV_VP_STATE_LAPIC, state));
	*state = good;
	state->counter_value = state->initial_count + 1;
	EXPECT_EQ(-EINVAL, set_state(vp, MSHV_VP_STATE_LAPIC, state));
	*state = good;
	EXPECT_EQ(0, set_state(vp, MSHV_VP_STATE_LAPIC, state));
}

/* Without a local interrupt controller there is no state of it. */
TEST_F(apic, absent_controller_has_no_state)
{
	struct vm *vm = vm_new();
	struct vp *vp = vp_new(vm, 0);
	__u32 size = PAGE_SIZE;

	EXPECT_EQ(-EINVAL, state_call(vp, MSHV_GET_VP_STATE, MSHV_VP_STATE_LAPIC,
				      memory_new(PAGE_SIZE), &size));
	EXPECT_EQ(PAGE_SIZE, size);
}

TEST_HARNESS_MAIN

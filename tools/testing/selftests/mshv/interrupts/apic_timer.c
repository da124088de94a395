// SPDX-License-Identifier: GPL-2.0-only
/* The timer of the local interrupt controller, of VPs that run and that sleep. */
#include "lib/apic_fixture.h"
#include "lib/background.h"
#include "lib/guest_interrupts.h"
#include "lib/host.h"
#include "lib/vp.h"

#define VECTOR		0x51
#define DIVIDE_BY_1	0xb
#define DIVIDE_BY_4	1
#define TICKS		4000000		/* some milliseconds to the guest */
#define ROUNDS		5
#define HANG_CYCLES	300000000000UL	/* only a hang takes longer */

/* What a guest measured, TSC cycles */
#define PER_MEGATICK	(GUEST_SCRATCH + 32)
#define ELAPSED		(GUEST_SCRATCH + 40)

static __guest_handler void count(struct interrupt_frame *frame)
{
	add(COUNT, 1);
	apic_eoi();
}

/*
 * How many cycles a million ticks take. What comes between the two clocks makes it
 * more than that: the least of some measurements is right.
 */
static __always_inline __in_guest void measure_ticks(void)
{
	__u64 start, ticks, cycles, least = ~0ULL;
	int i;

	apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED);
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	for (i = 0; i < 5; i++) {
		start = read_tsc();
		apic_write(APIC_TIMER_INITIAL, 0xffffffff);
		while (read_tsc() - start < 10000000)
			asm volatile("pause");
		ticks = 0xffffffff - apic_read(APIC_TIMER_CURRENT);
		cycles = (read_tsc() - start) * 1000000 / ticks;
		least = cycles < least ? cycles : least;
	}
	store(PER_MEGATICK, least);
	apic_write(APIC_TIMER_INITIAL, 0);
}

static __guest void sleep_once(__u64 x2apic)
{
	__u64 start;

	apic_enable(x2apic);
	measure_ticks();
	apic_write(APIC_LVT_TIMER, VECTOR);
	start = read_tsc();
	apic_write(APIC_TIMER_INITIAL, TICKS);
	while (!load(COUNT))
		wait_for_interrupt();
	store(ELAPSED, read_tsc() - start);
	out32(RESULT_PORT, apic_read(APIC_TIMER_CURRENT) ? 0 : ALL_WELL);
	halt();
}

static __guest void spin_once(__u64 x2apic)
{
	__u64 start;

	apic_enable(x2apic);
	measure_ticks();
	apic_write(APIC_LVT_TIMER, VECTOR);
	interrupts_on();
	start = read_tsc();
	apic_write(APIC_TIMER_INITIAL, TICKS);
	wait_for(COUNT, 1);
	store(ELAPSED, read_tsc() - start);
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

/* Not early, and late only as a machine that is busy with something else is. */
static bool took(struct vm *vm, __u64 ticks)
{
	__u64 cycles = ticks * counter(vm, PER_MEGATICK) / 1000000;

	return counter(vm, ELAPSED) >= cycles * 9 / 10 &&
	       counter(vm, ELAPSED) <= cycles + HANG_CYCLES;
}

TEST_F(apic, timer_ends_a_halt)
{
	struct vp *vp = vp_new_at(self->vm, 0, sleep_once, variant->x2apic);

	vm_handle(self->vm, VECTOR, count);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, ALL_WELL));
	EXPECT_EQ(1, counter(self->vm, COUNT));
	EXPECT_TRUE(took(self->vm, TICKS));
}

TEST_F(apic, timer_interrupts_a_vp_that_runs)
{
	struct vp *vp = vp_new_at(self->vm, 0, spin_once, variant->x2apic);

	vm_handle(self->vm, VECTOR, count);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, ALL_WELL));
	EXPECT_EQ(1, counter(self->vm, COUNT));
	EXPECT_TRUE(took(self->vm, TICKS));
}

static __guest void sleep_again_and_again(__u64 x2apic)
{
	__u64 start;

	apic_enable(x2apic);
	measure_ticks();
	apic_write(APIC_LVT_TIMER, APIC_LVT_PERIODIC | VECTOR);
	start = read_tsc();
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_4);
	apic_write(APIC_TIMER_INITIAL, TICKS / 4);
	while (load(COUNT) < ROUNDS)
		wait_for_interrupt();
	store(ELAPSED, read_tsc() - start);
	apic_write(APIC_TIMER_INITIAL, 0);
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

TEST_F(apic, periodic_timers_of_two_vps)
{
	pthread_t first, second;

	vm_handle(self->vm, VECTOR, count);
	first = vp_begin(vp_new_at(self->vm, 0, sleep_again_and_again,
				   variant->x2apic));
	EXPECT_TRUE(vp_ends_well(first));
	EXPECT_TRUE(took(self->vm, ROUNDS * TICKS));

	set_counter(self->vm, COUNT, 0);
	first = vp_begin(vp_new_at(self->vm, 1, sleep_again_and_again,
				   variant->x2apic));
	second = vp_begin(vp_new_at(self->vm, 2, sleep_again_and_again,
				    variant->x2apic));
	EXPECT_TRUE(vp_ends_well(first));
	EXPECT_TRUE(vp_ends_well(second));
	EXPECT_LE(ROUNDS, counter(self->vm, COUNT));
}

#define DEADLINE_CYCLES	1000000000UL	/* not over before it is read back */

static __guest void sleep_until(__u64 x2apic)
{
	__u64 start;

	apic_enable(x2apic);
	apic_write(APIC_LVT_TIMER, APIC_LVT_TSC_DEADLINE | VECTOR);
	start = read_tsc();
	write_msr(MSR_TSC_DEADLINE, start + DEADLINE_CYCLES);
	out32(RESULT_PORT, read_msr(MSR_TSC_DEADLINE) == start + DEADLINE_CYCLES);
	while (!load(COUNT))
		wait_for_interrupt();
	store(ELAPSED, read_tsc() - start);
	out32(RESULT_PORT, read_msr(MSR_TSC_DEADLINE));
	halt();
}

TEST_F(apic, timer_has_a_deadline)
{
	struct vp *vp = vp_new_at(self->vm, 0, sleep_until, variant->x2apic);

	vm_handle(self->vm, VECTOR, count);
	set_counter(self->vm, PER_MEGATICK, 1000000);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0));
	EXPECT_TRUE(took(self->vm, DEADLINE_CYCLES));
}

#define QUIET_CYCLES	20000000

static __guest void do_not_listen(__u64 x2apic)
{
	__u64 start = read_tsc();

	apic_enable(x2apic);
	interrupts_on();
	apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED | VECTOR);
	apic_write(APIC_TIMER_INITIAL, 1000);
	while (apic_read(APIC_TIMER_CURRENT))
		asm volatile("pause");
	apic_write(APIC_LVT_TIMER, VECTOR);
	apic_write(APIC_TIMER_INITIAL, 10000000);
	apic_write(APIC_TIMER_INITIAL, 0);
	while (read_tsc() - start < QUIET_CYCLES)
		asm volatile("pause");
	out32(RESULT_PORT, load(COUNT));
	halt();
}

TEST_F(apic, timer_is_masked_and_stopped)
{
	struct vp *vp = vp_new_at(self->vm, 0, do_not_listen, variant->x2apic);

	vm_handle(self->vm, VECTOR, count);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0));
}

TEST_HARNESS_MAIN

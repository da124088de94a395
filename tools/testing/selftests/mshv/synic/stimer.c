// SPDX-License-Identifier: GPL-2.0-only
/* Synthetic timers tell a guest the time, directly and by messages. */
#include "lib/synthetic_fixture.h"
#include "lib/background.h"
#include "lib/guest_synthetic.h"
#include "lib/vp.h"

#define VECTOR		0x61
#define SINT		3
#define TIMER_EXPIRED	0x80000010
#define WAIT		50000		/* 5 ms, in units of 100 ns */
#define LONG_WAIT	10000000	/* not over before the next instruction */
#define LATEST		1200000000	/* only a hang takes longer */
#define ROUNDS		5

static __guest_handler void count(struct interrupt_frame *frame)
{
	add(COUNT, 1);
	apic_eoi();
}

static __always_inline __in_guest void sleep_until(__u64 rounds)
{
	while (load(COUNT) < rounds)
		wait_for_interrupt();
}

static __guest void time_directly(__u64 number)
{
	__u32 config = MSR_STIMER0_CONFIG + 2 * number;
	__u64 start, took;

	apic_enable(true);
	write_msr(config, STIMER_DIRECT | STIMER_VECTOR(VECTOR) |
			  STIMER_AUTO_ENABLE);
	start = asked_time();
	write_msr(config + 1, start + LONG_WAIT);
	out32(RESULT_PORT, read_msr(config) & STIMER_ENABLE);
	sleep_until(1);
	took = asked_time() - start;
	out32(RESULT_PORT, read_msr(config) & STIMER_ENABLE);
	out32(RESULT_PORT, took >= LONG_WAIT && took < LATEST);
	halt();
}

TEST_F(synthetic, timer_interrupts_directly)
{
	struct vp *vp = vp_new_at(self->vm, 0, time_directly, 3);

	vm_handle(self->vm, VECTOR, count);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
}

static __guest void spin_until(__u64 unused)
{
	__u64 start, took;

	apic_enable(true);
	interrupts_on();
	start = asked_time();
	write_msr(MSR_STIMER0_COUNT, start + WAIT);
	write_msr(MSR_STIMER0_CONFIG, STIMER_DIRECT | STIMER_VECTOR(VECTOR) |
				      STIMER_ENABLE);
	wait_for(COUNT, 1);
	took = asked_time() - start;
	out32(RESULT_PORT, took >= WAIT && took < LATEST);
	halt();
}

TEST_F(synthetic, timer_interrupts_a_vp_that_runs)
{
	struct vp *vp = vp_new_at(self->vm, 0, spin_until, 0);

	vm_handle(self->vm, VECTOR, count);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
}

static __guest void time_periodically(__u64 unused)
{
	__u64 start, took;

	apic_enable(true);
	start = asked_time();
	write_msr(MSR_STIMER0_CONFIG, STIMER_DIRECT | STIMER_VECTOR(VECTOR) |
				      STIMER_PERIODIC | STIMER_AUTO_ENABLE);
	write_msr(MSR_STIMER0_COUNT, WAIT);
	sleep_until(ROUNDS);
	took = asked_time() - start;
	write_msr(MSR_STIMER0_COUNT, 0);
	out32(RESULT_PORT, read_msr(MSR_STIMER0_CONFIG) & STIMER_ENABLE);
	out32(RESULT_PORT, took / ROUNDS >= WAIT * 9 / 10 && took < LATEST);
	halt();
}

TEST_F(synthetic, timer_comes_back)
{
	struct vp *vp = vp_new_at(self->vm, 0, time_periodically, 0);

	vm_handle(self->vm, VECTOR, count);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
}

static __guest void time_by_messages(__u64 unused)
{
	__u64 due = asked_time() + WAIT, payload = message_of(SINT) + MESSAGE_PAYLOAD;

	synic_enable(SINT, VECTOR);
	write_msr(MSR_STIMER0_CONFIG + 2, STIMER_SINT(SINT) |
					  STIMER_AUTO_ENABLE);
	write_msr(MSR_STIMER0_COUNT + 2, due);
	sleep_until(1);
	out32(RESULT_PORT, message_type(SINT));
	out32(RESULT_PORT, (__u32)load(payload));
	out32(RESULT_PORT, load(payload + 8) == due);
	out32(RESULT_PORT, load(payload + 16) >= due);

	/* Nobody reads the first message: the second one waits. */
	due = asked_time() + WAIT;
	write_msr(MSR_STIMER0_COUNT + 2, due);
	while (asked_time() < due + WAIT)
		asm volatile("pause");
	out32(RESULT_PORT, load(payload + 8) != due);
	message_done(SINT);
	sleep_until(2);
	out32(RESULT_PORT, load(payload + 8) == due);
	halt();
}

TEST_F(synthetic, timer_sends_messages)
{
	struct vp *vp = vp_new_at(self->vm, 0, time_by_messages, 0);

	vm_handle(self->vm, VECTOR, count);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, TIMER_EXPIRED));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
}

static __guest void misconfigure(__u64 unused)
{
	apic_enable(true);
	write_msr(MSR_STIMER0_COUNT, asked_time() + WAIT);
	write_msr(MSR_STIMER0_CONFIG, STIMER_ENABLE);
	out32(RESULT_PORT, read_msr(MSR_STIMER0_CONFIG) & STIMER_ENABLE);
	write_msr(MSR_STIMER0_CONFIG, STIMER_ENABLE | STIMER_DIRECT |
				      STIMER_VECTOR(15));
	out32(RESULT_PORT, read_msr(MSR_STIMER0_CONFIG) & STIMER_ENABLE);
	halt();
}

TEST_F(synthetic, timer_that_cannot_tell_does_not_run)
{
	struct vp *vp = vp_new_at(self->vm, 0, misconfigure, 0);

	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0));
}

TEST_HARNESS_MAIN

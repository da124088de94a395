// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timer of a local APIC of a child. Its clock is the TSC, slowed down by a
 * fixed factor, so that no rounding is involved.
 *
 * Who has the VP lets the timer expire: its processor before each entry, and
 * run/timer.c while the VP has halted.
 */
#include "child.h"
#include "tlfs_interrupt.h"

#define TSC_SHIFT		3	/* TSC cycles for one tick, as a power of 2 */
#define TIMER_DIVIDE_DEFINED	0xbU
#define SHORTEST_PERIODS_PER_S	20000

/**
 * child_apic_timer_hz() - How fast the timers of children count
 *
 * Return: ticks per second, with a divider of 1.
 */
u64 child_apic_timer_hz(void)
{
	return clock_tsc_hz() >> TSC_SHIFT;
}

/* The three bits of the divider are 0, 1 and 3; all set mean 1. */
static u32 tick_shift(const struct child_apic *apic)
{
	u32 divide = apic->timer_divide;
	u32 shift = ((divide & 3) | (divide & 8) >> 1) + 1;

	return TSC_SHIFT + (shift & 7);
}

static u32 mode_of(const struct child_apic *apic)
{
	return apic->lvt[0] & APIC_LVT_TIMER_MODE;
}

/**
 * child_apic_timer_current() - The current count
 * @vp: whose
 *
 * Return: ticks that are left, 0 when it does not run.
 */
u32 child_apic_timer_current(const struct child_vp *vp)
{
	const struct child_apic *apic = &vp->apic;
	u64 now = child_time_now(vp->child);

	if (apic->timer_deadline == TIMER_NEVER || apic->timer_deadline <= now ||
	    mode_of(apic) == APIC_LVT_TSC_DEADLINE)
		return 0;
	return (apic->timer_deadline - now) >> tick_shift(apic);
}

/* A period that is too short would leave the guest no time. */
static void run(struct child_vp *vp)
{
	struct child_apic *apic = &vp->apic;
	u64 length = (u64)apic->timer_initial << tick_shift(apic);

	apic->timer_period = 0;
	apic->timer_deadline = TIMER_NEVER;
	if (!length)
		return;
	apic->timer_deadline = child_time_now(vp->child) + length;
	if (mode_of(apic) == APIC_LVT_PERIODIC)
		apic->timer_period = max(length, clock_tsc_hz() /
						 SHORTEST_PERIODS_PER_S);
}

/**
 * child_apic_timer_start() - The initial count is written
 * @vp: whose
 * @count: the initial count; 0 stops the timer
 */
void child_apic_timer_start(struct child_vp *vp, u32 count)
{
	if (mode_of(&vp->apic) == APIC_LVT_TSC_DEADLINE)
		return;
	vp->apic.timer_initial = count;
	run(vp);
}

/**
 * child_apic_timer_divide() - The divider is written
 * @vp: whose
 * @divide: divide configuration
 *
 * The ticks that are left come in their new length.
 */
void child_apic_timer_divide(struct child_vp *vp, u32 divide)
{
	struct child_apic *apic = &vp->apic;
	u32 left = child_apic_timer_current(vp);

	apic->timer_divide = divide;
	if (!left)
		return;
	run(vp);
	apic->timer_deadline = child_time_now(vp->child) +
			       ((u64)left << tick_shift(apic));
}

/**
 * child_apic_timer_mode() - The entry of the timer in the LVT is about to change
 * @vp: whose
 * @lvt: its new value
 */
void child_apic_timer_mode(struct child_vp *vp, u32 lvt)
{
	struct child_apic *apic = &vp->apic;
	u32 mode = lvt & APIC_LVT_TIMER_MODE;

	if (mode == mode_of(apic))
		return;
	if (mode == APIC_LVT_TSC_DEADLINE ||
	    mode_of(apic) == APIC_LVT_TSC_DEADLINE)
		apic->timer_deadline = TIMER_NEVER;
	apic->timer_period = 0;
	if (mode == APIC_LVT_PERIODIC && apic->timer_deadline != TIMER_NEVER)
		apic->timer_period = (u64)apic->timer_initial <<
				     tick_shift(apic);
}

/**
 * child_apic_tsc_deadline() - When the timer is to expire, in TSC-deadline mode
 * @vp: whose
 *
 * Return: TSC of the guest; 0 when the timer does not run, or in another mode.
 */
u64 child_apic_tsc_deadline(const struct child_vp *vp)
{
	const struct child_apic *apic = &vp->apic;

	if (mode_of(apic) != APIC_LVT_TSC_DEADLINE ||
	    apic->timer_deadline == TIMER_NEVER)
		return 0;
	return apic->timer_deadline + vp->vmcb->tsc_offset;
}

/**
 * child_apic_set_tsc_deadline() - The timer is to expire then
 * @vp: whose; nothing happens unless it is in TSC-deadline mode
 * @tsc: TSC of the guest; 0 stops the timer
 */
void child_apic_set_tsc_deadline(struct child_vp *vp, u64 tsc)
{
	struct child_apic *apic = &vp->apic;

	if (mode_of(apic) == APIC_LVT_TSC_DEADLINE)
		apic->timer_deadline = tsc ? tsc - vp->vmcb->tsc_offset :
					     TIMER_NEVER;
}

/**
 * child_apic_timer_restore() - The timer goes on from where it was
 * @vp: whose; its entry in the LVT has its mode
 * @initial: initial count
 * @current: current count; 0: it does not run
 * @divide: divide configuration
 *
 * A deadline is an MSR of its own and stays as it is.
 *
 * Return: false when the timer cannot be so.
 */
bool child_apic_timer_restore(struct child_vp *vp, u32 initial, u32 current,
			      u32 divide)
{
	struct child_apic *apic = &vp->apic;

	if ((divide & ~TIMER_DIVIDE_DEFINED) || current > initial)
		return false;
	apic->timer_divide = divide;
	if (mode_of(apic) == APIC_LVT_TSC_DEADLINE)
		return !current;
	apic->timer_initial = current ? initial : 0;
	run(vp);
	apic->timer_initial = initial;
	if (current)
		apic->timer_deadline = child_time_now(vp->child) +
				       ((u64)current << tick_shift(apic));
	return true;
}

/**
 * child_apic_timer_expire() - Let the timer expire if it is time
 * @vp: whose
 * @now: TSC
 *
 * Periods that were missed are lost.
 */
void child_apic_timer_expire(struct child_vp *vp, u64 now)
{
	struct child_apic *apic = &vp->apic;

	if (now < apic->timer_deadline)
		return;
	if (apic->timer_period)
		apic->timer_deadline = max(apic->timer_deadline +
					   apic->timer_period, now);
	else
		apic->timer_deadline = TIMER_NEVER;
	child_apic_local(vp, APIC_LVT_TIMER, 0);
}

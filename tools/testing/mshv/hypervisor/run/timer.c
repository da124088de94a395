// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clocks of VPs of children: when they have something to do, and who tells the
 * time to a VP that sleeps.
 *
 * The only clock that can interrupt a processor is the timer of the parent's
 * local APIC. It is made to expire early, see timer_arm(): before a VP enters
 * guest mode, for that VP; and before a processor idles, for all that sleep. A
 * processor that the parent keeps busy looks at the clock whenever it leaves
 * guest mode, which it does for each end of interrupt at least.
 */
#include "run.h"

#define LVT_TIMER_DEADLINE	0x40000
#define LAPIC_FIRST_VECTOR	16

/* VPs that have halted and whose timers run; under children_lock */
static struct child_vp *sleepers;

/* When the first of them has to wake; read by anybody */
static u64 earliest = TIMER_NEVER;

/* The three bits of the divider are 0, 1 and 3; all set mean 1. */
static u64 parents_timer_hz(void)
{
	u32 divide = lapic_read(LAPIC_TIMER_DIVIDE);
	u32 shift = ((divide & 3) | (divide & 8) >> 1) + 1;

	return clock_apic_hz() >> (shift & 7);
}

static u32 parents_ticks(u64 cycles)
{
	u64 longest = clock_tsc_hz(), ticks;

	cycles = min(cycles, longest);
	ticks = cycles * (parents_timer_hz() / 1000) / (clock_tsc_hz() / 1000);
	return ticks + 1;
}

/**
 * timer_arm() - Let the parent's timer interrupt this processor
 * @deadline: TSC, not later than this; TIMER_NEVER: no need
 *
 * To the parent that is an interrupt without reason, of which it makes nothing
 * but to set the timer again. Where it has no need of the timer, and has masked
 * it, the timer is unmasked. A periodic timer is left alone: it interrupts often
 * enough.
 */
void timer_arm(u64 deadline)
{
	u32 lvt, ticks, left;
	u64 now;

	if (deadline == TIMER_NEVER)
		return;
	lvt = lapic_read(LAPIC_LVT_TIMER);
	if ((lvt & 0xff) < LAPIC_FIRST_VECTOR ||
	    (lvt & LAPIC_LVT_MODE & ~LVT_TIMER_DEADLINE))
		return;
	left = lapic_read(LAPIC_TIMER_CURRENT);
	if (lvt & LAPIC_LVT_MASKED) {
		lapic_write(LAPIC_LVT_TIMER, lvt & ~LAPIC_LVT_MASKED);
		left = 0;
	}
	if (lvt & LVT_TIMER_DEADLINE) {
		u64 armed = rdmsr(MSR_TSC_DEADLINE);

		if (!armed || armed > deadline)
			wrmsr(MSR_TSC_DEADLINE, deadline);
		return;
	}
	now = read_tsc();
	ticks = deadline > now ? parents_ticks(deadline - now) : 1;
	if (!left || left > ticks)
		lapic_write(LAPIC_TIMER_INITIAL, ticks);
}

static u64 deadline_of(const struct child_vp *vp)
{
	return min(vp->apic.timer_deadline, child_stimer_deadline(vp));
}

static void find_earliest(void)
{
	u64 first = TIMER_NEVER;
	struct child_vp *vp;

	for (vp = sleepers; vp; vp = vp->next_sleeper)
		first = min(first, deadline_of(vp));
	WRITE_ONCE(earliest, first);
}

static void forget(struct child_vp *vp)
{
	struct child_vp **link = &sleepers;

	if (!vp->sleeps)
		return;
	while (*link != vp)
		link = &(*link)->next_sleeper;
	*link = vp->next_sleeper;
	vp->sleeps = false;
}

/**
 * timer_watch() - See to it that a VP that has halted wakes in time
 * @vp: a VP that does not run; its state may have changed
 *
 * Context: children_lock held.
 */
void timer_watch(struct child_vp *vp)
{
	bool sleeps = (vp->halted || vp->idle) && !vp->child->time_freeze &&
		      deadline_of(vp) != TIMER_NEVER;

	if (!sleeps && !vp->sleeps)
		return;
	forget(vp);
	if (sleeps) {
		vp->sleeps = true;
		vp->next_sleeper = sleepers;
		sleepers = vp;
	}
	find_earliest();
}

/**
 * timer_forget() - A VP is about to run, or to be deleted
 * @vp: the VP
 *
 * Context: children_lock held.
 */
void timer_forget(struct child_vp *vp)
{
	if (vp->sleeps) {
		forget(vp);
		find_earliest();
	}
}

/**
 * timer_expire() - Let the timers of a VP expire whose time has come
 * @vp: the VP, at hand
 *
 * Return: when this processor has to look at the clock again, TSC, or TIMER_NEVER.
 */
u64 timer_expire(struct child_vp *vp)
{
	if (deadline_of(vp) != TIMER_NEVER) {
		child_apic_timer_expire(vp, read_tsc());
		child_stimer_expire(vp);
	}
	return min(deadline_of(vp), READ_ONCE(earliest));
}

static struct child_vp *find_due(u64 now)
{
	struct child_vp *vp;

	for (vp = sleepers; vp; vp = vp->next_sleeper)
		if (deadline_of(vp) <= now)
			return vp;
	return NULL;
}

/**
 * timer_wake_sleepers() - Wake VPs whose timers have expired
 *
 * Context: children_lock not held.
 * Return: when the next one has to be woken, TSC, or TIMER_NEVER.
 */
u64 timer_wake_sleepers(void)
{
	struct child_vp *vp;

	if (read_tsc() < READ_ONCE(earliest))
		return READ_ONCE(earliest);

	spin_lock(&children_lock);
	while ((vp = find_due(read_tsc()))) {
		timer_expire(vp);
		/* It sleeps on if nothing came of it. */
		timer_forget(vp);
		run_update(vp);
	}
	spin_unlock(&children_lock);
	return READ_ONCE(earliest);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time of a child. While its parent has frozen it none of its VPs runs, their TSCs
 * and their reference time stand still, and so do their timers. Afterwards it is
 * as if nothing had been between.
 *
 * Invariant: the reference time is one function of the TSC that VPs begin with,
 *
 *	tsc of the machine - @frozen_for
 *
 * whether the guest computes it from the page or asks for it.
 */
#include "child/child_upcalls.h"
#include "child.h"

/**
 * child_time_stops() - Get all VPs off their processors
 * @child: which is about to be frozen
 *
 * Context: children_lock held.
 * Return: true when no VP runs; false when the caller must let go of the lock, so
 * that they can leave, and try again.
 */
bool child_time_stops(struct child *child)
{
	bool stopped = true;
	u32 i;

	for (i = 0; i < MAX_CHILD_VPS; i++) {
		struct child_vp *vp = child->vps[i];

		if (!vp)
			continue;
		if (vp->activity != CHILD_VP_RUNNING) {
			WRITE_ONCE(vp->stop, 0);
			continue;
		}
		child_upcalls.stop(vp);
		stopped = false;
	}
	return stopped;
}

static void go_on(struct child_vp *vp, u64 missed)
{
	vp->vmcb->tsc_offset -= missed;
	if (vp->apic.timer_deadline != TIMER_NEVER)
		vp->apic.timer_deadline += missed;
}

static void change(struct child *child)
{
	u64 now = read_tsc(), missed = now - child->frozen_at;
	u32 i;

	if (!child->time_freeze)
		child->frozen_for += missed;
	child->frozen_at = child->time_freeze ? now : 0;
	for (i = 0; i < MAX_CHILD_VPS; i++) {
		struct child_vp *vp = child->vps[i];

		if (!vp)
			continue;
		if (!child->time_freeze)
			go_on(vp, missed);
		child_upcalls.update(vp);
	}
}

/**
 * child_time_freeze() - Freeze or thaw
 * @child: the child; none of its VPs runs
 * @freeze: 1: freeze, 0: thaw; nothing happens when it is so already
 *
 * Context: children_lock held.
 */
void child_time_freeze(struct child *child, u64 freeze)
{
	if (child->time_freeze == freeze)
		return;
	child->time_freeze = freeze;
	change(child);
}

/**
 * child_time_now() - What a VP of the child takes for the time
 * @child: the child
 *
 * Return: TSC of the machine, or as it was when the child was frozen.
 */
u64 child_time_now(const struct child *child)
{
	return child->time_freeze ? child->frozen_at : read_tsc();
}

/**
 * child_tsc_is_own() - Has a VP a TSC that nobody else has?
 * @vp: the VP
 *
 * Return: false when it is what the VP began with.
 */
bool child_tsc_is_own(const struct child_vp *vp)
{
	return vp->vmcb->tsc_offset + vp->child->frozen_for;
}

/**
 * child_reference_get() - The reference time of a child
 * @child: the child
 *
 * Return: time in units of 100 ns.
 */
u64 child_reference_get(const struct child *child)
{
	return clock_reference_at(child_time_now(child) - child->frozen_for) +
	       child->ahead;
}

/**
 * child_reference_fill() - Let a child compute its reference time by itself
 * @child: the child
 *
 * From the TSC that its VPs begin with, which does not count while it is frozen.
 */
void child_reference_fill(struct child *child)
{
	clock_fill_reference_page(child->reference_tsc.page, child->ahead);
}

/**
 * child_reference_set() - Move the reference time of a child
 * @child: the child, frozen
 * @time: what it is now, 100 ns
 *
 * Context: children_lock held.
 */
void child_reference_set(struct child *child, u64 time)
{
	const struct hv_reference_tsc_page *page = child->reference_tsc.page;

	child->ahead += time - child_reference_get(child);
	if (page && page->sequence)
		child_reference_fill(child);
}

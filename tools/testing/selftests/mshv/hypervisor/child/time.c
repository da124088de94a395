// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time of a child that its parent has frozen: none of its VPs runs, their TSCs stand
 * still, and so do their timers. Afterwards it is as if nothing had been between.
 */
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
		run_stop(vp);
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

/**
 * child_time_change() - Freeze or thaw
 * @child: the child; none of its VPs runs, and it says what it is now
 *
 * Context: children_lock held.
 */
void child_time_change(struct child *child)
{
	u64 now = read_tsc(), missed = now - child->frozen_at;
	u32 i;

	if (!child->time_freeze == !child->frozen_at)
		return;
	child->frozen_at = child->time_freeze ? now : 0;
	for (i = 0; i < MAX_CHILD_VPS; i++) {
		struct child_vp *vp = child->vps[i];

		if (!vp)
			continue;
		if (!child->time_freeze)
			go_on(vp, missed);
		run_update(vp);
	}
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who runs a VP of a child.
 *
 * Under the hypervisor's schedulers a VP that nothing suspends is ready. Ready
 * VPs wait in one queue, and processors whose VP of the parent has halted take
 * turns at it. A VP goes back to its end whenever the parent needs the processor.
 *
 * Where the parent schedules, it dispatches VPs itself, see run/vp_dispatch.c, and
 * is told when one of which it was said that it is blocked is so no longer.
 */
#include "run.h"
#include "tlfs_intercept.h"

#define SCHEDULER_ROOT			4
#define VMM_INTEGRATED_SCHEDULER	BIT(6)

#define SLICES_PER_SECOND		100

static struct child_vp *ready_first, *ready_last;

/**
 * schedule_by_parent() - Does the parent schedule the VPs of its children?
 *
 * Return: false when the hypervisor does.
 */
bool schedule_by_parent(void)
{
	if (parent.type == PARTITION_ROOT)
		return knobs.scheduler == SCHEDULER_ROOT;
	return knobs.vmm_capabilities_banks &&
	       (knobs.vmm_capabilities & VMM_INTEGRATED_SCHEDULER) &&
	       knobs.integrated_scheduler;
}

static bool can_run(struct child_vp *vp)
{
	return !vp->stop && !vp->explicit_suspend && !vp->intercept_suspend &&
	       !vp->dispatch_suspend && !vp->child->time_freeze &&
	       !interrupts_awaited(vp);
}

/* A processor that runs another VP learns that it has to share. */
static void wake_processor(void)
{
	struct cpu *busy = NULL;
	u32 i;

	for (i = 0; i < num_cpus; i++) {
		if (cpus[i].waiting) {
			cpus[i].waiting = false;
			cpu_kick(&cpus[i]);
			return;
		}
		if (READ_ONCE(cpus[i].guest))
			busy = &cpus[i];
	}
	if (busy)
		cpu_kick(busy);
}

/**
 * schedule_slice() - Limit the time of the VP that this processor runs next
 *
 * The parent takes the processor when its timer expires, and its halting again is
 * the turn of another VP.
 *
 * Return: false when there is no other VP to share with.
 */
bool schedule_slice(void)
{
	if (!READ_ONCE(ready_first))
		return false;
	timer_arm(read_tsc() + clock_tsc_hz() / SLICES_PER_SECOND);
	return true;
}

static void queue_add(struct child_vp *vp)
{
	vp->activity = CHILD_VP_READY;
	vp->next = NULL;
	if (ready_first)
		ready_last->next = vp;
	else
		ready_first = vp;
	ready_last = vp;
	wake_processor();
}

static void queue_remove(struct child_vp *vp)
{
	struct child_vp **link = &ready_first, *before = NULL;

	while (*link != vp) {
		before = *link;
		link = &before->next;
	}
	*link = vp->next;
	if (ready_last == vp)
		ready_last = before;
	vp->activity = CHILD_VP_IDLE;
}

static void signal_parent(struct child_vp *vp)
{
	vp->blocked = false;
	child_vp_count(vp, HV_COUNTER_DISPATCH_BLOCKED, 0);

	vp->root_signals++;
	vp->signal_message.type = HV_MESSAGE_VP_SIGNAL_PAIR;
	vp->signal_message.sender = vp->child->id;
	vp->signal_message.payload[0] = vp->index;
	message_post(&vp->signal_message);
}

/**
 * schedule_block() - Note that the parent is told that a VP is blocked
 * @vp: the VP
 *
 * Context: children_lock held.
 */
void schedule_block(struct child_vp *vp)
{
	vp->blocked = true;
	child_vp_count(vp, HV_COUNTER_DISPATCH_BLOCKED, 1);
	timer_watch(vp);
}

/**
 * run_update() - Registers of a VP have changed; what follows from that?
 * @vp: a VP that does not run
 *
 * Context: children_lock held.
 */
void run_update(struct child_vp *vp)
{
	bool ready;

	if (child_has_apic(vp->child))
		interrupts_settle(vp);
	ready = can_run(vp);
	if (schedule_by_parent()) {
		if (ready && vp->blocked)
			signal_parent(vp);
		timer_watch(vp);
		return;
	}
	if (ready && vp->activity == CHILD_VP_IDLE)
		queue_add(vp);
	else if (!ready && vp->activity == CHILD_VP_READY)
		queue_remove(vp);
	timer_watch(vp);
}

/**
 * run_forget() - A VP is about to be deleted
 * @vp: a VP that does not run
 *
 * Context: children_lock held.
 */
void run_forget(struct child_vp *vp)
{
	if (vp->activity == CHILD_VP_READY)
		queue_remove(vp);
	timer_forget(vp);
	message_cancel(&vp->intercept_message);
	message_cancel(&vp->signal_message);
	message_cancel(&vp->eoi_message);
}

/**
 * schedule_claim() - Give a VP to this processor
 * @cpu: this processor
 * @vp: a VP that does not run
 *
 * Context: children_lock held.
 */
void schedule_claim(struct cpu *cpu, struct child_vp *vp)
{
	vp->activity = CHILD_VP_RUNNING;
	vp->cpu = cpu;
	child_stats_add(vp, COUNT_DISPATCHES, 1);
	register_page_load(vp);
}

static struct child_vp *take_ready(struct cpu *cpu)
{
	struct child_vp *vp;

	spin_lock(&children_lock);
	vp = ready_first;
	if (vp) {
		queue_remove(vp);
		schedule_claim(cpu, vp);
	}
	cpu->waiting = !vp;
	spin_unlock(&children_lock);
	return vp;
}

static void tell_parent(struct child_vp *vp)
{
	struct message *m = &vp->intercept_message;

	m->type = HV_MESSAGE_OPAQUE_INTERCEPT;
	m->sender = vp->child->id;
	m->size = sizeof(u32);
	m->payload[0] = vp->index;
	message_post(m);
}

static void put_away(struct child_vp *vp, enum run_result result)
{
	spin_lock(&children_lock);
	vp->activity = CHILD_VP_IDLE;
	vp->cpu = NULL;
	if (result == RUN_INTERCEPT)
		tell_parent(vp);
	else
		run_update(vp);
	spin_unlock(&children_lock);
}

/**
 * run_ready_vps() - Run VPs of children as long as there are any
 * @cpu: this processor, which the parent does not need
 *
 * Return: true when there are none, and this processor is kicked when there is
 * one; false when the parent needs the processor.
 */
bool run_ready_vps(struct cpu *cpu)
{
	struct child_vp *vp;

	while ((vp = take_ready(cpu))) {
		enum run_result result = run_child(cpu, vp, RUN_NO_DEADLINE);

		put_away(vp, result);
		if (result == RUN_PREEMPTED)
			return false;
	}
	return true;
}

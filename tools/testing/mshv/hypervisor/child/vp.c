// SPDX-License-Identifier: GPL-2.0-only
/*
 * VPs of children: create, delete, and the pages by which their parent sees
 * them. All of it is under children_lock.
 */
#include "child/child_upcalls.h"
#include "child.h"

/* Pages of every VP: its record, its VMCB, its extended state */
#define VP_PAGES	3

/**
 * child_vp_create() - Create a VP; it is suspended explicitly
 * @child: of which partition, in CHILD_ACTIVE
 * @index: VP index
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_VP_INDEX (too large, or in use)
 * or HV_STATUS_INSUFFICIENT_MEMORY.
 */
enum hv_status child_vp_create(struct child *child, u32 index)
{
	struct child_vp *vp;
	u64 pages[VP_PAGES + XSAVE_LARGE_PAGES];
	u32 count = VP_PAGES + (child->large_xsave ? XSAVE_LARGE_PAGES : 0);
	struct child_synic synic = { 0 };
	u32 i;

	if (index >= MAX_CHILD_VPS || child->vps[index])
		return HV_STATUS_INVALID_VP_INDEX;
	if (!pool_take(&child->pool, count, pages))
		return HV_STATUS_INSUFFICIENT_MEMORY;

	if ((child_privileges(child) & HV_PRIV_SYNIC) &&
	    (!overlay_create(child, &synic.messages) ||
	     !overlay_create(child, &synic.flags))) {
		overlay_delete(child, &synic.messages);
		for (i = 0; i < count; i++)
			pool_return(&child->pool, pages[i]);
		return HV_STATUS_INSUFFICIENT_MEMORY;
	}

	vp = (struct child_vp *)pages[0];
	vp->synic = synic;
	vp->vmcb = (struct vmcb *)pages[1];
	vp->xsave = (void *)pages[2];
	for (i = VP_PAGES; i < count; i++)
		vp->large[i - VP_PAGES] = (void *)pages[i];
	vp->index = index;
	vp->child = child;
	vp->explicit_suspend = true;
	child_upcalls.init_vmcb(vp);
	vp->vmcb->tsc_offset = -child->frozen_for;
	child_xsave_reset(vp);
	child_msr_reset(vp);
	child_apic_reset(vp);
	child_synic_reset(vp);
	vp->startup_suspend = index && child_has_apic(child);
	child->vps[index] = vp;
	child->num_vps++;
	child_stats_show(child);
	return HV_STATUS_SUCCESS;
}

/**
 * child_vp_delete() - Delete a VP, and its pages that the parent still sees
 * @vp: a VP that does not run
 */
void child_vp_delete(struct child_vp *vp)
{
	struct child *child = vp->child;
	u32 i;

	child_upcalls.forget(vp);
	overlay_delete(child, &vp->synic.messages);
	overlay_delete(child, &vp->synic.flags);
	for (i = 0; i < ARRAY_SIZE(vp->state); i++)
		shared_page_end(&vp->state[i]);
	for (i = 0; i < ARRAY_SIZE(vp->stats); i++)
		shared_page_end(&vp->stats[i]);

	child_results_delete(vp);
	child->vps[vp->index] = NULL;
	child->num_vps--;
	child_stats_show(child);
	for (i = 0; child->large_xsave && i < XSAVE_LARGE_PAGES; i++)
		pool_return(&child->pool, (u64)vp->large[i]);
	pool_return(&child->pool, (u64)vp->xsave);
	pool_return(&child->pool, (u64)vp->vmcb);
	pool_return(&child->pool, (u64)vp);
}

/**
 * child_vp_count() - Show the parent the value of a counter
 * @vp: whose; also while it runs, by the processor that runs it
 * @counter: HV_COUNTER_*
 * @value: new value
 */
void child_vp_count(struct child_vp *vp, u32 counter, u64 value)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(vp->stats); i++) {
		u64 *counters = vp->stats[i].page;

		if (counters)
			WRITE_ONCE(counters[counter], value);
	}
}

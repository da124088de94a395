// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls that create and delete VPs of children and share pages of their
 * state with the parent.
 */
#include "child.h"
#include "hypercall.h"

/* The input VTL: none, or explicitly the lowest, which is the only one */
#define VTL_USE_TARGET	0x10

static bool valid_vtl(u8 vtl)
{
	return !vtl || vtl == VTL_USE_TARGET;
}

/**
 * child_create_vp() - HvCallCreateVp for a child
 * @in: the input
 *
 * Return: HV_STATUS_SUCCESS, or as child_get_active() and child_vp_create().
 */
enum hv_status child_create_vp(const struct hv_in_create_vp *in)
{
	enum hv_status status;
	struct child *child;

	status = child_get_active(in->partition_id, &child);
	if (status)
		return status;
	status = child_vp_create(child, in->vp_index);
	spin_unlock(&children_lock);
	stats_show_children();
	return status;
}

/**
 * call_delete_vp() - HvCallDeleteVp
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (reserved field), or
 * as child_vp_get().
 */
enum hv_status call_delete_vp(struct hypercall *call)
{
	const struct hv_in_delete_vp *in = call->input;
	enum hv_status status;
	struct child_vp *vp;

	if (in->padding)
		return HV_STATUS_INVALID_PARAMETER;
	status = child_vp_get(in->partition_id, in->vp_index, &vp);
	if (status)
		return status;
	child_vp_delete(vp);
	spin_unlock(&children_lock);
	stats_show_children();
	return HV_STATUS_SUCCESS;
}

/* Only an L1VH that was told so may say where the page is to be. */
static bool may_provide(void)
{
	return parent.type == PARTITION_L1VH && knobs.vmm_capabilities_banks &&
	       (knobs.vmm_capabilities & HV_VMM_CAN_PROVIDE_OVERLAY);
}

static enum hv_status check_map(const struct hv_in_map_state_page *in)
{
	if (!valid_vtl(in->vtl) || in->type > HV_STATE_PAGE_INTERCEPT ||
	    (in->flags & ~HV_STATE_PAGE_LOCATION_PROVIDED))
		return HV_STATUS_INVALID_PARAMETER;
	if (!(in->flags & HV_STATE_PAGE_LOCATION_PROVIDED))
		return in->gfn ? HV_STATUS_INVALID_PARAMETER :
				 HV_STATUS_SUCCESS;
	if (!may_provide() || !in->gfn || in->gfn >= BIT(52))
		return HV_STATUS_INVALID_PARAMETER;
	return HV_STATUS_SUCCESS;
}

/**
 * call_map_state_page() - HvCallMapVpStatePage
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (also: mapped
 * already), or as child_vp_get() and shared_page_start().
 */
enum hv_status call_map_state_page(struct hypercall *call)
{
	const struct hv_in_map_state_page *in = call->input;
	struct shared_page *shared;
	enum hv_status status;
	struct child_vp *vp;

	status = check_map(in);
	if (!status)
		status = child_vp_get(in->partition_id, in->vp_index, &vp);
	if (status)
		return status;

	shared = &vp->state[in->type];
	if (shared->page)
		status = HV_STATUS_INVALID_PARAMETER;
	else
		status = shared_page_start(shared, &vp->child->pool,
					   in->gfn << PAGE_SHIFT);
	if (!status)
		*(u64 *)call->output = (u64)shared->page >> PAGE_SHIFT;
	child_vp_put(vp);
	return status;
}

/**
 * call_unmap_state_page() - HvCallUnmapVpStatePage
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (also: not mapped), or
 * as child_vp_get().
 */
enum hv_status call_unmap_state_page(struct hypercall *call)
{
	const struct hv_in_unmap_state_page *in = call->input;
	enum hv_status status;
	struct child_vp *vp;

	if (!valid_vtl(in->vtl) || in->reserved ||
	    in->type > HV_STATE_PAGE_INTERCEPT)
		return HV_STATUS_INVALID_PARAMETER;
	status = child_vp_get(in->partition_id, in->vp_index, &vp);
	if (status)
		return status;

	if (vp->state[in->type].page)
		shared_page_end(&vp->state[in->type]);
	else
		status = HV_STATUS_INVALID_PARAMETER;
	child_vp_put(vp);
	return status;
}

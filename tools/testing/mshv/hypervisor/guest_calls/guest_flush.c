// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest flushes TLBs of its VPs. All that is in them goes, whichever addresses
 * of which address space were asked for.
 */
#include "guest_call.h"
#include "tlfs_synthetic.h"

static enum hv_status flush(struct hypercall *call, u64 flags,
			    const struct vp_set *processors)
{
	struct child *child = call->caller->child;
	u32 i;

	spin_lock(&children_lock);
	for (i = 0; i < MAX_CHILD_VPS; i++)
		if (child->vps[i] && ((flags & HV_FLUSH_ALL_PROCESSORS) ||
				      vp_set_has(processors, i)))
			run_flush_vp(child->vps[i]);
	spin_unlock(&children_lock);
	call->reps_done = call->rep_count;
	return HV_STATUS_SUCCESS;
}

static bool valid_flags(const struct hypercall *call, u64 flags)
{
	u64 valid = HV_FLUSH_FLAGS;

	if (!(call->caller->child->synthetic_features &
	      HV_SYNTHETIC_EXTENDED_RANGES))
		valid &= ~HV_FLUSH_EXTENDED_RANGES;
	return !(flags & ~valid);
}

/**
 * guest_flush_space() - HvCallFlushVirtualAddressSpace
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS or HV_STATUS_INVALID_PARAMETER (unknown flag).
 */
enum hv_status guest_flush_space(struct hypercall *call)
{
	const struct hv_in_flush *in = call->input;
	struct vp_set processors;

	if (!valid_flags(call, in->flags) ||
	    (in->flags & HV_FLUSH_EXTENDED_RANGES))
		return HV_STATUS_INVALID_PARAMETER;
	vp_set_first(&processors, in->processors);
	return flush(call, in->flags, &processors);
}

/**
 * guest_flush_list() - HvCallFlushVirtualAddressList
 * @call: the call; ranges of addresses in
 *
 * Return: HV_STATUS_SUCCESS or HV_STATUS_INVALID_PARAMETER (unknown flag).
 */
enum hv_status guest_flush_list(struct hypercall *call)
{
	const struct hv_in_flush *in = call->input;
	struct vp_set processors;

	if (!valid_flags(call, in->flags))
		return HV_STATUS_INVALID_PARAMETER;
	vp_set_first(&processors, in->processors);
	return flush(call, in->flags, &processors);
}

/**
 * guest_flush_space_ex() - HvCallFlushVirtualAddressSpaceEx
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (unknown flag), or as
 * vp_set_read().
 */
enum hv_status guest_flush_space_ex(struct hypercall *call)
{
	const struct hv_in_flush_ex *in = call->input;

	if (in->flags & HV_FLUSH_EXTENDED_RANGES)
		return HV_STATUS_INVALID_PARAMETER;
	return guest_flush_list_ex(call);
}

/**
 * guest_flush_list_ex() - HvCallFlushVirtualAddressListEx
 * @call: the call; ranges of addresses in
 *
 * Return: as guest_flush_space_ex().
 */
enum hv_status guest_flush_list_ex(struct hypercall *call)
{
	const struct hv_in_flush_ex *in = call->input;
	struct vp_set processors;
	enum hv_status status;

	if (!valid_flags(call, in->flags))
		return HV_STATUS_INVALID_PARAMETER;
	status = vp_set_read(&processors, &in->processors, call->varhead);
	return status ? status : flush(call, in->flags, &processors);
}

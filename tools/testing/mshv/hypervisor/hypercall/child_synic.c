// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls by which a parent puts messages and event flags into the SynIC of a
 * VP of a child.
 */
#include "child.h"
#include "hypercall.h"
#include "tlfs_synthetic.h"

#define VTL_USE_TARGET	0x10

static bool valid_target(u8 vtl, u32 sint)
{
	return (!vtl || vtl == VTL_USE_TARGET) && sint < HV_NUM_SINTS;
}

/**
 * call_signal_event() - HvCallSignalEventDirect
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER,
 * HV_STATUS_INVALID_SYNIC_STATE (the guest has no event flags), or as
 * child_vp_get().
 */
enum hv_status call_signal_event(struct hypercall *call)
{
	const struct hv_in_signal_event *in = call->input;
	struct hv_out_signal_event *out = call->output;
	enum hv_status status;
	struct child_vp *vp;
	bool newly;

	if (!valid_target(in->vtl, in->sint) || in->flag > HV_MESSAGE_FLAGS)
		return HV_STATUS_INVALID_PARAMETER;
	status = child_vp_get(in->partition_id, in->vp_index, &vp);
	if (status)
		return status;
	if (!child_synic_flag(vp, in->sint, in->flag, &newly)) {
		status = HV_STATUS_INVALID_SYNIC_STATE;
	} else if (newly) {
		out->newly_signaled = 1;
		child_synic_raise(vp, in->sint);
	}
	child_vp_put(vp);
	return status;
}

/* A message of the hypervisor's own kinds would be a lie. */
static bool valid_message(const struct hv_message *message)
{
	return message->type && !(message->type & HV_MESSAGE_HYPERVISOR) &&
	       message->payload_size <= HV_MESSAGE_PAYLOAD;
}

static enum hv_status post(struct child_vp *vp, u32 sint,
			   const struct hv_message *message)
{
	struct hv_message *slot;

	if (!(vp->synic.control & HV_SCONTROL_ENABLE) ||
	    !(vp->synic.messages.msr & HV_OVERLAY_ENABLE))
		return HV_STATUS_INVALID_SYNIC_STATE;
	slot = child_synic_slot(vp, sint);
	if (!slot)
		return HV_STATUS_OBJECT_IN_USE;
	memcpy(slot->payload, message->payload, message->payload_size);
	slot->payload_size = message->payload_size;
	slot->flags = 0;
	slot->sender = message->sender;
	WRITE_ONCE(slot->type, message->type);
	child_synic_raise(vp, sint);
	return HV_STATUS_SUCCESS;
}

/**
 * call_post_message() - HvCallPostMessageDirect
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER,
 * HV_STATUS_INVALID_SYNIC_STATE (the guest takes no messages),
 * HV_STATUS_OBJECT_IN_USE (it has not read the last one yet), or as
 * child_vp_get().
 */
enum hv_status call_post_message(struct hypercall *call)
{
	const struct hv_in_post_message *in = call->input;
	struct hv_message message;
	enum hv_status status;
	struct child_vp *vp;

	memcpy(&message, in->message, sizeof(message));
	if (!valid_target(in->vtl, in->sint) || in->padding2 ||
	    !all_zero(in->padding, sizeof(in->padding)) ||
	    !valid_message(&message))
		return HV_STATUS_INVALID_PARAMETER;
	status = child_vp_get(in->partition_id, in->vp_index, &vp);
	if (status)
		return status;
	status = post(vp, in->sint, &message);
	child_vp_put(vp);
	return status;
}

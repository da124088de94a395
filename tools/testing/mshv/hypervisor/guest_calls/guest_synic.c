// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest sends messages and events. The only ports that a parent can have are
 * doorbells, which nothing can be sent to, so no connection is one for that: the
 * call is refused, or the parent, if it wants to, does it.
 */
#include "guest_call.h"
#include "tlfs_synthetic.h"

static enum hv_status send(struct hypercall *call)
{
	const struct child *child = call->caller->child;

	call->is_parents = READ_ONCE(child->intercepts[HV_INTERCEPT_UNKNOWN_CONNECTION]);
	return HV_STATUS_INVALID_CONNECTION_ID;
}

/**
 * guest_post_message() - HvCallPostMessage
 * @call: the call
 *
 * Return: HV_STATUS_INVALID_PARAMETER (type, size, or a reserved field) or
 * HV_STATUS_INVALID_CONNECTION_ID.
 */
enum hv_status guest_post_message(struct hypercall *call)
{
	const struct hv_in_guest_message *in = call->input;

	if (in->reserved || !in->type || (in->type & HV_MESSAGE_HYPERVISOR) ||
	    in->payload_size > HV_MESSAGE_PAYLOAD)
		return HV_STATUS_INVALID_PARAMETER;
	if (in->connection_id & HV_CONNECTION_ID_RESERVED)
		return HV_STATUS_INVALID_CONNECTION_ID;
	return send(call);
}

/**
 * guest_signal_event() - HvCallSignalEvent
 * @call: the call
 *
 * Return: HV_STATUS_INVALID_PARAMETER (flag, or a reserved field) or
 * HV_STATUS_INVALID_CONNECTION_ID.
 */
enum hv_status guest_signal_event(struct hypercall *call)
{
	const struct hv_in_guest_event *in = call->input;

	if (in->reserved || in->flag > HV_MESSAGE_FLAGS)
		return HV_STATUS_INVALID_PARAMETER;
	if (in->connection_id & HV_CONNECTION_ID_RESERVED)
		return HV_STATUS_INVALID_CONNECTION_ID;
	return send(call);
}

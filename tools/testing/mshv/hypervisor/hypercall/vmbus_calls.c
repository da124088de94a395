// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypercall by which a partition posts a message to its host.
 */
#include "hypercall.h"
#include "tlfs_synthetic.h"
#include "tlfs_vmbus.h"
#include "vmbus.h"

/**
 * call_post_to_connection() - HvCallPostMessage
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (reserved field, a
 * type of the hypervisor's own, more than a message has room for), or as
 * vmbus_receive().
 */
enum hv_status call_post_to_connection(struct hypercall *call)
{
	const struct hv_in_post_to_connection *in = call->input;

	if (in->reserved || !in->type || (in->type & HV_MESSAGE_HYPERVISOR) ||
	    in->payload_size > HV_MESSAGE_PAYLOAD)
		return HV_STATUS_INVALID_PARAMETER;
	return vmbus_receive(in->connection_id, in->type, in->payload,
			     in->payload_size);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls about ports. There are none but doorbells: the port is the
 * parent's, the connection belongs to one of its children.
 */
#include "hypercall.h"
#include "port.h"

/* No child can address more. */
#define GPA_LIMIT	BIT(52)

static bool is_parent(u64 id)
{
	return id == HV_PARTITION_ID_SELF || id == parent.id;
}

static bool valid_id(u32 id)
{
	return id && !(id & HV_PORT_ID_RESERVED);
}

static enum hv_status check_create(const struct hv_in_create_port *in)
{
	if (!is_parent(in->port_partition_id))
		return HV_STATUS_INVALID_PARTITION_ID;
	if (!valid_id(in->port_id))
		return HV_STATUS_INVALID_PORT_ID;
	if (in->port_vtl || in->min_connection_vtl || in->padding ||
	    in->type != HV_PORT_TYPE_DOORBELL || in->padding2 ||
	    in->target_sint >= HV_NUM_SINTS || in->reserved ||
	    in->proximity.flags)
		return HV_STATUS_INVALID_PARAMETER;
	if (in->target_vp != HV_ANY_VP && in->target_vp >= parent.num_vps)
		return HV_STATUS_INVALID_VP_INDEX;
	return HV_STATUS_SUCCESS;
}

/**
 * call_create_port() - HvCallCreatePort
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARTITION_ID (also: the port is
 * not the caller's), HV_STATUS_INVALID_PORT_ID, HV_STATUS_INVALID_PARAMETER,
 * HV_STATUS_INVALID_VP_INDEX, or as child_get_active() and port_create().
 */
enum hv_status call_create_port(struct hypercall *call)
{
	const struct hv_in_create_port *in = call->input;
	const struct port like = {
		.id = in->port_id,
		.child = in->connection_partition_id,
		.sint = in->target_sint,
		.target = in->target_vp,
	};
	enum hv_status status;
	struct child *child;

	status = check_create(in);
	if (!status)
		status = child_get_active(in->connection_partition_id, &child);
	if (status)
		return status;
	status = port_create(&like);
	spin_unlock(&children_lock);
	return status;
}

/**
 * call_delete_port() - HvCallDeletePort
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARTITION_ID,
 * HV_STATUS_INVALID_PARAMETER (reserved field), or as port_delete().
 */
enum hv_status call_delete_port(struct hypercall *call)
{
	const struct hv_in_delete_port *in = call->input;
	enum hv_status status;

	if (!is_parent(in->port_partition_id))
		return HV_STATUS_INVALID_PARTITION_ID;
	if (in->reserved)
		return HV_STATUS_INVALID_PARAMETER;
	spin_lock(&children_lock);
	status = port_delete(in->port_id);
	spin_unlock(&children_lock);
	return status;
}

static u64 trigger_bytes(u64 flags)
{
	u32 size = HV_DOORBELL_SIZE(flags);

	return size == HV_DOORBELL_SIZE_ANY ? 1 : BIT(size - 1);
}

static enum hv_status check_connect(const struct hv_in_connect_port *in)
{
	if (!is_parent(in->port_partition_id))
		return HV_STATUS_INVALID_PARTITION_ID;
	if (!valid_id(in->connection_id))
		return HV_STATUS_INVALID_CONNECTION_ID;
	if (in->connection_vtl ||
	    !all_zero(in->reserved, sizeof(in->reserved)) || in->reserved2 ||
	    in->type != HV_PORT_TYPE_DOORBELL || in->padding ||
	    (in->flags & ~HV_DOORBELL_FLAGS) ||
	    HV_DOORBELL_SIZE(in->flags) > HV_DOORBELL_SIZE_QWORD ||
	    in->proximity.flags)
		return HV_STATUS_INVALID_PARAMETER;
	if (in->gpa > GPA_LIMIT - trigger_bytes(in->flags))
		return HV_STATUS_INVALID_PARAMETER;
	return HV_STATUS_SUCCESS;
}

static enum hv_status connect(struct child *child,
			      const struct hv_in_connect_port *in)
{
	const struct connection like = {
		.id = in->connection_id,
		.port = port_find(in->port_id),
		.gpa = in->gpa,
		.value = in->trigger_value,
		.flags = in->flags,
	};

	if (!like.port)
		return HV_STATUS_INVALID_PORT_ID;
	if (like.port->child != child->id)
		return HV_STATUS_ACCESS_DENIED;
	return connection_create(child, &like);
}

/**
 * call_connect_port() - HvCallConnectPort
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARTITION_ID,
 * HV_STATUS_INVALID_CONNECTION_ID, HV_STATUS_INVALID_PARAMETER,
 * HV_STATUS_INVALID_PORT_ID, HV_STATUS_ACCESS_DENIED (the port is for another
 * child), or as child_get_active() and connection_create().
 */
enum hv_status call_connect_port(struct hypercall *call)
{
	const struct hv_in_connect_port *in = call->input;
	enum hv_status status;
	struct child *child;

	status = check_connect(in);
	if (!status)
		status = child_get_active(in->connection_partition_id, &child);
	if (status)
		return status;
	status = connect(child, in);
	spin_unlock(&children_lock);
	return status;
}

/**
 * call_disconnect_port() - HvCallDisconnectPort
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (reserved field, or the
 * connection is not said to be a doorbell), or as child_get_active() and
 * connection_delete().
 */
enum hv_status call_disconnect_port(struct hypercall *call)
{
	const struct hv_in_disconnect_port *in = call->input;
	enum hv_status status;
	struct child *child;

	if (in->flags != HV_DISCONNECT_DOORBELL)
		return HV_STATUS_INVALID_PARAMETER;
	status = child_get_active(in->connection_partition_id, &child);
	if (status)
		return status;
	status = connection_delete(child, in->connection_id);
	spin_unlock(&children_lock);
	return status;
}

/**
 * call_notify_port_ring_empty() - HvCallNotifyPortRingEmpty
 * @call: the call
 *
 * The calling VP has read a ring that was full: what was held back goes there.
 *
 * Return: HV_STATUS_SUCCESS or HV_STATUS_INVALID_PARAMETER.
 */
enum hv_status call_notify_port_ring_empty(struct hypercall *call)
{
	const struct hv_in_notify_port_ring_empty *in = call->input;

	if (in->sint >= HV_NUM_SINTS || in->reserved)
		return HV_STATUS_INVALID_PARAMETER;
	spin_lock(&children_lock);
	doorbell_room(call->vp, in->sint);
	spin_unlock(&children_lock);
	return HV_STATUS_SUCCESS;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Doorbell ports. A port belongs to this partition and has an id of our choice
 * that an event ring will name. A connection belongs to a child and says which
 * of its writes lead to the port. There is one connection for each port, and it
 * has the same id.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/log2.h>
#include <linux/rcupdate.h>
#include <linux/xarray.h>
#include <kunit/static_stub.h>
#include <asm/mshyperv.h>

#include "hvcall.h"
#include "port.h"
#include "trace.h"

/* The hypervisor's limit: 24 bits. */
#define LAST_PORT_ID	GENMASK(23, 0)

/*
 * Ports by id, for the interrupt handler, under RCU. Ids are used in turn: an
 * event that still lies in a ring when its port is closed must not ring another
 * one.
 */
static DEFINE_XARRAY_ALLOC1(ports);
static u32 next_port_id;

/**
 * mshv_port_last_id() - the largest id of a port
 *
 * Return: that.
 */
u32 mshv_port_last_id(void)
{
	KUNIT_STATIC_STUB_REDIRECT(mshv_port_last_id);

	return LAST_PORT_ID;
}

static int reserve_port_id(struct mshv_port *port)
{
	int ret = xa_alloc_cyclic(&ports, &port->id, NULL,
				  XA_LIMIT(1, mshv_port_last_id()),
				  &next_port_id, GFP_KERNEL_ACCOUNT);

	if (ret == -EBUSY)
		return -ENOSPC;
	return min(ret, 0);
}

static int create_port(const struct mshv_port *port)
{
	const struct hv_input_create_port in = {
		.port_partition_id = hv_current_partition_id,
		.port_id.u.id = port->id,
		.connection_partition_id = port->child,
		.port_info = {
			.port_type = HV_PORT_TYPE_DOORBELL,
			.doorbell_port_info = {
				.target_sint = HV_SYNIC_DOORBELL_SINT_INDEX,
				.target_vp = HV_ANY_VP,
			},
		},
	};

	return mshv_hvcall_pooled(HV_PARTITION_ID_SELF, HVCALL_CREATE_PORT,
				  &in, sizeof(in), NULL, 0);
}

static void delete_port(const struct mshv_port *port)
{
	const union hv_input_delete_port in = {
		.port_partition_id = hv_current_partition_id,
		.port_id.u.id = port->id,
	};
	u64 status = mshv_hvcall(HVCALL_DELETE_PORT, &in, sizeof(in), NULL, 0);

	if (!hv_result_success(status))
		mshv_hvcall_report(HVCALL_DELETE_PORT, port->child, status);
}

static u64 connection_flags(const struct mshv_doorbell *doorbell)
{
	u64 flags = HV_DOORBELL_FLAG_TRIGGER_SIZE_ANY;

	/* The sizes are numbered: 1 for a byte, 2 for a word and so on. */
	static_assert(HV_DOORBELL_FLAG_TRIGGER_SIZE_BYTE == 1);
	static_assert(HV_DOORBELL_FLAG_TRIGGER_SIZE_QWORD == 4);
	if (doorbell->length)
		flags = ilog2(doorbell->length) + 1;
	if (doorbell->any_value)
		flags |= HV_DOORBELL_FLAG_TRIGGER_ANY_VALUE;
	return flags;
}

static int connect_port(const struct mshv_port *port,
			const struct mshv_doorbell *doorbell)
{
	const struct hv_input_connect_port in = {
		.connection_partition_id = port->child,
		.connection_id.u.id = port->id,
		.port_partition_id = hv_current_partition_id,
		.port_id.u.id = port->id,
		.connection_info = {
			.port_type = HV_PORT_TYPE_DOORBELL,
			.doorbell_connection_info = {
				.gpa = doorbell->address,
				.trigger_value = doorbell->value,
				.flags = connection_flags(doorbell),
			},
		},
	};

	return mshv_hvcall_pooled(port->child, HVCALL_CONNECT_PORT,
				  &in, sizeof(in), NULL, 0);
}

static void disconnect_port(const struct mshv_port *port)
{
	const union hv_input_disconnect_port in = {
		.connection_partition_id = port->child,
		.connection_id.u.id = port->id,
		.is_doorbell = 1,
	};
	u64 status = mshv_hvcall(HVCALL_DISCONNECT_PORT, &in, sizeof(in), NULL,
				 0);

	if (!hv_result_success(status))
		mshv_hvcall_report(HVCALL_DISCONNECT_PORT, port->child, status);
}

/**
 * mshv_port_open() - let writes of a child ring
 * @port: @child and @ring are set
 * @doorbell: which writes
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOSPC when all ids are in use, -ENOMEM, or the errno for a
 *	   hypercall's status.
 */
int mshv_port_open(struct mshv_port *port, const struct mshv_doorbell *doorbell)
{
	int ret;

	ret = reserve_port_id(port);
	if (ret)
		return ret;
	ret = create_port(port);
	if (ret)
		goto release;

	/* The first write may come as soon as the child is connected. */
	xa_store(&ports, port->id, port, GFP_KERNEL_ACCOUNT);
	ret = connect_port(port, doorbell);
	if (ret)
		goto delete;
	return 0;

delete:
	delete_port(port);
release:
	xa_erase(&ports, port->id);
	return ret;
}

/**
 * mshv_port_close() - undo mshv_port_open()
 * @port: the port; what it rang before may still be on its way
 *
 * Context: Process context, may sleep.
 */
void mshv_port_close(struct mshv_port *port)
{
	disconnect_port(port);
	delete_port(port);
	xa_erase(&ports, port->id);
}

/**
 * mshv_port_ring() - an event ring names a port
 * @id: the name
 *
 * Context: Any; the callback expects the interrupt handler.
 * Return: whether there is such a port; one that was closed a moment ago is
 *	   none.
 */
bool mshv_port_ring(u32 id)
{
	struct mshv_port *port;

	KUNIT_STATIC_STUB_REDIRECT(mshv_port_ring, id);

	guard(rcu)();
	port = xa_load(&ports, id);
	if (!port)
		return false;

	trace_mshv_doorbell(port->child, id);
	port->ring(port);
	return true;
}

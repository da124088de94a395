// SPDX-License-Identifier: GPL-2.0-only
/*
 * Doorbell ports of the parent, and connections of its children to them: what
 * the parent gets wrong is answered by a status, and what they cost comes back.
 */
#include <linux/string.h>

#include "child.h"

#define PORT		5
#define CONNECTION	7
#define ADDRESS		0x10000000ULL
#define NOT_A_CHILD	0xdead0000
#define TOO_LARGE_ID	BIT(24)

static const struct hv_input_create_port good_port = {
	.port_partition_id = HV_PARTITION_ID_SELF,
	.port_id.asu32 = PORT,
	.port_info = {
		.port_type = HV_PORT_TYPE_DOORBELL,
		.doorbell_port_info = {
			.target_sint = HV_SYNIC_DOORBELL_SINT_INDEX,
			.target_vp = HV_ANY_VP,
		},
	},
};

static const struct hv_input_connect_port good_connection = {
	.port_partition_id = HV_PARTITION_ID_SELF,
	.port_id.asu32 = PORT,
	.connection_id.asu32 = CONNECTION,
	.connection_info = {
		.port_type = HV_PORT_TYPE_DOORBELL,
		.doorbell_connection_info = {
			.gpa = ADDRESS,
			.trigger_value = 1,
			.flags = HV_DOORBELL_FLAG_TRIGGER_SIZE_DWORD,
		},
	},
};

static u64 create(struct kunit *test, const struct hv_input_create_port *like)
{
	const struct pages *pages = test->priv;

	memcpy(pages->in, like, sizeof(*like));
	return page_call(test, HVCALL_CREATE_PORT);
}

static u64 connect(struct kunit *test, const struct hv_input_connect_port *like)
{
	const struct pages *pages = test->priv;

	memcpy(pages->in, like, sizeof(*like));
	return page_call(test, HVCALL_CONNECT_PORT);
}

static u64 delete(u64 partition, u64 port)
{
	return raw_call(HVCALL_DELETE_PORT | HV_HYPERCALL_FAST_BIT, partition,
			port);
}

static u64 disconnect(u64 child, u64 connection_and_flags)
{
	return raw_call(HVCALL_DISCONNECT_PORT | HV_HYPERCALL_FAST_BIT, child,
			connection_and_flags);
}

#define DOORBELL	BIT_ULL(32)	/* in the second word of a disconnection */

static u64 notify(u64 sint)
{
	return raw_call(HVCALL_NOTIFY_PORT_RING_EMPTY | HV_HYPERCALL_FAST_BIT,
			sint, 0);
}

/* A child with a port for it. */
static u64 child_with_port(struct kunit *test)
{
	struct hv_input_create_port port = good_port;
	u64 id = active_child(test);

	EXPECT_STATUS(test, fill_pool(test, HV_PARTITION_ID_SELF, 2),
		      HV_STATUS_SUCCESS);
	port.connection_partition_id = id;
	EXPECT_STATUS(test, create(test, &port), HV_STATUS_SUCCESS);
	return id;
}

static void end_child_and_port(struct kunit *test, u64 id)
{
	EXPECT_STATUS(test, delete(HV_PARTITION_ID_SELF, PORT),
		      HV_STATUS_SUCCESS);
	end_child(test, id);
}

static void guests_have_none(struct kunit *test)
{
	if (this_role() != ROLE_GUEST)
		kunit_skip(test, "this is a parent");
	EXPECT_STATUS(test, create(test, &good_port), HV_STATUS_ACCESS_DENIED);
	EXPECT_STATUS(test, connect(test, &good_connection),
		      HV_STATUS_ACCESS_DENIED);
	EXPECT_STATUS(test, delete(HV_PARTITION_ID_SELF, PORT),
		      HV_STATUS_ACCESS_DENIED);
	EXPECT_STATUS(test, disconnect(0, CONNECTION | DOORBELL),
		      HV_STATUS_ACCESS_DENIED);
	EXPECT_STATUS(test, notify(HV_SYNIC_DOORBELL_SINT_INDEX),
		      HV_STATUS_ACCESS_DENIED);
}

struct port_case {
	struct hv_input_create_port change;	/* laid over good_port by OR */
	int status;
};

#define PORT_CASE(field, value, result) \
	{ .change = { .field = (value) }, .status = HV_STATUS_##result }

static void or_bytes(void *to, const void *from, size_t size)
{
	while (size--)
		((u8 *)to)[size] |= ((const u8 *)from)[size];
}

static void ports_are_checked(struct kunit *test)
{
	static const struct port_case cases[] = {
		PORT_CASE(port_id.asu32, TOO_LARGE_ID, INVALID_PORT_ID),
		PORT_CASE(port_vtl, 1, INVALID_PARAMETER),
		PORT_CASE(min_connection_vtl, 1, INVALID_PARAMETER),
		PORT_CASE(padding, 1, INVALID_PARAMETER),
		PORT_CASE(port_info.port_type, 1, INVALID_PARAMETER),
		PORT_CASE(port_info.padding, 1, INVALID_PARAMETER),
		PORT_CASE(port_info.doorbell_port_info.target_sint, 16,
			  INVALID_PARAMETER),
		PORT_CASE(port_info.doorbell_port_info.rsvdz, 1,
			  INVALID_PARAMETER),
	};
	struct hv_input_create_port port;
	u64 id = active_child(test);
	size_t i;

	EXPECT_STATUS(test, fill_pool(test, HV_PARTITION_ID_SELF, 1),
		      HV_STATUS_SUCCESS);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		port = good_port;
		port.connection_partition_id = id;
		or_bytes(&port, &cases[i].change, sizeof(port));
		KUNIT_EXPECT_EQ_MSG(test, hv_result(create(test, &port)),
				    cases[i].status, "case %zu", i);
	}

	port = good_port;
	port.connection_partition_id = id;
	port.port_partition_id = id;
	EXPECT_STATUS(test, create(test, &port),
		      HV_STATUS_INVALID_PARTITION_ID);
	port.port_partition_id = HV_PARTITION_ID_SELF;
	port.port_id.asu32 = 0;
	EXPECT_STATUS(test, create(test, &port), HV_STATUS_INVALID_PORT_ID);
	port.port_id.asu32 = PORT;
	port.port_info.doorbell_port_info.target_vp = 1000;
	EXPECT_STATUS(test, create(test, &port), HV_STATUS_INVALID_VP_INDEX);
	port.port_info.doorbell_port_info.target_vp = HV_ANY_VP;
	port.connection_partition_id = NOT_A_CHILD;
	EXPECT_STATUS(test, create(test, &port),
		      HV_STATUS_INVALID_PARTITION_ID);
	end_child(test, id);
}

static void ports_are_paid_by_the_parent(struct kunit *test)
{
	struct hv_input_create_port port = good_port;
	u64 id = active_child(test);

	give_back_pool(test, HV_PARTITION_ID_SELF);
	port.connection_partition_id = id;
	EXPECT_STATUS(test, create(test, &port),
		      HV_STATUS_INSUFFICIENT_MEMORY);
	EXPECT_STATUS(test, fill_pool(test, HV_PARTITION_ID_SELF, 1),
		      HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, create(test, &port), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, withdraw(test, HV_PARTITION_ID_SELF, 1),
		      HV_STATUS_NO_RESOURCES);
	EXPECT_STATUS(test, create(test, &port), HV_STATUS_INVALID_PORT_ID);
	end_child_and_port(test, id);
}

static void ports_are_for_active_children(struct kunit *test)
{
	struct hv_input_create_port port = good_port;
	u64 id;

	KUNIT_ASSERT_TRUE(test, hv_result_success(create_child(test, &id)));
	port.connection_partition_id = id;
	EXPECT_STATUS(test, create(test, &port),
		      HV_STATUS_INVALID_PARTITION_STATE);
	EXPECT_STATUS(test, child_call(test, HVCALL_DELETE_PARTITION, id),
		      HV_STATUS_SUCCESS);
}

static void deletion_is_checked(struct kunit *test)
{
	u64 id = child_with_port(test);

	EXPECT_STATUS(test, delete(id, PORT), HV_STATUS_INVALID_PARTITION_ID);
	EXPECT_STATUS(test, delete(HV_PARTITION_ID_SELF, PORT + 1),
		      HV_STATUS_INVALID_PORT_ID);
	EXPECT_STATUS(test, delete(HV_PARTITION_ID_SELF,
				   PORT | BIT_ULL(32)),
		      HV_STATUS_INVALID_PARAMETER);
	end_child_and_port(test, id);
	EXPECT_STATUS(test, delete(HV_PARTITION_ID_SELF, PORT),
		      HV_STATUS_INVALID_PORT_ID);
}

struct connection_case {
	struct hv_input_connect_port change;
	int status;
};

#define DOORBELL_INFO connection_info.doorbell_connection_info

static void connections_are_checked(struct kunit *test)
{
	static const struct connection_case cases[] = {
		PORT_CASE(connection_id.asu32, TOO_LARGE_ID,
			  INVALID_CONNECTION_ID),
		PORT_CASE(connection_vtl, 1, INVALID_PARAMETER),
		PORT_CASE(rsvdz0, 1, INVALID_PARAMETER),
		PORT_CASE(rsvdz1, 1, INVALID_PARAMETER),
		PORT_CASE(reserved2, 1, INVALID_PARAMETER),
		PORT_CASE(connection_info.port_type, 1, INVALID_PARAMETER),
		PORT_CASE(connection_info.padding, 1, INVALID_PARAMETER),
		PORT_CASE(DOORBELL_INFO.flags, 4, INVALID_PARAMETER),
		PORT_CASE(DOORBELL_INFO.flags, 8, INVALID_PARAMETER),
		PORT_CASE(DOORBELL_INFO.flags, BIT_ULL(32), INVALID_PARAMETER),
		PORT_CASE(DOORBELL_INFO.gpa, BIT_ULL(52), INVALID_PARAMETER),
		PORT_CASE(DOORBELL_INFO.gpa, ~0ULL, INVALID_PARAMETER),
		PORT_CASE(port_id.asu32, 8, INVALID_PORT_ID),
	};
	struct hv_input_connect_port connection;
	u64 id = child_with_port(test);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		connection = good_connection;
		connection.connection_partition_id = id;
		or_bytes(&connection, &cases[i].change, sizeof(connection));
		KUNIT_EXPECT_EQ_MSG(test,
				    hv_result(connect(test, &connection)),
				    cases[i].status, "case %zu", i);
	}

	connection = good_connection;
	connection.connection_partition_id = id;
	connection.port_partition_id = id;
	EXPECT_STATUS(test, connect(test, &connection),
		      HV_STATUS_INVALID_PARTITION_ID);
	connection.port_partition_id = HV_PARTITION_ID_SELF;
	connection.connection_id.asu32 = 0;
	EXPECT_STATUS(test, connect(test, &connection),
		      HV_STATUS_INVALID_CONNECTION_ID);
	connection.connection_id.asu32 = CONNECTION;
	connection.connection_partition_id = HV_PARTITION_ID_SELF;
	EXPECT_STATUS(test, connect(test, &connection),
		      HV_STATUS_INVALID_PARTITION_ID);
	end_child_and_port(test, id);
}

static void a_port_is_for_one_child(struct kunit *test)
{
	struct hv_input_connect_port connection = good_connection;
	u64 id = child_with_port(test), other = active_child(test);

	connection.connection_partition_id = other;
	EXPECT_STATUS(test, connect(test, &connection),
		      HV_STATUS_ACCESS_DENIED);
	end_child(test, other);
	end_child_and_port(test, id);
}

static void connections_collide(struct kunit *test)
{
	struct hv_input_connect_port connection = good_connection;
	u64 id = child_with_port(test);

	connection.connection_partition_id = id;
	EXPECT_STATUS(test, connect(test, &connection), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, connect(test, &connection),
		      HV_STATUS_INVALID_CONNECTION_ID);
	connection.connection_id.asu32++;
	EXPECT_STATUS(test, connect(test, &connection),
		      HV_STATUS_INVALID_PARAMETER);
	connection.DOORBELL_INFO.trigger_value++;
	EXPECT_STATUS(test, connect(test, &connection), HV_STATUS_SUCCESS);
	connection.connection_id.asu32++;
	connection.DOORBELL_INFO.flags |= HV_DOORBELL_FLAG_TRIGGER_ANY_VALUE;
	EXPECT_STATUS(test, connect(test, &connection),
		      HV_STATUS_INVALID_PARAMETER);
	connection.DOORBELL_INFO.gpa++;
	EXPECT_STATUS(test, connect(test, &connection), HV_STATUS_SUCCESS);
	connection.connection_id.asu32++;
	connection.DOORBELL_INFO.flags = HV_DOORBELL_FLAG_TRIGGER_ANY_VALUE;
	EXPECT_STATUS(test, connect(test, &connection), HV_STATUS_SUCCESS);

	/* The end of the child is the end of what is left. */
	EXPECT_STATUS(test, disconnect(id, CONNECTION | DOORBELL),
		      HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, delete(HV_PARTITION_ID_SELF, PORT),
		      HV_STATUS_OPERATION_DENIED);
	end_child(test, id);
	EXPECT_STATUS(test, delete(HV_PARTITION_ID_SELF, PORT),
		      HV_STATUS_SUCCESS);
}

static void connections_are_paid_by_the_child(struct kunit *test)
{
	struct hv_input_connect_port connection = good_connection;
	u64 id = child_with_port(test);

	give_back_pool(test, id);
	connection.connection_partition_id = id;
	EXPECT_STATUS(test, connect(test, &connection),
		      HV_STATUS_INSUFFICIENT_MEMORY);
	EXPECT_STATUS(test, fill_pool(test, id, 1), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, connect(test, &connection), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, withdraw(test, id, 1), HV_STATUS_NO_RESOURCES);
	EXPECT_STATUS(test, disconnect(id, CONNECTION | DOORBELL),
		      HV_STATUS_SUCCESS);
	end_child_and_port(test, id);
}

static void disconnection_is_checked(struct kunit *test)
{
	struct hv_input_connect_port connection = good_connection;
	u64 id = child_with_port(test);

	connection.connection_partition_id = id;
	EXPECT_STATUS(test, connect(test, &connection), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, disconnect(id, CONNECTION),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, disconnect(id, CONNECTION | 3 * DOORBELL),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, disconnect(id, (CONNECTION + 1) | DOORBELL),
		      HV_STATUS_INVALID_CONNECTION_ID);
	EXPECT_STATUS(test, disconnect(NOT_A_CHILD, CONNECTION | DOORBELL),
		      HV_STATUS_INVALID_PARTITION_ID);
	EXPECT_STATUS(test, disconnect(id, CONNECTION | DOORBELL),
		      HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, disconnect(id, CONNECTION | DOORBELL),
		      HV_STATUS_INVALID_CONNECTION_ID);
	end_child_and_port(test, id);
}

static void empty_rings_are_told(struct kunit *test)
{
	EXPECT_STATUS(test, notify(HV_SYNIC_DOORBELL_SINT_INDEX),
		      HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, notify(HV_SYNIC_SINT_COUNT),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, notify(BIT_ULL(32)), HV_STATUS_INVALID_PARAMETER);
}

static struct kunit_case guest_cases[] = {
	KUNIT_CASE(guests_have_none),
	{}
};

static struct kunit_suite guest_suite = {
	.name = "hv_ports_of_guests",
	.init = pages_init,
	.exit = pages_exit,
	.test_cases = guest_cases,
};

static struct kunit_case cases[] = {
	KUNIT_CASE(ports_are_checked),
	KUNIT_CASE(ports_are_paid_by_the_parent),
	KUNIT_CASE(ports_are_for_active_children),
	KUNIT_CASE(deletion_is_checked),
	KUNIT_CASE(connections_are_checked),
	KUNIT_CASE(a_port_is_for_one_child),
	KUNIT_CASE(connections_collide),
	KUNIT_CASE(connections_are_paid_by_the_child),
	KUNIT_CASE(disconnection_is_checked),
	KUNIT_CASE(empty_rings_are_told),
	{}
};

static struct kunit_suite suite = {
	.name = "hv_ports",
	.init = child_init,
	.exit = child_exit,
	.test_cases = cases,
};

kunit_test_suites(&guest_suite, &suite);

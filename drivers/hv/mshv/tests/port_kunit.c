// SPDX-License-Identifier: GPL-2.0-only
/* Ports: what the hypervisor is told, who is found by an id, and what is left. */
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <asm/mshyperv.h>

#include "../deposit.h"
#include "../hvcall.h"
#include "../port.h"

#define CHILD		42
#define MAX_CALLS	16
#define LAST_ID		3

/**
 * struct fixture - a hypervisor that remembers what it was told
 * @calls: codes, in order
 * @count: how many
 * @refused: the code that fails, or 0
 * @create: the last input of HVCALL_CREATE_PORT
 * @connect: the last input of HVCALL_CONNECT_PORT
 * @ids: what the last HVCALL_DISCONNECT_PORT and HVCALL_DELETE_PORT named
 * @is_doorbell: the former said so
 * @ports: of the test
 * @rung: which of them was rung last
 */
struct fixture {
	u16 calls[MAX_CALLS];
	size_t count;
	u16 refused;
	struct hv_input_create_port create;
	struct hv_input_connect_port connect;
	u32 ids[2];
	bool is_doorbell;
	struct mshv_port ports[LAST_ID + 1];
	const struct mshv_port *rung;
};

static void note_input(struct fixture *fx, u16 code, const void *in)
{
	const union hv_input_disconnect_port *disconnect = in;
	const union hv_input_delete_port *delete = in;

	switch (code) {
	case HVCALL_CREATE_PORT:
		memcpy(&fx->create, in, sizeof(fx->create));
		break;
	case HVCALL_CONNECT_PORT:
		memcpy(&fx->connect, in, sizeof(fx->connect));
		break;
	case HVCALL_DISCONNECT_PORT:
		fx->ids[0] = disconnect->connection_id.asu32;
		fx->is_doorbell = disconnect->is_doorbell &&
				  disconnect->connection_partition_id == CHILD;
		break;
	case HVCALL_DELETE_PORT:
		fx->ids[1] = delete->port_id.asu32;
		break;
	}
}

static u64 fake_hvcall(u16 code, const void *in, size_t in_size,
		       void *out, size_t out_size)
{
	struct fixture *fx = kunit_get_current_test()->priv;

	if (fx->count < MAX_CALLS)
		fx->calls[fx->count++] = code;
	note_input(fx, code, in);
	return code == fx->refused ? HV_STATUS_ACCESS_DENIED :
				     HV_STATUS_SUCCESS;
}

static u32 few_ids(void)
{
	return LAST_ID;
}

static void note_ring(struct mshv_port *port)
{
	struct fixture *fx = kunit_get_current_test()->priv;

	fx->rung = port;
}

static int port_init(struct kunit *test)
{
	struct fixture *fx = kunit_kzalloc(test, sizeof(*fx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fx);
	for (size_t i = 0; i < ARRAY_SIZE(fx->ports); i++) {
		fx->ports[i].child = CHILD;
		fx->ports[i].ring = note_ring;
	}
	test->priv = fx;
	kunit_activate_static_stub(test, mshv_hvcall, fake_hvcall);
	return 0;
}

static const struct mshv_doorbell doorbell = {
	.address = 0x1234567890,
	.length = 4,
	.value = 0x99,
};

static void expect_calls(struct kunit *test, const u16 *calls, size_t count)
{
	struct fixture *fx = test->priv;

	KUNIT_ASSERT_EQ(test, fx->count, count);
	for (size_t i = 0; i < count; i++)
		KUNIT_EXPECT_EQ(test, fx->calls[i], calls[i]);
	fx->count = 0;
}

static void opening_creates_and_connects(struct kunit *test)
{
	static const u16 opening[] = { HVCALL_CREATE_PORT, HVCALL_CONNECT_PORT };
	static const u16 closing[] = { HVCALL_DISCONNECT_PORT,
				       HVCALL_DELETE_PORT };
	struct fixture *fx = test->priv;
	struct mshv_port *port = fx->ports;

	KUNIT_ASSERT_EQ(test, mshv_port_open(port, &doorbell), 0);
	expect_calls(test, opening, ARRAY_SIZE(opening));
	KUNIT_EXPECT_EQ(test, fx->create.port_id.asu32, port->id);
	KUNIT_EXPECT_EQ(test, fx->create.connection_partition_id, CHILD);
	KUNIT_EXPECT_EQ(test, fx->create.port_info.port_type, 4);
	KUNIT_EXPECT_EQ(test,
			fx->create.port_info.doorbell_port_info.target_sint, 5);
	KUNIT_EXPECT_EQ(test, fx->create.port_info.doorbell_port_info.target_vp,
			U32_MAX);
	KUNIT_EXPECT_EQ(test, fx->connect.port_id.asu32, port->id);
	KUNIT_EXPECT_EQ(test, fx->connect.connection_id.asu32, port->id);
	KUNIT_EXPECT_EQ(test, fx->connect.connection_partition_id, CHILD);
	KUNIT_EXPECT_EQ(test, fx->connect.connection_info.port_type, 4);

	mshv_port_close(port);
	expect_calls(test, closing, ARRAY_SIZE(closing));
	KUNIT_EXPECT_EQ(test, fx->ids[0], port->id);
	KUNIT_EXPECT_EQ(test, fx->ids[1], port->id);
	KUNIT_EXPECT_TRUE(test, fx->is_doorbell);
}

static void each_kind_of_write_has_its_flags(struct kunit *test)
{
	static const struct {
		u32 length;
		bool any_value;
		u64 flags;
	} kinds[] = {
		{ 0, true, 0x80000000 },
		{ 1, true, 0x80000001 },
		{ 2, true, 0x80000002 },
		{ 4, true, 0x80000003 },
		{ 8, true, 0x80000004 },
		{ 0, false, 0 },
		{ 1, false, 1 },
		{ 2, false, 2 },
		{ 4, false, 3 },
		{ 8, false, 4 },
	};
	struct fixture *fx = test->priv;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct mshv_doorbell kind = {
			.address = 0x1234567890,
			.length = kinds[i].length,
			.any_value = kinds[i].any_value,
			.value = 0x99,
		};
		const struct hv_connection_info *info =
			&fx->connect.connection_info;

		KUNIT_ASSERT_EQ(test, mshv_port_open(fx->ports, &kind), 0);
		KUNIT_EXPECT_EQ(test, info->doorbell_connection_info.flags,
				kinds[i].flags);
		KUNIT_EXPECT_EQ(test, info->doorbell_connection_info.gpa,
				0x1234567890);
		KUNIT_EXPECT_EQ(test,
				info->doorbell_connection_info.trigger_value,
				0x99);
		mshv_port_close(fx->ports);
		fx->count = 0;
	}
}

static void nothing_is_left_of_a_refusal(struct kunit *test)
{
	static const u16 no_port[] = { HVCALL_CREATE_PORT };
	static const u16 no_connection[] = {
		HVCALL_CREATE_PORT, HVCALL_CONNECT_PORT, HVCALL_DELETE_PORT
	};
	struct fixture *fx = test->priv;
	struct mshv_port *port = fx->ports;

	fx->refused = HVCALL_CREATE_PORT;
	KUNIT_EXPECT_EQ(test, mshv_port_open(port, &doorbell), -EACCES);
	expect_calls(test, no_port, ARRAY_SIZE(no_port));
	KUNIT_EXPECT_FALSE(test, mshv_port_ring(port->id));

	fx->refused = HVCALL_CONNECT_PORT;
	KUNIT_EXPECT_EQ(test, mshv_port_open(port, &doorbell), -EACCES);
	expect_calls(test, no_connection, ARRAY_SIZE(no_connection));
	KUNIT_EXPECT_FALSE(test, mshv_port_ring(port->id));
	KUNIT_EXPECT_NULL(test, fx->rung);
}

static void ids_find_open_ports(struct kunit *test)
{
	struct fixture *fx = test->priv;
	struct mshv_port *first = &fx->ports[0], *second = &fx->ports[1];

	KUNIT_ASSERT_EQ(test, mshv_port_open(first, &doorbell), 0);
	KUNIT_ASSERT_EQ(test, mshv_port_open(second, &doorbell), 0);
	KUNIT_EXPECT_NE(test, first->id, second->id);
	KUNIT_EXPECT_TRUE(test, mshv_port_ring(second->id));
	KUNIT_EXPECT_PTR_EQ(test, fx->rung, second);
	KUNIT_EXPECT_TRUE(test, mshv_port_ring(first->id));
	KUNIT_EXPECT_PTR_EQ(test, fx->rung, first);

	/* What a hypervisor may write that is no port */
	fx->rung = NULL;
	KUNIT_EXPECT_FALSE(test, mshv_port_ring(0));
	KUNIT_EXPECT_FALSE(test, mshv_port_ring(first->id | BIT(24)));
	KUNIT_EXPECT_FALSE(test, mshv_port_ring(U32_MAX));
	mshv_port_close(second);
	KUNIT_EXPECT_FALSE(test, mshv_port_ring(second->id));
	KUNIT_EXPECT_NULL(test, fx->rung);
	mshv_port_close(first);
}

static void ids_are_used_in_turn(struct kunit *test)
{
	struct fixture *fx = test->priv;
	struct mshv_port *port = fx->ports;
	u32 before;

	KUNIT_ASSERT_EQ(test, mshv_port_open(port, &doorbell), 0);
	before = port->id;
	mshv_port_close(port);
	KUNIT_ASSERT_EQ(test, mshv_port_open(port, &doorbell), 0);
	KUNIT_EXPECT_NE(test, port->id, before);
	mshv_port_close(port);
}

static void ids_run_out(struct kunit *test)
{
	struct fixture *fx = test->priv;
	int i;

	kunit_activate_static_stub(test, mshv_port_last_id, few_ids);
	for (i = 0; i < LAST_ID; i++) {
		KUNIT_ASSERT_EQ(test, mshv_port_open(&fx->ports[i], &doorbell),
				0);
		KUNIT_EXPECT_NE(test, fx->ports[i].id, 0);
		KUNIT_EXPECT_LE(test, fx->ports[i].id, LAST_ID);
	}
	fx->count = 0;
	KUNIT_EXPECT_EQ(test, mshv_port_open(&fx->ports[LAST_ID], &doorbell),
			-ENOSPC);
	KUNIT_EXPECT_EQ(test, fx->count, 0);
	/* For the table in Documentation/virt/hyperv/mshv-test-writing.rst */
	kunit_info(test, "reaches MSHV_IOEVENTFD ENOSPC");

	mshv_port_close(&fx->ports[1]);
	KUNIT_EXPECT_EQ(test, mshv_port_open(&fx->ports[LAST_ID], &doorbell),
			0);
	KUNIT_EXPECT_EQ(test, fx->ports[LAST_ID].id, fx->ports[1].id);
	for (i = 0; i <= LAST_ID; i++)
		if (i != 1)
			mshv_port_close(&fx->ports[i]);
}

static struct kunit_case port_cases[] = {
	KUNIT_CASE(opening_creates_and_connects),
	KUNIT_CASE(each_kind_of_write_has_its_flags),
	KUNIT_CASE(nothing_is_left_of_a_refusal),
	KUNIT_CASE(ids_find_open_ports),
	KUNIT_CASE(ids_are_used_in_turn),
	KUNIT_CASE(ids_run_out),
	{}
};

static struct kunit_suite port_suite = {
	.name = "mshv-port",
	.init = port_init,
	.test_cases = port_cases,
};

kunit_test_suite(port_suite);

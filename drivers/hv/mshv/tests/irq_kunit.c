// SPDX-License-Identifier: GPL-2.0-only
/* Where interrupts go, and which of the two ways they take. */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mshv.h>
#include <linux/string.h>
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <asm/mshyperv.h>

#include "../hvcall.h"
#include "../irq.h"
#include "../partition.h"
#include "../vp.h"

#define CHILD	42
#define VP	3
#define HIGHEST	0xff	/* the same VP again: an index that also means all */
#define FIXED	HV_X64_INTERRUPT_TYPE_FIXED

/* A partition with one VP, whose loop listens, and the hypercalls about it */
struct fixture {
	struct mshv_partition partition;
	struct mshv_vp vp;
	struct hv_vp_register_page page;
	unsigned int hypercalls;
	struct hv_input_assert_virtual_interrupt last;
	u16 status;
};

static u64 fake_hvcall(u16 code, const void *in, size_t in_size,
		       void *out, size_t out_size)
{
	struct kunit *test = kunit_get_current_test();
	struct fixture *fx = test->priv;

	KUNIT_EXPECT_EQ(test, code, HVCALL_ASSERT_VIRTUAL_INTERRUPT);
	KUNIT_EXPECT_EQ(test, in_size, sizeof(fx->last));
	KUNIT_EXPECT_EQ(test, out_size, 0);
	memcpy(&fx->last, in, sizeof(fx->last));
	fx->hypercalls++;
	return fx->status;
}

static int irq_init(struct kunit *test)
{
	struct fixture *fx = kunit_kzalloc(test, sizeof(*fx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fx);
	fx->partition.id = CHILD;
	mutex_init(&fx->partition.lock);
	xa_init(&fx->partition.vps);

	fx->vp.partition = &fx->partition;
	fx->vp.index = VP;
	fx->vp.registers.address = &fx->page;
	rcuwait_init(&fx->vp.run.wait);
	fx->vp.run.listening = true;
	KUNIT_ASSERT_EQ(test, xa_insert(&fx->partition.vps, VP, &fx->vp,
					GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, xa_insert(&fx->partition.vps, HIGHEST, &fx->vp,
					GFP_KERNEL), 0);

	test->priv = fx;
	kunit_activate_static_stub(test, mshv_hvcall, fake_hvcall);
	return 0;
}

static void irq_exit(struct kunit *test)
{
	struct fixture *fx = test->priv;

	xa_destroy(&fx->partition.vps);
}

static const struct {
	const char *name;
	u32 address;
	u32 data;
	u32 type;
	bool level;
	bool logical;
	u8 vector;
	u8 destination;
} messages[] = {
	{ "nothing", 0, 0, FIXED },
	{ "vector", 0xfee00000, 0x31, FIXED, .vector = 0x31 },
	{ "highest vector", 0, 0xff, FIXED, .vector = 0xff },
	{ "destination", 0xfee07000, 0x31, FIXED, .vector = 0x31,
	  .destination = 7 },
	{ "highest destination", 0xfeeff000, 0, FIXED, .destination = 0xff },
	{ "logical destination", 0xfee03004, 0x31, FIXED, .logical = true,
	  .vector = 0x31, .destination = 3 },
	{ "level", 0, 0x8031, FIXED, .level = true, .vector = 0x31 },
	{ "lowest priority", 0, 0x131, HV_X64_INTERRUPT_TYPE_LOWESTPRIORITY,
	  .vector = 0x31 },
	{ "SMI", 0, 0x200, HV_X64_INTERRUPT_TYPE_SMI },
	{ "NMI", 0, 0x400, HV_X64_INTERRUPT_TYPE_NMI },
	{ "INIT", 0, 0x500, HV_X64_INTERRUPT_TYPE_INIT },
	{ "legacy controller", 0, 0x700, HV_X64_INTERRUPT_TYPE_EXTINT },
	{ "bits without a meaning here", 0xfff00ffb, 0xffff7800, FIXED },
	{ "all bits", ~0U, ~0U, HV_X64_INTERRUPT_TYPE_EXTINT, .level = true,
	  .logical = true, .vector = 0xff, .destination = 0xff },
};

static void message_becomes_an_interrupt(struct kunit *test)
{
	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		const struct mshv_user_irq_entry entry = {
			.address_lo = messages[i].address,
			.data = messages[i].data,
		};
		const union hv_interrupt_control control = {
			.interrupt_type = messages[i].type,
			.level_triggered = messages[i].level,
			.logical_dest_mode = messages[i].logical,
		};
		struct mshv_irq irq = mshv_irq_decode(&entry);

		KUNIT_EXPECT_EQ_MSG(test, irq.control.as_uint64,
				    control.as_uint64, "%s", messages[i].name);
		KUNIT_EXPECT_EQ_MSG(test, irq.vector, messages[i].vector, "%s",
				    messages[i].name);
		KUNIT_EXPECT_EQ_MSG(test, irq.destination,
				    messages[i].destination, "%s",
				    messages[i].name);
		KUNIT_EXPECT_TRUE(test, irq.routed);
	}
}

static const struct {
	const char *name;
	struct mshv_user_irq_entry entries[3];
	u32 count;
	long result;
} tables[] = {
	{ "empty", .count = 0 },
	{ "one", { { .gsi = 0 } }, 1 },
	{ "highest number", { { .gsi = MSHV_MAX_ROUTES - 1 } }, 1 },
	{ "number too high", { { .gsi = MSHV_MAX_ROUTES } }, 1, -EINVAL },
	{ "highest number of all", { { .gsi = U32_MAX } }, 1, -EINVAL },
	{ "long address", { { .address_hi = 1 } }, 1, -EINVAL },
	{ "longest address", { { .address_hi = 1U << 31 } }, 1, -EINVAL },
	{ "not in order", { { 3 }, { 1 }, { 2 } }, 3 },
	{ "one twice", { { 3 }, { 1 }, { 3 } }, 3, -EINVAL },
	{ "last is bad", { { 3 }, { 1 }, { 2, .address_hi = 1 } }, 3, -EINVAL },
};

static void table_is_checked(struct kunit *test)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		struct mshv_irq_table *table =
			mshv_irq_table_create(tables[i].entries,
					      tables[i].count);

		KUNIT_EXPECT_EQ_MSG(test, PTR_ERR_OR_ZERO(table),
				    tables[i].result, "%s", tables[i].name);
		if (!tables[i].result)
			KUNIT_EXPECT_EQ_MSG(test, !!table, !!tables[i].count,
					    "%s", tables[i].name);
		if (!IS_ERR(table))
			kvfree(table);
	}
}

static struct mshv_irq route(struct kunit *test, u32 gsi)
{
	struct fixture *fx = test->priv;

	guard(srcu)(&mshv_irq_srcu);
	return mshv_irq_route(&fx->partition, gsi);
}

static void route_is_found(struct kunit *test)
{
	static const struct mshv_user_irq_entry entries[] = {
		{ .gsi = 5, .data = 0x35 }, { .gsi = 1, .data = 0x31 },
	};
	struct fixture *fx = test->priv;
	struct mshv_irq_table *table;

	KUNIT_EXPECT_FALSE(test, route(test, 0).routed);

	table = mshv_irq_table_create(entries, ARRAY_SIZE(entries));
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, table);
	rcu_assign_pointer(fx->partition.irq_table, table);
	KUNIT_EXPECT_EQ(test, route(test, 1).vector, 0x31);
	KUNIT_EXPECT_EQ(test, route(test, 5).vector, 0x35);
	KUNIT_EXPECT_TRUE(test, route(test, 5).routed);
	/* A gap, and numbers behind the last one. */
	KUNIT_EXPECT_FALSE(test, route(test, 0).routed);
	KUNIT_EXPECT_FALSE(test, route(test, 4).routed);
	KUNIT_EXPECT_FALSE(test, route(test, 6).routed);
	KUNIT_EXPECT_FALSE(test, route(test, MSHV_MAX_ROUTES).routed);
	KUNIT_EXPECT_FALSE(test, route(test, U32_MAX).routed);
	/* What is behind a table is no route, even if it looks like one. */
	table->count = 5;
	KUNIT_EXPECT_FALSE(test, route(test, 5).routed);

	mshv_irq_routing_destroy(&fx->partition);
}

/* An interrupt that can go by the page */
static const struct mshv_irq simple = {
	.control.interrupt_type = FIXED,
	.vector = 0x31,
	.destination = VP,
	.routed = true,
};

static void raise(struct kunit *test, const struct mshv_irq *irq)
{
	struct fixture *fx = test->priv;

	KUNIT_EXPECT_EQ(test, mshv_irq_raise(&fx->partition, irq), 0);
}

/* @bytes are the number of vectors and the vectors. */
static void expect_page(struct kunit *test, const char *bytes)
{
	struct fixture *fx = test->priv;
	char expected[sizeof(u64)] = {};

	memcpy(expected, bytes, strlen(bytes));
	KUNIT_EXPECT_MEMEQ(test, &fx->page.interrupt_vectors, expected,
			   sizeof(expected));
}

static void simple_interrupt_goes_by_the_page(struct kunit *test)
{
	struct fixture *fx = test->priv;
	struct mshv_irq irq = simple;

	raise(test, &irq);
	expect_page(test, "\x01\x31");
	/* Once more before the guest got it: still one interrupt. */
	raise(test, &irq);
	expect_page(test, "\x01\x31");

	irq.vector = 0x10;
	raise(test, &irq);
	irq.vector = 0xff;
	raise(test, &irq);
	expect_page(test, "\x03\x31\x10\xff");
	KUNIT_EXPECT_EQ(test, fx->hypercalls, 0);
}

static const struct {
	const char *name;
	struct mshv_irq irq;
} not_simple[] = {
	{ "level", { .control.level_triggered = 1, .vector = 0x31,
		     .destination = VP } },
	{ "logical", { .control.logical_dest_mode = 1, .vector = 0x31,
		       .destination = VP } },
	{ "NMI", { .control.interrupt_type = HV_X64_INTERRUPT_TYPE_NMI,
		   .destination = VP } },
	{ "lowest priority", {
		.control.interrupt_type = HV_X64_INTERRUPT_TYPE_LOWESTPRIORITY,
		.vector = 0x31, .destination = VP } },
	{ "vector of the processor", { .vector = 0xf, .destination = VP } },
	{ "all VPs", { .vector = 0x31, .destination = HIGHEST } },
	{ "no such VP", { .vector = 0x31, .destination = VP + 1 } },
};

static void others_go_by_hypercall(struct kunit *test)
{
	struct fixture *fx = test->priv;

	for (size_t i = 0; i < ARRAY_SIZE(not_simple); i++) {
		const struct mshv_irq *irq = &not_simple[i].irq;
		const struct hv_input_assert_virtual_interrupt expected = {
			.partition_id = CHILD,
			.control = irq->control,
			.dest_addr = irq->destination,
			.vector = irq->vector,
		};

		fx->hypercalls = 0;
		raise(test, irq);
		KUNIT_EXPECT_EQ_MSG(test, fx->hypercalls, 1, "%s",
				    not_simple[i].name);
		KUNIT_EXPECT_MEMEQ_MSG(test, &fx->last, &expected,
				       sizeof(expected), "%s",
				       not_simple[i].name);
	}
	expect_page(test, "");
}

static void nobody_listens(struct kunit *test)
{
	struct fixture *fx = test->priv;

	fx->vp.run.listening = false;
	raise(test, &simple);
	KUNIT_EXPECT_EQ(test, fx->hypercalls, 1);
	expect_page(test, "");

	fx->status = HV_STATUS_INVALID_PARTITION_STATE;
	KUNIT_EXPECT_EQ(test, mshv_irq_raise(&fx->partition, &simple), -EIO);
}

static void page_is_full(struct kunit *test)
{
	struct fixture *fx = test->priv;
	struct mshv_irq irq = simple;

	for (int i = 0; i < HV_VP_REGISTER_PAGE_MAX_VECTOR_COUNT; i++) {
		irq.vector = 0x41 + i;
		raise(test, &irq);
	}
	expect_page(test, "\x07\x41\x42\x43\x44\x45\x46\x47");
	KUNIT_EXPECT_EQ(test, fx->hypercalls, 0);

	raise(test, &irq);
	KUNIT_EXPECT_EQ(test, fx->hypercalls, 0);
	raise(test, &simple);
	KUNIT_EXPECT_EQ(test, fx->hypercalls, 1);
	expect_page(test, "\x07\x41\x42\x43\x44\x45\x46\x47");
}

static void page_is_nonsense(struct kunit *test)
{
	struct fixture *fx = test->priv;

	fx->page.interrupt_vectors.vector_count = 8;
	raise(test, &simple);
	KUNIT_EXPECT_EQ(test, fx->hypercalls, 1);
	expect_page(test, "\x08");
	mshv_irq_flush(&fx->vp);
	KUNIT_EXPECT_EQ(test, fx->hypercalls, 1);
	expect_page(test, "");
}

static void nothing_is_left_on_the_page(struct kunit *test)
{
	struct fixture *fx = test->priv;
	struct mshv_irq irq = simple;

	mshv_irq_flush(&fx->vp);
	KUNIT_EXPECT_EQ(test, fx->hypercalls, 0);

	raise(test, &irq);
	irq.vector = 0x77;
	raise(test, &irq);
	mshv_irq_flush(&fx->vp);
	expect_page(test, "");
	KUNIT_EXPECT_EQ(test, fx->hypercalls, 2);
	KUNIT_EXPECT_EQ(test, fx->last.vector, 0x77);
	KUNIT_EXPECT_EQ(test, fx->last.dest_addr, VP);
	KUNIT_EXPECT_EQ(test, fx->last.control.as_uint64, FIXED);
}

static struct kunit_case irq_cases[] = {
	KUNIT_CASE(message_becomes_an_interrupt),
	KUNIT_CASE(table_is_checked),
	KUNIT_CASE(route_is_found),
	KUNIT_CASE(simple_interrupt_goes_by_the_page),
	KUNIT_CASE(others_go_by_hypercall),
	KUNIT_CASE(nobody_listens),
	KUNIT_CASE(page_is_full),
	KUNIT_CASE(page_is_nonsense),
	KUNIT_CASE(nothing_is_left_on_the_page),
	{}
};

static struct kunit_suite irq_suite = {
	.name = "mshv-irq",
	.init = irq_init,
	.exit = irq_exit,
	.test_cases = irq_cases,
};

kunit_test_suite(irq_suite);

// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts for VPs of children that do not run, and what they start. */
#include "child.h"

#define LAPIC		HV_PARTITION_CREATION_FLAG_LAPIC_ENABLED
#define NOT_A_CHILD	0x4711
#define VECTOR		0x41

#define ACTIVITY	0x00000004
#define STARTUP		BIT_ULL(0)
#define HALTED		BIT_ULL(1)
#define IDLE		BIT_ULL(2)
#define EVENT0		0x00010004
#define EVENT1		0x00010005
#define EXTINT		5
#define DELIVERABILITY	0x00010006
#define RIP		0x00020010
#define CR0		0x00040000
#define CR3		0x00040002
#define CS		0x00060001

static u64 assert_interrupt(struct kunit *test,
			    const struct hv_input_assert_virtual_interrupt *input)
{
	const struct pages *pages = test->priv;

	memcpy(pages->in, input, sizeof(*input));
	return page_call(test, HVCALL_ASSERT_VIRTUAL_INTERRUPT);
}

static u64 assert_type(struct kunit *test, u64 id, u32 type, u64 destination,
		       u32 vector)
{
	const struct hv_input_assert_virtual_interrupt input = {
		.partition_id = id,
		.control.interrupt_type = type,
		.dest_addr = destination,
		.vector = vector,
	};

	return assert_interrupt(test, &input);
}

#define FIXED	.control = { .interrupt_type = HV_X64_INTERRUPT_TYPE_FIXED }

static void assertions_are_checked(struct kunit *test)
{
	static const struct hv_input_assert_virtual_interrupt bad[] = {
		{ FIXED, .vector = 15 },
		{ FIXED, .vector = 0x100 },
		{ .control.interrupt_type = HV_X64_INTERRUPT_TYPE_REMOTEREAD,
		  .vector = VECTOR },
		{ .control.interrupt_type = HV_X64_INTERRUPT_TYPE_MAXIMUM,
		  .vector = VECTOR },
		{ .control.interrupt_type = HV_X64_INTERRUPT_TYPE_NMI,
		  .vector = 0x100 },
		{ .control.rsvd = 1, .vector = VECTOR },
		{ FIXED, .dest_addr = BIT_ULL(32), .vector = VECTOR },
		{ FIXED, .vector = VECTOR, .target_vtl = 1 },
		{ FIXED, .vector = VECTOR, .rsvd_z0 = 1 },
		{ FIXED, .vector = VECTOR, .rsvd_z1 = 1 },
	};
	u64 id = active_child_with(test, LAPIC);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct hv_input_assert_virtual_interrupt input = bad[i];

		input.partition_id = id;
		KUNIT_EXPECT_EQ_MSG(test, hv_result(assert_interrupt(test, &input)),
				    HV_STATUS_INVALID_PARAMETER, "case %zu", i);
	}
	EXPECT_STATUS(test, assert_type(test, id, HV_X64_INTERRUPT_TYPE_FIXED,
					0, VECTOR), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, assert_type(test, NOT_A_CHILD,
					HV_X64_INTERRUPT_TYPE_FIXED, 0, VECTOR),
		      HV_STATUS_INVALID_PARTITION_ID);
	EXPECT_STATUS(test, child_call(test, HVCALL_CLEAR_VIRTUAL_INTERRUPT,
				       NOT_A_CHILD),
		      HV_STATUS_INVALID_PARTITION_ID);
	EXPECT_STATUS(test, child_call(test, HVCALL_CLEAR_VIRTUAL_INTERRUPT, id),
		      HV_STATUS_SUCCESS);
	end_child(test, id);
	EXPECT_STATUS(test, assert_type(test, id, HV_X64_INTERRUPT_TYPE_FIXED,
					0, VECTOR),
		      HV_STATUS_INVALID_PARTITION_ID);
}

static void parents_of_controllers_do_not_assert(struct kunit *test)
{
	u64 id = active_child(test);

	EXPECT_STATUS(test, create_vp(test, id, 0), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, assert_type(test, id, HV_X64_INTERRUPT_TYPE_FIXED,
					0, VECTOR),
		      HV_STATUS_OPERATION_DENIED);
	end_child(test, id);
}

static u64 get(struct kunit *test, u64 id, u32 index, u32 name)
{
	const struct pages *pages = test->priv;

	EXPECT_STATUS(test, get_registers(test, id, index, &name, 1),
		      HV_STATUS_SUCCESS);
	return pages->out[0];
}

static void other_vps_wait_for_a_sipi(struct kunit *test)
{
	static const struct register_value cr3 = { CR3, 0x1000 };
	u64 id = active_child_with(test, LAPIC);

	EXPECT_STATUS(test, create_vp(test, id, 0), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, create_vp(test, id, 1), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, get(test, id, 0, ACTIVITY), 0);
	KUNIT_EXPECT_EQ(test, get(test, id, 1, ACTIVITY), STARTUP);

	EXPECT_STATUS(test, set_register(test, id, 1, &cr3), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, assert_type(test, id, HV_X64_INTERRUPT_TYPE_INIT, 1,
					0), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, get(test, id, 1, ACTIVITY), STARTUP);
	KUNIT_EXPECT_EQ(test, get(test, id, 1, CR3), 0);
	EXPECT_STATUS(test, assert_type(test, id, HV_X64_INTERRUPT_TYPE_SIPI, 1,
					0x12), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, get(test, id, 1, ACTIVITY), 0);
	KUNIT_EXPECT_EQ(test, get(test, id, 1, CS), 0x12000);
	KUNIT_EXPECT_EQ(test, get(test, id, 1, RIP), 0);

	/* One that does not wait for it ignores it. */
	EXPECT_STATUS(test, assert_type(test, id, HV_X64_INTERRUPT_TYPE_SIPI, 1,
					0x13), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, get(test, id, 1, CS), 0x12000);
	end_child(test, id);
}

/* The first VP starts without a SIPI, where a processor does after reset. */
static void init_of_the_first_vp(struct kunit *test)
{
	static const struct register_value values[] = {
		{ RIP, 0x1234 }, { CR0, 0x80000011 }, { ACTIVITY, HALTED },
	};
	u64 id = active_child_with(test, LAPIC);
	size_t i;

	EXPECT_STATUS(test, create_vp(test, id, 0), HV_STATUS_SUCCESS);
	for (i = 0; i < ARRAY_SIZE(values); i++)
		EXPECT_STATUS(test, set_register(test, id, 0, &values[i]),
			      HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, assert_type(test, id, HV_X64_INTERRUPT_TYPE_INIT, 0,
					0), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, get(test, id, 0, RIP), 0xfff0);
	KUNIT_EXPECT_EQ(test, get(test, id, 0, CR0), 0x60000010);
	KUNIT_EXPECT_EQ(test, get(test, id, 0, ACTIVITY), 0);
	end_child(test, id);
}

static void registers_of_events_are_checked(struct kunit *test)
{
	static const struct register_value good[] = {
		{ ACTIVITY, STARTUP | HALTED }, { ACTIVITY, IDLE },
		{ DELIVERABILITY, 0x3f },
		{ DELIVERABILITY, 0xffffULL << 48 },
		{ EVENT0, 1 | EXTINT << 1 | 0xab << 8 },
		{ EVENT0, 1 | 1 << 8 | 14 << 16 | 5ULL << 32 },
		{ EVENT0, 0 }, { EVENT1, 0 },
	}, bad[] = {
		{ ACTIVITY, BIT_ULL(3) }, { DELIVERABILITY, BIT_ULL(6) },
		{ EVENT0, 1 | 1 << 1 }, { EVENT0, 1 | EXTINT << 1 | BIT(4) },
		{ EVENT0, 1 | EXTINT << 1 | BIT(16) },
		{ EVENT0, 1 | EXTINT << 1, 1 }, { EVENT0, 1 | 2 << 16 },
		{ EVENT0, 1 | 32 << 16 }, { EVENT0, 1 | BIT(9) },
		{ EVENT1, 1 },
	};
	u64 id = active_child_with(test, LAPIC);
	size_t i;

	EXPECT_STATUS(test, create_vp(test, id, 0), HV_STATUS_SUCCESS);
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		EXPECT_STATUS(test, set_register(test, id, 0, &good[i]),
			      HV_STATUS_SUCCESS);
		KUNIT_EXPECT_EQ(test, get(test, id, 0, good[i].name),
				good[i].low);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_STATUS(test, set_register(test, id, 0, &bad[i]),
			      HV_STATUS_INVALID_REGISTER_VALUE);
	end_child(test, id);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(assertions_are_checked),
	KUNIT_CASE(parents_of_controllers_do_not_assert),
	KUNIT_CASE(other_vps_wait_for_a_sipi),
	KUNIT_CASE(init_of_the_first_vp),
	KUNIT_CASE(registers_of_events_are_checked),
	{}
};

static struct kunit_suite suite = {
	.name = "hv_child_interrupts",
	.init = child_init,
	.exit = child_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

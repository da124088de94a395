// SPDX-License-Identifier: GPL-2.0-only
/*
 * Children: what the parent says in advance about CPUID and MSRs, what it asks
 * about addresses, and how it makes time stand still.
 */
#include <linux/delay.h>
#include <linux/mm.h>

#include "child.h"

#define NOT_A_CHILD	0xdead0000
#define LEAF		5	/* zero without an answer */
#define TIME_FREEZE	0x00030003
#define REFERENCE_TIME	0x00030005
#define RESERVED_TYPE	4
#define REGISTER_TSC	0x00080000

#define TRANSLATE_SUPERVISOR	BIT_ULL(6)
#define TRANSLATE_USER		BIT_ULL(7)
#define TRANSLATE_ENFORCE_SMAP	BIT_ULL(8)
#define TRANSLATE_OVERRIDE_SMAP	BIT_ULL(9)
#define TRANSLATE_SHADOW_STACK	BIT_ULL(10)

/* Input of HVCALL_REGISTER_INTERCEPT_RESULT */
struct result {
	u64 partition_id;
	u32 vp_index;
	u32 type;
	union {
		struct {
			u32 eax;
			u32 ecx;
			u8 subleaf_specific;
			u8 always_override;
			u16 padding;
			u32 values_and_masks[8];
		} cpuid;
		struct {
			u32 index;
			u32 access;
			u32 action;
		} msr;
	};
};

/* Input of HVCALL_GET_VP_CPUID_VALUES */
struct cpuid_values {
	u64 partition_id;
	u32 vp_index;
	u32 flags;
	u64 reserved;
	u32 leaf;
	u32 subleaf;
	u64 xfem;
	u64 xss;
};

static u64 answer(struct kunit *test, const struct result *result)
{
	const struct pages *pages = test->priv;

	memset(pages->in, 0, PAGE_SIZE);
	memcpy(pages->in, result, sizeof(*result));
	return page_call(test, HVCALL_REGISTER_INTERCEPT_RESULT);
}

static u64 values(struct kunit *test, const struct cpuid_values *in)
{
	const struct pages *pages = test->priv;

	memset(pages->in, 0, PAGE_SIZE);
	memcpy(pages->in, in, sizeof(*in));
	return page_call(test, HVCALL_GET_VP_CPUID_VALUES |
			 1ULL << HV_HYPERCALL_REP_COMP_OFFSET);
}

static u64 child_with_vp(struct kunit *test)
{
	u64 id = active_child(test);

	EXPECT_STATUS(test, create_vp(test, id, 0), HV_STATUS_SUCCESS);
	return id;
}

static void answers_are_checked(struct kunit *test)
{
	u64 id = child_with_vp(test);
	const struct result bad[] = {
		{ id, 0, HV_INTERCEPT_TYPE_X64_IO_PORT },
		{ id, 0, RESERVED_TYPE },
		{ id, 0, HV_INTERCEPT_TYPE_X64_CPUID,
		  .cpuid = { .eax = LEAF, .subleaf_specific = 2 } },
		{ id, 0, HV_INTERCEPT_TYPE_X64_CPUID,
		  .cpuid = { .eax = LEAF, .always_override = 2 } },
		{ id, 0, HV_INTERCEPT_TYPE_X64_CPUID,
		  .cpuid = { .eax = LEAF, .padding = 1 } },
		{ id, 0, HV_INTERCEPT_TYPE_X64_MSR, .msr = { 0x12345, 0, 1 } },
		{ id, 0, HV_INTERCEPT_TYPE_X64_MSR, .msr = { 0x12345, 4, 1 } },
		{ id, 0, HV_INTERCEPT_TYPE_X64_MSR, .msr = { 0x12345, 3, 2 } },
	};
	struct result good = {
		id, 0, HV_INTERCEPT_TYPE_X64_CPUID, .cpuid = { .eax = LEAF },
	};

	for (int i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, hv_result(answer(test, &bad[i])),
				    HV_STATUS_INVALID_PARAMETER, "row %d", i);
	good.vp_index = 1;
	EXPECT_STATUS(test, answer(test, &good), HV_STATUS_INVALID_VP_INDEX);
	good.vp_index = 0;
	good.partition_id = NOT_A_CHILD;
	EXPECT_STATUS(test, answer(test, &good), HV_STATUS_INVALID_PARTITION_ID);
	good.partition_id = id;
	EXPECT_STATUS(test, answer(test, &good), HV_STATUS_SUCCESS);
	end_child(test, id);
}

/* The first one costs a page, and one that takes its place nothing. */
static void answers_cost_memory(struct kunit *test)
{
	u64 id = child_with_vp(test);
	const struct result result = {
		id, 0, HV_INTERCEPT_TYPE_X64_CPUID, .cpuid = { .eax = LEAF },
	};

	give_back_pool(test, id);
	EXPECT_STATUS(test, answer(test, &result),
		      HV_STATUS_INSUFFICIENT_MEMORY);
	EXPECT_STATUS(test, fill_pool(test, id, 1), HV_STATUS_SUCCESS);
	for (int i = 0; i < 200; i++)
		EXPECT_STATUS(test, answer(test, &result), HV_STATUS_SUCCESS);
	end_child(test, id);
}

static void values_show_answers(struct kunit *test)
{
	const struct pages *pages = test->priv;
	const u32 *out = (const u32 *)pages->out;
	u64 id = child_with_vp(test);
	const struct result result = {
		id, 0, HV_INTERCEPT_TYPE_X64_CPUID,
		.cpuid = { .eax = LEAF,
			   .values_and_masks = { ~0, 0xf0, [6] = 0x77, [7] = ~0 } },
	};
	struct cpuid_values in = { .partition_id = id, .leaf = LEAF };

	EXPECT_STATUS(test, answer(test, &result), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, values(test, &in), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, out[0], 0);
	in.flags = 2;
	EXPECT_STATUS(test, values(test, &in), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, out[0], 0xf0);
	KUNIT_EXPECT_EQ(test, out[1], 0);
	KUNIT_EXPECT_EQ(test, out[3], 0x77);

	in.flags = 4;
	EXPECT_STATUS(test, values(test, &in), HV_STATUS_INVALID_PARAMETER);
	in.flags = 0;
	in.reserved = 1;
	EXPECT_STATUS(test, values(test, &in), HV_STATUS_INVALID_PARAMETER);
	end_child(test, id);
}

/* What older hypervisors had under this number is no more. */
static void retired_intercept_is_refused(struct kunit *test)
{
	const struct pages *pages = test->priv;
	u64 *in = pages->in;
	u64 id = child_with_vp(test);

	memset(in, 0, PAGE_SIZE);
	in[0] = id;
	in[1] = 2 | (u64)RESERVED_TYPE << 32;	/* on writing; the type */
	EXPECT_STATUS(test, page_call(test, HVCALL_INSTALL_INTERCEPT),
		      HV_STATUS_INVALID_PARAMETER);
	end_child(test, id);
}

static u64 translate(struct kunit *test, u64 id, u64 flags)
{
	const struct pages *pages = test->priv;
	u64 *in = pages->in;

	memset(in, 0, PAGE_SIZE);
	in[0] = id;
	in[2] = flags;
	in[3] = 0x12345;
	return page_call(test, HVCALL_TRANSLATE_VIRTUAL_ADDRESS);
}

/* After a reset there is no paging: an address is what it is. */
static void translation_is_checked(struct kunit *test)
{
	const struct pages *pages = test->priv;
	u64 id = child_with_vp(test);

	EXPECT_STATUS(test, translate(test, id, TRANSLATE_SHADOW_STACK),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, translate(test, id, TRANSLATE_ENFORCE_SMAP |
				      TRANSLATE_OVERRIDE_SMAP),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, translate(test, id, TRANSLATE_ENFORCE_SMAP),
		      HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, translate(test, id, TRANSLATE_SUPERVISOR |
				      TRANSLATE_USER),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, translate(test, id, TRANSLATE_USER | 0x3f),
		      HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (u32)pages->out[0], 0);
	KUNIT_EXPECT_EQ(test, pages->out[1], 0x12345);
	end_child(test, id);
}

static u64 set_property(struct kunit *test, u64 id, u32 code, u64 value)
{
	const struct pages *pages = test->priv;
	struct hv_input_set_partition_property *in = pages->in;

	memset(in, 0, PAGE_SIZE);
	in->partition_id = id;
	in->property_code = code;
	in->property_value = value;
	return page_call(test, HVCALL_SET_PARTITION_PROPERTY);
}

static u64 freeze(struct kunit *test, u64 id, u64 value)
{
	return set_property(test, id, TIME_FREEZE, value);
}

static u64 reference_time(struct kunit *test, u64 id)
{
	const struct pages *pages = test->priv;
	struct hv_input_get_partition_property *in = pages->in;

	memset(in, 0, PAGE_SIZE);
	in->partition_id = id;
	in->property_code = REFERENCE_TIME;
	EXPECT_STATUS(test, page_call(test, HVCALL_GET_PARTITION_PROPERTY),
		      HV_STATUS_SUCCESS);
	return pages->out[0];
}

static u64 tsc_of(struct kunit *test, u64 id)
{
	const struct pages *pages = test->priv;
	const u32 name = REGISTER_TSC;

	EXPECT_STATUS(test, get_registers(test, id, 0, &name, 1),
		      HV_STATUS_SUCCESS);
	return pages->out[0];
}

static void time_stands_still(struct kunit *test)
{
	u64 id = child_with_vp(test);
	u64 frozen;

	EXPECT_STATUS(test, freeze(test, id, 2),
		      HV_STATUS_PROPERTY_VALUE_OUT_OF_RANGE);
	EXPECT_STATUS(test, freeze(test, NOT_A_CHILD, 1),
		      HV_STATUS_INVALID_PARTITION_ID);
	EXPECT_STATUS(test, freeze(test, id, 0), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, freeze(test, id, 1), HV_STATUS_SUCCESS);
	frozen = tsc_of(test, id);
	usleep_range(100, 200);
	KUNIT_EXPECT_EQ(test, tsc_of(test, id), frozen);
	EXPECT_STATUS(test, freeze(test, id, 1), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, tsc_of(test, id), frozen);
	EXPECT_STATUS(test, freeze(test, id, 0), HV_STATUS_SUCCESS);
	usleep_range(100, 200);
	KUNIT_EXPECT_GT(test, tsc_of(test, id), frozen);
	end_child(test, id);
}

/* Only while it stands still can it be moved. */
static void reference_time_is_moved(struct kunit *test)
{
	u64 id = child_with_vp(test);
	u64 start = reference_time(test, id), later = start + NSEC_PER_SEC;

	KUNIT_EXPECT_GE(test, reference_time(test, id), start);
	EXPECT_STATUS(test, set_property(test, id, REFERENCE_TIME, later),
		      HV_STATUS_INVALID_PARTITION_STATE);
	EXPECT_STATUS(test, freeze(test, id, 1), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, set_property(test, id, REFERENCE_TIME, later),
		      HV_STATUS_SUCCESS);
	usleep_range(100, 200);
	KUNIT_EXPECT_EQ(test, reference_time(test, id), later);
	EXPECT_STATUS(test, freeze(test, id, 0), HV_STATUS_SUCCESS);
	usleep_range(100, 200);
	KUNIT_EXPECT_GT(test, reference_time(test, id), later);
	end_child(test, id);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(answers_are_checked),
	KUNIT_CASE(answers_cost_memory),
	KUNIT_CASE(values_show_answers),
	KUNIT_CASE(retired_intercept_is_refused),
	KUNIT_CASE(translation_is_checked),
	KUNIT_CASE(time_stands_still),
	KUNIT_CASE(reference_time_is_moved),
	{}
};

static struct kunit_suite suite = {
	.name = "hv_answers",
	.init = child_init,
	.exit = child_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * VPs of children that do not run: their registers and the pages that they
 * share with the parent.
 */
#include <linux/gfp.h>
#include <linux/io.h>

#include "child.h"

#define XMM0		0x00030000
#define FPMMX7		0x00030017
#define FP_CONTROL	0x00030018
#define XMM_CONTROL	0x00030019
#define RAX		0x00020000
#define R15		0x0002000f
#define RIP		0x00020010
#define RFLAGS		0x00020011
#define CR0		0x00040000
#define CR3		0x00040002
#define CR8		0x00040004
#define CS		0x00060001
#define TR		0x00060007
#define GDTR		0x00070001
#define EFER		0x00080001
#define PAT		0x00080004
#define LSTAR		0x00080009
#define PENDING		0x00010002
#define CR_INTERCEPTS	0x000e0000
#define NO_REGISTER	0x00099999

static void vps_are_checked(struct kunit *test)
{
	const u32 rip = RIP;
	u64 id = active_child(test);

	EXPECT_STATUS(test, get_registers(test, id, 0, &rip, 1),
		      HV_STATUS_INVALID_VP_INDEX);
	EXPECT_STATUS(test, delete_vp(test, id, 0), HV_STATUS_INVALID_VP_INDEX);
	EXPECT_STATUS(test, create_vp(test, id, 0), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, create_vp(test, id, 0), HV_STATUS_INVALID_VP_INDEX);
	EXPECT_STATUS(test, create_vp(test, id, 5000),
		      HV_STATUS_INVALID_VP_INDEX);
	EXPECT_STATUS(test, delete_vp(test, id, 0), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, delete_vp(test, id, 0), HV_STATUS_INVALID_VP_INDEX);
	EXPECT_STATUS(test, create_vp(test, id, 0), HV_STATUS_SUCCESS);
	end_child(test, id);
}

/* Until the pool is empty; finalizing gives everything back. */
static void vps_take_memory(struct kunit *test)
{
	u64 id = active_child(test);
	u64 status;
	u32 index = 0;

	do {
		status = create_vp(test, id, index++);
	} while (hv_result_success(status) && index < CHILD_POOL_PAGES);
	EXPECT_STATUS(test, status, HV_STATUS_INSUFFICIENT_MEMORY);

	EXPECT_STATUS(test, child_call(test, HVCALL_FINALIZE_PARTITION, id),
		      HV_STATUS_SUCCESS);
	for (index = 0; index < CHILD_POOL_PAGES; index++) {
		const struct pages *pages = test->priv;

		EXPECT_STATUS(test, withdraw(test, id, 1), HV_STATUS_SUCCESS);
		__free_page(pfn_to_page(pages->out[0]));
	}
	EXPECT_STATUS(test, withdraw(test, id, 1), HV_STATUS_NO_RESOURCES);
	EXPECT_STATUS(test, child_call(test, HVCALL_DELETE_PARTITION, id),
		      HV_STATUS_SUCCESS);
}

static void registers_keep_values(struct kunit *test)
{
	static const struct register_value values[] = {
		{ HV_REGISTER_EXPLICIT_SUSPEND, 1 },
		{ HV_REGISTER_INTERCEPT_SUSPEND, 1 },
		{ HV_REGISTER_DISPATCH_SUSPEND, 1 },
		{ RAX, 0x0123456789abcdef }, { R15, ~0ULL },
		{ RIP, 0xffffffff80000000 }, { RFLAGS, 0x246 },
		{ XMM0, 1, 2 }, { XMM0 + 15, ~0ULL, 3 }, { FPMMX7, 4, 5 },
		{ FP_CONTROL, 0x27f, 6 }, { CR0, 0x80000011 },
		{ CR3, 0x1000 }, { CR8, 15 }, { CS, 0, 0xa09b000800000000 },
		{ TR, 0x1000, 0x008b001800000067 },
		{ GDTR, 0x00ff000000000000, 0x2000 },
		{ EFER, 0x500 }, { PAT, 0x0007040600070406 },
		{ LSTAR, 0xffffffff81000000 },
		{ HV_X64_REGISTER_MSR_MTRR_PHYS_MASK0 + 7, 0x800 },
		{ HV_X64_REGISTER_MSR_MTRR_FIX4KF8000, 0x0606060606060606 },
		{ HV_X64_REGISTER_DR3, 0x1234 }, { HV_X64_REGISTER_DR7, 0x400 },
		{ PENDING, 1 | 3 << 1 | 1 << 4 | 14 << 16 | 2ULL << 32 },
		{ CR_INTERCEPTS, 0x1fffffb }, { CR_INTERCEPTS + 1, 0x10000 },
		{ CR_INTERCEPTS + 2, ~0ULL }, { CR_INTERCEPTS + 3, 5 },
	};
	struct pages *pages = test->priv;
	u64 id = active_child(test);
	size_t i;

	EXPECT_STATUS(test, create_vp(test, id, 3), HV_STATUS_SUCCESS);
	for (i = 0; i < ARRAY_SIZE(values); i++)
		KUNIT_EXPECT_EQ_MSG(test, hv_result(set_register(test, id, 3,
								 &values[i])),
				    HV_STATUS_SUCCESS, "register %x",
				    values[i].name);
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		get_registers(test, id, 3, &values[i].name, 1);
		KUNIT_EXPECT_EQ_MSG(test, pages->out[0], values[i].low,
				    "register %x", values[i].name);
		KUNIT_EXPECT_EQ_MSG(test, pages->out[1], values[i].high,
				    "register %x", values[i].name);
	}
	end_child(test, id);
}

static void bad_registers_are_refused(struct kunit *test)
{
	static const struct {
		struct register_value value;
		int status;
	} bad[] = {
		{ { NO_REGISTER }, HV_STATUS_INVALID_PARAMETER },
		{ { HV_REGISTER_VP_INDEX, 1 }, HV_STATUS_INVALID_PARAMETER },
		{ { HV_REGISTER_EXPLICIT_SUSPEND, 2 },
		  HV_STATUS_INVALID_REGISTER_VALUE },
		{ { CR0, BIT_ULL(31) }, HV_STATUS_INVALID_REGISTER_VALUE },
		{ { CR8, 16 }, HV_STATUS_INVALID_REGISTER_VALUE },
		{ { EFER, BIT_ULL(12) }, HV_STATUS_INVALID_REGISTER_VALUE },
		{ { PAT, 2 }, HV_STATUS_INVALID_REGISTER_VALUE },
		{ { LSTAR, BIT_ULL(62) }, HV_STATUS_INVALID_REGISTER_VALUE },
		{ { XMM_CONTROL, 0, BIT_ULL(31) },
		  HV_STATUS_INVALID_REGISTER_VALUE },
		{ { PENDING, 1 | 7 << 1 }, HV_STATUS_INVALID_REGISTER_VALUE },
		{ { CR_INTERCEPTS, BIT(2) }, HV_STATUS_INVALID_REGISTER_VALUE },
		{ { CR_INTERCEPTS, BIT(25) },
		  HV_STATUS_INVALID_REGISTER_VALUE },
	};
	const u32 names[] = { RIP, NO_REGISTER, RAX };
	u64 id = active_child(test);
	u64 result;
	size_t i;

	EXPECT_STATUS(test, create_vp(test, id, 0), HV_STATUS_SUCCESS);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, hv_result(set_register(test, id, 0,
								 &bad[i].value)),
				    bad[i].status, "register %x",
				    bad[i].value.name);

	result = get_registers(test, id, 0, names, ARRAY_SIZE(names));
	EXPECT_STATUS(test, result, HV_STATUS_INVALID_PARAMETER);
	KUNIT_EXPECT_EQ(test, hv_repcomp(result), 1);
	end_child(test, id);
}

static u64 map_state(struct kunit *test, u64 id, u16 type, u64 location)
{
	struct pages *pages = test->priv;
	struct hv_input_map_vp_state_page *in = pages->in;

	memset(in, 0, PAGE_SIZE);
	in->partition_id = id;
	in->type = type;
	in->flags.map_location_provided = !!location;
	in->requested_map_location = location;
	return page_call(test, HVCALL_MAP_VP_STATE_PAGE);
}

static u64 unmap_state(struct kunit *test, u64 id, u16 type)
{
	struct pages *pages = test->priv;
	struct hv_input_unmap_vp_state_page *in = pages->in;

	memset(in, 0, PAGE_SIZE);
	in->partition_id = id;
	in->type = type;
	return page_call(test, HVCALL_UNMAP_VP_STATE_PAGE);
}

static void state_pages_are_shared(struct kunit *test)
{
	struct pages *pages = test->priv;
	u64 id = active_child(test);
	u16 type;

	EXPECT_STATUS(test, create_vp(test, id, 0), HV_STATUS_SUCCESS);
	for (type = 0; type <= HV_VP_STATE_PAGE_INTERCEPT_MESSAGE; type++) {
		EXPECT_STATUS(test, map_state(test, id, type, 0),
			      HV_STATUS_SUCCESS);
		/* The parent can read it. */
		KUNIT_EXPECT_EQ(test, *(u64 *)pfn_to_kaddr(pages->out[0]), 0);
		EXPECT_STATUS(test, map_state(test, id, type, 0),
			      HV_STATUS_INVALID_PARAMETER);
	}
	EXPECT_STATUS(test, unmap_state(test, id, 0), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, unmap_state(test, id, 0),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, map_state(test, id, HV_VP_STATE_PAGE_GHCB, 0),
		      HV_STATUS_INVALID_PARAMETER);
	end_child(test, id);
}

/* Only where the VMM capabilities say that the parent may choose */
static void state_pages_have_a_place(struct kunit *test)
{
	struct pages *pages = test->priv;
	u64 id = active_child(test);
	struct hv_input_get_partition_property_ex *in = pages->in;
	u64 pfn = pages->out_gpa >> PAGE_SHIFT;
	bool may;

	memset(in, 0, PAGE_SIZE);
	in->partition_id = HV_PARTITION_ID_SELF;
	in->property_code = HV_PARTITION_PROPERTY_VMM_CAPABILITIES;
	may = hv_result_success(page_call(test,
					  HVCALL_GET_PARTITION_PROPERTY_EX)) &&
	      (pages->out[1] & BIT_ULL(1)) && this_role() == ROLE_PARENT;

	EXPECT_STATUS(test, create_vp(test, id, 0), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, map_state(test, id, 0, pfn),
		      may ? HV_STATUS_SUCCESS : HV_STATUS_INVALID_PARAMETER);
	if (may)
		EXPECT_STATUS(test, deposit(test, id, &pfn, 1),
			      HV_STATUS_ACCESS_DENIED);
	end_child(test, id);
}

static void statistics_are_the_parents(struct kunit *test)
{
	struct pages *pages = test->priv;
	struct hv_input_map_stats_page *in = pages->in;
	u64 id = active_child(test);
	u8 area;

	EXPECT_STATUS(test, create_vp(test, id, 0), HV_STATUS_SUCCESS);
	for (area = 0; area <= HV_STATS_AREA_PARENT; area++) {
		u64 status;

		do {
			memset(in, 0, PAGE_SIZE);
			in->type = HV_STATS_OBJECT_VP;
			in->identity.vp.partition_id = id;
			in->identity.vp.stats_area_type = area;
			status = page_call(test, HVCALL_MAP_STATS_PAGE);
		} while (hv_result(status) == HV_STATUS_INSUFFICIENT_MEMORY &&
			 hv_result_success(fill_pool(test, HV_PARTITION_ID_SELF,
						     1)));
		EXPECT_STATUS(test, status, HV_STATUS_SUCCESS);
	}
	EXPECT_STATUS(test, page_call(test, HVCALL_UNMAP_STATS_PAGE),
		      HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, page_call(test, HVCALL_UNMAP_STATS_PAGE),
		      HV_STATUS_INVALID_PARAMETER);
	end_child(test, id);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(vps_are_checked),
	KUNIT_CASE(vps_take_memory),
	KUNIT_CASE(registers_keep_values),
	KUNIT_CASE(bad_registers_are_refused),
	KUNIT_CASE(state_pages_are_shared),
	KUNIT_CASE(state_pages_have_a_place),
	KUNIT_CASE(statistics_are_the_parents),
	{}
};

static struct kunit_suite suite = {
	.name = "hv_child_vps",
	.init = child_init,
	.exit = child_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

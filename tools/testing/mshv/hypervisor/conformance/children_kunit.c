// SPDX-License-Identifier: GPL-2.0-only
/*
 * Children: their life, their pools, their memory. What the parent gets wrong
 * is answered by a status, and what it gave comes back.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>

#include "child.h"

#define LOCAL_APIC_PFN	0xfee00
#define RWX		(HV_MAP_GPA_READABLE | HV_MAP_GPA_WRITABLE | \
			 HV_MAP_GPA_EXECUTABLE)

/* Properties that Linux has no names for */
#define PROCESSOR_FEATURES0	0x0006000a
#define PROCESSOR_FEATURES1	0x0006000b

#define NOT_A_CHILD	0xdead0000
#define BEYOND_GFN	BIT_ULL(40)

#define EXPECT_CALL(t, code, id, status) \
	do { \
		struct kunit *test_ = (t); \
		EXPECT_STATUS(test_, child_call(test_, \
						HVCALL_##code##_PARTITION, \
						id), HV_STATUS_##status); \
	} while (0)

static u64 new_pfn(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	return page_to_pfn(page);
}

static void free_pfn(u64 pfn)
{
	__free_page(pfn_to_page(pfn));
}

static void guests_have_none(struct kunit *test)
{
	if (this_role() != ROLE_GUEST)
		kunit_skip(test, "this is a parent");
	EXPECT_CALL(test, INITIALIZE, 0, ACCESS_DENIED);
	EXPECT_CALL(test, FINALIZE, 0, ACCESS_DENIED);
	EXPECT_CALL(test, DELETE, 0, ACCESS_DENIED);
}

static void creation_takes_memory(struct kunit *test)
{
	struct hv_input_create_partition *in;
	struct pages *pages = test->priv;
	u64 id;

	give_back_pool(test, HV_PARTITION_ID_SELF);
	in = pages->in;
	memset(in, 0, PAGE_SIZE);
	in->flags = CHILD_FLAGS;
	in->compatibility_version = HV_COMPATIBILITY_21_H2;
	EXPECT_STATUS(test, page_call(test, HVCALL_CREATE_PARTITION),
		      HV_STATUS_INSUFFICIENT_MEMORY);

	EXPECT_STATUS(test, create_child(test, &id), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_NE(test, id, HV_PARTITION_ID_SELF);
	EXPECT_CALL(test, INITIALIZE, id, INSUFFICIENT_MEMORY);
	EXPECT_CALL(test, DELETE, id, SUCCESS);
}

static void bad_creation_is_refused(struct kunit *test)
{
	static const struct hv_input_create_partition bad[] = {
		{ .flags = 0, .compatibility_version = HV_COMPATIBILITY_21_H2 },
		{ .flags = CHILD_FLAGS | BIT_ULL(63),
		  .compatibility_version = HV_COMPATIBILITY_21_H2 },
		{ .flags = CHILD_FLAGS },
		{ .flags = CHILD_FLAGS, .padding = 1,
		  .compatibility_version = HV_COMPATIBILITY_21_H2 },
		{ .flags = CHILD_FLAGS, .isolation_properties.as_uint64 = 2,
		  .compatibility_version = HV_COMPATIBILITY_21_H2 },
	};
	struct pages *pages = test->priv;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		memcpy(pages->in, &bad[i], sizeof(bad[i]));
		EXPECT_STATUS(test, page_call(test, HVCALL_CREATE_PARTITION),
			      HV_STATUS_INVALID_PARAMETER);
	}
}

static void life_has_an_order(struct kunit *test)
{
	u64 id, pfn = new_pfn(test);

	KUNIT_ASSERT_TRUE(test, hv_result_success(create_child(test, &id)));
	EXPECT_STATUS(test, map(test, id, 0, RWX, pfn),
		      HV_STATUS_INVALID_PARTITION_STATE);
	EXPECT_STATUS(test, create_vp(test, id, 0),
		      HV_STATUS_INVALID_PARTITION_STATE);
	EXPECT_CALL(test, FINALIZE, id, INVALID_PARTITION_STATE);

	fill_pool(test, id, CHILD_POOL_PAGES);
	EXPECT_CALL(test, INITIALIZE, id, SUCCESS);
	EXPECT_CALL(test, INITIALIZE, id, INVALID_PARTITION_STATE);
	EXPECT_CALL(test, DELETE, id, INVALID_PARTITION_STATE);

	EXPECT_CALL(test, FINALIZE, id, SUCCESS);
	EXPECT_CALL(test, FINALIZE, id, INVALID_PARTITION_STATE);
	EXPECT_CALL(test, INITIALIZE, id, INVALID_PARTITION_STATE);
	EXPECT_STATUS(test, deposit(test, id, &pfn, 1),
		      HV_STATUS_INVALID_PARTITION_STATE);
	give_back_pool(test, id);
	EXPECT_CALL(test, DELETE, id, SUCCESS);
	EXPECT_CALL(test, DELETE, id, INVALID_PARTITION_ID);
	free_pfn(pfn);
}

static void ids_are_checked(struct kunit *test)
{
	u64 pfn = new_pfn(test);

	EXPECT_CALL(test, INITIALIZE, NOT_A_CHILD, INVALID_PARTITION_ID);
	EXPECT_CALL(test, FINALIZE, NOT_A_CHILD, INVALID_PARTITION_ID);
	EXPECT_CALL(test, DELETE, 0, INVALID_PARTITION_ID);
	EXPECT_STATUS(test, deposit(test, NOT_A_CHILD, &pfn, 1),
		      HV_STATUS_INVALID_PARTITION_ID);
	EXPECT_STATUS(test, withdraw(test, NOT_A_CHILD, 1),
		      HV_STATUS_INVALID_PARTITION_ID);
	EXPECT_STATUS(test, map(test, NOT_A_CHILD, 0, RWX, pfn),
		      HV_STATUS_INVALID_PARTITION_ID);
	EXPECT_STATUS(test, create_vp(test, NOT_A_CHILD, 0),
		      HV_STATUS_INVALID_PARTITION_ID);
	free_pfn(pfn);
}

static void deposits_come_back(struct kunit *test)
{
	struct pages *pages = test->priv;
	u64 pfns[3], result;
	u64 id;
	int i;

	KUNIT_ASSERT_TRUE(test, hv_result_success(create_child(test, &id)));
	for (i = 0; i < 3; i++)
		pfns[i] = new_pfn(test);
	EXPECT_STATUS(test, deposit(test, id, pfns, 3), HV_STATUS_SUCCESS);

	result = withdraw(test, id, 5);
	EXPECT_STATUS(test, result, HV_STATUS_NO_RESOURCES);
	KUNIT_EXPECT_EQ(test, hv_repcomp(result), 3);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_TRUE(test, pages->out[i] == pfns[0] ||
				  pages->out[i] == pfns[1] ||
				  pages->out[i] == pfns[2]);
		*(u64 *)pfn_to_kaddr(pfns[i]) = 1;
		free_pfn(pfns[i]);
	}
	EXPECT_CALL(test, DELETE, id, SUCCESS);
}

static void deposits_are_checked(struct kunit *test)
{
	u64 id = active_child(test);
	u64 pfns[2] = { new_pfn(test), LOCAL_APIC_PFN };
	u64 result;

	EXPECT_STATUS(test, map(test, id, 0, RWX, pfns[0]), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, deposit(test, id, pfns, 1),
		      HV_STATUS_ACCESS_DENIED);
	EXPECT_STATUS(test, unmap(test, id, 0, 0, 1), HV_STATUS_SUCCESS);

	/* The first is done, the second is no memory. */
	result = deposit(test, id, pfns, 2);
	EXPECT_STATUS(test, result, HV_STATUS_INVALID_PARAMETER);
	KUNIT_EXPECT_EQ(test, hv_repcomp(result), 1);
	EXPECT_STATUS(test, deposit(test, id, pfns, 1),
		      HV_STATUS_ACCESS_DENIED);
	EXPECT_STATUS(test, map(test, id, 0, RWX, pfns[0]),
		      HV_STATUS_ACCESS_DENIED);
	end_child(test, id);
}

static void mappings_are_checked(struct kunit *test)
{
	u64 id = active_child(test);
	u64 pfn = new_pfn(test);

	EXPECT_STATUS(test, map(test, id, BEYOND_GFN, RWX, pfn),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, map(test, id, 1, RWX | HV_MAP_GPA_LARGE_PAGE, 0),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, map(test, id, 0, RWX | HV_MAP_GPA_LARGE_PAGE, 1),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, map(test, id, 0, HV_MAP_GPA_WRITABLE, pfn),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, map(test, id, 0, RWX | BIT(30), pfn),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, map(test, id, 0, HV_MAP_GPA_NO_ACCESS, pfn),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, map(test, id, 0, RWX, LOCAL_APIC_PFN),
		      HV_STATUS_ACCESS_DENIED);
	EXPECT_STATUS(test, unmap(test, id, 0, 1, 1),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, unmap(test, id, 1, HV_UNMAP_GPA_LARGE_PAGE, 1),
		      HV_STATUS_INVALID_PARAMETER);
	free_pfn(pfn);
	end_child(test, id);
}

/* Pages of both sizes on top of each other; in the end nothing is in use. */
static void mappings_replace_each_other(struct kunit *test)
{
	struct page *large = alloc_pages(GFP_KERNEL, 9);
	u64 id = active_child(test);
	u64 pfn = new_pfn(test);
	u64 first;

	KUNIT_ASSERT_NOT_NULL(test, large);
	first = page_to_pfn(large);
	EXPECT_STATUS(test, map(test, id, 0, RWX | HV_MAP_GPA_LARGE_PAGE,
				first), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, deposit(test, id, &first, 1),
		      HV_STATUS_ACCESS_DENIED);
	EXPECT_STATUS(test, map(test, id, 5, RWX, pfn), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, map(test, id, 6, HV_MAP_GPA_NO_ACCESS, 0),
		      HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, unmap(test, id, 7, 0, 1), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, map(test, id, 0, RWX | HV_MAP_GPA_LARGE_PAGE,
				first), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, unmap(test, id, 0, HV_UNMAP_GPA_LARGE_PAGE, 2),
		      HV_STATUS_SUCCESS);

	/* The pool can have both only if no mapping counts any more. */
	EXPECT_STATUS(test, deposit(test, id, &first, 1), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, deposit(test, id, &pfn, 1), HV_STATUS_SUCCESS);
	EXPECT_CALL(test, FINALIZE, id, SUCCESS);
	KUNIT_EXPECT_TRUE(test, hv_result_success(withdraw(test, id, 2)));
	give_back_pool(test, id);
	EXPECT_CALL(test, DELETE, id, SUCCESS);
	free_pfn(pfn);
	__free_pages(large, 9);
}

struct property_case {
	u32 code;
	u64 value;
	int status;
};

static void expect_properties(struct kunit *test, u64 id,
			      const struct property_case *cases, size_t count)
{
	struct pages *pages = test->priv;
	struct hv_input_set_partition_property *in = pages->in;
	size_t i;

	for (i = 0; i < count; i++) {
		u64 status;

		memset(in, 0, PAGE_SIZE);
		in->partition_id = id;
		in->property_code = cases[i].code;
		in->property_value = cases[i].value;
		status = page_call(test, HVCALL_SET_PARTITION_PROPERTY);
		KUNIT_EXPECT_EQ_MSG(test, hv_result(status), cases[i].status,
				    "property %x", cases[i].code);
	}
}

static void properties_have_rules(struct kunit *test)
{
	static const struct property_case created[] = {
		{ HV_PARTITION_PROPERTY_SYNTHETIC_PROC_FEATURES, 1,
		  HV_STATUS_SUCCESS },
		{ HV_PARTITION_PROPERTY_UNIMPLEMENTED_MSR_ACTION, 2,
		  HV_STATUS_PROPERTY_VALUE_OUT_OF_RANGE },
		{ HV_PARTITION_PROPERTY_PRIVILEGE_FLAGS, 1,
		  HV_STATUS_OPERATION_DENIED },
		{ 0x7fffffff, 1, HV_STATUS_UNKNOWN_PROPERTY },
	};
	static const struct property_case active[] = {
		{ HV_PARTITION_PROPERTY_PRIVILEGE_FLAGS, 0,
		  HV_STATUS_INVALID_PARTITION_STATE },
		{ HV_PARTITION_PROPERTY_SYNTHETIC_PROC_FEATURES, 1,
		  HV_STATUS_INVALID_PARTITION_STATE },
		{ HV_PARTITION_PROPERTY_UNIMPLEMENTED_MSR_ACTION, 1,
		  HV_STATUS_SUCCESS },
	};
	static const struct property_case own[] = {
		{ HV_PARTITION_PROPERTY_UNIMPLEMENTED_MSR_ACTION, 1,
		  HV_STATUS_INVALID_PARTITION_ID },
	};
	u64 id;

	KUNIT_ASSERT_TRUE(test, hv_result_success(create_child(test, &id)));
	expect_properties(test, id, created, ARRAY_SIZE(created));
	expect_properties(test, HV_PARTITION_ID_SELF, own, ARRAY_SIZE(own));
	fill_pool(test, id, CHILD_POOL_PAGES);
	EXPECT_CALL(test, INITIALIZE, id, SUCCESS);
	expect_properties(test, id, active, ARRAY_SIZE(active));
	end_child(test, id);
}

static u64 child_property(struct kunit *test, u64 id, u32 code)
{
	struct pages *pages = test->priv;
	struct hv_input_get_partition_property *in = pages->in;

	memset(in, 0, PAGE_SIZE);
	in->partition_id = id;
	in->property_code = code;
	EXPECT_STATUS(test, page_call(test, HVCALL_GET_PARTITION_PROPERTY),
		      HV_STATUS_SUCCESS);
	return pages->out[0];
}

/* A child has its parent's features but for those that were disabled. */
static void features_can_be_disabled(struct kunit *test)
{
	u64 host[2] = {
		child_property(test, HV_PARTITION_ID_SELF, PROCESSOR_FEATURES0),
		child_property(test, HV_PARTITION_ID_SELF, PROCESSOR_FEATURES1),
	};
	struct pages *pages = test->priv;
	struct hv_input_create_partition *in = pages->in;
	struct hv_partition_creation_properties *properties =
		&in->partition_creation_properties;
	u64 id, states;

	fill_pool(test, HV_PARTITION_ID_SELF, 1);
	memset(in, 0, PAGE_SIZE);
	in->flags = CHILD_FLAGS;
	in->compatibility_version = HV_COMPATIBILITY_21_H2;
	properties->disabled_processor_features.as_uint64[0] = 0xff;
	properties->disabled_processor_features.as_uint64[1] = ~0ULL;
	properties->disabled_processor_xsave_features.avx_support = 1;
	EXPECT_STATUS(test, page_call(test, HVCALL_CREATE_PARTITION),
		      HV_STATUS_SUCCESS);
	id = pages->out[0];

	KUNIT_EXPECT_NE(test, host[0] & 0xff, 0ULL);
	KUNIT_EXPECT_EQ(test, child_property(test, id, PROCESSOR_FEATURES0),
			host[0] & ~0xffULL);
	KUNIT_EXPECT_EQ(test, child_property(test, id, PROCESSOR_FEATURES1),
			0ULL);
	states = child_property(test, id, HV_PARTITION_PROPERTY_XSAVE_STATES);
	KUNIT_EXPECT_EQ(test, states & 7, 3ULL);
	fill_pool(test, id, CHILD_POOL_PAGES);
	EXPECT_CALL(test, INITIALIZE, id, SUCCESS);
	end_child(test, id);
}

static struct kunit_case guest_cases[] = {
	KUNIT_CASE(guests_have_none),
	{}
};

static struct kunit_suite guest_suite = {
	.name = "hv_children_of_guests",
	.init = pages_init,
	.exit = pages_exit,
	.test_cases = guest_cases,
};

static struct kunit_case cases[] = {
	KUNIT_CASE(creation_takes_memory),
	KUNIT_CASE(bad_creation_is_refused),
	KUNIT_CASE(life_has_an_order),
	KUNIT_CASE(ids_are_checked),
	KUNIT_CASE(deposits_come_back),
	KUNIT_CASE(deposits_are_checked),
	KUNIT_CASE(mappings_are_checked),
	KUNIT_CASE(mappings_replace_each_other),
	KUNIT_CASE(properties_have_rules),
	KUNIT_CASE(features_can_be_disabled),
	{}
};

static struct kunit_suite suite = {
	.name = "hv_children",
	.init = child_init,
	.exit = child_exit,
	.test_cases = cases,
};

kunit_test_suites(&guest_suite, &suite);

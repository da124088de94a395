// SPDX-License-Identifier: GPL-2.0-only
/* Children: what is known of the accesses to their pages, and how it is changed. */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>

#include "child.h"

#define RWX		(HV_MAP_GPA_READABLE | HV_MAP_GPA_WRITABLE | \
			 HV_MAP_GPA_EXECUTABLE)
#define NOT_A_CHILD	0xdead0000
#define BEYOND_GFN	BIT_ULL(28)
#define GFN		0x200
#define LARGE_PAGES	512

#define CLEAR_ACCESSED	BIT_ULL(0)
#define SET_ACCESSED	BIT_ULL(1)
#define CLEAR_DIRTY	BIT_ULL(2)
#define SET_DIRTY	BIT_ULL(3)
#define CLEAR		(CLEAR_ACCESSED | CLEAR_DIRTY)
#define SET		(SET_ACCESSED | SET_DIRTY)

#define ACCESSED	1
#define DIRTY		2
#define BOTH		(ACCESSED | DIRTY)

static u64 access(struct kunit *test, u64 id, u64 flags, u64 gfn, u16 count)
{
	const struct pages *pages = test->priv;
	struct hv_input_get_gpa_pages_access_state *in = pages->in;

	memset(in, 0, PAGE_SIZE);
	in->partition_id = id;
	in->flags.as_uint64 = flags;
	in->hv_gpa_page_number = gfn;
	return page_call(test, HVCALL_GET_GPA_PAGES_ACCESS_STATES |
			 (u64)count << HV_HYPERCALL_REP_COMP_OFFSET);
}

static u64 track(struct kunit *test, u64 id, u64 value)
{
	const struct pages *pages = test->priv;
	struct hv_input_set_partition_property *in = pages->in;

	memset(in, 0, PAGE_SIZE);
	in->partition_id = id;
	in->property_code = HV_PARTITION_PROPERTY_GPA_PAGE_ACCESS_TRACKING;
	in->property_value = value;
	return page_call(test, HVCALL_SET_PARTITION_PROPERTY);
}

/* That of the first page; the test fails unless all @count are in it. */
static u8 state_of(struct kunit *test, u64 id, u64 gfn, u16 count)
{
	const struct pages *pages = test->priv;
	const u8 *states = (const u8 *)pages->out;
	u64 result = access(test, id, 0, gfn, count);

	EXPECT_STATUS(test, result, HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, hv_repcomp(result), count);
	for (int i = 1; i < count; i++)
		KUNIT_EXPECT_EQ(test, states[i], states[0]);
	return states[0];
}

static u64 tracked_child(struct kunit *test)
{
	u64 id = active_child(test);

	EXPECT_STATUS(test, track(test, id, 1), HV_STATUS_SUCCESS);
	return id;
}

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

static void requests_are_checked(struct kunit *test)
{
	u64 id = active_child(test);
	u64 result;

	EXPECT_STATUS(test, access(test, id, 0, 0, 1),
		      HV_STATUS_INVALID_PARTITION_STATE);
	EXPECT_STATUS(test, track(test, id, 2),
		      HV_STATUS_PROPERTY_VALUE_OUT_OF_RANGE);
	EXPECT_STATUS(test, track(test, id, 1), HV_STATUS_SUCCESS);

	EXPECT_STATUS(test, access(test, NOT_A_CHILD, 0, 0, 1),
		      HV_STATUS_INVALID_PARTITION_ID);
	EXPECT_STATUS(test, access(test, id, BIT_ULL(4), 0, 1),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, access(test, id, CLEAR_DIRTY | SET_DIRTY, 0, 1),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, access(test, id, CLEAR_ACCESSED | SET_ACCESSED, 0, 1),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, access(test, id, 0, 0, 0),
		      HV_STATUS_INVALID_HYPERCALL_INPUT);

	result = access(test, id, 0, BEYOND_GFN - 2, 5);
	EXPECT_STATUS(test, result, HV_STATUS_INVALID_PARAMETER);
	KUNIT_EXPECT_EQ(test, hv_repcomp(result), 2);
	end_child(test, id);
}

static void where_nothing_is_nothing_is_noted(struct kunit *test)
{
	u64 id = tracked_child(test);

	KUNIT_EXPECT_EQ(test, state_of(test, id, GFN, 4095), 0);
	EXPECT_STATUS(test, access(test, id, SET, GFN, 8), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, state_of(test, id, GFN, 8), 0);
	end_child(test, id);
}

static void bits_are_set_and_cleared(struct kunit *test)
{
	static const struct {
		u64 flags;
		u8 before;
		u8 after;
	} steps[] = {
		{ 0,			BOTH,		BOTH },
		{ CLEAR_DIRTY,		BOTH,		ACCESSED },
		{ CLEAR_ACCESSED,	ACCESSED,	0 },
		{ SET_ACCESSED,		0,		ACCESSED },
		{ SET_DIRTY,		ACCESSED,	BOTH },
		{ CLEAR,		BOTH,		0 },
		{ SET,			0,		BOTH },
		{ CLEAR,		BOTH,		0 },
		{ 0,			0,		0 },
	};
	const struct pages *pages = test->priv;
	u64 id = tracked_child(test);
	u64 pfns[2] = { new_pfn(test), new_pfn(test) };

	for (int i = 0; i < 2; i++)
		EXPECT_STATUS(test, map(test, id, GFN + i, RWX, pfns[i]),
			      HV_STATUS_SUCCESS);
	for (int i = 0; i < ARRAY_SIZE(steps); i++) {
		EXPECT_STATUS(test, access(test, id, steps[i].flags, GFN, 1),
			      HV_STATUS_SUCCESS);
		KUNIT_EXPECT_EQ(test, *(u8 *)pages->out, steps[i].before);
		KUNIT_EXPECT_EQ(test, state_of(test, id, GFN, 1),
				steps[i].after);
	}
	/* The neighbour has nothing to do with it. */
	KUNIT_EXPECT_EQ(test, state_of(test, id, GFN + 1, 1), BOTH);
	end_child(test, id);
	free_pfn(pfns[0]);
	free_pfn(pfns[1]);
}

/* They belong to the child's page, whatever is behind it. */
static void bits_outlive_a_mapping(struct kunit *test)
{
	u64 id = tracked_child(test);
	u64 pfns[2] = { new_pfn(test), new_pfn(test) };

	EXPECT_STATUS(test, map(test, id, GFN, RWX, pfns[0]), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, access(test, id, CLEAR_DIRTY, GFN, 1),
		      HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, map(test, id, GFN, HV_MAP_GPA_NO_ACCESS, 0),
		      HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, state_of(test, id, GFN, 1), ACCESSED);
	EXPECT_STATUS(test, map(test, id, GFN, RWX, pfns[1]), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, state_of(test, id, GFN, 1), ACCESSED);

	EXPECT_STATUS(test, unmap(test, id, GFN, 0, 1), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, map(test, id, GFN, RWX, pfns[1]), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, state_of(test, id, GFN, 1), BOTH);
	end_child(test, id);
	free_pfn(pfns[0]);
	free_pfn(pfns[1]);
}

static void large_pages_are_cut(struct kunit *test)
{
	struct page *large = alloc_pages(GFP_KERNEL, 9);
	u64 id = tracked_child(test);
	u64 result;

	KUNIT_ASSERT_NOT_NULL(test, large);
	EXPECT_STATUS(test, map(test, id, GFN, RWX | HV_MAP_GPA_LARGE_PAGE,
				page_to_pfn(large)), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, state_of(test, id, GFN, LARGE_PAGES), BOTH);

	/* Asking and setting change nothing; clearing needs a table. */
	give_back_pool(test, id);
	EXPECT_STATUS(test, access(test, id, SET, GFN, LARGE_PAGES),
		      HV_STATUS_SUCCESS);
	result = access(test, id, CLEAR_DIRTY, GFN - 1, 3);
	EXPECT_STATUS(test, result, HV_STATUS_INSUFFICIENT_MEMORY);
	KUNIT_EXPECT_EQ(test, hv_repcomp(result), 1);
	EXPECT_STATUS(test, fill_pool(test, id, 1), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, access(test, id, CLEAR_DIRTY, GFN + 7, 1),
		      HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, state_of(test, id, GFN, 7), BOTH);
	KUNIT_EXPECT_EQ(test, state_of(test, id, GFN + 7, 1), ACCESSED);
	KUNIT_EXPECT_EQ(test, state_of(test, id, GFN + 8, LARGE_PAGES - 8), BOTH);

	/* As a large page again: what was cleared stays so. */
	EXPECT_STATUS(test, map(test, id, GFN, RWX | HV_MAP_GPA_LARGE_PAGE,
				page_to_pfn(large)), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, state_of(test, id, GFN + 6, 1), BOTH);
	KUNIT_EXPECT_EQ(test, state_of(test, id, GFN + 7, 1), ACCESSED);
	end_child(test, id);
	__free_pages(large, 9);
}

static void tracking_ends_when_everything_is_noted(struct kunit *test)
{
	u64 id = tracked_child(test);
	u64 pfn = new_pfn(test);

	EXPECT_STATUS(test, map(test, id, GFN, RWX, pfn), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, access(test, id, CLEAR_DIRTY, GFN, 1),
		      HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, track(test, id, 0), HV_STATUS_OPERATION_DENIED);
	EXPECT_STATUS(test, track(test, id, 1), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, access(test, id, SET, GFN, 1), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, track(test, id, 0), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, access(test, id, 0, GFN, 1),
		      HV_STATUS_INVALID_PARTITION_STATE);
	end_child(test, id);
	free_pfn(pfn);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(requests_are_checked),
	KUNIT_CASE(where_nothing_is_nothing_is_noted),
	KUNIT_CASE(bits_are_set_and_cleared),
	KUNIT_CASE(bits_outlive_a_mapping),
	KUNIT_CASE(large_pages_are_cut),
	KUNIT_CASE(tracking_ends_when_everything_is_noted),
	{}
};

static struct kunit_suite suite = {
	.name = "hv_accesses",
	.init = child_init,
	.exit = child_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

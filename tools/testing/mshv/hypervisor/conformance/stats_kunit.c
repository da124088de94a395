// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of statistics: provided by the hypervisor or by the caller, mapped
 * once, and only what the caller may see.
 */
#include <linux/gfp.h>
#include <linux/io.h>

#include "call.h"

#define LOGICAL_PROCESSORS	1

static int unless_guest(int status)
{
	return this_role() == ROLE_GUEST ? HV_STATUS_ACCESS_DENIED : status;
}

static struct hv_input_map_stats_page2 *vp_input(struct kunit *test)
{
	struct pages *pages = test->priv;
	struct hv_input_map_stats_page2 *in = pages->in;

	memset(in, 0, PAGE_SIZE);
	in->type = HV_STATS_OBJECT_VP;
	in->identity.vp.partition_id = HV_PARTITION_ID_SELF;
	return in;
}

static void page_is_provided(struct kunit *test)
{
	struct pages *pages = test->priv;

	vp_input(test);
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_STATS_PAGE),
		      unless_guest(HV_STATUS_SUCCESS));
	if (this_role() != ROLE_GUEST)
		KUNIT_EXPECT_LT(test, pages->out[0], BIT_ULL(40 - PAGE_SHIFT));

	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_STATS_PAGE),
		      unless_guest(HV_STATUS_INVALID_PARAMETER));
	EXPECT_STATUS(test, page_call(test, HVCALL_UNMAP_STATS_PAGE),
		      unless_guest(HV_STATUS_SUCCESS));
	EXPECT_STATUS(test, page_call(test, HVCALL_UNMAP_STATS_PAGE),
		      unless_guest(HV_STATUS_INVALID_PARAMETER));
}

static void page_is_the_callers(struct kunit *test)
{
	struct pages *pages = test->priv;

	/* The page of output stands for the page of statistics. */
	vp_input(test)->map_location = pages->out_gpa >> PAGE_SHIFT;
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_STATS_PAGE2),
		      unless_guest(HV_STATUS_SUCCESS));
	if (this_role() != ROLE_GUEST)
		KUNIT_EXPECT_EQ(test, pages->out[0], 0ULL);
	EXPECT_STATUS(test, page_call(test, HVCALL_UNMAP_STATS_PAGE),
		      unless_guest(HV_STATUS_SUCCESS));

	vp_input(test)->map_location = 0xfee00;
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_STATS_PAGE2),
		      unless_guest(HV_STATUS_INVALID_PARAMETER));
}

static void bad_objects_are_refused(struct kunit *test)
{
	vp_input(test)->type = 7;
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_STATS_PAGE),
		      unless_guest(HV_STATUS_INVALID_PARAMETER));
	vp_input(test)->padding = 1;
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_STATS_PAGE),
		      unless_guest(HV_STATUS_INVALID_PARAMETER));
	vp_input(test)->identity.vp.partition_id = 0;
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_STATS_PAGE),
		      unless_guest(HV_STATUS_INVALID_PARTITION_ID));
	vp_input(test)->identity.vp.vp_index = 4095;
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_STATS_PAGE),
		      unless_guest(HV_STATUS_INVALID_VP_INDEX));
	vp_input(test)->identity.vp.stats_area_type = HV_STATS_AREA_INTERNAL;
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_STATS_PAGE),
		      unless_guest(HV_STATUS_INVALID_PARAMETER));
}

static void parent_area_is_the_roots(struct kunit *test)
{
	int expected[] = {
		[ROLE_PARENT] = HV_STATUS_INVALID_PARAMETER,
		[ROLE_ROOT] = HV_STATUS_SUCCESS,
		[ROLE_GUEST] = HV_STATUS_ACCESS_DENIED,
	};

	vp_input(test)->identity.vp.stats_area_type = HV_STATS_AREA_PARENT;
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_STATS_PAGE),
		      expected[this_role()]);
	EXPECT_STATUS(test, page_call(test, HVCALL_UNMAP_STATS_PAGE),
		      expected[this_role()]);
}

static void machine_is_the_roots(struct kunit *test)
{
	struct pages *pages = test->priv;
	struct hv_input_map_stats_page *in = pages->in;
	int expected = this_role() == ROLE_ROOT ? HV_STATUS_SUCCESS :
						  HV_STATUS_ACCESS_DENIED;
	u64 *stats;

	in->type = HV_STATS_OBJECT_HYPERVISOR;
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_STATS_PAGE), expected);
	if (this_role() == ROLE_ROOT) {
		stats = phys_to_virt(pages->out[0] << PAGE_SHIFT);
		KUNIT_EXPECT_EQ(test, stats[LOGICAL_PROCESSORS],
				(u64)num_present_cpus());
	}
	EXPECT_STATUS(test, page_call(test, HVCALL_UNMAP_STATS_PAGE), expected);
}

static struct kunit_case stats_cases[] = {
	KUNIT_CASE(page_is_provided),
	KUNIT_CASE(page_is_the_callers),
	KUNIT_CASE(bad_objects_are_refused),
	KUNIT_CASE(parent_area_is_the_roots),
	KUNIT_CASE(machine_is_the_roots),
	{}
};

static struct kunit_suite stats_suite = {
	.name = "hv_stats",
	.init = pages_init,
	.exit = pages_exit,
	.test_cases = stats_cases,
};

kunit_test_suites(&stats_suite);

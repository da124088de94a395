// SPDX-License-Identifier: GPL-2.0-only
/* Counters: their tables, and which of two pages a value comes from. */
#include <linux/string.h>
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <asm/mshyperv.h>

#include "../counters.h"
#include "../hvcall.h"
#include "../stats.h"

static const u32 types[] = {
	HV_STATS_OBJECT_HYPERVISOR,
	HV_STATS_OBJECT_LOGICAL_PROCESSOR,
	HV_STATS_OBJECT_PARTITION,
	HV_STATS_OBJECT_VP,
};

static void tables_are_in_order(struct kunit *test)
{
	for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
		const struct mshv_counter_set *set = mshv_counters_of(types[t]);
		int last = -1;

		KUNIT_ASSERT_NOT_NULL(test, set);
		KUNIT_EXPECT_GT(test, set->count, 0);
		for (size_t i = 0; i < set->count; i++) {
			const struct mshv_counter *counter = &set->counters[i];

			KUNIT_EXPECT_GT(test, (int)counter->index, last);
			KUNIT_EXPECT_LT(test, counter->index,
					HV_HYP_PAGE_SIZE / sizeof(u64));
			last = counter->index;
		}
	}
	KUNIT_EXPECT_NULL(test, mshv_counters_of(0));
	KUNIT_EXPECT_NULL(test, mshv_counters_of(3));
}

/* Names are one word each, and begin with the same two letters in a table. */
static void names_are_unique(struct kunit *test)
{
	for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
		const struct mshv_counter_set *set = mshv_counters_of(types[t]);

		for (size_t i = 0; i < set->count; i++) {
			const char *name = set->counters[i].name;

			KUNIT_EXPECT_LE(test, strlen(name), MSHV_COUNTER_NAME_LEN);
			KUNIT_EXPECT_EQ(test, strncmp(name, set->counters[0].name, 2), 0);
			KUNIT_EXPECT_NULL(test, strpbrk(name, " :\t"));
			for (size_t j = 0; j < i; j++)
				KUNIT_EXPECT_STRNEQ(test, name,
						    set->counters[j].name);
		}
	}
}

/* What the driver itself looks at has the name that it is meant by. */
static void known_counters_have_their_names(struct kunit *test)
{
	static const struct {
		u32 type;
		u16 index;
		const char *name;
	} rows[] = {
		{ HV_STATS_OBJECT_HYPERVISOR, MSHV_COUNTER_LOGICAL_PROCESSORS,
		  "HvLogicalProcessors" },
		{ HV_STATS_OBJECT_VP, MSHV_COUNTER_DISPATCH_BLOCKED,
		  "VpRootDispatchThreadBlocked" },
	};

	for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
		const struct mshv_counter_set *set = mshv_counters_of(rows[r].type);
		const char *name = NULL;

		for (size_t i = 0; i < set->count; i++)
			if (set->counters[i].index == rows[r].index)
				name = set->counters[i].name;
		KUNIT_ASSERT_NOT_NULL(test, name);
		KUNIT_EXPECT_STREQ(test, name, rows[r].name);
	}
}

/* A hypervisor with pages of statistics, by area. */
struct stats_pages {
	struct hv_stats_page *page[HV_STATS_AREA_PARENT + 1];
	u16 status[HV_STATS_AREA_PARENT + 1];
	int mapped;
	int unexpected;
};

static u64 fake_hvcall(u16 code, const void *in, size_t in_size,
		       void *out, size_t out_size)
{
	struct stats_pages *pages = kunit_get_current_test()->priv;
	const struct hv_input_map_stats_page *input = in;
	struct hv_output_map_stats_page *output = out;
	u8 area = input->identity.vp.stats_area_type;

	if (input->type != HV_STATS_OBJECT_VP ||
	    input->identity.vp.partition_id != 7 ||
	    input->identity.vp.vp_index != 3 || area > HV_STATS_AREA_PARENT) {
		pages->unexpected++;
		return HV_STATUS_INVALID_PARAMETER;
	}

	switch (code) {
	case HVCALL_MAP_STATS_PAGE:
		if (pages->status[area] != HV_STATUS_SUCCESS)
			return pages->status[area];
		output->map_location = virt_to_phys(pages->page[area]) >> PAGE_SHIFT;
		pages->mapped++;
		return HV_STATUS_SUCCESS;
	case HVCALL_UNMAP_STATS_PAGE:
		pages->mapped--;
		return HV_STATUS_SUCCESS;
	default:
		pages->unexpected++;
		return HV_STATUS_INVALID_HYPERCALL_CODE;
	}
}

static int stats_init(struct kunit *test)
{
	struct stats_pages *pages = kunit_kzalloc(test, sizeof(*pages), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pages);
	for (int area = 0; area <= HV_STATS_AREA_PARENT; area++) {
		pages->page[area] = (void *)get_zeroed_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, pages->page[area]);
	}
	test->priv = pages;
	kunit_activate_static_stub(test, mshv_hvcall, fake_hvcall);
	return 0;
}

static void stats_exit(struct kunit *test)
{
	struct stats_pages *pages = test->priv;

	KUNIT_EXPECT_EQ(test, pages->mapped, 0);
	KUNIT_EXPECT_EQ(test, pages->unexpected, 0);
	for (int area = 0; area <= HV_STATS_AREA_PARENT; area++)
		free_page((unsigned long)pages->page[area]);
}

static int map_vp(struct mshv_stats *stats)
{
	const union hv_stats_object_identity identity = {
		.vp = { .partition_id = 7, .vp_index = 3 },
	};

	return mshv_stats_map(stats, HV_STATS_OBJECT_VP, &identity);
}

static void value_is_the_parents_if_it_has_one(struct kunit *test)
{
	struct stats_pages *pages = test->priv;
	struct mshv_stats stats;

	pages->page[HV_STATS_AREA_SELF]->data[1] = 11;
	pages->page[HV_STATS_AREA_PARENT]->data[1] = 22;
	pages->page[HV_STATS_AREA_SELF]->data[2] = 33;
	pages->page[HV_STATS_AREA_PARENT]->data[511] = 44;

	KUNIT_ASSERT_EQ(test, map_vp(&stats), 0);
	KUNIT_EXPECT_EQ(test, pages->mapped, 2);
	KUNIT_EXPECT_EQ(test, mshv_stats_read(&stats, 1), 22);
	KUNIT_EXPECT_EQ(test, mshv_stats_read(&stats, 2), 33);
	KUNIT_EXPECT_EQ(test, mshv_stats_read(&stats, 511), 44);
	KUNIT_EXPECT_EQ(test, mshv_stats_read(&stats, 0), 0);
	mshv_stats_unmap(&stats);
}

static void parents_area_may_be_missing(struct kunit *test)
{
	static const u16 refusals[] = {
		HV_STATUS_INVALID_PARAMETER,
		HV_STATUS_ACCESS_DENIED,
	};
	struct stats_pages *pages = test->priv;
	struct mshv_stats stats;

	pages->page[HV_STATS_AREA_SELF]->data[1] = 11;
	pages->page[HV_STATS_AREA_PARENT]->data[1] = 22;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		pages->status[HV_STATS_AREA_PARENT] = refusals[i];
		KUNIT_ASSERT_EQ(test, map_vp(&stats), 0);
		KUNIT_EXPECT_EQ(test, pages->mapped, 1);
		KUNIT_EXPECT_EQ(test, mshv_stats_read(&stats, 1), 11);
		mshv_stats_unmap(&stats);
		KUNIT_EXPECT_EQ(test, pages->mapped, 0);
	}
}

static void other_failures_leave_nothing_mapped(struct kunit *test)
{
	static const struct {
		u8 area;
		u16 status;
		int ret;
	} rows[] = {
		{ HV_STATS_AREA_SELF, HV_STATUS_INVALID_PARAMETER, -EINVAL },
		{ HV_STATS_AREA_SELF, HV_STATUS_ACCESS_DENIED, -EACCES },
		{ HV_STATS_AREA_PARENT, HV_STATUS_INVALID_PARTITION_STATE, -EIO },
	};
	struct stats_pages *pages = test->priv;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct mshv_stats stats;

		memset(pages->status, 0, sizeof(pages->status));
		pages->status[rows[i].area] = rows[i].status;
		KUNIT_EXPECT_EQ(test, map_vp(&stats), rows[i].ret);
		KUNIT_EXPECT_EQ(test, pages->mapped, 0);
		KUNIT_EXPECT_EQ(test, mshv_stats_read(&stats, 1), 0);
		/* As of an object that was never mapped. */
		mshv_stats_unmap(&stats);
	}
}

static struct kunit_case stats_cases[] = {
	KUNIT_CASE(tables_are_in_order),
	KUNIT_CASE(names_are_unique),
	KUNIT_CASE(known_counters_have_their_names),
	KUNIT_CASE(value_is_the_parents_if_it_has_one),
	KUNIT_CASE(parents_area_may_be_missing),
	KUNIT_CASE(other_failures_leave_nothing_mapped),
	{}
};

static struct kunit_suite stats_suite = {
	.name = "mshv-stats",
	.init = stats_init,
	.exit = stats_exit,
	.test_cases = stats_cases,
};

kunit_test_suite(stats_suite);

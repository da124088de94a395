// SPDX-License-Identifier: GPL-2.0-only
/* Mapping memory into a child: runs of 4 KiB and 2 MiB pages. */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <asm/mshyperv.h>

#include "../deposit.h"
#include "../gpa.h"
#include "../hvcall.h"

#define CHILD	42
#define LARGE	512
#define FLAGS	(HV_MAP_GPA_READABLE | HV_MAP_GPA_WRITABLE)

/* What the hypervisor was asked to map: "gfn+count" in 4 KiB or 2 MiB pages. */
struct journal {
	char text[256];
	u64 last_source;
	u32 flags;
};

static void note(struct journal *journal, const char *what, u64 gfn, u16 count,
		 bool large)
{
	size_t len = strlen(journal->text);

	snprintf(journal->text + len, sizeof(journal->text) - len, "%s%s%llu+%u%s",
		 len ? " " : "", what, gfn, count, large ? "L" : "");
}

static u64 fake_issue(u64 control, void *in, void *out)
{
	struct journal *journal = kunit_get_current_test()->priv;
	u16 reps = control >> HV_HYPERCALL_REP_COMP_OFFSET & 0xfff;
	const struct hv_input_unmap_gpa_pages *unmap = in;
	const struct hv_input_map_gpa_pages *map = in;

	if ((control & 0xffff) == HVCALL_MAP_GPA_PAGES) {
		note(journal, map->map_flags & HV_MAP_GPA_NO_ACCESS ? "!" : "",
		     map->target_gpa_base, reps,
		     map->map_flags & HV_MAP_GPA_LARGE_PAGE);
		journal->last_source = map->source_gpa_page_list[reps - 1];
		journal->flags = map->map_flags;
	} else {
		note(journal, "-", unmap->target_gpa_base, reps,
		     unmap->unmap_flags & HV_UNMAP_GPA_LARGE_PAGE);
	}
	return (u64)reps << HV_HYPERCALL_REP_COMP_OFFSET;
}

/*
 * Pages 0..511 a huge page, 512..1023 another one, then one small page, a hole
 * and another small page.
 */
struct memory {
	struct page *huge[2];
	struct page *small[2];
	struct page *pages[2 * LARGE + 3];
};

static struct memory *alloc_memory(struct kunit *test)
{
	struct memory *memory = kunit_kzalloc(test, sizeof(*memory), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, memory);
	for (int i = 0; i < 2; i++) {
		memory->huge[i] = alloc_pages(GFP_KERNEL | __GFP_COMP, 9);
		memory->small[i] = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, memory->huge[i]);
		KUNIT_ASSERT_NOT_NULL(test, memory->small[i]);
		for (int j = 0; j < LARGE; j++)
			memory->pages[i * LARGE + j] = memory->huge[i] + j;
		memory->pages[2 * LARGE + 2 * i] = memory->small[i];
	}
	return memory;
}

static void free_memory(struct memory *memory)
{
	for (int i = 0; i < 2; i++) {
		__free_pages(memory->huge[i], 9);
		__free_page(memory->small[i]);
	}
}

static struct journal *start(struct kunit *test)
{
	struct journal *journal = kunit_kzalloc(test, sizeof(*journal),
						GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, journal);
	test->priv = journal;
	kunit_activate_static_stub(test, mshv_hvcall_issue, fake_issue);
	KUNIT_ASSERT_EQ(test, mshv_hvcall_start(NULL), 0);
	return journal;
}

static void huge_pages_are_mapped_as_such(struct kunit *test)
{
	struct memory *memory = alloc_memory(test);
	struct journal *journal = start(test);

	KUNIT_EXPECT_EQ(test, mshv_gpa_map_pages(CHILD, 1024, memory->pages,
						 ARRAY_SIZE(memory->pages),
						 FLAGS), 0);
	KUNIT_EXPECT_STREQ(test, journal->text, "1024+2L 2048+1 2050+1");
	KUNIT_EXPECT_EQ(test, journal->flags, FLAGS);
	KUNIT_EXPECT_EQ(test, journal->last_source,
			page_to_pfn(memory->small[1]));

	journal->text[0] = '\0';
	KUNIT_EXPECT_EQ(test, mshv_gpa_unmap_pages(CHILD, 1024, memory->pages,
						   ARRAY_SIZE(memory->pages)), 0);
	KUNIT_EXPECT_STREQ(test, journal->text, "-1024+2L -2048+1 -2050+1");

	mshv_hvcall_stop(NULL);
	free_memory(memory);
}

static void unaligned_guest_pages_are_small(struct kunit *test)
{
	struct memory *memory = alloc_memory(test);
	struct journal *journal = start(test);

	mshv_gpa_map_pages(CHILD, 1, memory->pages, LARGE, FLAGS);
	mshv_hvcall_stop(NULL);
	free_memory(memory);
	KUNIT_EXPECT_STREQ(test, journal->text, "1+509 510+3");
}

static void part_of_a_huge_page_is_small(struct kunit *test)
{
	struct memory *memory = alloc_memory(test);
	struct journal *journal = start(test);

	mshv_gpa_map_pages(CHILD, 0, memory->pages, LARGE - 1, FLAGS);
	mshv_hvcall_stop(NULL);
	free_memory(memory);
	KUNIT_EXPECT_STREQ(test, journal->text, "0+509 509+2");
}

/* One foreign page in the middle: the huge page must not show through. */
static void patched_huge_page_is_small(struct kunit *test)
{
	struct memory *memory = alloc_memory(test);
	struct journal *journal = start(test);

	memory->pages[100] = memory->small[0];
	mshv_gpa_map_pages(CHILD, 0, memory->pages, 2 * LARGE, FLAGS);
	mshv_hvcall_stop(NULL);
	free_memory(memory);
	KUNIT_EXPECT_STREQ(test, journal->text, "0+509 509+3 512+1L");
}

static void nothing_is_mapped_2_mib_at_a_time(struct kunit *test)
{
	struct mshv_gpa_space space = { .partition_id = CHILD };
	struct journal *journal = start(test);

	KUNIT_EXPECT_EQ(test, mshv_gpa_map_nothing(&space, 500, 1100), 0);
	KUNIT_EXPECT_EQ(test, mshv_gpa_release(&space, 500, 1100), 0);
	mshv_hvcall_stop(NULL);
	KUNIT_EXPECT_STREQ(test, journal->text,
			   "!500+12 !512+2L !1536+64 -500+12 -512+2L -1536+64");
	KUNIT_EXPECT_EQ(test, journal->last_source, 0);
	KUNIT_EXPECT_FALSE(test, space.small_only);
}

static void range_within_2_mib_is_small(struct kunit *test)
{
	struct mshv_gpa_space space = { .partition_id = CHILD };
	struct journal *journal = start(test);

	KUNIT_EXPECT_EQ(test, mshv_gpa_map_nothing(&space, 512, 511), 0);
	KUNIT_EXPECT_EQ(test, mshv_gpa_take_away(&space, 513, 1), 0);
	mshv_hvcall_stop(NULL);
	KUNIT_EXPECT_STREQ(test, journal->text, "!512+509 !1021+2 !513+1");
}

/* The hypervisor wants to let a child trap on small pages only. */
static u64 fake_issue_small(u64 control, void *in, void *out)
{
	const struct hv_input_map_gpa_pages *map = in;

	if ((control & 0xffff) == HVCALL_MAP_GPA_PAGES &&
	    map->map_flags & HV_MAP_GPA_LARGE_PAGE) {
		note(kunit_get_current_test()->priv, "?", map->target_gpa_base,
		     0, true);
		return HV_STATUS_INVALID_PARAMETER;
	}
	return fake_issue(control, in, out);
}

static void small_pages_serve_where_large_ones_do_not(struct kunit *test)
{
	struct mshv_gpa_space space = { .partition_id = CHILD };
	struct journal *journal = start(test);

	kunit_activate_static_stub(test, mshv_hvcall_issue, fake_issue_small);
	KUNIT_EXPECT_EQ(test, mshv_gpa_map_nothing(&space, 512, 600), 0);
	KUNIT_EXPECT_TRUE(test, space.small_only);
	KUNIT_EXPECT_EQ(test, mshv_gpa_take_away(&space, 0, 512), 0);
	KUNIT_EXPECT_EQ(test, mshv_gpa_release(&space, 512, 600), 0);
	mshv_hvcall_stop(NULL);
	KUNIT_EXPECT_STREQ(test, journal->text,
			   "?512+0L !512+509 !1021+91 !0+509 !509+3 !512+509 !1021+91 -512+600");
}

/* The hypervisor has a large page at 512, and no memory to cut it up. */
static u64 fake_issue_large(u64 control, void *in, void *out)
{
	const struct hv_input_unmap_gpa_pages *unmap = in;
	u64 gfn = unmap->target_gpa_base, reps, done = 0;
	bool large = unmap->unmap_flags & HV_UNMAP_GPA_LARGE_PAGE;

	if ((control & 0xffff) == HVCALL_MAP_GPA_PAGES) {
		const struct hv_input_map_gpa_pages *map = in;

		gfn = map->target_gpa_base;
		large = map->map_flags & HV_MAP_GPA_LARGE_PAGE;
	}
	reps = control >> HV_HYPERCALL_REP_COMP_OFFSET & 0xfff;
	if (large || gfn >= 2 * LARGE || gfn + reps <= LARGE)
		return fake_issue(control, in, out);

	if (gfn < LARGE)
		done = LARGE - gfn;
	if (done)
		fake_issue((control & 0xffff) |
			   done << HV_HYPERCALL_REP_COMP_OFFSET, in, out);
	return HV_STATUS_INSUFFICIENT_MEMORY |
	       done << HV_HYPERCALL_REP_COMP_OFFSET;
}

static int no_relief(struct mshv_shortage *shortage, u64 status)
{
	return -ENOMEM;
}

static void large_page_goes_as_a_whole_without_memory(struct kunit *test)
{
	struct mshv_gpa_space space = { .partition_id = CHILD };
	struct journal *journal = start(test);

	kunit_activate_static_stub(test, mshv_hvcall_issue, fake_issue_large);
	kunit_activate_static_stub(test, mshv_relieve_shortage, no_relief);
	KUNIT_EXPECT_EQ(test, mshv_gpa_map_nothing(&space, 1000, 10), -ENOMEM);
	KUNIT_EXPECT_EQ(test, mshv_gpa_take_away(&space, 1000, 10), 0);
	KUNIT_EXPECT_EQ(test, mshv_gpa_take_away(&space, 510, 516), 0);
	KUNIT_EXPECT_EQ(test, mshv_gpa_release(&space, 514, 512), 0);
	mshv_hvcall_stop(NULL);
	KUNIT_EXPECT_STREQ(test, journal->text,
			   "!512+1L !510+2 !512+1L !1024+2 -512+1L -1024+2");
}

static void frames_follow_each_other(struct kunit *test)
{
	struct journal *journal = start(test);

	KUNIT_EXPECT_EQ(test, mshv_gpa_map_pfns(CHILD, 7, 0xfe000, 600, FLAGS), 0);
	mshv_hvcall_stop(NULL);
	KUNIT_EXPECT_STREQ(test, journal->text, "7+509 516+91");
	KUNIT_EXPECT_EQ(test, journal->last_source, 0xfe000 + 599);
}

static struct kunit_case gpa_cases[] = {
	KUNIT_CASE(huge_pages_are_mapped_as_such),
	KUNIT_CASE(unaligned_guest_pages_are_small),
	KUNIT_CASE(part_of_a_huge_page_is_small),
	KUNIT_CASE(patched_huge_page_is_small),
	KUNIT_CASE(nothing_is_mapped_2_mib_at_a_time),
	KUNIT_CASE(range_within_2_mib_is_small),
	KUNIT_CASE(small_pages_serve_where_large_ones_do_not),
	KUNIT_CASE(large_page_goes_as_a_whole_without_memory),
	KUNIT_CASE(frames_follow_each_other),
	{}
};

static struct kunit_suite gpa_suite = {
	.name = "mshv-gpa",
	.test_cases = gpa_cases,
};

kunit_test_suite(gpa_suite);

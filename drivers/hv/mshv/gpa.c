// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mapping memory of this partition into a child.
 *
 * The hypervisor maps 4 KiB pages, or 2 MiB pages when the call says so; a call
 * is one or the other. So a range is cut into runs of one kind, and each run is
 * one repeated hypercall of any length.
 */
#include <linux/align.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <asm/mshyperv.h>

#include "gpa.h"
#include "hvcall.h"
#include "trace.h"

#define LARGE_PAGES	512	/* 4 KiB pages in a 2 MiB page */

/* A run of guest pages, and what is behind it. */
struct gpa_run {
	struct mshv_hvcall_reps call;
	u64 partition_id;
	u64 gfn;
	u64 count;		/* in 4 KiB pages */
	u32 stride;		/* 4 KiB pages in an element: 1 or LARGE_PAGES */
	u32 flags;
	struct page *const *pages;	/* NULL: @pfn and what follows it */
	u64 pfn;
};

static void map_fill(const struct mshv_hvcall_reps *call, void *in, u16 n)
{
	const struct gpa_run *run = container_of_const(call, struct gpa_run, call);
	struct hv_input_map_gpa_pages *input = in;

	*input = (struct hv_input_map_gpa_pages){
		.target_partition_id = run->partition_id,
		.target_gpa_base = run->gfn + call->done * run->stride,
		.map_flags = run->flags,
	};
	for (u16 i = 0; i < n; i++) {
		u64 offset = (call->done + i) * run->stride;

		if (run->flags & HV_MAP_GPA_NO_ACCESS)
			input->source_gpa_page_list[i] = 0;
		else if (run->pages)
			input->source_gpa_page_list[i] =
				page_to_pfn(run->pages[offset]);
		else
			input->source_gpa_page_list[i] = run->pfn + offset;
	}
}

static int map_run(struct gpa_run *run)
{
	int ret;

	run->call = (struct mshv_hvcall_reps){
		.code	= HVCALL_MAP_GPA_PAGES,
		.pool	= run->partition_id,
		.count	= run->count / run->stride,
		.batch	= (HV_HYP_PAGE_SIZE -
			   sizeof(struct hv_input_map_gpa_pages)) / sizeof(u64),
		.fill	= map_fill,
	};
	if (run->stride == LARGE_PAGES)
		run->flags |= HV_MAP_GPA_LARGE_PAGE;

	ret = mshv_hvcall_reps(&run->call);
	trace_mshv_map(run->partition_id, run->gfn, run->count, run->flags, ret);
	return ret;
}

static void unmap_fill(const struct mshv_hvcall_reps *call, void *in, u16 n)
{
	const struct gpa_run *run = container_of_const(call, struct gpa_run, call);
	struct hv_input_unmap_gpa_pages *input = in;

	*input = (struct hv_input_unmap_gpa_pages){
		.target_partition_id = run->partition_id,
		.target_gpa_base = run->gfn + call->done * run->stride,
		.unmap_flags = run->stride == LARGE_PAGES ?
			       HV_UNMAP_GPA_LARGE_PAGE : 0,
	};
}

static int unmap_run(struct gpa_run *run)
{
	run->call = (struct mshv_hvcall_reps){
		.code	= HVCALL_UNMAP_GPA_PAGES,
		.pool	= run->partition_id,
		.count	= run->count / run->stride,
		.batch	= HV_HYP_PAGE_SIZE / sizeof(u64),
		.fill	= unmap_fill,
	};

	return mshv_hvcall_reps(&run->call);
}

/*
 * Whether the next 2 MiB are one large page that can be mapped as such. All of
 * the pages are looked at: a folio that is mapped into the VMM in part, or in
 * another order, must not reach the guest as a whole.
 */
static bool is_large_page(struct page *const *pages, u64 gfn, u64 count)
{
	if (count < LARGE_PAGES || !IS_ALIGNED(gfn, LARGE_PAGES) ||
	    !IS_ALIGNED(page_to_pfn(pages[0]), LARGE_PAGES) ||
	    folio_order(page_folio(pages[0])) < ilog2(LARGE_PAGES))
		return false;

	for (u64 i = 1; i < LARGE_PAGES; i++)
		if (pages[i] != pages[0] + i)
			return false;
	return true;
}

/* Cuts the range into runs, in order, and does @op on each of them. */
static int do_runs(u64 partition_id, u64 gfn, struct page *const *pages,
		   u64 count, u32 flags, int (*op)(struct gpa_run *run))
{
	u64 start = 0;

	while (start < count) {
		struct gpa_run run = {
			.partition_id = partition_id,
			.gfn = gfn + start,
			.flags = flags,
			.pages = pages + start,
		};
		bool large;
		int ret;

		if (!pages[start]) {
			start++;
			continue;
		}

		large = is_large_page(pages + start, gfn + start, count - start);
		run.stride = large ? LARGE_PAGES : 1;
		do {
			run.count += run.stride;
			start += run.stride;
		} while (start < count && pages[start] &&
			 is_large_page(pages + start, gfn + start,
				       count - start) == large);

		ret = op(&run);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * mshv_gpa_map_pages() - map pages of memory into a child
 * @partition_id: the child
 * @gfn: guest page number of the first
 * @pages: the pages; NULL ones are skipped
 * @count: how many, in 4 KiB pages
 * @flags: HV_MAP_GPA_*: what the guest may do with them
 *
 * Uses 2 MiB mappings wherever the guest page number and the memory allow it.
 * What was mapped there before is replaced.
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, or the errno for the hypercall's status. On failure a
 *	   part of the range may be mapped.
 */
int mshv_gpa_map_pages(u64 partition_id, u64 gfn, struct page *const *pages,
		       u64 count, u32 flags)
{
	return do_runs(partition_id, gfn, pages, count, flags, map_run);
}

/**
 * mshv_gpa_unmap_pages() - undo mshv_gpa_map_pages()
 * @partition_id: the child
 * @gfn: guest page number of the first
 * @pages: the pages, as they were mapped
 * @count: how many, in 4 KiB pages
 *
 * Context: Process context, may sleep.
 * Return: 0, or the errno for the hypercall's status.
 */
int mshv_gpa_unmap_pages(u64 partition_id, u64 gfn, struct page *const *pages,
			 u64 count)
{
	return do_runs(partition_id, gfn, pages, count, 0, unmap_run);
}

/**
 * mshv_gpa_map_pfns() - map consecutive page frames into a child
 * @partition_id: the child
 * @gfn: guest page number of the first
 * @pfn: page frame number of the first
 * @count: how many
 * @flags: HV_MAP_GPA_*: what the guest may do with them
 *
 * For device memory, which has no struct page.
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, or the errno for the hypercall's status. On failure a
 *	   part of the range may be mapped.
 */
int mshv_gpa_map_pfns(u64 partition_id, u64 gfn, u64 pfn, u64 count, u32 flags)
{
	struct gpa_run run = {
		.partition_id = partition_id,
		.gfn = gfn,
		.count = count,
		.stride = 1,
		.flags = flags,
		.pfn = pfn,
	};

	return map_run(&run);
}

/**
 * mshv_gpa_map_nothing() - let a child trap on a range
 * @partition_id: the child
 * @gfn: first guest page number
 * @count: how many, in 4 KiB pages
 *
 * The range belongs to the guest's memory, but there is nothing behind it: an
 * access is an intercept. What was mapped there before is replaced, 2 MiB pages
 * by 4 KiB pages.
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, or the errno for the hypercall's status.
 */
int mshv_gpa_map_nothing(u64 partition_id, u64 gfn, u64 count)
{
	return mshv_gpa_map_pfns(partition_id, gfn, 0, count,
				 HV_MAP_GPA_NO_ACCESS);
}

/*
 * Does @op on 4 KiB pages, whatever is mapped there. A large page has to be cut up,
 * which takes memory. Where there is none @op is done to all of the large page.
 */
static int do_small_pages(u64 partition_id, u64 gfn, u64 count, u32 flags,
			  int (*op)(struct gpa_run *run))
{
	const u64 end = gfn + count;

	while (gfn < end) {
		struct gpa_run small = {
			.partition_id = partition_id,
			.gfn = gfn,
			.count = end - gfn,
			.stride = 1,
			.flags = flags,
		};
		struct gpa_run large = {
			.partition_id = partition_id,
			.count = LARGE_PAGES,
			.stride = LARGE_PAGES,
			.flags = flags,
		};
		int ret;

		ret = op(&small);
		if (ret != -ENOMEM)
			return ret;

		large.gfn = ALIGN_DOWN(gfn + small.call.done, LARGE_PAGES);
		ret = op(&large);
		if (ret)
			return ret;
		gfn = large.gfn + LARGE_PAGES;
	}
	return 0;
}

/**
 * mshv_gpa_take_away() - mshv_gpa_map_nothing() that does not fail for lack of memory
 * @partition_id: the child
 * @gfn: first guest page number
 * @count: how many, in 4 KiB pages
 *
 * Where there is no memory to cut up a 2 MiB page that was mapped by
 * mshv_gpa_map_pages(), all of that page is taken away. The child must be able to
 * get the rest of it again.
 *
 * Context: Process context, may sleep.
 * Return: 0, or the errno for the hypercall's status.
 */
int mshv_gpa_take_away(u64 partition_id, u64 gfn, u64 count)
{
	return do_small_pages(partition_id, gfn, count, HV_MAP_GPA_NO_ACCESS,
			      map_run);
}

/**
 * mshv_gpa_unmap() - unmap 4 KiB pages from a child
 * @partition_id: the child
 * @gfn: first guest page number
 * @count: how many
 *
 * A 2 MiB page that mshv_gpa_take_away() left is unmapped as a whole where there
 * is no memory to cut it up.
 *
 * Context: Process context, may sleep.
 * Return: 0, or the errno for the hypercall's status.
 */
int mshv_gpa_unmap(u64 partition_id, u64 gfn, u64 count)
{
	return do_small_pages(partition_id, gfn, count, 0, unmap_run);
}

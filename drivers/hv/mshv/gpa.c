// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mapping memory of this partition into a child.
 *
 * The hypervisor maps 4 KiB pages, or 2 MiB pages when the call says so; a call
 * is one or the other. So a range is cut into runs of one kind, and each run is
 * one repeated hypercall of any length.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <asm/mshyperv.h>

#include "gpa.h"
#include "hvcall.h"
#include "trace.h"

#define LARGE_PAGES	MSHV_LARGE_PAGES

/* Most elements of a call that has no list of them */
#define MOST_REPS	(BIT(12) - 1)

/* A run of guest pages, and what is behind it. */
struct gpa_run {
	struct mshv_hvcall_reps call;
	u64 partition_id;
	u64 pool;		/* MSHV_NO_POOL: the caller deals with a shortage */
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
		.pool	= run->pool,
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
		.pool	= run->pool,
		.count	= run->count / run->stride,
		.batch	= MOST_REPS,
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

/*
 * Cuts the range into runs, in order, and does @op on each of them. @model says
 * what they have in common; @status is that of the last hypercall.
 */
static int do_runs(const struct gpa_run *model, int (*op)(struct gpa_run *run),
		   u16 *status)
{
	struct page *const *pages = model->pages;
	const u64 count = model->count;
	u64 start = 0;

	while (start < count) {
		struct gpa_run run = *model;
		bool large;
		int ret;

		if (!pages[start]) {
			start++;
			continue;
		}

		run.gfn = model->gfn + start;
		run.pages = pages + start;
		run.count = 0;
		large = is_large_page(run.pages, run.gfn, count - start);
		run.stride = large ? LARGE_PAGES : 1;
		do {
			run.count += run.stride;
			start += run.stride;
		} while (start < count && pages[start] &&
			 is_large_page(pages + start, model->gfn + start,
				       count - start) == large);

		ret = op(&run);
		*status = run.call.status;
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
	const struct gpa_run model = {
		.partition_id = partition_id,
		.pool = partition_id,
		.gfn = gfn,
		.count = count,
		.flags = flags,
		.pages = pages,
	};
	u16 status;

	return do_runs(&model, map_run, &status);
}

/**
 * mshv_gpa_try_map_pages() - mshv_gpa_map_pages() without any memory for it
 * @partition_id: the child
 * @gfn: guest page number of the first
 * @pages: the pages; NULL ones are skipped
 * @count: how many, in 4 KiB pages
 * @flags: HV_MAP_GPA_*: what the guest may do with them
 * @status: on -ENOMEM, the HV_STATUS_* for mshv_relieve_shortage()
 *
 * Context: Any, after mshv_hvcall_start(); also under a lock that an MMU
 *	    notifier takes.
 * Return: 0, -ENOMEM, or the errno for the hypercall's status. On failure a
 *	   part of the range may be mapped.
 */
int mshv_gpa_try_map_pages(u64 partition_id, u64 gfn, struct page *const *pages,
			   u64 count, u32 flags, u16 *status)
{
	const struct gpa_run model = {
		.partition_id = partition_id,
		.pool = MSHV_NO_POOL,
		.gfn = gfn,
		.count = count,
		.flags = flags,
		.pages = pages,
	};

	return do_runs(&model, map_run, status);
}

/**
 * mshv_gpa_try_map_large() - map a 2 MiB page into a child
 * @partition_id: the child
 * @gfn: guest page number, a multiple of MSHV_LARGE_PAGES
 * @pfn: page frame number, a multiple of MSHV_LARGE_PAGES
 * @flags: HV_MAP_GPA_*: what the guest may do with it
 * @status: on -ENOMEM, the HV_STATUS_* for mshv_relieve_shortage()
 *
 * Context: as mshv_gpa_try_map_pages().
 * Return: 0, -ENOMEM, or the errno for the hypercall's status.
 */
int mshv_gpa_try_map_large(u64 partition_id, u64 gfn, u64 pfn, u32 flags,
			   u16 *status)
{
	struct gpa_run run = {
		.partition_id = partition_id,
		.pool = MSHV_NO_POOL,
		.gfn = gfn,
		.count = LARGE_PAGES,
		.stride = LARGE_PAGES,
		.flags = flags,
		.pfn = pfn,
	};
	int ret = map_run(&run);

	*status = run.call.status;
	return ret;
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
	const struct gpa_run model = {
		.partition_id = partition_id,
		.pool = partition_id,
		.gfn = gfn,
		.count = count,
		.pages = pages,
	};
	u16 status;

	return do_runs(&model, unmap_run, &status);
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
		.pool = partition_id,
		.gfn = gfn,
		.count = count,
		.stride = 1,
		.flags = flags,
		.pfn = pfn,
	};

	return map_run(&run);
}

/* One call of a range; @run says how far it came. */
static int do_part(const struct gpa_run *model, u64 gfn, u64 count, u32 stride,
		   int (*op)(struct gpa_run *run), u64 *next)
{
	struct gpa_run run = *model;
	int ret;

	run.gfn = gfn;
	run.count = count;
	run.stride = stride;
	ret = op(&run);
	*next = gfn + run.call.done * stride;
	return ret;
}

/* All of the large page around @gfn, a part of which could not be dealt with. */
static int do_large_page(const struct gpa_run *model, u64 gfn,
			 int (*op)(struct gpa_run *run), u64 *next)
{
	return do_part(model, ALIGN_DOWN(gfn, LARGE_PAGES), LARGE_PAGES,
		       LARGE_PAGES, op, next);
}

/* Pages from @gfn on that can be dealt with 2 MiB at a time */
static u64 large_part(const struct mshv_gpa_space *space, u64 gfn, u64 end)
{
	if (READ_ONCE(space->small_only) || !IS_ALIGNED(gfn, LARGE_PAGES))
		return 0;
	return ALIGN_DOWN(end - gfn, LARGE_PAGES);
}

/*
 * Does @op on a range, whatever is mapped there: whole 2 MiB at once if the
 * hypervisor agrees, the rest by 4 KiB pages. A large page of which a part is in
 * the range has to be cut up, which takes memory. Where there is no pool to take
 * it from, @op is done to all of the large page.
 */
static int do_range(struct mshv_gpa_space *space, const struct gpa_run *model,
		    int (*op)(struct gpa_run *run))
{
	const u64 end = model->gfn + model->count;
	u64 gfn = model->gfn;

	while (gfn < end) {
		u64 large = large_part(space, gfn, end);
		u64 part_end = end;
		int ret;

		if (large) {
			ret = do_part(model, gfn, large, LARGE_PAGES, op, &gfn);
			if (!ret)
				continue;
			if (ret != -ENOMEM)
				WRITE_ONCE(space->small_only, true);
		}

		if (!READ_ONCE(space->small_only))
			part_end = min(end, ALIGN(gfn + 1, LARGE_PAGES));
		ret = do_part(model, gfn, part_end - gfn, 1, op, &gfn);
		if (ret == -ENOMEM && model->pool == MSHV_NO_POOL)
			ret = do_large_page(model, gfn, op, &gfn);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * mshv_gpa_map_nothing() - let a child trap on a range
 * @space: the guest physical addresses of the child
 * @gfn: first guest page number
 * @count: how many, in 4 KiB pages
 *
 * The range belongs to the guest's memory, but there is nothing behind it: an
 * access is an intercept. Nothing has been mapped there before.
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, or the errno for the hypercall's status.
 */
int mshv_gpa_map_nothing(struct mshv_gpa_space *space, u64 gfn, u64 count)
{
	const struct gpa_run model = {
		.partition_id = space->partition_id,
		.pool = space->partition_id,
		.gfn = gfn,
		.count = count,
		.flags = HV_MAP_GPA_NO_ACCESS,
	};

	return do_range(space, &model, map_run);
}

/**
 * mshv_gpa_take_away() - let a child trap on what was mapped until now
 * @space: the guest physical addresses of the child
 * @gfn: first guest page number
 * @count: how many, in 4 KiB pages
 *
 * Takes no memory. Where some would be needed to cut up a 2 MiB page that is not
 * in the range as a whole, all of that page is taken away. The child must be able
 * to get the rest of it again.
 *
 * Context: Any, after mshv_hvcall_start(); also in an MMU notifier.
 * Return: 0, or the errno for the hypercall's status: the child still has some
 *	   of the pages.
 */
int mshv_gpa_take_away(struct mshv_gpa_space *space, u64 gfn, u64 count)
{
	const struct gpa_run model = {
		.partition_id = space->partition_id,
		.pool = MSHV_NO_POOL,
		.gfn = gfn,
		.count = count,
		.flags = HV_MAP_GPA_NO_ACCESS,
	};

	return do_range(space, &model, map_run);
}

static int unmap_range(struct mshv_gpa_space *space, u64 gfn, u64 count)
{
	const struct gpa_run model = {
		.partition_id = space->partition_id,
		.pool = MSHV_NO_POOL,
		.gfn = gfn,
		.count = count,
	};

	return do_range(space, &model, unmap_run);
}

/**
 * mshv_gpa_release() - undo mshv_gpa_map_nothing() and all that came after it
 * @space: the guest physical addresses of the child
 * @gfn: first guest page number
 * @count: how many, in 4 KiB pages
 *
 * Takes no memory. A hypervisor that does not unmap 2 MiB of whatever is mapped
 * there gets the range as 4 KiB pages, which can be unmapped as such.
 *
 * Context: as mshv_gpa_take_away().
 * Return: 0, or the errno for the hypercall's status: the child still has some
 *	   of the pages.
 */
int mshv_gpa_release(struct mshv_gpa_space *space, u64 gfn, u64 count)
{
	int ret;

	if (READ_ONCE(space->small_only)) {
		ret = mshv_gpa_take_away(space, gfn, count);
		if (ret)
			return ret;
	}
	return unmap_range(space, gfn, count);
}

/**
 * mshv_gpa_unmap() - undo mshv_gpa_map_pfns()
 * @partition_id: the child
 * @gfn: first guest page number
 * @count: how many
 *
 * Context: Any, after mshv_hvcall_start().
 * Return: 0, or the errno for the hypercall's status.
 */
int mshv_gpa_unmap(u64 partition_id, u64 gfn, u64 count)
{
	struct mshv_gpa_space space = {
		.partition_id = partition_id,
		.small_only = true,
	};

	return unmap_range(&space, gfn, count);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Movable regions: pages are mapped when the guest touches them and may leave
 * at any time, so that swapping, migration, KSM, huge pages and madvise() work
 * on the VMM's memory as on any other.
 *
 * An MMU interval notifier tells when a page leaves; the guest then traps on
 * it. A fault and a page on its way out meet at the region's mapping lock: the
 * fault looks up the pages without it, takes it, and starts again if the
 * notifier's sequence number says that a page left meanwhile.
 */
#include <linux/align.h>
#include <linux/cleanup.h>
#include <linux/hmm.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <asm/mshyperv.h>

#include "gpa.h"
#include "region.h"

/*
 * A fault brings in the 64 KiB around it, and maps what else is present of the
 * 2 MiB around it: a huge page comes at once, memory that nobody touched is not
 * populated, and what reclaim took is not dragged back with its neighbours.
 */
#define FAULT_PAGES	16
#define MAP_PAGES	512

static bool movable_invalidate(struct mmu_interval_notifier *notifier,
			       const struct mmu_notifier_range *range,
			       unsigned long sequence)
{
	struct mshv_region *region = container_of(notifier, struct mshv_region,
						  notifier);
	unsigned long end = region->address + (region->count << PAGE_SHIFT);
	u64 first, last;
	unsigned int noreclaim;
	int ret;

	if (mmu_notifier_range_blockable(range))
		mutex_lock(&region->mapping);
	else if (!mutex_trylock(&region->mapping))
		return false;

	mmu_interval_set_seq(notifier, sequence);

	first = (max(range->start, region->address) - region->address) >>
		PAGE_SHIFT;
	last = (min(range->end, end) - region->address - 1) >> PAGE_SHIFT;

	/*
	 * Cutting a 2 MiB mapping up takes memory from the child's pool. This
	 * may be reclaim at work: deposit from the reserves, never wait. If they
	 * are used up the guest loses all of the 2 MiB, and faults again.
	 */
	noreclaim = memalloc_noreclaim_save();
	ret = mshv_gpa_take_away(region->partition_id, region->gfn + first,
				 last - first + 1);
	memalloc_noreclaim_restore(noreclaim);

	/* The guest keeps a page that is no longer its own. */
	WARN_ONCE(ret, "cannot take pages from partition %llu: %d\n",
		  region->partition_id, ret);

	mutex_unlock(&region->mapping);
	return true;
}

static const struct mmu_interval_notifier_ops movable_notifier_ops = {
	.invalidate = movable_invalidate,
};

static int movable_map(struct mshv_region *region)
{
	int ret;

	mutex_init(&region->mapping);
	ret = mmu_interval_notifier_insert(&region->notifier, current->mm,
					   region->address,
					   region->count << PAGE_SHIFT,
					   &movable_notifier_ops);
	if (ret)
		return ret;

	ret = mshv_gpa_map_nothing(region->partition_id, region->gfn,
				   region->count);
	if (ret) {
		mshv_gpa_unmap(region->partition_id, region->gfn, region->count);
		mmu_interval_notifier_remove(&region->notifier);
	}
	return ret;
}

static void movable_unmap(struct mshv_region *region)
{
	mutex_lock(&region->mapping);
	/* First 4 KiB pages everywhere, which can then be unmapped as such. */
	WARN_ON(mshv_gpa_take_away(region->partition_id, region->gfn,
				   region->count));
	WARN_ON(mshv_gpa_unmap(region->partition_id, region->gfn,
			       region->count));
	mutex_unlock(&region->mapping);

	mmu_interval_notifier_remove(&region->notifier);
}

/* Looks up the pages of @range in the VMM, bringing in those wanted. */
static int lookup_pages(struct hmm_range *range)
{
	struct mm_struct *mm = range->notifier->mm;
	int ret;

	if (!mmget_not_zero(mm))
		return -EFAULT;

	range->notifier_seq = mmu_interval_read_begin(range->notifier);
	mmap_read_lock(mm);
	ret = hmm_range_fault(range);
	mmap_read_unlock(mm);

	mmput(mm);
	return ret;
}

/* A page that was found, if the guest may do with it what the region allows. */
static struct page *usable_page(const struct mshv_region *region,
				unsigned long pfn)
{
	unsigned long need = HMM_PFN_VALID;

	if (region->flags & HV_MAP_GPA_WRITABLE)
		need |= HMM_PFN_WRITE;
	return (pfn & need) == need ? hmm_pfn_to_page(pfn) : NULL;
}

/*
 * Nothing tells when the guest writes, so what it may write to counts as written
 * to from now on: reclaim would drop a clean page, and read back an old copy. A
 * page that is cleaned leaves the guest before, because its entry in the page
 * table is changed; the guest gets it again here.
 *
 * Truncation cannot free the folios meanwhile. They are still in the page table:
 * the sequence number said so, and to take them out the notifier has to get the
 * lock that is held here.
 */
static void mark_dirty(const struct mshv_region *region,
		       struct page *const *pages, u64 count)
{
	struct folio *last = NULL;

	lockdep_assert_held(&region->mapping);
	if (!(region->flags & HV_MAP_GPA_WRITABLE))
		return;

	for (u64 i = 0; i < count; i++) {
		struct folio *folio = pages[i] ? page_folio(pages[i]) : last;

		if (folio != last)
			folio_mark_dirty(folio);
		last = folio;
	}
}

static int map_found(struct mshv_region *region, struct hmm_range *range)
{
	u64 offset = (range->start - region->address) >> PAGE_SHIFT;
	u64 count = (range->end - range->start) >> PAGE_SHIFT;
	struct page **pages = (struct page **)range->hmm_pfns;

	static_assert(sizeof(*pages) == sizeof(*range->hmm_pfns));
	lockdep_assert_held(&region->mapping);

	for (u64 i = 0; i < count; i++)
		pages[i] = usable_page(region, range->hmm_pfns[i]);
	mark_dirty(region, pages, count);

	return mshv_gpa_map_pages(region->partition_id, region->gfn + offset,
				  pages, count, region->flags);
}

/**
 * struct fault_window - guest pages around one that was touched
 * @first: first page to map
 * @end: behind the last one
 * @must: first page that has to be brought in
 * @must_end: behind the last one
 */
struct fault_window {
	u64 first;
	u64 end;
	u64 must;
	u64 must_end;
};

static void want_pages(const struct mshv_region *region,
		       const struct fault_window *window, u64 first, u64 end,
		       unsigned long *pfns)
{
	unsigned long want = HMM_PFN_REQ_FAULT;

	if (region->flags & HV_MAP_GPA_WRITABLE)
		want |= HMM_PFN_REQ_WRITE;
	for (u64 gfn = first; gfn < end; gfn++)
		pfns[gfn - first] =
			gfn >= window->must && gfn < window->must_end ? want : 0;
}

/* Looks up the pages of @window from @first on. */
static int lookup_window(struct mshv_region *region,
			 const struct fault_window *window, u64 first, u64 end,
			 struct hmm_range *range, unsigned long *pfns)
{
	*range = (struct hmm_range){
		.notifier = &region->notifier,
		.start = region->address + ((first - region->gfn) << PAGE_SHIFT),
		.end = region->address + ((end - region->gfn) << PAGE_SHIFT),
		.hmm_pfns = pfns,
		.pfn_flags_mask = HMM_PFN_REQ_FAULT | HMM_PFN_REQ_WRITE,
	};
	want_pages(region, window, first, end, pfns);
	return lookup_pages(range);
}

/* One attempt: -EBUSY if a page of the region left meanwhile. */
static int map_window(struct mshv_region *region,
		      const struct fault_window *window, unsigned long *pfns)
{
	struct hmm_range range;
	int ret;

	/*
	 * Where the VMM has no page table yet, a range is brought in whole or
	 * not at all. So first what is wanted alone, for there to be one.
	 */
	ret = lookup_window(region, window, window->must, window->must_end,
			    &range, pfns);
	if (!ret && range.end - range.start <
	    (window->end - window->first) << PAGE_SHIFT)
		ret = lookup_window(region, window, window->first, window->end,
				    &range, pfns);
	if (ret)
		return ret;

	guard(mutex)(&region->mapping);
	if (mmu_interval_read_retry(&region->notifier, range.notifier_seq))
		return -EBUSY;
	return map_found(region, &range);
}

static struct fault_window window_around(const struct mshv_region *region,
					 u64 gfn)
{
	const u64 end = region->gfn + region->count;

	return (struct fault_window){
		.first = max(ALIGN_DOWN(gfn, MAP_PAGES), region->gfn),
		.end = min(ALIGN_DOWN(gfn, MAP_PAGES) + MAP_PAGES, end),
		.must = max(ALIGN_DOWN(gfn, FAULT_PAGES), region->gfn),
		.must_end = min(ALIGN_DOWN(gfn, FAULT_PAGES) + FAULT_PAGES, end),
	};
}

/*
 * The first attempt is for the neighbours, too. It may fail because the VMM has
 * a hole next to the page, or because bringing in pages made others of the
 * region leave, as under the limit of a control group: then it would fail again.
 * So all further attempts are for the page that the guest touched and no other.
 */
static int movable_fault(struct mshv_region *region, u64 gfn)
{
	struct fault_window window = window_around(region, gfn);
	const struct fault_window page = { gfn, gfn + 1, gfn, gfn + 1 };
	unsigned long *pfns;
	int ret;

	pfns = kmalloc_array(MAP_PAGES, sizeof(*pfns), GFP_KERNEL);
	if (!pfns)
		return -ENOMEM;

	ret = map_window(region, &window, pfns);
	if (ret == -EFAULT || ret == -EPERM)
		ret = -EBUSY;
	while (ret == -EBUSY && !fatal_signal_pending(current)) {
		cond_resched();
		ret = map_window(region, &page, pfns);
	}
	kfree(pfns);

	switch (ret) {
	case -EBUSY:
		return -EINTR;
	case -EPERM:
		return -EFAULT;
	default:
		return ret;
	}
}

const struct mshv_region_ops mshv_region_movable_ops = {
	.map	= movable_map,
	.unmap	= movable_unmap,
	.fault	= movable_fault,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Movable regions: pages are mapped when the guest touches them and may leave
 * at any time, so that swapping, migration, KSM, huge pages and madvise() work
 * on the VMM's memory as on any other.
 *
 * An MMU interval notifier tells when a page leaves; the guest then traps on
 * it. A fault looks at the VMM's page table without any lock of ours. If the page
 * is there, it takes the region's mapping lock, which the notifier takes as well,
 * and maps the page, or starts again if the notifier's sequence number says that
 * a page left meanwhile. If the page is not there, it brings the page in, as an
 * access of the VMM would, which may take as long as userfaultfd or a file system
 * take. Then it looks again.
 *
 * The notifier may be called by reclaim. So nothing is allocated or given to the
 * hypervisor under the mapping lock: a fault that finds the hypervisor short of
 * memory drops the lock first, and to take pages away needs none.
 */
#include <linux/align.h>
#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/hmm.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/userfaultfd_k.h>
#include <asm/mshyperv.h>

#include "deposit.h"
#include "gpa.h"
#include "region.h"

/*
 * A fault brings in the 64 KiB around it. When the page is there already, the
 * fault maps what else is present of the 2 MiB around it: memory that nobody
 * touched is not populated, and what reclaim took is not dragged back with its
 * neighbours.
 */
#define FAULT_PAGES	16
#define BLOCK_PAGES	MSHV_LARGE_PAGES

static unsigned long movable_address(const struct mshv_region *region, u64 gfn)
{
	return region->address + ((gfn - region->gfn) << PAGE_SHIFT);
}

/* The bit of a guest page in @mapped */
static u64 movable_block(const struct mshv_region *region, u64 gfn)
{
	return gfn / BLOCK_PAGES - region->gfn / BLOCK_PAGES;
}

static void movable_take_away(struct mshv_region *region, u64 gfn, u64 count)
{
	struct mshv_memory *memory = region->memory;
	u64 first = movable_block(region, gfn);
	int ret;

	lockdep_assert_held(&region->mapping);
	bitmap_clear(region->mapped, first,
		     movable_block(region, gfn + count - 1) - first + 1);

	ret = mshv_gpa_take_away(&memory->space, gfn, count);
	if (ret)
		memory->condemn(memory, ret);
}

static bool movable_invalidate(struct mmu_interval_notifier *notifier,
			       const struct mmu_notifier_range *range,
			       unsigned long sequence)
{
	struct mshv_region *region = container_of(notifier, struct mshv_region,
						  notifier);
	unsigned long end = region->address + (region->count << PAGE_SHIFT);
	u64 first, last;

	if (mmu_notifier_range_blockable(range))
		mutex_lock(&region->mapping);
	else if (!mutex_trylock(&region->mapping))
		return false;

	mmu_interval_set_seq(notifier, sequence);

	first = (max(range->start, region->address) - region->address) >>
		PAGE_SHIFT;
	last = (min(range->end, end) - region->address - 1) >> PAGE_SHIFT;
	if (!region->gone)
		movable_take_away(region, region->gfn + first, last - first + 1);

	mutex_unlock(&region->mapping);
	return true;
}

static const struct mmu_interval_notifier_ops movable_notifier_ops = {
	.invalidate = movable_invalidate,
};

static void movable_free(struct mshv_region *region)
{
	kvfree(region->mapped);
	mmdrop(region->mm);
}

static int movable_map(struct mshv_region *region)
{
	const u64 blocks = movable_block(region, region->gfn + region->count - 1) + 1;
	struct mshv_gpa_space *space = &region->memory->space;
	int ret;

	mutex_init(&region->mapping);
	region->mm = current->mm;
	mmgrab(region->mm);
	region->mapped = kvcalloc(BITS_TO_LONGS(blocks), sizeof(long),
				  GFP_KERNEL_ACCOUNT);
	if (!region->mapped)
		return -ENOMEM;

	ret = mmu_interval_notifier_insert(&region->notifier, region->mm,
					   region->address,
					   region->count << PAGE_SHIFT,
					   &movable_notifier_ops);
	if (ret)
		return ret;

	ret = mshv_gpa_map_nothing(space, region->gfn, region->count);
	if (ret) {
		mshv_gpa_release(space, region->gfn, region->count);
		mmu_interval_notifier_remove(&region->notifier);
	}
	return ret;
}

static void movable_unmap(struct mshv_region *region)
{
	struct mshv_memory *memory = region->memory;
	int ret;

	mutex_lock(&region->mapping);
	region->gone = true;
	ret = mshv_gpa_release(&memory->space, region->gfn, region->count);
	if (ret)
		memory->condemn(memory, ret);
	mutex_unlock(&region->mapping);

	mmu_interval_notifier_remove(&region->notifier);
}

/* What a page that was found is good for */
static bool pfn_usable(unsigned long pfn, bool write)
{
	const unsigned long need = HMM_PFN_VALID | (write ? HMM_PFN_WRITE : 0);

	return (pfn & need) == need;
}

/*
 * Looks up pages of the VMM, bringing in none.
 *
 * Return: 0, -EBUSY when pages leave just now, -EINTR.
 */
static int movable_lookup(struct mshv_region *region, u64 gfn, u64 count,
			  struct hmm_range *range, unsigned long *pfns)
{
	int ret;

	*range = (struct hmm_range){
		.notifier = &region->notifier,
		.notifier_seq = mmu_interval_read_begin(&region->notifier),
		.start = movable_address(region, gfn),
		.end = movable_address(region, gfn + count),
		.hmm_pfns = pfns,
	};
	memset(pfns, 0, count * sizeof(*pfns));

	if (mmap_read_lock_killable(region->mm))
		return -EINTR;
	ret = hmm_range_fault(range);
	mmap_read_unlock(region->mm);
	return ret;
}

/**
 * struct movable_access - a page that the guest touched
 * @gfn: its number
 * @write: the guest wanted to write
 * @alone: leave its neighbours alone
 * @brought_in: it was not there in the beginning
 * @pfns: room for what is found of the VMM's pages
 * @status: of the last hypercall: why the hypervisor is short of memory
 */
struct movable_access {
	u64 gfn;
	bool write;
	bool alone;
	bool brought_in;
	unsigned long *pfns;
	u16 status;
};

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
static void movable_mark_dirty(struct page *const *pages, u64 count)
{
	struct folio *last = NULL;

	for (u64 i = 0; i < count; i++) {
		struct folio *folio = pages[i] ? page_folio(pages[i]) : last;

		if (folio != last)
			folio_mark_dirty(folio);
		last = folio;
	}
}

/* The guest may write to what the VMM may write to without further ado. */
static u32 movable_flags(const struct mshv_region *region, bool writable)
{
	return writable ? region->flags : region->flags & ~HV_MAP_GPA_WRITABLE;
}

static bool movable_may_write(const struct mshv_region *region, unsigned long pfn)
{
	return region->flags & HV_MAP_GPA_WRITABLE && pfn_usable(pfn, true);
}

/* Maps @count pages from @gfn on, those of them that were found. */
static int movable_map_pages(struct mshv_region *region,
			     struct movable_access *access, u64 gfn, u64 count)
{
	struct page **pages = (struct page **)access->pfns;
	int ret = 0;
	u64 end;

	static_assert(sizeof(*pages) == sizeof(*access->pfns));
	lockdep_assert_held(&region->mapping);

	/* Stretches of which all may be written to, or none */
	for (u64 start = 0; start < count && !ret; start = end) {
		bool writable = movable_may_write(region, access->pfns[start]);

		for (end = start; end < count &&
		     movable_may_write(region, access->pfns[end]) == writable; end++)
			pages[end] = pfn_usable(access->pfns[end], false) ?
				     hmm_pfn_to_page(access->pfns[end]) : NULL;
		if (writable)
			movable_mark_dirty(pages + start, end - start);
		ret = mshv_gpa_try_map_pages(region->partition_id, gfn + start,
					     pages + start, end - start,
					     movable_flags(region, writable),
					     &access->status);
	}
	return ret;
}

/* The first frame of the 2 MiB of the guest around a page, if they are one page. */
static bool movable_find_large(const struct mshv_region *region, u64 gfn,
			       unsigned long found, u64 *pfn)
{
	u64 block = ALIGN_DOWN(gfn, BLOCK_PAGES);

	if (block < region->gfn ||
	    block + BLOCK_PAGES > region->gfn + region->count ||
	    hmm_pfn_to_map_order(found) < ilog2(BLOCK_PAGES))
		return false;

	*pfn = page_to_pfn(hmm_pfn_to_page(found)) - (gfn - block);
	return IS_ALIGNED(*pfn, BLOCK_PAGES);
}

static int movable_map_large(struct mshv_region *region,
			     struct movable_access *access, unsigned long found,
			     u64 pfn)
{
	bool writable = movable_may_write(region, found);
	struct page *page = hmm_pfn_to_page(found);

	lockdep_assert_held(&region->mapping);
	if (writable)
		movable_mark_dirty(&page, 1);
	return mshv_gpa_try_map_large(region->partition_id,
				      ALIGN_DOWN(access->gfn, BLOCK_PAGES), pfn,
				      movable_flags(region, writable),
				      &access->status);
}

/* The guest pages around the one touched to map: @count from @first on */
static void movable_window(const struct mshv_region *region,
			   const struct movable_access *access, u64 *first,
			   u64 *count)
{
	const u64 end = region->gfn + region->count;
	u64 size = BLOCK_PAGES;

	if (access->alone)
		size = 1;
	else if (access->brought_in ||
		 test_bit(movable_block(region, access->gfn), region->mapped))
		size = FAULT_PAGES;

	*first = max(ALIGN_DOWN(access->gfn, size), region->gfn);
	*count = min(ALIGN_DOWN(access->gfn, size) + size, end) - *first;
}

/*
 * Maps what is there.
 *
 * Return: 0, -EAGAIN if the page is not there, or not for writing; -EBUSY if a
 *	   page of the region left meanwhile, -ENOENT if the region did; -ENOMEM
 *	   if the hypervisor is short of memory; -EINTR, or another errno.
 */
static int movable_map_present(struct mshv_region *region, struct movable_access *access)
{
	unsigned long *pfns = access->pfns, found;
	struct hmm_range range;
	u64 first, count, pfn;
	bool large;
	int ret;

	ret = movable_lookup(region, access->gfn, 1, &range, pfns);
	if (ret)
		return ret;
	found = pfns[0];
	if (!pfn_usable(found, access->write))
		return -EAGAIN;

	large = movable_find_large(region, access->gfn, found, &pfn);
	movable_window(region, access, &first, &count);
	if (!large && count > 1) {
		ret = movable_lookup(region, first, count, &range, pfns);
		if (ret)
			return ret;
	}

	guard(mutex)(&region->mapping);
	if (region->gone)
		return -ENOENT;
	if (mmu_interval_read_retry(&region->notifier, range.notifier_seq))
		return -EBUSY;
	if (large)
		return movable_map_large(region, access, found, pfn);

	/* It may have changed between the two looks. */
	if (!pfn_usable(pfns[access->gfn - first], access->write))
		return -EAGAIN;
	ret = movable_map_pages(region, access, first, count);
	if (!ret && count == BLOCK_PAGES)
		set_bit(movable_block(region, access->gfn), region->mapped);
	return ret;
}

/*
 * Whether to ask for a page to write to. Where the guest only reads, the VMM's
 * pages are left as they are: shared with other processes, clean, or protected.
 * Private memory that is not there yet will be written to sooner or later.
 */
static bool movable_want_write(const struct mshv_region *region,
			       const struct movable_access *access,
			       unsigned long address)
{
	struct vm_area_struct *vma = vma_lookup(region->mm, address);

	if (access->write || !(region->flags & HV_MAP_GPA_WRITABLE))
		return access->write;
	return vma && vma_is_anonymous(vma) && vma->vm_flags & VM_WRITE &&
	       !userfaultfd_wp(vma);
}

/* Brings in pages as an access of the VMM to them would. */
static long movable_bring_in(struct mshv_region *region,
			     const struct movable_access *access, u64 gfn,
			     u64 count, unsigned int flags)
{
	unsigned long address = movable_address(region, gfn);
	int locked = 1;
	long ret;

	if (!count)
		return 0;
	if (mmap_read_lock_killable(region->mm))
		return -EINTR;

	/* A page that is protected for the sake of NUMA is not there for HMM. */
	flags |= FOLL_HONOR_NUMA_FAULT;
	if (movable_want_write(region, access, address))
		flags |= FOLL_WRITE;
	ret = get_user_pages_remote(region->mm, address, count, flags, NULL,
				    &locked);
	if (locked)
		mmap_read_unlock(region->mm);
	return ret;
}

/*
 * Waits for the page that the guest touched. Of its neighbours it brings in what
 * does not have to be waited for: a handler of userfaultfd is not asked for them.
 */
static int movable_populate(struct mshv_region *region, struct movable_access *access)
{
	const u64 end = region->gfn + region->count;
	u64 first = max(ALIGN_DOWN(access->gfn, FAULT_PAGES), region->gfn);
	u64 last = min(ALIGN_DOWN(access->gfn, FAULT_PAGES) + FAULT_PAGES, end);
	long ret;

	access->brought_in = true;
	ret = movable_bring_in(region, access, access->gfn, 1, FOLL_INTERRUPTIBLE);
	if (ret < 0)
		return ret;

	if (!access->alone) {
		movable_bring_in(region, access, access->gfn + 1,
				 last - access->gfn - 1, FOLL_NOWAIT);
		movable_bring_in(region, access, first, access->gfn - first,
				 FOLL_NOWAIT);
	}
	return 0;
}

/*
 * Bringing in pages may make others of the region leave, as under the limit of a
 * control group. So all attempts but the first leave the neighbours alone.
 */
static int movable_serve(struct mshv_region *region, struct movable_access *access)
{
	struct mshv_shortage shortage = { .pool = region->partition_id };
	int ret;

	for (;;) {
		ret = movable_map_present(region, access);
		switch (ret) {
		case -EAGAIN:
			access->alone = access->brought_in;
			ret = movable_populate(region, access);
			break;
		case -EBUSY:
			access->alone = true;
			ret = 0;
			break;
		case -ENOMEM:
			ret = mshv_relieve_shortage(&shortage, access->status);
			break;
		default:
			return ret;
		}
		if (ret)
			return ret;
		if (signal_pending(current) && access->alone)
			return -EINTR;
		cond_resched();
	}
}

static int movable_fault(struct mshv_region *region, u64 gfn, bool write)
{
	struct movable_access access = { .gfn = gfn, .write = write };
	int ret;

	/* The VMM may have ended, and the VP be run by another process. */
	if (!mmget_not_zero(region->mm))
		return -EFAULT;

	access.pfns = kmalloc_array(BLOCK_PAGES, sizeof(*access.pfns), GFP_KERNEL);
	ret = access.pfns ? movable_serve(region, &access) : -ENOMEM;

	kfree(access.pfns);
	mmput(region->mm);
	return ret;
}

const struct mshv_region_ops mshv_region_movable_ops = {
	.map	= movable_map,
	.unmap	= movable_unmap,
	.fault	= movable_fault,
	.free	= movable_free,
};

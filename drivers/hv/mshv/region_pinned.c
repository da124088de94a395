// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pinned regions: all pages are faulted in, pinned and mapped when the region
 * comes, and stay where they are until it goes.
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <asm/mshyperv.h>

#include "gpa.h"
#include "region.h"

/* Pinning for long allocates for all pages of a call at once: bound it. */
#define PIN_BATCH	(SZ_64M >> PAGE_SHIFT)

static int pin_pages(struct mshv_region *region, u64 *pinned)
{
	unsigned int flags = FOLL_LONGTERM;

	if (region->flags & HV_MAP_GPA_WRITABLE)
		flags |= FOLL_WRITE;

	for (*pinned = 0; *pinned < region->count;) {
		int n = pin_user_pages_fast(region->address +
					    (*pinned << PAGE_SHIFT),
					    min(region->count - *pinned, PIN_BATCH),
					    flags, region->pages + *pinned);
		if (!n || n == -EFAULT)
			return *pinned ? -ENOMEM : -EFAULT;
		if (n < 0)
			return n;
		*pinned += n;
		cond_resched();
	}
	return 0;
}

static int pinned_map(struct mshv_region *region)
{
	u64 pinned;
	int ret;

	region->pages = kvcalloc(region->count, sizeof(*region->pages),
				 GFP_KERNEL_ACCOUNT);
	if (!region->pages)
		return -ENOMEM;

	ret = pin_pages(region, &pinned);
	if (ret)
		goto unpin;

	ret = mshv_gpa_map_pages(region->partition_id, region->gfn,
				 region->pages, region->count, region->flags);
	if (ret)
		goto unmap;
	return 0;

unmap:
	mshv_gpa_unmap_pages(region->partition_id, region->gfn, region->pages,
			     region->count);
unpin:
	unpin_user_pages(region->pages, pinned);
	kvfree(region->pages);
	return ret;
}

static void pinned_unmap(struct mshv_region *region)
{
	WARN_ON(mshv_gpa_unmap_pages(region->partition_id, region->gfn,
				     region->pages, region->count));
	unpin_user_pages_dirty_lock(region->pages, region->count,
				    region->flags & HV_MAP_GPA_WRITABLE);
	kvfree(region->pages);
}

const struct mshv_region_ops mshv_region_pinned_ops = {
	.map	= pinned_map,
	.unmap	= pinned_unmap,
};

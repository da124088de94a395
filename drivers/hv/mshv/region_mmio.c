// SPDX-License-Identifier: GPL-2.0-only
/* MMIO regions: device memory that the VMM has mapped, handed to the guest. */
#include <linux/ioport.h>
#include <linux/mm.h>
#include <asm/mshyperv.h>

#include "gpa.h"
#include "region.h"

/* The page frame behind one address of the VMM; RAM is none of ours. */
static int lookup_pfn(unsigned long address, u64 *pfn)
{
	struct follow_pfnmap_args args = { .address = address };
	int ret;

	args.vma = vma_lookup(current->mm, address);
	if (!args.vma || !(args.vma->vm_flags & (VM_IO | VM_PFNMAP)))
		return -EINVAL;

	if (follow_pfnmap_start(&args)) {
		ret = fixup_user_fault(current->mm, address, FAULT_FLAG_WRITE,
				       NULL);
		if (ret)
			return ret;
		ret = follow_pfnmap_start(&args);
		if (ret)
			return ret;
	}
	*pfn = args.pfn;
	follow_pfnmap_end(&args);

	return page_is_ram(*pfn) ? -EINVAL : 0;
}

/* The first page frame of a region, which must be contiguous. */
static int lookup_pfns(struct mshv_region *region, u64 *first)
{
	int ret = 0;

	mmap_read_lock(current->mm);
	for (u64 i = 0; i < region->count && !ret; i++) {
		u64 pfn;

		ret = lookup_pfn(region->address + (i << PAGE_SHIFT), &pfn);
		if (ret)
			break;
		if (!i)
			*first = pfn;
		else if (pfn != *first + i)
			ret = -EINVAL;
		if (fatal_signal_pending(current))
			ret = -EINTR;
	}
	mmap_read_unlock(current->mm);
	return ret;
}

static int mmio_map(struct mshv_region *region)
{
	u64 pfn;
	int ret;

	ret = lookup_pfns(region, &pfn);
	if (ret)
		return ret;

	ret = mshv_gpa_map_pfns(region->partition_id, region->gfn, pfn,
				region->count,
				HV_MAP_GPA_READABLE | HV_MAP_GPA_WRITABLE |
				HV_MAP_GPA_NOT_CACHED);
	if (ret)
		mshv_gpa_unmap(region->partition_id, region->gfn, region->count);
	return ret;
}

static void mmio_unmap(struct mshv_region *region)
{
	WARN_ON(mshv_gpa_unmap(region->partition_id, region->gfn,
			       region->count));
}

const struct mshv_region_ops mshv_region_mmio_ops = {
	.map	= mmio_map,
	.unmap	= mmio_unmap,
};

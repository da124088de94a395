// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSHV_SET_GUEST_MEMORY: the regions of a child.
 *
 * A maple tree over guest page numbers holds them: it refuses overlaps when a
 * region comes and finds the region of a fault in O(log n).
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mshv.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/mshyperv.h>

#include "gpa.h"
#include "region.h"
#include "trace.h"

static bool pin_guest_memory;
module_param(pin_guest_memory, bool, 0644);
MODULE_PARM_DESC(pin_guest_memory,
		 "Pin guest memory when it is mapped, instead of mapping it when it is touched and letting it move");

void mshv_memory_init(struct mshv_memory *memory, u64 partition_id)
{
	memory->partition_id = partition_id;
	mt_init(&memory->regions);
	init_rwsem(&memory->lock);
}

static void region_destroy(struct mshv_region *region)
{
	region->ops->unmap(region);
	kfree(region);
}

/**
 * mshv_memory_destroy() - unmap all regions
 * @memory: the guest memory; no VP of the child runs any more
 *
 * Context: Process context, may sleep.
 */
void mshv_memory_destroy(struct mshv_memory *memory)
{
	struct mshv_region *region;
	unsigned long gfn = 0;

	mt_for_each(&memory->regions, region, gfn, ULONG_MAX)
		region_destroy(region);
	mtree_destroy(&memory->regions);
}

/* The kind of region for what is at @address. */
static const struct mshv_region_ops *region_kind(unsigned long address)
{
	struct vm_area_struct *vma;
	bool device;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, address);
	device = vma && vma->vm_flags & (VM_IO | VM_PFNMAP);
	mmap_read_unlock(current->mm);

	if (!vma)
		return ERR_PTR(-EINVAL);
	if (device)
		return &mshv_region_mmio_ops;
	return pin_guest_memory ? &mshv_region_pinned_ops :
				  &mshv_region_movable_ops;
}

static u32 map_flags(u8 flags)
{
	u32 map = HV_MAP_GPA_READABLE | HV_MAP_GPA_ADJUSTABLE;

	if (flags & BIT(MSHV_SET_MEM_BIT_WRITABLE))
		map |= HV_MAP_GPA_WRITABLE;
	if (flags & BIT(MSHV_SET_MEM_BIT_EXECUTABLE))
		map |= HV_MAP_GPA_EXECUTABLE;
	return map;
}

static int map_region(struct mshv_memory *memory,
		      const struct mshv_user_mem_region *args)
{
	struct mshv_region *region;
	u64 last = args->guest_pfn + (args->size >> PAGE_SHIFT) - 1;
	int ret;

	region = kzalloc_obj(*region, GFP_KERNEL_ACCOUNT);
	if (!region)
		return -ENOMEM;

	region->ops = region_kind(args->userspace_addr);
	if (IS_ERR(region->ops)) {
		ret = PTR_ERR(region->ops);
		goto free_region;
	}
	region->partition_id = memory->partition_id;
	region->gfn = args->guest_pfn;
	region->count = args->size >> PAGE_SHIFT;
	region->address = args->userspace_addr;
	region->flags = map_flags(args->flags);

	ret = mtree_insert_range(&memory->regions, region->gfn, last, region,
				 GFP_KERNEL_ACCOUNT);
	if (ret)
		goto free_region;

	ret = region->ops->map(region);
	if (ret)
		goto erase_region;
	return 0;

erase_region:
	mtree_erase(&memory->regions, region->gfn);
free_region:
	kfree(region);
	return ret;
}

static int unmap_region(struct mshv_memory *memory,
			const struct mshv_user_mem_region *args)
{
	struct mshv_region *region = mtree_load(&memory->regions,
						args->guest_pfn);

	if (!region)
		return -ENOENT;
	if (region->gfn != args->guest_pfn ||
	    region->count != args->size >> PAGE_SHIFT ||
	    region->address != args->userspace_addr)
		return -EINVAL;

	mtree_erase(&memory->regions, region->gfn);
	region_destroy(region);
	return 0;
}

static bool region_valid(const struct mshv_user_mem_region *args)
{
	u64 count = args->size >> PAGE_SHIFT;
	unsigned long end;

	if (!args->size || !PAGE_ALIGNED(args->size) ||
	    !PAGE_ALIGNED(args->userspace_addr) ||
	    args->flags & ~MSHV_SET_MEM_FLAGS_MASK ||
	    memchr_inv(args->rsvd, 0, sizeof(args->rsvd)))
		return false;

	if (args->guest_pfn >= MSHV_GFN_LIMIT ||
	    count > MSHV_GFN_LIMIT - args->guest_pfn)
		return false;

	return !check_add_overflow(args->userspace_addr, args->size, &end) &&
	       access_ok((void __user *)args->userspace_addr, args->size);
}

/**
 * mshv_memory_set() - MSHV_SET_GUEST_MEMORY
 * @memory: the guest memory
 * @args: the argument of the ioctl
 *
 * Context: Process context of the VMM, may sleep.
 * Return: 0, -EINVAL, -EEXIST, -ENOENT, -ENOMEM, -EFAULT, -EINTR, or the errno
 *	   for a hypercall's status; see MSHV_SET_GUEST_MEMORY in
 *	   include/uapi/linux/mshv.h.
 */
long mshv_memory_set(struct mshv_memory *memory,
		     const struct mshv_user_mem_region *args)
{
	long ret;

	if (!region_valid(args))
		return -EINVAL;

	if (down_write_killable(&memory->lock))
		return -EINTR;
	if (args->flags & BIT(MSHV_SET_MEM_BIT_UNMAP))
		ret = unmap_region(memory, args);
	else
		ret = map_region(memory, args);
	up_write(&memory->lock);
	return ret;
}

/**
 * mshv_memory_fault() - the guest touched a page that is not mapped that way
 * @memory: the guest memory
 * @gfn: the page
 * @write: it wanted to write
 * @execute: it wanted to execute
 *
 * Context: Process context, may sleep.
 * Return: MSHV_FAULT_FIXED, MSHV_FAULT_FOR_VMM where there is no memory or the
 *	   guest may not do this to it, -EINTR when a fatal signal is pending,
 *	   -ENOMEM, or the errno for the hypercall's status.
 */
int mshv_memory_fault(struct mshv_memory *memory, u64 gfn, bool write,
		      bool execute)
{
	int ret = MSHV_FAULT_FOR_VMM;
	struct mshv_region *region;

	if (down_read_killable(&memory->lock))
		return -EINTR;

	region = mtree_load(&memory->regions, gfn);
	if (!region || !region->ops->fault)
		goto out;
	if (write && !(region->flags & HV_MAP_GPA_WRITABLE))
		goto out;
	if (execute && !(region->flags & HV_MAP_GPA_EXECUTABLE))
		goto out;

	ret = region->ops->fault(region, gfn);
	if (!ret)
		ret = MSHV_FAULT_FIXED;
	else if (ret == -EFAULT)
		ret = MSHV_FAULT_FOR_VMM;
out:
	up_read(&memory->lock);
	trace_mshv_fault(memory->partition_id, gfn, write, execute, ret);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSHV_SET_GUEST_MEMORY: the regions of a child.
 *
 * A maple tree over guest page numbers holds them: it refuses overlaps when a
 * region comes and finds the region of a fault in O(log n).
 */
#include <linux/cleanup.h>
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

/**
 * mshv_memory_init() - guest memory without regions
 * @memory: to be filled in
 * @partition_id: the child
 * @condemn: see struct mshv_memory
 *
 * Context: Any.
 */
void mshv_memory_init(struct mshv_memory *memory, u64 partition_id,
		      void (*condemn)(struct mshv_memory *memory, int error))
{
	memory->space.partition_id = partition_id;
	mt_init_flags(&memory->regions, MT_FLAGS_USE_RCU);
	mutex_init(&memory->lock);
	memory->condemn = condemn;
}

static void region_put(struct mshv_region *region)
{
	if (!refcount_dec_and_test(&region->refs))
		return;
	if (region->ops->free)
		region->ops->free(region);
	kfree_rcu(region, rcu);
}

/* It has left the tree, or the tree goes. */
static void region_destroy(struct mshv_region *region)
{
	region->ops->unmap(region);
	region_put(region);
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

	guard(mutex)(&memory->lock);
	mt_for_each(&memory->regions, region, gfn, ULONG_MAX) {
		mtree_erase(&memory->regions, region->gfn);
		region_destroy(region);
	}
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
	region->memory = memory;
	refcount_set(&region->refs, 1);
	region->partition_id = memory->space.partition_id;
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
	/* Pairs with region_get(): faults may come. */
	smp_store_release(&region->live, true);
	return 0;

erase_region:
	mtree_erase(&memory->regions, region->gfn);
	region_put(region);
	return ret;

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

	if (mutex_lock_killable(&memory->lock))
		return -EINTR;
	if (args->flags & BIT(MSHV_SET_MEM_BIT_UNMAP))
		ret = unmap_region(memory, args);
	else
		ret = map_region(memory, args);
	mutex_unlock(&memory->lock);
	return ret;
}

/* The region of a guest page, with a reference */
static struct mshv_region *region_get(struct mshv_memory *memory, u64 gfn)
{
	struct mshv_region *region;

	guard(rcu)();
	region = mtree_load(&memory->regions, gfn);
	/* Pairs with map_region(): all of it is there. */
	if (!region || !smp_load_acquire(&region->live) ||
	    !refcount_inc_not_zero(&region->refs))
		return NULL;
	return region;
}

static int region_fault(struct mshv_region *region, u64 gfn, bool write,
			bool execute)
{
	if (!region->ops->fault ||
	    (write && !(region->flags & HV_MAP_GPA_WRITABLE)) ||
	    (execute && !(region->flags & HV_MAP_GPA_EXECUTABLE)))
		return -EFAULT;
	return region->ops->fault(region, gfn, write);
}

/**
 * mshv_memory_fault() - the guest touched a page that is not mapped that way
 * @memory: the guest memory
 * @gfn: the page
 * @write: it wanted to write
 * @execute: it wanted to execute
 *
 * May wait as long as it takes the VMM's memory to come, by userfaultfd or from a
 * file system, and holds no lock meanwhile.
 *
 * Context: Process context, may sleep.
 * Return: MSHV_FAULT_FIXED, MSHV_FAULT_FOR_VMM where there is no memory or the
 *	   guest may not do this to it, -EINTR when a signal is pending: the guest
 *	   will touch the page again, -ENOMEM, or the errno for the hypercall's
 *	   status.
 */
int mshv_memory_fault(struct mshv_memory *memory, u64 gfn, bool write,
		      bool execute)
{
	struct mshv_region *region;
	int ret;

	do {
		region = region_get(memory, gfn);
		if (!region) {
			ret = -EFAULT;
			break;
		}
		ret = region_fault(region, gfn, write, execute);
		region_put(region);
		/* The region went meanwhile. There may be another one. */
	} while (ret == -ENOENT);

	if (!ret)
		ret = MSHV_FAULT_FIXED;
	else if (ret == -EFAULT)
		ret = MSHV_FAULT_FOR_VMM;
	trace_mshv_fault(memory->space.partition_id, gfn, write, execute, ret);
	return ret;
}

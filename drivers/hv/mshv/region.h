/* SPDX-License-Identifier: GPL-2.0-only */
/* Guest memory: ranges of a VMM's memory that a child sees as its own. */
#ifndef _MSHV_REGION_H
#define _MSHV_REGION_H

#include <linux/maple_tree.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/types.h>

struct mshv_region;
struct mshv_user_mem_region;

/**
 * struct mshv_region_ops - a kind of region
 * @map: make it part of the guest's memory. Undoes itself on failure.
 * @unmap: undo @map; does not fail
 * @fault: put memory behind a page that the guest touched; NULL if @map has
 *	   done that already
 */
struct mshv_region_ops {
	int (*map)(struct mshv_region *region);
	void (*unmap)(struct mshv_region *region);
	int (*fault)(struct mshv_region *region, u64 gfn);
};

/**
 * struct mshv_region - a range of guest memory
 * @ops: its kind
 * @partition_id: the child
 * @gfn: first guest page number
 * @count: 4 KiB pages
 * @address: where it begins in the VMM's address space
 * @flags: what the guest may do with it, HV_MAP_GPA_*
 * @pages: pinned regions: the pages
 * @notifier: movable regions: tells when pages move
 * @mapping: movable regions: taken around each change of the guest's mappings,
 *	     so that a page on its way out is not mapped again
 *
 * Owned by a struct mshv_memory.
 */
struct mshv_region {
	const struct mshv_region_ops *ops;
	u64 partition_id;
	u64 gfn;
	u64 count;
	unsigned long address;
	u32 flags;
	union {
		struct page **pages;
		struct {
			struct mmu_interval_notifier notifier;
			struct mutex mapping;	/* see above */
		};
	};
};

extern const struct mshv_region_ops mshv_region_pinned_ops;
extern const struct mshv_region_ops mshv_region_movable_ops;
extern const struct mshv_region_ops mshv_region_mmio_ops;

/**
 * struct mshv_memory - the guest memory of a child
 * @partition_id: the child
 * @regions: struct mshv_region by guest page number
 * @lock: held for writing while regions come and go, for reading while a fault
 *	  is served. Ranks above the VMM's mmap_lock.
 */
struct mshv_memory {
	u64 partition_id;
	struct maple_tree regions;
	struct rw_semaphore lock;
};

/* What mshv_memory_fault() did. */
enum mshv_fault_result {
	MSHV_FAULT_FIXED,	/* the guest can go on */
	MSHV_FAULT_FOR_VMM,	/* nothing to fix: the VMM's business */
};

void mshv_memory_init(struct mshv_memory *memory, u64 partition_id);
void mshv_memory_destroy(struct mshv_memory *memory);
long mshv_memory_set(struct mshv_memory *memory,
		     const struct mshv_user_mem_region *args);
int mshv_memory_fault(struct mshv_memory *memory, u64 gfn, bool write,
		      bool execute);

#endif /* _MSHV_REGION_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* Guest memory: ranges of a VMM's memory that a child sees as its own. */
#ifndef _MSHV_REGION_H
#define _MSHV_REGION_H

#include <linux/maple_tree.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include "gpa.h"

struct mshv_memory;
struct mshv_region;
struct mshv_user_mem_region;
struct mm_struct;

/**
 * struct mshv_region_ops - a kind of region
 * @map: make it part of the guest's memory. Undoes itself on failure.
 * @unmap: undo @map; does not fail
 * @fault: put memory behind a page that the guest touched, to write to it or not;
 *	   NULL if @map has done that already. May wait, and meanwhile @unmap may
 *	   come: then -ENOENT.
 * @free: give up what @fault may have looked at until now; NULL if nothing
 */
struct mshv_region_ops {
	int (*map)(struct mshv_region *region);
	void (*unmap)(struct mshv_region *region);
	int (*fault)(struct mshv_region *region, u64 gfn, bool write);
	void (*free)(struct mshv_region *region);
};

/**
 * struct mshv_region - a range of guest memory
 * @ops: its kind
 * @memory: where it belongs to
 * @refs: one for the tree of regions, one for each fault that is being served
 * @rcu: a fault may be about to look at @refs
 * @live: it is part of the guest's memory
 * @partition_id: the child
 * @gfn: first guest page number
 * @count: 4 KiB pages
 * @address: where it begins in the VMM's address space
 * @flags: what the guest may do with it, HV_MAP_GPA_*
 * @pages: pinned regions: the pages
 * @notifier: movable regions: tells when pages move
 * @mapping: movable regions: taken around each change of the guest's mappings,
 *	     so that a page on its way out is not mapped again. The notifier takes
 *	     it, so nothing is allocated under it.
 * @gone: movable regions: unmapped; protected by @mapping
 * @mm: movable regions: the VMM's memory
 * @mapped: movable regions: a bit for each 2 MiB of the guest: what the VMM had
 *	    there was mapped, and nothing has left since; changed under @mapping
 */
struct mshv_region {
	const struct mshv_region_ops *ops;
	struct mshv_memory *memory;
	refcount_t refs;
	struct rcu_head rcu;
	bool live;
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
			bool gone;
			struct mm_struct *mm;
			unsigned long *mapped;
		};
	};
};

extern const struct mshv_region_ops mshv_region_pinned_ops;
extern const struct mshv_region_ops mshv_region_movable_ops;
extern const struct mshv_region_ops mshv_region_mmio_ops;

/**
 * struct mshv_memory - the guest memory of a child
 * @space: the guest physical addresses of the child
 * @regions: struct mshv_region by guest page number; faults look them up under RCU
 * @lock: held while regions come and go. Ranks above the VMM's mmap_lock.
 * @condemn: told when the hypervisor refuses to take memory away from the guest:
 *	     stops the guest for good. Called under a lock that an MMU notifier
 *	     takes; does not allocate.
 *
 * A fault that waits, for userfaultfd or a file system, holds a reference to its
 * region and no lock.
 */
struct mshv_memory {
	struct mshv_gpa_space space;
	struct maple_tree regions;
	struct mutex lock;	/* see above */
	void (*condemn)(struct mshv_memory *memory, int error);
};

/* What mshv_memory_fault() did. */
enum mshv_fault_result {
	MSHV_FAULT_FIXED,	/* the guest can go on */
	MSHV_FAULT_FOR_VMM,	/* nothing to fix: the VMM's business */
};

void mshv_memory_init(struct mshv_memory *memory, u64 partition_id,
		      void (*condemn)(struct mshv_memory *memory, int error));
void mshv_memory_destroy(struct mshv_memory *memory);
long mshv_memory_set(struct mshv_memory *memory,
		     const struct mshv_user_mem_region *args);
int mshv_memory_fault(struct mshv_memory *memory, u64 gfn, bool write,
		      bool execute);

#endif /* _MSHV_REGION_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* Guest physical address space: what a child sees where. */
#ifndef _MSHV_GPA_H
#define _MSHV_GPA_H

#include <linux/bits.h>
#include <linux/types.h>
#include <hyperv/hvhdk.h>

struct page;

/* Page numbers of 64-bit addresses. What a processor can address is less. */
#define MSHV_GFN_LIMIT	BIT_ULL(64 - HV_HYP_PAGE_SHIFT)

/* 4 KiB pages in a 2 MiB page */
#define MSHV_LARGE_PAGES	512

/**
 * struct mshv_gpa_space - guest physical addresses of a child
 * @partition_id: the child
 * @small_only: the hypervisor does not let a child trap on 2 MiB at once, or does
 *		not unmap them at once, whatever is mapped there
 */
struct mshv_gpa_space {
	u64 partition_id;
	bool small_only;
};

int mshv_gpa_map_pages(u64 partition_id, u64 gfn, struct page *const *pages,
		       u64 count, u32 flags);
int mshv_gpa_unmap_pages(u64 partition_id, u64 gfn, struct page *const *pages,
			 u64 count);
int mshv_gpa_map_pfns(u64 partition_id, u64 gfn, u64 pfn, u64 count, u32 flags);
int mshv_gpa_unmap(u64 partition_id, u64 gfn, u64 count);

int mshv_gpa_try_map_pages(u64 partition_id, u64 gfn, struct page *const *pages,
			   u64 count, u32 flags, u16 *status);
int mshv_gpa_try_map_large(u64 partition_id, u64 gfn, u64 pfn, u32 flags,
			   u16 *status);

int mshv_gpa_map_nothing(struct mshv_gpa_space *space, u64 gfn, u64 count);
int mshv_gpa_take_away(struct mshv_gpa_space *space, u64 gfn, u64 count);
int mshv_gpa_release(struct mshv_gpa_space *space, u64 gfn, u64 count);

#endif /* _MSHV_GPA_H */

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

int mshv_gpa_map_pages(u64 partition_id, u64 gfn, struct page *const *pages,
		       u64 count, u32 flags);
int mshv_gpa_unmap_pages(u64 partition_id, u64 gfn, struct page *const *pages,
			 u64 count);
int mshv_gpa_map_pfns(u64 partition_id, u64 gfn, u64 pfn, u64 count, u32 flags);
int mshv_gpa_map_nothing(u64 partition_id, u64 gfn, u64 count);
int mshv_gpa_take_away(u64 partition_id, u64 gfn, u64 count);
int mshv_gpa_unmap(u64 partition_id, u64 gfn, u64 count);

#endif /* _MSHV_GPA_H */

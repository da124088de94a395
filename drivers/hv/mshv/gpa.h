/* SPDX-License-Identifier: GPL-2.0-only */
/* Guest physical address space: what a child sees where. */
#ifndef _MSHV_GPA_H
#define _MSHV_GPA_H

#include <linux/types.h>

struct page;

int mshv_gpa_map_pages(u64 partition_id, u64 gfn, struct page *const *pages,
		       u64 count, u32 flags);
int mshv_gpa_unmap_pages(u64 partition_id, u64 gfn, struct page *const *pages,
			 u64 count);
int mshv_gpa_map_pfns(u64 partition_id, u64 gfn, u64 pfn, u64 count, u32 flags);
int mshv_gpa_map_nothing(u64 partition_id, u64 gfn, u64 count);
int mshv_gpa_unmap(u64 partition_id, u64 gfn, u64 count);

#endif /* _MSHV_GPA_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages that the hypervisor and this system both see. */
#ifndef _MSHV_SHARED_PAGE_H
#define _MSHV_SHARED_PAGE_H

#include <linux/types.h>
#include <hyperv/hvhdk.h>

struct mshv_root;
struct page;

/**
 * struct mshv_shared_page - a page that the hypervisor writes for us to read
 * @address: where it is mapped; NULL while it is not
 * @pfn: its page frame number
 * @own: the page, if it is ours; NULL if the hypervisor provided it
 */
struct mshv_shared_page {
	void *address;
	u64 pfn;
	struct page *own;
};

int mshv_shared_page_start(struct mshv_root *root);

int mshv_map_state_page(u64 partition_id, u32 vp_index, u16 type,
			struct mshv_shared_page *page);
void mshv_unmap_state_page(u64 partition_id, u32 vp_index, u16 type,
			   struct mshv_shared_page *page);
int mshv_map_stats_page(u32 type, const union hv_stats_object_identity *identity,
			struct mshv_shared_page *page);
void mshv_unmap_stats_page(u32 type,
			   const union hv_stats_object_identity *identity,
			   struct mshv_shared_page *page);

#endif /* _MSHV_SHARED_PAGE_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that the hypervisor and this system both see: the state of a VP and the
 * statistics of an object.
 *
 * The hypervisor lays such a page over a page of this partition. Where the VMM
 * capabilities say so, an L1VH names the page; otherwise the hypervisor chooses
 * one, which need not be memory that the kernel knows of.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <kunit/static_stub.h>
#include <asm/mshyperv.h>

#include "hvcall.h"
#include "mshv_root.h"
#include "shared_page.h"

/* Constant once the probe is over. */
static bool provide_pages;

/**
 * mshv_shared_page_start() - probe step: learn who provides the pages
 * @root: @partition_type and @caps are valid
 *
 * Context: Process context.
 * Return: 0.
 */
int mshv_shared_page_start(struct mshv_root *root)
{
	KUNIT_STATIC_STUB_REDIRECT(mshv_shared_page_start, root);

	provide_pages = root->partition_type == MSHV_PARTITION_L1VH &&
			root->caps.bank0.vmm_can_provide_overlay_gpfn;
	return 0;
}

/* Before the hypercall: a page of ours, where we provide it. */
static int provide(struct mshv_shared_page *page)
{
	*page = (struct mshv_shared_page){};
	if (!provide_pages)
		return 0;

	page->own = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!page->own)
		return -ENOMEM;
	page->pfn = page_to_pfn(page->own);
	return 0;
}

static void give_up(struct mshv_shared_page *page)
{
	if (page->own)
		__free_page(page->own);
	else if (page->address)
		memunmap(page->address);
	*page = (struct mshv_shared_page){};
}

/* After the hypercall: make the page accessible. */
static int access(struct mshv_shared_page *page, u64 pfn)
{
	if (page->own) {
		page->address = page_address(page->own);
		return 0;
	}

	page->pfn = pfn;
	page->address = memremap(PFN_PHYS(pfn), HV_HYP_PAGE_SIZE, MEMREMAP_WB);
	return page->address ? 0 : -ENOMEM;
}

static int unmap_state_page(u64 partition_id, u32 vp_index, u16 type)
{
	const struct hv_input_unmap_vp_state_page in = {
		.partition_id = partition_id,
		.vp_index = vp_index,
		.type = type,
	};
	u64 status = mshv_hvcall(HVCALL_UNMAP_VP_STATE_PAGE, &in, sizeof(in),
				 NULL, 0);

	if (!hv_result_success(status))
		mshv_hvcall_report(HVCALL_UNMAP_VP_STATE_PAGE, partition_id,
				   status);
	return mshv_hvcall_errno(status);
}

/**
 * mshv_map_state_page() - see a part of a VP's state
 * @partition_id: the partition
 * @vp_index: the VP
 * @type: which part, HV_VP_STATE_PAGE_*
 * @page: out
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, or the errno for the hypercall's status.
 */
int mshv_map_state_page(u64 partition_id, u32 vp_index, u16 type,
			struct mshv_shared_page *page)
{
	struct hv_input_map_vp_state_page in = {
		.partition_id = partition_id,
		.vp_index = vp_index,
		.type = type,
	};
	struct hv_output_map_vp_state_page out;
	int ret;

	ret = provide(page);
	if (ret)
		return ret;
	if (page->own) {
		in.flags.map_location_provided = 1;
		in.requested_map_location = page->pfn;
	}

	ret = mshv_hvcall_pooled(partition_id, HVCALL_MAP_VP_STATE_PAGE,
				 &in, sizeof(in), &out, sizeof(out));
	if (ret) {
		give_up(page);
		return ret;
	}

	ret = access(page, out.map_location);
	if (ret)
		mshv_unmap_state_page(partition_id, vp_index, type, page);
	return ret;
}

/**
 * mshv_unmap_state_page() - undo mshv_map_state_page()
 * @partition_id: the partition
 * @vp_index: the VP
 * @type: which part, HV_VP_STATE_PAGE_*
 * @page: the page
 *
 * Should the hypervisor refuse, a page of ours is never used again.
 *
 * Context: Process context, may sleep.
 */
void mshv_unmap_state_page(u64 partition_id, u32 vp_index, u16 type,
			   struct mshv_shared_page *page)
{
	if (!unmap_state_page(partition_id, vp_index, type))
		give_up(page);
}

static int unmap_stats_page(u32 type,
			    const union hv_stats_object_identity *identity)
{
	const struct hv_input_unmap_stats_page in = {
		.type = type,
		.identity = *identity,
	};
	u64 status = mshv_hvcall(HVCALL_UNMAP_STATS_PAGE, &in, sizeof(in), NULL,
				 0);

	if (!hv_result_success(status))
		mshv_hvcall_report(HVCALL_UNMAP_STATS_PAGE, HV_PARTITION_ID_SELF,
				   status);
	return mshv_hvcall_errno(status);
}

/**
 * mshv_map_stats_page() - see the counters of an object
 * @type: kind of the object, HV_STATS_OBJECT_*
 * @identity: the object, and which area of its counters
 * @page: out
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, or the errno for the hypercall's status: -EINVAL where
 *	   the hypervisor has no such area.
 */
int mshv_map_stats_page(u32 type, const union hv_stats_object_identity *identity,
			struct mshv_shared_page *page)
{
	struct hv_output_map_stats_page out = {};
	int ret;

	ret = provide(page);
	if (ret)
		return ret;

	if (page->own) {
		const struct hv_input_map_stats_page2 in = {
			.type = type,
			.identity = *identity,
			.map_location = page->pfn,
		};

		ret = mshv_hvcall_optional(HV_PARTITION_ID_SELF,
					   HVCALL_MAP_STATS_PAGE2,
					   &in, sizeof(in), NULL, 0);
	} else {
		const struct hv_input_map_stats_page in = {
			.type = type,
			.identity = *identity,
		};

		ret = mshv_hvcall_optional(HV_PARTITION_ID_SELF,
					   HVCALL_MAP_STATS_PAGE,
					   &in, sizeof(in), &out, sizeof(out));
	}
	if (ret) {
		give_up(page);
		return ret;
	}

	ret = access(page, out.map_location);
	if (ret)
		mshv_unmap_stats_page(type, identity, page);
	return ret;
}

/**
 * mshv_unmap_stats_page() - undo mshv_map_stats_page()
 * @type: kind of the object, HV_STATS_OBJECT_*
 * @identity: the object, and which area of its counters
 * @page: the page
 *
 * Should the hypervisor refuse, a page of ours is never used again.
 *
 * Context: Process context, may sleep.
 */
void mshv_unmap_stats_page(u32 type,
			   const union hv_stats_object_identity *identity,
			   struct mshv_shared_page *page)
{
	if (!unmap_stats_page(type, identity))
		give_up(page);
}

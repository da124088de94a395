// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of the hypervisor's that lie over pages of a child's memory. Where one
 * is, and whether it is there, says a register: bit 0 and the number of the page.
 * It keeps its contents while it is elsewhere or nowhere.
 */
#include "child.h"

/**
 * overlay_create() - Get the pages of an overlay
 * @child: whose
 * @overlay: to be filled in; it is nowhere yet
 *
 * Return: false when the pool has too few.
 */
bool overlay_create(struct child *child, struct overlay *overlay)
{
	u64 pages[2];

	if (!pool_take(&child->pool, ARRAY_SIZE(pages), pages))
		return false;
	overlay->page = (void *)pages[0];
	overlay->spare = pages[1];
	return true;
}

/**
 * overlay_delete() - Take an overlay away and give its pages back
 * @child: whose
 * @overlay: the overlay; it may also have no pages
 */
void overlay_delete(struct child *child, struct overlay *overlay)
{
	if (!overlay->page)
		return;
	if (overlay->msr & HV_OVERLAY_ENABLE)
		overlay_move(child, overlay, 0);
	pool_return(&child->pool, (u64)overlay->page);
	if (overlay->spare)
		pool_return(&child->pool, overlay->spare);
	*overlay = (struct overlay) { 0 };
}

static void uncover(struct child *child, struct overlay *overlay)
{
	struct overlay **link = &child->overlays;

	while (*link != overlay)
		link = &(*link)->next;
	*link = overlay->next;
	child_npt_uncover(child, overlay->msr >> PAGE_SHIFT,
			  &overlay->covered);
}

static bool cover(struct child *child, struct overlay *overlay)
{
	u64 gfn = overlay->msr >> PAGE_SHIFT, page = (u64)overlay->page;

	if (!child_npt_cover(child, gfn, page, &overlay->covered)) {
		if (!overlay->spare)
			return false;
		pool_return(&child->pool, overlay->spare);
		overlay->spare = 0;
		if (!child_npt_cover(child, gfn, page, &overlay->covered))
			return false;
	}
	overlay->next = child->overlays;
	child->overlays = overlay;
	return true;
}

/**
 * overlay_move() - The register of an overlay is written
 * @child: whose
 * @overlay: the overlay
 * @msr: new value of the register
 *
 * Context: children_lock held.
 * Return: false when it cannot be there: no such address, another overlay, or no
 * memory for the tables. It is nowhere then.
 */
bool overlay_move(struct child *child, struct overlay *overlay, u64 msr)
{
	if (overlay->msr & HV_OVERLAY_ENABLE)
		uncover(child, overlay);
	overlay->msr = msr;
	if ((msr & HV_OVERLAY_ENABLE) && !cover(child, overlay)) {
		overlay->msr &= ~HV_OVERLAY_ENABLE;
		return false;
	}
	child_npt_settle(child);
	return true;
}

/**
 * overlay_covered() - What lies below an overlay
 * @child: whose
 * @page: its page
 *
 * Return: the entry of the nested page table that it stands in for.
 */
u64 *overlay_covered(struct child *child, u64 page)
{
	struct overlay *overlay = child->overlays;

	while ((u64)overlay->page != page)
		overlay = overlay->next;
	return &overlay->covered;
}

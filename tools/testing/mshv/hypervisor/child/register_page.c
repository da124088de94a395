// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page of registers of a VP: a copy of those that a VMM needs most, valid
 * while the VP is suspended with an intercept. What the VMM writes there and
 * marks as dirty takes effect when the VP goes on.
 */
#include "child.h"

#define XSAVE_XMM	160

COMPILE_ASSERT(sizeof(struct hv_register_page) <= PAGE_SIZE);
ASSERT_OFFSET(struct hv_register_page, rip, 0x88);
ASSERT_OFFSET(struct hv_register_page, xmm, 0xa0);
ASSERT_OFFSET(struct hv_register_page, segments, 0x100);
ASSERT_OFFSET(struct hv_register_page, cr0, 0x160);
ASSERT_OFFSET(struct hv_register_page, xfem, 0x1a8);
ASSERT_OFFSET(struct hv_register_page, vector_count, 0x2b0);

static struct hv_register_page *page_of(const struct child_vp *vp)
{
	return vp->state[HV_STATE_PAGE_REGISTERS].page;
}

static void load_general(struct child_vp *vp, const struct hv_register_page *page)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(page->general); i++)
		*child_general_register(vp, i) = page->general[i];
}

static void load_xmm(struct child_vp *vp, const struct hv_register_page *page)
{
	memcpy(vp->xsave + XSAVE_XMM, page->xmm, sizeof(page->xmm));
}

static void load_segments(struct child_vp *vp,
			  const struct hv_register_page *page)
{
	u32 i;

	/* What is no segment is not taken, like a register with a bad value. */
	for (i = 0; i < ARRAY_SIZE(page->segments); i++)
		child_segment_set(vp, i, &page->segments[i]);
}

/**
 * register_page_load() - Take over what the parent has written
 * @vp: a VP that is about to run, on this processor
 */
void register_page_load(struct child_vp *vp)
{
	struct hv_register_page *page = page_of(vp);
	u32 dirty;

	if (!page)
		return;
	page->is_valid = 0;
	dirty = READ_ONCE(page->dirty);
	if (!dirty)
		return;

	if (dirty & HV_REGISTER_PAGE_GENERAL)
		load_general(vp, page);
	if (dirty & HV_REGISTER_PAGE_RIP)
		vp->vmcb->rip = page->rip;
	if (dirty & HV_REGISTER_PAGE_RFLAGS)
		vp->vmcb->rflags = page->rflags | RFLAGS_FIXED;
	if (dirty & HV_REGISTER_PAGE_XMM)
		load_xmm(vp, page);
	if (dirty & HV_REGISTER_PAGE_SEGMENTS)
		load_segments(vp, page);
	WRITE_ONCE(page->dirty, 0);
}

static void store_clean(struct child_vp *vp, struct hv_register_page *page,
			u32 dirty)
{
	u32 i;

	if (!(dirty & HV_REGISTER_PAGE_GENERAL))
		for (i = 0; i < ARRAY_SIZE(page->general); i++)
			page->general[i] = *child_general_register(vp, i);
	if (!(dirty & HV_REGISTER_PAGE_RIP))
		page->rip = vp->vmcb->rip;
	if (!(dirty & HV_REGISTER_PAGE_RFLAGS))
		page->rflags = vp->vmcb->rflags;
	if (!(dirty & HV_REGISTER_PAGE_XMM))
		memcpy(page->xmm, vp->xsave + XSAVE_XMM, sizeof(page->xmm));
	if (!(dirty & HV_REGISTER_PAGE_SEGMENTS))
		for (i = 0; i < ARRAY_SIZE(page->segments); i++)
			page->segments[i] = child_segment_get(vp, i);

	page->cr0 = vp->vmcb->cr0;
	page->cr3 = vp->vmcb->cr3;
	page->cr4 = vp->vmcb->cr4;
	page->cr8 = vp->cr8;
	page->efer = vp->vmcb->efer & ~EFER_SVME;
	page->dr7 = vp->vmcb->dr7;
	page->pending_interruption = child_pending_get(vp);
	page->interrupt_state = child_interrupt_state_get(vp);
	page->xfem = vp->xcr0;
}

/**
 * register_page_store() - Show the parent the registers
 * @vp: a VP that has just left guest mode with an intercept
 */
void register_page_store(struct child_vp *vp)
{
	struct hv_register_page *page = page_of(vp);

	if (!page)
		return;
	store_clean(vp, page, 0);
	page->version = HV_REGISTER_PAGE_VERSION;
	page->dirty = 0;
	WRITE_ONCE(page->is_valid, 1);
}

/**
 * register_page_refresh() - Show the parent what it changed by other means
 * @vp: a VP that does not run
 */
void register_page_refresh(struct child_vp *vp)
{
	struct hv_register_page *page = page_of(vp);

	if (page && page->is_valid)
		store_clean(vp, page, READ_ONCE(page->dirty));
}

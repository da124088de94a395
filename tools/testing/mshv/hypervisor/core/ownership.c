// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who uses which page of the parent's RAM.
 *
 * Invariant: a page is either the parent's, and then it may be used for any
 * number of purposes at once (mapped into children, lent as a page that the
 * hypervisor writes), or deposited. It can be deposited only while it is not
 * used for anything. A deposited page is hidden from the parent, unless it is
 * just the page by which the hypervisor shows something.
 *
 * All of it, but for page_is_hidden(), is under children_lock.
 */
#include "child.h"

/*
 * Of a page that is the parent's, the number of its uses of either kind; of a
 * deposited page, a note of the pool's.
 */
#define DEPOSITED	((u32)BIT(31))
#define SHOWN		((u32)BIT(30))
#define EXTRA_MASK	0x0fffffffU
#define LENT_UNIT	((u32)BIT(20))
#define MAPPED_MASK	(LENT_UNIT - 1)
#define LENT_MASK	(0xffU * LENT_UNIT)

static u32 *owners;
static u64 num_pages;

/**
 * ownership_init() - Allocate the records; everything is the parent's
 */
void ownership_init(void)
{
	num_pages = memory_end() / PAGE_SIZE;
	owners = page_alloc(align_up(num_pages * sizeof(*owners), PAGE_SIZE) /
			    PAGE_SIZE);
}

static u32 *owner_of(u64 gpa)
{
	return &owners[gpa / PAGE_SIZE];
}

/* Pages that the parent itself shares with the hypervisor by a register */
static bool is_overlay(u64 gpa)
{
	u32 i, j;

	for (i = 0; i < parent.num_vps; i++) {
		const struct vp *vp = &parent.vps[i];
		const u64 registers[] = {
			parent.hypercall, parent.reference_tsc, vp->vp_assist,
			vp->synic.simp, vp->synic.siefp, vp->synic.sirbp,
		};

		for (j = 0; j < ARRAY_SIZE(registers); j++)
			if ((registers[j] & HV_OVERLAY_ENABLE) &&
			    HV_OVERLAY_GPA(registers[j]) == gpa)
				return true;
	}
	return false;
}

/**
 * page_deposit() - Take a page from the parent
 * @gpa: the page
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (no RAM of the
 * parent's) or HV_STATUS_ACCESS_DENIED (deposited already, or in use).
 */
enum hv_status page_deposit(u64 gpa)
{
	if (!memory_is_ram(gpa, PAGE_SIZE))
		return HV_STATUS_INVALID_PARAMETER;
	if (*owner_of(gpa) || is_overlay(gpa))
		return HV_STATUS_ACCESS_DENIED;
	WRITE_ONCE(*owner_of(gpa), DEPOSITED);
	npt_set_visible(gpa, false);
	return HV_STATUS_SUCCESS;
}

/**
 * page_withdraw() - Give a page back to the parent
 * @gpa: a deposited page
 */
void page_withdraw(u64 gpa)
{
	WRITE_ONCE(*owner_of(gpa), 0);
	npt_set_visible(gpa, true);
}

/**
 * page_show() - Let the parent see a deposited page, or hide it again
 * @gpa: the page
 * @visible: whether the parent can reach it
 */
void page_show(u64 gpa, bool visible)
{
	u32 *owner = owner_of(gpa);

	WRITE_ONCE(*owner, visible ? *owner | SHOWN : *owner & ~SHOWN);
	npt_set_visible(gpa, visible);
}

/**
 * page_is_hidden() - Is this page deposited, and not shown?
 * @gpa: any address
 *
 * Return: true when the parent cannot reach it for that reason.
 */
bool page_is_hidden(u64 gpa)
{
	u32 owner;

	if (gpa / PAGE_SIZE >= num_pages)
		return false;
	owner = READ_ONCE(*owner_of(gpa));
	return (owner & DEPOSITED) && !(owner & SHOWN);
}

/**
 * parent_owns() - May the parent name this memory to the hypervisor?
 * @gpa: first byte
 * @size: bytes
 *
 * Return: true when all of it is the parent's RAM and not deposited, or was
 * provided to it.
 */
bool parent_owns(u64 gpa, u64 size)
{
	u64 end = gpa + size, page;

	if (memory_is_provided(gpa, size))
		return true;
	if (!memory_is_ram(gpa, size))
		return false;

	for (page = align_down(gpa, PAGE_SIZE); page < end; page += PAGE_SIZE)
		if (page_is_hidden(page))
			return false;
	return true;
}

static bool can_use(u32 owner, enum page_use use)
{
	if (owner & DEPOSITED)
		return false;
	if (use == PAGE_IN_USE_MAPPED)
		return (owner & MAPPED_MASK) != MAPPED_MASK;
	return (owner & LENT_MASK) != LENT_MASK;
}

static u32 use_unit(enum page_use use)
{
	return use == PAGE_IN_USE_MAPPED ? 1 : LENT_UNIT;
}

/**
 * page_use_start() - Count a use of pages of the parent
 * @gpa: the first
 * @size: bytes
 * @use: what for
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (no RAM of the
 * parent's) or HV_STATUS_ACCESS_DENIED (deposited).
 */
enum hv_status page_use_start(u64 gpa, u64 size, enum page_use use)
{
	u64 end = gpa + size, page;

	if (!memory_is_ram(gpa, size))
		return HV_STATUS_INVALID_PARAMETER;
	for (page = gpa; page < end; page += PAGE_SIZE)
		if (!can_use(*owner_of(page), use))
			return HV_STATUS_ACCESS_DENIED;
	for (page = gpa; page < end; page += PAGE_SIZE)
		*owner_of(page) += use_unit(use);
	return HV_STATUS_SUCCESS;
}

/**
 * page_use_end() - Undo page_use_start()
 * @gpa: the first page
 * @size: bytes
 * @use: what for
 */
void page_use_end(u64 gpa, u64 size, enum page_use use)
{
	u64 end = gpa + size;

	for (; gpa < end; gpa += PAGE_SIZE)
		*owner_of(gpa) -= use_unit(use);
}

/**
 * page_set_extra() - Note a number for a deposited page
 * @gpa: the page
 * @extra: the number
 */
void page_set_extra(u64 gpa, u32 extra)
{
	*owner_of(gpa) |= extra & EXTRA_MASK;
}

/**
 * page_take_extra() - Take that number away
 * @gpa: the page
 *
 * Return: what page_set_extra() noted, or 0.
 */
u32 page_take_extra(u64 gpa)
{
	u32 extra = *owner_of(gpa) & EXTRA_MASK;

	*owner_of(gpa) &= ~EXTRA_MASK;
	return extra;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a destination to the VPs that it means, and what happens when an
 * interrupt has arrived at one.
 */
#include "child/child_upcalls.h"
#include "child.h"
#include "tlfs_interrupt.h"

#define XAPIC_BROADCAST		0xff
#define X2APIC_BROADCAST	(~0U)
#define DFR_FLAT		0xfU

static bool is_x2apic(const struct child_vp *vp)
{
	return child_apic_base(vp) & APIC_BASE_X2APIC;
}

static bool is_broadcast(const struct child_vp *vp, u32 destination)
{
	return destination == (is_x2apic(vp) ? X2APIC_BROADCAST :
					       XAPIC_BROADCAST);
}

static bool matches_logical(const struct child_vp *vp, u32 destination)
{
	u32 ldr = child_apic_ldr(vp);

	if (is_x2apic(vp))
		return ldr >> 16 == destination >> 16 &&
		       (ldr & destination & 0xffff);
	ldr >>= 24;
	if (vp->apic.dfr >> 28 == DFR_FLAT)
		return ldr & destination;
	return ldr >> 4 == destination >> 4 && (ldr & destination & 0xf);
}

static bool matches(const struct child_vp *vp, const struct apic_interrupt *i)
{
	if (!(child_apic_base(vp) & APIC_BASE_ENABLE))
		return false;
	if (is_broadcast(vp, i->destination))
		return true;
	return i->logical ? matches_logical(vp, i->destination) :
			    child_apic_id(vp) == i->destination;
}

/**
 * child_interrupt_vp() - Interrupt one VP
 * @vp: the VP
 * @i: the interrupt; its destination does not matter
 *
 * A VP that runs on this processor is about to enter guest mode again, and looks
 * before it does.
 *
 * Context: children_lock held.
 */
void child_interrupt_vp(struct child_vp *vp, const struct apic_interrupt *i)
{
	if (i->mode == HV_INTERRUPT_LINT0)
		child_apic_local(vp, APIC_LVT_LINT0, i->vector);
	else if (i->mode == HV_INTERRUPT_LINT1)
		child_apic_local(vp, APIC_LVT_LINT1, i->vector);
	else
		child_apic_accept(vp, i);

	if (vp->activity != CHILD_VP_RUNNING)
		child_upcalls.update(vp);
	else if (vp->cpu != cpu_self())
		cpu_kick(vp->cpu);
}

/* Of several VPs, the one with the least to do */
static void interrupt_lowest(struct child *child,
			     const struct apic_interrupt *i)
{
	struct child_vp *lowest = NULL;
	u32 n;

	for (n = 0; n < MAX_CHILD_VPS; n++) {
		struct child_vp *vp = child->vps[n];

		if (vp && matches(vp, i) &&
		    (vp->apic.svr & APIC_SVR_ENABLE) &&
		    (!lowest || child_apic_ppr(vp) < child_apic_ppr(lowest)))
			lowest = vp;
	}
	if (lowest)
		child_interrupt_vp(lowest, i);
}

/**
 * child_interrupt() - Interrupt the VPs that are meant
 * @child: of which partition
 * @i: the interrupt
 *
 * As on a bus, nothing happens when nobody is meant.
 *
 * Context: children_lock held.
 */
void child_interrupt(struct child *child, const struct apic_interrupt *i)
{
	u32 n;

	if (i->mode == HV_INTERRUPT_LOWEST_PRIORITY) {
		interrupt_lowest(child, i);
		return;
	}
	for (n = 0; n < MAX_CHILD_VPS; n++)
		if (child->vps[n] && matches(child->vps[n], i))
			child_interrupt_vp(child->vps[n], i);
}

static void interrupt_all(struct child_vp *sender,
			  const struct apic_interrupt *i, bool self)
{
	struct child *child = sender->child;
	u32 n;

	for (n = 0; n < MAX_CHILD_VPS; n++) {
		struct child_vp *vp = child->vps[n];

		if (vp && (self || vp != sender) &&
		    (child_apic_base(vp) & APIC_BASE_ENABLE))
			child_interrupt_vp(vp, i);
	}
}

/**
 * child_ipi() - A VP has written to its interrupt command register
 * @sender: the VP, on this processor
 * @icr: the register; its upper half is the destination as the mode of the
 *	sender's APIC has it
 *
 * The de-assertion that ends an INIT means nothing since the Pentium 4.
 *
 * Context: children_lock held.
 */
void child_ipi(struct child_vp *sender, u64 icr)
{
	struct apic_interrupt i = {
		.mode = icr >> ICR_MODE_SHIFT & ICR_MODE_MASK,
		.vector = icr & ICR_VECTOR_MASK,
		.logical = icr & ICR_LOGICAL,
		.destination = is_x2apic(sender) ? icr >> 32 : icr >> 56,
	};

	if (i.mode == HV_INTERRUPT_INIT && (icr & ICR_LEVEL) &&
	    !(icr & ICR_ASSERT))
		return;
	switch (icr >> ICR_SHORTHAND_SHIFT & ICR_SHORTHAND_MASK) {
	case ICR_TO_SELF:
		child_interrupt_vp(sender, &i);
		break;
	case ICR_TO_ALL:
		interrupt_all(sender, &i, true);
		break;
	case ICR_TO_OTHERS:
		interrupt_all(sender, &i, false);
		break;
	default:
		child_interrupt(sender->child, &i);
	}
}

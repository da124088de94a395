// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls by which a parent interrupts VPs of its children.
 */
#include "child.h"
#include "hypercall.h"
#include "tlfs_interrupt.h"

#define VTL_USE_TARGET	0x10

static bool valid_vector(u32 type, u32 vector)
{
	switch (type) {
	case HV_INTERRUPT_FIXED:
	case HV_INTERRUPT_LOWEST_PRIORITY:
		return vector >= APIC_FIRST_VECTOR && vector < APIC_VECTORS;
	case HV_INTERRUPT_SMI:
	case HV_INTERRUPT_NMI:
	case HV_INTERRUPT_INIT:
	case HV_INTERRUPT_SIPI:
	case HV_INTERRUPT_EXTINT:
	case HV_INTERRUPT_LINT0:
	case HV_INTERRUPT_LINT1:
		return vector < APIC_VECTORS;
	}
	return false;
}

static bool valid_assertion(const struct hv_in_assert_interrupt *in)
{
	return valid_vector(in->type, in->vector) &&
	       !(in->flags & ~(HV_INTERRUPT_LEVEL | HV_INTERRUPT_LOGICAL)) &&
	       !(in->destination >> 32) &&
	       (!in->vtl || in->vtl == VTL_USE_TARGET) &&
	       all_zero(in->reserved, sizeof(in->reserved));
}

/**
 * call_assert_interrupt() - HvCallAssertVirtualInterrupt
 * @call: the call
 *
 * It does not wait for VPs that run.
 *
 * Return: HV_STATUS_SUCCESS, be there a VP with that destination or not;
 * HV_STATUS_INVALID_PARAMETER, HV_STATUS_OPERATION_DENIED (the partition has no
 * local APICs), or as child_get_active().
 */
enum hv_status call_assert_interrupt(struct hypercall *call)
{
	const struct hv_in_assert_interrupt *in = call->input;
	const struct apic_interrupt interrupt = {
		.mode = in->type,
		.vector = in->vector,
		.level = in->flags & HV_INTERRUPT_LEVEL,
		.logical = in->flags & HV_INTERRUPT_LOGICAL,
		.destination = in->destination,
	};
	enum hv_status status;
	struct child *child;

	if (!valid_assertion(in))
		return HV_STATUS_INVALID_PARAMETER;
	status = child_get_active(in->partition_id, &child);
	if (status)
		return status;
	if (child_has_apic(child))
		child_interrupt(child, &interrupt);
	else
		status = HV_STATUS_OPERATION_DENIED;
	spin_unlock(&children_lock);
	return status;
}

/**
 * call_clear_interrupt() - HvCallClearVirtualInterrupt
 * @call: the call
 *
 * Takes back what the interrupt controller outside of the local APICs has asked
 * for and no VP has taken yet. A VP in guest mode may have been given it for when
 * it can take it, so all of them leave for a moment.
 *
 * Return: HV_STATUS_SUCCESS, or as child_get_active().
 */
enum hv_status call_clear_interrupt(struct hypercall *call)
{
	const struct hv_in_partition *in = call->input;
	enum hv_status status;
	struct child *child;
	u32 i;

	status = child_get_active(in->partition_id, &child);
	if (status)
		return status;
	for (i = 0; i < MAX_CHILD_VPS; i++)
		if (child->vps[i])
			__atomic_and_fetch(&child->vps[i]->apic.requests,
					   ~(u32)APIC_REQUEST_EXTINT,
					   __ATOMIC_SEQ_CST);
	run_flush(child);
	spin_unlock(&children_lock);
	return HV_STATUS_SUCCESS;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SynIC of a VP of a child: its registers, and how messages and event flags
 * get into its pages. Its interrupts go to the local APIC; where the parent
 * provides that, there are none.
 */
#include "child.h"
#include "synic.h"
#include "tlfs_synthetic.h"

#define FLAG_BYTES	256		/* for each SINT */

/**
 * child_synic_reset() - Put a SynIC into the state of a new VP
 * @vp: whose
 */
void child_synic_reset(struct child_vp *vp)
{
	u32 i;

	for (i = 0; i < HV_NUM_SINTS; i++)
		vp->synic.sint[i] = HV_SINT_MASKED;
	for (i = 0; i < CHILD_STIMERS; i++)
		vp->synic.timers[i].due = TIMER_NEVER;
}

/**
 * child_synic_get() - Read a register
 * @vp: whose
 * @msr: HV_MSR_SCONTROL to HV_MSR_SINT15
 * @value: set to its value
 *
 * Return: false when there is no such register.
 */
bool child_synic_get(struct child_vp *vp, u32 msr, u64 *value)
{
	const struct child_synic *synic = &vp->synic;

	switch (msr) {
	case HV_MSR_SCONTROL:
		*value = synic->control;
		return true;
	case HV_MSR_SVERSION:
		*value = HV_SYNIC_VERSION;
		return true;
	case HV_MSR_SIEFP:
		*value = synic->flags.msr;
		return true;
	case HV_MSR_SIMP:
		*value = synic->messages.msr;
		return true;
	case HV_MSR_SIRBP:
		*value = synic->sirbp;
		return true;
	case HV_MSR_EOM:
		*value = 0;
		return true;
	case HV_MSR_SINT0 ... HV_MSR_SINT15:
		*value = synic->sint[msr - HV_MSR_SINT0];
		return true;
	}
	return false;
}

/**
 * child_synic_set() - Write a register
 * @vp: whose
 * @msr: HV_MSR_SCONTROL to HV_MSR_SINT15
 * @value: new value
 *
 * There may be room for a message that waits.
 *
 * Context: children_lock held.
 * Return: false when there is no such register, or when it does not take the
 * value.
 */
bool child_synic_set(struct child_vp *vp, u32 msr, u64 value)
{
	struct child_synic *synic = &vp->synic;
	bool taken = true;

	switch (msr) {
	case HV_MSR_SCONTROL:
		taken = !(value & ~HV_SCONTROL_ENABLE);
		if (taken)
			synic->control = value;
		break;
	case HV_MSR_SIEFP:
		taken = overlay_move(vp->child, &synic->flags, value);
		break;
	case HV_MSR_SIMP:
		taken = overlay_move(vp->child, &synic->messages, value);
		break;
	case HV_MSR_SIRBP:
		synic->sirbp = value;
		break;
	case HV_MSR_EOM:
		break;
	case HV_MSR_SINT0 ... HV_MSR_SINT15:
		taken = sint_write(&synic->sint[msr - HV_MSR_SINT0], value);
		break;
	default:
		return false;
	}
	child_stimer_retry(vp);
	return taken;
}

/**
 * child_synic_auto_eoi() - Does an interrupt end as soon as it is taken?
 * @vp: whose
 * @vector: its vector
 *
 * Return: true when it is that of a SINT that says so.
 */
bool child_synic_auto_eoi(const struct child_vp *vp, u8 vector)
{
	u32 i;

	for (i = 0; i < HV_NUM_SINTS; i++) {
		u64 sint = vp->synic.sint[i];

		if ((sint & HV_SINT_AUTO_EOI) && !(sint & HV_SINT_MASKED) &&
		    HV_SINT_VECTOR(sint) == vector)
			return true;
	}
	return false;
}

/**
 * child_synic_raise() - Something new is in one of the pages
 * @vp: whose, at hand
 * @sint: for which SINT
 */
void child_synic_raise(struct child_vp *vp, u32 sint)
{
	u64 value = vp->synic.sint[sint];
	const struct apic_interrupt interrupt = {
		.mode = HV_INTERRUPT_FIXED,
		.vector = HV_SINT_VECTOR(value),
	};

	if (child_has_apic(vp->child) &&
	    !(value & (HV_SINT_MASKED | HV_SINT_POLLING)))
		child_apic_accept(vp, &interrupt);
}

static bool is_on(const struct child_vp *vp, const struct overlay *overlay)
{
	return (vp->synic.control & HV_SCONTROL_ENABLE) &&
	       (overlay->msr & HV_OVERLAY_ENABLE);
}

/**
 * child_synic_slot() - Find room for a message
 * @vp: whose, at hand
 * @sint: for which SINT
 *
 * Return: the slot; NULL when it is taken, or when there are no messages.
 */
struct hv_message *child_synic_slot(struct child_vp *vp, u32 sint)
{
	struct hv_message *slot = vp->synic.messages.page;

	if (!is_on(vp, &vp->synic.messages))
		return NULL;
	slot += sint;
	return slot_is_free(slot) ? slot : NULL;
}

/**
 * child_synic_deliverable() - Which free slots does the parent want to hear of?
 * @vp: whose, at hand
 *
 * A slot that is taken is marked, as by slot_is_free(): the guest then leaves
 * guest mode when it has read the message, and it is looked at again.
 *
 * Return: one bit for each SINT.
 */
u16 child_synic_deliverable(struct child_vp *vp)
{
	u16 wanted = vp->deliverability >> HV_DELIVERABILITY_SINTS_SHIFT;
	u16 sints = 0;
	u32 i;

	if (!wanted)
		return 0;
	for (i = 0; i < HV_NUM_SINTS; i++)
		if ((wanted & BIT(i)) && child_synic_slot(vp, i))
			sints |= BIT(i);
	return sints;
}

/**
 * child_synic_flag() - Set an event flag
 * @vp: whose, at hand
 * @sint: for which SINT
 * @flag: its number
 * @newly: set to whether it was not set before
 *
 * Return: false when there are no event flags.
 */
bool child_synic_flag(struct child_vp *vp, u32 sint, u32 flag, bool *newly)
{
	u8 *flags = vp->synic.flags.page;
	u8 bit = 1 << flag % 8, old;

	if (!is_on(vp, &vp->synic.flags))
		return false;
	old = __atomic_fetch_or(&flags[sint * FLAG_BYTES + flag / 8], bit,
				__ATOMIC_SEQ_CST);
	*newly = !(old & bit);
	return true;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * State of a VP that the processor keeps in another form than the hypervisor's
 * interface has it: segments, and events that are to be delivered.
 */
#include "child.h"

/* Attributes: the upper four bits are elsewhere in the VMCB. */
#define ATTRIBUTES_LOW		0x00ff
#define ATTRIBUTES_HIGH		0xf000
#define ATTRIBUTES_SHIFT	4
#define ATTRIBUTES_DPL(x)	((x) >> 5 & 3)

#define SEGMENT_SS		2

#define EVENT_TYPE(x)		((x) >> 8 & 7)
#define EVENT_TYPE_SHIFT	8
#define EVENT_VECTOR_MASK	0xffUL
#define EVENT_ERROR_SHIFT	32

/* These two are exceptions to the processor: INT1, INT3 and INTO. */
#define PENDING_PRIVILEGED_SOFTWARE	5
#define PENDING_SOFTWARE_EXCEPTION	6

#define PENDING_DEFINED \
	(HV_PENDING_VALID | 7UL << HV_PENDING_TYPE_SHIFT | \
	 HV_PENDING_ERROR_CODE | 0xfUL << 5 | \
	 0xffUL << HV_PENDING_VECTOR_SHIFT | \
	 0xffffffffUL << HV_PENDING_ERROR_SHIFT)

static struct vmcb_segment *segment(const struct child_vp *vp, u32 n)
{
	struct vmcb *vmcb = vp->vmcb;
	struct vmcb_segment *const where[] = {
		&vmcb->es, &vmcb->cs, &vmcb->ss, &vmcb->ds,
		&vmcb->fs, &vmcb->gs, &vmcb->ldtr, &vmcb->tr,
	};

	return where[n];
}

/**
 * child_segment_get() - Read a segment register
 * @vp: whose
 * @n: which, HV_REGISTER_ES being 0
 *
 * Return: its value.
 */
struct hv_segment child_segment_get(const struct child_vp *vp, u32 n)
{
	const struct vmcb_segment *s = segment(vp, n);

	return (struct hv_segment) {
		.base = s->base,
		.limit = s->limit,
		.selector = s->selector,
		.attributes = (s->attributes & ATTRIBUTES_LOW) |
			      (s->attributes << ATTRIBUTES_SHIFT &
			       ATTRIBUTES_HIGH),
	};
}

/**
 * child_segment_set() - Write a segment register
 * @vp: whose
 * @n: which, HV_REGISTER_ES being 0
 * @value: new value
 *
 * The privilege level is that of the stack.
 *
 * Return: false when it has reserved bits.
 */
bool child_segment_set(struct child_vp *vp, u32 n,
		       const struct hv_segment *value)
{
	u16 attributes = value->attributes;

	if (attributes & ~(ATTRIBUTES_LOW | ATTRIBUTES_HIGH))
		return false;
	*segment(vp, n) = (struct vmcb_segment) {
		.base = value->base,
		.limit = value->limit,
		.selector = value->selector,
		.attributes = (attributes & ATTRIBUTES_LOW) |
			      (attributes & ATTRIBUTES_HIGH) >>
			      ATTRIBUTES_SHIFT,
	};
	if (n == SEGMENT_SS)
		vp->vmcb->cpl = ATTRIBUTES_DPL(attributes);
	return true;
}

/**
 * child_pending_get() - What is to be delivered when the VP goes on?
 * @vp: the VP
 *
 * Return: HV_REGISTER_PENDING_INTERRUPTION.
 */
u64 child_pending_get(const struct child_vp *vp)
{
	u64 event = vp->vmcb->inject_event, pending;

	if (!(event & SVM_EVENT_VALID))
		return 0;
	pending = HV_PENDING_VALID |
		  EVENT_TYPE(event) << HV_PENDING_TYPE_SHIFT |
		  (event & EVENT_VECTOR_MASK) << HV_PENDING_VECTOR_SHIFT;
	if (event & SVM_EVENT_ERROR_CODE)
		pending |= HV_PENDING_ERROR_CODE |
			   event >> EVENT_ERROR_SHIFT << HV_PENDING_ERROR_SHIFT;
	return pending;
}

/**
 * child_pending_set() - Deliver something when the VP goes on
 * @vp: the VP
 * @pending: HV_REGISTER_PENDING_INTERRUPTION
 *
 * Return: false when there is no such event.
 */
bool child_pending_set(struct child_vp *vp, u64 pending)
{
	u64 type = HV_PENDING_TYPE(pending);

	if (!(pending & HV_PENDING_VALID)) {
		vp->vmcb->inject_event = 0;
		return true;
	}
	if (type == PENDING_PRIVILEGED_SOFTWARE ||
	    type == PENDING_SOFTWARE_EXCEPTION)
		type = HV_PENDING_EXCEPTION;
	if ((pending & ~PENDING_DEFINED) ||
	    (type != HV_PENDING_INTERRUPT && type != HV_PENDING_NMI &&
	     type != HV_PENDING_EXCEPTION && type != HV_PENDING_SOFT_INTERRUPT))
		return false;

	vp->vmcb->inject_event = SVM_EVENT_VALID | type << EVENT_TYPE_SHIFT |
				 HV_PENDING_VECTOR(pending);
	if (pending & HV_PENDING_ERROR_CODE)
		vp->vmcb->inject_event |= SVM_EVENT_ERROR_CODE |
					  pending >> HV_PENDING_ERROR_SHIFT <<
					  EVENT_ERROR_SHIFT;
	return true;
}

/**
 * child_interrupt_state_get() - What holds interrupts back?
 * @vp: the VP
 *
 * Return: HV_REGISTER_INTERRUPT_STATE.
 */
u64 child_interrupt_state_get(const struct child_vp *vp)
{
	return (vp->vmcb->interrupt_shadow & HV_INTERRUPT_SHADOW) |
	       (vp->nmi_masked ? HV_NMI_MASKED : 0);
}

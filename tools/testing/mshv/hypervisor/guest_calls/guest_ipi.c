// SPDX-License-Identifier: GPL-2.0-only
/* A guest interrupts several of its VPs at once. */
#include "guest_call.h"
#include "tlfs_interrupt.h"

#define VTL_USE_TARGET	0x10

static enum hv_status send(struct hypercall *call, u32 vector,
			   const struct vp_set *processors)
{
	const struct apic_interrupt interrupt = {
		.mode = HV_INTERRUPT_FIXED,
		.vector = vector,
	};
	struct child *child = call->caller->child;
	u32 i;

	spin_lock(&children_lock);
	for (i = 0; i < MAX_CHILD_VPS; i++)
		if (child->vps[i] && vp_set_has(processors, i) &&
		    (child_apic_base(child->vps[i]) & APIC_BASE_ENABLE))
			child_interrupt_vp(child->vps[i], &interrupt);
	spin_unlock(&children_lock);
	return HV_STATUS_SUCCESS;
}

/* Both calls begin alike. */
static enum hv_status check(const struct hypercall *call)
{
	const struct hv_in_send_ipi *in = call->input;

	if (!child_has_apic(call->caller->child))
		return HV_STATUS_OPERATION_DENIED;
	if (in->vector < HV_SINT_FIRST_VECTOR || in->vector >= APIC_VECTORS ||
	    (in->vtl && in->vtl != VTL_USE_TARGET) ||
	    !all_zero(in->padding, sizeof(in->padding)))
		return HV_STATUS_INVALID_PARAMETER;
	return HV_STATUS_SUCCESS;
}

/**
 * guest_send_ipi() - HvCallSendSyntheticClusterIpi
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (vector, or a reserved
 * field), or HV_STATUS_OPERATION_DENIED (no local APICs).
 */
enum hv_status guest_send_ipi(struct hypercall *call)
{
	const struct hv_in_send_ipi *in = call->input;
	enum hv_status status = check(call);
	struct vp_set processors;

	if (status)
		return status;
	vp_set_first(&processors, in->processors);
	return send(call, in->vector, &processors);
}

/**
 * guest_send_ipi_ex() - HvCallSendSyntheticClusterIpiEx
 * @call: the call
 *
 * Return: as guest_send_ipi() and vp_set_read().
 */
enum hv_status guest_send_ipi_ex(struct hypercall *call)
{
	const struct hv_in_send_ipi_ex *in = call->input;
	enum hv_status status = check(call);
	struct vp_set processors;

	if (!status)
		status = vp_set_read(&processors, &in->processors,
				     call->varhead);
	return status ? status : send(call, in->vector, &processors);
}

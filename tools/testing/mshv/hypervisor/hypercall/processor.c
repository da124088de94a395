// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls by which the root partition brings up its processors: first each
 * logical processor is added, then a VP of the root is created on it; only
 * then does that VP answer to INIT and SIPI.
 */
#include "hypercall.h"

/**
 * call_get_lp_run_time() - HvCallGetLogicalProcessorRunTime
 * @call: the call
 *
 * Linux asks only in order to learn whether the processor exists.
 *
 * Return: HV_STATUS_SUCCESS or HV_STATUS_INVALID_LP_INDEX.
 */
enum hv_status call_get_lp_run_time(struct hypercall *call)
{
	const struct hv_in_lp_run_time *in = call->input;
	struct hv_out_lp_run_time *out = call->output;

	if (in->lp_index >= num_cpus || !cpus[in->lp_index].lp_added)
		return HV_STATUS_INVALID_LP_INDEX;
	out->global_time = clock_reference();
	out->local_run_time = out->global_time;
	return HV_STATUS_SUCCESS;
}

/**
 * call_add_lp() - HvCallAddLogicalProcessor
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_LP_INDEX (no such processor) or
 * HV_STATUS_INVALID_PARAMETER (other APIC id, or added before).
 */
enum hv_status call_add_lp(struct hypercall *call)
{
	const struct hv_in_add_lp *in = call->input;
	struct cpu *cpu;

	if (in->lp_index >= call->vp->partition->num_vps)
		return HV_STATUS_INVALID_LP_INDEX;
	cpu = &cpus[in->lp_index];
	if (cpu->apic_id != in->apic_id || cpu->lp_added)
		return HV_STATUS_INVALID_PARAMETER;
	cpu->lp_added = true;
	return HV_STATUS_SUCCESS;
}

/**
 * call_create_vp() - HvCallCreateVp, for a child or the root partition itself
 * @call: the call
 *
 * VP n of the root runs on logical processor n. Linux leaves rubbish in the
 * padding and in the subnode id, so they are not looked at.
 *
 * Return: HV_STATUS_SUCCESS, as child_create_vp(), or HV_STATUS_ACCESS_DENIED
 * (itself, but not the root), HV_STATUS_INVALID_VP_INDEX,
 * HV_STATUS_INVALID_LP_INDEX (processor not added) or
 * HV_STATUS_INVALID_PARAMETER (exists already, or another processor).
 */
enum hv_status call_create_vp(struct hypercall *call)
{
	const struct hv_in_create_vp *in = call->input;
	struct partition *partition = call->vp->partition;

	if (in->partition_id != HV_PARTITION_ID_SELF &&
	    in->partition_id != partition->id)
		return child_create_vp(in);
	if (!(partition->privileges & HV_PRIV_CPU_MANAGEMENT))
		return HV_STATUS_ACCESS_DENIED;
	if (in->vp_index >= partition->num_vps)
		return HV_STATUS_INVALID_VP_INDEX;
	if (in->flags != in->vp_index)
		return HV_STATUS_INVALID_PARAMETER;
	if (!cpus[in->vp_index].lp_added)
		return HV_STATUS_INVALID_LP_INDEX;
	if (!apic_create_vp(call->vp, &partition->vps[in->vp_index]))
		return HV_STATUS_INVALID_PARAMETER;
	return HV_STATUS_SUCCESS;
}

/**
 * call_get_vp_index_from_apic_id() - HvCallGetVpIndexFromApicId
 * @call: the call; one APIC id in, one VP index out for each element
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARTITION_ID, or
 * HV_STATUS_INVALID_PARAMETER (reserved field, or nobody has this id).
 */
enum hv_status call_get_vp_index_from_apic_id(struct hypercall *call)
{
	const struct hv_in_vp_from_apic_id *in = call->input;
	const u32 *apic_ids = (const u32 *)(in + 1);
	u32 *vp_indexes = call->output;

	if (in->partition_id != HV_PARTITION_ID_SELF &&
	    in->partition_id != call->vp->partition->id)
		return HV_STATUS_INVALID_PARTITION_ID;
	if (in->target_vtl || !all_zero(in->reserved, sizeof(in->reserved)))
		return HV_STATUS_INVALID_PARAMETER;

	while (call->reps_done < call->rep_count) {
		struct cpu *cpu = cpu_by_apic_id(apic_ids[call->reps_done]);

		if (!cpu || !cpu->vp)
			return HV_STATUS_INVALID_PARAMETER;
		vp_indexes[call->reps_done++] = cpu->vp->index;
	}
	return HV_STATUS_SUCCESS;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls that look into VPs of children: registers, translation of
 * addresses, CPUID.
 */
#include "child.h"
#include "hypercall.h"

#define VTL_USE_TARGET	0x10

static bool valid_header(const struct hv_in_vp_registers *in)
{
	return (!in->vtl || in->vtl == VTL_USE_TARGET) &&
	       all_zero(in->reserved, sizeof(in->reserved));
}

/**
 * call_get_vp_registers() - HvCallGetVpRegisters
 * @call: the call; names in, values out
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER, or as child_vp_get().
 */
enum hv_status call_get_vp_registers(struct hypercall *call)
{
	const struct hv_in_vp_registers *in = call->input;
	const u32 *names = (const u32 *)(in + 1);
	struct hv_value *values = call->output;
	enum hv_status status;
	struct child_vp *vp;

	if (!valid_header(in))
		return HV_STATUS_INVALID_PARAMETER;
	status = child_vp_get(in->partition_id, in->vp_index, &vp);
	if (status)
		return status;

	while (!status && call->reps_done < call->rep_count) {
		u32 i = call->reps_done;

		status = child_register_get(vp, names[i], &values[i]);
		if (!status)
			call->reps_done++;
	}
	child_vp_put(vp);
	return status;
}

/**
 * call_set_vp_registers() - HvCallSetVpRegisters
 * @call: the call; names and values in
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER, or as child_vp_get()
 * and child_register_set().
 */
enum hv_status call_set_vp_registers(struct hypercall *call)
{
	const struct hv_in_vp_registers *in = call->input;
	const struct hv_register *registers = (const void *)(in + 1);
	enum hv_status status;
	struct child_vp *vp;

	if (!valid_header(in))
		return HV_STATUS_INVALID_PARAMETER;
	status = child_vp_get(in->partition_id, in->vp_index, &vp);
	if (status)
		return status;

	while (!status && call->reps_done < call->rep_count) {
		const struct hv_register *r = &registers[call->reps_done];

		if (r->reserved1 || r->reserved2)
			status = HV_STATUS_INVALID_PARAMETER;
		else
			status = child_register_set(vp, r->name, &r->value);
		if (!status)
			call->reps_done++;
	}
	register_page_refresh(vp);
	child_vp_put(vp);
	return status;
}

/**
 * call_translate_address() - HvCallTranslateVirtualAddress
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS whatever the translation yields,
 * HV_STATUS_INVALID_PARAMETER (reserved field or flag), or as child_vp_get().
 */
enum hv_status call_translate_address(struct hypercall *call)
{
	const u64 as_both = HV_TRANSLATE_AS_SUPERVISOR | HV_TRANSLATE_AS_USER;
	const u64 both_ways = HV_TRANSLATE_ENFORCE_SMAP |
			      HV_TRANSLATE_OVERRIDE_SMAP;
	const struct hv_in_translate *in = call->input;
	struct hv_out_translate *out = call->output;
	enum hv_status status;
	struct child_vp *vp;
	u64 gpa = 0;

	if (in->padding || (in->control_flags & ~HV_TRANSLATE_FLAGS) ||
	    (in->control_flags & as_both) == as_both ||
	    (in->control_flags & both_ways) == both_ways)
		return HV_STATUS_INVALID_PARAMETER;
	status = child_vp_get(in->partition_id, in->vp_index, &vp);
	if (status)
		return status;

	out->result = guest_walk(vp, in->gvn << PAGE_SHIFT, in->control_flags,
				 &gpa);
	if (out->result == HV_TRANSLATE_SUCCESS) {
		out->cache_type = HV_CACHE_WRITE_BACK;
		out->gfn = gpa >> PAGE_SHIFT;
	}
	child_vp_put(vp);
	return HV_STATUS_SUCCESS;
}

/**
 * call_get_cpuid_values() - HvCallGetVpCpuidValues
 * @call: the call; leaves in, EAX to EDX of each out
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (flag or reserved field),
 * or as child_vp_get().
 */
enum hv_status call_get_cpuid_values(struct hypercall *call)
{
	const struct hv_in_cpuid_values *in = call->input;
	const struct hv_cpuid_leaf *leaves = (const void *)(in + 1);
	struct hv_value *values = call->output;
	enum hv_status status;
	struct child_vp *vp;

	if ((in->flags & ~HV_CPUID_VALUES_FLAGS) || in->reserved)
		return HV_STATUS_INVALID_PARAMETER;
	status = child_vp_get(in->partition_id, in->vp_index, &vp);
	if (status)
		return status;

	while (call->reps_done < call->rep_count) {
		u32 i = call->reps_done++;

		run_cpuid(vp, leaves[i].eax, leaves[i].ecx, (u32 *)&values[i]);
		if (in->flags & HV_CPUID_VALUES_REGISTERED)
			child_result_cpuid(vp, leaves[i].eax, leaves[i].ecx,
					   (u32 *)&values[i]);
	}
	child_vp_put(vp);
	return HV_STATUS_SUCCESS;
}

static bool valid_result(const struct hv_intercept_result *result)
{
	switch (result->type) {
	case HV_INTERCEPT_CPUID:
		return result->cpuid.subleaf_specific <= 1 &&
		       result->cpuid.always_override <= 1 &&
		       !result->cpuid.padding;
	case HV_INTERCEPT_MSR:
		return result->msr.access &&
		       !(result->msr.access & ~(HV_INTERCEPT_ACCESS_READ |
						HV_INTERCEPT_ACCESS_WRITE)) &&
		       result->msr.action <= HV_UNIMPLEMENTED_MSR_IGNORE;
	}
	return false;
}

/**
 * call_register_result() - HvCallRegisterInterceptResult
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER, or as child_vp_get() and
 * child_result_set().
 */
enum hv_status call_register_result(struct hypercall *call)
{
	const struct hv_in_intercept_result *in = call->input;
	struct hv_intercept_result result = in->result;
	enum hv_status status;
	struct child_vp *vp;

	if (!valid_result(&result))
		return HV_STATUS_INVALID_PARAMETER;
	status = child_vp_get(in->partition_id, in->vp_index, &vp);
	if (status)
		return status;
	status = child_result_set(vp, &result);
	child_vp_put(vp);
	return status;
}

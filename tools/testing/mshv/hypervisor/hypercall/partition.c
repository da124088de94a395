// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls about a partition as a whole.
 */
#include "machine/features.h"
#include "child.h"
#include "hypercall.h"
#include "tlfs_synthetic.h"

static bool is_self(const struct hypercall *call, u64 id)
{
	return id == HV_PARTITION_ID_SELF || id == call->vp->partition->id;
}

/**
 * call_get_partition_id() - HvCallGetPartitionId
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS.
 */
enum hv_status call_get_partition_id(struct hypercall *call)
{
	*(u64 *)call->output = call->vp->partition->id;
	return HV_STATUS_SUCCESS;
}

static enum hv_status integrated_scheduler(u64 *value)
{
	*value = knobs.integrated_scheduler;
	return knobs.integrated_scheduler_status;
}

static enum hv_status get_property(struct hypercall *call, u32 code,
				   u64 *value)
{
	if (processor_property(code, value))
		return HV_STATUS_SUCCESS;
	switch (code) {
	case HV_PROPERTY_PRIVILEGE_FLAGS:
		*value = call->vp->partition->privileges;
		return HV_STATUS_SUCCESS;
	case HV_PROPERTY_PROCESSORS_PER_SOCKET:
		*value = num_cpus;
		return HV_STATUS_SUCCESS;
	case HV_PROPERTY_PROCESSOR_FEATURES0:
	case HV_PROPERTY_PROCESSOR_FEATURES1:
		*value = processor_features(code -
					    HV_PROPERTY_PROCESSOR_FEATURES0);
		return HV_STATUS_SUCCESS;
	case HV_PROPERTY_XSAVE_FEATURES:
		*value = processor_xsave_features();
		return HV_STATUS_SUCCESS;
	case HV_PROPERTY_XSAVE_STATES:
		*value = processor_xsave_states();
		return HV_STATUS_SUCCESS;
	case HV_PROPERTY_XSAVE_MAX_SIZE:
		*value = child_xsave_size(processor_xsave_states());
		return HV_STATUS_SUCCESS;
	case HV_PROPERTY_HIERARCHICAL_INTEGRATED_SCHEDULER_ENABLED:
		return integrated_scheduler(value);
	}
	return HV_STATUS_UNKNOWN_PROPERTY;
}

/**
 * call_get_partition_property() - HvCallGetPartitionProperty
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (reserved field),
 * HV_STATUS_INVALID_PARTITION_ID or HV_STATUS_UNKNOWN_PROPERTY.
 */
enum hv_status call_get_partition_property(struct hypercall *call)
{
	const struct hv_in_partition_property *in = call->input;

	if (in->padding)
		return HV_STATUS_INVALID_PARAMETER;
	if (!is_self(call, in->partition_id))
		return child_get_property(in->partition_id, in->code,
					  call->output);
	return get_property(call, in->code, call->output);
}

static enum hv_status vmm_capabilities(struct hv_vmm_capabilities *out)
{
	/* A bank that does not count may contain anything: let it be seen. */
	out->bank_count = knobs.vmm_capabilities_banks;
	out->banks[0] = knobs.vmm_capabilities;
	return knobs.vmm_capabilities_status;
}

/* What the parent may let its children use: all that is implemented. */
static enum hv_status
assignable_synthetic_features(struct hv_assignable_features *out)
{
	out->bank_count = HV_SYNTHETIC_FEATURE_BANKS;
	out->banks[0] = HV_SYNTHETIC_IMPLEMENTED;
	return HV_STATUS_SUCCESS;
}

/**
 * call_get_partition_property_ex() - HvCallGetPartitionPropertyEx
 * @call: the call
 *
 * Return: as call_get_partition_property().
 */
enum hv_status call_get_partition_property_ex(struct hypercall *call)
{
	const struct hv_in_partition_property_ex *in = call->input;

	if (in->simple.padding || in->argument)
		return HV_STATUS_INVALID_PARAMETER;
	if (!is_self(call, in->simple.partition_id))
		return child_get_property(in->simple.partition_id,
					  in->simple.code, call->output);
	if (in->simple.code == HV_PROPERTY_VMM_CAPABILITIES)
		return vmm_capabilities(call->output);
	if (in->simple.code == HV_PROPERTY_ASSIGNABLE_SYNTHETIC_FEATURES)
		return assignable_synthetic_features(call->output);
	return get_property(call, in->simple.code, call->output);
}

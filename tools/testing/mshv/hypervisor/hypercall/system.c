// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls about the machine as a whole: system properties, power, events.
 *
 * Invariant: the machine can be put to sleep only after the root partition
 * said how (the ACPI sleep types), as on real hardware.
 */
#include "parent/parent_upcalls.h"
#include "hypercall.h"

static bool s5_known;

/**
 * call_get_system_property() - HvCallGetSystemProperty
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (reserved field) or
 * HV_STATUS_UNKNOWN_PROPERTY.
 */
enum hv_status call_get_system_property(struct hypercall *call)
{
	const struct hv_in_get_system_property *in = call->input;

	if (in->reserved)
		return HV_STATUS_INVALID_PARAMETER;
	if (in->id != HV_SYSTEM_PROPERTY_SCHEDULER_TYPE)
		return HV_STATUS_UNKNOWN_PROPERTY;
	*(u64 *)call->output = knobs.scheduler;
	return HV_STATUS_SUCCESS;
}

/**
 * call_set_system_property() - HvCallSetSystemProperty
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER or
 * HV_STATUS_UNKNOWN_PROPERTY.
 */
enum hv_status call_set_system_property(struct hypercall *call)
{
	const struct hv_in_set_system_property *in = call->input;

	if (in->reserved)
		return HV_STATUS_INVALID_PARAMETER;
	if (in->id != HV_SYSTEM_PROPERTY_SLEEP_STATE)
		return HV_STATUS_UNKNOWN_PROPERTY;
	if (in->sleep_state != HV_SLEEP_STATE_S5 ||
	    in->pm1a_sleep_type > HV_SLEEP_TYPE_MAX ||
	    in->pm1b_sleep_type > HV_SLEEP_TYPE_MAX)
		return HV_STATUS_INVALID_PARAMETER;
	s5_known = true;
	return HV_STATUS_SUCCESS;
}

/**
 * call_enter_sleep_state() - HvCallEnterSleepState
 * @call: the call
 *
 * Return: does not, when it succeeds; HV_STATUS_INVALID_PARAMETER for a state
 * other than S5 or before its sleep types are known.
 */
enum hv_status call_enter_sleep_state(struct hypercall *call)
{
	const struct hv_in_sleep_state *in = call->input;

	if (in->state != HV_SLEEP_STATE_S5 || !s5_known)
		return HV_STATUS_INVALID_PARAMETER;
	parent_upcalls.log_ledger();
	end_of_run(END_POWER_OFF, "the parent powered off");
}

/**
 * call_notify_partition_event() - HvCallNotifyPartitionEvent
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS or HV_STATUS_INVALID_PARAMETER; not at all when
 * the root partition says that it has crashed.
 */
enum hv_status call_notify_partition_event(struct hypercall *call)
{
	const struct hv_in_notify_event *in = call->input;

	switch (in->event) {
	case HV_EVENT_ALL_LPS_STARTED:
		return HV_STATUS_SUCCESS;
	case HV_EVENT_ROOT_CRASHDUMP:
		end_of_run(END_CRASH, "the root partition reports a crash");
	}
	return HV_STATUS_INVALID_PARAMETER;
}

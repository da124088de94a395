// SPDX-License-Identifier: GPL-2.0-only
/* What can be checked of a hypercall before its input is read, whoever calls. */
#include "hypercall.h"

/**
 * hypercall_input() - How much input has a call?
 * @def: what is known of it
 * @call: the call
 *
 * Return: bytes, with variable header and list.
 */
u32 hypercall_input(const struct hypercall_def *def,
		    const struct hypercall *call)
{
	return def->input_size + call->varhead +
	       def->rep_input_size * call->rep_count;
}

/**
 * hypercall_output() - How much output has a call?
 * @def: what is known of it
 * @call: the call
 *
 * Return: bytes, with the list.
 */
u32 hypercall_output(const struct hypercall_def *def,
		     const struct hypercall *call)
{
	return def->output_size + def->rep_output_size * call->rep_count;
}

/**
 * hypercall_check() - Does the control word fit the call?
 * @def: what is known of the call
 * @call: the call
 * @control: the control word
 *
 * Return: HV_STATUS_SUCCESS or HV_STATUS_INVALID_INPUT.
 */
enum hv_status hypercall_check(const struct hypercall_def *def,
			       const struct hypercall *call, u64 control)
{
	if (control & HV_CONTROL_RESERVED)
		return HV_STATUS_INVALID_INPUT;
	if (call->varhead && !(def->flags & CALL_VARHEAD))
		return HV_STATUS_INVALID_INPUT;

	if (def->flags & CALL_REP) {
		if (!call->rep_count || call->rep_start >= call->rep_count)
			return HV_STATUS_INVALID_INPUT;
	} else if (call->rep_count || call->rep_start) {
		return HV_STATUS_INVALID_INPUT;
	}

	/* A fast call has two registers for input and none for output. */
	if ((control & HV_CONTROL_FAST) &&
	    (hypercall_input(def, call) > 2 * sizeof(u64) ||
	     hypercall_output(def, call)))
		return HV_STATUS_INVALID_INPUT;
	return HV_STATUS_SUCCESS;
}

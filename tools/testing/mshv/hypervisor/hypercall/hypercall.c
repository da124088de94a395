// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypercall dispatcher: everything that can be checked from the table is
 * checked here, once, so that a handler starts with well-formed input.
 *
 * Order of checks: the caller (fault), the code, an injected fault, the
 * control word, the privilege, the addresses. Nothing is written to the
 * caller's memory unless the call succeeds, except for the elements of a rep
 * call that were done before one failed.
 */
#include "child.h"
#include "hypercall.h"
#include "tlfs_port.h"
#include "tlfs_synthetic.h"
#include "tlfs_vmbus.h"

#define VMMCALL_LENGTH	3

static const struct hypercall_def calls[] = {
	{
		.code = HV_CALL_GET_LP_RUN_TIME,
		.name = "get-logical-processor-run-time",
		.handler = call_get_lp_run_time,
		.input_size = sizeof(struct hv_in_lp_run_time),
		.output_size = sizeof(struct hv_out_lp_run_time),
		.privilege = HV_PRIV_CPU_MANAGEMENT,
	}, {
		.code = HV_CALL_CREATE_PARTITION,
		.name = "create-partition",
		.handler = call_create_partition,
		.input_size = sizeof(struct hv_in_create_partition),
		.output_size = sizeof(u64),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_INITIALIZE_PARTITION,
		.name = "initialize-partition",
		.handler = call_initialize_partition,
		.input_size = sizeof(struct hv_in_partition),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_FINALIZE_PARTITION,
		.name = "finalize-partition",
		.handler = call_finalize_partition,
		.input_size = sizeof(struct hv_in_partition),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_DELETE_PARTITION,
		.name = "delete-partition",
		.handler = call_delete_partition,
		.input_size = sizeof(struct hv_in_partition),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_GET_PARTITION_PROPERTY,
		.name = "get-partition-property",
		.handler = call_get_partition_property,
		.input_size = sizeof(struct hv_in_partition_property),
		.output_size = sizeof(u64),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_SET_PARTITION_PROPERTY,
		.name = "set-partition-property",
		.handler = call_set_partition_property,
		.input_size = sizeof(struct hv_in_set_partition_property),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_GET_PARTITION_ID,
		.name = "get-partition-id",
		.handler = call_get_partition_id,
		.output_size = sizeof(u64),
		.privilege = HV_PRIV_PARTITION_ID,
	}, {
		.code = HV_CALL_DEPOSIT_MEMORY,
		.name = "deposit-memory",
		.handler = call_deposit_memory,
		.input_size = sizeof(struct hv_in_partition),
		.rep_input_size = sizeof(u64),
		.flags = CALL_REP,
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_WITHDRAW_MEMORY,
		.name = "withdraw-memory",
		.handler = call_withdraw_memory,
		.input_size = sizeof(struct hv_in_withdraw_memory),
		.rep_output_size = sizeof(u64),
		.flags = CALL_REP,
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_MAP_GPA_PAGES,
		.name = "map-gpa-pages",
		.handler = call_map_gpa_pages,
		.input_size = sizeof(struct hv_in_map_pages),
		.rep_input_size = sizeof(u64),
		.flags = CALL_REP,
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_UNMAP_GPA_PAGES,
		.name = "unmap-gpa-pages",
		.handler = call_unmap_gpa_pages,
		.input_size = sizeof(struct hv_in_map_pages),
		.flags = CALL_REP,
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_INSTALL_INTERCEPT,
		.name = "install-intercept",
		.handler = call_install_intercept,
		.input_size = sizeof(struct hv_in_install_intercept),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_CREATE_VP,
		.name = "create-vp",
		.handler = call_create_vp,
		.input_size = sizeof(struct hv_in_create_vp),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_DELETE_VP,
		.name = "delete-vp",
		.handler = call_delete_vp,
		.input_size = sizeof(struct hv_in_delete_vp),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_GET_VP_REGISTERS,
		.name = "get-vp-registers",
		.handler = call_get_vp_registers,
		.input_size = sizeof(struct hv_in_vp_registers),
		.rep_input_size = sizeof(u32),
		.rep_output_size = sizeof(struct hv_value),
		.flags = CALL_REP,
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_SET_VP_REGISTERS,
		.name = "set-vp-registers",
		.handler = call_set_vp_registers,
		.input_size = sizeof(struct hv_in_vp_registers),
		.rep_input_size = sizeof(struct hv_register),
		.flags = CALL_REP,
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_TRANSLATE_ADDRESS,
		.name = "translate-virtual-address",
		.handler = call_translate_address,
		.input_size = sizeof(struct hv_in_translate),
		.output_size = sizeof(struct hv_out_translate),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_CLEAR_INTERRUPT,
		.name = "clear-virtual-interrupt",
		.handler = call_clear_interrupt,
		.input_size = sizeof(struct hv_in_partition),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_DELETE_PORT,
		.name = "delete-port",
		.handler = call_delete_port,
		.input_size = sizeof(struct hv_in_delete_port),
		.privilege = HV_PRIV_CREATE_PORT,
	}, {
		.code = HV_CALL_DISCONNECT_PORT,
		.name = "disconnect-port",
		.handler = call_disconnect_port,
		.input_size = sizeof(struct hv_in_disconnect_port),
		.privilege = HV_PRIV_CONNECT_PORT,
	}, {
		.code = HV_CALL_POST_MESSAGE,
		.name = "post-message",
		.handler = call_post_to_connection,
		.input_size = sizeof(struct hv_in_post_to_connection),
		.privilege = HV_PRIV_POST_MESSAGES,
	}, {
		.code = HV_CALL_MAP_STATS_PAGE,
		.name = "map-stats-page",
		.handler = call_map_stats_page,
		.input_size = sizeof(struct hv_in_stats_page),
		.output_size = sizeof(struct hv_out_stats_page),
		.privilege = HV_PRIV_STATS,
	}, {
		.code = HV_CALL_UNMAP_STATS_PAGE,
		.name = "unmap-stats-page",
		.handler = call_unmap_stats_page,
		.input_size = sizeof(struct hv_in_stats_page),
		.privilege = HV_PRIV_STATS,
	}, {
		.code = HV_CALL_SET_SYSTEM_PROPERTY,
		.name = "set-system-property",
		.handler = call_set_system_property,
		.input_size = sizeof(struct hv_in_set_system_property),
		.privilege = HV_PRIV_CPU_MANAGEMENT,
	}, {
		.code = HV_CALL_ADD_LP,
		.name = "add-logical-processor",
		.handler = call_add_lp,
		.input_size = sizeof(struct hv_in_add_lp),
		.output_size = sizeof(struct hv_out_add_lp),
		.privilege = HV_PRIV_CPU_MANAGEMENT,
	}, {
		.code = HV_CALL_GET_SYSTEM_PROPERTY,
		.name = "get-system-property",
		.handler = call_get_system_property,
		.input_size = sizeof(struct hv_in_get_system_property),
		.output_size = sizeof(u64),
		.privilege = HV_PRIV_CPU_MANAGEMENT,
	}, {
		.code = HV_CALL_MAP_DEVICE_INTERRUPT,
		.name = "map-device-interrupt",
		.handler = call_map_device_interrupt,
		.input_size = sizeof(struct hv_in_map_interrupt),
		.output_size = sizeof(struct hv_out_map_interrupt),
		.flags = CALL_VARHEAD,
		.privilege = HV_PRIV_CPU_MANAGEMENT,
	}, {
		.code = HV_CALL_UNMAP_DEVICE_INTERRUPT,
		.name = "unmap-device-interrupt",
		.handler = call_unmap_device_interrupt,
		.input_size = sizeof(struct hv_in_unmap_interrupt),
		.privilege = HV_PRIV_CPU_MANAGEMENT,
	}, {
		.code = HV_CALL_ENTER_SLEEP_STATE,
		.name = "enter-sleep-state",
		.handler = call_enter_sleep_state,
		.input_size = sizeof(struct hv_in_sleep_state),
		.privilege = HV_PRIV_CPU_MANAGEMENT,
	}, {
		.code = HV_CALL_NOTIFY_PARTITION_EVENT,
		.name = "notify-partition-event",
		.handler = call_notify_partition_event,
		.input_size = sizeof(struct hv_in_notify_event),
		.privilege = HV_PRIV_CPU_MANAGEMENT,
	}, {
		.code = HV_CALL_NOTIFY_PORT_RING_EMPTY,
		.name = "notify-port-ring-empty",
		.handler = call_notify_port_ring_empty,
		.input_size = sizeof(struct hv_in_notify_port_ring_empty),
		.privilege = HV_PRIV_CREATE_PORT,
	}, {
		.code = HV_CALL_CREATE_PORT,
		.name = "create-port",
		.handler = call_create_port,
		.input_size = sizeof(struct hv_in_create_port),
		.privilege = HV_PRIV_CREATE_PORT,
	}, {
		.code = HV_CALL_CONNECT_PORT,
		.name = "connect-port",
		.handler = call_connect_port,
		.input_size = sizeof(struct hv_in_connect_port),
		.privilege = HV_PRIV_CONNECT_PORT,
	}, {
		.code = HV_CALL_ASSERT_INTERRUPT,
		.name = "assert-virtual-interrupt",
		.handler = call_assert_interrupt,
		.input_size = sizeof(struct hv_in_assert_interrupt),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_GET_VP_INDEX_FROM_APIC_ID,
		.name = "get-vp-index-from-apic-id",
		.handler = call_get_vp_index_from_apic_id,
		.input_size = sizeof(struct hv_in_vp_from_apic_id),
		.rep_input_size = sizeof(u32),
		.rep_output_size = sizeof(u32),
		.flags = CALL_REP,
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_GET_PAGES_ACCESS_STATES,
		.name = "get-gpa-pages-access-states",
		.handler = call_get_access_states,
		.input_size = sizeof(struct hv_in_access_states),
		.rep_output_size = sizeof(u8),
		.flags = CALL_REP,
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_MAP_STATE_PAGE,
		.name = "map-vp-state-page",
		.handler = call_map_state_page,
		.input_size = sizeof(struct hv_in_map_state_page),
		.output_size = sizeof(u64),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_UNMAP_STATE_PAGE,
		.name = "unmap-vp-state-page",
		.handler = call_unmap_state_page,
		.input_size = sizeof(struct hv_in_unmap_state_page),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_REGISTER_RESULT,
		.name = "register-intercept-result",
		.handler = call_register_result,
		.input_size = HV_IN_INTERCEPT_RESULT_SIZE,
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_GET_VP_STATE,
		.name = "get-vp-state",
		.handler = call_get_vp_state,
		.input_size = sizeof(struct hv_in_state),
		.output_size = sizeof(struct hv_timers_state),
		.flags = CALL_VARHEAD,
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_SET_VP_STATE,
		.name = "set-vp-state",
		.handler = call_set_vp_state,
		.input_size = sizeof(struct hv_in_state),
		.flags = CALL_VARHEAD,
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_GET_CPUID_VALUES,
		.name = "get-vp-cpuid-values",
		.handler = call_get_cpuid_values,
		.input_size = sizeof(struct hv_in_cpuid_values),
		.rep_input_size = sizeof(struct hv_cpuid_leaf),
		.rep_output_size = sizeof(struct hv_value),
		.flags = CALL_REP,
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_SIGNAL_EVENT_DIRECT,
		.name = "signal-event-direct",
		.handler = call_signal_event,
		.input_size = sizeof(struct hv_in_signal_event),
		.output_size = sizeof(struct hv_out_signal_event),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_POST_MESSAGE_DIRECT,
		.name = "post-message-direct",
		.handler = call_post_message,
		.input_size = sizeof(struct hv_in_post_message),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_DISPATCH_VP,
		.name = "dispatch-vp",
		.handler = call_dispatch_vp,
		.input_size = sizeof(struct hv_in_dispatch),
		.output_size = sizeof(struct hv_out_dispatch),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_GET_PARTITION_PROPERTY_EX,
		.name = "get-partition-property-ex",
		.handler = call_get_partition_property_ex,
		.input_size = sizeof(struct hv_in_partition_property_ex),
		.output_size = sizeof(struct hv_vmm_capabilities),
		.privilege = HV_PRIV_CREATE_PARTITIONS,
	}, {
		.code = HV_CALL_MAP_STATS_PAGE2,
		.name = "map-stats-page2",
		.handler = call_map_stats_page2,
		.input_size = sizeof(struct hv_in_stats_page2),
		.privilege = HV_PRIV_STATS,
	},
};

static const struct hypercall_def *find_call(u16 code)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		if (calls[i].code == code)
			return &calls[i];
	return NULL;
}

static enum hv_status check_address(u64 gpa, u32 size)
{
	if (!size)
		return HV_STATUS_SUCCESS;
	if (gpa % sizeof(u64) || gpa % PAGE_SIZE + size > PAGE_SIZE)
		return HV_STATUS_INVALID_ALIGNMENT;
	if (!parent_owns(gpa, size))
		return HV_STATUS_INVALID_PARAMETER;
	return HV_STATUS_SUCCESS;
}

static enum hv_status fetch_input(const struct hypercall_def *def,
				  struct hypercall *call, u64 control)
{
	const struct gprs *regs = &call->vp->regs;
	u32 in = hypercall_input(def, call), out = hypercall_output(def, call);
	enum hv_status status;

	if (control & HV_CONTROL_FAST) {
		memcpy(call->input, &regs->rdx, sizeof(u64));
		memcpy(call->input + sizeof(u64), &regs->r8, sizeof(u64));
		return HV_STATUS_SUCCESS;
	}

	status = check_address(regs->rdx, in);
	if (!status)
		status = check_address(regs->r8, out);
	if (status)
		return status;
	memcpy(call->input, (void *)regs->rdx, in);
	memset(call->output, 0, out);
	return HV_STATUS_SUCCESS;
}

static void store_output(const struct hypercall_def *def,
			 const struct hypercall *call, enum hv_status status)
{
	u32 skip = def->rep_output_size * call->rep_start;
	u32 end = def->rep_output_size * call->reps_done;

	if (!status)
		end += def->output_size;
	if (end > skip)
		memcpy((void *)call->vp->regs.r8 + skip, call->output + skip,
		       end - skip);
}

static enum hv_status do_call(const struct hypercall_def *def,
			      struct hypercall *call, u64 control)
{
	enum hv_status status;

	status = hypercall_check(def, call, control);
	if (status)
		return status;
	if (def->privilege & ~call->vp->partition->privileges)
		return HV_STATUS_ACCESS_DENIED;
	status = fetch_input(def, call, control);
	if (status)
		return status;

	status = def->handler(call);
	store_output(def, call, status);
	return status;
}

static bool caller_may_call(const struct vp *vp)
{
	const struct vmcb *vmcb = vp->vmcb;

	return !vmcb->cpl && (vmcb->efer & EFER_LMA) &&
	       (vmcb->cs.attributes & SEG_CODE64_LONG) &&
	       (vp->partition->hypercall & HV_OVERLAY_ENABLE);
}

/* For the log: the first eight bytes of input, however bad the call is */
static u64 first_input(const struct gprs *regs)
{
	if (regs->rcx & HV_CONTROL_FAST)
		return regs->rdx;
	if (!regs->rdx || check_address(regs->rdx, sizeof(u64)))
		return 0;
	return *(u64 *)regs->rdx;
}

/**
 * exit_vmmcall() - Do a hypercall
 * @vp: whose
 *
 * Only the kernel of a 64-bit system that enabled its hypercall page may call;
 * for anybody else the instruction does not exist.
 */
void exit_vmmcall(struct vp *vp)
{
	u64 control = vp->regs.rcx;
	u16 code = HV_CONTROL_CODE(control), injected;
	const struct hypercall_def *def;
	struct hypercall call = {
		.vp = vp,
		.input = vp->cpu->input,
		.output = vp->cpu->output,
		.varhead = HV_CONTROL_VARHEAD(control) * sizeof(u64),
		.rep_start = HV_CONTROL_REP_START(control),
		.rep_count = HV_CONTROL_REP_COUNT(control),
		.reps_done = HV_CONTROL_REP_START(control),
	};
	enum hv_status status;
	u64 input;

	if (!caller_may_call(vp)) {
		vmcb_inject_ud(vp->vmcb);
		return;
	}
	input = first_input(&vp->regs);

	def = find_call(code);
	if (fault_hits(code, &injected))
		status = injected;
	else if (!def)
		status = HV_STATUS_INVALID_CODE;
	else
		status = do_call(def, &call, control);

	calllog_record(vp, code, input, status);
	vp->vmcb->rax = status;
	if (def && (def->flags & CALL_REP))
		vp->vmcb->rax |= (u64)call.reps_done << HV_RESULT_REPS_SHIFT;
	vp->vmcb->rip += VMMCALL_LENGTH;
}

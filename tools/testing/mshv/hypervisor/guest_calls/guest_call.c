// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls of children: a table, and the calling convention around it.
 *
 * A child may make a call if the parent has given it the synthetic feature for it.
 * The input is in its memory, which may not be there at the moment: then the
 * parent is told, as of any access, and the call is made again when it is there.
 */
#include "guest_call.h"
#include "tlfs_synthetic.h"

#define CPL_MASK		3
#define VMMCALL_LENGTH		3

static const struct hypercall_def calls[] = {
	{
		.code = HV_GUEST_CALL_FLUSH_SPACE,
		.handler = guest_flush_space,
		.input_size = sizeof(struct hv_in_flush),
		.privilege = HV_SYNTHETIC_FLUSH,
	}, {
		.code = HV_GUEST_CALL_FLUSH_LIST,
		.handler = guest_flush_list,
		.input_size = sizeof(struct hv_in_flush),
		.rep_input_size = sizeof(u64),
		.flags = CALL_REP,
		.privilege = HV_SYNTHETIC_FLUSH,
	}, {
		.code = HV_GUEST_CALL_LONG_SPIN_WAIT,
		.handler = guest_long_spin_wait,
		.input_size = sizeof(struct hv_in_long_spin_wait),
		.privilege = HV_SYNTHETIC_LONG_SPIN_WAIT,
	}, {
		.code = HV_GUEST_CALL_SEND_IPI,
		.handler = guest_send_ipi,
		.input_size = sizeof(struct hv_in_send_ipi),
		.privilege = HV_SYNTHETIC_CLUSTER_IPI,
	}, {
		.code = HV_GUEST_CALL_FLUSH_SPACE_EX,
		.handler = guest_flush_space_ex,
		.input_size = sizeof(struct hv_in_flush_ex),
		.flags = CALL_VARHEAD,
		.privilege = HV_SYNTHETIC_FLUSH | HV_SYNTHETIC_EXTENDED_MASKS,
	}, {
		.code = HV_GUEST_CALL_FLUSH_LIST_EX,
		.handler = guest_flush_list_ex,
		.input_size = sizeof(struct hv_in_flush_ex),
		.rep_input_size = sizeof(u64),
		.flags = CALL_REP | CALL_VARHEAD,
		.privilege = HV_SYNTHETIC_FLUSH | HV_SYNTHETIC_EXTENDED_MASKS,
	}, {
		.code = HV_GUEST_CALL_SEND_IPI_EX,
		.handler = guest_send_ipi_ex,
		.input_size = sizeof(struct hv_in_send_ipi_ex),
		.flags = CALL_VARHEAD,
		.privilege = HV_SYNTHETIC_CLUSTER_IPI |
			     HV_SYNTHETIC_EXTENDED_MASKS,
	}, {
		.code = HV_GUEST_CALL_POST_MESSAGE,
		.handler = guest_post_message,
		.input_size = sizeof(struct hv_in_guest_message),
		.privilege = HV_SYNTHETIC_SIGNAL_EVENTS,
	}, {
		.code = HV_GUEST_CALL_SIGNAL_EVENT,
		.handler = guest_signal_event,
		.input_size = sizeof(struct hv_in_guest_event),
		.privilege = HV_SYNTHETIC_SIGNAL_EVENTS,
	},
};

/* Where the convention has them, which depends on the mode of the processor */
struct arguments {
	u64 control;
	u64 input[2];		/* or an address in the first one */
};

static bool is_64bit(const struct child_vp *vp)
{
	return (vp->vmcb->efer & EFER_LMA) &&
	       (vp->vmcb->cs.attributes & SEG_CODE64_LONG);
}

static u64 pair(u64 high, u64 low)
{
	return high << 32 | (u32)low;
}

static struct arguments read_arguments(const struct child_vp *vp)
{
	const struct gprs *regs = &vp->regs;

	if (is_64bit(vp))
		return (struct arguments) {
			regs->rcx, { regs->rdx, regs->r8 }
		};
	return (struct arguments) {
		pair(regs->rdx, vp->vmcb->rax),
		{ pair(regs->rbx, regs->rcx), pair(regs->rdi, regs->rsi) }
	};
}

static void write_result(struct child_vp *vp, u64 result)
{
	vp->vmcb->rax = result;
	if (!is_64bit(vp)) {
		vp->vmcb->rax = (u32)result;
		vp->regs.rdx = result >> 32;
	}
	vp->vmcb->rip += VMMCALL_LENGTH;
	vp->vmcb->interrupt_shadow = 0;
}

/* Returns false when the guest could not read it either. */
static bool read_memory(const struct child_vp *vp, u64 gpa, void *to, u32 size)
{
	struct npt_page page;
	bool readable;

	spin_lock(&children_lock);
	page = child_npt_lookup(vp->child, gpa);
	readable = page.mapped && (page.access & NPT_READ) &&
		   !(page.access & NPT_NO_ACCESS);
	if (readable)
		memcpy(to, (void *)page.hpa, size);
	spin_unlock(&children_lock);
	return readable;
}

static enum hv_status check(const struct child_vp *vp,
			    const struct hypercall_def *def,
			    const struct hypercall *call,
			    const struct arguments *arguments)
{
	u64 gpa = arguments->input[0];
	u32 size = hypercall_input(def, call);
	enum hv_status status;

	status = hypercall_check(def, call, arguments->control);
	if (status)
		return status;
	if (def->privilege & ~vp->child->synthetic_features)
		return HV_STATUS_ACCESS_DENIED;
	if (!(arguments->control & HV_CONTROL_FAST) && size &&
	    (gpa % sizeof(u64) || gpa % PAGE_SIZE + size > PAGE_SIZE))
		return HV_STATUS_INVALID_ALIGNMENT;
	return HV_STATUS_SUCCESS;
}

/* Returns false when the guest has to wait for its memory. */
static bool fetch(struct child_vp *vp, const struct hypercall_def *def,
		  struct hypercall *call, const struct arguments *arguments)
{
	u32 size = hypercall_input(def, call);

	if (arguments->control & HV_CONTROL_FAST)
		memcpy(call->input, arguments->input, size);
	else if (size)
		return read_memory(vp, arguments->input[0], call->input, size);
	return true;
}

static enum run_result do_call(struct child_vp *vp,
			       const struct hypercall_def *def,
			       struct hypercall *call,
			       const struct arguments *arguments)
{
	enum hv_status status = check(vp, def, call, arguments);
	u64 result;

	if (!status) {
		if (!fetch(vp, def, call, arguments)) {
			intercept_gpa(vp, arguments->input[0], HV_ACCESS_READ);
			return RUN_INTERCEPT;
		}
		status = def->handler(call);
	}
	if (call->is_parents) {
		intercept_hypercall(vp);
		return RUN_INTERCEPT;
	}

	result = status;
	if (def->flags & CALL_REP)
		result |= (u64)call->reps_done << HV_RESULT_REPS_SHIFT;
	calllog_count_child(def->code, status);
	write_result(vp, result);
	return call->yields ? RUN_YIELDED : RUN_ON;
}

static enum run_result unknown_call(struct child_vp *vp)
{
	if (READ_ONCE(vp->child->intercepts[HV_INTERCEPT_HYPERCALL])) {
		intercept_hypercall(vp);
		return RUN_INTERCEPT;
	}
	write_result(vp, HV_STATUS_INVALID_CODE);
	return RUN_ON;
}

/**
 * guest_may_call() - Is there such an instruction for a VP?
 * @vp: the VP that has just left guest mode for it
 *
 * Return: true for the kernel of a system that has enabled its hypercall page.
 */
bool guest_may_call(const struct child_vp *vp)
{
	return (vp->child->hypercall.msr & HV_OVERLAY_ENABLE) &&
	       (vp->vmcb->cr0 & CR0_PE) && !(vp->vmcb->cpl & CPL_MASK);
}

/**
 * guest_call() - A child makes a hypercall
 * @vp: the VP that has just left guest mode for it, and may
 *
 * Return: what to do with the VP next.
 */
enum run_result guest_call(struct child_vp *vp)
{
	const struct arguments arguments = read_arguments(vp);
	u64 control = arguments.control;
	struct hypercall call = {
		.caller = vp,
		.input = vp->cpu->guest_input,
		.varhead = HV_CONTROL_VARHEAD(control) * sizeof(u64),
		.rep_start = HV_CONTROL_REP_START(control),
		.rep_count = HV_CONTROL_REP_COUNT(control),
		.reps_done = HV_CONTROL_REP_START(control),
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		if (calls[i].code == HV_CONTROL_CODE(control))
			return do_call(vp, &calls[i], &call, &arguments);
	return unknown_call(vp);
}

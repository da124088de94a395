// SPDX-License-Identifier: GPL-2.0-only
/*
 * HvCallDispatchVp: where the parent schedules, it lends the calling processor to
 * a VP of a child.
 */
#include "hypercall.h"
#include "run.h"
#include "tlfs_intercept.h"

static enum hv_status answer(struct hv_out_dispatch *out, u32 state, u32 event)
{
	out->state = state;
	out->event = event;
	return HV_STATUS_SUCCESS;
}

/* Returns HV_STATUS_SUCCESS with children_lock held. */
static enum hv_status get_vp(const struct hv_in_dispatch *in,
			     struct child_vp **vp)
{
	struct child *child;
	enum hv_status status = child_get_active(in->partition_id, &child);

	if (status)
		return status;
	*vp = child_vp_find(in->partition_id, in->vp_index);
	if (!*vp)
		status = HV_STATUS_INVALID_VP_INDEX;
	else if ((*vp)->activity == CHILD_VP_RUNNING)
		status = HV_STATUS_INVALID_VP_STATE;
	if (status)
		spin_unlock(&children_lock);
	return status;
}

/* Returns true when the VP can be run; otherwise @out is the answer. */
static bool may_run(const struct hv_in_dispatch *in, struct child_vp *vp,
		    struct hv_out_dispatch *out)
{
	/* The parent says it once, whatever comes of this dispatch. */
	if (in->flags & HV_DISPATCH_CLEAR_INTERCEPT_SUSPEND)
		vp->intercept_suspend = false;
	/* Somebody works on the VP: the parent tries again. */
	if (vp->stop) {
		answer(out, HV_DISPATCH_STATE_READY, HV_DISPATCH_EVENT_NONE);
		return false;
	}
	if (in->flags & HV_DISPATCH_SCAN_INTERRUPTS)
		interrupts_scan(vp);

	if (child_has_apic(vp->child))
		interrupts_settle(vp);

	if (vp->explicit_suspend || vp->dispatch_suspend) {
		schedule_block(vp);
		answer(out, HV_DISPATCH_STATE_BLOCKED,
		       HV_DISPATCH_EVENT_SUSPEND);
		return false;
	}
	if (vp->intercept_suspend) {
		answer(out, HV_DISPATCH_STATE_READY,
		       HV_DISPATCH_EVENT_INTERCEPT);
		return false;
	}
	if (interrupts_awaited(vp) || vp->child->time_freeze) {
		schedule_block(vp);
		answer(out, HV_DISPATCH_STATE_BLOCKED, HV_DISPATCH_EVENT_NONE);
		return false;
	}
	return true;
}

static void after_run(struct child_vp *vp, enum run_result result,
		      struct hv_out_dispatch *out)
{
	vp->activity = CHILD_VP_IDLE;
	vp->cpu = NULL;
	switch (result) {
	case RUN_INTERCEPT:
		answer(out, HV_DISPATCH_STATE_READY,
		       HV_DISPATCH_EVENT_INTERCEPT);
		break;
	case RUN_HALTED:
		/* Something may have come in since it was looked at. */
		interrupts_settle(vp);
		if (interrupts_awaited(vp)) {
			schedule_block(vp);
			answer(out, HV_DISPATCH_STATE_BLOCKED,
			       HV_DISPATCH_EVENT_NONE);
			break;
		}
		answer(out, HV_DISPATCH_STATE_READY, HV_DISPATCH_EVENT_NONE);
		break;
	default:
		answer(out, HV_DISPATCH_STATE_READY, HV_DISPATCH_EVENT_NONE);
	}
}

static u64 deadline_of(u64 time_slice)
{
	u64 ticks_per_unit = clock_tsc_hz() / HV_REFERENCE_HZ;

	if (!time_slice || time_slice > HV_REFERENCE_HZ)
		return RUN_NO_DEADLINE;
	return read_tsc() + time_slice * ticks_per_unit;
}

/**
 * call_dispatch_vp() - HvCallDispatchVp
 * @call: the call
 *
 * Runs the VP until it has an intercept, or blocks, or the parent has an
 * interrupt, or the time slice is over. A slice of more than a second is none.
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_ACCESS_DENIED (the hypervisor schedules),
 * HV_STATUS_INVALID_PARAMETER (unknown flag), HV_STATUS_INVALID_PARTITION_ID,
 * HV_STATUS_INVALID_PARTITION_STATE, HV_STATUS_INVALID_VP_INDEX, or
 * HV_STATUS_INVALID_VP_STATE (it runs on another processor).
 */
enum hv_status call_dispatch_vp(struct hypercall *call)
{
	const struct hv_in_dispatch *in = call->input;
	struct hv_out_dispatch *out = call->output;
	struct cpu *cpu = call->vp->cpu;
	enum run_result result;
	enum hv_status status;
	struct child_vp *vp;
	bool may;

	if (!schedule_by_parent())
		return HV_STATUS_ACCESS_DENIED;
	if (in->flags & ~HV_DISPATCH_FLAGS)
		return HV_STATUS_INVALID_PARAMETER;

	status = get_vp(in, &vp);
	if (status)
		return status;
	may = may_run(in, vp, out);
	if (may)
		schedule_claim(cpu, vp);
	spin_unlock(&children_lock);
	if (!may)
		return HV_STATUS_SUCCESS;

	result = run_child(cpu, vp, deadline_of(in->time_slice));

	spin_lock(&children_lock);
	after_run(vp, result, out);
	spin_unlock(&children_lock);
	return HV_STATUS_SUCCESS;
}

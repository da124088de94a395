// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers that say whether a VP may run, and what is to be delivered to it when
 * it does.
 */
#include "child_registers.h"
#include "tlfs_interrupt.h"

#define SUSPENDED		BIT(0)

static bool *suspend_register(const struct access *a)
{
	switch (a->name) {
	case HV_REGISTER_EXPLICIT_SUSPEND:
		return &a->vp->explicit_suspend;
	case HV_REGISTER_INTERCEPT_SUSPEND:
		return &a->vp->intercept_suspend;
	default:
		return &a->vp->dispatch_suspend;
	}
}

static void get_suspend(const struct access *a, struct hv_value *value)
{
	value->low = *suspend_register(a);
}

static bool set_suspend(const struct access *a, const struct hv_value *value)
{
	if (value->low & ~SUSPENDED)
		return false;
	*suspend_register(a) = value->low;
	return true;
}

static void get_activity(const struct access *a, struct hv_value *value)
{
	if (a->vp->startup_suspend)
		value->low |= HV_ACTIVITY_STARTUP;
	if (a->vp->halted)
		value->low |= HV_ACTIVITY_HALTED;
	if (a->vp->idle)
		value->low |= HV_ACTIVITY_IDLE;
}

static bool set_activity(const struct access *a, const struct hv_value *value)
{
	if (value->low & ~(HV_ACTIVITY_STARTUP | HV_ACTIVITY_HALTED |
			   HV_ACTIVITY_IDLE))
		return false;
	a->vp->startup_suspend = value->low & HV_ACTIVITY_STARTUP;
	a->vp->halted = value->low & HV_ACTIVITY_HALTED;
	a->vp->idle = value->low & HV_ACTIVITY_IDLE;
	return true;
}

static void get_pending(const struct access *a, struct hv_value *value)
{
	value->low = child_pending_get(a->vp);
}

static bool set_pending(const struct access *a, const struct hv_value *value)
{
	return child_pending_set(a->vp, value->low);
}

static void get_interrupt_state(const struct access *a, struct hv_value *value)
{
	value->low = child_interrupt_state_get(a->vp);
}

static bool set_interrupt_state(const struct access *a,
				const struct hv_value *value)
{
	if (value->low & ~(HV_INTERRUPT_SHADOW | HV_NMI_MASKED))
		return false;
	a->vp->vmcb->interrupt_shadow = value->low & HV_INTERRUPT_SHADOW;
	a->vp->nmi_masked = value->low & HV_NMI_MASKED;
	return true;
}

/* An interrupt from outside is pending where the local APIC has its requests. */
static void get_event(const struct access *a, struct hv_value *value)
{
	u32 requests = READ_ONCE(a->vp->apic.requests);

	*value = a->vp->pending_event;
	if (!(value->low & HV_EVENT_PENDING) && (requests & APIC_REQUEST_EXTINT))
		value->low = HV_EVENT_PENDING |
			     HV_EVENT_EXTINT << HV_EVENT_TYPE_SHIFT |
			     requests >> APIC_REQUEST_EXTINT_SHIFT <<
			     HV_EVENT_EXTINT_SHIFT;
}

static bool set_exception(struct child_vp *vp, const struct hv_value *value)
{
	u64 vector = HV_EVENT_VECTOR(value->low);

	if ((value->low & HV_EVENT_EXCEPTION_RESERVED) || vector > 31 ||
	    vector == VECTOR_NMI)
		return false;
	vp->pending_event = *value;
	return true;
}

static bool set_extint(struct child_vp *vp, const struct hv_value *value)
{
	const struct apic_interrupt interrupt = {
		.mode = HV_INTERRUPT_EXTINT,
		.vector = HV_EVENT_EXTINT_VECTOR(value->low),
	};

	if ((value->low & HV_EVENT_EXTINT_RESERVED) || value->high ||
	    !child_has_apic(vp->child))
		return false;
	child_apic_accept(vp, &interrupt);
	return true;
}

/* Whatever was pending is not any more. */
static void forget_events(struct child_vp *vp)
{
	vp->pending_event = (struct hv_value) { 0, 0 };
	__atomic_and_fetch(&vp->apic.requests, ~(u32)APIC_REQUEST_EXTINT,
			   __ATOMIC_SEQ_CST);
}

static bool set_event(const struct access *a, const struct hv_value *value)
{
	bool pending = value->low & HV_EVENT_PENDING;
	u64 type = HV_EVENT_TYPE(value->low);

	if (pending && type != HV_EVENT_EXCEPTION && type != HV_EVENT_EXTINT)
		return false;
	forget_events(a->vp);
	if (!pending)
		return true;
	return type == HV_EVENT_EXTINT ? set_extint(a->vp, value) :
					 set_exception(a->vp, value);
}

/* Nothing of what the hypervisor does needs a second event. */
static void get_event1(const struct access *a, struct hv_value *value)
{
}

static bool set_event1(const struct access *a, const struct hv_value *value)
{
	return !(value->low & HV_EVENT_PENDING);
}

static void get_deliverability(const struct access *a, struct hv_value *value)
{
	value->low = a->vp->deliverability;
}

static bool set_deliverability(const struct access *a,
			       const struct hv_value *value)
{
	if (value->low & ~HV_DELIVERABILITY_DEFINED)
		return false;
	a->vp->deliverability = value->low;
	return true;
}

const struct register_range child_event_registers[] = {
	{ HV_REGISTER_EXPLICIT_SUSPEND, HV_REGISTER_INTERCEPT_SUSPEND,
	  get_suspend, set_suspend },
	{ HV_REGISTER_DISPATCH_SUSPEND, HV_REGISTER_DISPATCH_SUSPEND,
	  get_suspend, set_suspend },
	{ HV_REGISTER_INTERNAL_ACTIVITY, HV_REGISTER_INTERNAL_ACTIVITY,
	  get_activity, set_activity },
	{ HV_REGISTER_PENDING_INTERRUPTION, HV_REGISTER_PENDING_INTERRUPTION,
	  get_pending, set_pending },
	{ HV_REGISTER_INTERRUPT_STATE, HV_REGISTER_INTERRUPT_STATE,
	  get_interrupt_state, set_interrupt_state },
	{ HV_REGISTER_PENDING_EVENT0, HV_REGISTER_PENDING_EVENT0,
	  get_event, set_event },
	{ HV_REGISTER_PENDING_EVENT1, HV_REGISTER_PENDING_EVENT1,
	  get_event1, set_event1 },
	{ HV_REGISTER_DELIVERABILITY, HV_REGISTER_DELIVERABILITY,
	  get_deliverability, set_deliverability },
};

const u32 child_num_event_registers = ARRAY_SIZE(child_event_registers);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A local APIC as a whole, for a parent that saves it. Registers are as the guest
 * would read them.
 */
#include "child.h"

COMPILE_ASSERT(sizeof(struct hv_apic_state) == 176);

#define EXCEPTIONS	(BIT(APIC_FIRST_VECTOR) - 1)

static u32 read(struct child_vp *vp, u32 reg)
{
	u64 value = 0;

	child_apic_read(vp, reg, &value);
	return value;
}

/**
 * child_apic_get_state() - Read a local APIC
 * @vp: whose
 * @state: zeroed
 */
void child_apic_get_state(struct child_vp *vp, struct hv_apic_state *state)
{
	u32 i;

	*state = (struct hv_apic_state) {
		.id = read(vp, APIC_ID),
		.version = read(vp, APIC_VERSION),
		.ldr = read(vp, APIC_LDR),
		.dfr = vp->apic.dfr,
		.spurious = vp->apic.svr,
		.esr = vp->apic.esr,
		.icr_high = vp->apic.icr >> 32,
		.icr_low = vp->apic.icr,
		.error_status = READ_ONCE(vp->apic.errors),
		.timer_initial = read(vp, APIC_TIMER_INITIAL),
		.timer_current = read(vp, APIC_TIMER_CURRENT),
		.timer_divide = read(vp, APIC_TIMER_DIVIDE),
	};
	for (i = 0; i < APIC_WORDS; i++) {
		state->isr[i] = vp->apic.isr[i];
		state->tmr[i] = READ_ONCE(vp->apic.tmr[i]);
		state->irr[i] = READ_ONCE(vp->apic.irr[i]);
	}
	memcpy(state->lvt, vp->apic.lvt, sizeof(state->lvt));
}

static bool valid(struct child_vp *vp, const struct hv_apic_state *state)
{
	return state->id == read(vp, APIC_ID) &&
	       state->version == read(vp, APIC_VERSION) &&
	       !((state->isr[0] | state->irr[0] | state->tmr[0]) & EXCEPTIONS) &&
	       !state->lvt_cmci && !state->remote_read;
}

/**
 * child_apic_set_state() - Write a local APIC
 * @vp: whose; in the same mode as when @state was read
 * @state: the state
 *
 * Nothing is sent, whatever the interrupt command is. A timer that runs goes on
 * from its current count.
 *
 * Return: false when there is no such state; a part may have been written.
 */
bool child_apic_set_state(struct child_vp *vp, const struct hv_apic_state *state)
{
	struct child_apic *apic = &vp->apic;
	u32 i;

	if (!valid(vp, state) ||
	    !child_apic_write(vp, APIC_SVR, state->spurious))
		return false;
	for (i = 0; i < APIC_NUM_LVTS; i++)
		if (!child_apic_write(vp, APIC_LVT_TIMER + i, state->lvt[i]))
			return false;
	apic->ldr = state->ldr;
	apic->dfr = state->dfr;
	apic->esr = state->esr;
	apic->errors = state->error_status;
	apic->icr = (u64)state->icr_high << 32 | state->icr_low;
	for (i = 0; i < APIC_WORDS; i++) {
		apic->isr[i] = state->isr[i];
		WRITE_ONCE(apic->tmr[i], state->tmr[i]);
		WRITE_ONCE(apic->irr[i], state->irr[i]);
	}
	return child_apic_timer_restore(vp, state->timer_initial,
					state->timer_current,
					state->timer_divide);
}

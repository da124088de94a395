// SPDX-License-Identifier: GPL-2.0-only
/*
 * The synthetic APIC registers. The local APIC is physically the parent's, so
 * end of interrupt, task priority and ordinary interrupts go straight to it;
 * but INIT and SIPI decide what a VP of the parent does.
 *
 * Invariants:
 * - A VP's state changes under apic_lock.
 * - Who waits for apic_lock parks when somebody else, holding it, waits for
 *   that VP to stop: two processors that INIT each other do not deadlock.
 */
#include "parent/parent_upcalls.h"
#include "hv.h"

#define STOP_PATIENCE_SECONDS	20

static struct spinlock apic_lock;

static void lock_apic(struct vp *vp)
{
	while (__atomic_exchange_n(&apic_lock.locked, 1, __ATOMIC_ACQUIRE)) {
		if (vp_must_stop(vp))
			cpu_park(vp->cpu);
		cpu_relax();
	}
}

static void stop_vp(struct vp *target)
{
	u64 start = read_tsc(), patience = clock_tsc_hz() * STOP_PATIENCE_SECONDS;

	WRITE_ONCE(target->stop, 1);
	if (!READ_ONCE(target->cpu->parked))
		cpu_kick(target->cpu);
	while (!READ_ONCE(target->cpu->parked)) {
		if (read_tsc() - start > patience)
			end_of_run(END_HYPERVISOR, "VP %u does not stop",
				   target->index);
		cpu_relax();
	}
	WRITE_ONCE(target->stop, 0);
}

/* Does not return when the sender means itself. */
static void init_vp(struct vp *sender, struct vp *target)
{
	if (target->state == VP_ABSENT)
		return;
	if (!target->index)
		end_of_run(END_TRIPLE_FAULT, "INIT of the boot processor");

	if (target == sender) {
		WRITE_ONCE(target->state, VP_WAIT_SIPI);
		spin_unlock(&apic_lock);
		cpu_park(target->cpu);
	} else if (target->state != VP_WAIT_SIPI) {
		stop_vp(target);
		WRITE_ONCE(target->state, VP_WAIT_SIPI);
		cpu_send_init(target->cpu);
	} else if (READ_ONCE(target->cpu->parked)) {
		cpu_send_init(target->cpu);
	}
}

/* A VP that runs already ignores the second SIPI of the usual sequence. */
static void start_vp(struct vp *target, u32 vector)
{
	if (target->state != VP_WAIT_SIPI)
		return;

	if (READ_ONCE(target->cpu->parked))
		cpu_send_init(target->cpu);
	vmcb_reset(target, vector);
	parent_upcalls.reset_doorbells(target);
	WRITE_ONCE(target->state, VP_RUNNING);
	cpu_send_startup(target->cpu);
}

static bool is_addressed(struct vp *sender, struct vp *target, u64 icr)
{
	switch (icr >> ICR_SHORTHAND_SHIFT & ICR_SHORTHAND_MASK) {
	case 0:
		return target->cpu->apic_id == icr >> 56;
	case ICR_TO_ALL:
		return true;
	case ICR_TO_OTHERS:
		return target != sender;
	}
	return target == sender;
}

/* The sender is always last, see init_vp(). */
static void send_init_or_sipi(struct vp *vp, u64 icr, bool init)
{
	struct partition *partition = vp->partition;
	u32 i;

	lock_apic(vp);
	for (i = 1; i <= partition->num_vps; i++) {
		u32 index = (vp->index + i) % partition->num_vps;
		struct vp *target = &partition->vps[index];

		if (!is_addressed(vp, target, icr))
			continue;
		if (init)
			init_vp(vp, target);
		else
			start_vp(target, icr & ICR_VECTOR_MASK);
	}
	spin_unlock(&apic_lock);
}

static void write_icr(struct vp *vp, u64 icr)
{
	u32 mode = icr >> ICR_MODE_SHIFT & ICR_MODE_MASK;

	if (mode != ICR_MODE_INIT && mode != ICR_MODE_SIPI) {
		while (lapic_read(LAPIC_ICR_LOW) & ICR_BUSY)
			cpu_relax();
		lapic_write(LAPIC_ICR_HIGH, icr >> 32);
		lapic_write(LAPIC_ICR_LOW, icr);
		return;
	}

	/* The de-assertion that ends an INIT means nothing since the Pentium 4. */
	if (mode == ICR_MODE_INIT && (icr & ICR_LEVEL) && !(icr & ICR_ASSERT))
		return;
	send_init_or_sipi(vp, icr, mode == ICR_MODE_INIT);
}

/**
 * apic_vp_died() - A VP halted with interrupts off
 * @vp: the VP, on its own processor
 *
 * Does not return. When it was the last that ran, nothing can ever happen
 * again and the run ends.
 */
void apic_vp_died(struct vp *vp)
{
	struct partition *partition = vp->partition;
	bool anyone = false;
	u32 i;

	lock_apic(vp);
	WRITE_ONCE(vp->state, VP_DEAD);
	for (i = 0; i < partition->num_vps; i++)
		if (partition->vps[i].state == VP_RUNNING)
			anyone = true;
	spin_unlock(&apic_lock);

	if (!anyone)
		end_of_run(END_HALTED,
			   "every processor is halted with interrupts off");
	cpu_park(vp->cpu);
}

/**
 * apic_create_vp() - Make a VP of the root partition ready for INIT and SIPI
 * @vp: the VP that asks
 * @target: a VP in state VP_ABSENT
 *
 * Return: false when it exists already.
 */
bool apic_create_vp(struct vp *vp, struct vp *target)
{
	bool absent;

	lock_apic(vp);
	absent = target->state == VP_ABSENT;
	if (absent)
		WRITE_ONCE(target->state, VP_WAIT_SIPI);
	spin_unlock(&apic_lock);
	return absent;
}

/**
 * apic_read() - Read a synthetic APIC register
 * @vp: whose
 * @msr: HV_MSR_EOI to HV_MSR_TPR
 * @value: set to its value
 *
 * Return: false for EOI, which cannot be read.
 */
bool apic_read(struct vp *vp, u32 msr, u64 *value)
{
	switch (msr) {
	case HV_MSR_ICR:
		*value = (u64)lapic_read(LAPIC_ICR_HIGH) << 32 |
			 lapic_read(LAPIC_ICR_LOW);
		return true;
	case HV_MSR_TPR:
		*value = lapic_read(LAPIC_TPR);
		return true;
	}
	return false;
}

/**
 * apic_write() - Write a synthetic APIC register
 * @vp: whose
 * @msr: HV_MSR_EOI to HV_MSR_TPR
 * @value: new value
 *
 * Return: false when it does not accept the value.
 */
bool apic_write(struct vp *vp, u32 msr, u64 value)
{
	switch (msr) {
	case HV_MSR_EOI:
		lapic_write(LAPIC_EOI, 0);
		return true;
	case HV_MSR_ICR:
		write_icr(vp, value);
		return true;
	case HV_MSR_TPR:
		if (value > 0xff)
			return false;
		lapic_write(LAPIC_TPR, value);
		return true;
	}
	return false;
}

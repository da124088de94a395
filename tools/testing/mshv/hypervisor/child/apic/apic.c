// SPDX-License-Identifier: GPL-2.0-only
/*
 * Local APICs of children: how interrupts are requested, taken and ended.
 */
#include "child/child_upcalls.h"
#include "child.h"
#include "tlfs_interrupt.h"

#define CLASS(vector)	((vector) >> 4)

static u32 word_of(u32 vector)
{
	return vector / 32;
}

static u32 bit_of(u32 vector)
{
	return 1U << vector % 32;
}

static void set_vector(u32 *words, u32 vector)
{
	__atomic_or_fetch(&words[word_of(vector)], bit_of(vector),
			  __ATOMIC_SEQ_CST);
}

static void clear_vector(u32 *words, u32 vector)
{
	__atomic_and_fetch(&words[word_of(vector)], ~bit_of(vector),
			   __ATOMIC_SEQ_CST);
}

static bool has_vector(const u32 *words, u32 vector)
{
	return READ_ONCE(words[word_of(vector)]) & bit_of(vector);
}

/* Returns -1 when there is none. */
static int highest(const u32 *words)
{
	int i;

	for (i = APIC_WORDS - 1; i >= 0; i--) {
		u32 word = READ_ONCE(words[i]);

		if (word)
			return i * 32 + 31 - __builtin_clz(word);
	}
	return -1;
}

/**
 * child_has_apic() - Does the hypervisor provide local APICs?
 * @child: to this partition
 *
 * Return: false when the parent does.
 */
bool child_has_apic(const struct child *child)
{
	return child->flags & HV_CREATE_LAPIC;
}

/**
 * child_apic_base() - The APIC base register
 * @vp: whose
 *
 * Return: its value.
 */
u64 child_apic_base(const struct child_vp *vp)
{
	return *child_msr((struct child_vp *)vp, MSR_APIC_BASE);
}

/**
 * child_apic_base_valid() - May the guest write this to the APIC base register?
 * @vp: whose
 * @value: new value
 *
 * The registers of the APIC stay where they are. Its modes can be had in a
 * certain order only: x2APIC comes from xAPIC, and ends by switching it off.
 *
 * Return: false where a processor would raise a general protection fault.
 */
bool child_apic_base_valid(struct child_vp *vp, u64 value)
{
	const u64 modes = APIC_BASE_X2APIC | APIC_BASE_ENABLE;
	u64 old = child_apic_base(vp);

	if (align_down(value, PAGE_SIZE) != LAPIC_BASE ||
	    ((value ^ old) & APIC_BASE_BSP))
		return false;
	switch (value & modes) {
	case APIC_BASE_X2APIC:
		return false;
	case APIC_BASE_X2APIC | APIC_BASE_ENABLE:
		return (vp->child->flags & HV_CREATE_X2APIC) &&
		       (old & APIC_BASE_ENABLE);
	case APIC_BASE_ENABLE:
		return !(old & APIC_BASE_X2APIC);
	}
	return true;
}

/**
 * child_apic_reset() - Put a local APIC into the state after INIT
 * @vp: whose
 *
 * What the parent still has to be told of stays.
 */
void child_apic_reset(struct child_vp *vp)
{
	struct child_apic *apic = &vp->apic;
	u32 eoi[APIC_WORDS];
	u32 i;

	memcpy(eoi, apic->eoi, sizeof(eoi));
	*apic = (struct child_apic) {
		.dfr = ~0U,
		.svr = 0xff,
		.timer_deadline = TIMER_NEVER,
	};
	memcpy(apic->eoi, eoi, sizeof(eoi));
	for (i = 0; i < APIC_NUM_LVTS; i++)
		apic->lvt[i] = APIC_LVT_MASKED;
	vp->cr8 = 0;
}

/**
 * child_apic_id() - The id of a local APIC
 * @vp: whose
 *
 * Return: the id.
 */
u32 child_apic_id(const struct child_vp *vp)
{
	return vp->index;
}

/**
 * child_apic_ldr() - The logical id of a local APIC
 * @vp: whose
 *
 * Return: the register as its mode has it; in x2APIC mode it follows from the
 * id.
 */
u32 child_apic_ldr(const struct child_vp *vp)
{
	u32 id = child_apic_id(vp);

	if (child_apic_base(vp) & APIC_BASE_X2APIC)
		return id / 16 << 16 | 1U << id % 16;
	return vp->apic.ldr;
}

/**
 * child_apic_tpr() - The task priority
 * @vp: whose
 *
 * CR8 is the upper half of the register, and may have changed since.
 *
 * Return: the register.
 */
u8 child_apic_tpr(const struct child_vp *vp)
{
	return CLASS(vp->apic.tpr) == vp->cr8 ? vp->apic.tpr : vp->cr8 << 4;
}

/**
 * child_apic_set_tpr() - Set the task priority
 * @vp: whose
 * @tpr: new value
 */
void child_apic_set_tpr(struct child_vp *vp, u8 tpr)
{
	vp->apic.tpr = tpr;
	vp->cr8 = CLASS(tpr);
}

/**
 * child_apic_ppr() - The processor priority
 * @vp: whose
 *
 * Return: the class of the interrupt in service, or the task priority if that is
 * not lower.
 */
u8 child_apic_ppr(const struct child_vp *vp)
{
	int in_service = highest(vp->apic.isr);
	u8 tpr = child_apic_tpr(vp);

	if (in_service >= 0 && CLASS(in_service) > CLASS(tpr))
		return CLASS(in_service) << 4;
	return tpr;
}

/**
 * child_apic_any() - Is an interrupt requested, be it masked or not?
 * @vp: whose
 *
 * Return: true when there is one.
 */
bool child_apic_any(const struct child_vp *vp)
{
	return highest(vp->apic.irr) >= 0;
}

/**
 * child_apic_next() - Which interrupt is to be taken?
 * @vp: whose
 *
 * Return: its vector, or -1 when there is none of sufficient priority.
 */
int child_apic_next(const struct child_vp *vp)
{
	int vector = highest(vp->apic.irr);

	if (vector < 0 || !(vp->apic.svr & APIC_SVR_ENABLE) ||
	    CLASS(vector) <= CLASS(child_apic_ppr(vp)))
		return -1;
	return vector;
}

/**
 * child_apic_offer() - The VP may take an interrupt
 * @vp: whose
 * @vector: one that child_apic_next() returned
 *
 * When the VP takes it is not known before it leaves guest mode. It is not
 * requested any more from now on, so that a request which comes after the VP has
 * taken it is another interrupt.
 */
void child_apic_offer(struct child_vp *vp, u8 vector)
{
	clear_vector(vp->apic.irr, vector);
}

/**
 * child_apic_offered() - Whether the VP has taken an interrupt
 * @vp: whose
 * @vector: what child_apic_offer() offered it
 * @taken: it did; otherwise the interrupt is requested again
 */
void child_apic_offered(struct child_vp *vp, u8 vector, bool taken)
{
	if (!taken)
		set_vector(vp->apic.irr, vector);
	else if (!child_synic_auto_eoi(vp, vector))
		vp->apic.isr[word_of(vector)] |= bit_of(vector);
}

/**
 * child_apic_eoi() - End the interrupt in service
 * @vp: whose
 *
 * The parent is told when it was level-triggered.
 */
void child_apic_eoi(struct child_vp *vp)
{
	struct child_apic *apic = &vp->apic;
	int vector = highest(apic->isr);

	if (vector < 0)
		return;
	apic->isr[word_of(vector)] &= ~bit_of(vector);
	if (!has_vector(apic->tmr, vector))
		return;

	set_vector(apic->eoi, vector);
	vp->eoi_message.type = HV_MESSAGE_APIC_EOI;
	vp->eoi_message.sender = vp->child->id;
	vp->eoi_message.payload[0] = (u64)vp;
	child_upcalls.post_message(&vp->eoi_message);
}

/**
 * child_apic_any_ended() - Is there an interrupt that the parent is to be told of?
 * @vp: whose
 *
 * Return: true when there is one, for child_apic_ended().
 */
bool child_apic_any_ended(const struct child_vp *vp)
{
	return highest(vp->apic.eoi) >= 0;
}

/**
 * child_apic_ended() - Take one of the interrupts that the parent is to be told of
 * @vp: whose; called while the message is delivered
 * @vector: set to its vector
 *
 * Return: true when there are more.
 */
bool child_apic_ended(struct child_vp *vp, u32 *vector)
{
	int ended = highest(vp->apic.eoi);

	*vector = ended;
	clear_vector(vp->apic.eoi, ended);
	return child_apic_any_ended(vp);
}

static void request(struct child_vp *vp, u32 what, u32 vector, u32 shift)
{
	struct child_apic *apic = &vp->apic;

	if (shift)
		__atomic_and_fetch(&apic->requests, ~(0xffU << shift),
				   __ATOMIC_SEQ_CST);
	__atomic_or_fetch(&apic->requests, what | vector << shift,
			  __ATOMIC_SEQ_CST);
}

static void accept_vector(struct child_vp *vp, u8 vector, bool level)
{
	struct child_apic *apic = &vp->apic;

	if (!(apic->svr & APIC_SVR_ENABLE))
		return;
	if (vector < APIC_FIRST_VECTOR) {
		__atomic_or_fetch(&apic->errors, APIC_ESR_RECEIVE_VECTOR,
				  __ATOMIC_SEQ_CST);
		return;
	}
	if (level)
		set_vector(apic->tmr, vector);
	else
		clear_vector(apic->tmr, vector);
	set_vector(apic->irr, vector);
}

/**
 * child_apic_accept() - An interrupt arrives at a local APIC
 * @vp: whose; it may run on another processor
 * @i: the interrupt
 *
 * An APIC that is switched off lets through what is not for it. There is no
 * system management mode, so SMI has no effect.
 *
 * Context: children_lock held.
 */
void child_apic_accept(struct child_vp *vp, const struct apic_interrupt *i)
{
	switch (i->mode) {
	case HV_INTERRUPT_FIXED:
	case HV_INTERRUPT_LOWEST_PRIORITY:
		accept_vector(vp, i->vector, i->level);
		break;
	case HV_INTERRUPT_NMI:
		request(vp, APIC_REQUEST_NMI, 0, 0);
		break;
	case HV_INTERRUPT_INIT:
		request(vp, APIC_REQUEST_INIT, 0, 0);
		break;
	case HV_INTERRUPT_SIPI:
		request(vp, APIC_REQUEST_SIPI, i->vector,
			APIC_REQUEST_SIPI_SHIFT);
		break;
	case HV_INTERRUPT_EXTINT:
		request(vp, APIC_REQUEST_EXTINT, i->vector,
			APIC_REQUEST_EXTINT_SHIFT);
		break;
	}
}

/**
 * child_apic_local() - An interrupt from a local source
 * @vp: whose; it may run on another processor
 * @lvt: APIC_LVT_*: what to do with it
 * @vector: from the interrupt controller at LINT0, see HV_INTERRUPT_EXTINT
 *
 * Context: children_lock held, or the VP is at hand.
 */
void child_apic_local(struct child_vp *vp, u32 lvt, u8 vector)
{
	u32 entry = vp->apic.lvt[lvt - APIC_LVT_TIMER];
	struct apic_interrupt i = {
		.mode = lvt == APIC_LVT_TIMER || lvt == APIC_LVT_ERROR ?
			HV_INTERRUPT_FIXED : APIC_LVT_MODE(entry),
		.vector = APIC_LVT_VECTOR(entry),
	};

	if (entry & APIC_LVT_MASKED)
		return;
	if (i.mode == HV_INTERRUPT_EXTINT)
		i.vector = vector;
	child_apic_accept(vp, &i);
}

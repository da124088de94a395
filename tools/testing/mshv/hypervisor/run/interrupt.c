// SPDX-License-Identifier: GPL-2.0-only
/*
 * What interrupts a VP of a child: before it enters guest mode it is given what
 * it can take, and afterwards it is seen what it took.
 *
 * A fixed interrupt is left to the processor as a virtual one, which it delivers
 * as soon as the guest's interrupt flag allows. The task priority is not left to
 * it: who writes CR8 while an interrupt is requested exits, so that the choice is
 * made anew.
 *
 * An interrupt is injected only where the parent does so. Emulated processors
 * note one that is injected when they enter guest mode, and may deliver it once
 * more if something makes them pause before they leave it. So a virtual interrupt
 * whose delivery made the VP leave guest mode is requested again.
 *
 * Where the parent provides the local APIC it injects by itself, and needs to
 * know when it can: HV_REGISTER_DELIVERABILITY.
 */
#include "run.h"
#include "intercept.h"
#include "tlfs_interrupt.h"

#define VECTOR_FIRST_EXTERNAL	32
#define MOV_CR8_LENGTH		4
#define REX_B			BIT(0)
#define REX_R			BIT(2)
#define OPCODE_HLT		0xf4

#define NO_SHADOWED_HLT		(~0UL)

static bool event_waits(const struct child_vp *vp)
{
	return vp->vmcb->inject_event & SVM_EVENT_VALID;
}

/* Of those, an interrupt */
static bool interrupt_waits(const struct child_vp *vp)
{
	return event_waits(vp) && !SVM_EVENT_TYPE(vp->vmcb->inject_event);
}

static bool interrupt_flag(const struct child_vp *vp)
{
	return vp->vmcb->rflags & RFLAGS_IF;
}

static bool interruptible(const struct child_vp *vp)
{
	return interrupt_flag(vp) && !(vp->vmcb->interrupt_shadow & 1) &&
	       !event_waits(vp);
}

/* What the outside interrupt controller has comes first. Returns -1 for none. */
static int next_vector(const struct child_vp *vp, bool *external)
{
	u32 requests = READ_ONCE(vp->apic.requests);

	*external = requests & APIC_REQUEST_EXTINT;
	if (*external)
		return requests >> APIC_REQUEST_EXTINT_SHIFT;
	return child_apic_next(vp);
}

static bool take_request(struct child_vp *vp, u32 what)
{
	return __atomic_fetch_and(&vp->apic.requests, ~what,
				  __ATOMIC_SEQ_CST) & what;
}

/*
 * INIT and SIPI. The boot processor does not wait for a SIPI. A VP that does
 * not wait for one ignores it.
 */
static void start_over(struct child_vp *vp)
{
	u32 requests = READ_ONCE(vp->apic.requests);

	if (take_request(vp, APIC_REQUEST_INIT)) {
		run_vmcb_reset(vp);
		child_apic_reset(vp);
		vp->halted = false;
		vp->idle = false;
		vp->nmi_masked = false;
		vp->startup_suspend = !(child_apic_base(vp) & APIC_BASE_BSP);
		requests = READ_ONCE(vp->apic.requests);
	}
	if (take_request(vp, APIC_REQUEST_SIPI) && vp->startup_suspend) {
		run_vmcb_start(vp, requests >> APIC_REQUEST_SIPI_SHIFT);
		vp->startup_suspend = false;
	}
}

static bool ends_halt(const struct child_vp *vp)
{
	bool external;

	if ((READ_ONCE(vp->apic.requests) & APIC_REQUEST_NMI) &&
	    !vp->nmi_masked)
		return true;
	return interrupt_flag(vp) && next_vector(vp, &external) >= 0;
}

static bool ends_idling(const struct child_vp *vp)
{
	return (READ_ONCE(vp->apic.requests) & (APIC_REQUEST_NMI |
						APIC_REQUEST_EXTINT)) ||
	       child_apic_any(vp);
}

/**
 * interrupts_settle() - Let requests start a VP over, and end its halt
 * @vp: a VP that is not in guest mode, at hand
 */
void interrupts_settle(struct child_vp *vp)
{
	if (READ_ONCE(vp->apic.requests) & (APIC_REQUEST_INIT |
					    APIC_REQUEST_SIPI))
		start_over(vp);
	if (vp->halted && ends_halt(vp))
		vp->halted = false;
	if (vp->idle && ends_idling(vp))
		vp->idle = false;
}

static bool waits(const struct child_vp *vp)
{
	return vp->startup_suspend || vp->halted || vp->idle;
}

/**
 * interrupts_awaited() - Does a VP wait until it is interrupted?
 * @vp: a VP that is not in guest mode, at hand
 *
 * What the parent is to hear of the VP it hears also while the VP waits.
 *
 * Return: whether there is no reason to run it before.
 */
bool interrupts_awaited(struct child_vp *vp)
{
	return waits(vp) && !child_synic_deliverable(vp);
}

static u64 *page_vectors(const struct child_vp *vp)
{
	struct hv_register_page *page = vp->state[HV_STATE_PAGE_REGISTERS].page;

	return page ? (u64 *)&page->vector_count : NULL;
}

/* Without a local APIC, one is delivered, if the guest can take it. */
static void scan_one(struct child_vp *vp, u64 *place)
{
	u64 old = READ_ONCE(*place), vector;
	u8 count = old;

	if (!count || count > HV_REGISTER_PAGE_VECTORS || !interruptible(vp))
		return;
	vector = old >> count * 8 & 0xff;
	if (!__atomic_compare_exchange_n(place, &old, old - 1, false,
					 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return;
	vp->vmcb->inject_event = SVM_EVENT_VALID | vector;
	vp->halted = false;
}

/**
 * interrupts_scan() - Take the interrupts that are on the page of registers
 * @vp: a VP that is about to be dispatched
 *
 * The parent adds to them at any time, with compare and exchange of all of them
 * at once. They are edge-triggered.
 *
 * Context: children_lock held.
 */
void interrupts_scan(struct child_vp *vp)
{
	u64 *place = page_vectors(vp), vectors;
	u32 i, count;

	if (!place)
		return;
	if (!child_has_apic(vp->child)) {
		scan_one(vp, place);
		return;
	}
	vectors = __atomic_exchange_n(place, 0, __ATOMIC_SEQ_CST);
	count = vectors & 0xff;
	for (i = 1; i <= count && i <= HV_REGISTER_PAGE_VECTORS; i++) {
		const struct apic_interrupt interrupt = {
			.mode = HV_INTERRUPT_FIXED,
			.vector = vectors >> i * 8,
		};

		child_apic_accept(vp, &interrupt);
	}
}

/* The IRET that ends the handler of an NMI exits. */
static void offer_nmi(struct child_vp *vp)
{
	struct vmcb *vmcb = vp->vmcb;

	if (!vp->nmi_masked && !event_waits(vp) &&
	    take_request(vp, APIC_REQUEST_NMI))
		vmcb_inject_nmi(vmcb);
	if (event_waits(vp) && SVM_EVENT_TYPE(vmcb->inject_event) == SVM_EVENT_NMI)
		vp->nmi_masked = true;
	if (vp->nmi_masked)
		vmcb->intercept_misc1 |= SVM_MISC1_IRET;
	else
		vmcb->intercept_misc1 &= ~SVM_MISC1_IRET;
}

/* An exception that the parent wants the guest to take before it goes on. */
static void offer_exception(struct child_vp *vp)
{
	const struct hv_value event = vp->pending_event;
	struct vmcb *vmcb = vp->vmcb;
	u64 vector = HV_EVENT_VECTOR(event.low);

	if (!(event.low & HV_EVENT_PENDING) || event_waits(vp))
		return;
	vp->pending_event = (struct hv_value) { 0, 0 };
	vmcb->inject_event = SVM_EVENT_VALID | SVM_EVENT_EXCEPTION | vector;
	if (event.low & HV_EVENT_ERROR_CODE)
		vmcb->inject_event |= SVM_EVENT_ERROR_CODE |
				      event.low >> HV_EVENT_ERROR_SHIFT << 32;
	if (vector == VECTOR_PF)
		vmcb->cr2 = event.high;
}

static void offer_vector(struct child_vp *vp, u8 vector)
{
	vp->vmcb->interrupt_control |= SVM_VIRTUAL_IRQ | SVM_VIRTUAL_IGNORE_TPR |
				       (u64)vector << SVM_VIRTUAL_VECTOR_SHIFT;
}

/* One interrupt at a time: another exit comes soon. */
static void offer_apic(struct child_vp *vp)
{
	int vector = -1;

	if (!interrupt_waits(vp))
		vector = next_vector(vp, &vp->offered_external);
	if (vector >= 0) {
		vp->offer = OFFER_INTERRUPT;
		vp->offered = vector;
		offer_vector(vp, vector);
	}
	if (vector >= 0 || child_apic_any(vp))
		vp->vmcb->intercept_cr |= SVM_CR_WRITE(8);
	if (vector >= 0 && !vp->offered_external)
		child_apic_offer(vp, vector);
}

/*
 * Emulated processors forget the shadow of STI when they enter guest mode. An
 * interrupt would then come in front of the HLT that waits for it, and the HLT
 * would wait for another one. So nothing is offered there: the HLT exits, and
 * what waits ends it.
 */
static void find_shadowed_hlt(struct child_vp *vp)
{
	const struct vmcb *vmcb = vp->vmcb;
	u8 code = 0;

	vp->shadowed_hlt = NO_SHADOWED_HLT;
	if (!(vmcb->interrupt_shadow & HV_INTERRUPT_SHADOW))
		return;
	spin_lock(&children_lock);
	if (guest_fetch(vp, vmcb->cs.base + vmcb->rip, &code, 1) == 1 &&
	    code == OPCODE_HLT)
		vp->shadowed_hlt = vmcb->rip;
	spin_unlock(&children_lock);
}

/* It may have left guest mode in front of the HLT once more. */
static void keep_shadow(struct child_vp *vp)
{
	if (vp->vmcb->rip == vp->shadowed_hlt)
		vp->vmcb->interrupt_shadow |= HV_INTERRUPT_SHADOW;
}

static void tell_deliverable(struct child_vp *vp, u64 notification, u8 type)
{
	struct hv_interruption_deliverable *deliverable;
	struct hv_message message = { 0 };

	vp->deliverability &= ~notification;
	spin_lock(&children_lock);
	deliverable = intercept_begin(vp, &message,
				      HV_MESSAGE_INTERRUPTION_DELIVERABLE,
				      sizeof(*deliverable), HV_ACCESS_EXECUTE,
				      0);
	deliverable->type = type;
	intercept_end(vp, &message);
	spin_unlock(&children_lock);
}

/* Each is told once. */
static bool tell_free_slots(struct child_vp *vp)
{
	u16 sints = child_synic_deliverable(vp);
	struct hv_sint_deliverable *deliverable;
	struct hv_message message = { 0 };

	if (!sints)
		return false;
	vp->deliverability &= ~((u64)sints << HV_DELIVERABILITY_SINTS_SHIFT);
	spin_lock(&children_lock);
	deliverable = intercept_begin(vp, &message, HV_MESSAGE_SINT_DELIVERABLE,
				      sizeof(*deliverable), HV_ACCESS_EXECUTE,
				      0);
	deliverable->sints = sints;
	intercept_end(vp, &message);
	spin_unlock(&children_lock);
	return true;
}

static bool priority_suffices(const struct child_vp *vp)
{
	u32 priority = HV_DELIVERABILITY_PRIORITY(vp->deliverability);

	return !priority || priority > vp->cr8;
}

/* Returns false when the parent has to be told before the VP may go on. */
static bool offer_window(struct child_vp *vp)
{
	u64 wanted = vp->deliverability;

	if ((wanted & HV_DELIVERABILITY_NMI) && !vp->nmi_masked &&
	    !event_waits(vp)) {
		tell_deliverable(vp, HV_DELIVERABILITY_NMI, HV_PENDING_NMI);
		return false;
	}
	if (!(wanted & HV_DELIVERABILITY_INTERRUPT))
		return true;

	vp->vmcb->intercept_cr |= SVM_CR_WRITE(8);
	if (!priority_suffices(vp))
		return true;
	if (interruptible(vp)) {
		tell_deliverable(vp, HV_DELIVERABILITY_INTERRUPT,
				 HV_PENDING_INTERRUPT);
		return false;
	}
	vp->offer = OFFER_WINDOW;
	vp->vmcb->intercept_misc1 |= SVM_MISC1_VINTR;
	offer_vector(vp, VECTOR_FIRST_EXTERNAL);
	return true;
}

/**
 * interrupts_offer() - Give a VP what it can take
 * @vp: a VP that is about to enter guest mode on this processor
 *
 * Return: RUN_ON, RUN_HALTED (it waits for an interrupt) or RUN_INTERCEPT (the
 * parent was told that it can inject something, or post a message).
 */
enum run_result interrupts_offer(struct child_vp *vp)
{
	struct vmcb *vmcb = vp->vmcb;

	vp->offer = OFFER_NOTHING;
	timer_arm(timer_expire(vp));
	if (child_has_apic(vp->child))
		interrupts_settle(vp);
	if (tell_free_slots(vp))
		return RUN_INTERCEPT;
	if (waits(vp))
		return RUN_HALTED;

	vmcb->interrupt_control = SVM_VIRTUAL_INTR | vp->cr8;
	vmcb->intercept_cr &= ~SVM_CR_WRITE(8);
	vmcb->intercept_misc1 &= ~SVM_MISC1_VINTR;
	offer_exception(vp);
	offer_nmi(vp);
	find_shadowed_hlt(vp);
	if (vp->shadowed_hlt != NO_SHADOWED_HLT)
		return RUN_ON;
	if (child_has_apic(vp->child))
		offer_apic(vp);
	else if (vp->deliverability && !offer_window(vp))
		return RUN_INTERCEPT;
	return RUN_ON;
}

/**
 * interrupts_recheck() - See whether what a VP was given was taken back since
 * @vp: a VP about which others know already that it enters guest mode
 */
void interrupts_recheck(struct child_vp *vp)
{
	if (vp->offer != OFFER_INTERRUPT || !vp->offered_external ||
	    (__atomic_load_n(&vp->apic.requests, __ATOMIC_SEQ_CST) &
	     APIC_REQUEST_EXTINT))
		return;
	vp->offer = OFFER_NOTHING;
	vp->vmcb->interrupt_control &= ~SVM_VIRTUAL_IRQ;
}

/*
 * An event is still to be delivered when the exit was caused by its delivery. It
 * may be that the processor calls an interrupt an exception.
 */
static void keep_event(struct vmcb *vmcb)
{
	u64 event = vmcb->exit_event;

	vmcb->inject_event = 0;
	if (!(event & SVM_EVENT_VALID))
		return;
	/* A software interrupt is simply executed again. */
	if (SVM_EVENT_TYPE(event) == SVM_EVENT_SOFTWARE)
		return;
	if (SVM_EVENT_TYPE(event) == SVM_EVENT_EXCEPTION &&
	    (u8)event >= VECTOR_FIRST_EXTERNAL)
		event &= ~SVM_EVENT_EXCEPTION;
	vmcb->inject_event = event;
}

/* Whether it is still there when its delivery made the VP exit depends. */
static bool was_taken(struct child_vp *vp)
{
	struct vmcb *vmcb = vp->vmcb;

	if (!interrupt_waits(vp) || (u8)vmcb->inject_event != vp->offered)
		return !(vmcb->interrupt_control & SVM_VIRTUAL_IRQ);
	vmcb->inject_event = 0;
	return false;
}

/**
 * interrupts_taken() - See what a VP took
 * @vp: a VP that has just left guest mode on this processor
 */
void interrupts_taken(struct child_vp *vp)
{
	keep_event(vp->vmcb);
	keep_shadow(vp);
	vp->cr8 = vp->vmcb->interrupt_control & SVM_VIRTUAL_TPR;
	if (vp->offer != OFFER_INTERRUPT)
		return;
	if (!vp->offered_external)
		child_apic_offered(vp, vp->offered, was_taken(vp));
	else if (was_taken(vp))
		take_request(vp, APIC_REQUEST_EXTINT);
}

/**
 * interrupts_iret() - The handler of an NMI is about to end
 * @vp: the VP, in front of its IRET
 *
 * As in the parent, an NMI that waits comes one instruction early.
 */
void interrupts_iret(struct child_vp *vp)
{
	vp->nmi_masked = false;
}

/**
 * interrupts_write_cr8() - The guest changes its task priority
 * @vp: the VP, in front of a MOV to CR8
 *
 * The processor does not tell which register it is from.
 *
 * Return: false when the value is not valid.
 */
bool interrupts_write_cr8(struct child_vp *vp)
{
	const struct vmcb *vmcb = vp->vmcb;
	u8 code[MOV_CR8_LENGTH];
	u64 value;
	u32 n;

	spin_lock(&children_lock);
	n = guest_fetch(vp, vmcb->cs.base + vmcb->rip, code, sizeof(code));
	spin_unlock(&children_lock);
	if (n < sizeof(code) || !(code[0] & REX_R) || code[1] != 0x0f ||
	    code[2] != 0x22)
		end_of_run(END_HYPERVISOR,
			   "VP %u of partition %lu writes CR8 at RIP %lx in an unknown way",
			   vp->index, vp->child->id, vmcb->rip);

	value = *child_general_register(vp, (code[3] & 7) |
					(code[0] & REX_B) << 3);
	if (value > 0xf)
		return false;
	vp->cr8 = value;
	vp->vmcb->rip += sizeof(code);
	vp->vmcb->interrupt_shadow = 0;
	return true;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Intercepts: the VP is suspended, and a message on its intercept page says what
 * it was about to do. The instruction is not done: RIP stays in front of it.
 */
#include "intercept.h"

#define CPUID_LENGTH	2
#define HLT_LENGTH	1
#define MSR_LENGTH	2

/**
 * hv_segment_of() - A segment register as messages have it
 * @segment: the register in a VMCB
 *
 * Return: the same, with a gap in the attributes.
 */
struct hv_segment hv_segment_of(const struct vmcb_segment *segment)
{
	u16 attributes = segment->attributes;

	return (struct hv_segment) {
		.base = segment->base,
		.limit = segment->limit,
		.selector = segment->selector,
		.attributes = (attributes & 0xff) | (attributes & 0xf00) << 4,
	};
}

static u16 execution_state(const struct vmcb *vmcb)
{
	u16 state = vmcb->cpl;

	if (vmcb->cr0 & CR0_PE)
		state |= HV_STATE_CR0_PE;
	if (vmcb->cr0 & CR0_AM)
		state |= HV_STATE_CR0_AM;
	if (vmcb->efer & EFER_LMA)
		state |= HV_STATE_EFER_LMA;
	if (vmcb->dr7 & DR7_ENABLED)
		state |= HV_STATE_DEBUG;
	if (vmcb->inject_event & SVM_EVENT_VALID)
		state |= HV_STATE_INTERRUPTION_PENDING;
	if (vmcb->interrupt_shadow & 1)
		state |= HV_STATE_INTERRUPT_SHADOW;
	return state;
}

/**
 * intercept_begin() - Begin a message
 * @vp: the VP
 * @message: zeroed; set to what messages of all kinds have in common
 * @type: HV_MESSAGE_*
 * @size: of the payload, in bytes
 * @access: HV_ACCESS_*
 * @length: of the instruction, 0 when it is unknown
 *
 * Return: the payload.
 */
void *intercept_begin(const struct child_vp *vp, struct hv_message *message,
		      u32 type, u8 size, u8 access, u8 length)
{
	const struct vmcb *vmcb = vp->vmcb;
	struct hv_intercept_header *header = (void *)message->payload;

	message->type = type;
	message->payload_size = size;
	message->sender = vp->child->id;
	*header = (struct hv_intercept_header) {
		.vp_index = vp->index,
		.length_and_cr8 = length | (vmcb->interrupt_control & 0xf) << 4,
		.access = access,
		.execution_state = execution_state(vmcb),
		.cs = hv_segment_of(&vmcb->cs),
		.rip = vmcb->rip,
		.rflags = vmcb->rflags,
	};
	return header;
}

/**
 * intercept_end() - Suspend the VP and leave the message for the parent
 * @vp: the VP
 * @message: the message
 *
 * Context: children_lock held.
 */
void intercept_end(struct child_vp *vp, const struct hv_message *message)
{
	void *page = vp->state[HV_STATE_PAGE_INTERCEPT].page;

	vp->intercept_suspend = true;
	child_stats_message(vp, message->type);
	if (page)
		memcpy(page, message, sizeof(*message));
	register_page_store(vp);
}

/**
 * intercept_bytes() - The bytes of the instruction
 * @vp: the VP
 * @bytes: where they go, HV_INSTRUCTION_BYTES
 *
 * Context: children_lock held.
 * Return: how many there are.
 */
u8 intercept_bytes(const struct child_vp *vp, u8 *bytes)
{
	return guest_fetch(vp, vp->vmcb->cs.base + vp->vmcb->rip, bytes,
			   HV_INSTRUCTION_BYTES);
}

/**
 * intercept_port() - A port is read or written
 * @vp: the VP
 */
void intercept_port(struct child_vp *vp)
{
	const struct vmcb *vmcb = vp->vmcb;
	struct hv_message message = { 0 };
	struct hv_port_intercept *port;
	u64 info = vmcb->exit_info1;

	spin_lock(&children_lock);
	port = intercept_begin(vp, &message, HV_MESSAGE_IO_PORT, sizeof(*port),
			       info & SVM_IOIO_IN ? HV_ACCESS_READ :
						    HV_ACCESS_WRITE,
			       vmcb->exit_info2 - vmcb->rip);
	port->port = info >> SVM_IOIO_PORT_SHIFT;
	port->access_info = SVM_IOIO_SIZE(info);
	if (info & SVM_IOIO_STRING)
		port->access_info |= HV_PORT_STRING;
	if (info & SVM_IOIO_REP)
		port->access_info |= HV_PORT_REP;
	port->instruction_byte_count =
		intercept_bytes(vp, port->instruction_bytes);
	port->rax = vmcb->rax;
	port->ds = hv_segment_of(&vmcb->ds);
	port->es = hv_segment_of(&vmcb->es);
	port->rcx = vp->regs.rcx;
	port->rsi = vp->regs.rsi;
	port->rdi = vp->regs.rdi;
	intercept_end(vp, &message);
	spin_unlock(&children_lock);
}

/**
 * intercept_msr() - An MSR is read or written that the hypervisor does not have
 * @vp: the VP
 */
void intercept_msr(struct child_vp *vp)
{
	struct hv_message message = { 0 };
	struct hv_msr_intercept *msr;

	spin_lock(&children_lock);
	msr = intercept_begin(vp, &message, HV_MESSAGE_MSR, sizeof(*msr),
			      vp->vmcb->exit_info1 == SVM_MSR_WRITE ?
			      HV_ACCESS_WRITE : HV_ACCESS_READ, MSR_LENGTH);
	msr->msr = vp->regs.rcx;
	msr->rdx = vp->regs.rdx;
	msr->rax = vp->vmcb->rax;
	intercept_end(vp, &message);
	spin_unlock(&children_lock);
}

/**
 * intercept_cpuid() - CPUID is executed
 * @vp: the VP
 */
void intercept_cpuid(struct child_vp *vp)
{
	struct hv_cpuid_intercept *cpuid;
	struct hv_message message = { 0 };
	u32 out[4];

	spin_lock(&children_lock);
	cpuid = intercept_begin(vp, &message, HV_MESSAGE_CPUID, sizeof(*cpuid),
				HV_ACCESS_EXECUTE, CPUID_LENGTH);
	cpuid->rax = vp->vmcb->rax;
	cpuid->rcx = vp->regs.rcx;
	cpuid->rdx = vp->regs.rdx;
	cpuid->rbx = vp->regs.rbx;
	run_cpuid(vp, vp->vmcb->rax, vp->regs.rcx, out);
	cpuid->default_rax = out[0];
	cpuid->default_rbx = out[1];
	cpuid->default_rcx = out[2];
	cpuid->default_rdx = out[3];
	intercept_end(vp, &message);
	spin_unlock(&children_lock);
}

/* Messages with nothing but a header */
static void bare(struct child_vp *vp, u32 type, u8 access, u8 length)
{
	struct hv_message message = { 0 };

	spin_lock(&children_lock);
	intercept_begin(vp, &message, type, sizeof(struct hv_intercept_header),
			access, length);
	intercept_end(vp, &message);
	spin_unlock(&children_lock);
}

/**
 * intercept_halt() - HLT is executed, and the parent has to know what ends it
 * @vp: the VP
 */
void intercept_halt(struct child_vp *vp)
{
	bare(vp, HV_MESSAGE_HALT, HV_ACCESS_EXECUTE, HLT_LENGTH);
}

/**
 * intercept_crash() - An exception cannot be delivered, not even as another one
 * @vp: the VP
 */
void intercept_crash(struct child_vp *vp)
{
	bare(vp, HV_MESSAGE_UNRECOVERABLE_EXCEPTION, HV_ACCESS_EXECUTE, 0);
}

/**
 * intercept_invalid_state() - The registers make no sense together
 * @vp: the VP, which cannot be entered
 */
void intercept_invalid_state(struct child_vp *vp)
{
	struct hv_message message = { 0 };
	struct hv_invalid_register *invalid = (void *)message.payload;

	message.type = HV_MESSAGE_INVALID_REGISTER;
	message.payload_size = sizeof(*invalid);
	message.sender = vp->child->id;
	invalid->vp_index = vp->index;

	spin_lock(&children_lock);
	intercept_end(vp, &message);
	spin_unlock(&children_lock);
}

/**
 * intercept_exception() - The guest takes an exception that the parent wants
 * @vp: the VP
 */
void intercept_exception(struct child_vp *vp)
{
	const u32 has_error_code = BIT(8) | BIT(10) | BIT(11) | BIT(12) |
				   BIT(13) | BIT(14) | BIT(17);
	const struct vmcb *vmcb = vp->vmcb;
	struct hv_exception_intercept *exception;
	struct hv_message message = { 0 };

	spin_lock(&children_lock);
	exception = intercept_begin(vp, &message, HV_MESSAGE_EXCEPTION,
				    sizeof(*exception), HV_ACCESS_EXECUTE, 0);
	exception->vector = vmcb->exit_code - SVM_EXIT_EXCEPTION;
	if (has_error_code & BIT(exception->vector)) {
		exception->exception_info = HV_EXCEPTION_ERROR_CODE_VALID;
		exception->error_code = vmcb->exit_info1;
	}
	if (exception->vector == VECTOR_PF)
		exception->parameter = vmcb->exit_info2;
	exception->instruction_byte_count =
		intercept_bytes(vp, exception->instruction_bytes);
	exception->ds = hv_segment_of(&vmcb->ds);
	exception->ss = hv_segment_of(&vmcb->ss);
	exception->rax = vmcb->rax;
	exception->rsp = vmcb->rsp;
	exception->rcx = vp->regs.rcx;
	exception->rdx = vp->regs.rdx;
	exception->rbx = vp->regs.rbx;
	exception->rbp = vp->regs.rbp;
	exception->rsi = vp->regs.rsi;
	exception->rdi = vp->regs.rdi;
	memcpy(exception->r8_to_r15, &vp->regs.r8,
	       sizeof(exception->r8_to_r15));
	intercept_end(vp, &message);
	spin_unlock(&children_lock);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Register intercepts: the parent is told before a VP accesses one of its control
 * registers, if it wants to know (child/register_watch.c). It does the access for
 * the VP, or does not, and lets it go on behind the instruction.
 *
 * Of an MSR it is told with the message that it gets for any MSR.
 */
#include "intercept.h"
#include "run.h"
#include "tlfs_register_intercept.h"

#define MSR_SYSENTER_CS		0x174
#define MSR_SYSENTER_ESP	0x175
#define MSR_SYSENTER_EIP	0x176
#define MSR_MISC_ENABLE		0x1a0
#define MSR_SGX_LAUNCH_FIRST	0x08c
#define MSR_SGX_LAUNCH_LAST	0x08f
#define MSR_STAR		0xc0000081
#define MSR_LSTAR		0xc0000082
#define MSR_CSTAR		0xc0000083
#define MSR_SFMASK		0xc0000084
#define MSR_TSC_AUX		0xc0000103

#define CR0_TS			BIT(3)
#define CR0_OF_LMSW		0xfUL
#define OPCODE_LMSW		0x01

static const struct {
	u32 first, last;
	u64 read, write;		/* HV_WATCH_* */
} msrs[] = {
	{ MSR_MISC_ENABLE, MSR_MISC_ENABLE,
	  HV_WATCH_MISC_ENABLE_READ, HV_WATCH_MISC_ENABLE_WRITE },
	{ MSR_LSTAR, MSR_LSTAR, HV_WATCH_LSTAR_READ, HV_WATCH_LSTAR_WRITE },
	{ MSR_STAR, MSR_STAR, HV_WATCH_STAR_READ, HV_WATCH_STAR_WRITE },
	{ MSR_CSTAR, MSR_CSTAR, HV_WATCH_CSTAR_READ, HV_WATCH_CSTAR_WRITE },
	{ MSR_APIC_BASE, MSR_APIC_BASE,
	  HV_WATCH_APIC_BASE_READ, HV_WATCH_APIC_BASE_WRITE },
	{ MSR_EFER, MSR_EFER, HV_WATCH_EFER_READ, HV_WATCH_EFER_WRITE },
	{ MSR_SYSENTER_CS, MSR_SYSENTER_CS, 0, HV_WATCH_SYSENTER_CS_WRITE },
	{ MSR_SYSENTER_EIP, MSR_SYSENTER_EIP, 0, HV_WATCH_SYSENTER_EIP_WRITE },
	{ MSR_SYSENTER_ESP, MSR_SYSENTER_ESP, 0, HV_WATCH_SYSENTER_ESP_WRITE },
	{ MSR_SFMASK, MSR_SFMASK, 0, HV_WATCH_SFMASK_WRITE },
	{ MSR_TSC_AUX, MSR_TSC_AUX, 0, HV_WATCH_TSC_AUX_WRITE },
	{ MSR_SGX_LAUNCH_FIRST, MSR_SGX_LAUNCH_LAST, 0,
	  HV_WATCH_SGX_LAUNCH_CONTROL_WRITE },
};

/* Registers that instructions other than RDMSR and WRMSR access */
static const struct watched {
	u64 exit_code;
	u64 control;			/* HV_WATCH_* */
	u32 name;
	u32 cr, misc1;			/* what lets it exit */
} registers[] = {
	{ SVM_EXIT_CR_WRITE + 0, HV_WATCH_CR0_WRITE, HV_REGISTER_CR0,
	  .cr = SVM_CR_WRITE(0) },
	{ SVM_EXIT_CR_WRITE + 4, HV_WATCH_CR4_WRITE, HV_REGISTER_CR4,
	  .cr = SVM_CR_WRITE(4) },
	{ SVM_EXIT_IDTR_WRITE, HV_WATCH_IDTR_WRITE, HV_REGISTER_IDTR,
	  .misc1 = SVM_MISC1_IDTR_WRITE },
	{ SVM_EXIT_GDTR_WRITE, HV_WATCH_GDTR_WRITE, HV_REGISTER_GDTR,
	  .misc1 = SVM_MISC1_GDTR_WRITE },
	{ SVM_EXIT_LDTR_WRITE, HV_WATCH_LDTR_WRITE, HV_REGISTER_LDTR,
	  .misc1 = SVM_MISC1_LDTR_WRITE },
	{ SVM_EXIT_TR_WRITE, HV_WATCH_TR_WRITE, HV_REGISTER_TR,
	  .misc1 = SVM_MISC1_TR_WRITE },
};

static void switch_bit(u32 *word, u32 bits, bool on)
{
	*word = on ? *word | bits : *word & ~bits;
}

/**
 * watch_registers() - Let a VP exit for what the parent wants to know
 * @vp: a VP that is about to run
 */
void watch_registers(struct child_vp *vp)
{
	struct vmcb *vmcb = vp->vmcb;
	u64 control = vp->watch.control, of_msrs = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(registers); i++) {
		const struct watched *r = &registers[i];
		bool on = control & r->control;

		switch_bit(&vmcb->intercept_cr, r->cr, on);
		switch_bit(&vmcb->intercept_misc1, r->misc1, on);
	}
	for (i = 0; i < ARRAY_SIZE(msrs); i++)
		of_msrs |= msrs[i].read | msrs[i].write;
	run_exit_for_msrs(vp, control & of_msrs);
}

static u64 msr_value(const struct child_vp *vp)
{
	return vp->regs.rdx << 32 | (u32)vp->vmcb->rax;
}

/**
 * watch_msr() - Tell the parent of an access to an MSR, if it wants to know
 * @vp: the VP that has just left guest mode for it
 * @write: it is written
 *
 * Return: whether the VP is suspended.
 */
bool watch_msr(struct child_vp *vp, bool write)
{
	u32 msr = vp->regs.rcx, i;

	for (i = 0; i < ARRAY_SIZE(msrs); i++)
		if (msr >= msrs[i].first && msr <= msrs[i].last)
			break;
	if (i == ARRAY_SIZE(msrs) ||
	    !(vp->watch.control & (write ? msrs[i].write : msrs[i].read)))
		return false;
	if (msr == MSR_MISC_ENABLE && write &&
	    !((*child_msr(vp, msr) ^ msr_value(vp)) & vp->watch.misc_enable_mask))
		return false;
	intercept_msr(vp);
	return true;
}

static void tell(struct child_vp *vp, u32 name,
		 const struct guest_source *source)
{
	struct hv_register_intercept *intercept;
	struct hv_message message = { 0 };

	spin_lock(&children_lock);
	intercept = intercept_begin(vp, &message, HV_MESSAGE_REGISTER,
				    sizeof(*intercept), HV_ACCESS_WRITE,
				    source->length);
	intercept->name = name;
	if (source->in_memory)
		intercept->flags = HV_REGISTER_INTERCEPT_MEMORY;
	intercept->source.low = source->in_memory ? source->gva : source->value;
	intercept_end(vp, &message);
	spin_unlock(&children_lock);
}

/* Without lock: memory of the child is read. */
static bool fetch(struct child_vp *vp, u64 gva, void *data, u32 size)
{
	u32 n;

	spin_lock(&children_lock);
	n = guest_fetch(vp, gva, data, size);
	spin_unlock(&children_lock);
	return n == size;
}

static bool decode(struct child_vp *vp, struct guest_source *source)
{
	u8 bytes[HV_INSTRUCTION_BYTES];
	u32 n;

	spin_lock(&children_lock);
	n = intercept_bytes(vp, bytes);
	spin_unlock(&children_lock);
	return guest_source(vp, bytes, n, source);
}

/* CLTS and LMSW write some bits of CR0. */
static bool complete_cr0(struct child_vp *vp, struct guest_source *source)
{
	u64 cr0 = vp->vmcb->cr0;
	u16 word;

	switch (source->opcode) {
	case GUEST_CLTS:
		source->value = cr0 & ~CR0_TS;
		break;
	case OPCODE_LMSW:
		if (source->in_memory) {
			if (!fetch(vp, source->gva, &word, sizeof(word)))
				return false;
			source->value = word;
			source->in_memory = false;
		}
		/* It cannot clear PE. */
		source->value = (cr0 & ~(CR0_OF_LMSW & ~CR0_PE)) |
				(source->value & CR0_OF_LMSW);
		break;
	}
	return true;
}

static bool matters(const struct child_vp *vp, u32 name, u64 value)
{
	const struct vmcb *vmcb = vp->vmcb;

	switch (name) {
	case HV_REGISTER_CR0:
		return (vmcb->cr0 ^ value) & vp->watch.cr0_mask;
	case HV_REGISTER_CR4:
		return (vmcb->cr4 ^ value) & vp->watch.cr4_mask;
	}
	return true;
}

/**
 * watch_register() - Tell the parent of a write to a register, if it wants to know
 * @vp: the VP that has just left guest mode for it; if the parent does not mind
 *	this value it is written, or the VP takes an exception
 *
 * Return: whether the VP is suspended.
 */
bool watch_register(struct child_vp *vp)
{
	u64 code = vp->vmcb->exit_code;
	const struct watched *r = registers;
	struct guest_source source;

	while (r->exit_code != code)
		r++;
	if (!decode(vp, &source) ||
	    (r->name == HV_REGISTER_CR0 && !complete_cr0(vp, &source)))
		end_of_run(END_HYPERVISOR,
			   "VP %u of partition %lu writes register %x at RIP %lx in an unknown way",
			   vp->index, vp->child->id, r->name, vp->vmcb->rip);

	if (matters(vp, r->name, source.value)) {
		tell(vp, r->name, &source);
		return true;
	}
	if (!control_write(vp, r->name, source.value)) {
		vmcb_inject_gp(vp->vmcb);
		return false;
	}
	vp->vmcb->rip += source.length;
	vp->vmcb->interrupt_shadow = 0;
	return false;
}

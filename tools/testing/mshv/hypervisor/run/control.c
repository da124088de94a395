// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing CR0 and CR4 as a processor would: a VP exits for any write where the
 * parent wants to know of some.
 */
#include "run.h"

#define CR4_LA57		BIT(12)
#define CR4_ALWAYS		0x7ffUL		/* VME to OSXMMEXCPT */

enum { EAX, EBX, ECX, EDX };

/* Bits of CR4 that are there with a feature */
static const struct {
	u32 cr4, leaf, reg, bit;
} features[] = {
	{ 11, 7, ECX, 2 },		/* UMIP */
	{ 12, 7, ECX, 16 },		/* LA57 */
	{ 16, 7, EBX, 0 },		/* FSGSBASE */
	{ 17, 1, ECX, 17 },		/* PCID */
	{ 18, 1, ECX, 26 },		/* XSAVE */
	{ 20, 7, EBX, 7 },		/* SMEP */
	{ 21, 7, EBX, 20 },		/* SMAP */
	{ 22, 7, ECX, 3 },		/* PKU */
};

static u64 cr4_supported(void)
{
	u64 supported = CR4_ALWAYS;
	u32 i, out[4];

	for (i = 0; i < ARRAY_SIZE(features); i++) {
		cpuid(features[i].leaf, 0, out);
		if (out[features[i].reg] >> features[i].bit & 1)
			supported |= BIT(features[i].cr4);
	}
	return supported;
}

static bool in_64bit_code(const struct vmcb *vmcb)
{
	return (vmcb->efer & EFER_LMA) &&
	       (vmcb->cs.attributes & SEG_CODE64_LONG);
}

static bool set_cr0(struct vmcb *vmcb, u64 value)
{
	bool paging = value & CR0_PG;

	if (value >> 32 || (paging && !(value & CR0_PE)) ||
	    ((value & CR0_NW) && !(value & CR0_CD)))
		return false;
	if (!paging && in_64bit_code(vmcb))
		return false;
	if (paging && !(vmcb->cr0 & CR0_PG) && (vmcb->efer & EFER_LME) &&
	    (!(vmcb->cr4 & CR4_PAE) || (vmcb->cs.attributes & SEG_CODE64_LONG)))
		return false;

	vmcb->cr0 = value | CR0_ET;
	vmcb->efer &= ~EFER_LMA;
	if (paging && (vmcb->efer & EFER_LME))
		vmcb->efer |= EFER_LMA;
	return true;
}

static bool set_cr4(struct vmcb *vmcb, u64 value)
{
	if (value & ~cr4_supported())
		return false;
	if ((vmcb->efer & EFER_LMA) &&
	    (!(value & CR4_PAE) || ((value ^ vmcb->cr4) & CR4_LA57)))
		return false;
	vmcb->cr4 = value;
	return true;
}

/**
 * control_write() - Write CR0 or CR4
 * @vp: the VP that has just left guest mode for it
 * @name: HV_REGISTER_CR0 or HV_REGISTER_CR4
 * @value: new value
 *
 * Return: false where a processor would raise a general protection fault.
 */
bool control_write(struct child_vp *vp, u32 name, u64 value)
{
	vp->vmcb->tlb_control = SVM_TLB_FLUSH_ALL;
	return name == HV_REGISTER_CR0 ? set_cr0(vp->vmcb, value) :
					 set_cr4(vp->vmcb, value);
}

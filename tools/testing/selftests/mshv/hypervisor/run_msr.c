// SPDX-License-Identifier: GPL-2.0-only
/*
 * RDMSR and WRMSR of children, for the registers that the hypervisor keeps for
 * them (child_msr.c) and two that are more than a place to keep a value.
 */
#include "run.h"

#define EFER_SCE	0x0001
#define EFER_FFXSR	0x4000
#define EFER_ALLOWED	(EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE | EFER_FFXSR)

static bool write_efer(struct vmcb *vmcb, u64 value)
{
	if (value & ~EFER_ALLOWED)
		return false;
	if ((vmcb->cr0 & CR0_PG) && ((value ^ vmcb->efer) & EFER_LME))
		return false;
	vmcb->efer = (value & ~EFER_LMA) | (vmcb->efer & EFER_LMA) | EFER_SVME;
	return true;
}

static bool read_msr(struct child_vp *vp, u32 msr, u64 *value)
{
	u64 *place;

	switch (msr) {
	case MSR_EFER:
		*value = vp->vmcb->efer & ~EFER_SVME;
		return true;
	case MSR_TSC:
		*value = read_tsc() + vp->vmcb->tsc_offset;
		return true;
	}
	place = child_msr(vp, msr);
	if (!place)
		return false;
	*value = *place;
	return true;
}

static bool write_msr(struct child_vp *vp, u32 msr, u64 value)
{
	u64 *place;

	switch (msr) {
	case MSR_EFER:
		return write_efer(vp->vmcb, value);
	case MSR_TSC:
		vp->vmcb->tsc_offset = value - read_tsc();
		return true;
	}
	place = child_msr(vp, msr);
	if (!place || !child_msr_valid(msr, value))
		return false;
	*place = value;
	return true;
}

/**
 * run_msr() - Read or write a register that the hypervisor keeps
 * @vp: the VP that has just left guest mode for it
 * @write: write the register
 *
 * Return: false when the hypervisor has no such register, or when the register
 * does not take the value.
 */
bool run_msr(struct child_vp *vp, bool write)
{
	u64 value = vp->regs.rdx << 32 | (u32)vp->vmcb->rax;
	u32 msr = vp->regs.rcx;

	if (write)
		return write_msr(vp, msr, value);
	if (!read_msr(vp, msr, &value))
		return false;
	vp->vmcb->rax = (u32)value;
	vp->regs.rdx = value >> 32;
	return true;
}

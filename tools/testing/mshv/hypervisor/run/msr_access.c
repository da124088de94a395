// SPDX-License-Identifier: GPL-2.0-only
/*
 * RDMSR and WRMSR of children, for the registers that the hypervisor keeps for
 * them (child/msr.c) and two that are more than a place to keep a value.
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

/*
 * The registers of the local APIC: those of x2APIC mode, and the three that the
 * hypervisor has for any mode.
 */
static bool apic_register(const struct child_vp *vp, u32 msr, u32 *reg)
{
	u64 base = child_apic_base(vp);

	if (!child_has_apic(vp->child) || !(base & APIC_BASE_ENABLE))
		return false;
	*reg = msr - MSR_X2APIC;
	if (msr >= MSR_X2APIC && *reg < APIC_REGISTERS)
		return base & APIC_BASE_X2APIC;
	*reg = msr == HV_MSR_EOI ? APIC_EOI :
	       msr == HV_MSR_TPR ? APIC_TPR : APIC_ICR;
	return msr >= HV_MSR_EOI && msr <= HV_MSR_TPR;
}

/* The hypervisor's own ICR has both halves, whatever the mode. */
static bool write_apic(struct child_vp *vp, u32 msr, u32 reg, u64 value)
{
	if (msr == HV_MSR_ICR && !(child_apic_base(vp) & APIC_BASE_X2APIC))
		return child_apic_write(vp, APIC_ICR_HIGH, value >> 32) &&
		       child_apic_write(vp, APIC_ICR, (u32)value);
	return child_apic_write(vp, reg, value);
}

static bool write_apic_base(struct child_vp *vp, u64 value)
{
	if (child_has_apic(vp->child)) {
		if (!child_apic_base_valid(vp, value))
			return false;
		if (!(value & APIC_BASE_ENABLE))
			child_apic_reset(vp);
	}
	*child_msr(vp, MSR_APIC_BASE) = value;
	return true;
}

static bool read_msr(struct child_vp *vp, u32 msr, u64 *value)
{
	u64 *place;
	u32 reg;

	switch (msr) {
	case MSR_EFER:
		*value = vp->vmcb->efer & ~EFER_SVME;
		return true;
	case MSR_TSC:
		*value = read_tsc() + vp->vmcb->tsc_offset;
		return true;
	case MSR_TSC_DEADLINE:
		if (!child_has_apic(vp->child))
			return false;
		*value = child_apic_tsc_deadline(vp);
		return true;
	case HV_MSR_ICR:
		if (!apic_register(vp, msr, &reg))
			return false;
		*value = vp->apic.icr;
		return true;
	}
	if (apic_register(vp, msr, &reg))
		return child_apic_read(vp, reg, value);
	if (msr >= HV_MSR_FIRST && msr <= HV_MSR_LAST)
		return child_synthetic_get(vp, msr, value);
	place = child_msr(vp, msr);
	if (!place)
		return false;
	*value = *place;
	return true;
}

static bool write_msr(struct child_vp *vp, u32 msr, u64 value)
{
	u64 *place;
	u32 reg;

	switch (msr) {
	case MSR_EFER:
		return write_efer(vp->vmcb, value);
	case MSR_TSC:
		vp->vmcb->tsc_offset = value - read_tsc();
		return true;
	case MSR_TSC_DEADLINE:
		if (!child_has_apic(vp->child))
			return false;
		child_apic_set_tsc_deadline(vp, value);
		return true;
	}
	if (apic_register(vp, msr, &reg))
		return write_apic(vp, msr, reg, value);
	if (msr >= HV_MSR_FIRST && msr <= HV_MSR_LAST)
		return child_synthetic_set(vp, msr, value);
	place = child_msr(vp, msr);
	if (!place || !child_msr_valid(msr, value))
		return false;
	if (msr == MSR_APIC_BASE)
		return write_apic_base(vp, value);
	*place = value;
	return true;
}

/**
 * run_absent_msr() - Do without a register
 * @vp: the VP that has just left guest mode for it
 * @write: write the register
 * @action: HV_UNIMPLEMENTED_MSR_*
 *
 * Return: whether that is possible; a register that is there takes some values and
 * not others, whatever the action is.
 */
bool run_absent_msr(struct child_vp *vp, bool write, u32 action)
{
	u64 value;

	if (action != HV_UNIMPLEMENTED_MSR_IGNORE ||
	    read_msr(vp, vp->regs.rcx, &value))
		return false;
	if (!write) {
		vp->vmcb->rax = 0;
		vp->regs.rdx = 0;
	}
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

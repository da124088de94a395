// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model-specific registers: a table of those that exit, and the registers
 * that have no better home. An access that no handler accepts, and any
 * register outside the table that exits anyway, is a general protection
 * fault. A register that is not in the table and not synthetic is the
 * machine's own.
 */
#include "hv.h"

#define MSR_LENGTH	2

#define EFER_SCE	0x0001
#define EFER_FFXSR	0x4000
#define EFER_ALLOWED	(EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE | EFER_FFXSR)

#define OVERLAY_RESERVED	0xffeUL

/**
 * overlay_write() - Enable, disable or move a page that the hypervisor shares
 * @vp: who writes
 * @reg: the register that names the page
 * @value: its new value
 *
 * The page is the parent's memory at that address, not a page put over it. In
 * the root partition the address is the hypervisor's choice.
 *
 * Return: false when there is no memory of the parent's.
 */
bool overlay_write(struct vp *vp, u64 *reg, u64 value)
{
	u64 gpa = HV_OVERLAY_GPA(value);

	if (vp->partition->type == PARTITION_ROOT)
		gpa = HV_OVERLAY_GPA(*reg);
	else if ((value & HV_OVERLAY_ENABLE) && !parent_owns(gpa, PAGE_SIZE))
		return false;
	*reg = gpa | (value & ~HV_OVERLAY_GPA(value));
	return true;
}

static bool rd_efer(struct vp *vp, u32 msr, u64 *value)
{
	*value = vp->vmcb->efer & ~EFER_SVME;
	return true;
}

static bool wr_efer(struct vp *vp, u32 msr, u64 value)
{
	struct vmcb *vmcb = vp->vmcb;

	if (value & ~EFER_ALLOWED)
		return false;
	if ((vmcb->cr0 & CR0_PG) && ((value ^ vmcb->efer) & EFER_LME))
		return false;
	vmcb->efer = (value & ~EFER_LMA) | (vmcb->efer & EFER_LMA) | EFER_SVME;
	return true;
}

static bool rd_machine(struct vp *vp, u32 msr, u64 *value)
{
	*value = rdmsr(msr);
	return true;
}

/* The local APIC stays where it is and is no x2APIC. */
static bool wr_same(struct vp *vp, u32 msr, u64 value)
{
	return value == rdmsr(msr);
}

/* Accepted without effect: the TSC is the reference clock's, too. */
static bool wr_ignore(struct vp *vp, u32 msr, u64 value)
{
	return true;
}

static bool rd_zero(struct vp *vp, u32 msr, u64 *value)
{
	*value = 0;
	return true;
}

static bool rd_guest_os_id(struct vp *vp, u32 msr, u64 *value)
{
	*value = vp->partition->guest_os_id;
	return true;
}

static bool wr_guest_os_id(struct vp *vp, u32 msr, u64 value)
{
	vp->partition->guest_os_id = value;
	if (!value)
		vp->partition->hypercall &= ~HV_OVERLAY_ENABLE;
	return true;
}

static bool rd_hypercall(struct vp *vp, u32 msr, u64 *value)
{
	*value = vp->partition->hypercall;
	return true;
}

/* The page cannot be enabled before the operating system has said its name. */
static bool wr_hypercall(struct vp *vp, u32 msr, u64 value)
{
	static const u8 code[] = {
		0x0f, 0x01, 0xd9,	/* vmmcall */
		0xc3,			/* ret */
	};
	struct partition *partition = vp->partition;

	if (!partition->guest_os_id)
		value &= ~HV_OVERLAY_ENABLE;
	if (!overlay_write(vp, &partition->hypercall, value))
		return false;
	if (partition->hypercall & HV_OVERLAY_ENABLE)
		memcpy((void *)HV_OVERLAY_GPA(partition->hypercall), code,
		       sizeof(code));
	return true;
}

static bool rd_vp_index(struct vp *vp, u32 msr, u64 *value)
{
	*value = vp->index;
	return true;
}

static bool rd_reference_counter(struct vp *vp, u32 msr, u64 *value)
{
	*value = clock_reference();
	return true;
}

static bool rd_reference_tsc(struct vp *vp, u32 msr, u64 *value)
{
	*value = vp->partition->reference_tsc;
	return true;
}

static bool wr_reference_tsc(struct vp *vp, u32 msr, u64 value)
{
	u64 *reg = &vp->partition->reference_tsc;

	if (!overlay_write(vp, reg, value))
		return false;
	if (*reg & HV_OVERLAY_ENABLE)
		clock_fill_reference_page((void *)HV_OVERLAY_GPA(*reg), 0);
	return true;
}

static bool rd_frequency(struct vp *vp, u32 msr, u64 *value)
{
	*value = msr == HV_MSR_TSC_FREQUENCY ? clock_tsc_hz() : clock_apic_hz();
	return true;
}

static bool rd_vp_assist(struct vp *vp, u32 msr, u64 *value)
{
	*value = vp->vp_assist;
	return true;
}

static bool wr_vp_assist(struct vp *vp, u32 msr, u64 value)
{
	if (value & OVERLAY_RESERVED)
		return false;
	return overlay_write(vp, &vp->vp_assist, value);
}

static bool rd_crash(struct vp *vp, u32 msr, u64 *value)
{
	*value = vp->partition->crash[msr - HV_MSR_CRASH_P0];
	return true;
}

static bool wr_crash(struct vp *vp, u32 msr, u64 value)
{
	vp->partition->crash[msr - HV_MSR_CRASH_P0] = value;
	return true;
}

static bool rd_crash_ctl(struct vp *vp, u32 msr, u64 *value)
{
	*value = HV_CRASH_NOTIFY | HV_CRASH_NOTIFY_MESSAGE;
	return true;
}

static void print_crash_message(u64 gpa, u64 size)
{
	char line[256];
	u64 i, n = 0;

	size = min(size, PAGE_SIZE);
	if (!parent_owns(gpa, size))
		return;
	for (i = 0; i < size; i++) {
		char c = ((char *)gpa)[i];

		if (c != '\n' && c)
			line[n++] = c;
		if (n == sizeof(line) - 1 || (n && c == '\n')) {
			line[n] = '\0';
			hv_print("parent: %s", line);
			n = 0;
		}
	}
}

static bool wr_crash_ctl(struct vp *vp, u32 msr, u64 value)
{
	const u64 *p = vp->partition->crash;

	if (!(value & HV_CRASH_NOTIFY))
		return true;
	if (value & HV_CRASH_NOTIFY_MESSAGE)
		print_crash_message(p[3], p[4]);
	if (!knobs.crash_ends)
		return true;
	end_of_run(END_CRASH, "VP %u reports a crash: %lx %lx %lx %lx %lx",
		   vp->index, p[0], p[1], p[2], p[3], p[4]);
}

/* A missing handler means that the access faults. */
static const struct msr_range {
	u32 first, last;
	bool (*read)(struct vp *vp, u32 msr, u64 *value);
	bool (*write)(struct vp *vp, u32 msr, u64 value);
} msrs[] = {
	{ MSR_TSC, MSR_TSC, NULL, wr_ignore },
	{ MSR_APIC_BASE, MSR_APIC_BASE, rd_machine, wr_same },
	{ MSR_MCG_CAP, MSR_MCG_CTL, rd_zero, wr_ignore },
	{ MSR_EFER, MSR_EFER, rd_efer, wr_efer },
	{ MSR_VM_CR, MSR_SVM_KEY, NULL, NULL },
	{ HV_MSR_GUEST_OS_ID, HV_MSR_GUEST_OS_ID,
	  rd_guest_os_id, wr_guest_os_id },
	{ HV_MSR_HYPERCALL, HV_MSR_HYPERCALL, rd_hypercall, wr_hypercall },
	{ HV_MSR_VP_INDEX, HV_MSR_VP_INDEX, rd_vp_index, NULL },
	{ HV_MSR_REFERENCE_COUNTER, HV_MSR_REFERENCE_COUNTER,
	  rd_reference_counter, NULL },
	{ HV_MSR_REFERENCE_TSC, HV_MSR_REFERENCE_TSC,
	  rd_reference_tsc, wr_reference_tsc },
	{ HV_MSR_TSC_FREQUENCY, HV_MSR_APIC_FREQUENCY, rd_frequency, NULL },
	{ HV_MSR_EOI, HV_MSR_TPR, apic_read, apic_write },
	{ HV_MSR_VP_ASSIST, HV_MSR_VP_ASSIST, rd_vp_assist, wr_vp_assist },
	{ HV_MSR_SCONTROL, HV_MSR_SINT15, synic_read, synic_write },
	{ HV_MSR_CRASH_P0, HV_MSR_CRASH_P4, rd_crash, wr_crash },
	{ HV_MSR_CRASH_CTL, HV_MSR_CRASH_CTL, rd_crash_ctl, wr_crash_ctl },
};

/**
 * msr_init() - Let the registers of the table exit
 *
 * TSC reads stay native.
 */
void msr_init(void)
{
	u32 i, msr;

	for (i = 0; i < ARRAY_SIZE(msrs); i++) {
		if (msrs[i].first >= HV_MSR_FIRST &&
		    msrs[i].first <= HV_MSR_LAST)
			continue;
		for (msr = msrs[i].first; msr <= msrs[i].last; msr++)
			svm_intercept_msr(msr, msr == MSR_TSC ?
					  SVM_MSRPM_WRITE :
					  SVM_MSRPM_READ | SVM_MSRPM_WRITE);
	}
}

static const struct msr_range *find_msr(u32 msr)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(msrs); i++)
		if (msr >= msrs[i].first && msr <= msrs[i].last)
			return &msrs[i];
	return NULL;
}

static bool access_msr(struct vp *vp, u32 msr, bool write)
{
	const struct msr_range *range = find_msr(msr);
	struct gprs *regs = &vp->regs;
	u64 value = 0;

	if (!range)
		return false;
	if (write) {
		value = regs->rdx << 32 | (u32)vp->vmcb->rax;
		return range->write && range->write(vp, msr, value);
	}
	if (!range->read || !range->read(vp, msr, &value))
		return false;
	vp->vmcb->rax = (u32)value;
	regs->rdx = value >> 32;
	return true;
}

/**
 * exit_msr() - Do a RDMSR or WRMSR instruction
 * @vp: whose
 */
void exit_msr(struct vp *vp)
{
	bool write = vp->vmcb->exit_info1 == SVM_MSR_WRITE;

	if (access_msr(vp, vp->regs.rcx, write))
		vp->vmcb->rip += MSR_LENGTH;
	else
		vmcb_inject_gp(vp->vmcb);
}

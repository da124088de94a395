// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMCBs of children. Unlike the parent, a child owns nothing of the machine:
 * all ports, all interrupts and all MSRs exit, except for those MSRs that
 * VMRUN, VMLOAD and VMSAVE switch.
 *
 * All children share an address space id, so whenever a VP comes to a processor
 * its TLB is flushed.
 */
#include "run.h"

#define ASID_CHILD	3

#define MSR_SYSENTER_CS		0x00000174
#define MSR_SYSENTER_EIP	0x00000176
#define MSR_STAR		0xc0000081
#define MSR_SFMASK		0xc0000084
#define MSR_FS_BASE		0xc0000100
#define MSR_KERNEL_GS_BASE	0xc0000102

#define XSAVE_LEAF		0x0000000d
#define XSAVE_CONTROL_WORD	0	/* offsets in the area */
#define XSAVE_MXCSR		24
#define CONTROL_WORD_RESET	0x037f
#define MXCSR_RESET		0x1f80

static u8 *msr_map;
static u8 *all_msrs_map;
static u8 *port_map;

static void let_pass(u32 first, u32 last)
{
	u32 block = first < SVM_MSRPM_BLOCK_MSRS ? 0 : SVM_MSRPM_BLOCK;
	u32 msr;

	for (msr = first; msr <= last; msr++) {
		u32 n = msr % SVM_MSRPM_BLOCK_MSRS;

		msr_map[block + n / 4] &= ~((SVM_MSRPM_READ | SVM_MSRPM_WRITE) <<
					    n % 4 * 2);
	}
}

/**
 * run_init() - Prepare what all children share
 */
void run_init(void)
{
	u32 leaf[4];

	cpuid(XSAVE_LEAF, 0, leaf);
	if (!leaf[0] || leaf[2] > PAGE_SIZE)
		end_of_run(END_SETUP, "the processor must have XSAVE, of a page at most");

	port_map = page_alloc(SVM_IOPM_PAGES);
	memset(port_map, 0xff, SVM_IOPM_PAGES * PAGE_SIZE);

	all_msrs_map = page_alloc(SVM_MSRPM_PAGES);
	memset(all_msrs_map, 0xff, SVM_MSRPM_PAGES * PAGE_SIZE);
	msr_map = page_alloc(SVM_MSRPM_PAGES);
	memset(msr_map, 0xff, SVM_MSRPM_PAGES * PAGE_SIZE);
	let_pass(MSR_SYSENTER_CS, MSR_SYSENTER_EIP);
	let_pass(MSR_STAR, MSR_SFMASK);
	let_pass(MSR_FS_BASE, MSR_KERNEL_GS_BASE);
}

/**
 * run_exit_for_msrs() - Say which MSRs exit
 * @vp: whose
 * @all: all of them, not just those that the processor does not switch
 */
void run_exit_for_msrs(struct child_vp *vp, bool all)
{
	vp->vmcb->msrpm_base = (u64)(all ? all_msrs_map : msr_map);
}

static void init_control(struct child_vp *vp)
{
	struct vmcb *vmcb = vp->vmcb;

	vmcb->intercept_misc1 = SVM_MISC1_INTR | SVM_MISC1_NMI |
				SVM_MISC1_INVD | SVM_MISC1_RDPMC |
				SVM_MISC1_CPUID | SVM_MISC1_HLT |
				SVM_MISC1_INVLPGA | SVM_MISC1_IOIO |
				SVM_MISC1_MSR | SVM_MISC1_SHUTDOWN;
	vmcb->intercept_misc2 = SVM_MISC2_VMRUN | SVM_MISC2_VMMCALL |
				SVM_MISC2_VMLOAD | SVM_MISC2_VMSAVE |
				SVM_MISC2_STGI | SVM_MISC2_CLGI |
				SVM_MISC2_SKINIT | SVM_MISC2_MONITOR |
				SVM_MISC2_MWAIT | SVM_MISC2_MWAIT_ARMED;
	vmcb->intercept_exceptions = vp->child->exceptions;
	vmcb->msrpm_base = (u64)msr_map;
	vmcb->iopm_base = (u64)port_map;
	vmcb->asid = ASID_CHILD;
	vmcb->interrupt_control = SVM_VIRTUAL_INTR;
	vmcb->nested_paging = 1;
	vmcb->nested_cr3 = (u64)vp->child->npt;
}

static void init_state(struct vmcb *vmcb)
{
	const struct vmcb_segment data = { 0, SEG_DATA16, 0xffff, 0 };

	vmcb->cs = (struct vmcb_segment) {
		0xf000, SEG_CODE16, 0xffff, 0xffff0000
	};
	vmcb->ds = data;
	vmcb->es = data;
	vmcb->fs = data;
	vmcb->gs = data;
	vmcb->ss = data;
	vmcb->gdtr = (struct vmcb_segment) { .limit = 0xffff };
	vmcb->idtr = (struct vmcb_segment) { .limit = 0xffff };
	vmcb->ldtr = (struct vmcb_segment) { 0, SEG_LDT, 0xffff, 0 };
	vmcb->tr = (struct vmcb_segment) { 0, SEG_TSS_BUSY, 0xffff, 0 };
	vmcb->efer = EFER_SVME;
	vmcb->cr0 = CR0_ET | CR0_CD | CR0_NW;
	vmcb->dr6 = DR6_RESET;
	vmcb->dr7 = DR7_RESET;
	vmcb->rflags = RFLAGS_FIXED;
	vmcb->rip = 0xfff0;
}

/**
 * run_vmcb_init() - Make a VP ready to run, in the state after RESET
 * @vp: a new VP; its VMCB and its extended state are zeroed
 */
void run_vmcb_init(struct child_vp *vp)
{
	init_control(vp);
	init_state(vp->vmcb);
	vp->vmcb->pat = PAT_RESET;
	*(u16 *)(vp->xsave + XSAVE_CONTROL_WORD) = CONTROL_WORD_RESET;
	*(u32 *)(vp->xsave + XSAVE_MXCSR) = MXCSR_RESET;
	vp->xcr0 = XCR0_X87;
}

/**
 * run_vmcb_reset() - INIT of a VP
 * @vp: a VP that is not in guest mode
 *
 * Registers that are not mentioned are zero afterwards, but for MSRs and the
 * extended state, which keep their values.
 */
void run_vmcb_reset(struct child_vp *vp)
{
	struct vmcb *vmcb = vp->vmcb;
	const struct vmcb old = *vmcb;

	memset(&vmcb->es, 0, sizeof(*vmcb) - offsetof(struct vmcb, es));
	vmcb->star = old.star;
	vmcb->lstar = old.lstar;
	vmcb->cstar = old.cstar;
	vmcb->sfmask = old.sfmask;
	vmcb->kernel_gs_base = old.kernel_gs_base;
	vmcb->sysenter_cs = old.sysenter_cs;
	vmcb->sysenter_esp = old.sysenter_esp;
	vmcb->sysenter_eip = old.sysenter_eip;
	vmcb->pat = old.pat;
	init_state(vmcb);
	vmcb->inject_event = 0;
	vmcb->interrupt_shadow = 0;
	vmcb->tlb_control = SVM_TLB_FLUSH_ALL;
	vp->regs = (struct gprs) { 0 };
	memset(vp->dr, 0, sizeof(vp->dr));
}

/**
 * run_vmcb_start() - SIPI of a VP
 * @vp: a VP after run_vmcb_reset(), or a new one
 * @vector: page number where it starts
 */
void run_vmcb_start(struct child_vp *vp, u8 vector)
{
	struct vmcb *vmcb = vp->vmcb;

	vmcb->cs.selector = vector << 8;
	vmcb->cs.base = (u64)vector << PAGE_SHIFT;
	vmcb->rip = 0;
}

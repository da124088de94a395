// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMCBs: how a VP of the parent and an idle processor are set up.
 *
 * The parent owns interrupts, local APIC and I/O ports of the machine, so
 * little is intercepted: CPUID, HLT, listed MSRs and ports, hypercalls, NMIs
 * (by which processors call each other) and what must not exist in a guest.
 *
 * An idle processor runs a guest of its own, the idle VMCB: a loop of HLT with
 * interrupts on, in which physical interrupts are intercepted. The interrupt
 * that ends the idle time is thus still pending when the parent resumes, and
 * is delivered as if the parent itself had slept.
 */
#include "machine/machine_upcalls.h"
#include "hv.h"

#define ASID_PARENT	1
#define ASID_IDLE	2

static u8 *msr_map;
static u8 *port_map;

/**
 * svm_init() - Allocate what all VMCBs share
 */
void svm_init(void)
{
	msr_map = page_alloc(SVM_MSRPM_PAGES);
	port_map = page_alloc(SVM_IOPM_PAGES);
}

/**
 * svm_intercept_msr() - Let an MSR of the parent exit
 * @msr: the MSR; those outside the map's three ranges always exit
 * @access: SVM_MSRPM_READ, SVM_MSRPM_WRITE or both
 */
void svm_intercept_msr(u32 msr, u32 access)
{
	static const u32 ranges[] = { 0x00000000, 0xc0000000, 0xc0010000 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		u32 n = msr - ranges[i];

		if (n < SVM_MSRPM_BLOCK_MSRS)
			msr_map[i * SVM_MSRPM_BLOCK + n / 4] |=
				access << n % 4 * 2;
	}
}

/**
 * svm_intercept_port() - Let an I/O port of the parent exit
 * @port: the port
 */
void svm_intercept_port(u16 port)
{
	port_map[port / 8] |= 1 << port % 8;
}

static void idle_vmcb_init(struct vmcb *vmcb)
{
	vmcb->intercept_misc1 = SVM_MISC1_INTR | SVM_MISC1_NMI |
				SVM_MISC1_SHUTDOWN;
	vmcb->intercept_misc2 = SVM_MISC2_VMRUN;
	vmcb->asid = ASID_IDLE;
	vmcb->cs = (struct vmcb_segment) { SEL_CODE64, SEG_CODE64, ~0U, 0 };
	vmcb->ss = (struct vmcb_segment) { SEL_DATA, SEG_DATA, ~0U, 0 };
	vmcb->ds = vmcb->ss;
	vmcb->es = vmcb->ss;
	vmcb->efer = EFER_SVME | EFER_LME | EFER_LMA;
	vmcb->cr0 = read_cr0();
	vmcb->cr3 = read_cr3();
	vmcb->cr4 = read_cr4();
	vmcb->dr6 = DR6_RESET;
	vmcb->dr7 = DR7_RESET;
	vmcb->pat = PAT_RESET;
}

/**
 * svm_init_cpu() - Enable SVM on this processor
 * @cpu: this processor
 */
void svm_init_cpu(struct cpu *cpu)
{
	static u64 save_areas[MAX_CPUS];

	if (!save_areas[cpu->index])
		save_areas[cpu->index] = (u64)page_alloc(1);
	wrmsr(MSR_VM_HSAVE_PA, save_areas[cpu->index]);
	idle_vmcb_init(cpu->idle);
}

/*
 * An NMI is dealt with as if the VP had run. Returns true after a kick: there may
 * be something to do.
 */
static bool sleep(struct cpu *cpu)
{
	struct vmcb *vmcb = cpu->idle;
	struct gprs unused = { 0 };

	vmcb->rip = (u64)svm_idle_loop;
	vmcb->rflags = RFLAGS_FIXED | RFLAGS_IF;
	svm_enter(vmcb, &unused);

	switch (vmcb->exit_code) {
	case SVM_EXIT_INTR:
		return false;
	case SVM_EXIT_NMI:
		return vp_take_nmi(cpu->vp);
	default:
		end_of_run(END_HYPERVISOR,
			   "processor %u left its idle loop: exit %lx at %lx",
			   cpu->index, vmcb->exit_code, vmcb->rip);
	}
}

/**
 * svm_idle() - Use the time until the parent needs this processor
 * @cpu: this processor; its VP of the parent has halted
 *
 * Runs what the hypervisor's scheduler has to run and else sleeps, until an
 * interrupt for the parent is pending, which stays pending, or an NMI, which is
 * passed on, or another processor wants the parent's VP to stop.
 */
void svm_idle(struct cpu *cpu)
{
	do {
		if (vp_must_stop(cpu->vp) || !machine_upcalls.run_ready_vps(cpu))
			break;
		machine_upcalls.arm_timer(machine_upcalls.wake_sleepers());
	} while (sleep(cpu));
}

/**
 * vmcb_init() - Allocate the VMCB of a VP of the parent
 * @vp: the VP
 */
void vmcb_init(struct vp *vp)
{
	struct vmcb *vmcb = page_alloc(1);

	vmcb->intercept_misc1 = SVM_MISC1_NMI | SVM_MISC1_CPUID |
				SVM_MISC1_HLT | SVM_MISC1_INVLPGA |
				SVM_MISC1_IOIO | SVM_MISC1_MSR |
				SVM_MISC1_SHUTDOWN;
	vmcb->intercept_misc2 = SVM_MISC2_VMRUN | SVM_MISC2_VMMCALL |
				SVM_MISC2_VMLOAD | SVM_MISC2_VMSAVE |
				SVM_MISC2_STGI | SVM_MISC2_CLGI |
				SVM_MISC2_SKINIT | SVM_MISC2_MONITOR |
				SVM_MISC2_MWAIT | SVM_MISC2_MWAIT_ARMED;
	vmcb->msrpm_base = (u64)msr_map;
	vmcb->iopm_base = (u64)port_map;
	vmcb->asid = ASID_PARENT;
	vmcb->nested_paging = 1;
	vmcb->nested_cr3 = (u64)vp->partition->npt;
	vp->vmcb = vmcb;
}

/**
 * vmcb_reset() - Put a VP into the state after INIT and SIPI
 * @vp: a VP that does not run
 * @sipi_vector: page number where it starts
 */
void vmcb_reset(struct vp *vp, u32 sipi_vector)
{
	const struct vmcb_segment data = { 0, SEG_DATA16, 0xffff, 0 };
	struct vmcb *vmcb = vp->vmcb;

	vmcb->cs = (struct vmcb_segment) {
		sipi_vector << 8, SEG_CODE16, 0xffff, sipi_vector << PAGE_SHIFT
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
	vmcb->cpl = 0;
	vmcb->efer = EFER_SVME;
	vmcb->cr0 = CR0_ET | CR0_CD | CR0_NW;
	vmcb->cr2 = 0;
	vmcb->cr3 = 0;
	vmcb->cr4 = 0;
	vmcb->dr6 = DR6_RESET;
	vmcb->dr7 = DR7_RESET;
	vmcb->pat = PAT_RESET;
	vmcb->rflags = RFLAGS_FIXED;
	vmcb->rip = 0;
	vmcb->rsp = 0;
	vmcb->rax = 0;
	vmcb->interrupt_shadow = 0;
	vmcb->inject_event = 0;
	vmcb->intercept_misc1 &= ~SVM_MISC1_IRET;
	vmcb->tlb_control = SVM_TLB_FLUSH_ALL;
	vp->nmi_masked = false;
	vp->nmi_pending = false;
	memset(&vp->regs, 0, sizeof(vp->regs));
}

/**
 * vmcb_boot() - Put the boot VP into the state the 64-bit boot protocol wants
 * @vp: the boot VP
 * @rip: entry point of the kernel
 * @zero_page: its boot parameters
 * @cr3: page table with an identity map
 * @gdt: descriptor table with __BOOT_CS and __BOOT_DS
 */
void vmcb_boot(struct vp *vp, u64 rip, u64 zero_page, u64 cr3, u64 gdt)
{
	const struct vmcb_segment data = { 0x18, SEG_DATA, ~0U, 0 };
	struct vmcb *vmcb = vp->vmcb;

	vmcb_reset(vp, 0);
	vmcb->cs = (struct vmcb_segment) { 0x10, SEG_CODE64, ~0U, 0 };
	vmcb->ds = data;
	vmcb->es = data;
	vmcb->ss = data;
	vmcb->gdtr = (struct vmcb_segment) { .limit = 0x1f, .base = gdt };
	vmcb->efer = EFER_SVME | EFER_LME | EFER_LMA;
	vmcb->cr0 = CR0_PG | CR0_ET | CR0_PE;
	vmcb->cr3 = cr3;
	vmcb->cr4 = CR4_PAE;
	vmcb->rip = rip;
	vp->regs.rsi = zero_page;
}

/**
 * vmcb_inject_gp() - Let the guest take a general protection fault
 * @vmcb: its VMCB, RIP still at the instruction
 */
void vmcb_inject_gp(struct vmcb *vmcb)
{
	vmcb->inject_event = SVM_EVENT_VALID | SVM_EVENT_EXCEPTION |
			     SVM_EVENT_ERROR_CODE | VECTOR_GP;
}

/**
 * vmcb_inject_nmi() - Let the guest take a non-maskable interrupt
 * @vmcb: its VMCB
 */
void vmcb_inject_nmi(struct vmcb *vmcb)
{
	vmcb->inject_event = SVM_EVENT_VALID | SVM_EVENT_NMI | VECTOR_NMI;
}

/**
 * vmcb_inject_ud() - Let the guest take an invalid opcode fault
 * @vmcb: its VMCB, RIP still at the instruction
 */
void vmcb_inject_ud(struct vmcb *vmcb)
{
	vmcb->inject_event = SVM_EVENT_VALID | SVM_EVENT_EXCEPTION | VECTOR_UD;
}

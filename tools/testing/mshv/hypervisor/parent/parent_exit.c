// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens when the parent leaves guest mode: a table from exit code to
 * handler. A handler either does what the instruction would have done and
 * moves RIP behind it, or injects a fault with RIP unchanged, or ends the run.
 */
#include "parent/parent_upcalls.h"
#include "hv.h"

/* This processor does not tell where the next instruction begins. */
#define HLT_LENGTH	1

static void exit_nmi(struct vp *vp)
{
	vp_take_nmi(vp);
}

static void exit_hlt(struct vp *vp)
{
	struct vmcb *vmcb = vp->vmcb;

	vmcb->rip += HLT_LENGTH;
	vmcb->interrupt_shadow = 0;
	if (vmcb->rflags & RFLAGS_IF)
		svm_idle(vp->cpu);
	else
		apic_vp_died(vp);
}

static void exit_ioio(struct vp *vp)
{
	struct vmcb *vmcb = vp->vmcb;
	u64 info = vmcb->exit_info1;

	if (!(info & SVM_IOIO_SIZE8) || (info & SVM_IOIO_STRING)) {
		vmcb_inject_gp(vmcb);
		return;
	}
	if (info & SVM_IOIO_IN)
		vmcb->rax = align_down(vmcb->rax, 0x100) | parent_upcalls.debug_read();
	else
		parent_upcalls.debug_write(vmcb->rax);
	vmcb->rip = vmcb->exit_info2;
}

static void exit_shutdown(struct vp *vp)
{
	parent_upcalls.log_ledger();
	end_of_run(END_TRIPLE_FAULT, "triple fault of VP %u", vp->index);
}

static void exit_npf(struct vp *vp)
{
	const struct ram_range *hidden;
	u64 gpa = vp->vmcb->exit_info2;
	u32 i, n = memory_hidden(&hidden);

	for (i = 0; i < n; i++)
		if (gpa - hidden[i].start < hidden[i].size)
			end_of_run(END_HIDDEN_MEMORY,
				   "VP %u touched hidden memory %lx, RIP %lx",
				   vp->index, gpa, vp->vmcb->rip);
	if (page_is_hidden(gpa))
		end_of_run(END_HIDDEN_MEMORY,
			   "VP %u touched %lx, which is deposited, RIP %lx",
			   vp->index, gpa, vp->vmcb->rip);
	end_of_run(END_HYPERVISOR, "VP %u touched nothing at %lx, RIP %lx",
		   vp->index, gpa, vp->vmcb->rip);
}

/* Instructions that do not exist for the parent */
static void exit_ud(struct vp *vp)
{
	vmcb_inject_ud(vp->vmcb);
}

static void exit_hypercall(struct vp *vp)
{
	parent_upcalls.hypercall(vp);
}

static const struct {
	u64 code;
	void (*handle)(struct vp *vp);
} handlers[] = {
	{ SVM_EXIT_NMI,			exit_nmi },
	{ SVM_EXIT_IRET,		vp_leaves_nmi_handler },
	{ SVM_EXIT_CPUID,		exit_cpuid },
	{ SVM_EXIT_HLT,			exit_hlt },
	{ SVM_EXIT_IOIO,		exit_ioio },
	{ SVM_EXIT_MSR,			exit_msr },
	{ SVM_EXIT_VMMCALL,		exit_hypercall },
	{ SVM_EXIT_NPF,			exit_npf },
	{ SVM_EXIT_SHUTDOWN,		exit_shutdown },
	{ SVM_EXIT_INVLPGA,		exit_ud },
	{ SVM_EXIT_VMRUN,		exit_ud },
	{ SVM_EXIT_VMLOAD,		exit_ud },
	{ SVM_EXIT_VMSAVE,		exit_ud },
	{ SVM_EXIT_STGI,		exit_ud },
	{ SVM_EXIT_CLGI,		exit_ud },
	{ SVM_EXIT_SKINIT,		exit_ud },
	{ SVM_EXIT_MONITOR,		exit_ud },
	{ SVM_EXIT_MWAIT,		exit_ud },
	{ SVM_EXIT_MWAIT_ARMED,		exit_ud },
};

/**
 * exit_dispatch() - Handle one exit
 * @vp: a VP of the parent that has just left guest mode
 */
void exit_dispatch(struct vp *vp)
{
	u64 code = vp->vmcb->exit_code;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(handlers); i++)
		if (handlers[i].code == code) {
			handlers[i].handle(vp);
			return;
		}
	end_of_run(END_HYPERVISOR, "VP %u: exit %lx (%lx, %lx) at RIP %lx",
		   vp->index, code, vp->vmcb->exit_info1,
		   vp->vmcb->exit_info2, vp->vmcb->rip);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens when a VP of a child leaves guest mode: a table from exit code to
 * handler. A handler either does what the instruction would have done and lets
 * the VP run on, or suspends the VP and tells the parent.
 */
#include "run/run_upcalls.h"
#include "guest_call.h"

#define CPUID_LENGTH	2
#define HLT_LENGTH	1
#define INVD_LENGTH	2
#define MSR_LENGTH	2

enum { EAX, EBX, ECX, EDX };

static enum run_result on_interrupt(struct cpu *cpu, struct child_vp *vp)
{
	return RUN_PREEMPTED;
}

/* Who kicks has a reason that run_child() looks at before it enters again. */
static enum run_result on_nmi(struct cpu *cpu, struct child_vp *vp)
{
	return vp_take_nmi(cpu->vp) ? RUN_ON : RUN_PREEMPTED;
}

static bool intercepted(const struct child_vp *vp, u32 type, u8 access)
{
	return READ_ONCE(vp->child->intercepts[type]) & access;
}

static enum run_result on_cpuid(struct cpu *cpu, struct child_vp *vp)
{
	struct vmcb *vmcb = vp->vmcb;
	u32 out[4];

	run_cpuid(vp, vmcb->rax, vp->regs.rcx, out);
	if (!child_result_cpuid(vp, vmcb->rax, vp->regs.rcx, out) &&
	    intercepted(vp, HV_INTERCEPT_CPUID, HV_INTERCEPT_ACCESS_EXECUTE)) {
		intercept_cpuid(vp);
		return RUN_INTERCEPT;
	}
	vmcb->rax = out[EAX];
	vp->regs.rbx = out[EBX];
	vp->regs.rcx = out[ECX];
	vp->regs.rdx = out[EDX];
	vmcb->rip += CPUID_LENGTH;
	vmcb->interrupt_shadow = 0;
	return RUN_ON;
}

/* By the message of an MSR, which is all that the interface has for it. */
static bool reports_crash(const struct child_vp *vp)
{
	u64 value = vp->regs.rdx << 32 | (u32)vp->vmcb->rax;

	return (u32)vp->regs.rcx == HV_MSR_CRASH_CTL &&
	       (value & HV_CRASH_NOTIFY) && child_privileges(vp->child);
}

/* The hypervisor's own registers first; then the parent, if it wants them. */
static enum run_result on_msr(struct cpu *cpu, struct child_vp *vp)
{
	u32 action = READ_ONCE(vp->child->unimplemented_msr_action);
	bool write = vp->vmcb->exit_info1 == SVM_MSR_WRITE;
	bool told;

	if (watch_msr(vp, write))
		return RUN_INTERCEPT;
	if (write && reports_crash(vp) &&
	    intercepted(vp, HV_INTERCEPT_MSR, HV_INTERCEPT_ACCESS_WRITE)) {
		intercept_msr(vp);
		return RUN_INTERCEPT;
	}
	if (!run_msr(vp, write)) {
		told = child_result_msr(vp, vp->regs.rcx, write, &action);
		if (!told && intercepted(vp, HV_INTERCEPT_MSR,
					 write ? HV_INTERCEPT_ACCESS_WRITE :
						 HV_INTERCEPT_ACCESS_READ)) {
			intercept_msr(vp);
			return RUN_INTERCEPT;
		}
		if (!run_absent_msr(vp, write, action)) {
			vmcb_inject_gp(vp->vmcb);
			return RUN_ON;
		}
	}
	vp->vmcb->rip += MSR_LENGTH;
	vp->vmcb->interrupt_shadow = 0;
	return RUN_ON;
}

static enum run_result on_port(struct cpu *cpu, struct child_vp *vp)
{
	intercept_port(vp);
	return RUN_INTERCEPT;
}

static enum run_result on_memory(struct cpu *cpu, struct child_vp *vp)
{
	if (doorbell_store(vp))
		return RUN_ON;
	if (run_apic(vp))
		return RUN_ON;
	intercept_memory(vp);
	return RUN_INTERCEPT;
}

/*
 * Where the hypervisor provides the local APIC it knows what ends a halt, and
 * keeps it for itself.
 */
static enum run_result on_halt(struct cpu *cpu, struct child_vp *vp)
{
	if (vp->child->flags & HV_CREATE_LAPIC) {
		vp->vmcb->rip += HLT_LENGTH;
		vp->vmcb->interrupt_shadow = 0;
		vp->halted = true;
		return RUN_ON;
	}
	intercept_halt(vp);
	return RUN_INTERCEPT;
}

/* The guest could take an interrupt now: run_child() looks who wants to know. */
static enum run_result on_window(struct cpu *cpu, struct child_vp *vp)
{
	return RUN_ON;
}

static enum run_result on_iret(struct cpu *cpu, struct child_vp *vp)
{
	interrupts_iret(vp);
	return RUN_ON;
}

static enum run_result on_cr8(struct cpu *cpu, struct child_vp *vp)
{
	if (!interrupts_write_cr8(vp))
		vmcb_inject_gp(vp->vmcb);
	return RUN_ON;
}

static enum run_result on_register(struct cpu *cpu, struct child_vp *vp)
{
	return watch_register(vp) ? RUN_INTERCEPT : RUN_ON;
}

static enum run_result on_shutdown(struct cpu *cpu, struct child_vp *vp)
{
	intercept_crash(vp);
	return RUN_INTERCEPT;
}

static enum run_result on_invalid(struct cpu *cpu, struct child_vp *vp)
{
	intercept_invalid_state(vp);
	return RUN_INTERCEPT;
}

/* Instructions that do not exist for a child */
static enum run_result on_ud(struct cpu *cpu, struct child_vp *vp)
{
	vmcb_inject_ud(vp->vmcb);
	return RUN_ON;
}

static enum run_result on_vmmcall(struct cpu *cpu, struct child_vp *vp)
{
	return run_upcalls.may_call(vp) ? run_upcalls.call(vp) : on_ud(cpu, vp);
}

/* Caches are the machine's; dropping them without writing back is not for a child. */
static enum run_result on_invd(struct cpu *cpu, struct child_vp *vp)
{
	vp->vmcb->rip += INVD_LENGTH;
	return RUN_ON;
}

static enum run_result on_gp(struct cpu *cpu, struct child_vp *vp)
{
	vmcb_inject_gp(vp->vmcb);
	return RUN_ON;
}

static const struct {
	u64 code;
	enum run_result (*handle)(struct cpu *cpu, struct child_vp *vp);
} handlers[] = {
	{ SVM_EXIT_INTR,		on_interrupt },
	{ SVM_EXIT_NMI,			on_nmi },
	{ SVM_EXIT_VINTR,		on_window },
	{ SVM_EXIT_IRET,		on_iret },
	{ SVM_EXIT_CR_WRITE + 0,	on_register },
	{ SVM_EXIT_CR_WRITE + 4,	on_register },
	{ SVM_EXIT_CR_WRITE + 8,	on_cr8 },
	{ SVM_EXIT_IDTR_WRITE,		on_register },
	{ SVM_EXIT_GDTR_WRITE,		on_register },
	{ SVM_EXIT_LDTR_WRITE,		on_register },
	{ SVM_EXIT_TR_WRITE,		on_register },
	{ SVM_EXIT_IOIO,		on_port },
	{ SVM_EXIT_NPF,			on_memory },
	{ SVM_EXIT_MSR,			on_msr },
	{ SVM_EXIT_CPUID,		on_cpuid },
	{ SVM_EXIT_HLT,			on_halt },
	{ SVM_EXIT_SHUTDOWN,		on_shutdown },
	{ SVM_EXIT_INVALID,		on_invalid },
	{ SVM_EXIT_INVD,		on_invd },
	{ SVM_EXIT_RDPMC,		on_gp },
	{ SVM_EXIT_VMMCALL,		on_vmmcall },
	{ SVM_EXIT_INVLPGA,		on_ud },
	{ SVM_EXIT_VMRUN,		on_ud },
	{ SVM_EXIT_VMLOAD,		on_ud },
	{ SVM_EXIT_VMSAVE,		on_ud },
	{ SVM_EXIT_STGI,		on_ud },
	{ SVM_EXIT_CLGI,		on_ud },
	{ SVM_EXIT_SKINIT,		on_ud },
	{ SVM_EXIT_MONITOR,		on_ud },
	{ SVM_EXIT_MWAIT,		on_ud },
	{ SVM_EXIT_MWAIT_ARMED,		on_ud },
};

/**
 * run_exit() - Handle one exit
 * @cpu: this processor
 * @vp: the VP that has just left guest mode on it
 *
 * Return: what to do with the VP next.
 */
enum run_result run_exit(struct cpu *cpu, struct child_vp *vp)
{
	u64 code = vp->vmcb->exit_code;
	u32 i;

	child_stats_exit(vp, code);
	for (i = 0; i < ARRAY_SIZE(handlers); i++)
		if (handlers[i].code == code)
			return handlers[i].handle(cpu, vp);
	if (code - SVM_EXIT_EXCEPTION < 32) {
		intercept_exception(vp);
		return RUN_INTERCEPT;
	}
	end_of_run(END_HYPERVISOR,
		   "VP %u of partition %lu: exit %lx (%lx, %lx) at RIP %lx",
		   vp->index, vp->child->id, code, vp->vmcb->exit_info1,
		   vp->vmcb->exit_info2, vp->vmcb->rip);
}

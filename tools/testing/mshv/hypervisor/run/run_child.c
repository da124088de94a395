// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VP of a child on a processor of the parent: what is switched, and the loop
 * that enters guest mode until the VP has to leave.
 *
 * The hypervisor itself uses neither vector nor debug registers, so the
 * parent's are switched only when a child runs.
 *
 * Interrupts of the machine are the parent's. They always cause an exit and stay
 * pending, so the parent takes them as soon as it runs again.
 */
#include "run.h"

static u64 supported_states(void)
{
	u32 leaf[4];

	cpuid(0x0000000d, 0, leaf);
	return (u64)leaf[3] << 32 | leaf[0];
}

static void switch_debug(const u64 *load, u64 *store)
{
	if (store) {
		asm volatile("mov %%dr0, %0" : "=r" (store[0]));
		asm volatile("mov %%dr1, %0" : "=r" (store[1]));
		asm volatile("mov %%dr2, %0" : "=r" (store[2]));
		asm volatile("mov %%dr3, %0" : "=r" (store[3]));
	}
	asm volatile("mov %0, %%dr0" : : "r" (load[0]));
	asm volatile("mov %0, %%dr1" : : "r" (load[1]));
	asm volatile("mov %0, %%dr2" : : "r" (load[2]));
	asm volatile("mov %0, %%dr3" : : "r" (load[3]));
}

/*
 * Says that the processor uses the nested page table before reading which state
 * the table is in, see run_flush(). Likewise with a request from outside.
 */
static void enter(struct cpu *cpu, struct child_vp *vp)
{
	struct vmcb *vmcb = vp->vmcb;
	u32 generation;
	u64 start;

	WRITE_ONCE(cpu->guest_entries, cpu->guest_entries + 1);
	__atomic_store_n(&cpu->guest, vp->child, __ATOMIC_SEQ_CST);
	generation = __atomic_load_n(&vp->child->npt_generation,
				     __ATOMIC_SEQ_CST);
	if (__atomic_exchange_n(&vp->flush, 0, __ATOMIC_SEQ_CST))
		vmcb->tlb_control = SVM_TLB_FLUSH_ALL;
	if (generation != vp->npt_generation) {
		vmcb->tlb_control = SVM_TLB_FLUSH_ALL;
		vp->npt_generation = generation;
	}
	interrupts_recheck(vp);

	start = read_tsc();
	svm_enter(vmcb, &vp->regs);
	child_stats_add(vp, COUNT_RUN_TIME, read_tsc() - start);
	WRITE_ONCE(cpu->guest, NULL);

	vmcb->tlb_control = 0;
	interrupts_taken(vp);
}

static enum run_result run(struct cpu *cpu, struct child_vp *vp, u64 deadline)
{
	bool has_slice = schedule_by_parent();
	enum run_result result;

	do {
		if (vp_must_stop(cpu->vp) || read_tsc() >= deadline)
			return RUN_PREEMPTED;
		if (READ_ONCE(vp->stop))
			return RUN_STOPPED;
		result = interrupts_offer(vp);
		if (result != RUN_ON)
			return result;
		if (!has_slice)
			has_slice = schedule_slice();
		enter(cpu, vp);
		result = run_exit(cpu, vp);
	} while (result == RUN_ON);
	return result;
}

/**
 * run_child() - Run a VP of a child on this processor until it has to leave
 * @cpu: this processor; its VP of the parent is not in guest mode
 * @vp: a VP in CHILD_VP_RUNNING on this processor
 * @deadline: TSC from which on it leaves at its next exit
 *
 * Context: children_lock not held.
 * Return: why it left; not RUN_ON.
 */
enum run_result run_child(struct cpu *cpu, struct child_vp *vp, u64 deadline)
{
	const u64 states = supported_states(), xcr0 = read_xcr0();
	struct vmcb *vmcb = vp->vmcb;
	enum run_result result;
	u64 dr[4];

	write_xcr0(states);
	xsave(cpu->xsave);
	xrstor(vp->xsave);
	write_xcr0((vp->xcr0 & states) | XCR0_X87);
	switch_debug(vp->dr, dr);

	vmcb->intercept_exceptions = vp->child->exceptions;
	watch_registers(vp);
	vmcb->tlb_control = SVM_TLB_FLUSH_ALL;

	result = run(cpu, vp, deadline);

	doorbell_flush();
	switch_debug(dr, vp->dr);
	vp->xcr0 = read_xcr0();
	write_xcr0(states);
	xsave(vp->xsave);
	xrstor(cpu->xsave);
	write_xcr0(xcr0);
	/* Those that are only stored now are on the page, too. */
	if (result == RUN_INTERCEPT)
		register_page_refresh(vp);
	return result;
}

static void leave(struct cpu *cpu, const struct child *child)
{
	u32 entries = READ_ONCE(cpu->guest_entries);

	if (__atomic_load_n(&cpu->guest, __ATOMIC_SEQ_CST) != child)
		return;
	cpu_kick(cpu);
	while (READ_ONCE(cpu->guest) == child &&
	       READ_ONCE(cpu->guest_entries) == entries)
		cpu_relax();
}

/**
 * run_flush() - See to it that a change of a nested page table is noticed
 * @child: whose; npt_generation is new
 *
 * Processors that are in guest mode leave it, and whoever enters from now on
 * flushes its TLB. A processor says that it has left before it asks for any
 * lock, so that waiting for it with children_lock held is no deadlock.
 *
 * Context: children_lock held.
 */
void run_flush(struct child *child)
{
	u32 i;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (i = 0; i < num_cpus; i++)
		leave(&cpus[i], child);
}

/**
 * run_flush_vp() - See to it that a VP notices changes of its guest's page tables
 * @vp: the VP; if it is in guest mode, it leaves it, as for run_flush()
 *
 * Context: children_lock held.
 */
void run_flush_vp(struct child_vp *vp)
{
	__atomic_store_n(&vp->flush, 1, __ATOMIC_SEQ_CST);
	if (vp->activity == CHILD_VP_RUNNING && vp->cpu != cpu_self())
		leave(vp->cpu, vp->child);
}

/**
 * run_stop() - Ask a VP to leave its processor
 * @vp: the VP; does not wait until it has
 *
 * Context: children_lock held.
 */
void run_stop(struct child_vp *vp)
{
	__atomic_store_n(&vp->stop, 1, __ATOMIC_SEQ_CST);
	if (vp->activity == CHILD_VP_RUNNING && vp->cpu != cpu_self())
		cpu_kick(vp->cpu);
}

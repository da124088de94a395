// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parent partition and its VPs.
 *
 * Invariant: VP n of the parent runs on processor n and nowhere else.
 */
#include "parent/parent_upcalls.h"
#include "vmbus.h"

#define PARENT_ID	1

#define PRIVILEGES_OF_ALL \
	(HV_PRIV_REFERENCE_COUNTER | HV_PRIV_SYNIC | HV_PRIV_APIC_MSRS | \
	 HV_PRIV_HYPERCALL_MSRS | HV_PRIV_VP_INDEX | HV_PRIV_REFERENCE_TSC | \
	 HV_PRIV_FREQUENCY_MSRS)
#define PRIVILEGES_OF_PARENTS \
	(PRIVILEGES_OF_ALL | HV_PRIV_CREATE_PARTITIONS | HV_PRIV_STATS | \
	 HV_PRIV_CREATE_PORT | HV_PRIV_CONNECT_PORT)

static const u64 privileges[] = {
	[PARTITION_GUEST] = PRIVILEGES_OF_ALL,
	[PARTITION_L1VH] = PRIVILEGES_OF_PARENTS,
	[PARTITION_ROOT] = PRIVILEGES_OF_PARENTS | HV_PRIV_CPU_MANAGEMENT |
			   HV_PRIV_PARTITION_ID,
	[PARTITION_ISOLATED] = PRIVILEGES_OF_PARENTS | HV_PRIV_ISOLATION,
};

/* The root partition cannot move these pages, so they are there from the start. */
static void provide_pages(void)
{
	parent.hypercall = parent_page_alloc();
	parent.reference_tsc = parent_page_alloc();
}

static void vp_create(u32 index)
{
	struct vp *vp = &parent.vps[index];

	*vp = (struct vp) {
		.index = index,
		.partition = &parent,
		.cpu = &cpus[index],
		.state = VP_WAIT_SIPI,
	};
	vmcb_init(vp);
	synic_init_vp(vp);
	if (parent.type == PARTITION_ROOT) {
		vp->vp_assist = parent_page_alloc();
		if (index)
			vp->state = VP_ABSENT;
	}
	cpus[index].vp = vp;
}

/**
 * parent_create() - Make the parent partition as the knobs say
 */
void parent_create(void)
{
	u32 i;

	if (knobs.processors > num_cpus)
		end_of_run(END_SETUP, "processors=%lu, but the machine has %u",
			   knobs.processors, num_cpus);

	parent.id = PARENT_ID;
	parent.type = knobs.partition;
	parent.privileges = privileges[parent.type];
	if (knobs.partition_id)
		parent.privileges |= HV_PRIV_PARTITION_ID;
	parent.num_vps = knobs.processors ? knobs.processors : num_cpus;
	parent.npt = npt_build_parent();
	ownership_init();
	if (parent.type == PARTITION_ROOT)
		provide_pages();
	for (i = 0; i < parent.num_vps; i++)
		vp_create(i);
	cpus[0].lp_added = true;
	if (knobs.vmbus)
		vmbus_init();
}

/**
 * vp_run() - Run a VP of the parent until somebody stops it
 * @vp: the VP, in state VP_RUNNING, on its own processor
 *
 * An NMI that arrives between the check and VMRUN is held back by the clear
 * global interrupt flag and causes an exit at once: no call is lost.
 */
void vp_run(struct vp *vp)
{
	struct vmcb *vmcb = vp->vmcb;

	while (!vp_must_stop(vp)) {
		if (npt_changed(&vp->npt_seen))
			vmcb->tlb_control = SVM_TLB_FLUSH_ALL;
		svm_enter(vmcb, &vp->regs);
		vmcb->tlb_control = 0;
		if (vmcb->exit_event & SVM_EVENT_VALID)
			vmcb->inject_event = vmcb->exit_event;
		exit_dispatch(vp);
		parent_upcalls.wake_sleepers();
	}
	cpu_park(vp->cpu);
}

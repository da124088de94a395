/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Upcalls of child/: VPs that run while their state changes, and messages.
 */
#ifndef HV_CHILD_UPCALLS_H
#define HV_CHILD_UPCALLS_H

#include "child.h"

/**
 * struct child_upcalls - What child/ needs of higher layers
 * @stop: ask a VP to leave its processor, do not wait
 * @flush: no processor uses older contents of the nested page table
 * @update: registers of a VP that does not run have changed
 * @forget: the VP is about to be deleted; it does not run
 * @init_vmcb: fill a zeroed VMCB with the state after RESET
 * @cpuid: what a VP sees without intercepts
 * @post_message: queue a message for the parent
 * @cancel_message: a message goes away
 *
 * boot/layers.c fills it in before anything of it is called; it does not change
 * any more.
 */
struct child_upcalls {
	void (*stop)(struct child_vp *vp);
	void (*flush)(struct child *child);
	void (*update)(struct child_vp *vp);
	void (*forget)(struct child_vp *vp);
	void (*init_vmcb)(struct child_vp *vp);
	void (*cpuid)(const struct child_vp *vp, u32 leaf, u32 subleaf, u32 out[4]);
	void (*post_message)(struct message *m);
	void (*cancel_message)(struct message *m);
};

extern struct child_upcalls child_upcalls;

#endif /* HV_CHILD_UPCALLS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Upcalls of machine/: what a processor does that has been set up.
 */
#ifndef HV_MACHINE_UPCALLS_H
#define HV_MACHINE_UPCALLS_H

#include "hv.h"

/**
 * struct machine_upcalls - What machine/ needs of higher layers
 * @run_parent: run a VP of the parent on this processor
 * @run_ready_vps: run what the hypervisor schedules; false: the parent
 *	needs the processor
 * @wake_sleepers: wake VPs whose timers have expired; returns the next deadline,
 *	TSC
 * @arm_timer: have an interrupt at that time, TSC
 *
 * boot/layers.c fills it in before anything of it is called; it does not change
 * any more.
 */
struct machine_upcalls {
	void __noreturn (*run_parent)(struct vp *vp);
	bool (*run_ready_vps)(struct cpu *cpu);
	u64 (*wake_sleepers)(void);
	void (*arm_timer)(u64 deadline);
};

extern struct machine_upcalls machine_upcalls;

#endif /* HV_MACHINE_UPCALLS_H */

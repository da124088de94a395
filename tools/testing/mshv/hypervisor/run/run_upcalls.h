/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Upcalls of run/: hypercalls of children.
 */
#ifndef HV_RUN_UPCALLS_H
#define HV_RUN_UPCALLS_H

#include "run.h"

/**
 * struct run_upcalls - What run/ needs of higher layers
 * @may_call: whether there is such an instruction for a VP
 * @call: do the hypercall that a VP has just made
 *
 * boot/layers.c fills it in before anything of it is called; it does not change
 * any more.
 */
struct run_upcalls {
	bool (*may_call)(const struct child_vp *vp);
	enum run_result (*call)(struct child_vp *vp);
};

extern struct run_upcalls run_upcalls;

#endif /* HV_RUN_UPCALLS_H */

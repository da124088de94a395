/* SPDX-License-Identifier: GPL-2.0-only */
/* Who schedules virtual processors, and the run loop that follows from it. */
#ifndef _MSHV_SCHED_H
#define _MSHV_SCHED_H

#include <linux/types.h>

#include "caps.h"

struct mshv_root;
struct mshv_vp;

/**
 * struct mshv_sched_ops - a run loop
 * @name: who dispatches VPs, as the end of "VPs are dispatched by ..."
 * @start: set up what the loop needs on every processor; NULL: nothing.
 *	   Returns 0 or a negative errno. Process context, may sleep.
 * @stop: undo @start; NULL when @start is
 * @run: run a VP until it has a message for the VMM, which is then on its
 *	 intercept page: 0; -EINTR if a signal came first; another errno if the
 *	 hypervisor refuses. Process context, the VP's lock is held, sleeps.
 * @halt: make sure that a VP does not run any more when nobody calls @run; NULL:
 *	  it does not anyhow. Called in a crash: no lock, no sleep.
 * @drain: make sure that the hypervisor has nothing more to say about a VP that
 *	   nobody runs any more; NULL: it has not. Process context, may sleep.
 * @condemn: see to it that a VP of a partition that has been condemned does not run
 *	     any more, also if a thread is about to run it. Process context; does
 *	     not allocate.
 */
struct mshv_sched_ops {
	const char *name;
	int (*start)(void);
	void (*stop)(void);
	long (*run)(struct mshv_vp *vp);
	void (*halt)(struct mshv_vp *vp);
	void (*drain)(struct mshv_vp *vp);
	int (*condemn)(struct mshv_vp *vp);
};

extern const struct mshv_sched_ops mshv_sched_hv_ops;
extern const struct mshv_sched_ops mshv_sched_root_ops;

/**
 * struct mshv_scheduler - a scheduler that virtual processors may run under
 * @name: one word, as in sysfs
 * @title: in words, as in the kernel log
 * @ops: the run loop for it
 */
struct mshv_scheduler {
	const char *name;
	const char *title;
	const struct mshv_sched_ops *ops;
};

/**
 * struct mshv_sched_facts - all that the choice of the scheduler depends on
 * @partition_type: the kind of parent partition
 * @integrated_capable: L1VH: the VMM capabilities offer the integrated
 *			scheduler
 * @integrated_enabled: L1VH, if @integrated_capable: the partition property
 *			HierarchicalIntegratedSchedulerEnabled; 0: not enabled
 * @scheduler_type: root: system property "scheduler type",
 *		    enum hv_scheduler_type
 */
struct mshv_sched_facts {
	enum mshv_partition_type partition_type;
	bool integrated_capable;
	u64 integrated_enabled;
	u32 scheduler_type;
};

const struct mshv_scheduler *
mshv_sched_identify(const struct mshv_sched_facts *facts);
const struct mshv_sched_ops *
mshv_sched_select(const struct mshv_sched_facts *facts);
int mshv_sched_read(const struct mshv_root *root,
		    struct mshv_sched_facts *facts);
int mshv_sched_start(struct mshv_root *root);

int mshv_sched_loop_start(struct mshv_root *root);
void mshv_sched_loop_stop(struct mshv_root *root);

#endif /* _MSHV_SCHED_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* Virtual processors of child partitions. */
#ifndef _MSHV_VP_H
#define _MSHV_VP_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/rcuwait.h>
#include <linux/types.h>
#include <hyperv/hvhdk.h>

#include "shared_page.h"
#include "stats.h"

struct address_space;
struct task_struct;
struct mshv_partition;

/**
 * struct mshv_vp_run - what a run loop keeps about a VP
 * @wait: where the thread in MSHV_RUN_VP sleeps. The interrupt handler wakes it,
 *	  also on a real-time kernel, where a wait queue could not be used there
 * @kicked: the hypervisor had something to say since the thread last looked;
 *	    set by the interrupt handler
 * @signals: how often it had, ever
 * @unsettled: hypervisor loop: the VP was let go, and may run or have sent a
 *	       message that no thread has taken
 * @blocked: root loop: the VP cannot be dispatched until the hypervisor says so
 * @intercepted: root loop: the VP is suspended by an intercept
 * @listening: root loop: before it dispatches the VP again or ends, the loop
 *	       looks at the interrupts on the register page, see irq.c
 * @resuming: hypervisor loop: held from the last look at whether the partition was
 *	      stopped until the VP runs
 */
struct mshv_vp_run {
	struct rcuwait wait;
	bool kicked;
	atomic64_t signals;
	bool unsettled;
	bool blocked;
	bool intercepted;
	bool listening;
	spinlock_t resuming;	/* see above */
};

/**
 * struct mshv_vp - a virtual processor
 * @partition: the child it belongs to; the VP's file holds a reference
 * @index: its number
 * @lock: taken by each ioctl on the VP's file: one thread runs it at a time;
 *	  protects @mapping
 * @holder: the thread that holds @lock for an ioctl, to be looked at under RCU
 * @mapping: where its pages are mapped; NULL when its file has been closed
 * @intercept: the last intercept message
 * @registers: general registers, to be read and written while it is suspended
 * @stats: its counters
 * @run: for the run loop
 *
 * Once created, it lives as long as the partition, whether its file is open or
 * not.
 */
struct mshv_vp {
	struct mshv_partition *partition;
	u32 index;
	struct mutex lock;	/* see above */
	struct task_struct *holder;
	struct address_space *mapping;
	struct mshv_shared_page intercept;
	struct mshv_shared_page registers;
	struct mshv_stats stats;
	struct mshv_vp_run run;
};

struct mshv_create_vp;

long mshv_vp_create(struct mshv_partition *partition,
		    const struct mshv_create_vp *args);
void mshv_vp_suspend(const struct mshv_vp *vp);
bool mshv_vp_stop(struct mshv_vp *vp);
void mshv_vp_destroy(struct mshv_vp *vp);
void mshv_vp_kick(struct mshv_vp *vp);

/* vp_file.c */
extern const struct file_operations mshv_vp_fops;

#endif /* _MSHV_VP_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* Child partitions: virtual machines. */
#ifndef _MSHV_PARTITION_H
#define _MSHV_PARTITION_H

#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include "async.h"
#include "debugfs.h"
#include "ioeventfd.h"
#include "irqfd.h"
#include "region.h"

struct mshv_irq_table;
struct mshv_root;

/**
 * struct mshv_partition - a child
 * @root: the driver's state
 * @id: what the hypervisor calls it
 * @lock: taken by each ioctl on the partition's file; protects @initialized and
 *	  the coming of VPs
 * @holder: the thread that holds @lock for an ioctl, to be looked at under RCU
 * @initialized: the hypervisor let it have memory and VPs
 * @stopped: the system goes down; set before @lock and the lock of each VP are
 *	     taken once
 * @down: the hypervisor does not know it any more; set under @lock, or without
 *	  further references
 * @condemned: the hypervisor did not take memory away from it, so it must not run
 * @vps: struct mshv_vp by index; VPs come under @lock and go with the partition;
 *	 the interrupt handler looks them up under RCU
 * @memory: its guest memory
 * @ioeventfds: eventfds that its writes signal; protected by @lock
 * @irq_table: where its interrupts go; replaced under @lock
 * @irqfds: eventfds that raise interrupts
 * @async: a hypercall on it that is under way
 * @debugfs: what debugfs shows of it
 * @refs: one for the partition's file, one for the file of each VP
 *
 * Lives from MSHV_CREATE_PARTITION until the last of its files is closed, in
 * whatever order and by whomever. All of it is undone at that time, once; when
 * the system goes down, what is the hypervisor's of it goes first.
 */
struct mshv_partition {
	const struct mshv_root *root;
	u64 id;
	struct mutex lock;	/* see above */
	struct task_struct *holder;
	bool initialized;
	bool stopped;
	bool down;
	bool condemned;
	struct xarray vps;
	struct mshv_memory memory;
	struct mshv_ioeventfds ioeventfds;
	struct mshv_irq_table __rcu *irq_table;
	struct mshv_irqfds irqfds;
	struct mshv_async async;
	struct mshv_debugfs_partition debugfs;
	refcount_t refs;
};

long mshv_partition_create(const struct mshv_root *root, void __user *user_arg);
struct mshv_partition *mshv_partition_get(struct mshv_partition *partition);
void mshv_partition_put(struct mshv_partition *partition);
struct mshv_partition *mshv_partition_find(u64 id);
void mshv_partitions_stop(void);
int mshv_partitions_freeze(void);
void mshv_partitions_thaw(void);
void mshv_partitions_halt(void);

/**
 * mshv_partition_stopped() - whether a partition must not run any more
 * @partition: the partition
 *
 * Context: Any.
 * Return: true once the system goes down, or the partition has memory that is not
 *	   its own any more.
 */
static inline bool mshv_partition_stopped(const struct mshv_partition *partition)
{
	return READ_ONCE(partition->stopped) || READ_ONCE(partition->condemned);
}

#endif /* _MSHV_PARTITION_H */

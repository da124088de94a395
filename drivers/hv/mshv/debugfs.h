/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of the hypervisor in debugfs. */
#ifndef _MSHV_DEBUGFS_H
#define _MSHV_DEBUGFS_H

#include "stats.h"

struct dentry;
struct mshv_partition;
struct mshv_root;
struct mshv_vp;

/**
 * struct mshv_debugfs_partition - what debugfs shows of a child
 * @stats: its counters
 * @dir: its directory; NULL or an error where there is none
 * @vps: the directory for its VPs
 */
struct mshv_debugfs_partition {
	struct mshv_stats stats;
	struct dentry *dir;
	struct dentry *vps;
};

int mshv_debugfs_start(struct mshv_root *root);
void mshv_debugfs_stop(struct mshv_root *root);

void mshv_debugfs_add_partition(struct mshv_partition *partition);
void mshv_debugfs_remove_partition(struct mshv_partition *partition);
void mshv_debugfs_add_vp(struct mshv_vp *vp);

#endif /* _MSHV_DEBUGFS_H */

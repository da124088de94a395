/* SPDX-License-Identifier: GPL-2.0-only */
/* Locks of ioctls, which a system that goes down gets within bounded time. */
#ifndef _MSHV_HELD_LOCK_H
#define _MSHV_HELD_LOCK_H

#include <linux/types.h>

struct mutex;
struct task_struct;

int mshv_held_lock(struct mutex *lock, struct task_struct **holder);
void mshv_held_unlock(struct mutex *lock, struct task_struct **holder);
bool mshv_held_lock_bounded(struct mutex *lock, struct task_struct **holder);

#endif /* _MSHV_HELD_LOCK_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks of ioctls, which a system that goes down gets within bounded time.
 *
 * An ioctl may hold the lock of its object while it waits for something outside
 * of the kernel: memory that a userfaultfd handler, a FUSE server or a server in
 * the network has to provide. The lock therefore remembers the thread that holds
 * it. When the system goes down, and the thread does not come back by itself, it
 * is killed; the waits mentioned end by that.
 */
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "held_lock.h"

/* A thread has that long to come back by itself, and again after it is killed. */
#define PATIENCE	(2 * HZ)

/**
 * mshv_held_lock() - take the lock of an object for an ioctl
 * @lock: the lock
 * @holder: the thread that holds it
 *
 * Context: Process context, may sleep.
 * Return: 0, or -EINTR if a fatal signal is pending.
 */
int mshv_held_lock(struct mutex *lock, struct task_struct **holder)
{
	if (mutex_lock_killable(lock))
		return -EINTR;

	WRITE_ONCE(*holder, current);
	return 0;
}

/**
 * mshv_held_unlock() - undo mshv_held_lock()
 * @lock: the lock
 * @holder: the thread that holds it
 *
 * Context: Process context.
 */
void mshv_held_unlock(struct mutex *lock, struct task_struct **holder)
{
	WRITE_ONCE(*holder, NULL);
	mutex_unlock(lock);
}

static bool lock_in_time(struct mutex *lock, unsigned long timeout)
{
	const unsigned long end = jiffies + timeout;

	while (!mutex_trylock(lock)) {
		if (time_after(jiffies, end))
			return false;
		schedule_timeout_uninterruptible(1);
	}
	return true;
}

/* The thread may be gone from the lock, but not from memory: RCU frees it. */
static void kill_holder(struct task_struct **holder)
{
	struct task_struct *task;

	guard(rcu)();
	task = READ_ONCE(*holder);
	if (task)
		send_sig(SIGKILL, task, 1);
}

/**
 * mshv_held_lock_bounded() - take the lock of an object to take it down
 * @lock: the lock; mutex_unlock() releases it
 * @holder: the thread that holds it for an ioctl
 *
 * Context: Process context, sleeps a few seconds at most.
 * Return: whether the lock was taken.
 */
bool mshv_held_lock_bounded(struct mutex *lock, struct task_struct **holder)
{
	if (lock_in_time(lock, PATIENCE))
		return true;

	kill_holder(holder);
	return lock_in_time(lock, PATIENCE);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of ioctls. */
#ifndef _MSHV_IOCTL_H
#define _MSHV_IOCTL_H

#include <linux/types.h>

/* The largest argument that mshv_ioctl() copies, in bytes. */
#define MSHV_IOCTL_MAX_ARG 64

/**
 * struct mshv_ioctl - one ioctl of a file
 * @cmd: the command, MSHV_*
 * @handler: called with the object behind the file and a kernel copy of the
 *	     argument. If userspace reads the argument (_IOC_READ), it gets the
 *	     copy back whatever the handler returns.
 * @user: in the place of @handler: called with the argument where it is, for
 *	  what has more than one size or is not worth copying twice
 */
struct mshv_ioctl {
	unsigned int cmd;
	long (*handler)(void *object, void *arg);
	long (*user)(void *object, void __user *user_arg);
};

long mshv_ioctl(const struct mshv_ioctl *table, size_t count, void *object,
		unsigned int cmd, void __user *user_arg);

#endif /* _MSHV_IOCTL_H */

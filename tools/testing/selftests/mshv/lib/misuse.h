/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tables of misuse*.c have in common. */
#ifndef _MSHV_LIB_MISUSE_H
#define _MSHV_LIB_MISUSE_H

#include <stdbool.h>
#include <sys/ioctl.h>

#include "require.h"

#define BAD_ADDRESS	((void *)1)

static inline int try(int fd, unsigned long cmd, void *arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

/* One row of a table: what is tried, and what must come of it */
static inline bool comes_of(const char *row, int expected, int seen)
{
	if (seen == expected)
		return true;
	complain("%s: expected %d, got %d", row, expected, seen);
	return false;
}

/* Kinds of descriptors, bits of a mask */
#define DEVICE		1
#define PARTITION	2
#define VP		4

#endif /* _MSHV_LIB_MISUSE_H */

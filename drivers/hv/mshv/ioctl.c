// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ioctls by table: the argument is copied here, once, so that a handler starts
 * with a copy that nobody changes under it.
 */
#include <linux/errno.h>
#include <linux/ioctl.h>
#include <linux/uaccess.h>

#include "ioctl.h"

static const struct mshv_ioctl *
find_ioctl(const struct mshv_ioctl *table, size_t count, unsigned int cmd)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].cmd == cmd)
			return &table[i];
	return NULL;
}

/**
 * mshv_ioctl() - carry out an ioctl
 * @table: the ioctls of this kind of file
 * @count: entries of @table
 * @object: what the file stands for, handed to the handler
 * @cmd: the command that userspace gave
 * @user_arg: the argument that userspace gave
 *
 * Context: Process context, may sleep.
 * Return: what the handler returns; -ENOTTY for a command that is not in
 *	   @table, -EFAULT if the argument cannot be read or written.
 */
long mshv_ioctl(const struct mshv_ioctl *table, size_t count, void *object,
		unsigned int cmd, void __user *user_arg)
{
	const struct mshv_ioctl *ioctl = find_ioctl(table, count, cmd);
	u8 arg[MSHV_IOCTL_MAX_ARG] __aligned(8) = {};
	size_t size = _IOC_SIZE(cmd);
	long ret;

	if (!ioctl)
		return -ENOTTY;
	if (ioctl->user)
		return ioctl->user(object, user_arg);
	if (size > sizeof(arg))
		return -ENOTTY;

	if ((_IOC_DIR(cmd) & _IOC_WRITE) && copy_from_user(arg, user_arg, size))
		return -EFAULT;

	ret = ioctl->handler(object, arg);

	if ((_IOC_DIR(cmd) & _IOC_READ) && copy_to_user(user_arg, arg, size))
		return -EFAULT;
	return ret;
}

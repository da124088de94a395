// SPDX-License-Identifier: GPL-2.0-only
/* The module. */
#include <linux/init.h>
#include <linux/module.h>

#include "mshv_root.h"

static struct mshv_root mshv_root;

static int __init mshv_init(void)
{
	return mshv_probe(&mshv_root);
}
module_init(mshv_init);

static void __exit mshv_exit(void)
{
	mshv_remove(&mshv_root);
}
module_exit(mshv_exit);

MODULE_DESCRIPTION("Parent partition of the Microsoft Hypervisor (/dev/mshv)");
MODULE_LICENSE("GPL");

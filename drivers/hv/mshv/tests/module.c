// SPDX-License-Identifier: GPL-2.0-only
/* The module that the suites share. */
#include <linux/module.h>

MODULE_DESCRIPTION("KUnit tests of the parent partition driver");
MODULE_LICENSE("GPL");

/* SPDX-License-Identifier: GPL-2.0-only */
/* The argument of MSHV_CREATE_PARTITION. */
#ifndef _MSHV_PARTITION_ARGS_H
#define _MSHV_PARTITION_ARGS_H

#include <linux/types.h>
#include <hyperv/hvhdk.h>

int mshv_partition_args_read(const void __user *user_arg,
			     struct hv_input_create_partition *in);

#endif /* _MSHV_PARTITION_ARGS_H */

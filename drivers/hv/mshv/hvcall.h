/* SPDX-License-Identifier: GPL-2.0-only */
/* Calling the hypervisor. */
#ifndef _MSHV_HVCALL_H
#define _MSHV_HVCALL_H

#include <linux/types.h>

struct mshv_root;

u64 mshv_hvcall_issue(u64 control, void *in, void *out);
u64 mshv_hvcall(u16 code, const void *in, size_t in_size,
		void *out, size_t out_size);

int mshv_hvcall_start(struct mshv_root *root);
void mshv_hvcall_stop(struct mshv_root *root);

#endif /* _MSHV_HVCALL_H */

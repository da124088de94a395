/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that belongs to the hypervisor for a while. */
#ifndef _MSHV_DEPOSIT_H
#define _MSHV_DEPOSIT_H

#include <linux/types.h>

/**
 * struct mshv_shortage - a hypercall's record of being short of memory
 * @pool: id of the partition that pays, or MSHV_NO_POOL
 * @deposited: pages given so far without the call getting any further
 */
struct mshv_shortage {
	u64 pool;
	u32 deposited;
};

bool mshv_owns_root_memory(void);
int mshv_relieve_shortage(struct mshv_shortage *shortage, u64 status);
int mshv_deposit(u64 partition_id, u32 count);
int mshv_withdraw_all(u64 partition_id);
int mshv_withdraw_own(void);

#endif /* _MSHV_DEPOSIT_H */

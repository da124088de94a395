/* SPDX-License-Identifier: GPL-2.0-only */
/* Which pages a child has used. */
#ifndef _MSHV_ACCESS_H
#define _MSHV_ACCESS_H

#include <linux/types.h>

struct mshv_gpap_access_bitmap;

long mshv_access_bitmap(u64 partition_id,
			const struct mshv_gpap_access_bitmap *args);

#endif /* _MSHV_ACCESS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* Properties of partitions and of the whole system. */
#ifndef _MSHV_PROPERTY_H
#define _MSHV_PROPERTY_H

#include <linux/types.h>

int mshv_get_partition_property_ex(u64 partition_id, u32 property,
				   void *value, size_t size);
int mshv_get_system_property(u32 property, u64 *value);

#endif /* _MSHV_PROPERTY_H */

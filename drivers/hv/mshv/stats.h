/* SPDX-License-Identifier: GPL-2.0-only */
/* Statistics of an object of the hypervisor: its page of counters. */
#ifndef _MSHV_STATS_H
#define _MSHV_STATS_H

#include <linux/types.h>
#include <hyperv/hvhdk.h>

#include "shared_page.h"

/**
 * struct mshv_stats - the counters of an object
 * @type: kind of the object, HV_STATS_OBJECT_*; 0: not mapped
 * @identity: which one
 * @areas: %HV_STATS_AREA_SELF, what the object itself may know, and
 *	   %HV_STATS_AREA_PARENT, what its parent may; the latter is missing
 *	   where the hypervisor does not give it to us
 */
struct mshv_stats {
	u32 type;
	union hv_stats_object_identity identity;
	struct mshv_shared_page areas[HV_STATS_AREA_PARENT + 1];
};

int mshv_stats_map(struct mshv_stats *stats, u32 type,
		   const union hv_stats_object_identity *identity);
void mshv_stats_unmap(struct mshv_stats *stats);
u64 mshv_stats_read(const struct mshv_stats *stats, u16 counter);

#endif /* _MSHV_STATS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* The counters that the hypervisor keeps about its objects. */
#ifndef _MSHV_COUNTERS_H
#define _MSHV_COUNTERS_H

#include <linux/types.h>

/* Of the hypervisor: logical processors of the machine */
#define MSHV_COUNTER_LOGICAL_PROCESSORS		1
/* Of a VP: its dispatching thread has to wait. */
#define MSHV_COUNTER_DISPATCH_BLOCKED		202

/* No name is longer. */
#define MSHV_COUNTER_NAME_LEN			43

/**
 * struct mshv_counter - a counter
 * @index: where it is on the page of statistics, in 64-bit words
 * @name: what the hypervisor calls it
 */
struct mshv_counter {
	u16 index;
	const char *name;
};

/**
 * struct mshv_counter_set - the counters of a kind of object
 * @type: the kind, HV_STATS_OBJECT_*
 * @counters: by rising index
 * @count: how many
 */
struct mshv_counter_set {
	u32 type;
	const struct mshv_counter *counters;
	size_t count;
};

const struct mshv_counter_set *mshv_counters_of(u32 type);

#endif /* _MSHV_COUNTERS_H */

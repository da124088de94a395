// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is counted about children and their VPs, and where the parent sees it.
 *
 * Each counter of a VP is on one of its two pages: what the VP could count
 * itself is on its own, what only its scheduler knows is on its parent's. They
 * are counted all the time, and shown while there is a page.
 *
 * A VP's counters belong to whom the VP belongs, see child.h.
 */
#include "child.h"
#include "svm.h"
#include "tlfs_intercept.h"

/* Of the counters of a partition, on both pages */
enum {
	PARTITION_VPS		= 1,
	PARTITION_DEPOSITED	= 5,
	PARTITION_GPA_PAGES	= 6,
	PARTITION_ID		= 26,
};

/* By enum child_counter */
static const struct {
	u16 index;
	u8 area;
} places[CHILD_COUNTERS] = {
	[COUNT_RUN_TIME]	= {   1, HV_STATS_AREA_PARENT },
	[COUNT_PORTS]		= {  13, HV_STATS_AREA_SELF },
	[COUNT_HALTS]		= {  15, HV_STATS_AREA_SELF },
	[COUNT_CPUIDS]		= {  19, HV_STATS_AREA_SELF },
	[COUNT_MSRS]		= {  21, HV_STATS_AREA_SELF },
	[COUNT_OTHERS]		= {  23, HV_STATS_AREA_SELF },
	[COUNT_INTERRUPTS]	= {  25, HV_STATS_AREA_SELF },
	[COUNT_PORT_MESSAGES]	= {  40, HV_STATS_AREA_SELF },
	[COUNT_MEMORY_MESSAGES]	= {  41, HV_STATS_AREA_SELF },
	[COUNT_OTHER_MESSAGES]	= {  43, HV_STATS_AREA_SELF },
	[COUNT_PAGE_FAULTS]	= {  71, HV_STATS_AREA_SELF },
	[COUNT_DISPATCHES]	= {  74, HV_STATS_AREA_PARENT },
};

static void show(const struct child_vp *vp, u32 counter)
{
	u64 *page = vp->stats[places[counter].area].page;
	u64 value = vp->counters[counter];

	/* Time is counted as the machine does, and shown as the reference. */
	if (counter == COUNT_RUN_TIME)
		value /= clock_tsc_hz() / HV_REFERENCE_HZ;
	if (page)
		WRITE_ONCE(page[places[counter].index], value);
}

/**
 * child_stats_add() - Something happened to a VP
 * @vp: whose
 * @counter: what
 * @by: how often; COUNT_RUN_TIME: for how many TSC cycles
 */
void child_stats_add(struct child_vp *vp, enum child_counter counter, u64 by)
{
	vp->counters[counter] += by;
	show(vp, counter);
}

/**
 * child_stats_exit() - A VP left guest mode
 * @vp: the VP
 * @code: SVM_EXIT_*
 */
void child_stats_exit(struct child_vp *vp, u64 code)
{
	static const struct {
		u64 code;
		enum child_counter counter;
	} exits[] = {
		{ SVM_EXIT_INTR,	COUNT_INTERRUPTS },
		{ SVM_EXIT_NPF,		COUNT_PAGE_FAULTS },
		{ SVM_EXIT_IOIO,	COUNT_PORTS },
		{ SVM_EXIT_MSR,		COUNT_MSRS },
		{ SVM_EXIT_CPUID,	COUNT_CPUIDS },
		{ SVM_EXIT_HLT,		COUNT_HALTS },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(exits); i++)
		if (exits[i].code == code)
			break;
	child_stats_add(vp, i < ARRAY_SIZE(exits) ? exits[i].counter :
						    COUNT_OTHERS, 1);
}

/**
 * child_stats_message() - The parent gets an intercept message of a VP
 * @vp: the VP
 * @type: HV_MESSAGE_*
 */
void child_stats_message(struct child_vp *vp, u32 type)
{
	switch (type) {
	case HV_MESSAGE_IO_PORT:
		return child_stats_add(vp, COUNT_PORT_MESSAGES, 1);
	case HV_MESSAGE_UNMAPPED_GPA:
	case HV_MESSAGE_GPA_INTERCEPT:
		return child_stats_add(vp, COUNT_MEMORY_MESSAGES, 1);
	default:
		return child_stats_add(vp, COUNT_OTHER_MESSAGES, 1);
	}
}

/**
 * child_stats_show_vp() - A VP has a new page of statistics
 * @vp: a VP that does not run
 *
 * Context: children_lock held.
 */
void child_stats_show_vp(struct child_vp *vp)
{
	u32 i;

	for (i = 0; i < CHILD_COUNTERS; i++)
		show(vp, i);
	child_vp_count(vp, HV_COUNTER_DISPATCH_BLOCKED, vp->blocked);
}

/**
 * child_stats_show() - Something about a child has changed
 * @child: the child
 *
 * Context: children_lock held.
 */
void child_stats_show(const struct child *child)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(child->stats); i++) {
		u64 *page = child->stats[i].page;

		if (!page)
			continue;
		WRITE_ONCE(page[PARTITION_VPS], child->num_vps);
		WRITE_ONCE(page[PARTITION_DEPOSITED],
			   child->pool.free + child->pool.used);
		WRITE_ONCE(page[PARTITION_GPA_PAGES], child->mapped);
		WRITE_ONCE(page[PARTITION_ID], child->id);
	}
}

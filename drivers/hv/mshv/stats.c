// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics of an object of the hypervisor.
 *
 * The hypervisor spreads the counters of an object over two pages: one for the
 * object itself and one for its parent. Each has the same layout, and what is
 * not to be seen on one of them is zero there.
 */
#include <linux/compiler.h>
#include <linux/stddef.h>
#include <asm/mshyperv.h>

#include "stats.h"

/* Whatever the object is, the area is in the same place. */
#define AREA_OFFSET(object) \
	offsetof(union hv_stats_object_identity, object.stats_area_type)
static_assert(AREA_OFFSET(lp) == AREA_OFFSET(hv));
static_assert(AREA_OFFSET(partition) == AREA_OFFSET(hv));
static_assert(AREA_OFFSET(vp) == AREA_OFFSET(hv));

static union hv_stats_object_identity identity_in(const struct mshv_stats *stats,
						  u8 area)
{
	union hv_stats_object_identity identity = stats->identity;

	identity.hv.stats_area_type = area;
	return identity;
}

static int map_stats_area(struct mshv_stats *stats, u8 area)
{
	union hv_stats_object_identity identity = identity_in(stats, area);

	return mshv_map_stats_page(stats->type, &identity, &stats->areas[area]);
}

static void unmap_stats_area(struct mshv_stats *stats, u8 area)
{
	union hv_stats_object_identity identity = identity_in(stats, area);

	if (stats->areas[area].address)
		mshv_unmap_stats_page(stats->type, &identity,
				      &stats->areas[area]);
}

/**
 * mshv_stats_map() - make the counters of an object readable
 * @stats: out
 * @type: kind of the object, HV_STATS_OBJECT_*
 * @identity: which one; the area is not looked at
 *
 * An area for the parent that the hypervisor does not have, as older ones, or
 * does not let us see, as that of an L1VH itself, is no error.
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, or the errno for the hypercall's status; nothing is
 *	   mapped then, and @stats is all zero.
 */
int mshv_stats_map(struct mshv_stats *stats, u32 type,
		   const union hv_stats_object_identity *identity)
{
	int ret;

	*stats = (struct mshv_stats){ .type = type, .identity = *identity };

	ret = map_stats_area(stats, HV_STATS_AREA_SELF);
	if (!ret)
		ret = map_stats_area(stats, HV_STATS_AREA_PARENT);
	if (ret == -EINVAL || ret == -EACCES)
		ret = stats->areas[HV_STATS_AREA_SELF].address ? 0 : ret;
	if (ret)
		mshv_stats_unmap(stats);
	return ret;
}

/**
 * mshv_stats_unmap() - undo mshv_stats_map()
 * @stats: the counters, which nobody reads any more; all zero is no error
 *
 * Context: Process context, may sleep.
 */
void mshv_stats_unmap(struct mshv_stats *stats)
{
	unmap_stats_area(stats, HV_STATS_AREA_PARENT);
	unmap_stats_area(stats, HV_STATS_AREA_SELF);
	*stats = (struct mshv_stats){};
}

static u64 read_stats_area(const struct mshv_stats *stats, u8 area, u16 counter)
{
	const struct hv_stats_page *page = stats->areas[area].address;

	return page ? READ_ONCE(page->data[counter]) : 0;
}

/**
 * mshv_stats_read() - read a counter
 * @stats: the counters
 * @counter: which, less than 512
 *
 * Context: Any.
 * Return: its value at this moment, the parent's if that is not zero.
 */
u64 mshv_stats_read(const struct mshv_stats *stats, u16 counter)
{
	u64 value = read_stats_area(stats, HV_STATS_AREA_PARENT, counter);

	return value ?: read_stats_area(stats, HV_STATS_AREA_SELF, counter);
}

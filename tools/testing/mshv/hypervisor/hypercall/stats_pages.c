// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls that map pages of statistics. A page of the parent's own objects is
 * filled when it is mapped, and that of the hypervisor follows the number of
 * children; what is about the children themselves is in child_stats.c.
 *
 * Invariant: an object has at most one page. The page that the hypervisor
 * provided for it stays its own while it is not mapped.
 */
#include "child.h"
#include "hypercall.h"

#define MAX_OBJECTS	32

enum { HV_LOGICAL_PROCESSORS = 1, HV_PARTITIONS = 2, HV_VPS = 4 };
enum { LP_GLOBAL_TIME = 1, LP_RUN_TIME = 2 };

/* An unused slot has type 0. */
static struct stats_object {
	struct hv_in_stats_page key;
	u64 provided;			/* GPA, 0: none yet */
	u64 lent;			/* GPA while on a page of the caller's */
	bool mapped;
} objects[MAX_OBJECTS];

static struct spinlock stats_lock;

static bool same_object(const struct hv_in_stats_page *a,
			const struct hv_in_stats_page *b)
{
	return a->type == b->type && a->id == b->id &&
	       a->vp_index == b->vp_index && a->area == b->area;
}

static struct stats_object *find_object(const struct hv_in_stats_page *key)
{
	u32 i;

	for (i = 0; i < MAX_OBJECTS; i++)
		if (same_object(&objects[i].key, key))
			return &objects[i];
	return NULL;
}

static struct stats_object *find_or_add(const struct hv_in_stats_page *key)
{
	static const struct hv_in_stats_page unused;
	struct stats_object *object = find_object(key);

	if (!object) {
		object = find_object(&unused);
		if (object)
			object->key = *key;
	}
	return object;
}

static bool is_root(const struct partition *partition)
{
	return partition->privileges & HV_PRIV_CPU_MANAGEMENT;
}

static bool is_childs(const struct hypercall *call,
		      const struct hv_in_stats_page *key)
{
	return (key->type == HV_STATS_PARTITION || key->type == HV_STATS_VP) &&
	       key->id != HV_PARTITION_ID_SELF &&
	       key->id != call->vp->partition->id;
}

/* Checks the object, and gives it the one name that it is kept under. */
static enum hv_status check_object(const struct hypercall *call,
				   struct hv_in_stats_page *key)
{
	const struct partition *partition = call->vp->partition;

	if (key->padding || key->flags || key->reserved)
		return HV_STATUS_INVALID_PARAMETER;

	switch (key->type) {
	case HV_STATS_HYPERVISOR:
		if (!is_root(partition))
			return HV_STATUS_ACCESS_DENIED;
		if (key->id || key->vp_index)
			return HV_STATUS_INVALID_PARAMETER;
		break;
	case HV_STATS_LP:
		if (!is_root(partition))
			return HV_STATUS_ACCESS_DENIED;
		if (key->vp_index)
			return HV_STATUS_INVALID_PARAMETER;
		if (key->id >= num_cpus || !cpus[key->id].lp_added)
			return HV_STATUS_INVALID_LP_INDEX;
		break;
	case HV_STATS_PARTITION:
	case HV_STATS_VP:
		if (key->id == HV_PARTITION_ID_SELF)
			key->id = partition->id;
		if (key->id != partition->id)
			return HV_STATUS_INVALID_PARTITION_ID;
		if (key->type == HV_STATS_PARTITION && key->vp_index)
			return HV_STATUS_INVALID_PARAMETER;
		if (key->vp_index >= partition->num_vps)
			return HV_STATUS_INVALID_VP_INDEX;
		break;
	default:
		return HV_STATUS_INVALID_PARAMETER;
	}

	/* Only the root sees what a partition's parent may see. */
	if (key->area > HV_STATS_AREA_PARENT ||
	    (key->area == HV_STATS_AREA_PARENT && !is_root(partition)))
		return HV_STATUS_INVALID_PARAMETER;
	return HV_STATUS_SUCCESS;
}

static void fill_hypervisor(u64 *counters)
{
	u32 partitions = 1, vps = parent.num_vps, i;

	spin_lock(&children_lock);
	for (i = 0; i < MAX_CHILDREN; i++)
		if (children[i]) {
			partitions++;
			vps += children[i]->num_vps;
		}
	spin_unlock(&children_lock);

	WRITE_ONCE(counters[HV_LOGICAL_PROCESSORS], parent.num_vps);
	WRITE_ONCE(counters[HV_PARTITIONS], partitions);
	WRITE_ONCE(counters[HV_VPS], vps);
}

/**
 * stats_show_children() - Children or their VPs have become more or fewer
 */
void stats_show_children(void)
{
	u32 i;

	spin_lock(&stats_lock);
	for (i = 0; i < MAX_OBJECTS; i++) {
		const struct stats_object *object = &objects[i];

		if (object->key.type == HV_STATS_HYPERVISOR && object->mapped)
			fill_hypervisor((u64 *)(object->lent ? object->lent :
						object->provided));
	}
	spin_unlock(&stats_lock);
}

static void fill_page(u32 type, u64 *counters)
{
	memset(counters, 0, PAGE_SIZE);
	switch (type) {
	case HV_STATS_HYPERVISOR:
		fill_hypervisor(counters);
		break;
	case HV_STATS_LP:
		counters[LP_GLOBAL_TIME] = clock_reference();
		counters[LP_RUN_TIME] = counters[LP_GLOBAL_TIME];
		break;
	}
}

/* Sets @gpa, where it is 0, to the page that is the object's own. */
static enum hv_status place_page(struct stats_object *object, u64 *gpa)
{
	enum hv_status status;

	if (!*gpa) {
		if (!object->provided)
			object->provided = parent_page_alloc();
		*gpa = object->provided;
		return HV_STATUS_SUCCESS;
	}

	spin_lock(&children_lock);
	status = page_use_start(*gpa, PAGE_SIZE, PAGE_IN_USE_LENT);
	spin_unlock(&children_lock);
	if (!status)
		object->lent = *gpa;
	return status;
}

static void take_back_page(struct stats_object *object)
{
	if (!object->lent)
		return;
	spin_lock(&children_lock);
	page_use_end(object->lent, PAGE_SIZE, PAGE_IN_USE_LENT);
	spin_unlock(&children_lock);
	object->lent = 0;
}

/* @gpa: where the caller wants the page, 0: where the hypervisor wants it */
static enum hv_status map_object(const struct hv_in_stats_page *key, u64 *gpa)
{
	struct stats_object *object;
	enum hv_status status;

	spin_lock(&stats_lock);
	object = find_or_add(key);
	if (!object)
		status = HV_STATUS_NO_RESOURCES;
	else if (object->mapped)
		status = HV_STATUS_INVALID_PARAMETER;
	else
		status = place_page(object, gpa);
	if (!status) {
		object->mapped = true;
		fill_page(key->type, (u64 *)*gpa);
	}
	spin_unlock(&stats_lock);
	return status;
}

/**
 * call_map_stats_page() - HvCallMapStatsPage
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_ACCESS_DENIED, HV_STATUS_NO_RESOURCES,
 * HV_STATUS_INVALID_PARAMETER or the status for a bad id or index.
 */
enum hv_status call_map_stats_page(struct hypercall *call)
{
	struct hv_out_stats_page *out = call->output;
	struct hv_in_stats_page *key = call->input;
	enum hv_status status;
	u64 gpa = 0;

	if (is_childs(call, key))
		status = child_map_stats(key, &gpa);
	else
		status = check_object(call, key);
	if (!status && !gpa)
		status = map_object(key, &gpa);
	out->gfn = gpa >> PAGE_SHIFT;
	return status;
}

/**
 * call_map_stats_page2() - HvCallMapStatsPage2
 * @call: the call
 *
 * Return: as call_map_stats_page().
 */
enum hv_status call_map_stats_page2(struct hypercall *call)
{
	struct hv_in_stats_page2 *in = call->input;
	u64 gpa = in->gfn << PAGE_SHIFT;
	enum hv_status status;

	if (!gpa || in->gfn >= BIT(52) || !parent_owns(gpa, PAGE_SIZE))
		return HV_STATUS_INVALID_PARAMETER;
	if (is_childs(call, &in->page))
		return child_map_stats(&in->page, &gpa);
	status = check_object(call, &in->page);
	if (status)
		return status;
	return map_object(&in->page, &gpa);
}

/**
 * call_unmap_stats_page() - HvCallUnmapStatsPage
 * @call: the call
 *
 * Return: as call_map_stats_page().
 */
enum hv_status call_unmap_stats_page(struct hypercall *call)
{
	struct hv_in_stats_page *key = call->input;
	struct stats_object *object;
	enum hv_status status;

	if (is_childs(call, key))
		return child_unmap_stats(key);
	status = check_object(call, key);
	if (status)
		return status;

	spin_lock(&stats_lock);
	object = find_object(key);
	if (object && object->mapped) {
		object->mapped = false;
		take_back_page(object);
	} else {
		status = HV_STATUS_INVALID_PARAMETER;
	}
	spin_unlock(&stats_lock);
	return status;
}

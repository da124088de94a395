// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of statistics of children and their VPs. What is on them is in
 * child/stats.c.
 */
#include "child.h"
#include "hypercall.h"

/* A partition has statistics all its life. */
static enum hv_status get_child(u64 id, struct child **child)
{
	spin_lock(&children_lock);
	*child = child_find(id);
	if (*child)
		return HV_STATUS_SUCCESS;
	spin_unlock(&children_lock);
	return HV_STATUS_INVALID_PARTITION_ID;
}

/*
 * Finds the object and locks. @vp is set to NULL when it is a partition. Both
 * areas are the caller's to see, for it is the parent.
 */
static enum hv_status get_object(const struct hv_in_stats_page *key,
				 struct child **child, struct child_vp **vp)
{
	enum hv_status status;

	*vp = NULL;
	if (key->padding || key->flags || key->reserved ||
	    key->area > HV_STATS_AREA_PARENT)
		return HV_STATUS_INVALID_PARAMETER;

	if (key->type == HV_STATS_PARTITION)
		return key->vp_index ? HV_STATUS_INVALID_PARAMETER :
				       get_child(key->id, child);
	status = child_vp_get(key->id, key->vp_index, vp);
	if (!status)
		*child = (*vp)->child;
	return status;
}

static void put_object(struct child_vp *vp)
{
	if (vp)
		child_vp_put(vp);
	else
		spin_unlock(&children_lock);
}

static struct shared_page *stats_of(const struct hv_in_stats_page *key,
				    struct child *child, struct child_vp *vp)
{
	return vp ? &vp->stats[key->area] : &child->stats[key->area];
}

/**
 * child_map_stats() - Map statistics of a child or of its VP
 * @key: the object
 * @gpa: where the caller wants the page; 0: set to where the hypervisor put it
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (also: mapped
 * already), or as child_vp_get() and shared_page_start().
 */
enum hv_status child_map_stats(const struct hv_in_stats_page *key, u64 *gpa)
{
	struct shared_page *shared;
	enum hv_status status;
	struct child *child;
	struct child_vp *vp;

	status = get_object(key, &child, &vp);
	if (status)
		return status;

	shared = stats_of(key, child, vp);
	if (shared->page)
		status = HV_STATUS_INVALID_PARAMETER;
	else
		status = shared_page_start(shared, &parent_pool, *gpa);
	if (!status) {
		*gpa = (u64)shared->page;
		if (vp)
			child_stats_show_vp(vp);
		else
			child_stats_show(child);
	}
	put_object(vp);
	return status;
}

/**
 * child_unmap_stats() - Undo child_map_stats()
 * @key: the object
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (also: not mapped), or
 * as child_vp_get().
 */
enum hv_status child_unmap_stats(const struct hv_in_stats_page *key)
{
	struct shared_page *shared;
	enum hv_status status;
	struct child *child;
	struct child_vp *vp;

	status = get_object(key, &child, &vp);
	if (status)
		return status;

	shared = stats_of(key, child, vp);
	if (shared->page)
		shared_page_end(shared);
	else
		status = HV_STATUS_INVALID_PARAMETER;
	put_object(vp);
	return status;
}

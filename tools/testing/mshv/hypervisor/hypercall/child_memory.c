// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls that move memory: into and out of pools, into and out of children.
 */
#include "child.h"
#include "hypercall.h"

#define MAP_FLAGS \
	(HV_MAP_PERMISSIONS | HV_MAP_ADJUSTABLE | HV_MAP_NO_ACCESS | \
	 HV_MAP_NOT_CACHED | HV_MAP_LARGE_PAGE)
#define LARGE_PAGES	(SZ_2M / PAGE_SIZE)

static bool is_parent(u64 id)
{
	return id == HV_PARTITION_ID_SELF || id == parent.id;
}

/* Pools and memory of a child are on its page of statistics. */
static void show_change(u64 id)
{
	const struct child *child = child_find(id);

	if (child)
		child_stats_show(child);
}

static enum hv_status find_pool(u64 id, bool deposit, struct pool **pool)
{
	struct child *child;

	if (is_parent(id)) {
		*pool = &parent_pool;
		return HV_STATUS_SUCCESS;
	}
	child = child_find(id);
	if (!child)
		return HV_STATUS_INVALID_PARTITION_ID;
	if (deposit && child->state == CHILD_FINALIZED)
		return HV_STATUS_INVALID_PARTITION_STATE;
	*pool = &child->pool;
	return HV_STATUS_SUCCESS;
}

/**
 * call_deposit_memory() - HvCallDepositMemory
 * @call: the call; a list of page numbers
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARTITION_ID,
 * HV_STATUS_INVALID_PARTITION_STATE, or as pool_deposit().
 */
enum hv_status call_deposit_memory(struct hypercall *call)
{
	const struct hv_in_partition *in = call->input;
	const u64 *gfns = (const u64 *)(in + 1);
	enum hv_status status;
	struct pool *pool;

	spin_lock(&children_lock);
	status = find_pool(in->partition_id, true, &pool);
	while (!status && call->reps_done < call->rep_count) {
		u64 gfn = gfns[call->reps_done];

		if (gfn >= BIT(52))
			status = HV_STATUS_INVALID_PARAMETER;
		else
			status = pool_deposit(pool, gfn << PAGE_SHIFT);
		if (!status)
			call->reps_done++;
	}
	show_change(in->partition_id);
	spin_unlock(&children_lock);
	return status;
}

/**
 * call_withdraw_memory() - HvCallWithdrawMemory
 * @call: the call; a list of page numbers is the output
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (reserved field),
 * HV_STATUS_INVALID_PARTITION_ID, or HV_STATUS_NO_RESOURCES when there were
 * fewer pages free than asked for.
 */
enum hv_status call_withdraw_memory(struct hypercall *call)
{
	const struct hv_in_withdraw_memory *in = call->input;
	u64 *gfns = call->output;
	enum hv_status status;
	struct pool *pool;
	u64 gpa;

	if (in->proximity_flags)
		return HV_STATUS_INVALID_PARAMETER;
	spin_lock(&children_lock);
	status = find_pool(in->partition_id, false, &pool);
	while (!status && call->reps_done < call->rep_count) {
		status = pool_withdraw(pool, &gpa);
		if (!status)
			gfns[call->reps_done++] = gpa >> PAGE_SHIFT;
	}
	show_change(in->partition_id);
	spin_unlock(&children_lock);
	return status;
}

/* Permissions mean nothing where there is no access. */
static bool valid_map_flags(u32 flags)
{
	u32 writable = HV_MAP_READABLE | HV_MAP_WRITABLE;

	if (flags & ~MAP_FLAGS)
		return false;
	if (flags & HV_MAP_NO_ACCESS)
		return !(flags & HV_MAP_NOT_CACHED);
	/* No processor has pages that can be written but not read. */
	return (flags & writable) != HV_MAP_WRITABLE;
}

/**
 * call_map_gpa_pages() - HvCallMapGpaPages
 * @call: the call; a list of the parent's page numbers, one for each page of
 *	the child, small or large
 *
 * Linux leaves rubbish in the padding, so it is not looked at.
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER, or as
 * child_get_active() and child_npt_map().
 */
enum hv_status call_map_gpa_pages(struct hypercall *call)
{
	const struct hv_in_map_pages *in = call->input;
	const u64 *gfns = (const u64 *)(in + 1);
	u64 stride = in->flags & HV_MAP_LARGE_PAGE ? LARGE_PAGES : 1;
	enum hv_status status;
	struct child *child;

	if (!valid_map_flags(in->flags))
		return HV_STATUS_INVALID_PARAMETER;
	status = child_get_active(in->partition_id, &child);
	if (status)
		return status;

	while (!status && call->reps_done < call->rep_count) {
		status = child_npt_map(child,
				       in->gfn + call->reps_done * stride,
				       gfns[call->reps_done], in->flags);
		if (!status)
			call->reps_done++;
	}
	child_npt_settle(child);
	child_stats_show(child);
	spin_unlock(&children_lock);
	return status;
}

/**
 * call_unmap_gpa_pages() - HvCallUnmapGpaPages
 * @call: the call; as many elements as pages, but no list
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER, or as
 * child_get_active() and child_npt_unmap().
 */
enum hv_status call_unmap_gpa_pages(struct hypercall *call)
{
	const struct hv_in_map_pages *in = call->input;
	u64 stride = in->flags & HV_UNMAP_LARGE_PAGE ? LARGE_PAGES : 1;
	enum hv_status status;
	struct child *child;

	if (in->flags & ~HV_UNMAP_LARGE_PAGE)
		return HV_STATUS_INVALID_PARAMETER;
	status = child_get_active(in->partition_id, &child);
	if (status)
		return status;

	while (!status && call->reps_done < call->rep_count) {
		status = child_npt_unmap(child,
					 in->gfn + call->reps_done * stride,
					 in->flags);
		if (!status)
			call->reps_done++;
	}
	child_npt_settle(child);
	child_stats_show(child);
	spin_unlock(&children_lock);
	return status;
}

static bool valid_access_flags(u64 flags)
{
	const u64 accessed = HV_ACCESS_CLEAR_ACCESSED | HV_ACCESS_SET_ACCESSED;
	const u64 dirty = HV_ACCESS_CLEAR_DIRTY | HV_ACCESS_SET_DIRTY;

	return !(flags & ~HV_ACCESS_STATES_FLAGS) &&
	       (flags & accessed) != accessed && (flags & dirty) != dirty;
}

static u32 access_bits(u64 flags, u64 accessed, u64 dirty)
{
	return (flags & accessed ? NPT_ACCESSED : 0) |
	       (flags & dirty ? NPT_DIRTY : 0);
}

/**
 * call_get_access_states() - HvCallGetGpaPagesAccessStates
 * @call: the call; as many elements as pages, but no list; the output is a byte
 *	for each page, HV_PAGE_*, with what was before anything was changed
 *
 * Only while accesses are tracked.
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER,
 * HV_STATUS_INVALID_PARTITION_STATE (not tracked), or as child_get_active() and
 * child_npt_access().
 */
enum hv_status call_get_access_states(struct hypercall *call)
{
	const struct hv_in_access_states *in = call->input;
	u8 *states = call->output;
	enum hv_status status;
	struct child *child;
	u32 clear, set;

	if (!valid_access_flags(in->flags) || in->gfn >= BIT(52))
		return HV_STATUS_INVALID_PARAMETER;
	clear = access_bits(in->flags, HV_ACCESS_CLEAR_ACCESSED,
			    HV_ACCESS_CLEAR_DIRTY);
	set = access_bits(in->flags, HV_ACCESS_SET_ACCESSED,
			  HV_ACCESS_SET_DIRTY);
	status = child_get_active(in->partition_id, &child);
	if (status)
		return status;

	if (!child->page_access_tracking)
		status = HV_STATUS_INVALID_PARTITION_STATE;
	while (!status && call->reps_done < call->rep_count) {
		u32 state;

		status = child_npt_access(child, in->gfn + call->reps_done,
					  clear, set, &state);
		if (!status)
			states[call->reps_done++] = state;
	}
	child_npt_settle(child);
	spin_unlock(&children_lock);
	return status;
}

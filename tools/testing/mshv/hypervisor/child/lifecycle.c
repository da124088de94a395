// SPDX-License-Identifier: GPL-2.0-only
/*
 * Child partitions: create, initialize, finalize, delete; and to have
 * a VP at hand.
 *
 * A child's record is paid by its parent, everything else by its own pool. What
 * is left in that pool when the child is deleted is its parent's to withdraw.
 */
#include "child/child_upcalls.h"
#include "child.h"

#define FIRST_CHILD_ID	0x100

static u64 next_id = FIRST_CHILD_ID;

/**
 * child_vp_get() - Find a VP, make it stop, and lock
 * @id: id of the child
 * @index: VP index
 * @vp: set to the VP
 *
 * Return: HV_STATUS_SUCCESS, children_lock is held then and child_vp_put() has
 * to follow; HV_STATUS_INVALID_VP_INDEX, or as child_get_active().
 */
enum hv_status child_vp_get(u64 id, u32 index, struct child_vp **vp)
{
	enum hv_status status;
	struct child *child;

	for (;;) {
		status = child_get_active(id, &child);
		if (status)
			return status;
		*vp = child_vp_find(id, index);
		if (!*vp) {
			spin_unlock(&children_lock);
			return HV_STATUS_INVALID_VP_INDEX;
		}
		if ((*vp)->activity != CHILD_VP_RUNNING) {
			WRITE_ONCE((*vp)->stop, 0);
			return HV_STATUS_SUCCESS;
		}
		child_upcalls.stop(*vp);
		spin_unlock(&children_lock);
		cpu_relax();
	}
}

/**
 * child_vp_put() - Undo child_vp_get()
 * @vp: the VP
 */
void child_vp_put(struct child_vp *vp)
{
	child_upcalls.update(vp);
	spin_unlock(&children_lock);
}

static enum hv_status create_locked(const struct hv_in_create_partition *in,
				    u64 *id)
{
	struct child **slot = child_slot(0);
	struct child *child;
	u64 page;

	if (!slot)
		return HV_STATUS_NO_RESOURCES;
	if (!pool_take(&parent_pool, 1, &page))
		return HV_STATUS_INSUFFICIENT_MEMORY;

	child = (struct child *)page;
	child->id = next_id++;
	child->state = CHILD_CREATED;
	child->flags = in->flags;
	child->compatibility = in->compatibility;
	memcpy(child->disabled_features, in->disabled_features,
	       sizeof(child->disabled_features));
	child->disabled_xsave = in->disabled_xsave;
	child->processors_per_socket = num_cpus;
	child->large_xsave = knobs.large_xsave;
	*slot = child;
	*id = child->id;
	return HV_STATUS_SUCCESS;
}

/**
 * child_create() - Create a child
 * @in: what it is to be like, checked
 * @id: set to its id
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_NO_RESOURCES (too many of them) or
 * HV_STATUS_INSUFFICIENT_MEMORY (in the parent's own pool).
 */
enum hv_status child_create(const struct hv_in_create_partition *in, u64 *id)
{
	enum hv_status status;

	spin_lock(&children_lock);
	status = create_locked(in, id);
	spin_unlock(&children_lock);
	return status;
}

static enum hv_status initialize_locked(struct child *child)
{
	u64 page;

	if (!child)
		return HV_STATUS_INVALID_PARTITION_ID;
	if (child->state != CHILD_CREATED)
		return HV_STATUS_INVALID_PARTITION_STATE;
	if (!pool_take(&child->pool, 1, &page))
		return HV_STATUS_INSUFFICIENT_MEMORY;
	if (child_privileges(child) &&
	    (!overlay_create(child, &child->hypercall) ||
	     !overlay_create(child, &child->reference_tsc))) {
		overlay_delete(child, &child->hypercall);
		pool_return(&child->pool, page);
		return HV_STATUS_INSUFFICIENT_MEMORY;
	}
	child->npt = (u64 *)page;
	child->state = CHILD_ACTIVE;
	return HV_STATUS_SUCCESS;
}

/**
 * child_initialize() - Make a child ready for memory and VPs
 * @id: its id
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARTITION_ID,
 * HV_STATUS_INVALID_PARTITION_STATE or HV_STATUS_INSUFFICIENT_MEMORY.
 */
enum hv_status child_initialize(u64 id)
{
	enum hv_status status;

	spin_lock(&children_lock);
	status = initialize_locked(child_find(id));
	spin_unlock(&children_lock);
	return status;
}

static struct child_vp *any_vp(const struct child *child)
{
	u32 i;

	for (i = 0; i < MAX_CHILD_VPS; i++)
		if (child->vps[i])
			return child->vps[i];
	return NULL;
}

/**
 * child_finalize() - Delete all VPs of a child, disconnect it and unmap its memory
 * @id: its id
 *
 * Return: HV_STATUS_SUCCESS, or as child_get_active().
 */
enum hv_status child_finalize(u64 id)
{
	enum hv_status status;
	struct child *child;
	struct child_vp *vp;

	/* A VP that runs has to be waited for without the lock. */
	for (;;) {
		status = child_get_active(id, &child);
		if (status)
			return status;
		vp = any_vp(child);
		if (!vp)
			break;
		if (vp->activity == CHILD_VP_RUNNING)
			child_upcalls.stop(vp);
		else
			child_vp_delete(vp);
		spin_unlock(&children_lock);
		cpu_relax();
	}

	child->state = CHILD_FINALIZED;
	child_disconnect(child);
	overlay_delete(child, &child->hypercall);
	overlay_delete(child, &child->reference_tsc);
	child_npt_destroy(child);
	spin_unlock(&children_lock);
	return HV_STATUS_SUCCESS;
}

static enum hv_status delete_locked(struct child **slot)
{
	struct child *child;
	u32 i;

	if (!slot)
		return HV_STATUS_INVALID_PARTITION_ID;
	child = *slot;
	if (child->state == CHILD_ACTIVE)
		return HV_STATUS_INVALID_PARTITION_STATE;

	child_upcalls.cancel_message(&child->completion);
	for (i = 0; i < ARRAY_SIZE(child->stats); i++)
		shared_page_end(&child->stats[i]);
	if (child->pool.used)
		end_of_run(END_HYPERVISOR, "%lu pages of partition %lu are lost",
			   (u64)child->pool.used, child->id);
	pool_merge(&parent_pool, &child->pool);
	*slot = NULL;
	pool_return(&parent_pool, (u64)child);
	return HV_STATUS_SUCCESS;
}

/**
 * child_delete() - Delete a child
 * @id: its id
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARTITION_ID, or
 * HV_STATUS_INVALID_PARTITION_STATE (initialized and not finalized).
 */
enum hv_status child_delete(u64 id)
{
	enum hv_status status;

	spin_lock(&children_lock);
	status = delete_locked(id ? child_slot(id) : NULL);
	spin_unlock(&children_lock);
	return status;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of children, and the lock that it shares with nearly all that
 * belongs to children.
 */
#include "child.h"

struct child *children[MAX_CHILDREN];
struct spinlock children_lock = { .locked = 0 };

/**
 * child_slot() - Find the place of a child in the table
 * @id: its id; 0: a place that is free
 *
 * Context: children_lock held.
 * Return: the place, or NULL.
 */
struct child **child_slot(u64 id)
{
	u32 i;

	for (i = 0; i < MAX_CHILDREN; i++)
		if (id ? children[i] && children[i]->id == id : !children[i])
			return &children[i];
	return NULL;
}

/**
 * child_find() - Find a child
 * @id: its id
 *
 * Context: children_lock held.
 * Return: the child, or NULL.
 */
struct child *child_find(u64 id)
{
	struct child **slot = id ? child_slot(id) : NULL;

	return slot ? *slot : NULL;
}

/**
 * child_vp_find() - Find a VP of a child
 * @id: id of the child
 * @index: VP index
 *
 * Context: children_lock held.
 * Return: the VP, which may be running, or NULL.
 */
struct child_vp *child_vp_find(u64 id, u32 index)
{
	struct child *child = child_find(id);

	return child && index < MAX_CHILD_VPS ? child->vps[index] : NULL;
}

/**
 * child_get_active() - Find a child that is initialized, and lock
 * @id: its id
 * @child: set to the child
 *
 * Return: HV_STATUS_SUCCESS, children_lock is held then;
 * HV_STATUS_INVALID_PARTITION_ID or HV_STATUS_INVALID_PARTITION_STATE.
 */
enum hv_status child_get_active(u64 id, struct child **child)
{
	enum hv_status status = HV_STATUS_SUCCESS;

	spin_lock(&children_lock);
	*child = child_find(id);
	if (!*child)
		status = HV_STATUS_INVALID_PARTITION_ID;
	else if ((*child)->state != CHILD_ACTIVE)
		status = HV_STATUS_INVALID_PARTITION_STATE;
	if (status)
		spin_unlock(&children_lock);
	return status;
}

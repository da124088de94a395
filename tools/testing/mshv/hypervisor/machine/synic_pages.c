// SPDX-License-Identifier: GPL-2.0-only
/* What the SynICs of the parent and of its children have in common. */
#include "hv.h"
#include "synic.h"
#include "tlfs_intercept.h"

/**
 * sint_write() - Write the register of a SINT
 * @sint: the register
 * @value: new value; one that is not masked needs a vector that is no exception's
 *
 * Return: false when it does not take the value.
 */
bool sint_write(u64 *sint, u64 value)
{
	if (value & ~HV_SINT_DEFINED)
		return false;
	if (!(value & HV_SINT_MASKED) &&
	    HV_SINT_VECTOR(value) < HV_SINT_FIRST_VECTOR)
		return false;
	*sint = value;
	return true;
}

/**
 * slot_is_free() - Is there room for a message?
 * @slot: the slot
 *
 * A slot that is taken is marked, so that its owner says when it has read the
 * message. Either the owner sees the mark, or the slot is seen to be free.
 *
 * Return: whether it is free.
 */
bool slot_is_free(struct hv_message *slot)
{
	if (READ_ONCE(slot->type) == HV_MESSAGE_NONE)
		return true;
	__atomic_or_fetch(&slot->flags, HV_MESSAGE_FLAG_PENDING,
			  __ATOMIC_SEQ_CST);
	return __atomic_load_n(&slot->type, __ATOMIC_SEQ_CST) ==
	       HV_MESSAGE_NONE;
}

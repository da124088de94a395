// SPDX-License-Identifier: GPL-2.0-only
/* Hypercalls that the hypervisor completes later, by a message. */
#include "async.h"

/**
 * mshv_async_init() - no call is under way
 * @async: the record
 */
void mshv_async_init(struct mshv_async *async)
{
	async->pending = false;
	init_completion(&async->done);
}

/**
 * mshv_async_prepare() - get ready for a call that may complete later
 * @async: the record
 *
 * Context: Process context, the partition's lock is held.
 * Return: 0, or -EPERM while the completion of an earlier call, whose caller
 *	   was killed, is still to come.
 */
int mshv_async_prepare(struct mshv_async *async)
{
	if (async->pending && !try_wait_for_completion(&async->done))
		return -EPERM;

	async->pending = false;
	reinit_completion(&async->done);
	return 0;
}

/**
 * mshv_async_wait() - wait for a call that the hypervisor said is pending
 * @async: the record
 * @status: out: HV_STATUS_* of the call
 *
 * Context: Process context, the partition's lock is held, sleeps.
 * Return: 0, or -EINTR if killed.
 */
int mshv_async_wait(struct mshv_async *async, u16 *status)
{
	async->pending = true;
	if (wait_for_completion_killable(&async->done))
		return -EINTR;

	async->pending = false;
	*status = async->status;
	return 0;
}

/**
 * mshv_async_complete() - the message came
 * @async: the record
 * @status: HV_STATUS_* of the call
 *
 * Context: Interrupt handler.
 */
void mshv_async_complete(struct mshv_async *async, u16 status)
{
	async->status = status;
	complete(&async->done);
}

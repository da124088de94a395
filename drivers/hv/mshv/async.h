/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls that the hypervisor completes later, by a message. */
#ifndef _MSHV_ASYNC_H
#define _MSHV_ASYNC_H

#include <linux/completion.h>
#include <linux/types.h>

/**
 * struct mshv_async - the hypercall of a partition that is under way
 * @pending: a completion is still to come; protected by the partition's lock
 * @status: HV_STATUS_* of the hypercall, once @done is complete
 * @done: completed by the interrupt handler
 *
 * The message names the partition and not the call, so there is one at a time.
 */
struct mshv_async {
	bool pending;
	u16 status;
	struct completion done;
};

void mshv_async_init(struct mshv_async *async);
int mshv_async_prepare(struct mshv_async *async);
int mshv_async_wait(struct mshv_async *async, u16 *status);
void mshv_async_complete(struct mshv_async *async, u16 status);

#endif /* _MSHV_ASYNC_H */

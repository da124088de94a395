/* SPDX-License-Identifier: GPL-2.0-only */
/* Calling the hypervisor. */
#ifndef _MSHV_HVCALL_H
#define _MSHV_HVCALL_H

#include <linux/types.h>

struct mshv_root;

/* In the place of a partition id: no pool to fill, shortage is an error. */
#define MSHV_NO_POOL 0

/**
 * struct mshv_hvcall_reps - a hypercall that repeats over a list of elements
 * @code: hypercall code, HVCALL_*
 * @pool: id of the partition whose pool is filled when the hypervisor runs
 *	  short of memory, or MSHV_NO_POOL
 * @count: elements in all
 * @done: elements that the hypervisor has dealt with so far
 * @status: HV_STATUS_* of the last hypercall
 * @batch: most elements that fit on a page
 * @fill: write the header and @n elements from @done on to the input page
 * @collect: take what the hypervisor returned for @n elements from @done on;
 *	     NULL if it returns nothing
 *
 * @fill and @collect run with interrupts off: they neither sleep nor allocate.
 */
struct mshv_hvcall_reps {
	u16 code;
	u64 pool;
	u64 count;
	u64 done;
	u16 status;
	u16 batch;
	void (*fill)(const struct mshv_hvcall_reps *call, void *in, u16 n);
	void (*collect)(struct mshv_hvcall_reps *call, const void *out, u16 n);
};

int mshv_hvcall_errno(u64 status);
u64 mshv_hvcall_issue(u64 control, void *in, void *out);
u64 mshv_hvcall(u16 code, const void *in, size_t in_size,
		void *out, size_t out_size);
int mshv_hvcall_pooled(u64 pool, u16 code, const void *in, size_t in_size,
		       void *out, size_t out_size);
int mshv_hvcall_optional(u64 pool, u16 code, const void *in, size_t in_size,
			 void *out, size_t out_size);
int mshv_hvcall_reps(struct mshv_hvcall_reps *call);

/* hvcall_log.c */
void mshv_hvcall_report(u16 code, u64 partition_id, u64 status);

int mshv_hvcall_start(struct mshv_root *root);
void mshv_hvcall_stop(struct mshv_root *root);

#endif /* _MSHV_HVCALL_H */

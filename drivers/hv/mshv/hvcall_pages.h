/* SPDX-License-Identifier: GPL-2.0-only */
/* Per-CPU pages for the input and output of hypercalls. */
#ifndef _MSHV_HVCALL_PAGES_H
#define _MSHV_HVCALL_PAGES_H

#include <linux/percpu-defs.h>
#include <linux/types.h>

/**
 * struct mshv_hvcall_page_pair - the pages of one processor
 * @in: input page
 * @out: output page
 *
 * Both are NULL while the processor is down.
 */
struct mshv_hvcall_page_pair {
	void *in;
	void *out;
};

/**
 * struct mshv_hvcall_pages - a pair of pages for every processor that runs
 * @node: for CPU hotplug
 * @pair: the pairs
 *
 * A pair exists from before its processor comes up until after it went down,
 * so code that runs on a processor and cannot migrate may use
 * this_cpu_ptr(@pair) without a check. What keeps others off the pair meanwhile
 * (interrupts off, preemption off) is up to the owner of the set.
 */
struct mshv_hvcall_pages {
	struct hlist_node node;
	struct mshv_hvcall_page_pair __percpu *pair;
};

int mshv_hvcall_pages_init(void);
void mshv_hvcall_pages_exit(void);
int mshv_hvcall_pages_create(struct mshv_hvcall_pages *pages);
void mshv_hvcall_pages_destroy(struct mshv_hvcall_pages *pages);

#endif /* _MSHV_HVCALL_PAGES_H */

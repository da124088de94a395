// SPDX-License-Identifier: GPL-2.0-only
/*
 * The run loop where Linux schedules (root and integrated schedulers).
 *
 * The thread in RUN_VP is the VP: where and when Linux runs the thread, it
 * dispatches the VP by hypercall. Dispatching is preemptible work with
 * interrupts on, so it cannot use the pages that other hypercalls use with
 * interrupts off: every processor has a pair of pages for it alone.
 */
#include "hvcall_pages.h"
#include "sched.h"

static struct mshv_hvcall_pages dispatch_pages;

static int sched_root_start(void)
{
	return mshv_hvcall_pages_create(&dispatch_pages);
}

static void sched_root_stop(void)
{
	mshv_hvcall_pages_destroy(&dispatch_pages);
}

const struct mshv_sched_ops mshv_sched_root_ops = {
	.name	= "Linux",
	.start	= sched_root_start,
	.stop	= sched_root_stop,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The run loop under the hypervisor's schedulers (classic, core).
 *
 * The hypervisor picks the VP to run and the processor to run it on; a thread
 * in RUN_VP merely waits for the VP's next message.
 */
#include "sched.h"

const struct mshv_sched_ops mshv_sched_hv_ops = {
	.name	= "the hypervisor",
};

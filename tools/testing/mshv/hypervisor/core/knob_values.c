// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values of the knobs. All layers read them; debug/knobs.c gives them names.
 */
#include "hv.h"

struct knobs knobs = {
	.partition = PARTITION_L1VH,
	.scheduler = 3,
	.vmm_capabilities = 0x40,
	.vmm_capabilities_banks = 1,
	.integrated_scheduler = 1,
	.build = 27750,
	.crash_ends = 1,
};

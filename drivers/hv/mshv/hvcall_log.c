// SPDX-License-Identifier: GPL-2.0-only
/* Failed hypercalls, by name, in the kernel log. */
#define pr_fmt(fmt) "mshv_root: " fmt

#include <linux/array_size.h>
#include <linux/printk.h>
#include <linux/stringify.h>
#include <linux/types.h>
#include <asm/mshyperv.h>

#include "hvcall.h"

#define CALL(code)	{ code, #code }

/* Calls that the driver makes for itself */
static const struct {
	u16 code;
	const char *name;
} call_names[] = {
	CALL(HVCALL_CREATE_PARTITION),
	CALL(HVCALL_INITIALIZE_PARTITION),
	CALL(HVCALL_FINALIZE_PARTITION),
	CALL(HVCALL_DELETE_PARTITION),
	CALL(HVCALL_DEPOSIT_MEMORY),
	CALL(HVCALL_WITHDRAW_MEMORY),
	CALL(HVCALL_MAP_GPA_PAGES),
	CALL(HVCALL_UNMAP_GPA_PAGES),
	CALL(HVCALL_CREATE_VP),
	CALL(HVCALL_DELETE_VP),
	CALL(HVCALL_GET_VP_REGISTERS),
	CALL(HVCALL_SET_VP_REGISTERS),
	CALL(HVCALL_MAP_STATS_PAGE),
	CALL(HVCALL_MAP_STATS_PAGE2),
	CALL(HVCALL_UNMAP_STATS_PAGE),
	CALL(HVCALL_CREATE_PORT),
	CALL(HVCALL_DELETE_PORT),
	CALL(HVCALL_CONNECT_PORT),
	CALL(HVCALL_DISCONNECT_PORT),
	CALL(HVCALL_GET_GPA_PAGES_ACCESS_STATES),
	CALL(HVCALL_MAP_VP_STATE_PAGE),
	CALL(HVCALL_UNMAP_VP_STATE_PAGE),
	CALL(HVCALL_GET_VP_STATE),
	CALL(HVCALL_SET_VP_STATE),
	CALL(HVCALL_DISPATCH_VP),
	CALL(HVCALL_ASSERT_VIRTUAL_INTERRUPT),
};

static const char *call_name(u16 code)
{
	for (size_t i = 0; i < ARRAY_SIZE(call_names); i++)
		if (call_names[i].code == code)
			return call_names[i].name;
	return "hypercall";
}

/**
 * mshv_hvcall_report() - leave a failed hypercall in the kernel log
 * @code: hypercall code, HVCALL_*
 * @partition_id: the partition that it was about
 * @status: what the call returned
 *
 * An errno says little of what the hypervisor said. Here it stands in full, a few
 * times in a while: a VMM can provoke it.
 *
 * Context: Any.
 */
void mshv_hvcall_report(u16 code, u64 partition_id, u64 status)
{
	pr_warn_ratelimited("partition %#llx: %s (%#x) failed: %s (%#x)\n",
			    partition_id, call_name(code), code,
			    hv_result_to_string(status), hv_result(status));
}

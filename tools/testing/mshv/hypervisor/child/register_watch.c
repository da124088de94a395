// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which accesses of a VP to its own control registers the parent wants to know
 * of, and of which bits in them. Nothing is watched in a new VP.
 *
 * Emulated processors do not exit for XSETBV, so writes to XCR0 are not watched,
 * and who asks for it is refused.
 */
#include "child_registers.h"
#include "tlfs_register_intercept.h"

#define WATCHABLE	(HV_WATCH_DEFINED & ~HV_WATCH_XCR0_WRITE)

static u64 *place(const struct access *a)
{
	struct register_watch *watch = &a->vp->watch;

	switch (a->name) {
	case HV_REGISTER_CR_INTERCEPT_CONTROL:
		return &watch->control;
	case HV_REGISTER_CR_INTERCEPT_CR0_MASK:
		return &watch->cr0_mask;
	case HV_REGISTER_CR_INTERCEPT_CR4_MASK:
		return &watch->cr4_mask;
	default:
		return &watch->misc_enable_mask;
	}
}

static void get_watch(const struct access *a, struct hv_value *value)
{
	value->low = *place(a);
}

static bool set_watch(const struct access *a, const struct hv_value *value)
{
	if (a->name == HV_REGISTER_CR_INTERCEPT_CONTROL &&
	    (value->low & ~WATCHABLE))
		return false;
	*place(a) = value->low;
	return true;
}

const struct register_range child_watch_registers[] = {
	{ HV_REGISTER_CR_INTERCEPT_CONTROL, HV_REGISTER_CR_INTERCEPT_MISC_MASK,
	  get_watch, set_watch },
};

const u32 child_num_watch_registers = ARRAY_SIZE(child_watch_registers);

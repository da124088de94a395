// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a child sees of the hypervisor: CPUID leaves from 0x40000000 on, as far as
 * the partition's synthetic processor features allow, and hypercalls, of which
 * there is none that a child could make. The MSRs are in child/synthetic.c.
 */
#include "run.h"
#include "tlfs_synthetic.h"

#define VERSION_MAJOR		10
#define CPL_MASK		3
#define VMMCALL_LENGTH		3

enum { EAX, EBX, ECX, EDX };

static void leaf_vendor(const struct child *child, u32 *out)
{
	out[EAX] = HV_CPUID_LIMITS;
	memcpy(&out[EBX], "Microsoft Hv", 12);
}

static void leaf_interface(const struct child *child, u32 *out)
{
	memcpy(&out[EAX], "Hv#1", 4);
}

static void leaf_version(const struct child *child, u32 *out)
{
	out[EAX] = knobs.build;
	out[EBX] = VERSION_MAJOR << 16;
}

static void leaf_features(const struct child *child, u32 *out)
{
	out[EAX] = child_privileges(child);
	out[EDX] = HV_FEATURE_CRASH_MSRS;
	if (out[EAX] & HV_PRIV_FREQUENCY_MSRS)
		out[EDX] |= HV_FEATURE_FREQUENCY_MSRS;
	if (out[EAX] & HV_PRIV_GUEST_IDLE)
		out[EDX] |= HV_FEATURE_GUEST_IDLE;
	if (child->synthetic_features & HV_SYNTHETIC_DIRECT_TIMERS)
		out[EDX] |= HV_FEATURE_DIRECT_TIMERS;
}

static void leaf_recommendations(const struct child *child, u32 *out)
{
	out[EAX] = HV_RECOMMEND_NO_AUTO_EOI;
	out[EBX] = ~0U;			/* never recommend a spin-wait call */
}

static void leaf_limits(const struct child *child, u32 *out)
{
	out[EAX] = MAX_CHILD_VPS;
	out[EBX] = MAX_CPUS;
}

static void (*const leaves[])(const struct child *child, u32 *out) = {
	[HV_CPUID_VENDOR - HV_CPUID_VENDOR] = leaf_vendor,
	[HV_CPUID_INTERFACE - HV_CPUID_VENDOR] = leaf_interface,
	[HV_CPUID_VERSION - HV_CPUID_VENDOR] = leaf_version,
	[HV_CPUID_FEATURES - HV_CPUID_VENDOR] = leaf_features,
	[HV_CPUID_RECOMMENDATIONS - HV_CPUID_VENDOR] = leaf_recommendations,
	[HV_CPUID_LIMITS - HV_CPUID_VENDOR] = leaf_limits,
};

/**
 * interface_cpuid() - A CPUID leaf that belongs to hypervisors
 * @child: who asks
 * @leaf: from HV_CPUID_VENDOR on
 * @out: zeroed; set to EAX, EBX, ECX and EDX
 */
void interface_cpuid(const struct child *child, u32 leaf, u32 out[4])
{
	u32 n = leaf - HV_CPUID_VENDOR;

	if (child_privileges(child) && n < ARRAY_SIZE(leaves))
		leaves[n](child, out);
}

/**
 * interface_hypercall() - A child makes a hypercall
 * @vp: the VP that has just left guest mode for it
 *
 * Return: false when the instruction does not exist for the child.
 */
bool interface_hypercall(struct child_vp *vp)
{
	struct vmcb *vmcb = vp->vmcb;

	if (!(vp->child->hypercall.msr & HV_OVERLAY_ENABLE) ||
	    (vmcb->cpl & CPL_MASK))
		return false;
	vmcb->rax = HV_STATUS_INVALID_CODE;
	vmcb->rip += VMMCALL_LENGTH;
	vmcb->interrupt_shadow = 0;
	return true;
}

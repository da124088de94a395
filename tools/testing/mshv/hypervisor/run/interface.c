// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a child sees of the hypervisor: CPUID leaves from 0x40000000 on, as far as
 * the partition's synthetic processor features allow. The MSRs are in
 * child/synic/synthetic.c, the hypercalls in guest/.
 */
#include "run.h"
#include "tlfs_synthetic.h"

#define VERSION_MAJOR		10
#define LONG_SPIN		0xfff	/* rounds before the hypervisor is told */

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

static bool has(const struct child *child, u64 feature)
{
	return child->synthetic_features & feature;
}

static void leaf_features(const struct child *child, u32 *out)
{
	u64 privileges = child_privileges(child);

	out[EAX] = privileges;
	out[EBX] = privileges >> 32;
	out[EDX] = HV_FEATURE_CRASH_MSRS;
	if (out[EAX] & HV_PRIV_FREQUENCY_MSRS)
		out[EDX] |= HV_FEATURE_FREQUENCY_MSRS;
	if (out[EAX] & HV_PRIV_GUEST_IDLE)
		out[EDX] |= HV_FEATURE_GUEST_IDLE;
	if (has(child, HV_SYNTHETIC_EXTENDED_RANGES))
		out[EDX] |= HV_FEATURE_EXTENDED_RANGES;
	if (has(child, HV_SYNTHETIC_DIRECT_TIMERS))
		out[EDX] |= HV_FEATURE_DIRECT_TIMERS;
}

static void leaf_recommendations(const struct child *child, u32 *out)
{
	out[EAX] = HV_RECOMMEND_NO_AUTO_EOI;
	if (has(child, HV_SYNTHETIC_FLUSH))
		out[EAX] |= HV_RECOMMEND_REMOTE_FLUSH;
	if (has(child, HV_SYNTHETIC_CLUSTER_IPI) && child_has_apic(child))
		out[EAX] |= HV_RECOMMEND_CLUSTER_IPI;
	if (has(child, HV_SYNTHETIC_EXTENDED_MASKS))
		out[EAX] |= HV_RECOMMEND_EXTENDED_MASKS;
	out[EBX] = has(child, HV_SYNTHETIC_LONG_SPIN_WAIT) ? LONG_SPIN : ~0U;
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID as a child sees it: the machine's own answer without what the
 * hypervisor keeps for itself or does not switch. What is told of the hypervisor
 * is in run/interface.c.
 */
#include "run.h"

#define LEAF1_EBX_APIC_ID_SHIFT	24
#define LEAF1_EDX_APIC		BIT(9)
#define LEAF1_ECX_MONITOR	BIT(3)
#define LEAF1_ECX_X2APIC	BIT(21)
#define LEAF1_ECX_TSC_DEADLINE	BIT(24)
#define LEAF1_ECX_OSXSAVE	BIT(27)
#define LEAF1_ECX_HYPERVISOR	BIT(31)
#define LEAF7_ECX_OSPKE		BIT(4)
#define LEAF7_ECX_RDPID		BIT(22)
#define LEAF81_ECX_SVM		BIT(2)
#define LEAF81_ECX_SKINIT	BIT(12)
#define LEAF87_EDX_INVARIANT_TSC BIT(8)
#define LEAF81_EDX_RDTSCP	BIT(27)

enum { EAX, EBX, ECX, EDX };

static void leaf_basic(const struct child_vp *vp, u32 subleaf, u32 *out)
{
	out[EBX] &= BIT(LEAF1_EBX_APIC_ID_SHIFT) - 1;
	out[EBX] |= vp->index << LEAF1_EBX_APIC_ID_SHIFT;
	out[ECX] &= ~(LEAF1_ECX_MONITOR | LEAF1_ECX_X2APIC | LEAF1_ECX_OSXSAVE |
		      LEAF1_ECX_TSC_DEADLINE);
	out[ECX] |= LEAF1_ECX_HYPERVISOR;
	if (vp->vmcb->cr4 & CR4_OSXSAVE)
		out[ECX] |= LEAF1_ECX_OSXSAVE;
	if (!child_has_apic(vp->child))
		return;
	if (vp->child->flags & HV_CREATE_X2APIC)
		out[ECX] |= LEAF1_ECX_X2APIC;
	out[ECX] |= LEAF1_ECX_TSC_DEADLINE;
	if (!(child_apic_base(vp) & APIC_BASE_ENABLE))
		out[EDX] &= ~LEAF1_EDX_APIC;
}

static void leaf_none(const struct child_vp *vp, u32 subleaf, u32 *out)
{
	memset(out, 0, 4 * sizeof(*out));
}

static void leaf_extended_features(const struct child_vp *vp, u32 subleaf,
				   u32 *out)
{
	if (subleaf)
		return;
	out[ECX] &= ~(LEAF7_ECX_OSPKE | LEAF7_ECX_RDPID);
	if (vp->vmcb->cr4 & CR4_PKE)
		out[ECX] |= LEAF7_ECX_OSPKE;
}

static void leaf_topology(const struct child_vp *vp, u32 subleaf, u32 *out)
{
	out[EDX] = vp->index;
}

/* The register that RDTSCP and RDPID read is the parent's. */
static void leaf_amd_features(const struct child_vp *vp, u32 subleaf, u32 *out)
{
	out[ECX] &= ~(LEAF81_ECX_SVM | LEAF81_ECX_SKINIT);
	out[EDX] &= ~LEAF81_EDX_RDTSCP;
}

static void leaf_power(const struct child_vp *vp, u32 subleaf, u32 *out)
{
	if (vp->child->tsc_invariant)
		out[EDX] |= LEAF87_EDX_INVARIANT_TSC;
}

static const struct {
	u32 first, last;
	void (*change)(const struct child_vp *vp, u32 subleaf, u32 *out);
} leaves[] = {
	{ 0x00000001, 0x00000001, leaf_basic },
	{ 0x00000005, 0x00000005, leaf_none },
	{ 0x00000007, 0x00000007, leaf_extended_features },
	{ 0x0000000b, 0x0000000b, leaf_topology },
	{ 0x80000001, 0x80000001, leaf_amd_features },
	{ 0x80000007, 0x80000007, leaf_power },
	{ 0x8000000a, 0x8000000a, leaf_none },
	{ 0x40000000, 0x4fffffff, leaf_none },
};

/**
 * run_cpuid() - What CPUID says where the parent does not intercept it
 * @vp: the VP that asks
 * @leaf: EAX
 * @subleaf: ECX
 * @out: set to EAX, EBX, ECX and EDX
 */
void run_cpuid(const struct child_vp *vp, u32 leaf, u32 subleaf, u32 out[4])
{
	u32 i;

	cpuid(leaf, subleaf, out);
	for (i = 0; i < ARRAY_SIZE(leaves); i++)
		if (leaf >= leaves[i].first && leaf <= leaves[i].last)
			leaves[i].change(vp, subleaf, out);
	if (leaf >= HV_CPUID_VENDOR)
		interface_cpuid(vp->child, leaf, out);
}

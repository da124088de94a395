// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID: the machine's own answer, with what a guest must not use taken out,
 * the hypervisor's leaves put in, and one leaf that is the debug channel.
 */
#include "parent/parent_upcalls.h"
#include "hv.h"

#define CPUID_LENGTH		2

#define LEAF1_ECX_MONITOR	BIT(3)
#define LEAF1_ECX_X2APIC	BIT(21)
#define LEAF1_ECX_OSXSAVE	BIT(27)
#define LEAF1_ECX_HYPERVISOR	BIT(31)
#define LEAF7_ECX_OSPKE		BIT(4)
#define LEAF81_ECX_SVM		BIT(2)
#define LEAF81_ECX_SKINIT	BIT(12)

#define VERSION_MAJOR		10
#define VERSION_MINOR		0

enum { EAX, EBX, ECX, EDX };

static void set_bit_if(u32 *reg, u32 bit, bool value)
{
	*reg = value ? *reg | bit : *reg & ~bit;
}

static void leaf_basic(struct vp *vp, u32 subleaf, u32 *out)
{
	out[ECX] &= ~(LEAF1_ECX_MONITOR | LEAF1_ECX_X2APIC);
	out[ECX] |= LEAF1_ECX_HYPERVISOR;
	set_bit_if(&out[ECX], LEAF1_ECX_OSXSAVE, vp->vmcb->cr4 & CR4_OSXSAVE);
}

static void leaf_none(struct vp *vp, u32 subleaf, u32 *out)
{
	memset(out, 0, 4 * sizeof(*out));
}

static void leaf_extended_features(struct vp *vp, u32 subleaf, u32 *out)
{
	if (!subleaf)
		set_bit_if(&out[ECX], LEAF7_ECX_OSPKE,
			   vp->vmcb->cr4 & CR4_PKE);
}

static void leaf_amd_features(struct vp *vp, u32 subleaf, u32 *out)
{
	out[ECX] &= ~(LEAF81_ECX_SVM | LEAF81_ECX_SKINIT);
}

static void leaf_vendor(struct vp *vp, u32 subleaf, u32 *out)
{
	out[EAX] = HV_CPUID_LAST;
	memcpy(&out[EBX], "Microsoft Hv", 12);
}

static void leaf_interface(struct vp *vp, u32 subleaf, u32 *out)
{
	leaf_none(vp, subleaf, out);
	memcpy(&out[EAX], "Hv#1", 4);
}

static void leaf_version(struct vp *vp, u32 subleaf, u32 *out)
{
	leaf_none(vp, subleaf, out);
	out[EAX] = knobs.build;
	out[EBX] = VERSION_MAJOR << 16 | VERSION_MINOR;
}

static void leaf_hv_features(struct vp *vp, u32 subleaf, u32 *out)
{
	leaf_none(vp, subleaf, out);
	out[EAX] = vp->partition->privileges;
	out[EBX] = vp->partition->privileges >> 32;
	out[ECX] = HV_FEATURE_PAGE_INTERRUPTS;
	out[EDX] = HV_FEATURE_FREQUENCY_MSRS | HV_FEATURE_CRASH_MSRS;
}

static void leaf_recommendations(struct vp *vp, u32 subleaf, u32 *out)
{
	leaf_none(vp, subleaf, out);
	out[EAX] = HV_RECOMMEND_APIC_MSRS | HV_RECOMMEND_NO_AUTO_EOI;
	out[EBX] = ~0U;			/* never recommend a spin-wait call */
}

static void leaf_limits(struct vp *vp, u32 subleaf, u32 *out)
{
	leaf_none(vp, subleaf, out);
	out[EAX] = MAX_CPUS;
	out[EBX] = MAX_CPUS;
}

static void leaf_cpu_management(struct vp *vp, u32 subleaf, u32 *out)
{
	leaf_none(vp, subleaf, out);
	if (vp->partition->privileges & HV_PRIV_CPU_MANAGEMENT)
		out[EAX] = HV_CPU_MANAGEMENT_START_LP |
			   HV_CPU_MANAGEMENT_ROOT_VP |
			   HV_CPU_MANAGEMENT_IDENTITY;
}

/*
 * The debug channel for processes without access to I/O ports: the subleaf is
 * 0x100 and a byte to write, or 0 to read one.
 */
#define DEBUG_LEAF		0x4ed00000
#define DEBUG_WRITE		0x100

static void leaf_debug(struct vp *vp, u32 subleaf, u32 *out)
{
	leaf_none(vp, subleaf, out);
	if (subleaf & DEBUG_WRITE)
		parent_upcalls.debug_write(subleaf);
	else
		out[EAX] = parent_upcalls.debug_read();
}

/* The first entry whose range has the leaf counts. */
static const struct {
	u32 first, last;
	void (*change)(struct vp *vp, u32 subleaf, u32 *out);
} leaves[] = {
	{ 0x00000001, 0x00000001, leaf_basic },
	{ 0x00000005, 0x00000005, leaf_none },
	{ 0x00000007, 0x00000007, leaf_extended_features },
	{ 0x80000001, 0x80000001, leaf_amd_features },
	{ 0x8000000a, 0x8000000a, leaf_none },
	{ HV_CPUID_VENDOR, HV_CPUID_VENDOR, leaf_vendor },
	{ HV_CPUID_INTERFACE, HV_CPUID_INTERFACE, leaf_interface },
	{ HV_CPUID_VERSION, HV_CPUID_VERSION, leaf_version },
	{ HV_CPUID_FEATURES, HV_CPUID_FEATURES, leaf_hv_features },
	{ HV_CPUID_RECOMMENDATIONS, HV_CPUID_RECOMMENDATIONS,
	  leaf_recommendations },
	{ HV_CPUID_LIMITS, HV_CPUID_LIMITS, leaf_limits },
	{ HV_CPUID_CPU_MANAGEMENT, HV_CPUID_CPU_MANAGEMENT,
	  leaf_cpu_management },
	{ DEBUG_LEAF, DEBUG_LEAF, leaf_debug },
	/* The machine is emulated and answers here itself; not for the parent. */
	{ 0x40000000, 0x4fffffff, leaf_none },
};

/**
 * exit_cpuid() - Do a CPUID instruction
 * @vp: whose
 */
void exit_cpuid(struct vp *vp)
{
	u32 leaf = vp->vmcb->rax, subleaf = vp->regs.rcx;
	u32 out[4];
	u32 i;

	cpuid(leaf, subleaf, out);
	for (i = 0; i < ARRAY_SIZE(leaves); i++)
		if (leaf >= leaves[i].first && leaf <= leaves[i].last) {
			leaves[i].change(vp, subleaf, out);
			break;
		}

	vp->vmcb->rax = out[EAX];
	vp->regs.rbx = out[EBX];
	vp->regs.rcx = out[ECX];
	vp->regs.rdx = out[EDX];
	vp->vmcb->rip += CPUID_LENGTH;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a child sees of the hypervisor: CPUID leaves from 0x40000000 on, the MSRs
 * of the hypercall interface, and frequencies. All of it only as far as the
 * partition's synthetic processor features allow.
 *
 * There is no hypercall that a child could make. Its hypercall page is a page of
 * its own memory that is written when it is enabled.
 */
#include "run.h"
#include "tlfs_intercept.h"

#define VERSION_MAJOR		10
#define CPL_MASK		3
#define VMMCALL_LENGTH		3

/* Synthetic processor features, as far as they mean something here */
#define FEATURE_PRESENT		BIT(0)
#define FEATURE_HV1		BIT(1)
#define FEATURE_APIC_MSRS	BIT(6)
#define FEATURE_HYPERCALL_MSRS	BIT(7)
#define FEATURE_VP_INDEX	BIT(8)
#define FEATURE_FREQUENCY_MSRS	BIT(11)
#define SHOWN			(FEATURE_PRESENT | FEATURE_HV1)

enum { EAX, EBX, ECX, EDX };

/* A feature of the partition is a privilege of the guest. */
static const struct {
	u64 feature;
	u32 privilege;
} privileges[] = {
	{ FEATURE_APIC_MSRS,		HV_PRIV_APIC_MSRS },
	{ FEATURE_HYPERCALL_MSRS,	HV_PRIV_HYPERCALL_MSRS },
	{ FEATURE_VP_INDEX,		HV_PRIV_VP_INDEX },
	{ FEATURE_FREQUENCY_MSRS,	HV_PRIV_FREQUENCY_MSRS },
};

/* That the TSC is invariant is a feature of the processor. */
static u32 privileges_of(const struct child *child)
{
	u32 i, mask = HV_PRIV_TSC_INVARIANT;

	if ((child->synthetic_features & SHOWN) != SHOWN)
		return 0;

	for (i = 0; i < ARRAY_SIZE(privileges); i++)
		if (child->synthetic_features & privileges[i].feature)
			mask |= privileges[i].privilege;
	return mask;
}

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
	out[EAX] = privileges_of(child);
	if (out[EAX] & HV_PRIV_FREQUENCY_MSRS)
		out[EDX] = HV_FEATURE_FREQUENCY_MSRS;
}

static void leaf_recommendations(const struct child *child, u32 *out)
{
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

	if (privileges_of(child) && n < ARRAY_SIZE(leaves))
		leaves[n](child, out);
}

static void write_guest_os_id(struct child *child, u64 value)
{
	child->guest_os_id = value;
	if (!value)
		child->hypercall &= ~HV_OVERLAY_ENABLE;
}

/* False when there is no page to write to. */
static bool write_hypercall(struct child *child, u64 value)
{
	static const u8 code[] = {
		0x0f, 0x01, 0xd9,	/* vmmcall */
		0xc3,			/* ret */
	};
	struct npt_page page = child_npt_lookup(child, HV_OVERLAY_GPA(value));

	if (!child->guest_os_id)
		value &= ~HV_OVERLAY_ENABLE;
	if (value & HV_OVERLAY_ENABLE) {
		if (!page.mapped || !(page.access & NPT_WRITE))
			return false;
		memcpy((void *)page.hpa, code, sizeof(code));
	}
	child->hypercall = value;
	return true;
}

/* The privilege that an MSR needs; 0: there is no such MSR */
static u32 privilege_for(u32 msr)
{
	switch (msr) {
	case HV_MSR_GUEST_OS_ID:
	case HV_MSR_HYPERCALL:
		return HV_PRIV_HYPERCALL_MSRS;
	case HV_MSR_VP_INDEX:
		return HV_PRIV_VP_INDEX;
	case HV_MSR_TSC_FREQUENCY:
	case HV_MSR_APIC_FREQUENCY:
		return HV_PRIV_FREQUENCY_MSRS;
	case HV_MSR_TSC_INVARIANT:
		return HV_PRIV_TSC_INVARIANT;
	}
	return 0;
}

/**
 * interface_needs_page() - Does an MSR want a page that is not there?
 * @vp: the VP that has just left guest mode to write the MSR
 * @gpa: set to the page
 *
 * Return: true when the parent has to provide it first, as if the guest wrote
 * there itself.
 */
bool interface_needs_page(struct child_vp *vp, u64 *gpa)
{
	u64 value = vp->regs.rdx << 32 | (u32)vp->vmcb->rax;
	struct npt_page page;

	if ((u32)vp->regs.rcx != HV_MSR_HYPERCALL ||
	    !(value & HV_OVERLAY_ENABLE) || !vp->child->guest_os_id ||
	    !(privileges_of(vp->child) & HV_PRIV_HYPERCALL_MSRS))
		return false;

	*gpa = HV_OVERLAY_GPA(value);
	spin_lock(&children_lock);
	page = child_npt_lookup(vp->child, *gpa);
	spin_unlock(&children_lock);
	return !page.mapped || !(page.access & NPT_WRITE);
}

/**
 * interface_read_msr() - Read an MSR of the hypervisor
 * @vp: the VP that has just left guest mode for it
 * @msr: the MSR
 * @value: set to its value
 *
 * Return: false when the child has no such MSR.
 */
bool interface_read_msr(const struct child_vp *vp, u32 msr, u64 *value)
{
	const struct child *child = vp->child;

	if (!(privileges_of(child) & privilege_for(msr)))
		return false;
	switch (msr) {
	case HV_MSR_GUEST_OS_ID:
		*value = child->guest_os_id;
		break;
	case HV_MSR_HYPERCALL:
		*value = child->hypercall;
		break;
	case HV_MSR_VP_INDEX:
		*value = vp->index;
		break;
	case HV_MSR_TSC_FREQUENCY:
		*value = clock_tsc_hz();
		break;
	case HV_MSR_APIC_FREQUENCY:
		*value = clock_apic_hz();
		break;
	case HV_MSR_TSC_INVARIANT:
		*value = child->tsc_invariant;
		break;
	}
	return true;
}

/**
 * interface_write_msr() - Write an MSR of the hypervisor
 * @vp: the VP that has just left guest mode for it
 * @msr: the MSR
 * @value: what is written
 *
 * Return: false when the child has no such MSR, or it does not take the value.
 */
bool interface_write_msr(struct child_vp *vp, u32 msr, u64 value)
{
	bool good = false;

	if (!(privileges_of(vp->child) & privilege_for(msr)))
		return false;
	spin_lock(&children_lock);
	switch (msr) {
	case HV_MSR_GUEST_OS_ID:
		write_guest_os_id(vp->child, value);
		good = true;
		break;
	case HV_MSR_HYPERCALL:
		good = write_hypercall(vp->child, value);
		break;
	case HV_MSR_TSC_INVARIANT:
		/* Once the guest knows it stays so. */
		good = value <= 1 && value >= vp->child->tsc_invariant;
		if (good)
			vp->child->tsc_invariant = value;
		break;
	}
	spin_unlock(&children_lock);
	return good;
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

	if (!(vp->child->hypercall & HV_OVERLAY_ENABLE) ||
	    (vmcb->cpl & CPL_MASK))
		return false;
	vmcb->rax = HV_STATUS_INVALID_CODE;
	vmcb->rip += VMMCALL_LENGTH;
	vmcb->interrupt_shadow = 0;
	return true;
}

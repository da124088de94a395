// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSRs of children that are nothing but storage: which there are, under which
 * register name the parent knows them, what they start with and what fits in.
 */
#include "child.h"

#define MSR_SYSENTER_CS		0x174
#define MSR_SYSENTER_ESP	0x175
#define MSR_SYSENTER_EIP	0x176
#define MSR_MISC_ENABLE		0x1a0
#define MSR_DEBUG_CTL		0x1d9
#define MSR_TSC_ADJUST		0x03b
#define MSR_SPEC_CTRL		0x048
#define MSR_MTRR_CAP		0x0fe
#define MSR_MTRR_PHYS_BASE0	0x200
#define MSR_MTRR_FIX64K_00000	0x250
#define MSR_MTRR_FIX16K_80000	0x258
#define MSR_MTRR_FIX4K_C0000	0x268
#define MSR_PAT			0x277
#define MSR_MTRR_DEF_TYPE	0x2ff
#define MSR_STAR		0xc0000081
#define MSR_LSTAR		0xc0000082
#define MSR_CSTAR		0xc0000083
#define MSR_SFMASK		0xc0000084
#define MSR_FS_BASE		0xc0000100
#define MSR_GS_BASE		0xc0000101
#define MSR_KERNEL_GS_BASE	0xc0000102
#define MSR_TSC_AUX		0xc0000103

#define NUM_MTRR_PAIRS		8
#define MTRR_CAP		(NUM_MTRR_PAIRS | BIT(8) | BIT(10))
#define APIC_BASE_DEFINED	(BIT(8) | BIT(10) | BIT(11) | \
				 align_down(BIT(40) - 1, PAGE_SIZE))
#define MAX_PAT_TYPE		7
#define NO_NAME			(~0U)

enum value_kind {
	ANY,
	U32,				/* the upper half is zero */
	CANONICAL,
	PAT,
	APIC_BASE,
	CONSTANT,
};

#define IN_VMCB(field)	.offset = offsetof(struct vmcb, field), .count = 1, \
			.vmcb = true
#define STORED(slot, n)	.offset = (slot), .count = (n)

/* @count consecutive MSRs, registers and, unless in the VMCB, slots of @msrs */
static const struct msr_range {
	u32 msr;
	u32 name;
	u32 offset;
	u32 count;
	u8 stride;			/* between MSRs, 0 stands for 1 */
	bool vmcb;
	enum value_kind kind;
	u64 reset;
} ranges[] = {
	{ MSR_SYSENTER_CS, HV_REGISTER_SYSENTER_CS, IN_VMCB(sysenter_cs),
	  .kind = U32 },
	{ MSR_SYSENTER_ESP, HV_REGISTER_SYSENTER_ESP, IN_VMCB(sysenter_esp),
	  .kind = CANONICAL },
	{ MSR_SYSENTER_EIP, HV_REGISTER_SYSENTER_EIP, IN_VMCB(sysenter_eip),
	  .kind = CANONICAL },
	{ MSR_PAT, HV_REGISTER_PAT, IN_VMCB(pat), .kind = PAT,
	  .reset = PAT_RESET },
	{ MSR_STAR, HV_REGISTER_STAR, IN_VMCB(star) },
	{ MSR_LSTAR, HV_REGISTER_LSTAR, IN_VMCB(lstar), .kind = CANONICAL },
	{ MSR_CSTAR, HV_REGISTER_CSTAR, IN_VMCB(cstar), .kind = CANONICAL },
	{ MSR_SFMASK, HV_REGISTER_SFMASK, IN_VMCB(sfmask), .kind = U32 },
	{ MSR_FS_BASE, NO_NAME, IN_VMCB(fs.base), .kind = CANONICAL },
	{ MSR_GS_BASE, NO_NAME, IN_VMCB(gs.base), .kind = CANONICAL },
	{ MSR_KERNEL_GS_BASE, HV_REGISTER_KERNEL_GS_BASE,
	  IN_VMCB(kernel_gs_base), .kind = CANONICAL },
	{ MSR_APIC_BASE, HV_REGISTER_APIC_BASE, STORED(0, 1), .kind = APIC_BASE,
	  .reset = LAPIC_BASE | BIT(11) },
	{ MSR_TSC_AUX, HV_REGISTER_TSC_AUX, STORED(1, 1), .kind = U32 },
	{ MSR_MISC_ENABLE, HV_REGISTER_MISC_ENABLE, STORED(2, 1), .reset = 1 },
	{ MSR_DEBUG_CTL, HV_REGISTER_DEBUG_CTL, STORED(3, 1), .kind = U32 },
	{ MSR_TSC_ADJUST, HV_REGISTER_TSC_ADJUST, STORED(4, 1) },
	{ MSR_SPEC_CTRL, HV_REGISTER_SPEC_CTRL, STORED(5, 1), .kind = U32 },
	{ MSR_MTRR_CAP, HV_REGISTER_MTRR_CAP, STORED(6, 1), .kind = CONSTANT,
	  .reset = MTRR_CAP },
	{ MSR_MTRR_DEF_TYPE, HV_REGISTER_MTRR_DEF_TYPE, STORED(7, 1),
	  .kind = U32 },
	{ MSR_MTRR_FIX64K_00000, HV_REGISTER_MTRR_FIX64K_00000, STORED(8, 1) },
	{ MSR_MTRR_FIX16K_80000, HV_REGISTER_MTRR_FIX16K_80000, STORED(9, 2) },
	{ MSR_MTRR_FIX4K_C0000, HV_REGISTER_MTRR_FIX4K_C0000, STORED(11, 8) },
	{ MSR_MTRR_PHYS_BASE0, HV_REGISTER_MTRR_PHYS_BASE0,
	  STORED(20, NUM_MTRR_PAIRS), .stride = 2 },
	{ MSR_MTRR_PHYS_BASE0 + 1, HV_REGISTER_MTRR_PHYS_MASK0,
	  STORED(28, NUM_MTRR_PAIRS), .stride = 2 },
};

static u32 stride_of(const struct msr_range *range)
{
	return range->stride ? range->stride : 1;
}

static const struct msr_range *find_msr(u32 msr, u32 *n)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		const struct msr_range *range = &ranges[i];
		u32 distance = msr - range->msr;

		*n = distance / stride_of(range);
		if (*n < range->count && distance % stride_of(range) == 0)
			return range;
	}
	return NULL;
}

static const struct msr_range *find_name(u32 name, u32 *n)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		*n = name - ranges[i].name;
		if (ranges[i].name != NO_NAME && *n < ranges[i].count)
			return &ranges[i];
	}
	return NULL;
}

static u64 *storage(struct child_vp *vp, const struct msr_range *range, u32 n)
{
	if (range->vmcb)
		return (void *)vp->vmcb + range->offset;
	return &vp->msrs[range->offset + n];
}

/**
 * child_msr() - Find where an MSR is kept
 * @vp: whose
 * @msr: the MSR
 *
 * Return: its value's place, or NULL: it is none of those.
 */
u64 *child_msr(struct child_vp *vp, u32 msr)
{
	u32 n;
	const struct msr_range *range = find_msr(msr, &n);

	return range ? storage(vp, range, n) : NULL;
}

/**
 * child_msr_register() - Find where an MSR is kept, by its register name
 * @vp: whose
 * @name: HV_REGISTER_*
 * @msr: set to the MSR
 *
 * Return: its value's place, or NULL: it is none of those.
 */
u64 *child_msr_register(struct child_vp *vp, u32 name, u32 *msr)
{
	u32 n;
	const struct msr_range *range = find_name(name, &n);

	if (!range)
		return NULL;
	*msr = range->msr + n * stride_of(range);
	return storage(vp, range, n);
}

static bool canonical(u64 value)
{
	return (u64)((long)(value << 16) >> 16) == value;
}

static bool valid_pat(u64 value)
{
	u32 i;

	for (i = 0; i < sizeof(value); i++) {
		u8 type = value >> i * 8;

		if (type > MAX_PAT_TYPE || type == 2 || type == 3)
			return false;
	}
	return true;
}

/**
 * child_msr_valid() - May this be written?
 * @msr: one that child_msr() knows
 * @value: new value
 *
 * Return: false where a processor would raise a general protection fault.
 */
bool child_msr_valid(u32 msr, u64 value)
{
	u32 n;
	const struct msr_range *range = find_msr(msr, &n);

	switch (range ? range->kind : CONSTANT) {
	case ANY:
		return true;
	case U32:
		return !(value >> 32);
	case CANONICAL:
		return canonical(value);
	case PAT:
		return valid_pat(value);
	case APIC_BASE:
		return !(value & ~APIC_BASE_DEFINED);
	case CONSTANT:
		break;
	}
	return false;
}

/**
 * child_msr_reset() - Give all of them the value they start with
 * @vp: whose
 */
void child_msr_reset(struct child_vp *vp)
{
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		/* The bases are a matter of the segments. */
		if (ranges[i].name == NO_NAME)
			continue;
		for (n = 0; n < ranges[i].count; n++)
			*storage(vp, &ranges[i], n) = ranges[i].reset;
	}
	if (!vp->index)
		*child_msr(vp, MSR_APIC_BASE) |= BIT(8);
}

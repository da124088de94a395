// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processor in the words of the hypervisor's interface: banks of features,
 * extended state and widths, each read from CPUID.
 */
#include "features.h"

#define LEAF_VENDOR		0x00000000
#define LEAF_BASIC		0x00000001
#define LEAF_POWER		0x00000006
#define LEAF_EXTENDED		0x00000007
#define LEAF_XSTATE		0x0000000d
#define LEAF_LAST_AMD		0x80000000
#define LEAF_AMD		0x80000001
#define LEAF_AMD_POWER		0x80000007
#define LEAF_AMD_CAPACITY	0x80000008

#define VENDOR_EBX_INTEL	0x756e6547	/* "Genu" */
#define BASIC_EBX_CLFLUSH_SHIFT	8	/* 8 bits, in units of 8 bytes */
#define CAPACITY_EAX_ADDRESS	0xff

enum { EAX, EBX, ECX, EDX };

/* A feature: its bit of the interface and that of CPUID */
struct feature {
	u8 bank;
	u8 bit;
	u8 subleaf;
	u8 output;
	u8 output_bit;
	u32 leaf;
};

#define FEATURE(bank_, bit_, leaf_, output_, output_bit_) \
	{ .bank = bank_, .bit = bit_, .leaf = LEAF_##leaf_, \
	  .output = output_, .output_bit = output_bit_ }

/*
 * A feature with several entries is there when one of them says so: vendors
 * have different bits for it. Features that no bit of CPUID tells, such as those
 * of the MSR IA32_ARCH_CAPABILITIES, are not offered. Neither are RDTSCP (38),
 * RDPID (57) and nested virtualization (bank 1, 6): a partition could not hand
 * them on, as the hypervisor switches neither TSC_AUX nor SVM.
 */
static const struct feature processor_feature_bits[] = {
	FEATURE(0, 0, BASIC, ECX, 0),		/* SSE3 */
	FEATURE(0, 1, AMD, ECX, 0),		/* LAHF and SAHF */
	FEATURE(0, 2, BASIC, ECX, 9),		/* SSSE3 */
	FEATURE(0, 3, BASIC, ECX, 19),		/* SSE4.1 */
	FEATURE(0, 4, BASIC, ECX, 20),		/* SSE4.2 */
	FEATURE(0, 5, AMD, ECX, 6),		/* SSE4A */
	FEATURE(0, 6, AMD, ECX, 11),		/* XOP */
	FEATURE(0, 7, BASIC, ECX, 23),		/* POPCNT */
	FEATURE(0, 8, BASIC, ECX, 13),		/* CMPXCHG16B */
	FEATURE(0, 9, AMD, ECX, 4),		/* LOCK MOV CR0 is MOV CR8 */
	FEATURE(0, 10, AMD, ECX, 5),		/* LZCNT */
	FEATURE(0, 11, AMD, ECX, 7),		/* misaligned SSE */
	FEATURE(0, 12, AMD, EDX, 22),		/* AMD's additions to MMX */
	FEATURE(0, 13, AMD, EDX, 31),		/* 3DNow! */
	FEATURE(0, 14, AMD, EDX, 30),		/* additions to 3DNow! */
	FEATURE(0, 15, AMD, EDX, 26),		/* pages of 1 GiB */
	FEATURE(0, 16, BASIC, ECX, 25),		/* AES */
	FEATURE(0, 17, BASIC, ECX, 1),		/* PCLMULQDQ */
	FEATURE(0, 18, BASIC, ECX, 17),		/* PCID */
	FEATURE(0, 19, AMD, ECX, 16),		/* FMA4 */
	FEATURE(0, 20, BASIC, ECX, 29),		/* F16C */
	FEATURE(0, 21, BASIC, ECX, 30),		/* RDRAND */
	FEATURE(0, 22, EXTENDED, EBX, 0),	/* RDFSBASE and others */
	FEATURE(0, 23, EXTENDED, EBX, 7),	/* SMEP */
	FEATURE(0, 24, EXTENDED, EBX, 9),	/* fast REP MOVSB */
	FEATURE(0, 25, EXTENDED, EBX, 3),	/* BMI1 */
	FEATURE(0, 26, EXTENDED, EBX, 8),	/* BMI2 */
	FEATURE(0, 29, BASIC, ECX, 22),		/* MOVBE */
	FEATURE(0, 31, EXTENDED, EBX, 13),	/* no FPU CS and DS */
	FEATURE(0, 32, EXTENDED, EBX, 18),	/* RDSEED */
	FEATURE(0, 33, EXTENDED, EBX, 19),	/* ADX */
	FEATURE(0, 34, AMD, ECX, 8),		/* PREFETCHW */
	FEATURE(0, 35, EXTENDED, EBX, 20),	/* SMAP */
	FEATURE(0, 36, EXTENDED, EBX, 4),	/* HLE */
	FEATURE(0, 37, EXTENDED, EBX, 11),	/* RTM */
	FEATURE(0, 39, EXTENDED, EBX, 23),	/* CLFLUSHOPT */
	FEATURE(0, 40, EXTENDED, EBX, 24),	/* CLWB */
	FEATURE(0, 41, EXTENDED, EBX, 29),	/* SHA */
	FEATURE(0, 42, AMD_CAPACITY, EBX, 2),	/* x87 pointers are saved */
	FEATURE(0, 43, EXTENDED, EBX, 10),	/* INVPCID */
	FEATURE(0, 44, EXTENDED, EDX, 26),	/* IBRS */
	FEATURE(0, 44, AMD_CAPACITY, EBX, 14),
	FEATURE(0, 45, EXTENDED, EDX, 27),	/* STIBP */
	FEATURE(0, 45, AMD_CAPACITY, EBX, 15),
	FEATURE(0, 46, EXTENDED, EDX, 26),	/* IBPB */
	FEATURE(0, 46, AMD_CAPACITY, EBX, 12),
	FEATURE(0, 48, EXTENDED, EDX, 31),	/* SSBD */
	FEATURE(0, 48, AMD_CAPACITY, EBX, 24),
	FEATURE(0, 49, EXTENDED, EDX, 4),	/* fast short REP MOV */
	FEATURE(0, 50, EXTENDED, EDX, 28),	/* flush of the L1 cache */
	FEATURE(0, 54, AMD_CAPACITY, EBX, 26),	/* SSB_NO */
	FEATURE(0, 56, AMD_CAPACITY, EBX, 25),	/* virtual SPEC_CTRL */
	FEATURE(0, 58, EXTENDED, ECX, 2),	/* UMIP */
	FEATURE(0, 60, EXTENDED, EDX, 10),	/* MD_CLEAR */

	FEATURE(1, 0, POWER, ECX, 0),		/* APERF and MPERF */
	FEATURE(1, 1, AMD_POWER, EDX, 8),	/* invariant TSC */
	FEATURE(1, 2, AMD_CAPACITY, EBX, 0),	/* CLZERO */
	FEATURE(1, 3, AMD_CAPACITY, EBX, 4),	/* RDPRU */
	FEATURE(1, 4, EXTENDED, ECX, 16),	/* LA57 */
	FEATURE(1, 7, AMD_CAPACITY, EBX, 28),	/* PSFD */
	FEATURE(1, 8, EXTENDED, ECX, 7),	/* shadow stacks */
	FEATURE(1, 9, EXTENDED, EDX, 20),	/* indirect branch tracking */
	FEATURE(1, 11, EXTENDED, ECX, 29),	/* ENQCMD */
	FEATURE(1, 12, EXTENDED, ECX, 5),	/* UMWAIT and TPAUSE */
	FEATURE(1, 13, EXTENDED, ECX, 27),	/* MOVDIRI */
	FEATURE(1, 14, EXTENDED, ECX, 28),	/* MOVDIR64B */
	FEATURE(1, 15, EXTENDED, ECX, 25),	/* CLDEMOTE */
	FEATURE(1, 16, EXTENDED, EDX, 14),	/* SERIALIZE */
	FEATURE(1, 17, BASIC, ECX, 24),		/* TSC deadline timer */
	FEATURE(1, 18, EXTENDED, EBX, 1),	/* IA32_TSC_ADJUST */
	{ .bank = 1, .bit = 19, .leaf = LEAF_EXTENDED, .subleaf = 1,
	  .output = EAX, .output_bit = 10 },	/* fast zero-length REP MOVSB */
	{ .bank = 1, .bit = 20, .leaf = LEAF_EXTENDED, .subleaf = 1,
	  .output = EAX, .output_bit = 11 },	/* fast short REP STOSB */
	{ .bank = 1, .bit = 21, .leaf = LEAF_EXTENDED, .subleaf = 1,
	  .output = EAX, .output_bit = 12 },	/* fast short REP CMPSB */
};

/* A leaf above the last of its range is none; some processors answer there. */
static void cpuid_checked(u32 leaf, u32 subleaf, u32 out[4])
{
	cpuid(leaf & LEAF_LAST_AMD, 0, out);
	if (out[EAX] < leaf)
		memset(out, 0, 4 * sizeof(*out));
	else
		cpuid(leaf, subleaf, out);
}

static bool cpuid_has(u32 leaf, u32 subleaf, u32 output, u32 bit)
{
	u32 out[4];

	cpuid_checked(leaf, subleaf, out);
	return out[output] & BIT(bit);
}

/**
 * processor_features() - What the processor can do
 * @bank: number of the bank, below HV_PROCESSOR_FEATURE_BANKS
 *
 * Return: a mask, as in HV_PROPERTY_PROCESSOR_FEATURES0 and the one after it.
 */
u64 processor_features(u32 bank)
{
	u64 features = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(processor_feature_bits); i++) {
		const struct feature *f = &processor_feature_bits[i];

		if (f->bank == bank &&
		    cpuid_has(f->leaf, f->subleaf, f->output, f->output_bit))
			features |= BIT(f->bit);
	}
	return features;
}

/**
 * processor_xsave_features() - How the processor keeps extended state
 *
 * Return: a mask of HV_XSAVE_FEATURE_*.
 */
u64 processor_xsave_features(void)
{
	u64 features = 0;

	if (cpuid_has(LEAF_BASIC, 0, ECX, 26))
		features |= HV_XSAVE_FEATURE_XSAVE;
	if (cpuid_has(LEAF_XSTATE, 1, EAX, 0))
		features |= HV_XSAVE_FEATURE_XSAVEOPT;
	if (cpuid_has(LEAF_BASIC, 0, ECX, 28))
		features |= HV_XSAVE_FEATURE_AVX;
	return features;
}

/**
 * processor_xsave_states() - Which states the processor keeps
 *
 * Return: a mask, like XCR0.
 */
u64 processor_xsave_states(void)
{
	u32 out[4];

	cpuid_checked(LEAF_XSTATE, 0, out);
	return (u64)out[EDX] << 32 | out[EAX];
}

static u64 processor_vendor(void)
{
	u32 out[4];

	cpuid(LEAF_VENDOR, 0, out);
	return out[EBX] == VENDOR_EBX_INTEL ? HV_VENDOR_INTEL : HV_VENDOR_AMD;
}

/* The binary logarithm of bytes */
static u64 processor_clflush_size(void)
{
	u32 out[4], size, log = 3;

	cpuid(LEAF_BASIC, 0, out);
	for (size = out[EBX] >> BASIC_EBX_CLFLUSH_SHIFT & 0xff; size > 1;
	     size >>= 1)
		log++;
	return log;
}

static u64 processor_address_width(void)
{
	u32 out[4];

	cpuid_checked(LEAF_AMD_CAPACITY, 0, out);
	return out[EAX] & CAPACITY_EAX_ADDRESS;
}

/**
 * processor_property() - A property that each partition takes from the processor
 * @code: HV_PROPERTY_*
 * @value: set to its value
 *
 * Return: false: @code is none of these.
 */
bool processor_property(u32 code, u64 *value)
{
	switch (code) {
	case HV_PROPERTY_PROCESSOR_VENDOR:
		*value = processor_vendor();
		return true;
	case HV_PROPERTY_CLFLUSH_SIZE:
		*value = processor_clflush_size();
		return true;
	case HV_PROPERTY_PHYSICAL_ADDRESS_WIDTH:
		*value = processor_address_width();
		return true;
	case HV_PROPERTY_PROCESSOR_CLOCK_FREQUENCY:
		*value = clock_tsc_hz();
		return true;
	}
	return false;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of the synthetic interrupt controller. Each test puts back what it
 * found. A register that does not accept a value faults, which the safe
 * accessors report as an error.
 */
#include <linux/preempt.h>
#include <asm/msr.h>

#include "call.h"

#define TEST_SINT	(HV_X64_MSR_SINT0 + 14)
#define NO_RAM		0xfee00000ULL

static int synic_init(struct kunit *test)
{
	int ret = pages_init(test);

	migrate_disable();
	return ret;
}

static void synic_exit(struct kunit *test)
{
	migrate_enable();
	pages_exit(test);
}

static u64 get(struct kunit *test, u32 msr)
{
	u64 value = 0;

	KUNIT_EXPECT_EQ_MSG(test, rdmsrq_safe(msr, &value), 0,
			    "reading %#x", msr);
	return value;
}

static void accepts(struct kunit *test, u32 msr, u64 value)
{
	KUNIT_EXPECT_EQ_MSG(test, wrmsrq_safe(msr, value), 0,
			    "%#x <- %#llx", msr, value);
}

static void faults(struct kunit *test, u32 msr, u64 value)
{
	u64 before = get(test, msr);

	KUNIT_EXPECT_NE_MSG(test, wrmsrq_safe(msr, value), 0,
			    "%#x <- %#llx", msr, value);
	KUNIT_EXPECT_EQ(test, get(test, msr), before);
}

static void sints_start_masked(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, get(test, TEST_SINT), HV_SYNIC_SINT_MASKED);
}

static void sint_needs_a_vector(struct kunit *test)
{
	u64 before = get(test, TEST_SINT);
	u64 vector;

	for (vector = 0; vector < HV_SYNIC_FIRST_VALID_VECTOR; vector++) {
		faults(test, TEST_SINT, vector);
		accepts(test, TEST_SINT, vector | HV_SYNIC_SINT_MASKED);
		accepts(test, TEST_SINT, before);
	}
	accepts(test, TEST_SINT, HV_SYNIC_FIRST_VALID_VECTOR);
	KUNIT_EXPECT_EQ(test, get(test, TEST_SINT),
			HV_SYNIC_FIRST_VALID_VECTOR);
	accepts(test, TEST_SINT, 0xff);
	accepts(test, TEST_SINT, before);
}

static void sint_has_reserved_bits(struct kunit *test)
{
	union hv_synic_sint known = {
		.vector = 0xff, .masked = 1, .auto_eoi = 1, .polling = 1,
		.as_intercept = 1, .proxy = 1,
	};
	u64 before = get(test, TEST_SINT);
	int bit;

	for (bit = 0; bit < 64; bit++) {
		u64 value = HV_SYNIC_SINT_MASKED | BIT_ULL(bit);

		if (known.as_uint64 & BIT_ULL(bit))
			accepts(test, TEST_SINT, value);
		else
			faults(test, TEST_SINT, value);
	}
	accepts(test, TEST_SINT, before);
}

static void control_has_one_bit(struct kunit *test)
{
	u64 before = get(test, HV_X64_MSR_SCONTROL);
	int bit;

	for (bit = 1; bit < 64; bit++)
		faults(test, HV_X64_MSR_SCONTROL, BIT_ULL(bit));
	accepts(test, HV_X64_MSR_SCONTROL, HV_SYNIC_CONTROL_ENABLE);
	KUNIT_EXPECT_EQ(test, get(test, HV_X64_MSR_SCONTROL),
			HV_SYNIC_CONTROL_ENABLE);
	accepts(test, HV_X64_MSR_SCONTROL, before);
}

static void version_is_fixed(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, get(test, HV_X64_MSR_SVERSION),
			(u64)HV_SYNIC_VERSION_1);
	faults(test, HV_X64_MSR_SVERSION, HV_SYNIC_VERSION_1);
}

static void end_of_message_is_taken(struct kunit *test)
{
	accepts(test, HV_X64_MSR_EOM, 0);
}

static const u32 page_registers[] = {
	HV_X64_MSR_SIMP, HV_X64_MSR_SIEFP, HV_X64_MSR_SIRBP,
};

/* Only the root partition finds its pages where the hypervisor wants them. */
static void pages_move_unless_root(struct kunit *test)
{
	const struct pages *pages = test->priv;
	int i;

	for (i = 0; i < ARRAY_SIZE(page_registers); i++) {
		u32 msr = page_registers[i];
		u64 before = get(test, msr), moved = pages->out_gpa;

		if (this_role() == ROLE_ROOT)
			moved = before & PAGE_MASK;
		accepts(test, msr, pages->out_gpa | 1);
		KUNIT_EXPECT_EQ(test, get(test, msr), moved | 1);
		accepts(test, msr, before);
		KUNIT_EXPECT_EQ(test, get(test, msr), before);
	}
}

static void pages_are_ram(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(page_registers); i++) {
		u64 before = get(test, page_registers[i]);

		if (this_role() == ROLE_ROOT)
			accepts(test, page_registers[i], NO_RAM | 1);
		else
			faults(test, page_registers[i], NO_RAM | 1);
		accepts(test, page_registers[i], before);
	}
}

static void pages_are_provided_to_parents(struct kunit *test)
{
	bool isolated = ms_hyperv.priv_high & HV_ISOLATION;
	bool parent = this_role() != ROLE_GUEST && !isolated;
	bool root = this_role() == ROLE_ROOT;

	/* Whoever uses them leaves the address of an L1VH's page in place. */
	KUNIT_EXPECT_EQ(test, !!(get(test, HV_X64_MSR_SIMP) & PAGE_MASK),
			parent);
	KUNIT_EXPECT_EQ(test, !!(get(test, HV_X64_MSR_SIEFP) & PAGE_MASK),
			parent);
	KUNIT_EXPECT_EQ(test, !!(get(test, HV_X64_MSR_SIRBP) & PAGE_MASK),
			root);
}

static void gaps_fault(struct kunit *test)
{
	static const u32 gaps[] = {
		0x40000086, 0x4000008f, 0x400000a0, HV_X64_MSR_STIMER0_CONFIG,
		HV_X64_MSR_NESTED_SCONTROL, 0x40000024, 0x4000ffff,
	};
	u64 value;
	int i;

	for (i = 0; i < ARRAY_SIZE(gaps); i++) {
		KUNIT_EXPECT_NE_MSG(test, rdmsrq_safe(gaps[i], &value), 0,
				    "reading %#x", gaps[i]);
		KUNIT_EXPECT_NE_MSG(test, wrmsrq_safe(gaps[i], 0), 0,
				    "writing %#x", gaps[i]);
	}
}

static struct kunit_case synic_cases[] = {
	KUNIT_CASE(sints_start_masked),
	KUNIT_CASE(sint_needs_a_vector),
	KUNIT_CASE(sint_has_reserved_bits),
	KUNIT_CASE(control_has_one_bit),
	KUNIT_CASE(version_is_fixed),
	KUNIT_CASE(end_of_message_is_taken),
	KUNIT_CASE(pages_are_provided_to_parents),
	KUNIT_CASE(pages_move_unless_root),
	KUNIT_CASE(pages_are_ram),
	KUNIT_CASE(gaps_fault),
	{}
};

static struct kunit_suite synic_suite = {
	.name = "hv_synic",
	.init = synic_init,
	.exit = synic_exit,
	.test_cases = synic_cases,
};

kunit_test_suites(&synic_suite);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine around the hypercalls: what is hidden from the parent, and time.
 */
#include <linux/preempt.h>
#include <asm/apicdef.h>
#include <asm/cpuid/api.h>
#include <asm/msr.h>
#include <asm/tsc.h>
#include <clocksource/hyperv_timer.h>

#include "call.h"

#define SVM_LEAF	0x8000000a
#define SVM_BIT		BIT(2)		/* ECX of leaf 0x80000001 */
#define X2APIC_BIT	BIT(21)		/* ECX of leaf 1 */
#define MONITOR_BIT	BIT(3)		/* ECX of leaf 1 */

static void virtualisation_is_hidden(struct kunit *test)
{
	u32 eax, ebx, ecx, edx;
	u64 value;

	cpuid(0x80000001, &eax, &ebx, &ecx, &edx);
	KUNIT_EXPECT_EQ(test, ecx & SVM_BIT, 0U);
	cpuid(SVM_LEAF, &eax, &ebx, &ecx, &edx);
	KUNIT_EXPECT_EQ(test, eax | ebx | ecx | edx, 0U);
	cpuid(1, &eax, &ebx, &ecx, &edx);
	KUNIT_EXPECT_EQ(test, ecx & (X2APIC_BIT | MONITOR_BIT), 0U);

	KUNIT_EXPECT_NE(test, rdmsrq_safe(MSR_VM_CR, &value), 0);
	KUNIT_EXPECT_NE(test, rdmsrq_safe(MSR_VM_HSAVE_PA, &value), 0);
	KUNIT_EXPECT_NE(test, wrmsrq_safe(MSR_VM_HSAVE_PA, 0), 0);
}

static void efer_has_no_svme(struct kunit *test)
{
	u64 efer;

	migrate_disable();
	KUNIT_EXPECT_EQ(test, rdmsrq_safe(MSR_EFER, &efer), 0);
	KUNIT_EXPECT_EQ(test, efer & EFER_SVME, 0ULL);
	KUNIT_EXPECT_NE(test, wrmsrq_safe(MSR_EFER, efer | EFER_SVME), 0);
	KUNIT_EXPECT_NE(test, wrmsrq_safe(MSR_EFER, efer & ~EFER_LME), 0);
	KUNIT_EXPECT_EQ(test, wrmsrq_safe(MSR_EFER, efer), 0);
	migrate_enable();
}

static void local_apic_stays(struct kunit *test)
{
	u64 base;

	migrate_disable();
	KUNIT_EXPECT_EQ(test, rdmsrq_safe(MSR_IA32_APICBASE, &base), 0);
	KUNIT_EXPECT_NE(test, wrmsrq_safe(MSR_IA32_APICBASE,
					  base | X2APIC_ENABLE), 0);
	KUNIT_EXPECT_NE(test, wrmsrq_safe(MSR_IA32_APICBASE,
					  base + PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, wrmsrq_safe(MSR_IA32_APICBASE, base), 0);
	migrate_enable();
}

static void read_only_registers_fault(struct kunit *test)
{
	static const u32 registers[] = {
		HV_X64_MSR_VP_INDEX, HV_X64_MSR_TIME_REF_COUNT,
		HV_X64_MSR_TSC_FREQUENCY, HV_X64_MSR_APIC_FREQUENCY,
	};
	u64 value;
	int i;

	for (i = 0; i < ARRAY_SIZE(registers); i++) {
		KUNIT_EXPECT_EQ(test, rdmsrq_safe(registers[i], &value), 0);
		KUNIT_EXPECT_NE(test, wrmsrq_safe(registers[i], value), 0);
	}
	KUNIT_EXPECT_NE(test, rdmsrq_safe(HV_X64_MSR_EOI, &value), 0);
}

static u64 counter(void)
{
	return hv_raw_get_msr(HV_X64_MSR_TIME_REF_COUNT);
}

/* Register and page are one clock: they never disagree about the order. */
static void counter_and_page_agree(struct kunit *test)
{
	u64 before, page, after, tsc;
	int i;

	for (i = 0; i < 1000; i++) {
		before = counter();
		KUNIT_ASSERT_TRUE(test, hv_read_tsc_page_tsc(hv_get_tsc_page(),
							     &tsc, &page));
		after = counter();
		KUNIT_ASSERT_LE(test, before, page);
		KUNIT_ASSERT_LE(test, page, after);
	}
}

static void tsc_has_its_frequency(struct kunit *test)
{
	u64 hz = hv_raw_get_msr(HV_X64_MSR_TSC_FREQUENCY);
	u64 start, tsc, time, expected;

	preempt_disable();
	start = rdtsc_ordered();
	time = counter();
	do {
		cpu_relax();
		tsc = rdtsc_ordered() - start;
	} while (tsc < hz / 50);
	time = counter() - time;
	preempt_enable();

	/* Between the two readings at either end somebody else may run. */
	expected = mul_u64_u64_div_u64(time, hz, HV_CLOCK_HZ);
	KUNIT_EXPECT_GT(test, tsc, expected / 2);
	KUNIT_EXPECT_LT(test, tsc, expected * 2);
}

static struct kunit_case machine_cases[] = {
	KUNIT_CASE(virtualisation_is_hidden),
	KUNIT_CASE(efer_has_no_svme),
	KUNIT_CASE(local_apic_stays),
	KUNIT_CASE(read_only_registers_fault),
	KUNIT_CASE(counter_and_page_agree),
	KUNIT_CASE(tsc_has_its_frequency),
	{}
};

static struct kunit_suite machine_suite = {
	.name = "hv_machine",
	.test_cases = machine_cases,
};

kunit_test_suites(&machine_suite);

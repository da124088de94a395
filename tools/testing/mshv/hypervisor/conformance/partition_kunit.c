// SPDX-License-Identifier: GPL-2.0-only
/*
 * Partition id, partition properties, VP indexes. A guest may ask for its id
 * only; what it gets for the rest is its privileges' affair.
 */
#include <linux/cpumask.h>
#include <linux/smp.h>
#include <asm/cpuid/api.h>

#include "call.h"

/* Properties that Linux has no names for */
#define PROCESSORS_PER_SOCKET	0x00050003
#define PROCESSOR_VENDOR	0x00060000
#define CLFLUSH_SIZE		0x00060003
#define ADDRESS_WIDTH		0x00060006
#define PROCESSOR_FEATURES0	0x0006000a
#define PROCESSOR_FEATURES1	0x0006000b
#define ASSIGNABLE_FEATURES	0x00090009

#define SYNTHETIC_SYNIC		BIT_ULL(4)

#define PROPERTY_NONE	0x00020fff
#define INTEGRATED	HV_PARTITION_PROPERTY_INTEGRATED_SCHEDULER_ENABLED
#define VMM_CAPS	HV_PARTITION_PROPERTY_VMM_CAPABILITIES
#define PRIVILEGES	HV_PARTITION_PROPERTY_PRIVILEGE_FLAGS

/* What a partition that may ask gets, or the refusal of one that may not */
static int unless_guest(int status)
{
	return this_role() == ROLE_GUEST ? HV_STATUS_ACCESS_DENIED : status;
}

static u64 own_id(struct kunit *test)
{
	struct pages *pages = test->priv;
	u64 id;

	EXPECT_STATUS(test, raw_call(HVCALL_GET_PARTITION_ID, 0,
				     pages->out_gpa), HV_STATUS_SUCCESS);
	id = pages->out[0];
	pages->out[0] = OUT_FILL;
	return id;
}

static u64 get_property(struct kunit *test, u64 id, u32 code, u32 padding)
{
	struct pages *pages = test->priv;
	struct hv_input_get_partition_property *in = pages->in;

	in->partition_id = id;
	in->property_code = code;
	in->padding = padding;
	return page_call(test, HVCALL_GET_PARTITION_PROPERTY);
}

static u64 get_property_ex(struct kunit *test, u64 id, u32 code, u32 padding,
			   u64 arg)
{
	struct pages *pages = test->priv;
	struct hv_input_get_partition_property_ex *in = pages->in;

	in->partition_id = id;
	in->property_code = code;
	in->padding = padding;
	in->arg = arg;
	return page_call(test, HVCALL_GET_PARTITION_PROPERTY_EX);
}

static void id_is_a_number(struct kunit *test)
{
	struct pages *pages = test->priv;
	u64 id = own_id(test);

	KUNIT_EXPECT_NE(test, id, HV_PARTITION_ID_INVALID);
	KUNIT_EXPECT_NE(test, id, HV_PARTITION_ID_SELF);
	KUNIT_EXPECT_EQ(test, pages->out[1], OUT_FILL);
}

static void self_is_the_id(struct kunit *test)
{
	EXPECT_STATUS(test, get_property(test, own_id(test), PRIVILEGES, 0),
		      unless_guest(HV_STATUS_SUCCESS));
	EXPECT_STATUS(test, get_property_ex(test, own_id(test), VMM_CAPS, 0, 0),
		      unless_guest(HV_STATUS_SUCCESS));
}

static void other_ids_are_refused(struct kunit *test)
{
	const u64 ids[] = { 0, own_id(test) + 1, ~1ULL };
	int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		EXPECT_STATUS(test, get_property(test, ids[i], PRIVILEGES, 0),
			      unless_guest(HV_STATUS_INVALID_PARTITION_ID));
		EXPECT_STATUS(test,
			      get_property_ex(test, ids[i], VMM_CAPS, 0, 0),
			      unless_guest(HV_STATUS_INVALID_PARTITION_ID));
	}
}

static void privileges_are_those_of_cpuid(struct kunit *test)
{
	struct pages *pages = test->priv;
	u64 expected = (u64)ms_hyperv.priv_high << 32 | ms_hyperv.features;

	EXPECT_STATUS(test, get_property(test, HV_PARTITION_ID_SELF,
					 PRIVILEGES, 0),
		      unless_guest(HV_STATUS_SUCCESS));
	if (this_role() == ROLE_GUEST)
		expected = OUT_FILL;
	KUNIT_EXPECT_EQ(test, pages->out[0], expected);
}

static void unknown_properties_are_refused(struct kunit *test)
{
	struct pages *pages = test->priv;

	EXPECT_STATUS(test, get_property(test, HV_PARTITION_ID_SELF,
					 PROPERTY_NONE, 0),
		      unless_guest(HV_STATUS_UNKNOWN_PROPERTY));
	EXPECT_STATUS(test, get_property_ex(test, HV_PARTITION_ID_SELF,
					    PROPERTY_NONE, 0, 0),
		      unless_guest(HV_STATUS_UNKNOWN_PROPERTY));
	KUNIT_EXPECT_EQ(test, pages->out[0], OUT_FILL);
}

/* The capabilities are larger than the output of the simple call. */
static void capabilities_need_the_extended_call(struct kunit *test)
{
	EXPECT_STATUS(test, get_property(test, HV_PARTITION_ID_SELF,
					 VMM_CAPS, 0),
		      unless_guest(HV_STATUS_UNKNOWN_PROPERTY));
}

static void reserved_fields_are_zero(struct kunit *test)
{
	u64 self = HV_PARTITION_ID_SELF;

	EXPECT_STATUS(test, get_property(test, self, PRIVILEGES, 1),
		      unless_guest(HV_STATUS_INVALID_PARAMETER));
	EXPECT_STATUS(test, get_property_ex(test, self, VMM_CAPS, 1, 0),
		      unless_guest(HV_STATUS_INVALID_PARAMETER));
	EXPECT_STATUS(test, get_property_ex(test, self, VMM_CAPS, 0, 1),
		      unless_guest(HV_STATUS_INVALID_PARAMETER));
}

static void capabilities_have_their_layout(struct kunit *test)
{
	struct pages *pages = test->priv;
	u16 *words = (u16 *)pages->out;

	EXPECT_STATUS(test, get_property_ex(test, HV_PARTITION_ID_SELF,
					    VMM_CAPS, 0, 0),
		      unless_guest(HV_STATUS_SUCCESS));
	if (this_role() == ROLE_GUEST) {
		KUNIT_EXPECT_EQ(test, pages->out[0], OUT_FILL);
		return;
	}
	KUNIT_EXPECT_EQ(test, words[1], 0);
	KUNIT_EXPECT_EQ(test, words[2], 0);
	KUNIT_EXPECT_EQ(test, words[3], 0);
	if (!words[0])
		KUNIT_EXPECT_EQ(test, pages->out[1], 0ULL);
	KUNIT_EXPECT_EQ(test, pages->out[2], OUT_FILL);
}

static void scheduler_property_is_known(struct kunit *test)
{
	struct pages *pages = test->priv;

	EXPECT_STATUS(test, get_property_ex(test, HV_PARTITION_ID_SELF,
					    INTEGRATED, 0, 0),
		      unless_guest(HV_STATUS_SUCCESS));
	if (this_role() != ROLE_GUEST)
		KUNIT_EXPECT_NE(test, pages->out[0], OUT_FILL);
}

/* The value of a property, 0 in a partition that may not ask */
static u64 property_value(struct kunit *test, u32 code)
{
	struct pages *pages = test->priv;

	EXPECT_STATUS(test, get_property(test, HV_PARTITION_ID_SELF, code, 0),
		      unless_guest(HV_STATUS_SUCCESS));
	return this_role() == ROLE_GUEST ? 0 : pages->out[0];
}

static void features_are_those_of_cpuid(struct kunit *test)
{
	static const struct {
		u8 bank, bit;
		u32 leaf;
		u8 output, output_bit;
	} cases[] = {
		{ 0, 0, 1, CPUID_ECX, 0 },		/* SSE3 */
		{ 0, 16, 1, CPUID_ECX, 25 },		/* AES */
		{ 0, 5, 0x80000001, CPUID_ECX, 6 },	/* SSE4A */
		{ 0, 35, 7, CPUID_EBX, 20 },		/* SMAP */
		{ 0, 46, 0x80000008, CPUID_EBX, 12 },	/* IBPB */
		{ 1, 16, 7, CPUID_EDX, 14 },		/* SERIALIZE */
		{ 1, 18, 7, CPUID_EBX, 1 },		/* IA32_TSC_ADJUST */
	};
	u64 banks[] = {
		property_value(test, PROCESSOR_FEATURES0),
		property_value(test, PROCESSOR_FEATURES1),
	};
	int i;

	if (this_role() == ROLE_GUEST)
		return;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u32 out[4];

		cpuid_count(cases[i].leaf, 0, &out[0], &out[1], &out[2],
			    &out[3]);
		KUNIT_EXPECT_EQ_MSG(test, banks[cases[i].bank] >> cases[i].bit & 1,
				    (u64)out[cases[i].output] >>
				    cases[i].output_bit & 1,
				    "feature %d of bank %d", cases[i].bit,
				    cases[i].bank);
	}
	KUNIT_EXPECT_EQ(test, banks[0] & BIT_ULL(63), 0ULL);
	KUNIT_EXPECT_EQ(test, banks[1] & ~GENMASK_ULL(21, 0), 0ULL);
}

static void processor_is_that_of_cpuid(struct kunit *test)
{
	u64 width = property_value(test, ADDRESS_WIDTH);
	u64 vendor = property_value(test, PROCESSOR_VENDOR);
	u64 line = property_value(test, CLFLUSH_SIZE);
	u64 sockets = property_value(test, PROCESSORS_PER_SOCKET);

	if (this_role() == ROLE_GUEST)
		return;
	KUNIT_EXPECT_EQ(test, width, cpuid_eax(0x80000008) & 0xff);
	KUNIT_EXPECT_EQ(test, vendor,
			boot_cpu_data.x86_vendor == X86_VENDOR_INTEL);
	KUNIT_EXPECT_EQ(test, 1 << line, (cpuid_ebx(1) >> 8 & 0xff) * 8);
	KUNIT_EXPECT_GE(test, sockets, num_online_cpus());
}

static void extended_state_is_that_of_cpuid(struct kunit *test)
{
	u64 features = property_value(test,
				      HV_PARTITION_PROPERTY_PROCESSOR_XSAVE_FEATURES);
	u64 states = property_value(test, HV_PARTITION_PROPERTY_XSAVE_STATES);
	u64 size = property_value(test,
				  HV_PARTITION_PROPERTY_MAX_XSAVE_DATA_SIZE);

	if (this_role() == ROLE_GUEST)
		return;
	KUNIT_EXPECT_EQ(test, features & 1, cpuid_ecx(1) >> 26 & 1);
	KUNIT_EXPECT_EQ(test, features >> 2 & 1, cpuid_ecx(1) >> 28 & 1);
	KUNIT_EXPECT_EQ(test, (u32)states, cpuid_eax(0xd));
	KUNIT_EXPECT_GE(test, size, 576ULL);
}

static void assignable_features_have_their_layout(struct kunit *test)
{
	struct pages *pages = test->priv;

	EXPECT_STATUS(test, get_property_ex(test, HV_PARTITION_ID_SELF,
					    ASSIGNABLE_FEATURES, 0, 0),
		      unless_guest(HV_STATUS_SUCCESS));
	if (this_role() == ROLE_GUEST)
		return;
	/* The number of banks, then zeroes */
	KUNIT_EXPECT_EQ(test, pages->out[0], 1ULL);
	KUNIT_EXPECT_NE(test, pages->out[1] & SYNTHETIC_SYNIC, 0ULL);
	KUNIT_EXPECT_EQ(test, pages->out[2], OUT_FILL);
	EXPECT_STATUS(test, get_property(test, HV_PARTITION_ID_SELF,
					 ASSIGNABLE_FEATURES, 0),
		      HV_STATUS_UNKNOWN_PROPERTY);
}

static u64 vp_index_call(struct kunit *test, u64 start, u64 count)
{
	return page_call(test, HVCALL_GET_VP_INDEX_FROM_APIC_ID |
			       start << HV_HYPERCALL_REP_START_OFFSET |
			       count << HV_HYPERCALL_REP_COMP_OFFSET);
}

static void vp_indexes_are_found(struct kunit *test)
{
	struct pages *pages = test->priv;
	struct hv_get_vp_from_apic_id_in *in = pages->in;
	u32 *indexes = (u32 *)pages->out;
	u64 result;

	in->partition_id = HV_PARTITION_ID_SELF;
	in->apic_ids[0] = cpu_physical_id(0);
	in->apic_ids[1] = cpu_physical_id(0);
	in->apic_ids[2] = cpu_physical_id(0);

	/* Only elements 1 and 2 are asked for. */
	result = vp_index_call(test, 1, 3);
	EXPECT_STATUS(test, result, unless_guest(HV_STATUS_SUCCESS));
	if (this_role() == ROLE_GUEST)
		return;
	KUNIT_EXPECT_EQ(test, hv_repcomp(result), 3U);
	KUNIT_EXPECT_EQ(test, indexes[0], (u32)OUT_FILL);
	KUNIT_EXPECT_EQ(test, indexes[1], hv_vp_index[0]);
	KUNIT_EXPECT_EQ(test, indexes[2], hv_vp_index[0]);
}

static void bad_element_ends_the_list(struct kunit *test)
{
	struct pages *pages = test->priv;
	struct hv_get_vp_from_apic_id_in *in = pages->in;
	u32 *indexes = (u32 *)pages->out;
	u64 result;

	in->partition_id = HV_PARTITION_ID_SELF;
	in->apic_ids[0] = cpu_physical_id(0);
	in->apic_ids[1] = 0xfffe;
	in->apic_ids[2] = cpu_physical_id(0);
	result = vp_index_call(test, 0, 3);
	EXPECT_STATUS(test, result, unless_guest(HV_STATUS_INVALID_PARAMETER));
	if (this_role() == ROLE_GUEST)
		return;
	KUNIT_EXPECT_EQ(test, hv_repcomp(result), 1U);
	KUNIT_EXPECT_EQ(test, indexes[0], hv_vp_index[0]);
	KUNIT_EXPECT_EQ(test, indexes[1], (u32)(OUT_FILL >> 32));

	in->res[6] = 1;
	EXPECT_STATUS(test, vp_index_call(test, 0, 1),
		      HV_STATUS_INVALID_PARAMETER);
}

static void list_stays_in_its_page(struct kunit *test)
{
	struct pages *pages = test->priv;
	struct hv_get_vp_from_apic_id_in *in = pages->in;

	in->partition_id = HV_PARTITION_ID_SELF;
	EXPECT_STATUS(test, vp_index_call(test, 0, PAGE_SIZE / sizeof(u32)),
		      unless_guest(HV_STATUS_INVALID_ALIGNMENT));
}

static struct kunit_case partition_cases[] = {
	KUNIT_CASE(id_is_a_number),
	KUNIT_CASE(self_is_the_id),
	KUNIT_CASE(other_ids_are_refused),
	KUNIT_CASE(privileges_are_those_of_cpuid),
	KUNIT_CASE(unknown_properties_are_refused),
	KUNIT_CASE(capabilities_need_the_extended_call),
	KUNIT_CASE(reserved_fields_are_zero),
	KUNIT_CASE(capabilities_have_their_layout),
	KUNIT_CASE(scheduler_property_is_known),
	KUNIT_CASE(features_are_those_of_cpuid),
	KUNIT_CASE(processor_is_that_of_cpuid),
	KUNIT_CASE(extended_state_is_that_of_cpuid),
	KUNIT_CASE(assignable_features_have_their_layout),
	KUNIT_CASE(vp_indexes_are_found),
	KUNIT_CASE(bad_element_ends_the_list),
	KUNIT_CASE(list_stays_in_its_page),
	{}
};

static struct kunit_suite partition_suite = {
	.name = "hv_partition",
	.init = pages_init,
	.exit = pages_exit,
	.test_cases = partition_cases,
};

kunit_test_suites(&partition_suite);

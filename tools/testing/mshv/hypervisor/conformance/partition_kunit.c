// SPDX-License-Identifier: GPL-2.0-only
/*
 * Partition id, partition properties, VP indexes. A guest may ask for its id
 * only; what it gets for the rest is its privileges' affair.
 */
#include <linux/cpumask.h>
#include <linux/smp.h>

#include "call.h"

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

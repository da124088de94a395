// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls for the root partition: system properties, logical processors, VPs,
 * device interrupts. From elsewhere each of them is refused.
 */
#include <linux/cpumask.h>

#include "call.h"

#define NO_SUCH_LP	4095
#define TEST_VECTOR	0x55
#define IOAPIC_LEVEL	BIT_ULL(15)
#define IOAPIC_DEST	56

static int if_root(int status)
{
	return this_role() == ROLE_ROOT ? status : HV_STATUS_ACCESS_DENIED;
}

static void scheduler_type_is_told(struct kunit *test)
{
	struct pages *pages = test->priv;
	struct hv_input_get_system_property *in = pages->in;

	in->property_id = HV_SYSTEM_PROPERTY_SCHEDULER_TYPE;
	EXPECT_STATUS(test, page_call(test, HVCALL_GET_SYSTEM_PROPERTY),
		      if_root(HV_STATUS_SUCCESS));
	if (this_role() == ROLE_ROOT)
		KUNIT_EXPECT_LE(test, pages->out[0], (u64)U32_MAX);
	else
		KUNIT_EXPECT_EQ(test, pages->out[0], OUT_FILL);

	in->reserved = 1;
	EXPECT_STATUS(test, page_call(test, HVCALL_GET_SYSTEM_PROPERTY),
		      if_root(HV_STATUS_INVALID_PARAMETER));
}

static void sleep_needs_a_state(struct kunit *test)
{
	struct pages *pages = test->priv;
	struct hv_input_set_system_property *set = pages->in;
	struct hv_input_enter_sleep_state *enter = pages->in;

	/* S5, but Linux has not told its sleep types: it does so in the end. */
	enter->sleep_state = HV_SLEEP_STATE_S5;
	EXPECT_STATUS(test, page_call(test, HVCALL_ENTER_SLEEP_STATE),
		      if_root(HV_STATUS_INVALID_PARAMETER));

	set->property_id = HV_SYSTEM_PROPERTY_SLEEP_STATE;
	set->set_sleep_state_info.sleep_state = HV_SLEEP_STATE_S3;
	EXPECT_STATUS(test, page_call(test, HVCALL_SET_SYSTEM_PROPERTY),
		      if_root(HV_STATUS_INVALID_PARAMETER));
	set->set_sleep_state_info.sleep_state = HV_SLEEP_STATE_S5;
	set->set_sleep_state_info.pm1a_slp_typ = 8;
	EXPECT_STATUS(test, page_call(test, HVCALL_SET_SYSTEM_PROPERTY),
		      if_root(HV_STATUS_INVALID_PARAMETER));
}

static void logical_processors_are_those_added(struct kunit *test)
{
	struct pages *pages = test->priv;
	struct hv_input_get_logical_processor_run_time *in = pages->in;
	int cpu;

	for_each_present_cpu(cpu) {
		in->lp_index = cpu;
		EXPECT_STATUS(test,
			      page_call(test,
					HVCALL_GET_LOGICAL_PROCESSOR_RUN_TIME),
			      if_root(HV_STATUS_SUCCESS));
	}
	in->lp_index = NO_SUCH_LP;
	EXPECT_STATUS(test, page_call(test,
				      HVCALL_GET_LOGICAL_PROCESSOR_RUN_TIME),
		      if_root(HV_STATUS_INVALID_LP_INDEX));
}

static void processors_are_added_once(struct kunit *test)
{
	struct pages *pages = test->priv;
	struct hv_input_add_logical_processor *in = pages->in;

	in->apic_id = cpu_physical_id(0);
	EXPECT_STATUS(test, page_call(test, HVCALL_ADD_LOGICAL_PROCESSOR),
		      if_root(HV_STATUS_INVALID_PARAMETER));
	in->lp_index = NO_SUCH_LP;
	EXPECT_STATUS(test, page_call(test, HVCALL_ADD_LOGICAL_PROCESSOR),
		      if_root(HV_STATUS_INVALID_LP_INDEX));
}

static void vps_are_created_once(struct kunit *test)
{
	struct pages *pages = test->priv;
	struct hv_create_vp *in = pages->in;
	int expected[] = {
		[ROLE_PARENT] = HV_STATUS_ACCESS_DENIED,
		[ROLE_ROOT] = HV_STATUS_INVALID_PARAMETER,
		[ROLE_GUEST] = HV_STATUS_ACCESS_DENIED,
	};

	in->partition_id = HV_PARTITION_ID_SELF;
	EXPECT_STATUS(test, page_call(test, HVCALL_CREATE_VP),
		      expected[this_role()]);
	in->vp_index = NO_SUCH_LP;
	in->flags = NO_SUCH_LP;
	EXPECT_STATUS(test, page_call(test, HVCALL_CREATE_VP),
		      if_root(HV_STATUS_INVALID_VP_INDEX));
}

static void event_is_known(struct kunit *test)
{
	struct pages *pages = test->priv;
	struct hv_input_notify_partition_event *in = pages->in;

	in->event = HV_PARTITION_ALL_LOGICAL_PROCESSORS_STARTED;
	EXPECT_STATUS(test, page_call(test, HVCALL_NOTIFY_PARTITION_EVENT),
		      if_root(HV_STATUS_SUCCESS));
}

static struct hv_input_map_device_interrupt *map_input(struct kunit *test)
{
	struct pages *pages = test->priv;
	struct hv_input_map_device_interrupt *in = pages->in;
	union hv_device_id id = { .as_uint64 = 0 };

	id.ioapic.device_type = HV_DEVICE_TYPE_IOAPIC;
	memset(in, 0, PAGE_SIZE);
	in->partition_id = HV_PARTITION_ID_SELF;
	in->device_id = id.as_uint64;
	in->interrupt_descriptor.interrupt_type = HV_X64_INTERRUPT_TYPE_FIXED;
	in->interrupt_descriptor.trigger_mode = HV_INTERRUPT_TRIGGER_MODE_LEVEL;
	in->interrupt_descriptor.vector_count = 1;
	in->interrupt_descriptor.target.vector = TEST_VECTOR;
	in->interrupt_descriptor.target.vp_mask = 1;
	return in;
}

static u64 unmap_interrupt(struct kunit *test, u64 device_id,
			   const struct hv_interrupt_entry *entry)
{
	struct pages *pages = test->priv;
	struct hv_input_unmap_device_interrupt *in = pages->in;

	memset(in, 0, PAGE_SIZE);
	in->partition_id = HV_PARTITION_ID_SELF;
	in->device_id = device_id;
	in->interrupt_entry = *entry;
	return page_call(test, HVCALL_UNMAP_DEVICE_INTERRUPT);
}

static void device_interrupt_is_mapped(struct kunit *test)
{
	struct pages *pages = test->priv;
	struct hv_output_map_device_interrupt *out = (void *)pages->out;
	struct hv_input_map_device_interrupt *in = map_input(test);
	struct hv_interrupt_entry entry;
	u64 id = in->device_id;

	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_DEVICE_INTERRUPT),
		      if_root(HV_STATUS_SUCCESS));
	if (this_role() != ROLE_ROOT)
		return;
	entry = out->interrupt_entry;
	KUNIT_EXPECT_EQ(test, entry.source, (u32)HV_INTERRUPT_SOURCE_IOAPIC);
	KUNIT_EXPECT_EQ(test, entry.ioapic_rte.as_uint64,
			TEST_VECTOR | IOAPIC_LEVEL |
			(u64)cpu_physical_id(0) << IOAPIC_DEST);

	EXPECT_STATUS(test, unmap_interrupt(test, id + 1, &entry),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, unmap_interrupt(test, id, &entry),
		      HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, unmap_interrupt(test, id, &entry),
		      HV_STATUS_INVALID_PARAMETER);
}

static void processor_set_comes_in_the_header(struct kunit *test)
{
	struct pages *pages = test->priv;
	struct hv_output_map_device_interrupt *out = (void *)pages->out;
	struct hv_input_map_device_interrupt *in = map_input(test);
	struct hv_device_interrupt_target *target;
	struct hv_interrupt_entry entry;
	u64 id = in->device_id;
	u64 *set;

	target = &in->interrupt_descriptor.target;
	target->flags = HV_DEVICE_INTERRUPT_TARGET_PROCESSOR_SET;
	target->vp_set.format = HV_GENERIC_SET_SPARSE_4K;
	target->vp_set.valid_bank_mask = 1;
	set = &target->vp_set.valid_bank_mask;
	set[1] = 1;

	/* Mask and bank are in the page, but not announced. */
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_DEVICE_INTERRUPT),
		      if_root(HV_STATUS_INVALID_PARAMETER));
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_DEVICE_INTERRUPT |
				      2UL << HV_HYPERCALL_VARHEAD_OFFSET),
		      if_root(HV_STATUS_SUCCESS));
	if (this_role() != ROLE_ROOT)
		return;
	entry = out->interrupt_entry;
	EXPECT_STATUS(test, unmap_interrupt(test, id, &entry),
		      HV_STATUS_SUCCESS);
}

static void bad_interrupts_are_refused(struct kunit *test)
{
	int bad = if_root(HV_STATUS_INVALID_PARAMETER);

	map_input(test)->interrupt_descriptor.target.vector = 15;
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_DEVICE_INTERRUPT), bad);
	map_input(test)->interrupt_descriptor.vector_count = 2;
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_DEVICE_INTERRUPT), bad);
	map_input(test)->interrupt_descriptor.target.vp_mask = 0;
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_DEVICE_INTERRUPT), bad);
	map_input(test)->interrupt_descriptor.target.vp_mask = BIT_ULL(63);
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_DEVICE_INTERRUPT), bad);
	map_input(test)->interrupt_descriptor.trigger_mode = 2;
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_DEVICE_INTERRUPT), bad);
	map_input(test)->interrupt_descriptor.reserved = 1;
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_DEVICE_INTERRUPT), bad);
	map_input(test)->device_id = 0;
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_DEVICE_INTERRUPT), bad);
	map_input(test)->partition_id = 0;
	EXPECT_STATUS(test, page_call(test, HVCALL_MAP_DEVICE_INTERRUPT),
		      if_root(HV_STATUS_INVALID_PARTITION_ID));
}

static struct kunit_case root_cases[] = {
	KUNIT_CASE(scheduler_type_is_told),
	KUNIT_CASE(sleep_needs_a_state),
	KUNIT_CASE(logical_processors_are_those_added),
	KUNIT_CASE(processors_are_added_once),
	KUNIT_CASE(vps_are_created_once),
	KUNIT_CASE(event_is_known),
	KUNIT_CASE(device_interrupt_is_mapped),
	KUNIT_CASE(processor_set_comes_in_the_header),
	KUNIT_CASE(bad_interrupts_are_refused),
	{}
};

static struct kunit_suite root_suite = {
	.name = "hv_root",
	.init = pages_init,
	.exit = pages_exit,
	.test_cases = root_cases,
};

kunit_test_suites(&root_suite);

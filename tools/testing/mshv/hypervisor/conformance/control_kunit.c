// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calling convention: codes, the control word, addresses, privileges.
 */
#include <linux/bits.h>

#include "call.h"

#define REPS(count)		((u64)(count) << HV_HYPERCALL_REP_COMP_OFFSET)
#define START(first)		((u64)(first) << HV_HYPERCALL_REP_START_OFFSET)
#define VARHEAD(words)		((u64)(words) << HV_HYPERCALL_VARHEAD_OFFSET)

static void unknown_codes_are_refused(struct kunit *test)
{
	static const u16 codes[] = { 0x0000, 0x003f, 0x01ff, 0x8001, 0xffff };
	int i;

	for (i = 0; i < ARRAY_SIZE(codes); i++)
		EXPECT_STATUS(test, page_call(test, codes[i]),
			      HV_STATUS_INVALID_HYPERCALL_CODE);
}

static void each_reserved_bit_is_refused(struct kunit *test)
{
	struct pages *pages = test->priv;
	int bit;

	for (bit = 0; bit < 64; bit++) {
		if (!(HV_HYPERCALL_RSVD_MASK & BIT_ULL(bit)))
			continue;
		EXPECT_STATUS(test, page_call(test, HVCALL_GET_PARTITION_ID |
						    BIT_ULL(bit)),
			      HV_STATUS_INVALID_HYPERCALL_INPUT);
	}
	KUNIT_EXPECT_EQ(test, pages->out[0], OUT_FILL);
}

static void simple_call_takes_no_list(struct kunit *test)
{
	static const u64 wrong[] = {
		REPS(1), START(1), REPS(2) | START(1), VARHEAD(1), REPS(0xfff),
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_STATUS(test, page_call(test, HVCALL_GET_PARTITION_ID |
						    wrong[i]),
			      HV_STATUS_INVALID_HYPERCALL_INPUT);
}

static void rep_call_needs_a_list(struct kunit *test)
{
	static const u64 wrong[] = {
		REPS(0), START(1), REPS(1) | START(1), REPS(1) | START(2),
		REPS(1) | VARHEAD(1),
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_STATUS(test,
			      page_call(test, HVCALL_GET_VP_INDEX_FROM_APIC_ID |
					      wrong[i]),
			      HV_STATUS_INVALID_HYPERCALL_INPUT);
}

static void fast_call_has_no_output(struct kunit *test)
{
	EXPECT_STATUS(test, raw_call(HVCALL_GET_PARTITION_ID |
				     HV_HYPERCALL_FAST_BIT, 0, 0),
		      HV_STATUS_INVALID_HYPERCALL_INPUT);
}

static void fast_call_has_sixteen_bytes(struct kunit *test)
{
	EXPECT_STATUS(test, raw_call(HVCALL_UNMAP_STATS_PAGE |
				     HV_HYPERCALL_FAST_BIT, 0, 0),
		      HV_STATUS_INVALID_HYPERCALL_INPUT);
}

/* NOTIFY_PARTITION_EVENT has eight bytes of input: event 0 does not exist. */
static void fast_call_is_made(struct kunit *test)
{
	EXPECT_STATUS(test, raw_call(HVCALL_NOTIFY_PARTITION_EVENT |
				     HV_HYPERCALL_FAST_BIT, 0, 0),
		      this_role() == ROLE_ROOT ? HV_STATUS_INVALID_PARAMETER :
						 HV_STATUS_ACCESS_DENIED);
}

/* The code is looked at first, then the control word, then the privilege. */
static void checks_have_an_order(struct kunit *test)
{
	EXPECT_STATUS(test, page_call(test, 0xffff | BIT_ULL(63)),
		      HV_STATUS_INVALID_HYPERCALL_CODE);
	EXPECT_STATUS(test, page_call(test, HVCALL_GET_SYSTEM_PROPERTY |
					    BIT_ULL(63)),
		      HV_STATUS_INVALID_HYPERCALL_INPUT);
	if (this_role() == ROLE_ROOT)
		return;
	EXPECT_STATUS(test, raw_call(HVCALL_GET_SYSTEM_PROPERTY, 1, 1),
		      HV_STATUS_ACCESS_DENIED);
}

static void output_is_aligned(struct kunit *test)
{
	struct pages *pages = test->priv;
	int offset;

	for (offset = 1; offset < 8; offset++)
		EXPECT_STATUS(test, raw_call(HVCALL_GET_PARTITION_ID, 0,
					     pages->out_gpa + offset),
			      HV_STATUS_INVALID_ALIGNMENT);
	KUNIT_EXPECT_EQ(test, pages->out[0], OUT_FILL);
	KUNIT_EXPECT_EQ(test, pages->out[1], OUT_FILL);
	EXPECT_STATUS(test, raw_call(HVCALL_GET_PARTITION_ID, 0,
				     pages->out_gpa + PAGE_SIZE - 8),
		      HV_STATUS_SUCCESS);
}

static void input_is_aligned_and_in_one_page(struct kunit *test)
{
	struct pages *pages = test->priv;
	u64 control = HVCALL_GET_PARTITION_PROPERTY;

	if (this_role() == ROLE_GUEST)
		control = HVCALL_GET_PARTITION_ID;	/* has no input */

	EXPECT_STATUS(test, raw_call(control, pages->in_gpa + 4,
				     pages->out_gpa),
		      this_role() == ROLE_GUEST ? HV_STATUS_SUCCESS :
						  HV_STATUS_INVALID_ALIGNMENT);
	EXPECT_STATUS(test, raw_call(control, pages->in_gpa + PAGE_SIZE - 8,
				     pages->out_gpa),
		      this_role() == ROLE_GUEST ? HV_STATUS_SUCCESS :
						  HV_STATUS_INVALID_ALIGNMENT);
}

/* Local APIC, hidden memory, and where there is nothing */
static void addresses_are_ram(struct kunit *test)
{
	static const u64 wrong[] = {
		0xfee00000, 0x100000, 0x40000, BIT_ULL(45), ~0xfffULL,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_STATUS(test, raw_call(HVCALL_GET_PARTITION_ID, 0,
					     wrong[i]),
			      HV_STATUS_INVALID_PARAMETER);
}

/* All input zero: who may call at all gets as far as the first bad field. */
static const struct privilege_case {
	const char *name;
	u64 control;
	int status[NUM_ROLES];
} privilege_cases[] = {
#define DENIED	HV_STATUS_ACCESS_DENIED
#define BAD_ID	HV_STATUS_INVALID_PARTITION_ID
#define BAD	HV_STATUS_INVALID_PARAMETER
#define UNKNOWN	HV_STATUS_UNKNOWN_PROPERTY
	/*					  parent  root     guest */
	{ "get-lp-run-time", HVCALL_GET_LOGICAL_PROCESSOR_RUN_TIME,
						{ DENIED, 0,       DENIED } },
	{ "get-partition-property", HVCALL_GET_PARTITION_PROPERTY,
						{ BAD_ID, BAD_ID,  DENIED } },
	{ "get-partition-id", HVCALL_GET_PARTITION_ID,
						{ 0,      0,       0 } },
	{ "create-vp", HVCALL_CREATE_VP,	{ BAD_ID, BAD_ID,  DENIED } },
	{ "map-stats-page", HVCALL_MAP_STATS_PAGE,
						{ BAD,    BAD,     DENIED } },
	{ "unmap-stats-page", HVCALL_UNMAP_STATS_PAGE,
						{ BAD,    BAD,     DENIED } },
	{ "map-stats-page2", HVCALL_MAP_STATS_PAGE2,
						{ BAD,    BAD,     DENIED } },
	{ "set-system-property", HVCALL_SET_SYSTEM_PROPERTY,
						{ DENIED, UNKNOWN, DENIED } },
	{ "add-lp", HVCALL_ADD_LOGICAL_PROCESSOR,
						{ DENIED, BAD,     DENIED } },
	{ "get-system-property", HVCALL_GET_SYSTEM_PROPERTY,
						{ DENIED, UNKNOWN, DENIED } },
	{ "map-device-interrupt", HVCALL_MAP_DEVICE_INTERRUPT,
						{ DENIED, BAD_ID,  DENIED } },
	{ "unmap-device-interrupt", HVCALL_UNMAP_DEVICE_INTERRUPT,
						{ DENIED, BAD_ID,  DENIED } },
	{ "enter-sleep-state", HVCALL_ENTER_SLEEP_STATE,
						{ DENIED, BAD,     DENIED } },
	{ "notify-partition-event", HVCALL_NOTIFY_PARTITION_EVENT,
						{ DENIED, BAD,     DENIED } },
	{ "get-vp-index", HVCALL_GET_VP_INDEX_FROM_APIC_ID | REPS(1),
						{ BAD_ID, BAD_ID,  DENIED } },
	{ "get-partition-property-ex", HVCALL_GET_PARTITION_PROPERTY_EX,
						{ BAD_ID, BAD_ID,  DENIED } },
};

static void privilege_name(const struct privilege_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(privilege, privilege_cases, privilege_name);

static void privilege_is_needed(struct kunit *test)
{
	const struct privilege_case *c = test->param_value;
	int expected = c->status[this_role()];

	/* Whoever it is: this is a privilege of its own. */
	if (c->control == HVCALL_GET_PARTITION_ID &&
	    !(ms_hyperv.priv_high & HV_ACCESS_PARTITION_ID))
		expected = HV_STATUS_ACCESS_DENIED;
	EXPECT_STATUS(test, page_call(test, c->control), expected);
}

static struct kunit_case control_cases[] = {
	KUNIT_CASE(unknown_codes_are_refused),
	KUNIT_CASE(each_reserved_bit_is_refused),
	KUNIT_CASE(simple_call_takes_no_list),
	KUNIT_CASE(rep_call_needs_a_list),
	KUNIT_CASE(fast_call_has_no_output),
	KUNIT_CASE(fast_call_has_sixteen_bytes),
	KUNIT_CASE(fast_call_is_made),
	KUNIT_CASE(checks_have_an_order),
	KUNIT_CASE(output_is_aligned),
	KUNIT_CASE(input_is_aligned_and_in_one_page),
	KUNIT_CASE(addresses_are_ram),
	KUNIT_CASE_PARAM(privilege_is_needed, privilege_gen_params),
	{}
};

static struct kunit_suite control_suite = {
	.name = "hv_control",
	.init = pages_init,
	.exit = pages_exit,
	.test_cases = control_cases,
};

kunit_test_suites(&control_suite);

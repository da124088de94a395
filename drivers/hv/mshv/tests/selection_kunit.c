// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which scheduler the driver ends up with, for everything that a hypervisor can
 * answer, and that it asks no question it must not ask.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <asm/mshyperv.h>

#include "../debugfs.h"
#include "../hvcall.h"
#include "../mshv_root.h"
#include "../power.h"
#include "../synic.h"
#include "fake_hypervisor.h"

#define L1VH		HV_CREATE_PARTITIONS
#define ROOT		(HV_CREATE_PARTITIONS | HV_CPU_MANAGEMENT)
#define INTEGRATED	BIT_ULL(6)
#define OTHER_BITS	(~INTEGRATED)
#define NOT_ASKED	0
#define ASKED		1

/* What the hypervisor is, what the driver must make of it. */
struct selection_row {
	const char *name;
	bool not_hyperv;
	u32 privileges;
	bool kdump;
	bool core_without_root;
	u16 caps_status;
	u16 bank_count;
	u64 bank0;
	u16 integrated_status;
	u64 integrated;
	u16 type_status;
	u64 type;

	int ret;
	const char *scheduler;
	const struct mshv_sched_ops *ops;
	bool caps_known;
	u64 caps;
	unsigned int caps_asked;
	unsigned int integrated_asked;
	unsigned int type_asked;
};

/* The rows differ in a few words; these spell out the rest. */
#define REFUSED(err)	.ret = (err)
#define CHOSEN(word, loop) \
	.scheduler = (word), .ops = &mshv_sched_##loop##_ops
#define CAPS(banks, bits) \
	.bank_count = (banks), .bank0 = (bits), .caps_asked = ASKED
#define SEES(bits)	.caps_known = true, .caps = (bits)

static const struct selection_row selection_rows[] = {
	/* Not a parent partition */
	{ "not on the hypervisor", .not_hyperv = true, .privileges = L1VH,
	  REFUSED(-ENODEV) },
	{ "plain guest", .privileges = 0, REFUSED(-ENODEV) },
	{ "plain guest with CPU management", .privileges = HV_CPU_MANAGEMENT,
	  REFUSED(-ENODEV) },
	{ "isolated guest", .privileges = L1VH | HV_ISOLATION,
	  REFUSED(-ENODEV) },
	{ "isolated root", .privileges = ROOT | HV_ISOLATION,
	  REFUSED(-ENODEV) },
	{ "kdump kernel of an L1VH", .privileges = L1VH, .kdump = true,
	  REFUSED(-ENODEV) },
	{ "kdump kernel of a root", .privileges = ROOT, .kdump = true,
	  REFUSED(-ENODEV) },
	{ "root on a core without root support", .privileges = ROOT,
	  .core_without_root = true, REFUSED(-ENODEV) },

	/* L1VH: capabilities */
	{ "l1vh, no capabilities property", .privileges = L1VH,
	  .caps_status = HV_STATUS_UNKNOWN_PROPERTY, .caps_asked = ASKED,
	  REFUSED(-EINVAL) },
	{ "l1vh, capabilities denied", .privileges = L1VH,
	  .caps_status = HV_STATUS_ACCESS_DENIED, .caps_asked = ASKED,
	  REFUSED(-EACCES) },
	{ "l1vh, no banks, all bits", .privileges = L1VH,
	  CAPS(0, ~0ULL), .integrated = 1, SEES(0), CHOSEN("core", hv) },
	{ "l1vh, bit clear", .privileges = L1VH,
	  CAPS(1, 0), .integrated = 1, SEES(0), CHOSEN("core", hv) },
	{ "l1vh, all bits but that one", .privileges = L1VH,
	  CAPS(1, OTHER_BITS), .integrated = 1, SEES(OTHER_BITS),
	  CHOSEN("core", hv) },
	{ "l1vh, core without root support", .privileges = L1VH,
	  .core_without_root = true, CAPS(1, 0), SEES(0), CHOSEN("core", hv) },

	/* L1VH: integrated scheduler property */
	{ "l1vh, property fails", .privileges = L1VH, CAPS(1, INTEGRATED),
	  .integrated_status = HV_STATUS_UNKNOWN_PROPERTY,
	  .integrated_asked = ASKED, REFUSED(-EINVAL) },
	{ "l1vh, property denied", .privileges = L1VH, CAPS(1, INTEGRATED),
	  .integrated_status = HV_STATUS_ACCESS_DENIED,
	  .integrated_asked = ASKED, REFUSED(-EACCES) },
	{ "l1vh, property 0", .privileges = L1VH, CAPS(1, INTEGRATED),
	  .integrated = 0, .integrated_asked = ASKED, SEES(INTEGRATED),
	  CHOSEN("core", hv) },
	{ "l1vh, property 1", .privileges = L1VH, CAPS(1, INTEGRATED),
	  .integrated = 1, .integrated_asked = ASKED, SEES(INTEGRATED),
	  CHOSEN("integrated", root) },
	{ "l1vh, property 2^32", .privileges = L1VH, CAPS(1, INTEGRATED),
	  .integrated = BIT_ULL(32), .integrated_asked = ASKED,
	  SEES(INTEGRATED), CHOSEN("integrated", root) },
	{ "l1vh, more banks than known", .privileges = L1VH,
	  CAPS(U16_MAX, INTEGRATED), .integrated = 1, .integrated_asked = ASKED,
	  SEES(INTEGRATED), CHOSEN("integrated", root) },
	{ "l1vh, all bits", .privileges = L1VH, CAPS(1, ~0ULL), .integrated = 1,
	  .integrated_asked = ASKED, SEES(~0ULL), CHOSEN("integrated", root) },

	/* Root */
	{ "root, classic", .privileges = ROOT, CAPS(1, 0), SEES(0),
	  .type = 1, .type_asked = ASKED, CHOSEN("classic", hv) },
	{ "root, classic with SMT", .privileges = ROOT, CAPS(1, 0), SEES(0),
	  .type = 2, .type_asked = ASKED, CHOSEN("classic-smt", hv) },
	{ "root, core", .privileges = ROOT, CAPS(1, 0), SEES(0),
	  .type = 3, .type_asked = ASKED, CHOSEN("core", hv) },
	{ "root, root", .privileges = ROOT, CAPS(1, 0), SEES(0),
	  .type = 4, .type_asked = ASKED, CHOSEN("root", root) },
	{ "root, type 0", .privileges = ROOT, CAPS(1, 0), SEES(0),
	  .type = 0, .type_asked = ASKED, REFUSED(-EOPNOTSUPP) },
	{ "root, type 5", .privileges = ROOT, CAPS(1, 0), SEES(0),
	  .type = 5, .type_asked = ASKED, REFUSED(-EOPNOTSUPP) },
	{ "root, type 2^32-1", .privileges = ROOT, CAPS(1, 0), SEES(0),
	  .type = U32_MAX, .type_asked = ASKED, REFUSED(-EOPNOTSUPP) },
	{ "root, type fails", .privileges = ROOT, CAPS(1, 0), SEES(0),
	  .type_status = HV_STATUS_ACCESS_DENIED, .type_asked = ASKED,
	  REFUSED(-EACCES) },
	{ "root, no capabilities property", .privileges = ROOT,
	  .caps_status = HV_STATUS_UNKNOWN_PROPERTY, .caps_asked = ASKED,
	  .type = 3, .type_asked = ASKED, CHOSEN("core", hv) },
	{ "root, capability and property of an L1VH", .privileges = ROOT,
	  CAPS(1, INTEGRATED), .integrated = 1, SEES(INTEGRATED),
	  .type = 3, .type_asked = ASKED, CHOSEN("core", hv) },
};

KUNIT_ARRAY_PARAM_DESC(selection, selection_rows, name);

static int succeed(struct mshv_root *root)
{
	return 0;
}

static void do_nothing(struct mshv_root *root)
{
}

/* The whole probe, with a fake where it would touch the machine. */
static void selection_row_holds(struct kunit *test)
{
	const struct selection_row *row = test->param_value;
	struct fake_hypervisor hv = {
		.env = {
			.on_hypervisor = !row->not_hyperv,
			.version.build_number = 27750,
			.privileges = row->privileges,
			.kdump = row->kdump,
			.core_knows_root = !row->core_without_root,
		},
		.caps = { .status = row->caps_status, .value = row->bank0 },
		.caps_bank_count = row->bank_count,
		.integrated = { .status = row->integrated_status,
				.value = row->integrated },
		.scheduler_type = { .status = row->type_status,
				    .value = row->type },
	};
	struct mshv_root root = {};

	fake_hypervisor_install(test, &hv);
	kunit_activate_static_stub(test, mshv_hvcall_start, succeed);
	kunit_activate_static_stub(test, mshv_hvcall_stop, do_nothing);
	kunit_activate_static_stub(test, mshv_synic_start, succeed);
	kunit_activate_static_stub(test, mshv_synic_stop, do_nothing);
	kunit_activate_static_stub(test, mshv_sched_loop_start, succeed);
	kunit_activate_static_stub(test, mshv_sched_loop_stop, do_nothing);
	kunit_activate_static_stub(test, mshv_debugfs_start, succeed);
	kunit_activate_static_stub(test, mshv_debugfs_stop, do_nothing);
	kunit_activate_static_stub(test, mshv_power_start, succeed);
	kunit_activate_static_stub(test, mshv_power_stop, do_nothing);
	kunit_activate_static_stub(test, mshv_dev_start, succeed);
	kunit_activate_static_stub(test, mshv_dev_stop, do_nothing);

	KUNIT_EXPECT_EQ(test, mshv_probe(&root), row->ret);

	KUNIT_EXPECT_EQ(test, hv.caps.asked, row->caps_asked);
	KUNIT_EXPECT_EQ(test, hv.integrated.asked, row->integrated_asked);
	KUNIT_EXPECT_EQ(test, hv.scheduler_type.asked, row->type_asked);
	KUNIT_EXPECT_EQ(test, hv.unexpected, 0);
	if (row->ret)
		return;

	KUNIT_ASSERT_NOT_NULL(test, root.scheduler);
	KUNIT_EXPECT_STREQ(test, root.scheduler->name, row->scheduler);
	KUNIT_EXPECT_PTR_EQ(test, root.scheduler->ops, row->ops);
	KUNIT_EXPECT_EQ(test, root.partition_type,
			row->privileges & HV_CPU_MANAGEMENT ?
			MSHV_PARTITION_ROOT : MSHV_PARTITION_L1VH);
	KUNIT_EXPECT_EQ(test, root.caps.known, row->caps_known);
	KUNIT_EXPECT_EQ(test, root.caps.bank0.as_uint64, row->caps);
	mshv_remove(&root);
}

/* The choice as a function of the facts alone. */
static void select_follows_the_facts(struct kunit *test)
{
	static const struct {
		struct mshv_sched_facts facts;
		const struct mshv_sched_ops *ops;
	} cases[] = {
		{ { MSHV_PARTITION_L1VH, false, 0, 0 }, &mshv_sched_hv_ops },
		{ { MSHV_PARTITION_L1VH, false, 1, 4 }, &mshv_sched_hv_ops },
		{ { MSHV_PARTITION_L1VH, true, 0, 4 }, &mshv_sched_hv_ops },
		{ { MSHV_PARTITION_L1VH, true, 1, 0 }, &mshv_sched_root_ops },
		{ { MSHV_PARTITION_L1VH, true, U64_MAX, 3 }, &mshv_sched_root_ops },
		{ { MSHV_PARTITION_ROOT, true, 1, 1 }, &mshv_sched_hv_ops },
		{ { MSHV_PARTITION_ROOT, true, 1, 2 }, &mshv_sched_hv_ops },
		{ { MSHV_PARTITION_ROOT, true, 1, 3 }, &mshv_sched_hv_ops },
		{ { MSHV_PARTITION_ROOT, false, 0, 4 }, &mshv_sched_root_ops },
		{ { MSHV_PARTITION_ROOT, true, 1, 0 }, NULL },
		{ { MSHV_PARTITION_ROOT, true, 1, 5 }, NULL },
	};
	const struct mshv_sched_ops *ops;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ops = cases[i].ops ?: ERR_PTR(-EOPNOTSUPP);
		KUNIT_EXPECT_PTR_EQ_MSG(test, mshv_sched_select(&cases[i].facts),
					ops, "case %zu", i);
	}
}

/* Each missing precondition has a message of its own. */
static void refusals_differ(struct kunit *test)
{
	static const struct mshv_environment envs[] = {
		{ .privileges = L1VH },
		{ .on_hypervisor = true },
		{ .on_hypervisor = true, .privileges = L1VH | HV_ISOLATION },
		{ .on_hypervisor = true, .privileges = L1VH, .kdump = true },
		{ .on_hypervisor = true, .privileges = ROOT },
	};
	const char *refusals[ARRAY_SIZE(envs)];
	enum mshv_partition_type type;

	for (size_t i = 0; i < ARRAY_SIZE(envs); i++) {
		refusals[i] = mshv_partition_classify(&envs[i], &type);
		KUNIT_ASSERT_NOT_NULL(test, refusals[i]);
		for (size_t j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, refusals[i], refusals[j]);
	}
}

static struct kunit_case selection_cases[] = {
	KUNIT_CASE_PARAM(selection_row_holds, selection_gen_params),
	KUNIT_CASE(select_follows_the_facts),
	KUNIT_CASE(refusals_differ),
	{}
};

static struct kunit_suite selection_suite = {
	.name = "mshv-selection",
	.test_cases = selection_cases,
};

kunit_test_suite(selection_suite);

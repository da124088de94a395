// SPDX-License-Identifier: GPL-2.0-only
/* What MSHV_IOEVENTFD accepts, and which of what it accepts get in each other's way. */
#include <linux/mshv.h>
#include <linux/string.h>
#include <kunit/test.h>

#include "../ioeventfd.h"
#include "../port.h"

#define MATCH		BIT(MSHV_IOEVENTFD_BIT_DATAMATCH)
#define PIO		BIT(MSHV_IOEVENTFD_BIT_PIO)
#define DEASSIGN	BIT(MSHV_IOEVENTFD_BIT_DEASSIGN)
#define UNKNOWN		BIT(MSHV_IOEVENTFD_BIT_COUNT)

static void arguments_are_checked(struct kunit *test)
{
	static const struct {
		struct mshv_user_ioeventfd args;
		int expected;
	} cases[] = {
		{ { .addr = 0 }, 0 },
		{ { .addr = U64_MAX }, 0 },
		{ { .addr = U64_MAX - 1, .len = 1 }, 0 },
		{ { .addr = U64_MAX, .len = 1 }, -EINVAL },
		{ { .addr = U64_MAX - 8, .len = 8 }, 0 },
		{ { .addr = U64_MAX - 7, .len = 8 }, -EINVAL },
		{ { .addr = 1, .len = 8 }, 0 },
		{ { .len = 2, .flags = MATCH | DEASSIGN }, 0 },
		{ { .len = 3 }, -EINVAL },
		{ { .len = 6 }, -EINVAL },
		{ { .len = 9 }, -EINVAL },
		{ { .len = 16 }, -EINVAL },
		{ { .len = U32_MAX }, -EINVAL },
		{ { .flags = UNKNOWN }, -EINVAL },
		{ { .flags = UNKNOWN | PIO }, -EINVAL },
		{ { .flags = BIT(31) }, -EINVAL },
		{ { .rsvd = { 0, 0, 0, 1 } }, -EINVAL },
		{ { .flags = PIO }, -EOPNOTSUPP },
		{ { .flags = PIO | DEASSIGN }, -EOPNOTSUPP },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mshv_doorbell doorbell;

		KUNIT_EXPECT_EQ_MSG(test, mshv_ioeventfd_parse(&cases[i].args,
							       &doorbell),
				    cases[i].expected, "case %zu", i);
	}
}

static void arguments_become_doorbells(struct kunit *test)
{
	struct mshv_user_ioeventfd args = {
		.addr = 0x1234567890, .len = 4, .datamatch = 0x99,
	};
	struct mshv_doorbell doorbell;

	KUNIT_ASSERT_EQ(test, mshv_ioeventfd_parse(&args, &doorbell), 0);
	KUNIT_EXPECT_EQ(test, doorbell.address, 0x1234567890);
	KUNIT_EXPECT_EQ(test, doorbell.length, 4);
	KUNIT_EXPECT_TRUE(test, doorbell.any_value);
	/* The field means nothing without its flag, not even to compare it. */
	KUNIT_EXPECT_EQ(test, doorbell.value, 0);

	args.flags = MATCH;
	KUNIT_ASSERT_EQ(test, mshv_ioeventfd_parse(&args, &doorbell), 0);
	KUNIT_EXPECT_FALSE(test, doorbell.any_value);
	KUNIT_EXPECT_EQ(test, doorbell.value, 0x99);
}

#define AT(where, width)	.address = (where), .length = (width)
#define ANY			.any_value = true

static const struct {
	struct mshv_doorbell a, b;
	bool expected;
} pairs[] = {
	{ { AT(8, 4), ANY }, { AT(8, 4), ANY }, true },
	{ { AT(8, 4), ANY }, { AT(8, 4), .value = 1 }, true },
	{ { AT(8, 4), .value = 1 }, { AT(8, 4), .value = 1 }, true },
	{ { AT(8, 4), .value = 1 }, { AT(8, 4), .value = 2 }, false },
	{ { AT(8, 4), .value = 1 }, { AT(8, 4), .value = BIT_ULL(32) | 1 },
	  false },
	{ { AT(8, 0), ANY }, { AT(8, 0), ANY }, true },
	{ { AT(8, 0), .value = 1 }, { AT(8, 0), ANY }, true },
	{ { AT(8, 0), .value = 1 }, { AT(8, 0), .value = 2 }, false },
	/* Another width or place is another doorbell, also the width "any". */
	{ { AT(8, 4), ANY }, { AT(8, 2), ANY }, false },
	{ { AT(8, 4), ANY }, { AT(8, 0), ANY }, false },
	{ { AT(8, 8), ANY }, { AT(12, 4), ANY }, false },
	{ { AT(8, 4), ANY }, { AT(BIT_ULL(32) | 8, 4), ANY }, false },
};

static void only_the_same_write_collides(struct kunit *test)
{
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		KUNIT_EXPECT_EQ_MSG(test, mshv_doorbells_collide(&pairs[i].a,
								 &pairs[i].b),
				    pairs[i].expected, "pair %zu", i);
		KUNIT_EXPECT_EQ_MSG(test, mshv_doorbells_collide(&pairs[i].b,
								 &pairs[i].a),
				    pairs[i].expected, "pair %zu, turned", i);
	}
}

static struct kunit_case ioeventfd_cases[] = {
	KUNIT_CASE(arguments_are_checked),
	KUNIT_CASE(arguments_become_doorbells),
	KUNIT_CASE(only_the_same_write_collides),
	{}
};

static struct kunit_suite ioeventfd_suite = {
	.name = "mshv-ioeventfd",
	.test_cases = ioeventfd_cases,
};

kunit_test_suite(ioeventfd_suite);

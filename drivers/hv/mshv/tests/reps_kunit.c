// SPDX-License-Identifier: GPL-2.0-only
/* Repeated hypercalls: batches, partial progress, shortage, nonsense. */
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <asm/mshyperv.h>

#include "../deposit.h"
#include "../hvcall.h"

#define CODE	0x4b
#define POOL	77

/*
 * A hypervisor that takes up to @per_call elements of each call, and runs short
 * of memory @shortages times when it has taken @short_after.
 */
struct fake {
	u16 per_call;
	u64 short_after;
	unsigned int shortages;
	u16 error;
	u64 taken;
	unsigned int calls;
	unsigned int reliefs;
	u16 largest;
	u64 sum;
};

static struct fake *fake(void)
{
	return kunit_get_current_test()->priv;
}

static u64 fake_issue(u64 control, void *in, void *out)
{
	u16 reps = control >> HV_HYPERCALL_REP_COMP_OFFSET & 0xfff;
	const u64 *elements = in;
	struct fake *hv = fake();
	u16 status = HV_STATUS_SUCCESS;
	u16 n = min(reps, hv->per_call);

	hv->calls++;
	hv->largest = max(hv->largest, reps);
	if (hv->shortages && hv->taken + n > hv->short_after) {
		n = hv->short_after - hv->taken;
		status = HV_STATUS_INSUFFICIENT_MEMORY;
	} else if (hv->error) {
		status = hv->error;
	}

	for (u16 i = 0; i < n; i++)
		hv->sum += elements[i];
	hv->taken += n;
	return status | (u64)n << HV_HYPERCALL_REP_COMP_OFFSET;
}

static int fake_relief(struct mshv_shortage *shortage, u64 status)
{
	struct fake *hv = fake();

	if (hv_result(status) != HV_STATUS_INSUFFICIENT_MEMORY)
		return mshv_hvcall_errno(status);

	KUNIT_EXPECT_EQ(kunit_get_current_test(), shortage->pool, POOL);
	hv->reliefs++;
	if (hv->shortages != UINT_MAX)
		hv->shortages--;
	return hv->reliefs < 10 ? 0 : -ENOMEM;
}

/* Element number i is i + 1. */
static void fill(const struct mshv_hvcall_reps *call, void *in, u16 n)
{
	u64 *elements = in;

	for (u16 i = 0; i < n; i++)
		elements[i] = call->done + i + 1;
}

static int run(struct kunit *test, struct fake *hv, u64 count, u64 *done)
{
	struct mshv_hvcall_reps call = {
		.code = CODE,
		.pool = POOL,
		.count = count,
		.batch = 500,
		.fill = fill,
	};
	int ret;

	test->priv = hv;
	kunit_activate_static_stub(test, mshv_hvcall_issue, fake_issue);
	kunit_activate_static_stub(test, mshv_relieve_shortage, fake_relief);
	KUNIT_ASSERT_EQ(test, mshv_hvcall_start(NULL), 0);
	ret = mshv_hvcall_reps(&call);
	mshv_hvcall_stop(NULL);

	*done = call.done;
	return ret;
}

static void expect_all(struct kunit *test, const struct fake *hv, u64 count)
{
	KUNIT_EXPECT_EQ(test, hv->taken, count);
	KUNIT_EXPECT_EQ(test, hv->sum, count * (count + 1) / 2);
	KUNIT_EXPECT_LE(test, hv->largest, 500);
}

static void long_list_goes_in_batches(struct kunit *test)
{
	struct fake hv = { .per_call = 4095 };
	u64 done;

	KUNIT_EXPECT_EQ(test, run(test, &hv, 1201, &done), 0);
	KUNIT_EXPECT_EQ(test, done, 1201);
	KUNIT_EXPECT_EQ(test, hv.calls, 3);
	expect_all(test, &hv, 1201);
}

static void empty_list_is_no_call(struct kunit *test)
{
	struct fake hv = { .per_call = 4095 };
	u64 done;

	KUNIT_EXPECT_EQ(test, run(test, &hv, 0, &done), 0);
	KUNIT_EXPECT_EQ(test, hv.calls, 0);
}

static void partial_progress_goes_on(struct kunit *test)
{
	struct fake hv = { .per_call = 7 };
	u64 done;

	KUNIT_EXPECT_EQ(test, run(test, &hv, 100, &done), 0);
	KUNIT_EXPECT_EQ(test, hv.calls, 15);
	expect_all(test, &hv, 100);
}

static void shortage_is_relieved_where_it_happened(struct kunit *test)
{
	struct fake hv = { .per_call = 4095, .short_after = 613, .shortages = 3 };
	u64 done;

	KUNIT_EXPECT_EQ(test, run(test, &hv, 900, &done), 0);
	KUNIT_EXPECT_EQ(test, hv.reliefs, 3);
	expect_all(test, &hv, 900);
}

static void endless_shortage_ends(struct kunit *test)
{
	struct fake hv = {
		.per_call = 4095, .short_after = 613, .shortages = UINT_MAX,
	};
	u64 done;

	KUNIT_EXPECT_EQ(test, run(test, &hv, 900, &done), -ENOMEM);
	KUNIT_EXPECT_EQ(test, done, 613);
}

static void error_says_how_far_it_came(struct kunit *test)
{
	struct fake hv = { .per_call = 20, .error = HV_STATUS_ACCESS_DENIED };
	u64 done;

	KUNIT_EXPECT_EQ(test, run(test, &hv, 900, &done), -EACCES);
	KUNIT_EXPECT_EQ(test, done, 20);
	KUNIT_EXPECT_EQ(test, hv.calls, 1);
}

static void success_without_progress_is_an_error(struct kunit *test)
{
	struct fake hv = { .per_call = 0 };
	u64 done;

	KUNIT_EXPECT_EQ(test, run(test, &hv, 10, &done), -EIO);
	KUNIT_EXPECT_EQ(test, hv.calls, 1);
}

static struct kunit_case reps_cases[] = {
	KUNIT_CASE(long_list_goes_in_batches),
	KUNIT_CASE(empty_list_is_no_call),
	KUNIT_CASE(partial_progress_goes_on),
	KUNIT_CASE(shortage_is_relieved_where_it_happened),
	KUNIT_CASE(endless_shortage_ends),
	KUNIT_CASE(error_says_how_far_it_came),
	KUNIT_CASE(success_without_progress_is_an_error),
	{}
};

static struct kunit_suite reps_suite = {
	.name = "mshv-reps",
	.test_cases = reps_cases,
};

kunit_test_suite(reps_suite);

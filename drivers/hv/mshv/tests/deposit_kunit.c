// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deposits: what the hypervisor asks for it gets, within reason, and every page
 * comes back exactly once.
 */
#include <linux/mm.h>
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <asm/mshyperv.h>

#include "../deposit.h"
#include "../hvcall.h"

#define CHILD		42
#define MAX_PAGES	100000

/* A hypervisor's pool of pages. */
struct pool {
	u64 partition_id;
	u64 *pfns;
	u64 count;
	u64 refuse_at;	/* deposits fail when the pool is this full */
};

static u64 take(struct pool *pool, const struct hv_deposit_memory *in, u16 reps)
{
	u16 n;

	pool->partition_id = in->partition_id;
	for (n = 0; n < reps; n++) {
		if (pool->count == pool->refuse_at)
			return HV_STATUS_INVALID_PARAMETER |
			       (u64)n << HV_HYPERCALL_REP_COMP_OFFSET;
		pool->pfns[pool->count++] = in->gpa_page_list[n];
	}
	return (u64)n << HV_HYPERCALL_REP_COMP_OFFSET;
}

static u64 give(struct pool *pool, const struct hv_input_withdraw_memory *in,
		struct hv_output_withdraw_memory *out, u16 reps)
{
	u16 n;

	pool->partition_id = in->partition_id;
	for (n = 0; n < reps && pool->count; n++)
		out->gpa_page_list[n] = pool->pfns[--pool->count];
	return (n < reps ? HV_STATUS_NO_RESOURCES : HV_STATUS_SUCCESS) |
	       (u64)n << HV_HYPERCALL_REP_COMP_OFFSET;
}

static u64 fake_issue(u64 control, void *in, void *out)
{
	struct pool *pool = kunit_get_current_test()->priv;
	u16 reps = control >> HV_HYPERCALL_REP_COMP_OFFSET & 0xfff;

	switch (control & 0xffff) {
	case HVCALL_DEPOSIT_MEMORY:
		return take(pool, in, reps);
	case HVCALL_WITHDRAW_MEMORY:
		return give(pool, in, out, reps);
	default:
		return HV_STATUS_INVALID_HYPERCALL_CODE;
	}
}

static int deposit_init(struct kunit *test)
{
	struct pool *pool = kunit_kzalloc(test, sizeof(*pool), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pool);
	pool->pfns = kvcalloc(MAX_PAGES, sizeof(u64), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pool->pfns);
	pool->refuse_at = MAX_PAGES;
	test->priv = pool;
	kunit_activate_static_stub(test, mshv_hvcall_issue, fake_issue);
	return mshv_hvcall_start(NULL);
}

static void deposit_exit(struct kunit *test)
{
	struct pool *pool = test->priv;

	mshv_withdraw_all(CHILD);
	mshv_hvcall_stop(NULL);
	kvfree(pool->pfns);
}

/* A call to the child came back with @status: what now? */
static int relieve(struct mshv_shortage *shortage, u16 status)
{
	return mshv_relieve_shortage(shortage, status);
}

static void each_page_goes_and_comes_once(struct kunit *test)
{
	struct pool *pool = test->priv;

	KUNIT_EXPECT_EQ(test, mshv_deposit(CHILD, 1300), 0);
	KUNIT_EXPECT_EQ(test, pool->count, 1300);
	KUNIT_EXPECT_EQ(test, pool->partition_id, CHILD);
	for (u64 i = 0; i < pool->count; i++) {
		struct page *page = pfn_to_page(pool->pfns[i]);

		/* Ours, held once; noted so that a second one would show. */
		KUNIT_ASSERT_EQ(test, page_ref_count(page), 1);
		KUNIT_ASSERT_EQ(test, page_private(page), 0);
		KUNIT_ASSERT_TRUE(test, PageOffline(page));
		set_page_private(page, 1);
	}
	for (u64 i = 0; i < pool->count; i++)
		set_page_private(pfn_to_page(pool->pfns[i]), 0);

	KUNIT_EXPECT_EQ(test, mshv_withdraw_all(CHILD), 0);
	KUNIT_EXPECT_EQ(test, pool->count, 0);
}

/* The marks are the pages' only as long as the pages are the hypervisor's. */
static void withdrawn_pages_are_not_offline(struct kunit *test)
{
	struct pool *pool = test->priv;
	struct page *page;

	KUNIT_ASSERT_EQ(test, mshv_deposit(CHILD, 2), 0);
	page = pfn_to_page(pool->pfns[1]);
	get_page(page);
	KUNIT_EXPECT_EQ(test, mshv_withdraw_all(CHILD), 0);
	KUNIT_EXPECT_FALSE(test, PageOffline(page));
	put_page(page);
}

static void page_that_was_not_given_is_not_freed(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct pool *pool = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, mshv_deposit(CHILD, 2), 0);
	pool->pfns[pool->count++] = page_to_pfn(page);
	pool->pfns[pool->count++] = U64_MAX;
	get_page(page);
	KUNIT_EXPECT_EQ(test, mshv_withdraw_all(CHILD), 0);
	KUNIT_EXPECT_EQ(test, pool->count, 0);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 2);
	put_page(page);
	__free_page(page);
}

static void refused_pages_are_kept(struct kunit *test)
{
	struct pool *pool = test->priv;

	pool->refuse_at = 600;
	KUNIT_EXPECT_EQ(test, mshv_deposit(CHILD, 1300), -EINVAL);
	KUNIT_EXPECT_EQ(test, pool->count, 600);
}

static void status_decides_what_is_given(struct kunit *test)
{
	struct mshv_shortage shortage = { .pool = CHILD };
	struct pool *pool = test->priv;

	KUNIT_EXPECT_EQ(test, relieve(&shortage, HV_STATUS_INSUFFICIENT_MEMORY),
			0);
	KUNIT_EXPECT_GT(test, pool->count, 0);
	KUNIT_EXPECT_EQ(test, pool->partition_id, CHILD);
	KUNIT_EXPECT_EQ(test, shortage.deposited, pool->count);
}

static void contiguous_memory_is_contiguous(struct kunit *test)
{
	struct mshv_shortage shortage = { .pool = CHILD };
	struct pool *pool = test->priv;

	KUNIT_EXPECT_EQ(test, relieve(&shortage, HV_STATUS_INSUFFICIENT_CONTIGUOUS_MEMORY),
			0);
	KUNIT_ASSERT_GE(test, pool->count, HV_MAX_CONTIGUOUS_ALLOCATION_PAGES);
	for (u64 i = 1; i < HV_MAX_CONTIGUOUS_ALLOCATION_PAGES; i++)
		KUNIT_EXPECT_EQ(test, pool->pfns[i], pool->pfns[0] + i);
}

static bool yes(void)
{
	return true;
}

static bool no(void)
{
	return false;
}

/* It would give more and more, and none would get where it is needed. */
static void l1vh_has_no_root_memory(struct kunit *test)
{
	struct mshv_shortage shortage = { .pool = CHILD };
	struct pool *pool = test->priv;

	kunit_activate_static_stub(test, mshv_owns_root_memory, no);
	KUNIT_EXPECT_EQ(test, relieve(&shortage, HV_STATUS_INSUFFICIENT_ROOT_MEMORY),
			-ENOMEM);
	KUNIT_EXPECT_EQ(test, relieve(&shortage, HV_STATUS_INSUFFICIENT_CONTIGUOUS_ROOT_MEMORY),
			-ENOMEM);
	KUNIT_EXPECT_EQ(test, pool->count, 0);
}

static void root_memory_comes_from_the_parent(struct kunit *test)
{
	struct mshv_shortage shortage = { .pool = CHILD };
	struct pool *pool = test->priv;
	u64 given;

	kunit_activate_static_stub(test, mshv_owns_root_memory, yes);
	KUNIT_EXPECT_EQ(test, relieve(&shortage, HV_STATUS_INSUFFICIENT_ROOT_MEMORY),
			0);
	KUNIT_EXPECT_EQ(test, pool->partition_id, HV_PARTITION_ID_SELF);

	/* What else is in the pool stays there. */
	given = pool->count;
	pool->pfns[pool->count++] = U64_MAX;
	swap(pool->pfns[0], pool->pfns[given]);
	KUNIT_EXPECT_EQ(test, mshv_withdraw_own(), 0);
	KUNIT_EXPECT_EQ(test, pool->count, 1);
	KUNIT_EXPECT_EQ(test, pool->pfns[0], U64_MAX);
	KUNIT_EXPECT_EQ(test, mshv_withdraw_own(), 0);
	KUNIT_EXPECT_EQ(test, pool->count, 1);
	pool->count = 0;
}

static void no_hypervisor_gets_everything(struct kunit *test)
{
	struct mshv_shortage shortage = { .pool = CHILD };
	struct pool *pool = test->priv;
	unsigned int times = 0;
	int ret;

	do {
		ret = relieve(&shortage, HV_STATUS_INSUFFICIENT_MEMORY);
		times++;
	} while (!ret && times < 64);

	KUNIT_EXPECT_EQ(test, ret, -ENOMEM);
	/* Each time as much as before: few calls, and an end. */
	KUNIT_EXPECT_LT(test, times, 20);
	KUNIT_EXPECT_LE(test, pool->count, SZ_256M >> PAGE_SHIFT);
}

static void other_statuses_are_errors(struct kunit *test)
{
	struct mshv_shortage none = { .pool = MSHV_NO_POOL };
	struct mshv_shortage shortage = { .pool = CHILD };
	struct pool *pool = test->priv;

	KUNIT_EXPECT_EQ(test, relieve(&shortage, HV_STATUS_ACCESS_DENIED),
			-EACCES);
	KUNIT_EXPECT_EQ(test, relieve(&none, HV_STATUS_INSUFFICIENT_MEMORY),
			-ENOMEM);
	KUNIT_EXPECT_EQ(test, pool->count, 0);
}

static struct kunit_case deposit_cases[] = {
	KUNIT_CASE(each_page_goes_and_comes_once),
	KUNIT_CASE(withdrawn_pages_are_not_offline),
	KUNIT_CASE(page_that_was_not_given_is_not_freed),
	KUNIT_CASE(refused_pages_are_kept),
	KUNIT_CASE(status_decides_what_is_given),
	KUNIT_CASE(contiguous_memory_is_contiguous),
	KUNIT_CASE(l1vh_has_no_root_memory),
	KUNIT_CASE(root_memory_comes_from_the_parent),
	KUNIT_CASE(no_hypervisor_gets_everything),
	KUNIT_CASE(other_statuses_are_errors),
	{}
};

static struct kunit_suite deposit_suite = {
	.name = "mshv-deposit",
	.init = deposit_init,
	.exit = deposit_exit,
	.test_cases = deposit_cases,
};

kunit_test_suite(deposit_suite);

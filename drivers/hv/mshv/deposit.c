// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory given to the hypervisor and taken back.
 *
 * The hypervisor has no memory of its own for the objects that a partition
 * asks it to make: it takes pages from the partition's pool, and when the pool
 * is empty the call fails and says so. The pages stay out of reach of this
 * system until they are withdrawn, and are marked offline so that nobody who
 * walks through memory touches them: readers of /proc/kcore, or tools that make
 * or reduce a crash dump.
 *
 * A child's pool is withdrawn whole when the child goes. What creating children
 * takes comes from the pool of this partition itself; how much of that was
 * deposited here is counted, so that exactly as much can be taken back from a
 * pool that the kernel's core deposits into, too.
 */
#define pr_fmt(fmt) "mshv_root: " fmt

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/page-flags.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <kunit/static_stub.h>
#include <asm/mshyperv.h>

#include "deposit.h"
#include "hvcall.h"
#include "trace.h"

/*
 * A call that is short of memory gets as much as it got before, at least this
 * much, until it works or has got the most that is reasonable.
 */
#define DEPOSIT_MIN_PAGES	8
#define DEPOSIT_MAX_PAGES	(SZ_256M / HV_HYP_PAGE_SIZE)

/* What the hypervisor means by contiguous memory: that many pages in one run. */
#define CONTIGUOUS_ORDER	3
static_assert(1 << CONTIGUOUS_ORDER == HV_MAX_CONTIGUOUS_ALLOCATION_PAGES);

/* Pages in this partition's own pool that came from here. */
static atomic_long_t own_pages;
static DEFINE_MUTEX(withdraw_own_lock);

static bool is_own(u64 partition_id)
{
	return partition_id == HV_PARTITION_ID_SELF ||
	       partition_id == hv_current_partition_id;
}

/* Pages on their way in or out. */
struct transfer {
	struct mshv_hvcall_reps call;
	u64 partition_id;
	struct list_head pages;
};

/* Who was about to read them has done so when this returns. */
static void set_offline(const struct list_head *pages)
{
	struct page *page;

	page_offline_begin();
	list_for_each_entry(page, pages, lru)
		__folio_set_offline(page_folio(page));
	page_offline_end();
}

static void free_pages_on(struct list_head *pages)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru) {
		if (PageOffline(page))
			__folio_clear_offline(page_folio(page));
		__free_page(page);
	}
}

/*
 * The caller pays. At the limit of its control group it gets an error rather than
 * be killed. Who reclaims memory for others pays for nothing.
 */
static gfp_t deposit_gfp(void)
{
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL;

	return current->flags & PF_MEMALLOC ? gfp : gfp | __GFP_ACCOUNT;
}

static int alloc_pages_on(struct list_head *pages, u32 count, unsigned int order)
{
	while (count) {
		struct page *page;

		if (count < 1 << order)
			order = 0;
		page = alloc_pages(deposit_gfp(), order);
		if (!page)
			return -ENOMEM;

		split_page(page, order);
		for (u32 i = 0; i < 1 << order; i++)
			list_add_tail(&page[i].lru, pages);
		count -= 1 << order;
	}
	return 0;
}

/* The pages not yet accepted stay on the list, the first of them in front. */
static void deposit_fill(const struct mshv_hvcall_reps *call, void *in, u16 n)
{
	const struct transfer *transfer =
		container_of_const(call, struct transfer, call);
	struct hv_deposit_memory *input = in;
	struct page *page;
	u16 i = 0;

	input->partition_id = transfer->partition_id;
	list_for_each_entry(page, &transfer->pages, lru) {
		if (i == n)
			break;
		input->gpa_page_list[i++] = page_to_pfn(page);
	}
}

static void deposit_collect(struct mshv_hvcall_reps *call, const void *out, u16 n)
{
	struct transfer *transfer = container_of(call, struct transfer, call);

	while (n--)
		list_del(transfer->pages.next);
}

static int deposit_runs(u64 partition_id, u32 count, unsigned int order)
{
	struct transfer transfer = {
		.call = {
			.code	 = HVCALL_DEPOSIT_MEMORY,
			.pool	 = MSHV_NO_POOL,
			.count	 = count,
			.batch	 = (HV_HYP_PAGE_SIZE - sizeof(u64)) / sizeof(u64),
			.fill	 = deposit_fill,
			.collect = deposit_collect,
		},
		.partition_id = partition_id,
		.pages = LIST_HEAD_INIT(transfer.pages),
	};
	int ret;

	ret = alloc_pages_on(&transfer.pages, count, order);
	if (!ret) {
		set_offline(&transfer.pages);
		ret = mshv_hvcall_reps(&transfer.call);
	}

	free_pages_on(&transfer.pages);
	if (ret && transfer.call.status)
		mshv_hvcall_report(HVCALL_DEPOSIT_MEMORY, partition_id,
				   transfer.call.status);
	if (is_own(partition_id))
		atomic_long_add(transfer.call.done, &own_pages);
	trace_mshv_deposit(partition_id, transfer.call.done, ret);
	return ret;
}

/**
 * mshv_deposit() - fill a partition's pool ahead of need
 * @partition_id: the partition
 * @count: pages
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, or the errno for the hypercall's status. Also on failure
 *	   some of the pages may have been deposited; withdrawing gets them back.
 */
int mshv_deposit(u64 partition_id, u32 count)
{
	KUNIT_STATIC_STUB_REDIRECT(mshv_deposit, partition_id, count);

	return deposit_runs(partition_id, count, 0);
}

/**
 * mshv_owns_root_memory() - whether this is where the root's memory comes from
 *
 * Return: true in the root partition. An L1VH is a guest of it: what it deposits
 *	   does not get there.
 */
bool mshv_owns_root_memory(void)
{
	KUNIT_STATIC_STUB_REDIRECT(mshv_owns_root_memory);

	return ms_hyperv.priv_high & HV_CPU_MANAGEMENT;
}

/**
 * mshv_relieve_shortage() - give the hypervisor the memory that it asks for
 * @shortage: the call's record
 * @status: what the call returned; not success
 *
 * Context: Process context, may sleep; any if @pool is MSHV_NO_POOL.
 * Return: 0 to try again; -ENOMEM when there is no memory to give, it has been
 *	   given more than is reasonable, or it is the root partition's memory
 *	   that is short and this is an L1VH; the errno for @status when that
 *	   is not about memory.
 */
int mshv_relieve_shortage(struct mshv_shortage *shortage, u64 status)
{
	u64 pool = shortage->pool;
	unsigned int order = 0;
	bool root = false;
	u32 count;
	int ret;

	KUNIT_STATIC_STUB_REDIRECT(mshv_relieve_shortage, shortage, status);

	switch (hv_result(status)) {
	case HV_STATUS_INSUFFICIENT_MEMORY:
		break;
	case HV_STATUS_INSUFFICIENT_CONTIGUOUS_MEMORY:
		order = CONTIGUOUS_ORDER;
		break;
	case HV_STATUS_INSUFFICIENT_ROOT_MEMORY:
		root = true;
		pool = HV_PARTITION_ID_SELF;
		break;
	case HV_STATUS_INSUFFICIENT_CONTIGUOUS_ROOT_MEMORY:
		root = true;
		pool = HV_PARTITION_ID_SELF;
		order = CONTIGUOUS_ORDER;
		break;
	default:
		return mshv_hvcall_errno(status);
	}

	if (shortage->pool == MSHV_NO_POOL ||
	    shortage->deposited >= DEPOSIT_MAX_PAGES ||
	    (root && !mshv_owns_root_memory()))
		return -ENOMEM;

	count = max(shortage->deposited, DEPOSIT_MIN_PAGES);
	ret = deposit_runs(pool, count, order);
	if (!ret)
		shortage->deposited += count;
	return ret;
}

static void withdraw_fill(const struct mshv_hvcall_reps *call, void *in, u16 n)
{
	const struct transfer *transfer =
		container_of_const(call, struct transfer, call);
	struct hv_input_withdraw_memory *input = in;

	*input = (struct hv_input_withdraw_memory){
		.partition_id = transfer->partition_id,
	};
}

/* What is in the pool of this partition may have come from the kernel's core. */
static bool was_deposited(u64 partition_id, u64 pfn)
{
	return pfn_valid(pfn) &&
	       (PageOffline(pfn_to_page(pfn)) || is_own(partition_id));
}

static void withdraw_collect(struct mshv_hvcall_reps *call, const void *out, u16 n)
{
	struct transfer *transfer = container_of(call, struct transfer, call);
	const struct hv_output_withdraw_memory *output = out;

	for (u16 i = 0; i < n; i++) {
		u64 pfn = output->gpa_page_list[i];

		if (!was_deposited(transfer->partition_id, pfn)) {
			pr_err_once("the hypervisor returns page %#llx of partition %llu, which it was not given\n",
				    pfn, transfer->partition_id);
			continue;
		}
		list_add(&pfn_to_page(pfn)->lru, &transfer->pages);
	}
}

/* Takes back up to @count pages. */
static int withdraw(u64 partition_id, u64 count, u64 *withdrawn)
{
	struct transfer transfer = {
		.call = {
			.code	 = HVCALL_WITHDRAW_MEMORY,
			.pool	 = MSHV_NO_POOL,
			.count	 = count,
			.batch	 = HV_HYP_PAGE_SIZE / sizeof(u64),
			.fill	 = withdraw_fill,
			.collect = withdraw_collect,
		},
		.partition_id = partition_id,
		.pages = LIST_HEAD_INIT(transfer.pages),
	};
	int ret = mshv_hvcall_reps(&transfer.call);

	free_pages_on(&transfer.pages);
	*withdrawn = transfer.call.done;
	trace_mshv_withdraw(partition_id, transfer.call.done, ret);

	/* The pool is empty: there was less in it than asked for. */
	if (transfer.call.status == HV_STATUS_NO_RESOURCES)
		return 0;
	if (ret)
		mshv_hvcall_report(HVCALL_WITHDRAW_MEMORY, partition_id,
				   transfer.call.status);
	return ret;
}

/**
 * mshv_withdraw_all() - take back what is in a child's pool
 * @partition_id: the child
 *
 * Context: Process context, may sleep.
 * Return: 0, or the errno for the hypercall's status: the hypervisor then still
 *	   holds pages.
 */
int mshv_withdraw_all(u64 partition_id)
{
	u64 withdrawn;

	KUNIT_STATIC_STUB_REDIRECT(mshv_withdraw_all, partition_id);

	return withdraw(partition_id, U64_MAX, &withdrawn);
}

/**
 * mshv_withdraw_own() - take back what was deposited into this partition's pool
 *
 * The hypervisor gives back only what no object uses, so this is the time after
 * a child is gone.
 *
 * Context: Process context, may sleep.
 * Return: 0, or the errno for the hypercall's status.
 */
int mshv_withdraw_own(void)
{
	u64 count, withdrawn = 0;
	int ret = 0;

	KUNIT_STATIC_STUB_REDIRECT(mshv_withdraw_own);

	/*
	 * What does not come back now is for the next one to try, who must not
	 * look at the count before that is in it again.
	 */
	guard(mutex)(&withdraw_own_lock);
	count = atomic_long_xchg(&own_pages, 0);
	if (count)
		ret = withdraw(HV_PARTITION_ID_SELF, count, &withdrawn);

	atomic_long_add(count - withdrawn, &own_pages);
	return ret;
}

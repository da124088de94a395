// SPDX-License-Identifier: GPL-2.0-only
/* MSHV_GET_GPAP_ACCESS_BITMAP: what is asked for, in pieces, and what is stored. */
#include <linux/mman.h>
#include <linux/mshv.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <asm/mshyperv.h>

#include "../access.h"
#include "../deposit.h"
#include "../hvcall.h"

#define CHILD		42
#define PIECE		4032	/* pages that one hypercall tells about */
#define USER_FILL	0x77
#define LAST_GFN	(BIT_ULL(52) - 1)
#define NEVER		U64_MAX

/*
 * A hypervisor that tells about up to @per_call pages in a call, and fails with
 * @status from page @fails_at on. Every third page was accessed, every fifth is
 * dirty.
 */
struct fake {
	u64 user;
	u16 per_call;
	u64 fails_at;
	u16 status;
	unsigned int calls;
	unsigned int reliefs;
	u64 first;
	u64 next;
	u64 flags;
};

static u64 fake_issue(u64 control, void *in, void *out)
{
	struct fake *hv = kunit_get_current_test()->priv;
	const struct hv_input_get_gpa_pages_access_state *input = in;
	u16 reps = control >> HV_HYPERCALL_REP_COMP_OFFSET & 0xfff;
	u64 gfn = input->hv_gpa_page_number;
	u16 status = HV_STATUS_SUCCESS;
	u8 *states = out;
	u16 n;

	if (!hv->calls++)
		hv->first = gfn;
	hv->flags = input->flags.as_uint64;
	reps = min(reps, hv->per_call);
	for (n = 0; n < reps; n++, gfn++) {
		if (gfn >= hv->fails_at) {
			status = hv->status;
			break;
		}
		states[n] = (gfn % 3 ? 0 : 1) | (gfn % 5 ? 0 : 2) | 0xf0;
	}
	hv->next = gfn;
	return status | (u64)n << HV_HYPERCALL_REP_COMP_OFFSET;
}

/* After a deposit the hypervisor goes on. */
static int fake_relief(struct mshv_shortage *shortage, u64 status)
{
	struct fake *hv = kunit_get_current_test()->priv;

	if (hv_result(status) != HV_STATUS_INSUFFICIENT_MEMORY)
		return mshv_hvcall_errno(status);

	KUNIT_EXPECT_EQ(kunit_get_current_test(), shortage->pool, CHILD);
	hv->fails_at = NEVER;
	hv->reliefs++;
	return 0;
}

static int access_init(struct kunit *test)
{
	struct fake *hv = kunit_kzalloc(test, sizeof(*hv), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, hv);
	hv->per_call = U16_MAX;
	hv->fails_at = NEVER;
	hv->user = kunit_vm_mmap(test, NULL, 0, 2 * PAGE_SIZE,
				 PROT_READ | PROT_WRITE,
				 MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_NE(test, hv->user, 0);
	for (int i = 0; i < 2 * PAGE_SIZE; i++)
		KUNIT_ASSERT_EQ(test, put_user(USER_FILL,
					       (u8 __user *)hv->user + i), 0);

	test->priv = hv;
	kunit_activate_static_stub(test, mshv_hvcall_issue, fake_issue);
	kunit_activate_static_stub(test, mshv_relieve_shortage, fake_relief);
	return mshv_hvcall_start(NULL);
}

static void access_exit(struct kunit *test)
{
	if (test->priv)
		mshv_hvcall_stop(NULL);
}

static struct mshv_gpap_access_bitmap request(struct kunit *test, u64 gfn,
					      u64 count)
{
	const struct fake *hv = test->priv;

	return (struct mshv_gpap_access_bitmap){
		.access_type = MSHV_GPAP_ACCESS_TYPE_DIRTY,
		.gpap_base = gfn,
		.page_count = count,
		.bitmap_ptr = hv->user,
	};
}

static u8 user_byte(struct kunit *test, u64 n)
{
	const struct fake *hv = test->priv;
	u8 byte;

	KUNIT_ASSERT_EQ(test, get_user(byte, (u8 __user *)hv->user + n), 0);
	return byte;
}

/* The bitmap tells of @count pages what is so of every @nth, and ends there. */
static void expect_bitmap(struct kunit *test, u64 gfn, u64 count, u64 nth)
{
	u64 i;

	for (i = 0; i < round_up(count, 8); i++) {
		bool expected = i < count && (gfn + i) % nth == 0;
		bool seen = user_byte(test, i / 8) & BIT(i % 8);

		if (seen != expected)
			break;
	}
	KUNIT_EXPECT_EQ(test, i, round_up(count, 8));
	KUNIT_EXPECT_EQ(test, user_byte(test, i / 8), USER_FILL);
}

static void types_are_told_apart(struct kunit *test)
{
	struct mshv_gpap_access_bitmap args = request(test, 7, 29);

	KUNIT_EXPECT_EQ(test, mshv_access_bitmap(CHILD, &args), 0);
	expect_bitmap(test, 7, 29, 5);

	args.access_type = MSHV_GPAP_ACCESS_TYPE_ACCESSED;
	KUNIT_EXPECT_EQ(test, mshv_access_bitmap(CHILD, &args), 0);
	expect_bitmap(test, 7, 29, 3);
}

static void operations_become_flags(struct kunit *test)
{
	static const struct {
		u8 type;
		u8 op;
		union hv_gpa_page_access_state_flags flags;
	} cases[] = {
		{ MSHV_GPAP_ACCESS_TYPE_ACCESSED, MSHV_GPAP_ACCESS_OP_NOOP,
		  { .as_uint64 = 0 } },
		{ MSHV_GPAP_ACCESS_TYPE_ACCESSED, MSHV_GPAP_ACCESS_OP_CLEAR,
		  { .clear_accessed = 1, .clear_dirty = 1 } },
		{ MSHV_GPAP_ACCESS_TYPE_ACCESSED, MSHV_GPAP_ACCESS_OP_SET,
		  { .set_accessed = 1 } },
		{ MSHV_GPAP_ACCESS_TYPE_DIRTY, MSHV_GPAP_ACCESS_OP_NOOP,
		  { .as_uint64 = 0 } },
		{ MSHV_GPAP_ACCESS_TYPE_DIRTY, MSHV_GPAP_ACCESS_OP_CLEAR,
		  { .clear_dirty = 1 } },
		{ MSHV_GPAP_ACCESS_TYPE_DIRTY, MSHV_GPAP_ACCESS_OP_SET,
		  { .set_dirty = 1, .set_accessed = 1 } },
	};
	struct mshv_gpap_access_bitmap args = request(test, 0, 1);
	const struct fake *hv = test->priv;

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		args.access_type = cases[i].type;
		args.access_op = cases[i].op;
		KUNIT_EXPECT_EQ(test, mshv_access_bitmap(CHILD, &args), 0);
		KUNIT_EXPECT_EQ(test, hv->flags, cases[i].flags.as_uint64);
	}
}

static void long_ranges_are_cut_into_pieces(struct kunit *test)
{
	struct mshv_gpap_access_bitmap args = request(test, 1000, 3 * PIECE + 5);
	const struct fake *hv = test->priv;

	KUNIT_EXPECT_EQ(test, mshv_access_bitmap(CHILD, &args), 0);
	KUNIT_EXPECT_EQ(test, hv->calls, 4);
	KUNIT_EXPECT_EQ(test, hv->first, 1000);
	KUNIT_EXPECT_EQ(test, hv->next, 1000 + 3 * PIECE + 5);
	expect_bitmap(test, 1000, 3 * PIECE + 5, 5);
}

/* A hypervisor may do less than it is asked to, and end anywhere. */
static void pieces_are_completed(struct kunit *test)
{
	struct mshv_gpap_access_bitmap args = request(test, 3, PIECE + 100);
	struct fake *hv = test->priv;

	hv->per_call = 1001;
	KUNIT_EXPECT_EQ(test, mshv_access_bitmap(CHILD, &args), 0);
	KUNIT_EXPECT_EQ(test, hv->calls, 6);
	expect_bitmap(test, 3, PIECE + 100, 5);
}

static void memory_is_deposited(struct kunit *test)
{
	struct mshv_gpap_access_bitmap args = request(test, 0, 600);
	struct fake *hv = test->priv;

	hv->fails_at = 333;
	hv->status = HV_STATUS_INSUFFICIENT_MEMORY;
	KUNIT_EXPECT_EQ(test, mshv_access_bitmap(CHILD, &args), 0);
	KUNIT_EXPECT_EQ(test, hv->reliefs, 1);
	expect_bitmap(test, 0, 600, 5);
}

/* What was told, and maybe cleared, is not lost; the rest is not touched. */
static void what_was_told_is_stored_on_error(struct kunit *test)
{
	struct mshv_gpap_access_bitmap args = request(test, 0, 4 * PIECE);
	struct fake *hv = test->priv;

	hv->fails_at = PIECE + 77;
	hv->status = HV_STATUS_INVALID_PARAMETER;
	KUNIT_EXPECT_EQ(test, mshv_access_bitmap(CHILD, &args), -EINVAL);
	expect_bitmap(test, 0, PIECE + 77, 5);
	KUNIT_EXPECT_EQ(test, hv->next, PIECE + 77);
}

static void unwritable_bitmap_ends_it(struct kunit *test)
{
	struct mshv_gpap_access_bitmap args = request(test, 0, 3 * PIECE);
	const struct fake *hv = test->priv;

	args.bitmap_ptr = hv->user + 2 * PAGE_SIZE - PIECE / 8;
	KUNIT_EXPECT_EQ(test, mshv_access_bitmap(CHILD, &args), -EFAULT);
	KUNIT_EXPECT_EQ(test, hv->calls, 2);
}

/* A VMM would lose the bits that are cleared already. */
static void a_signal_does_not_end_it(struct kunit *test)
{
	struct mshv_gpap_access_bitmap args = request(test, 0, 3 * PIECE);
	const struct fake *hv = test->priv;
	int ret;

	set_tsk_thread_flag(current, TIF_SIGPENDING);
	ret = mshv_access_bitmap(CHILD, &args);
	clear_tsk_thread_flag(current, TIF_SIGPENDING);
	KUNIT_EXPECT_EQ(test, ret, 0);
	KUNIT_EXPECT_EQ(test, hv->calls, 3);
}

static void a_fatal_signal_ends_it_between_pieces(struct kunit *test)
{
	struct mshv_gpap_access_bitmap args = request(test, 0, 3 * PIECE);
	struct mshv_gpap_access_bitmap last = request(test, 0, PIECE);
	const struct fake *hv = test->priv;
	int ret, ret_last;

	sigaddset(&current->pending.signal, SIGKILL);
	set_tsk_thread_flag(current, TIF_SIGPENDING);
	ret = mshv_access_bitmap(CHILD, &args);
	/* There is nothing to be interrupted behind the last piece. */
	ret_last = mshv_access_bitmap(CHILD, &last);
	sigdelset(&current->pending.signal, SIGKILL);
	clear_tsk_thread_flag(current, TIF_SIGPENDING);

	KUNIT_EXPECT_EQ(test, ret, -EINTR);
	KUNIT_EXPECT_EQ(test, ret_last, 0);
	KUNIT_EXPECT_EQ(test, hv->calls, 2);
	expect_bitmap(test, 0, PIECE, 5);
}

static void bad_requests_are_refused(struct kunit *test)
{
	const struct mshv_gpap_access_bitmap good = request(test, LAST_GFN, 1);
	struct mshv_gpap_access_bitmap bad[] = {
		good, good, good, good, good, good, good, good, good,
	};
	const struct fake *hv = test->priv;

	bad[0].access_type = MSHV_GPAP_ACCESS_TYPE_COUNT;
	bad[1].access_op = MSHV_GPAP_ACCESS_OP_COUNT;
	bad[2].rsvd[0] = 1;
	bad[3].rsvd[5] = 1;
	bad[4].page_count = 0;
	bad[5].bitmap_ptr = 0;
	bad[6].page_count = 2;
	bad[7].gpap_base = LAST_GFN + 1;
	bad[8].page_count = U64_MAX;

	for (int i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, mshv_access_bitmap(CHILD, &bad[i]),
				    -EINVAL, "row %d", i);
	KUNIT_EXPECT_EQ(test, hv->calls, 0);
	KUNIT_EXPECT_EQ(test, mshv_access_bitmap(CHILD, &good), 0);
	KUNIT_EXPECT_EQ(test, hv->calls, 1);
}

static struct kunit_case access_cases[] = {
	KUNIT_CASE(types_are_told_apart),
	KUNIT_CASE(operations_become_flags),
	KUNIT_CASE(long_ranges_are_cut_into_pieces),
	KUNIT_CASE(pieces_are_completed),
	KUNIT_CASE(memory_is_deposited),
	KUNIT_CASE(what_was_told_is_stored_on_error),
	KUNIT_CASE(unwritable_bitmap_ends_it),
	KUNIT_CASE(a_signal_does_not_end_it),
	KUNIT_CASE(a_fatal_signal_ends_it_between_pieces),
	KUNIT_CASE(bad_requests_are_refused),
	{}
};

static struct kunit_suite access_suite = {
	.name = "mshv-access",
	.init = access_init,
	.exit = access_exit,
	.test_cases = access_cases,
};

kunit_test_suite(access_suite);

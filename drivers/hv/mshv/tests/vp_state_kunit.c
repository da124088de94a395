// SPDX-License-Identifier: GPL-2.0-only
/* MSHV_GET_VP_STATE, MSHV_SET_VP_STATE: sizes, lists of pages, and refusals. */
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mshv.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <asm/mshyperv.h>

#include "../deposit.h"
#include "../hvcall.h"
#include "../partition.h"
#include "../vp.h"
#include "../vp_state.h"

#define CHILD		42
#define INDEX		3
#define USER_PAGES	512
#define LIST_PAGES	507	/* page numbers that fit behind the input */
#define TIMERS_SIZE	200
#define USER_FILL	0x77
#define HV_FILL		0xaa

/* The hypervisor's end: what it says about XSAVE, and what it was asked. */
struct fake {
	struct mshv_partition partition;
	struct mshv_vp vp;
	u64 user;
	u64 xsave_size;
	u64 xsave_states;
	u16 property_status;
	u16 status;
	unsigned int shortages;
	unsigned int calls;
	u64 control;
	struct hv_vp_state_data which;
	u8 data[TIMERS_SIZE];
};

static u64 fake_property(u16 code, const void *in, size_t in_size, void *out,
			 size_t out_size)
{
	const struct hv_input_get_partition_property_ex *input = in;
	const struct fake *hv = kunit_get_current_test()->priv;
	u64 value = 0;

	KUNIT_EXPECT_EQ(kunit_get_current_test(), code,
			HVCALL_GET_PARTITION_PROPERTY_EX);
	KUNIT_EXPECT_EQ(kunit_get_current_test(), input->partition_id, CHILD);
	if (input->property_code == HV_PARTITION_PROPERTY_XSAVE_STATES)
		value = hv->xsave_states;
	if (input->property_code == HV_PARTITION_PROPERTY_MAX_XSAVE_DATA_SIZE)
		value = hv->xsave_size;
	memcpy(out, &value, sizeof(value));
	return hv->property_status;
}

/* Writes its number to each page that it is given. */
static u64 fake_issue(u64 control, void *in, void *out)
{
	struct fake *hv = kunit_get_current_test()->priv;
	const struct hv_input_get_vp_state *input = in;
	u16 words = (control & HV_HYPERCALL_VARHEAD_MASK) >>
		    HV_HYPERCALL_VARHEAD_OFFSET;

	hv->calls++;
	hv->control = control;
	hv->which = input->state_data;
	KUNIT_EXPECT_EQ(kunit_get_current_test(), input->partition_id, CHILD);
	KUNIT_EXPECT_EQ(kunit_get_current_test(), input->vp_index, INDEX);
	if (hv->shortages) {
		hv->shortages--;
		return HV_STATUS_INSUFFICIENT_MEMORY;
	}
	if (hv->status)
		return hv->status;

	if (!(input->state_data.type & HV_GET_SET_VP_STATE_TYPE_PFN)) {
		memcpy(hv->data, input->output_data_pfns, words * 8);
		if (out)
			memset(out, HV_FILL, HV_HYP_PAGE_SIZE);
		return HV_STATUS_SUCCESS;
	}
	for (u16 i = 0; i < words; i++)
		*(u64 *)pfn_to_kaddr(input->output_data_pfns[i]) = i + 1;
	return HV_STATUS_SUCCESS;
}

static int fake_relief(struct mshv_shortage *shortage, u64 status)
{
	if (hv_result(status) != HV_STATUS_INSUFFICIENT_MEMORY)
		return mshv_hvcall_errno(status);
	KUNIT_EXPECT_EQ(kunit_get_current_test(), shortage->pool, CHILD);
	return 0;
}

static int state_init(struct kunit *test)
{
	struct fake *hv = kunit_kzalloc(test, sizeof(*hv), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, hv);
	hv->partition.id = CHILD;
	hv->vp.partition = &hv->partition;
	hv->vp.index = INDEX;
	hv->xsave_size = 832;
	hv->xsave_states = 4;
	hv->user = kunit_vm_mmap(test, NULL, 0, USER_PAGES * PAGE_SIZE,
				 PROT_READ | PROT_WRITE,
				 MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_NE(test, hv->user, 0);

	test->priv = hv;
	kunit_activate_static_stub(test, mshv_hvcall, fake_property);
	kunit_activate_static_stub(test, mshv_hvcall_issue, fake_issue);
	kunit_activate_static_stub(test, mshv_relieve_shortage, fake_relief);
	return 0;
}

static struct mshv_get_set_vp_state request(struct kunit *test, u8 type,
					    u32 pages)
{
	const struct fake *hv = test->priv;

	return (struct mshv_get_set_vp_state){
		.type = type,
		.buf_sz = pages * PAGE_SIZE,
		.buf_ptr = hv->user,
	};
}

static u64 user_word(struct kunit *test, u64 offset)
{
	const struct fake *hv = test->priv;
	u64 word;

	KUNIT_ASSERT_EQ(test, get_user(word, (u64 __user *)(hv->user + offset)),
			0);
	return word;
}

static void types_have_sizes(struct kunit *test)
{
	static const struct {
		u8 type;
		u32 hv_type;
		u32 size;
		u16 get_words;
		u16 set_words;
	} cases[] = {
		{ MSHV_VP_STATE_LAPIC, HV_GET_SET_VP_STATE_LAPIC_STATE,
		  4096, 1, 1 },
		{ MSHV_VP_STATE_XSAVE, HV_GET_SET_VP_STATE_XSAVE, 832, 1, 1 },
		{ MSHV_VP_STATE_SIMP, HV_GET_SET_VP_STATE_SIM_PAGE, 4096, 1, 1 },
		{ MSHV_VP_STATE_SIEFP, HV_GET_SET_VP_STATE_SIEF_PAGE,
		  4096, 1, 1 },
		{ MSHV_VP_STATE_SYNTHETIC_TIMERS,
		  HV_GET_SET_VP_STATE_SYNTHETIC_TIMERS, TIMERS_SIZE, 0, 25 },
	};
	struct fake *hv = test->priv;

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mshv_get_set_vp_state args = request(test, cases[i].type, 1);

		KUNIT_EXPECT_EQ(test, mshv_vp_get_state(&hv->vp, &args), 0);
		KUNIT_EXPECT_EQ(test, args.buf_sz, cases[i].size);
		KUNIT_EXPECT_EQ(test, hv->which.type, cases[i].hv_type);
		KUNIT_EXPECT_EQ(test, hv->control, HVCALL_GET_VP_STATE |
				(u64)cases[i].get_words <<
				HV_HYPERCALL_VARHEAD_OFFSET);

		args = request(test, cases[i].type, 1);
		KUNIT_EXPECT_EQ(test, mshv_vp_set_state(&hv->vp, &args), 0);
		KUNIT_EXPECT_EQ(test, args.buf_sz, cases[i].size);
		KUNIT_EXPECT_EQ(test, hv->control, HVCALL_SET_VP_STATE |
				(u64)cases[i].set_words <<
				HV_HYPERCALL_VARHEAD_OFFSET);
	}
}

/* x87 and SSE are always asked for, the others as the partition has them. */
static void xsave_names_its_components(struct kunit *test)
{
	struct mshv_get_set_vp_state args = request(test, MSHV_VP_STATE_XSAVE, 1);
	struct fake *hv = test->priv;

	KUNIT_EXPECT_EQ(test, mshv_vp_get_state(&hv->vp, &args), 0);
	KUNIT_EXPECT_EQ(test, hv->which.xsave.states.as_uint64, 7);
	KUNIT_EXPECT_EQ(test, hv->which.xsave.flags, 0);

	args = request(test, MSHV_VP_STATE_LAPIC, 1);
	KUNIT_EXPECT_EQ(test, mshv_vp_get_state(&hv->vp, &args), 0);
	KUNIT_EXPECT_EQ(test, hv->which.xsave.states.as_uint64, 0);
}

/* As many pages as the state takes, however large the buffer is. */
static void pages_are_listed_in_order(struct kunit *test)
{
	struct mshv_get_set_vp_state args =
		request(test, MSHV_VP_STATE_XSAVE, LIST_PAGES);
	struct fake *hv = test->priv;

	hv->xsave_size = 2 * PAGE_SIZE + 1;
	KUNIT_EXPECT_EQ(test, mshv_vp_get_state(&hv->vp, &args), 0);
	KUNIT_EXPECT_EQ(test, args.buf_sz, 2 * PAGE_SIZE + 1);
	for (u64 i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, user_word(test, i * PAGE_SIZE), i + 1);
	KUNIT_EXPECT_EQ(test, user_word(test, 3 * PAGE_SIZE), 0);

	args = request(test, MSHV_VP_STATE_XSAVE, LIST_PAGES);
	hv->xsave_size = LIST_PAGES * PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, mshv_vp_get_state(&hv->vp, &args), 0);
	KUNIT_EXPECT_EQ(test, user_word(test, (LIST_PAGES - 1) * PAGE_SIZE),
			LIST_PAGES);
}

static void short_buffer_learns_the_size(struct kunit *test)
{
	struct mshv_get_set_vp_state args = request(test, MSHV_VP_STATE_XSAVE, 1);
	struct fake *hv = test->priv;

	hv->xsave_size = PAGE_SIZE + 8;
	KUNIT_EXPECT_EQ(test, mshv_vp_get_state(&hv->vp, &args), -EINVAL);
	KUNIT_EXPECT_EQ(test, args.buf_sz, PAGE_SIZE + 8);
	KUNIT_EXPECT_EQ(test, hv->calls, 0);
}

static void impossible_size_is_refused(struct kunit *test)
{
	static const u64 sizes[] = {
		0, LIST_PAGES * PAGE_SIZE + 1, BIT_ULL(32) + PAGE_SIZE, U64_MAX,
	};
	struct fake *hv = test->priv;

	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct mshv_get_set_vp_state args =
			request(test, MSHV_VP_STATE_XSAVE, LIST_PAGES);

		hv->xsave_size = sizes[i];
		KUNIT_EXPECT_EQ(test, mshv_vp_get_state(&hv->vp, &args), -EIO);
		KUNIT_EXPECT_EQ(test, args.buf_sz, LIST_PAGES * PAGE_SIZE);
	}
	KUNIT_EXPECT_EQ(test, hv->calls, 0);
}

static void timers_are_copied(struct kunit *test)
{
	struct mshv_get_set_vp_state args =
		request(test, MSHV_VP_STATE_SYNTHETIC_TIMERS, 1);
	struct fake *hv = test->priv;
	u8 bytes[TIMERS_SIZE];

	memset(bytes, USER_FILL, sizeof(bytes));
	KUNIT_ASSERT_EQ(test, copy_to_user((void __user *)hv->user, bytes,
					   sizeof(bytes)), 0);
	KUNIT_EXPECT_EQ(test, mshv_vp_set_state(&hv->vp, &args), 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(hv->data, USER_FILL, TIMERS_SIZE));

	args = request(test, MSHV_VP_STATE_SYNTHETIC_TIMERS, 1);
	KUNIT_EXPECT_EQ(test, mshv_vp_get_state(&hv->vp, &args), 0);
	KUNIT_EXPECT_EQ(test, user_word(test, TIMERS_SIZE - 8),
			0xaaaaaaaaaaaaaaaaULL);
	KUNIT_EXPECT_EQ(test, user_word(test, TIMERS_SIZE), 0);
}

static void errors_of_the_hypervisor_are_told(struct kunit *test)
{
	struct mshv_get_set_vp_state args = request(test, MSHV_VP_STATE_LAPIC, 1);
	struct fake *hv = test->priv;

	hv->shortages = 2;
	KUNIT_EXPECT_EQ(test, mshv_vp_get_state(&hv->vp, &args), 0);
	KUNIT_EXPECT_EQ(test, hv->calls, 3);
	hv->status = HV_STATUS_INVALID_PARTITION_ID;
	args = request(test, MSHV_VP_STATE_LAPIC, 1);
	KUNIT_EXPECT_EQ(test, mshv_vp_get_state(&hv->vp, &args), -EINVAL);
	hv->property_status = HV_STATUS_ACCESS_DENIED;
	args = request(test, MSHV_VP_STATE_XSAVE, 1);
	KUNIT_EXPECT_EQ(test, mshv_vp_get_state(&hv->vp, &args), -EACCES);
}

static void bad_arguments_are_refused(struct kunit *test)
{
	const struct mshv_get_set_vp_state good =
		request(test, MSHV_VP_STATE_LAPIC, 1);
	struct {
		struct mshv_get_set_vp_state args;
		long ret;
	} bad[] = {
		{ good, -EINVAL }, { good, -EINVAL }, { good, -EINVAL },
		{ good, -EINVAL }, { good, -EINVAL }, { good, -EINVAL },
		{ good, -EOVERFLOW }, { good, -EFAULT }, { good, -EFAULT },
	};
	struct fake *hv = test->priv;

	bad[0].args.type = MSHV_VP_STATE_COUNT;
	bad[1].args.rsvd[2] = 1;
	bad[2].args.buf_sz = 0;
	bad[3].args.buf_sz = PAGE_SIZE + 1;
	bad[4].args.buf_ptr += 8;
	bad[5].args.buf_sz = (LIST_PAGES + 1) * PAGE_SIZE;
	bad[6].args.buf_ptr = -PAGE_SIZE;
	bad[7].args.buf_ptr = (u64)hv & PAGE_MASK;
	bad[8].args.buf_ptr = PAGE_SIZE;

	for (int i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, mshv_vp_set_state(&hv->vp, &bad[i].args),
				    bad[i].ret, "row %d", i);
	KUNIT_EXPECT_EQ(test, hv->calls, 0);
}

static struct kunit_case state_cases[] = {
	KUNIT_CASE(types_have_sizes),
	KUNIT_CASE(xsave_names_its_components),
	KUNIT_CASE(pages_are_listed_in_order),
	KUNIT_CASE(short_buffer_learns_the_size),
	KUNIT_CASE(impossible_size_is_refused),
	KUNIT_CASE(timers_are_copied),
	KUNIT_CASE(errors_of_the_hypervisor_are_told),
	KUNIT_CASE(bad_arguments_are_refused),
	{}
};

static struct kunit_suite state_suite = {
	.name = "mshv-vp-state",
	.init = state_init,
	.test_cases = state_cases,
};

kunit_test_suite(state_suite);

// SPDX-License-Identifier: GPL-2.0-only
/* MSHV_ROOT_HVCALL on the device: what passes, and each thing that does not. */
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
#include "../passthru.h"

/* Two pages of user memory, and the hypervisor at the other end. */
struct passthru {
	u64 in;
	u64 out;
	u64 status;
	unsigned int issued;
	u64 control;
	u64 partition_id;
	u64 second_word;
	bool has_output;
};

#define USER_FILL	0x77
#define HV_FILL		0xaa
#define HV_WRITES	16
#define SECOND_WORD	0x0123456789abcdefULL

static u64 record_call(u64 control, void *in, void *out)
{
	struct passthru *pt = kunit_get_current_test()->priv;

	pt->issued++;
	pt->control = control;
	pt->partition_id = ((u64 *)in)[0];
	pt->second_word = ((u64 *)in)[1];
	pt->has_output = out;
	if (out)
		memset(out, HV_FILL, HV_WRITES);
	return pt->status;
}

/* No memory to give: the tests of deposits are elsewhere. */
static int give_nothing(struct mshv_shortage *shortage, u64 status)
{
	return mshv_hvcall_errno(status);
}

static int passthru_init(struct kunit *test)
{
	struct passthru *pt = kunit_kzalloc(test, sizeof(*pt), GFP_KERNEL);
	u8 page[64];

	KUNIT_ASSERT_NOT_NULL(test, pt);
	pt->in = kunit_vm_mmap(test, NULL, 0, 2 * PAGE_SIZE,
			       PROT_READ | PROT_WRITE,
			       MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_NE(test, pt->in, 0);
	pt->out = pt->in + PAGE_SIZE;

	memset(page, USER_FILL, sizeof(page));
	KUNIT_ASSERT_EQ(test, copy_to_user(u64_to_user_ptr(pt->out), page,
					   sizeof(page)), 0);
	((u64 *)page)[1] = SECOND_WORD;
	KUNIT_ASSERT_EQ(test, copy_to_user(u64_to_user_ptr(pt->in), page,
					   sizeof(page)), 0);

	test->priv = pt;
	kunit_activate_static_stub(test, mshv_hvcall_issue, record_call);
	kunit_activate_static_stub(test, mshv_relieve_shortage, give_nothing);
	return 0;
}

static struct mshv_root_hvcall good_args(const struct passthru *pt)
{
	return (struct mshv_root_hvcall){
		.code = HVCALL_GET_PARTITION_PROPERTY_EX,
		.in_sz = 24,
		.out_sz = 32,
		.in_ptr = pt->in,
		.out_ptr = pt->out,
	};
}

static void call_passes(struct kunit *test)
{
	struct passthru *pt = test->priv;
	struct mshv_root_hvcall args = good_args(pt);
	u8 out[64];

	KUNIT_EXPECT_EQ(test, mshv_passthru_self(&args), 0);

	KUNIT_EXPECT_EQ(test, pt->issued, 1);
	KUNIT_EXPECT_EQ(test, pt->control, HVCALL_GET_PARTITION_PROPERTY_EX);
	KUNIT_EXPECT_EQ(test, pt->partition_id, HV_PARTITION_ID_SELF);
	KUNIT_EXPECT_EQ(test, pt->second_word, SECOND_WORD);
	KUNIT_EXPECT_EQ(test, args.status, HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, args.reps, 0);

	/* Exactly out_sz bytes arrive, none of them from an earlier life. */
	KUNIT_ASSERT_EQ(test, copy_from_user(out, u64_to_user_ptr(pt->out),
					     sizeof(out)), 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(out, HV_FILL, HV_WRITES));
	KUNIT_EXPECT_NULL(test, memchr_inv(out + HV_WRITES, 0,
					   args.out_sz - HV_WRITES));
	KUNIT_EXPECT_NULL(test, memchr_inv(out + args.out_sz, USER_FILL,
					   sizeof(out) - args.out_sz));
}

static void input_may_be_just_the_partition_id(struct kunit *test)
{
	struct passthru *pt = test->priv;
	struct mshv_root_hvcall args = good_args(pt);

	args.in_sz = sizeof(u64);
	KUNIT_EXPECT_EQ(test, mshv_passthru_self(&args), 0);
	KUNIT_EXPECT_EQ(test, pt->partition_id, HV_PARTITION_ID_SELF);
	KUNIT_EXPECT_EQ(test, pt->second_word, 0);
}

static void whole_pages_pass(struct kunit *test)
{
	struct passthru *pt = test->priv;
	struct mshv_root_hvcall args = good_args(pt);

	args.in_sz = HV_HYP_PAGE_SIZE;
	args.out_sz = HV_HYP_PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, mshv_passthru_self(&args), 0);
	KUNIT_EXPECT_EQ(test, pt->issued, 1);
}

static void output_is_optional(struct kunit *test)
{
	struct passthru *pt = test->priv;
	struct mshv_root_hvcall args = good_args(pt);

	args.out_ptr = 0;
	args.out_sz = 0;
	KUNIT_EXPECT_EQ(test, mshv_passthru_self(&args), 0);
	KUNIT_EXPECT_EQ(test, pt->issued, 1);
	KUNIT_EXPECT_FALSE(test, pt->has_output);
}

static void exactly_two_codes_are_allowed(struct kunit *test)
{
	struct passthru *pt = test->priv;

	for (u32 code = 0; code <= U16_MAX; code++) {
		struct mshv_root_hvcall args = good_args(pt);
		bool allowed = code == HVCALL_GET_PARTITION_PROPERTY ||
			       code == HVCALL_GET_PARTITION_PROPERTY_EX;
		long ret;

		args.code = code;
		pt->issued = 0;
		ret = mshv_passthru_self(&args);
		if (ret != (allowed ? 0 : -EINVAL) || pt->issued != allowed)
			KUNIT_FAIL(test, "code %#x: %ld, issued %u", code, ret,
				   pt->issued);
	}
}

static const struct status_row {
	u16 status;
	long ret;
} status_rows[] = {
	{ HV_STATUS_INVALID_HYPERCALL_CODE,	-EINVAL },
	{ HV_STATUS_INVALID_PARAMETER,		-EINVAL },
	{ HV_STATUS_ACCESS_DENIED,		-EACCES },
	{ HV_STATUS_UNKNOWN_PROPERTY,		-EINVAL },
	{ HV_STATUS_INSUFFICIENT_MEMORY,	-ENOMEM },
	{ HV_STATUS_INVALID_PARTITION_ID,	-EINVAL },
	{ HV_STATUS_OPERATION_FAILED,		-EIO },
	{ HV_STATUS_CALL_PENDING,		-EBADFD },
	{ 0x7fff,				-EIO },
};

static void status_is_reported(struct kunit *test)
{
	struct passthru *pt = test->priv;
	u8 out[64];

	for (size_t i = 0; i < ARRAY_SIZE(status_rows); i++) {
		struct mshv_root_hvcall args = good_args(pt);

		pt->status = status_rows[i].status;
		KUNIT_EXPECT_EQ(test, mshv_passthru_self(&args),
				status_rows[i].ret);
		KUNIT_EXPECT_EQ(test, args.status, status_rows[i].status);
	}

	KUNIT_ASSERT_EQ(test, copy_from_user(out, u64_to_user_ptr(pt->out),
					     sizeof(out)), 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(out, USER_FILL, sizeof(out)));
}

/* Each takes arguments that pass and spoils one thing. */
#define SPOIL(word, ...)						\
	static void spoil_##word(struct mshv_root_hvcall *args)		\
	{								\
		__VA_ARGS__;						\
	}

SPOIL(status, args->status = 1)
SPOIL(first_reserved_byte, args->rsvd[0] = 1)
SPOIL(last_reserved_byte, args->rsvd[sizeof(args->rsvd) - 1] = 0x80)
SPOIL(no_input, args->in_ptr = 0)
SPOIL(empty_input, args->in_sz = 0)
SPOIL(short_input, args->in_sz = sizeof(u64) - 1)
SPOIL(long_input, args->in_sz = HV_HYP_PAGE_SIZE + 1)
SPOIL(huge_input, args->in_sz = U16_MAX)
SPOIL(empty_output, args->out_sz = 0)
SPOIL(long_output, args->out_sz = HV_HYP_PAGE_SIZE + 1)
SPOIL(huge_output, args->out_sz = U16_MAX)
SPOIL(output_size_without_output, args->out_ptr = 0)
SPOIL(repetitions, args->reps = 1)
SPOIL(changing_call, args->code = HVCALL_SET_PARTITION_PROPERTY)
SPOIL(input_pointer, args->in_ptr = 1)
SPOIL(kernel_input_pointer, args->in_ptr = (u64)status_rows)
SPOIL(output_pointer, args->out_ptr = 1)

static const struct misuse_row {
	const char *name;
	void (*spoil)(struct mshv_root_hvcall *args);
	long ret;
	unsigned int issued;
} misuse_rows[] = {
	{ "status set",			spoil_status,			-EINVAL },
	{ "first reserved byte",	spoil_first_reserved_byte,	-EINVAL },
	{ "last reserved byte",		spoil_last_reserved_byte,	-EINVAL },
	{ "no input",			spoil_no_input,			-EINVAL },
	{ "empty input",		spoil_empty_input,		-EINVAL },
	{ "short input",		spoil_short_input,		-EINVAL },
	{ "long input",			spoil_long_input,		-EINVAL },
	{ "huge input",			spoil_huge_input,		-EINVAL },
	{ "empty output",		spoil_empty_output,		-EINVAL },
	{ "long output",		spoil_long_output,		-EINVAL },
	{ "huge output",		spoil_huge_output,		-EINVAL },
	{ "output size, no output",	spoil_output_size_without_output, -EINVAL },
	{ "repetitions of a simple call", spoil_repetitions,		-EINVAL },
	{ "call that changes something", spoil_changing_call,		-EINVAL },
	{ "unreadable input",		spoil_input_pointer,		-EFAULT },
	{ "input in the kernel",	spoil_kernel_input_pointer,	-EFAULT },
	{ "unwritable output",		spoil_output_pointer,		-EFAULT, 1 },
};

KUNIT_ARRAY_PARAM_DESC(misuse, misuse_rows, name);

static void misuse_is_refused(struct kunit *test)
{
	const struct misuse_row *row = test->param_value;
	struct passthru *pt = test->priv;
	struct mshv_root_hvcall args = good_args(pt);

	row->spoil(&args);
	KUNIT_EXPECT_EQ(test, mshv_passthru_self(&args), row->ret);
	KUNIT_EXPECT_EQ(test, pt->issued, row->issued);
}

static struct kunit_case passthru_cases[] = {
	KUNIT_CASE(call_passes),
	KUNIT_CASE(input_may_be_just_the_partition_id),
	KUNIT_CASE(whole_pages_pass),
	KUNIT_CASE(output_is_optional),
	KUNIT_CASE(exactly_two_codes_are_allowed),
	KUNIT_CASE(status_is_reported),
	KUNIT_CASE_PARAM(misuse_is_refused, misuse_gen_params),
	{}
};

static struct kunit_suite passthru_suite = {
	.name = "mshv-passthru",
	.init = passthru_init,
	.test_cases = passthru_cases,
};

kunit_test_suite(passthru_suite);

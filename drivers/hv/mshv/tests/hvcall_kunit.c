// SPDX-License-Identifier: GPL-2.0-only
/* Hypercall pages on the machine that the test runs on, and what goes over them. */
#include <linux/cpu.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <asm/mshyperv.h>

#include "../hvcall.h"
#include "../hvcall_pages.h"

#define CODE	0x1234

/* What mshv_hvcall_issue() is called with, and what it answers. */
struct call {
	u64 status;
	unsigned int issued;
	u64 control;
	bool interrupts_off;
	bool has_output;
	bool output_was_zero;
	u8 input[HV_HYP_PAGE_SIZE];
};

static u64 record_call(u64 control, void *in, void *out)
{
	struct call *call = kunit_get_current_test()->priv;

	call->issued++;
	call->control = control;
	call->interrupts_off = irqs_disabled();
	call->has_output = out;
	memcpy(call->input, in, sizeof(call->input));
	if (out) {
		call->output_was_zero = !memchr_inv(out, 0, 64);
		memset(out, 0xaa, 32);
	}
	return call->status;
}

static struct call *start_recording(struct kunit *test, u64 status)
{
	struct call *call = kunit_kzalloc(test, sizeof(*call), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, call);
	call->status = status;
	test->priv = call;
	kunit_activate_static_stub(test, mshv_hvcall_issue, record_call);
	KUNIT_ASSERT_EQ(test, mshv_hvcall_start(NULL), 0);
	return call;
}

static void call_copies_in_and_out(struct kunit *test)
{
	struct call *call = start_recording(test, HV_STATUS_SUCCESS);
	u8 in[24], out[64];

	memset(in, 0x55, sizeof(in));
	memset(out, 0xff, sizeof(out));
	KUNIT_EXPECT_EQ(test, mshv_hvcall(CODE, in, sizeof(in), out, sizeof(out)),
			HV_STATUS_SUCCESS);
	mshv_hvcall_stop(NULL);

	KUNIT_EXPECT_EQ(test, call->issued, 1);
	KUNIT_EXPECT_EQ(test, call->control, CODE);
	KUNIT_EXPECT_TRUE(test, call->interrupts_off);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_MEMEQ(test, call->input, in, sizeof(in));
	KUNIT_EXPECT_TRUE(test, call->has_output);
	KUNIT_EXPECT_TRUE(test, call->output_was_zero);
	KUNIT_EXPECT_NULL(test, memchr_inv(out, 0xaa, 32));
	KUNIT_EXPECT_NULL(test, memchr_inv(out + 32, 0, 32));
}

static void failed_call_leaves_the_output_alone(struct kunit *test)
{
	start_recording(test, HV_STATUS_ACCESS_DENIED);
	u64 in = 0, out = ~0ULL;

	KUNIT_EXPECT_EQ(test, mshv_hvcall(CODE, &in, sizeof(in), &out, sizeof(out)),
			HV_STATUS_ACCESS_DENIED);
	mshv_hvcall_stop(NULL);
	KUNIT_EXPECT_EQ(test, out, ~0ULL);
}

static void output_of_one_call_is_not_seen_by_the_next(struct kunit *test)
{
	struct call *call = start_recording(test, HV_STATUS_SUCCESS);
	u64 in = 0;
	u8 out[64];

	mshv_hvcall(CODE, &in, sizeof(in), out, sizeof(out));
	call->output_was_zero = false;
	mshv_hvcall(CODE, &in, sizeof(in), out, sizeof(out));
	mshv_hvcall_stop(NULL);
	KUNIT_EXPECT_TRUE(test, call->output_was_zero);
}

static void call_without_output_passes_none(struct kunit *test)
{
	struct call *call = start_recording(test, HV_STATUS_SUCCESS);
	u64 in = 0;

	KUNIT_EXPECT_EQ(test, mshv_hvcall(CODE, &in, sizeof(in), NULL, 0),
			HV_STATUS_SUCCESS);
	mshv_hvcall_stop(NULL);
	KUNIT_EXPECT_FALSE(test, call->has_output);
}

static void every_online_cpu_has_pages(struct kunit *test)
{
	struct mshv_hvcall_pages pages;
	unsigned int cpu;

	KUNIT_ASSERT_EQ(test, mshv_hvcall_pages_init(), 0);
	KUNIT_ASSERT_EQ(test, mshv_hvcall_pages_create(&pages), 0);

	cpus_read_lock();
	for_each_possible_cpu(cpu) {
		struct mshv_hvcall_page_pair *pair = per_cpu_ptr(pages.pair, cpu);

		if (!cpu_online(cpu)) {
			KUNIT_EXPECT_NULL(test, pair->in);
			KUNIT_EXPECT_NULL(test, pair->out);
			continue;
		}
		KUNIT_EXPECT_NOT_NULL(test, pair->in);
		KUNIT_EXPECT_NOT_NULL(test, pair->out);
		KUNIT_EXPECT_PTR_NE(test, pair->in, pair->out);
		KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(pair->in));
		KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(pair->out));
	}
	cpus_read_unlock();

	mshv_hvcall_pages_destroy(&pages);
	KUNIT_EXPECT_TRUE(test, !pages.pair);
	mshv_hvcall_pages_exit();
}

static void sets_of_pages_are_separate(struct kunit *test)
{
	struct mshv_hvcall_pages a, b;
	int cpu = raw_smp_processor_id();

	KUNIT_ASSERT_EQ(test, mshv_hvcall_pages_init(), 0);
	KUNIT_ASSERT_EQ(test, mshv_hvcall_pages_create(&a), 0);
	KUNIT_ASSERT_EQ(test, mshv_hvcall_pages_create(&b), 0);
	KUNIT_EXPECT_PTR_NE(test, per_cpu_ptr(a.pair, cpu)->in,
			    per_cpu_ptr(b.pair, cpu)->in);
	mshv_hvcall_pages_destroy(&a);
	KUNIT_EXPECT_NOT_NULL(test, per_cpu_ptr(b.pair, cpu)->in);
	mshv_hvcall_pages_destroy(&b);
	mshv_hvcall_pages_exit();
}

static struct kunit_case hvcall_cases[] = {
	KUNIT_CASE(call_copies_in_and_out),
	KUNIT_CASE(failed_call_leaves_the_output_alone),
	KUNIT_CASE(output_of_one_call_is_not_seen_by_the_next),
	KUNIT_CASE(call_without_output_passes_none),
	KUNIT_CASE(every_online_cpu_has_pages),
	KUNIT_CASE(sets_of_pages_are_separate),
	{}
};

static struct kunit_suite hvcall_suite = {
	.name = "mshv-hvcall",
	.test_cases = hvcall_cases,
};

kunit_test_suite(hvcall_suite);

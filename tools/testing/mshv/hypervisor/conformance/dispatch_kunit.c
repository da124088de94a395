// SPDX-License-Identifier: GPL-2.0-only
/*
 * HvCallDispatchVp: who may call it, what it refuses, and what it says of a VP
 * that ran or could not.
 */
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "dispatch.h"

#define NOT_A_CHILD	0x7fff
#define REGISTER_RIP	0x00020010
#define VP		0
#define RIVALRY		(5 * HZ)
#define RESUME		HV_DISPATCH_VP_FLAG_CLEAR_INTERCEPT_SUSPEND
#define MAP_ALL		(HV_MAP_GPA_READABLE | HV_MAP_GPA_WRITABLE | \
			 HV_MAP_GPA_EXECUTABLE)

/* Where a VP begins after INIT: 16 bytes below 4 GiB */
#define RESET_GFN	0xfffffUL
#define RESET_OFFSET	0xff0

/* A child with one VP that will execute some code, and the page with the code */
struct runner {
	u64 id;
	void *page;
};

static const u8 out_and_again[] = { 0xe6, 0x80, 0xeb, 0xfc };
static const u8 spin[] = { 0xeb, 0xfe };

static struct runner begin(struct kunit *test, const u8 *code, size_t size)
{
	struct runner runner = {
		.id = active_child(test),
		.page = (void *)get_zeroed_page(GFP_KERNEL),
	};

	KUNIT_ASSERT_NOT_NULL(test, runner.page);
	memcpy(runner.page + RESET_OFFSET, code, size);
	EXPECT_STATUS(test, create_vp(test, runner.id, VP), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, map(test, runner.id, RESET_GFN, MAP_ALL,
				virt_to_phys(runner.page) >> PAGE_SHIFT),
		      HV_STATUS_SUCCESS);
	set_suspended(test, runner.id, VP, HV_REGISTER_EXPLICIT_SUSPEND, false);
	return runner;
}

static void end(struct kunit *test, struct runner *runner)
{
	end_child(test, runner->id);
	free_page((unsigned long)runner->page);
}

static u64 run(struct kunit *test, const struct runner *runner, u32 flags)
{
	return dispatched(test, runner->id, VP, flags);
}

/* Dispatches until something else than the parent's own interrupts ends it. */
static u64 run_on(struct kunit *test, const struct runner *runner, u32 flags)
{
	u64 state;

	do {
		state = run(test, runner, flags);
		flags = 0;
	} while (state == DISPATCHED(READY, INVALID));
	return state;
}

static void who_does_not_schedule_does_not_dispatch(struct kunit *test)
{
	u64 id = active_child(test);

	EXPECT_STATUS(test, create_vp(test, id, VP), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, dispatch(test, id, VP, 0),
		      may_dispatch(test) ? HV_STATUS_SUCCESS :
					   HV_STATUS_ACCESS_DENIED);
	end_child(test, id);
}

static void bad_input_is_refused(struct kunit *test)
{
	u64 id, raw;

	needs_dispatch(test);
	id = active_child(test);
	EXPECT_STATUS(test, create_vp(test, id, VP), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, dispatch(test, id, VP, BIT(7)),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, dispatch(test, id, VP, BIT(31)),
		      HV_STATUS_INVALID_PARAMETER);
	EXPECT_STATUS(test, dispatch(test, NOT_A_CHILD, VP, 0),
		      HV_STATUS_INVALID_PARTITION_ID);
	EXPECT_STATUS(test, dispatch(test, HV_PARTITION_ID_SELF, VP, 0),
		      HV_STATUS_INVALID_PARTITION_ID);
	EXPECT_STATUS(test, dispatch(test, id, VP + 1, 0),
		      HV_STATUS_INVALID_VP_INDEX);
	EXPECT_STATUS(test, dispatch(test, id, U32_MAX, 0),
		      HV_STATUS_INVALID_VP_INDEX);
	end_child(test, id);

	KUNIT_ASSERT_TRUE(test, hv_result_success(create_child(test, &raw)));
	EXPECT_STATUS(test, dispatch(test, raw, VP, 0),
		      HV_STATUS_INVALID_PARTITION_STATE);
	give_back_pool(test, raw);
	EXPECT_STATUS(test, child_call(test, HVCALL_DELETE_PARTITION, raw),
		      HV_STATUS_SUCCESS);
}

/* VPs are born suspended; each kind of suspension is a reason of its own. */
static void suspended_vp_is_blocked(struct kunit *test)
{
	static const u32 kinds[] = {
		HV_REGISTER_EXPLICIT_SUSPEND,
		HV_REGISTER_DISPATCH_SUSPEND,
	};
	u64 id;
	int i;

	needs_dispatch(test);
	id = active_child(test);
	EXPECT_STATUS(test, create_vp(test, id, VP), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, dispatched(test, id, VP, 0),
			DISPATCHED(BLOCKED, SUSPEND));

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		set_suspended(test, id, VP, kinds[0], false);
		set_suspended(test, id, VP, kinds[i], true);
		KUNIT_EXPECT_EQ(test, dispatched(test, id, VP, 0),
				DISPATCHED(BLOCKED, SUSPEND));
		set_suspended(test, id, VP, kinds[i], false);
	}
	end_child(test, id);
}

/* An intercept stays until the parent says that it has dealt with it. */
static void intercept_suspends(struct kunit *test)
{
	struct runner runner;
	u64 rip;

	needs_dispatch(test);
	runner = begin(test, out_and_again, sizeof(out_and_again));
	KUNIT_EXPECT_EQ(test, run_on(test, &runner, 0),
			DISPATCHED(READY, INTERCEPT));
	rip = register_of(test, runner.id, VP, REGISTER_RIP);
	KUNIT_EXPECT_EQ(test, rip, RESET_OFFSET | 0xf000);
	KUNIT_EXPECT_EQ(test, register_of(test, runner.id, VP,
					  HV_REGISTER_INTERCEPT_SUSPEND), 1);

	KUNIT_EXPECT_EQ(test, run(test, &runner, 0),
			DISPATCHED(READY, INTERCEPT));
	KUNIT_EXPECT_EQ(test, run_on(test, &runner, RESUME),
			DISPATCHED(READY, INTERCEPT));

	/* Cleared as a register it is as good. */
	set_suspended(test, runner.id, VP, HV_REGISTER_INTERCEPT_SUSPEND, false);
	KUNIT_EXPECT_EQ(test, run_on(test, &runner, 0),
			DISPATCHED(READY, INTERCEPT));
	end(test, &runner);
}

/* The flag takes an old intercept away even if the VP does not run then. */
static void flag_counts_for_a_suspended_vp(struct kunit *test)
{
	struct runner runner;

	needs_dispatch(test);
	runner = begin(test, out_and_again, sizeof(out_and_again));
	KUNIT_EXPECT_EQ(test, run_on(test, &runner, 0),
			DISPATCHED(READY, INTERCEPT));
	set_suspended(test, runner.id, VP, HV_REGISTER_EXPLICIT_SUSPEND, true);
	KUNIT_EXPECT_EQ(test, run(test, &runner, RESUME),
			DISPATCHED(BLOCKED, SUSPEND));
	KUNIT_EXPECT_EQ(test, register_of(test, runner.id, VP,
					  HV_REGISTER_INTERCEPT_SUSPEND), 0);
	end(test, &runner);
}

/* The parent's own interrupts, its timer at the latest, end a dispatch. */
static void interrupts_preempt(struct kunit *test)
{
	struct runner runner;
	ktime_t before;
	int i;

	needs_dispatch(test);
	runner = begin(test, spin, sizeof(spin));
	before = ktime_get();
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, run(test, &runner, 0),
				DISPATCHED(READY, INVALID));
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), before), 2000);
	KUNIT_EXPECT_EQ(test, register_of(test, runner.id, VP,
					  REGISTER_RIP),
			RESET_OFFSET | 0xf000);
	end(test, &runner);
}

/* Nothing is mapped where the VP begins: that is an intercept as well. */
static void missing_memory_is_an_intercept(struct kunit *test)
{
	struct runner runner;

	needs_dispatch(test);
	runner = begin(test, spin, sizeof(spin));
	EXPECT_STATUS(test, unmap(test, runner.id, RESET_GFN, 0, 1),
		      HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, run_on(test, &runner, 0),
			DISPATCHED(READY, INTERCEPT));
	end(test, &runner);
}

/* Another processor that dispatches the same VP, with pages of its own. */
struct rival {
	const struct runner *runner;
	struct kunit test;
	bool refused;
};

/* Never for ever; and one that it refuses means that the other one had it. */
static int dispatch_again_and_again(void *data)
{
	unsigned long end = jiffies + RIVALRY;
	struct rival *rival = data;

	while (!kthread_should_stop()) {
		if (time_after(jiffies, end) || rival->refused)
			schedule_timeout_interruptible(1);
		else if (hv_result(dispatch(&rival->test, rival->runner->id, VP,
					    0)) == HV_STATUS_INVALID_VP_STATE)
			WRITE_ONCE(rival->refused, true);
	}
	return 0;
}

static bool one_is_refused(struct kunit *test, struct rival *rival, u32 cpu)
{
	unsigned long end = jiffies + RIVALRY;
	struct task_struct *thread;
	bool refused = false;
	u64 result;

	thread = kthread_run_on_cpu(dispatch_again_and_again, rival, cpu,
				    "rival/%u");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	do {
		result = dispatch(test, rival->runner->id, VP, 0);
		refused = hv_result(result) == HV_STATUS_INVALID_VP_STATE;
		if (!refused)
			EXPECT_STATUS(test, result, HV_STATUS_SUCCESS);
	} while (!refused && !READ_ONCE(rival->refused) &&
		 time_before(jiffies, end));
	kthread_stop(thread);
	return refused || rival->refused;
}

static void vp_runs_on_one_processor(struct kunit *test)
{
	u32 other = cpumask_any_but(cpu_online_mask, 0);
	struct rival rival = { 0 };
	struct pages pages = { 0 };
	struct runner runner;

	needs_dispatch(test);
	if (other >= nr_cpu_ids)
		kunit_skip(test, "there is one processor");
	pages.in = (void *)get_zeroed_page(GFP_KERNEL);
	pages.out = (void *)get_zeroed_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pages.in);
	KUNIT_ASSERT_NOT_NULL(test, pages.out);
	pages.in_gpa = virt_to_phys(pages.in);
	pages.out_gpa = virt_to_phys(pages.out);
	rival.test.priv = &pages;

	runner = begin(test, spin, sizeof(spin));
	rival.runner = &runner;
	set_cpus_allowed_ptr(current, cpumask_of(0));
	KUNIT_EXPECT_TRUE(test, one_is_refused(test, &rival, other));
	set_cpus_allowed_ptr(current, cpu_possible_mask);
	end(test, &runner);
	free_page((unsigned long)pages.in);
	free_page((unsigned long)pages.out);
}

static struct kunit_case dispatch_cases[] = {
	KUNIT_CASE(who_does_not_schedule_does_not_dispatch),
	KUNIT_CASE(bad_input_is_refused),
	KUNIT_CASE(suspended_vp_is_blocked),
	KUNIT_CASE(intercept_suspends),
	KUNIT_CASE(flag_counts_for_a_suspended_vp),
	KUNIT_CASE(interrupts_preempt),
	KUNIT_CASE(missing_memory_is_an_intercept),
	KUNIT_CASE(vp_runs_on_one_processor),
	{}
};

static struct kunit_suite dispatch_suite = {
	.name = "hv_dispatch",
	.init = child_init,
	.exit = child_exit,
	.test_cases = dispatch_cases,
};

kunit_test_suite(dispatch_suite);

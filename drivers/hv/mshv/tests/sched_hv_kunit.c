// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypervisor loop when its thread is killed, a message is late, or a
 * hypercall fails: no message is lost, and none is taken twice.
 */
#include <linux/sched/signal.h>
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <asm/mshyperv.h>

#include "../hvcall.h"
#include "../partition.h"
#include "../sched.h"
#include "../vp.h"

/*
 * A VP in a hypervisor that answers register calls.
 *
 * @kick_at_once: a message is there as soon as the VP is let go
 * @kill: the thread is killed as soon as the VP is let go
 * @intercepted: the VP is suspended by an intercept
 * @resumed: how often the VP was let go
 * @suspended: how often it was suspended explicitly
 * @suspend_status: what that ends with
 */
struct fixture {
	struct mshv_partition partition;
	struct mshv_vp vp;
	bool kick_at_once;
	bool kill;
	bool intercepted;
	unsigned int resumed;
	unsigned int suspended;
	u16 suspend_status;
};

static void kill_thread(void)
{
	send_sig(SIGKILL, current, 1);
}

static u64 done(u16 status, u64 reps)
{
	return status | reps << HV_HYPERCALL_REP_COMP_OFFSET;
}

static u64 set_registers(struct fixture *fx,
			 const struct hv_input_set_vp_registers *in)
{
	const struct hv_register_assoc *element = in->elements;

	if (element->name == HV_REGISTER_EXPLICIT_SUSPEND) {
		fx->suspended++;
		return done(fx->suspend_status, !fx->suspend_status);
	}

	fx->resumed++;
	if (fx->kick_at_once)
		fx->vp.run.kicked = true;
	if (fx->kill)
		kill_thread();
	return done(HV_STATUS_SUCCESS, 2);
}

static u64 fake_issue(u64 control, void *in, void *out)
{
	struct fixture *fx = kunit_get_current_test()->priv;
	union hv_register_value *values = out;

	switch (control & HV_HYPERCALL_RESULT_MASK) {
	case HVCALL_SET_VP_REGISTERS:
		return set_registers(fx, in);
	case HVCALL_GET_VP_REGISTERS:
		values->reg64 = fx->intercepted;
		return done(HV_STATUS_SUCCESS, 1);
	default:
		return HV_STATUS_INVALID_HYPERCALL_CODE;
	}
}

static int sched_hv_init(struct kunit *test)
{
	struct fixture *fx = kunit_kzalloc(test, sizeof(*fx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fx);
	fx->vp.partition = &fx->partition;
	rcuwait_init(&fx->vp.run.wait);
	test->priv = fx;

	KUNIT_ASSERT_EQ(test, mshv_hvcall_start(NULL), 0);
	kunit_activate_static_stub(test, mshv_hvcall_issue, fake_issue);
	/* The suite's thread ignores signals otherwise. */
	allow_signal(SIGKILL);
	return 0;
}

static void sched_hv_exit(struct kunit *test)
{
	flush_signals(current);
	disallow_signal(SIGKILL);
	mshv_hvcall_stop(NULL);
}

static long run(struct fixture *fx)
{
	return mshv_sched_hv_ops.run(&fx->vp);
}

/* The message arrives, and nobody is there. */
static void message_comes(struct fixture *fx)
{
	fx->vp.run.kicked = true;
	flush_signals(current);
}

static void message_ends_a_run(struct kunit *test)
{
	struct fixture *fx = test->priv;

	fx->kick_at_once = true;
	KUNIT_EXPECT_EQ(test, run(fx), 0);
	KUNIT_EXPECT_EQ(test, run(fx), 0);
	KUNIT_EXPECT_EQ(test, fx->resumed, 2);
	KUNIT_EXPECT_EQ(test, fx->suspended, 0);
}

/* The VP has run into an intercept, and its message is still under way. */
static void message_waits_for_the_next_thread(struct kunit *test)
{
	struct fixture *fx = test->priv;

	fx->kill = true;
	fx->intercepted = true;
	KUNIT_ASSERT_EQ(test, run(fx), -EINTR);
	KUNIT_ASSERT_EQ(test, fx->resumed, 1);

	message_comes(fx);
	KUNIT_EXPECT_EQ(test, run(fx), 0);
	KUNIT_EXPECT_EQ(test, fx->resumed, 1);
}

static void old_kick_ends_no_run(struct kunit *test)
{
	struct fixture *fx = test->priv;

	fx->vp.run.kicked = true;
	fx->kill = true;
	KUNIT_EXPECT_EQ(test, run(fx), -EINTR);
	KUNIT_EXPECT_EQ(test, fx->resumed, 1);
	KUNIT_EXPECT_EQ(test, fx->suspended, 1);
}

/* As when the guest touches fresh memory, and each page is mapped at once. */
static void messages_that_are_there_do_not_keep_signals_away(struct kunit *test)
{
	struct fixture *fx = test->priv;

	fx->kick_at_once = true;
	KUNIT_EXPECT_EQ(test, run(fx), 0);
	kill_thread();
	KUNIT_EXPECT_EQ(test, run(fx), -EINTR);
	KUNIT_EXPECT_EQ(test, fx->resumed, 1);
}

/* The VP could not be suspended, runs on, and has an intercept. */
static void vp_that_could_not_be_suspended_is_settled_first(struct kunit *test)
{
	struct fixture *fx = test->priv;

	fx->kill = true;
	fx->suspend_status = HV_STATUS_ACCESS_DENIED;
	KUNIT_ASSERT_EQ(test, run(fx), -EACCES);

	fx->suspend_status = HV_STATUS_SUCCESS;
	fx->intercepted = true;
	message_comes(fx);
	KUNIT_EXPECT_EQ(test, run(fx), 0);
	KUNIT_EXPECT_EQ(test, fx->resumed, 1);
}

static struct kunit_case sched_hv_cases[] = {
	KUNIT_CASE(message_ends_a_run),
	KUNIT_CASE(message_waits_for_the_next_thread),
	KUNIT_CASE(old_kick_ends_no_run),
	KUNIT_CASE(messages_that_are_there_do_not_keep_signals_away),
	KUNIT_CASE(vp_that_could_not_be_suspended_is_settled_first),
	{}
};

static struct kunit_suite sched_hv_suite = {
	.name = "mshv_sched_hv",
	.init = sched_hv_init,
	.exit = sched_hv_exit,
	.test_cases = sched_hv_cases,
};

kunit_test_suite(sched_hv_suite);

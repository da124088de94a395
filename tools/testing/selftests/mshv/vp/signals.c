// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals at every moment of MSHV_RUN_VP: it ends with EINTR or with an exit of
 * the guest, and each exit is delivered exactly once.
 *
 * The guest counts. The VMM completes each exit that it gets, so a lost one
 * shows as a number that is missing and one that comes twice as a number that
 * was there before.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/require.h"
#include "lib/vp.h"

#define PORT		0x80
#define SIGNAL		SIGUSR1

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

/*
 * An emulator may give one processor after the other a turn, until the next
 * tick or so. Here the turn goes on to the one that sends the signals.
 */
static __always_inline __in_guest void give_turn(void)
{
	asm volatile("pause");
}

static __guest void count(__u64 pause)
{
	__u32 number;

	for (number = 0; ; number++) {
		idle(pause);
		give_turn();
		out32(PORT, number);
	}
}

static __guest void spin(__u64 unused)
{
	out32(PORT, 0);
	for (;;)
		asm volatile("pause");
}

/*
 * How many signals: all of them on two processors, where they come from
 * another one, too, and from the thread itself; elsewhere a sample of them.
 */
static unsigned int storm_size(void)
{
	return processors() == 2 ? 10000 : 2500;
}

static unsigned int count_received;
static timer_t timer;
static bool storm;	/* every signal arms the timer for the next one */

/* Anything from 1 us to 4 ms, short times as often as long ones */
static long next_delay_ns(void)
{
	static __u32 state = 2463534242;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return 1000L + (state >> 12) % (1000L << (state % 13));
}

static void arm(long delay_ns)
{
	struct itimerspec when = { .it_value.tv_nsec = delay_ns };

	timer_settime(timer, 0, &when, NULL);
}

static void handler(int number)
{
	__atomic_fetch_add(&count_received, 1, __ATOMIC_RELAXED);
	if (storm)
		arm(next_delay_ns());
}

static unsigned int received(void)
{
	return __atomic_load_n(&count_received, __ATOMIC_RELAXED);
}

static void handle_signals(void)
{
	struct sigaction action = { .sa_handler = handler };

	require(!sigaction(SIGNAL, &action, NULL), "handle a signal");
}

/* A timer that signals the calling thread */
static void make_timer(void)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = SIGNAL,
		.sigev_notify_thread_id = syscall(SYS_gettid),
	};

	require(!timer_create(CLOCK_MONOTONIC, &event, &timer),
		"create a timer");
}

static void start_storm(void)
{
	make_timer();
	storm = true;
	arm(next_delay_ns());
}

/* What a storm left */
struct outcome {
	unsigned int exits;
	unsigned int interrupted;
	bool right;
};

/* Completes the exit if it is the one that must come next. */
static bool take_exit(struct vp *vp, __u32 number)
{
	const struct hv_port_intercept *io = &vp->message.port;

	if (vp->message.type != HV_MSG_IO_PORT || io->port != PORT ||
	    (__u32)io->rax != number) {
		complain("expected exit %u, got type %#x with %llu", number,
			 vp->message.type, io->rax);
		return false;
	}
	vp_skip(vp);
	return true;
}

static struct outcome endure(struct vp *vp, unsigned int signals)
{
	struct outcome outcome = {};
	int ret;

	while (received() < signals) {
		ret = vp_run(vp);
		if (ret == -EINTR) {
			outcome.interrupted++;
			continue;
		}
		if (ret) {
			complain("MSHV_RUN_VP fails with %s", strerror(-ret));
			return outcome;
		}
		if (!take_exit(vp, outcome.exits))
			return outcome;
		outcome.exits++;
	}
	outcome.right = true;
	return outcome;
}

static void expect_storm(struct __test_metadata *_metadata, struct vp *vp)
{
	struct outcome outcome;

	handle_signals();
	start_storm();
	outcome = endure(vp, storm_size());
	storm = false;

	EXPECT_TRUE(outcome.right);
	/* It is no storm if it did not hit both ways. */
	EXPECT_LT(100, outcome.exits);
	EXPECT_LT(100, outcome.interrupted);
	TH_LOG("%u signals, %u exits, %u times interrupted", received(),
	       outcome.exits, outcome.interrupted);
}

TEST_F(guest, storm_over_a_guest_that_exits_all_the_time)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start(vp, count, 0);
	expect_storm(_metadata, vp);
}

TEST_F(guest, storm_over_a_guest_that_computes)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start(vp, count, 3000);
	expect_storm(_metadata, vp);
}

/* Signals from another processor, not in step with the thread's own time */
struct sender {
	pid_t process;
	int tid;
	bool stop;
};

/* Sleeps between two signals: to watch the clock would use up the turn, too. */
static void *send_signals(void *arg)
{
	struct sender *sender = arg;

	move_to_processor(0, processors() - 1);
	prctl(PR_SET_TIMERSLACK, 1);
	while (!__atomic_load_n(&sender->stop, __ATOMIC_RELAXED)) {
		syscall(SYS_tgkill, sender->process, sender->tid, SIGNAL);
		sleep_us(next_delay_ns() / 1000);
	}
	return NULL;
}

TEST_F(guest, storm_from_another_processor)
{
	struct sender sender = {
		.process = getpid(),
		.tid = syscall(SYS_gettid),
	};
	struct vp *vp = vp_new(self->vm, 0);
	struct outcome outcome;
	pthread_t thread;

	if (processors() < 2)
		SKIP(return, "needs two processors");

	handle_signals();
	move_to_processor(0, 0);
	vp_start(vp, count, 500);
	ASSERT_EQ(0, pthread_create(&thread, NULL, send_signals, &sender));
	outcome = endure(vp, storm_size());
	__atomic_store_n(&sender.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);

	EXPECT_TRUE(outcome.right);
	EXPECT_LT(100, outcome.exits);
	EXPECT_LT(100, outcome.interrupted);
}

TEST_F(guest, signal_ends_a_spinning_guest)
{
	struct vp *vp = vp_new(self->vm, 0);
	int i;

	handle_signals();
	make_timer();
	vp_start(vp, spin, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));
	for (i = 0; i < 50; i++) {
		arm(10000000);
		ASSERT_EQ(-EINTR, vp_run(vp));
	}
	EXPECT_EQ(50, received());
}

TEST_F(guest, blocked_signal_does_not_interrupt)
{
	struct vp *vp = vp_new(self->vm, 0);
	sigset_t set;
	__u32 i;

	handle_signals();
	sigemptyset(&set);
	sigaddset(&set, SIGNAL);
	ASSERT_EQ(0, pthread_sigmask(SIG_BLOCK, &set, NULL));
	ASSERT_EQ(0, raise(SIGNAL));

	vp_start(vp, count, 1000);
	for (i = 0; i < 20 && vp_writes_port(vp, PORT, 4, i); i++)
		;
	ASSERT_EQ(20, i);
	ASSERT_EQ(0, received());
	ASSERT_EQ(0, pthread_sigmask(SIG_UNBLOCK, &set, NULL));
	ASSERT_EQ(1, received());
}

/* After EINTR the VP is stopped: its memory does not change any more. */
static __guest void increment(__u64 gpa)
{
	for (;;)
		store(gpa, load(gpa) + 1);
}

TEST_F(guest, interrupted_vp_stands_still)
{
	__u64 *counter = self->vm->ram + GUEST_SCRATCH;
	struct vp *vp = vp_new(self->vm, 0);
	__u64 before = 0;
	long ns;
	int i;

	handle_signals();
	make_timer();
	vp_start(vp, increment, GUEST_SCRATCH);
	for (i = 0; i < 20; i++) {
		/* A slow machine needs longer than that to come to the guest. */
		for (ns = 20000000; before == peek(counter);
		     ns = ns < 400000000 ? 2 * ns : ns) {
			arm(ns);
			ASSERT_EQ(-EINTR, vp_run(vp));
		}
		before = peek(counter);
		sleep_us(5000);
		ASSERT_EQ(before, peek(counter));
	}
}

TEST_HARNESS_MAIN

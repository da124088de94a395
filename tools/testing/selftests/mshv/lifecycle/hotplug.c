// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processors of the parent come and go while guests run. What the hypervisor
 * has to say about a VP, it may have said to a processor that is just going:
 * then somebody else has to hear it.
 */
#include <pthread.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/require.h"
#include "lib/vp.h"

#define ONLINE		"/sys/devices/system/cpu/cpu1/online"
#define PORT		0x80
#define RUNNERS		2

/*
 * Going takes some 20 ms under emulation, and a VP exits a few thousand times a
 * second: that is dozens of messages each time.
 */
#define ROUNDS		10
#define EXITS		20

static __guest void write_forever(__u64 unused)
{
	for (;;)
		out8(PORT, 1);
}

/* A VP that exits again and again, and the thread that runs it */
struct runner {
	struct vp *vp;
	pthread_t thread;
	__u64 exits;
	bool stop;
	bool right;
};

static void *run(void *arg)
{
	struct runner *runner = arg;

	while (!__atomic_load_n(&runner->stop, __ATOMIC_RELAXED)) {
		if (!vp_writes_port(runner->vp, PORT, 1, 1))
			return NULL;
		__atomic_fetch_add(&runner->exits, 1, __ATOMIC_RELAXED);
	}
	runner->right = true;
	return NULL;
}

static void begin(struct runner *runner, struct vm *vm, __u32 index)
{
	*runner = (struct runner) { .vp = vp_new(vm, index) };
	vp_start(runner->vp, write_forever, 0);
	require(!pthread_create(&runner->thread, NULL, run, runner),
		"start thread %u", index);
}

static bool end(struct runner *runner)
{
	__atomic_store_n(&runner->stop, true, __ATOMIC_RELAXED);
	pthread_join(runner->thread, NULL);
	return runner->right;
}

/* A VP whose message is lost stays where it is. */
static bool goes_on(const struct runner *runner)
{
	__u64 from = peek(&runner->exits), deadline = now_us() + PATIENCE_US;

	while (peek(&runner->exits) < from + EXITS) {
		if (now_us() > deadline) {
			complain("VP %u has stopped", runner->vp->index);
			return false;
		}
		sleep_us(1000);
	}
	return true;
}

static bool all_go_on(const struct runner runners[RUNNERS])
{
	int i;

	for (i = 0; i < RUNNERS; i++)
		if (!goes_on(&runners[i]))
			return false;
	return true;
}

TEST_F(guest, no_message_is_lost_with_a_processor)
{
	struct runner runners[RUNNERS];
	int i;

	if (processors() < 2)
		SKIP(return, "one processor");

	for (i = 0; i < RUNNERS; i++)
		begin(&runners[i], self->vm, i);
	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(0, write_file(ONLINE, "0"));
		ASSERT_TRUE(all_go_on(runners));
		ASSERT_EQ(0, write_file(ONLINE, "1"));
		ASSERT_TRUE(all_go_on(runners));
	}
	for (i = 0; i < RUNNERS; i++)
		EXPECT_TRUE(end(&runners[i]));
}

/* The thread of a VP is where the processor goes from under it. */
TEST_F(guest, thread_moves_away_from_a_processor)
{
	struct runner runner;
	int i;

	if (processors() < 2)
		SKIP(return, "one processor");

	for (i = 0; i < ROUNDS / 2; i++) {
		move_to_processor(0, 1);
		begin(&runner, self->vm, i);
		ASSERT_TRUE(goes_on(&runner));
		ASSERT_EQ(0, write_file(ONLINE, "0"));
		ASSERT_TRUE(goes_on(&runner));
		EXPECT_TRUE(end(&runner));
		ASSERT_EQ(0, write_file(ONLINE, "1"));
	}
}

TEST_HARNESS_MAIN

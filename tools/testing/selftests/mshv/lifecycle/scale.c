// SPDX-License-Identifier: GPL-2.0-only
/* Many VPs, many partitions, many processors. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/require.h"
#include "lib/vp.h"

#define PORT		0x80
#define MANY		64
#define EXITS		50
#define MIGRATIONS	300

static __guest void tell(__u64 number)
{
	out32(PORT, number);
	halt();
}

TEST_F(guest, many_vps_in_one_partition)
{
	struct vp *vps[MANY];
	__u32 i;

	for (i = 0; i < MANY; i++)
		vps[i] = vp_new(self->vm, i);
	for (i = 0; i < MANY; i++) {
		vp_start(vps[i], tell, 1000 + i);
		ASSERT_TRUE(vp_writes_port(vps[i], PORT, 4, 1000 + i));
		EXPECT_EQ(i, vps[i]->message.head.vp_index);
		ASSERT_TRUE(vp_halts(vps[i]));
	}
}

TEST_F(guest, many_partitions)
{
	struct vm *vms[MANY];
	struct vp *vps[MANY];
	__u32 i;

	for (i = 0; i < MANY; i++) {
		vms[i] = vm_new();
		vps[i] = vp_new(vms[i], 0);
		vp_start(vps[i], tell, 1000 + i);
	}
	for (i = 0; i < MANY; i++)
		EXPECT_TRUE(vp_writes_port(vps[i], PORT, 4, 1000 + i));
	for (i = MANY; i--; ) {
		EXPECT_TRUE(vp_halts(vps[i]));
		vm_close(vms[i]);
		vp_close(vps[i]);
	}
}

TEST_F(guest, highest_vp_index)
{
	struct vp *vp = vp_new(self->vm, 255);

	vp_start(vp, tell, 255);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 255));
	EXPECT_EQ(255, vp->message.head.vp_index);
	ASSERT_TRUE(vp_halts(vp));
}

static __guest void count_slowly(__u64 start)
{
	for (;;) {
		idle(1000);
		out32(PORT, start++);
	}
}

/* A thread that runs a VP, expecting it to count from @start on. */
struct runner {
	struct vp *vp;
	pthread_t thread;
	__u32 start;
	unsigned int exits;	/* how many to take */
	unsigned int processor;	/* where to stay, or ANYWHERE */
	int tid;
	bool right;
};

#define ANYWHERE	(~0U)

static void *run(void *arg)
{
	struct runner *runner = arg;
	__u32 i;

	__atomic_store_n(&runner->tid, syscall(SYS_gettid), __ATOMIC_RELEASE);
	if (runner->processor != ANYWHERE)
		move_to_processor(0, runner->processor);

	for (i = 0; i < runner->exits; i++)
		if (!vp_writes_port(runner->vp, PORT, 4, runner->start + i))
			break;
	runner->right = i == runner->exits;
	return NULL;
}

static void begin(struct runner *runner, struct vp *vp, unsigned int exits,
		  unsigned int processor)
{
	*runner = (struct runner){
		.vp = vp,
		.start = vp->index * 10000,
		.exits = exits,
		.processor = processor,
	};
	vp_start(vp, count_slowly, runner->start);
	require(!pthread_create(&runner->thread, NULL, run, runner),
		"start a thread");
}

static bool finish(struct runner *runner)
{
	pthread_join(runner->thread, NULL);
	return runner->right;
}

TEST_F(guest, many_vps_at_once)
{
	struct runner runners[MANY];
	__u32 i;

	for (i = 0; i < MANY; i++)
		begin(&runners[i], vp_new(self->vm, i), EXITS, ANYWHERE);
	for (i = 0; i < MANY; i++)
		EXPECT_TRUE(finish(&runners[i]));
}

TEST_F(guest, vps_on_every_processor)
{
	unsigned int count = 2 * processors();
	struct runner runners[count];
	unsigned int i;

	for (i = 0; i < count; i++)
		begin(&runners[i], vp_new(self->vm, i), 4 * EXITS,
		      i % processors());
	for (i = 0; i < count; i++)
		EXPECT_TRUE(finish(&runners[i]));
}

static int wait_for_tid(struct runner *runner)
{
	int tid;

	while (!(tid = __atomic_load_n(&runner->tid, __ATOMIC_ACQUIRE)))
		sleep_us(100);
	return tid;
}

/* The thread moves while its VP runs, and between two runs. */
TEST_F(guest, vp_follows_its_thread)
{
	struct runner runner;
	unsigned int i;
	int tid;

	if (processors() < 2)
		SKIP(return, "needs two processors");

	begin(&runner, vp_new(self->vm, 0), 2000, ANYWHERE);
	tid = wait_for_tid(&runner);
	for (i = 0; i < MIGRATIONS; i++) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(i % processors(), &set);
		/* The thread may have come to its end meanwhile. */
		if (sched_setaffinity(tid, sizeof(set), &set))
			break;
		sleep_us(i % 7 * 300);
	}
	EXPECT_LT(10, i);
	EXPECT_TRUE(finish(&runner));
}

/* A VP belongs to no thread: others take over in turn. */
TEST_F(guest, vp_is_run_by_one_thread_after_another)
{
	struct vp *vp = vp_new(self->vm, 0);
	struct runner runner;
	__u32 i;

	begin(&runner, vp, EXITS, 0);
	ASSERT_TRUE(finish(&runner));
	for (i = 1; i < 10; i++) {
		runner.start += EXITS;
		runner.processor = i % processors();
		ASSERT_EQ(0, pthread_create(&runner.thread, NULL, run,
					    &runner));
		ASSERT_TRUE(finish(&runner));
	}
}

TEST_HARNESS_MAIN

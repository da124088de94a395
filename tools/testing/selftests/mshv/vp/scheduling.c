// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VP takes no more of a processor than a thread would: other tasks get their
 * turn, and where Linux dispatches VPs its limits apply to them.
 *
 * The bounds are far from what a real machine does. Under emulation everything
 * is slow, and these tests are about never, not about how fast.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/require.h"
#include "lib/vp.h"

#define PORT		0x80
#define WAKEUPS		200
/* How long to watch a spinning guest: many turns, and ten periods of a limit */
#define SPAN_US		1000000
#define PERIOD_US	100000
#define CGROUP		"/sys/fs/cgroup/mshv-scheduling"

static __guest void increment(__u64 gpa)
{
	out32(PORT, 0);
	for (;;)
		store(gpa, load(gpa) + 1);
}

static void *run_forever(void *arg)
{
	vp_run(arg);
	return NULL;
}

static __u64 *counter_of(struct vm *vm, __u32 index)
{
	return vm->ram + GUEST_SCRATCH + index * PAGE_SIZE;
}

/* A thread whose VP increments its counter, and is now at it. */
static void start_incrementing(struct vm *vm, __u32 index)
{
	struct vp *vp = vp_new(vm, index);
	pthread_t thread;

	vp_start(vp, increment, GUEST_SCRATCH + index * PAGE_SIZE);
	require(vp_writes_port(vp, PORT, 4, 0), "VP %u begins", index);
	require(!pthread_create(&thread, NULL, run_forever, vp),
		"start a thread");
	while (!peek(counter_of(vm, index)))
		sleep_us(1000);
}

static int by_value(const void *a, const void *b)
{
	const __u64 *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* Sleeps 1 ms at a time; how much longer it takes, from best to worst */
static void measure_delays(__u64 delays[WAKEUPS])
{
	int i;

	for (i = 0; i < WAKEUPS; i++) {
		__u64 before = now_us();

		sleep_us(1000);
		delays[i] = now_us() - before - 1000;
	}
	qsort(delays, WAKEUPS, sizeof(delays[0]), by_value);
}

TEST_F(guest, spinning_guest_lets_others_run)
{
	__u64 delays[WAKEUPS], before, after, alone;

	move_to_processor(0, 0);	/* and so its threads */
	measure_delays(delays);
	alone = delays[WAKEUPS / 2];
	start_incrementing(self->vm, 0);

	before = peek(counter_of(self->vm, 0));
	measure_delays(delays);
	after = peek(counter_of(self->vm, 0));

	TH_LOG("median %llu us, worst %llu us, without a guest %llu us",
	       delays[WAKEUPS / 2], delays[WAKEUPS - 1], alone);
	EXPECT_GT(20000 + 20 * alone, delays[WAKEUPS / 2]);
	/* The guest was not simply stopped for that. */
	EXPECT_LT(before, after);
}

TEST_F(guest, spinning_guests_share_a_processor)
{
	__u64 first, second;

	move_to_processor(0, 0);
	start_incrementing(self->vm, 0);
	start_incrementing(self->vm, 1);

	first = peek(counter_of(self->vm, 0));
	second = peek(counter_of(self->vm, 1));
	sleep_us(SPAN_US);
	first = peek(counter_of(self->vm, 0)) - first;
	second = peek(counter_of(self->vm, 1)) - second;

	TH_LOG("%llu and %llu increments", first, second);
	EXPECT_LT(0, first);
	EXPECT_LT(0, second);
	if (linux_dispatches()) {
		EXPECT_GT(4 * second, first);
		EXPECT_GT(4 * first, second);
	}
}

static __u64 processor_time_us(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000ULL +
	       usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* The essence of who dispatches: whose time is it that the guest uses? */
TEST_F(guest, guest_time_is_time_of_the_thread)
{
	__u64 used, elapsed;

	start_incrementing(self->vm, 0);
	used = processor_time_us();
	elapsed = now_us();
	sleep_us(SPAN_US);
	used = processor_time_us() - used;
	elapsed = now_us() - elapsed;

	TH_LOG("%llu us used in %llu us", used, elapsed);
	EXPECT_EQ(linux_dispatches(), used > elapsed / 3);
}

/* A control group for this process, limited to a tenth of one processor. */
static bool enter_cgroup(void)
{
	char limit[32], pid[16];

	if (write_file("/sys/fs/cgroup/cgroup.subtree_control", "+cpu"))
		return false;
	require(!mkdir(CGROUP, 0755) || errno == EEXIST, "make " CGROUP);
	snprintf(limit, sizeof(limit), "%d %d", PERIOD_US / 10, PERIOD_US);
	require(!write_file(CGROUP "/cpu.max", limit), "limit " CGROUP);
	snprintf(pid, sizeof(pid), "%d", getpid());
	require(!write_file(CGROUP "/cgroup.procs", pid), "enter " CGROUP);
	return true;
}

static void leave_cgroup(void)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	require(!write_file("/sys/fs/cgroup/cgroup.procs", pid),
		"leave " CGROUP);
	require(!rmdir(CGROUP), "remove " CGROUP);
}

TEST_F(guest, limit_of_a_control_group_throttles_the_guest)
{
	__u64 *counter = counter_of(self->vm, 0);
	__u64 free, limited, used, elapsed;
	long long throttled;

	start_incrementing(self->vm, 0);
	if (!linux_dispatches())
		SKIP(return, "the hypervisor dispatches");

	free = peek(counter);
	sleep_us(SPAN_US);
	free = peek(counter) - free;

	if (!enter_cgroup())
		SKIP(return, "no cpu controller");
	sleep_us(SPAN_US / 4);
	limited = peek(counter);
	used = processor_time_us();
	elapsed = now_us();
	sleep_us(SPAN_US);
	limited = peek(counter) - limited;
	used = processor_time_us() - used;
	elapsed = now_us() - elapsed;
	throttled = read_number(CGROUP "/cpu.stat", "nr_throttled");
	leave_cgroup();

	TH_LOG("%llu increments, %llu with the limit", free, limited);
	TH_LOG("%llu us used in %llu us, throttled %lld times", used, elapsed,
	       throttled);
	EXPECT_LT(0, limited);
	EXPECT_GT(free / 2, limited);
	EXPECT_GT(elapsed * 3 / 10, used);
	EXPECT_LT(SPAN_US / PERIOD_US / 4, throttled);
}

static __guest void make_exits(__u64 count)
{
	while (count--)
		out32(PORT, count);
	halt();
}

/* What the two run loops are about: who hears of an exit, and from whom */
TEST_F(guest, exits_take_dispatches_or_messages)
{
	const unsigned int exits = 100;
	unsigned long dispatches, messages;
	struct vp *vp = vp_new(self->vm, 0);
	unsigned int i;

	if (!self->has_ledger)
		SKIP(return, "not on the test hypervisor");

	vp_start(vp, make_exits, exits);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, exits - 1));
	dispatches = hypervisor_calls(HVCALL_DISPATCH_VP);
	messages = hypervisor_messages(HV_MSG_OPAQUE_INTERCEPT);
	for (i = 1; i < exits; i++)
		ASSERT_TRUE(vp_writes_port(vp, PORT, 4, exits - 1 - i));
	ASSERT_TRUE(vp_halts(vp));
	dispatches = hypervisor_calls(HVCALL_DISPATCH_VP) - dispatches;
	messages = hypervisor_messages(HV_MSG_OPAQUE_INTERCEPT) - messages;

	TH_LOG("%lu dispatches, %lu messages", dispatches, messages);
	if (linux_dispatches()) {
		EXPECT_LE(exits, dispatches);
		EXPECT_EQ(0, messages);
	} else {
		EXPECT_EQ(0, dispatches);
		EXPECT_EQ(exits, messages);
	}
}

/* A thread that is stopped from outside does not run its VP. */
TEST_F(guest, stopped_process_stops_its_guest)
{
	__u64 *counter = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	__u64 before;
	int status;
	pid_t vmm;

	ASSERT_NE(MAP_FAILED, counter);
	vmm = fork();
	ASSERT_LE(0, vmm);
	if (!vmm) {
		struct vm *vm = vm_new();
		struct vp *vp = vp_new(vm, 0);

		vm_map(vm, GUEST_MORE, counter, PAGE_SIZE, REGION_ALL);
		vp_start(vp, increment, GUEST_MORE);
		if (!vp_writes_port(vp, PORT, 4, 0))
			_exit(1);
		for (;;)
			vp_run(vp);
	}

	while (!peek(counter))
		sleep_us(1000);
	ASSERT_EQ(0, kill(vmm, SIGSTOP));
	ASSERT_EQ(vmm, waitpid(vmm, &status, WUNTRACED));
	ASSERT_TRUE(WIFSTOPPED(status));
	before = peek(counter);
	sleep_us(200000);
	EXPECT_EQ(before, peek(counter));

	ASSERT_EQ(0, kill(vmm, SIGCONT));
	while (peek(counter) == before)
		sleep_us(1000);
	ASSERT_EQ(0, kill(vmm, SIGKILL));
	ASSERT_EQ(vmm, waitpid(vmm, &status, 0));
}

TEST_HARNESS_MAIN

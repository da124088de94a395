// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ioctls that wait: for a hypercall which the hypervisor finishes later, and for
 * their turn. Only a fatal signal ends the waiting, and what has not come by
 * then does no harm when it comes.
 *
 * Nobody returns from an ioctl to a process that is being killed. Its tracer
 * sees what it would have returned on the way out.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reg.h>
#include <sys/wait.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/misuse.h"
#include "lib/require.h"
#include "lib/vp.h"

#define KNOB		"async-properties"
#define AT_ONCE		0
#define LATER		1
#define WHEN_TURNED	2

#define PROPERTY	HV_PROPERTY_UNIMPLEMENTED_MSR_ACTION
#define PORT		0x80

#define PAUSE_US	1000

static __guest void do_nothing(__u64 unused)
{
	halt();
}

static __guest void spin(__u64 unused)
{
	out32(PORT, 0);
	for (;;)
		asm volatile("pause");
}

/* What another process does */
static int set_property(struct vm *vm, struct vp *vp)
{
	return vm_set_property(vm, PROPERTY, 1);
}

static int initialize(struct vm *vm, struct vp *vp)
{
	return try(vm->fd, MSHV_INITIALIZE_PARTITION, NULL);
}

static int run(struct vm *vm, struct vp *vp)
{
	return vp_run(vp);
}

/* Such a process, which ends with 0 if the call succeeds; it is traced. */
static pid_t begin(int (*call)(struct vm *, struct vp *), struct vm *vm,
		   struct vp *vp)
{
	pid_t pid = fork();
	int status;

	require(pid >= 0, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		ptrace(PTRACE_TRACEME);
		raise(SIGSTOP);
		_exit(!!call(vm, vp));
	}
	require(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status),
		"trace a process");
	require(!ptrace(PTRACE_SETOPTIONS, pid, NULL,
			PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL),
		"trace its exit");
	require(!ptrace(PTRACE_CONT, pid, NULL, NULL), "let it run");
	return pid;
}

/* Asleep, and no signal but a fatal one wakes it up */
static bool is_waiting(pid_t pid)
{
	char path[32], line[256], *state;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	require(read_file(path, line, sizeof(line)), "read %s", path);
	state = strrchr(line, ')');
	return state && state[2] == 'D';
}

static bool comes_to_wait(pid_t pid)
{
	const __u64 end = now_us() + PATIENCE_US;

	while (!is_waiting(pid)) {
		if (now_us() > end)
			return false;
		sleep_us(PAUSE_US);
	}
	sleep_us(20 * PAUSE_US);
	return is_waiting(pid);
}

/* Lets the process go on to its end, and returns what it ended with. */
static int end_of(pid_t pid)
{
	int status;

	require(waitpid(pid, &status, 0) == pid, "wait for a process");
	while (WIFSTOPPED(status)) {
		require(!ptrace(PTRACE_CONT, pid, NULL, NULL), "let it end");
		require(waitpid(pid, &status, 0) == pid, "wait for its end");
	}
	return status;
}

/* Kills the process, and returns what its call came to. */
static int killed_with(pid_t pid, unsigned long cmd)
{
	int status, result;

	require(!kill(pid, SIGKILL), "kill a process");
	require(waitpid(pid, &status, 0) == pid, "wait for its end");
	require(status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8),
		"meet it on the way out, status %#x", status);
	result = ptrace(PTRACE_PEEKUSER, pid, RAX * sizeof(long), NULL);
	require(!ptrace(PTRACE_CONT, pid, NULL, NULL), "let it end");
	status = end_of(pid);
	require(WIFSIGNALED(status), "see it killed, status %#x", status);
	reached_elsewhere(cmd, -result);
	return result;
}

/* Its last caller was killed; the hypervisor has not finished yet. */
static bool call_is_pending(struct __test_metadata *_metadata, struct vm *vm)
{
	pid_t pid;

	knob_turn(KNOB, WHEN_TURNED);
	pid = begin(set_property, vm, NULL);
	EXPECT_TRUE(comes_to_wait(pid));
	EXPECT_EQ(-EINTR, killed_with(pid, MSHV_ROOT_HVCALL));
	return vm_set_property(vm, PROPERTY, 1) == -EPERM;
}

static bool can_be_set_again(struct vm *vm)
{
	const __u64 end = now_us() + PATIENCE_US;
	int ret;

	do {
		ret = vm_set_property(vm, PROPERTY, 0);
		if (ret)
			sleep_us(PAUSE_US);
	} while (ret == -EPERM && now_us() < end);
	if (ret)
		complain("setting a property gives %s", strerror(-ret));
	return !ret && !vm_get_property(vm, PROPERTY);
}

TEST_F(guest, caller_waits_until_the_hypervisor_has_finished)
{
	struct vp *vp = vp_new(self->vm, 0);
	pid_t pid;

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor can be told to");

	vp_start(vp, do_nothing, 0);
	knob_turn(KNOB, WHEN_TURNED);
	pid = begin(set_property, self->vm, NULL);
	EXPECT_TRUE(comes_to_wait(pid));
	/* A VP does not care, nor does another partition. */
	EXPECT_TRUE(vp_halts(vp));
	vm_close(vm_new());
	EXPECT_TRUE(is_waiting(pid));

	knob_turn(KNOB, LATER);
	EXPECT_EQ(0, end_of(pid));
	EXPECT_EQ(1, vm_get_property(self->vm, PROPERTY));
	EXPECT_TRUE(can_be_set_again(self->vm));
}

TEST_F(guest, killed_caller_leaves_its_call_to_the_hypervisor)
{
	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor can be told to");

	ASSERT_TRUE(call_is_pending(_metadata, self->vm));
	/* Of another property, too; what needs no waiting works. */
	EXPECT_EQ(-EPERM,
		  vm_set_property(self->vm, HV_PROPERTY_TIME_FREEZE, 0));
	EXPECT_EQ(1, vm_get_property(self->vm, PROPERTY));
	vm_close(vm_new());

	knob_turn(KNOB, LATER);
	EXPECT_TRUE(can_be_set_again(self->vm));
	knob_turn(KNOB, AT_ONCE);
	EXPECT_TRUE(can_be_set_again(self->vm));
}

TEST_F(guest, partition_goes_with_a_call_that_is_pending)
{
	int i;

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor can be told to");

	for (i = 0; i < 2; i++) {
		struct vm *vm = vm_new();

		ASSERT_TRUE(call_is_pending(_metadata, vm));
		/* What comes late arrives before, or has nowhere to go. */
		if (i)
			knob_turn(KNOB, LATER);
		vm_close(vm);
		knob_turn(KNOB, LATER);
		EXPECT_TRUE(can_be_set_again(self->vm));
	}
}

/* Killed while the word of the hypervisor is on its way: then it is either. */
TEST_F(guest, caller_is_killed_at_any_moment)
{
	int i;

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor can be told to");

	for (i = 0; i < 20; i++) {
		pid_t pid;

		knob_turn(KNOB, WHEN_TURNED);
		pid = begin(set_property, self->vm, NULL);
		ASSERT_TRUE(comes_to_wait(pid));
		knob_turn(KNOB, LATER);
		ASSERT_EQ(0, kill(pid, SIGKILL));
		end_of(pid);
		ASSERT_TRUE(can_be_set_again(self->vm));
	}
}

TEST_F(guest, who_waits_for_a_partition_can_be_killed)
{
	pid_t first, second;

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor can be told to");

	knob_turn(KNOB, WHEN_TURNED);
	first = begin(set_property, self->vm, NULL);
	ASSERT_TRUE(comes_to_wait(first));
	second = begin(initialize, self->vm, NULL);
	ASSERT_TRUE(comes_to_wait(second));
	EXPECT_EQ(-EINTR, killed_with(second, MSHV_INITIALIZE_PARTITION));

	second = begin(initialize, self->vm, NULL);
	ASSERT_TRUE(comes_to_wait(second));
	knob_turn(KNOB, AT_ONCE);
	EXPECT_EQ(0, end_of(first));
	EXPECT_EQ(0, end_of(second));
}

/* More pages than a request is through with before it is killed */
#define ALL_PAGES	_BITULL(28)
#define UNTOUCHED	0x5a

static __u8 *bitmap;

static int ask_for_all_pages(struct vm *vm, struct vp *vp)
{
	struct mshv_gpap_access_bitmap args = {
		.access_type = MSHV_GPAP_ACCESS_TYPE_DIRTY,
		.access_op = MSHV_GPAP_ACCESS_OP_CLEAR,
		.page_count = ALL_PAGES,
		.bitmap_ptr = (uintptr_t)bitmap,
	};

	return try(vm->fd, MSHV_GET_GPAP_ACCESS_BITMAP, &args);
}

/* Killed when the first piece of the bitmap is there, it never comes to the last. */
TEST_F(guest, who_asks_for_many_pages_can_be_killed)
{
	const __u64 last = ALL_PAGES / 8 - 1;
	pid_t pid;

	ASSERT_EQ(0, vm_set_property(self->vm, HV_PROPERTY_PAGE_ACCESS_TRACKING,
				     1));
	bitmap = mmap(NULL, ALL_PAGES / 8, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	ASSERT_NE(MAP_FAILED, bitmap);
	bitmap[0] = UNTOUCHED;
	bitmap[last] = UNTOUCHED;
	pid = begin(ask_for_all_pages, self->vm, NULL);
	while (__atomic_load_n(bitmap, __ATOMIC_RELAXED) == UNTOUCHED)
		sched_yield();
	EXPECT_EQ(-EINTR, killed_with(pid, MSHV_GET_GPAP_ACCESS_BITMAP));
	EXPECT_EQ(UNTOUCHED, bitmap[last]);
}

TEST_F(guest, who_waits_for_a_vp_can_be_killed)
{
	struct vp *vp = vp_new(self->vm, 0);
	pid_t first, second;

	vp_start(vp, spin, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));
	first = begin(run, self->vm, vp);
	sleep_us(20 * PAUSE_US);
	second = begin(run, self->vm, vp);
	ASSERT_TRUE(comes_to_wait(second));
	EXPECT_EQ(-EINTR, killed_with(second, MSHV_RUN_VP));
	EXPECT_EQ(-EINTR, killed_with(first, MSHV_RUN_VP));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A partition lives as long as a descriptor of it or of one of its VPs, in
 * whatever process, and then goes at once and completely. The module stays as
 * long as any of that is there.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/require.h"
#include "lib/vp.h"

#define PORT		0x80
#define RUNNING_VPS	8

static __guest void count(__u64 unused)
{
	__u64 i;

	for (i = 0; ; i++)
		out32(PORT, i);
}

static __guest void spin(__u64 index)
{
	out32(PORT, index);
	for (;;)
		asm volatile("pause");
}

/* Three descriptors, and in how many orders they can be closed */
#define ORDERS	6

static void close_in_order(int order, int device, int partition, int vp)
{
	static const char orders[ORDERS][4] = {
		"dpv", "dvp", "pdv", "pvd", "vdp", "vpd",
	};
	int i;

	for (i = 0; i < 3; i++)
		close(orders[order][i] == 'd' ? device :
		      orders[order][i] == 'p' ? partition : vp);
}

TEST_F(guest, closed_in_every_order)
{
	static char ledger[HYPERVISOR_REPLY];
	int order;

	vm_close(self->vm);
	if (self->has_ledger)
		hypervisor_ledger(ledger);

	for (order = 0; order < ORDERS; order++) {
		struct vm *vm = vm_new();
		struct vp *vp = vp_new(vm, 0);

		vp_start(vp, count, 0);
		ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));
		close_in_order(order, vm->device, vm->fd, vp->fd);
		if (self->has_ledger)
			EXPECT_TRUE(ledger_becomes(ledger)) {
				TH_LOG("order %d", order);
			}
	}
}

TEST_F(guest, vp_runs_without_the_other_descriptors)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start(vp, count, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));
	vm_close(self->vm);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 1));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 2));
}

/* The VP is the partition's: its descriptor is only a way to it. */
TEST_F(guest, vp_exists_after_its_descriptor)
{
	struct mshv_create_vp again = { .vp_index = 0 };
	struct vp *vp = vp_new(self->vm, 0);

	vp_close(vp);
	EXPECT_EQ(-1, ioctl(self->vm->fd, MSHV_CREATE_VP, &again));
	EXPECT_EQ(EEXIST, errno);
}

TEST_F(guest, partition_without_vps_or_memory_goes_too)
{
	int device = device_open();
	int i;

	for (i = 0; i < 10; i++) {
		int fd = partition_create(device);

		if (i % 2)
			partition_initialize(fd);
		ASSERT_EQ(0, close(fd));
	}
	ASSERT_EQ(0, close(device));
}

TEST_F(guest, descriptors_are_closed_on_exec)
{
	struct vp *vp = vp_new(self->vm, 0);

	EXPECT_EQ(FD_CLOEXEC, fcntl(self->vm->fd, F_GETFD));
	EXPECT_EQ(FD_CLOEXEC, fcntl(vp->fd, F_GETFD));
}

/* Waits for a child that makes its assertions through its exit status. */
static bool child_succeeds(pid_t child)
{
	int status;

	return waitpid(child, &status, 0) == child && WIFEXITED(status) &&
	       !WEXITSTATUS(status);
}

TEST_F(guest, child_process_runs_the_vp)
{
	struct vp *vp = vp_new(self->vm, 0);
	pid_t child;

	vp_start(vp, count, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));

	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(!vp_writes_port(vp, PORT, 4, 1));
	ASSERT_TRUE(child_succeeds(child));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 2));
}

static __guest void touch_new_page(__u64 gpa)
{
	out32(PORT, 0);
	store(gpa, 1);
	out32(PORT, 1);
	halt();
}

/*
 * The memory belongs to the process that set it. When that is gone, what the
 * guest has not touched yet cannot come any more: the VMM hears of it, or gets
 * an error. What must not happen is that it runs forever.
 */
static int run_as_orphan(struct vp *vp, pid_t creator)
{
	while (getppid() == creator)
		sleep_us(1000);

	if (vp_run(vp))
		return 0;
	return vp->message.type != HV_MSG_GPA_INTERCEPT;
}

static void create_and_leave(int report)
{
	struct vm *vm = vm_new();
	struct vp *vp = vp_new(vm, 0);
	pid_t creator = getpid();
	char result;

	vm_add_memory(vm, GUEST_MORE, PAGE_SIZE, REGION_ALL);
	vp_start(vp, touch_new_page, GUEST_MORE);
	if (!vp_writes_port(vp, PORT, 4, 0))
		_exit(1);
	if (fork())
		_exit(0);

	result = run_as_orphan(vp, creator);
	_exit(write(report, &result, 1) != 1);
}

TEST_F(guest, vp_whose_memory_has_left)
{
	char result = 1;
	int report[2];
	pid_t creator;

	ASSERT_EQ(0, pipe(report));
	creator = fork();
	ASSERT_LE(0, creator);
	if (!creator)
		create_and_leave(report[1]);
	ASSERT_TRUE(child_succeeds(creator));
	close(report[1]);
	ASSERT_EQ(1, read(report[0], &result, 1));
	EXPECT_EQ(0, result);
}

static void *run_forever(void *arg)
{
	struct vp *vp = arg;

	vp_run(vp);
	return NULL;
}

/* A VMM with RUNNING_VPS that spin; says so and waits for its end. */
static void run_spinning_vps(int report)
{
	struct vm *vm = vm_new();
	pthread_t thread;
	__u32 i;

	for (i = 0; i < RUNNING_VPS; i++) {
		struct vp *vp = vp_new(vm, i);

		vp_start(vp, spin, i);
		require(vp_writes_port(vp, PORT, 4, i), "VP %u begins", i);
		require(!pthread_create(&thread, NULL, run_forever, vp),
			"start thread %u", i);
	}
	sleep_us(50000);
	require(write(report, "", 1) == 1, "report");
	pthread_join(thread, NULL);
	_exit(1);
}

TEST_F(guest, killed_with_running_vps)
{
	int report[2], status, round;
	char byte;

	for (round = 0; round < 3; round++) {
		pid_t vmm;

		ASSERT_EQ(0, pipe(report));
		vmm = fork();
		ASSERT_LE(0, vmm);
		if (!vmm)
			run_spinning_vps(report[1]);
		close(report[1]);
		ASSERT_EQ(1, read(report[0], &byte, 1));
		ASSERT_EQ(0, kill(vmm, SIGKILL));
		ASSERT_EQ(vmm, waitpid(vmm, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
		close(report[0]);
	}
}

/* Threads that are inside of MSHV_RUN_VP hold the descriptor they came by. */
TEST_F(guest, closed_while_running)
{
	struct vp *vp = vp_new(self->vm, 0);
	pthread_t thread;

	vp_start(vp, spin, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));
	ASSERT_EQ(0, pthread_create(&thread, NULL, run_forever, vp));
	sleep_us(20000);
	ASSERT_EQ(0, close(vp->fd));
	vm_close(self->vm);
	sleep_us(20000);
	/* And the process ends with the thread still inside. */
}

TEST_F(guest, module_stays_while_the_device_is_open)
{
	EXPECT_EQ(0, close(self->vm->fd));
	EXPECT_EQ(-EWOULDBLOCK, unload_module());
}

TEST_F(guest, module_stays_while_there_is_a_partition)
{
	EXPECT_EQ(0, close(self->vm->device));
	EXPECT_EQ(-EWOULDBLOCK, unload_module());
}

TEST_F(guest, module_stays_while_there_is_a_vp)
{
	struct vp *vp = vp_new(self->vm, 0);

	vm_close(self->vm);
	EXPECT_EQ(-EWOULDBLOCK, unload_module());
	vp_close(vp);
}

TEST_F(guest, module_stays_while_a_page_is_mapped)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_map_page(vp, MSHV_VP_MMAP_OFFSET_REGISTERS);
	vp_close(vp);
	vm_close(self->vm);
	EXPECT_EQ(-EWOULDBLOCK, unload_module());
}

TEST_HARNESS_MAIN

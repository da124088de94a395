// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is not there when something is made: each allocation, and each copy
 * from or to user space, fails once in every call that makes a partition, a VP or
 * a connection. The call says ENOMEM, or EFAULT, or does without; it works the
 * next time, and nothing is left of the first.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>

#include "lib/fault_fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/irqfd.h"
#include "lib/knob.h"
#include "lib/misuse.h"
#include "lib/require.h"

static __guest void do_nothing(__u64 unused)
{
	halt();
}

static bool guest_runs(struct vp *vp)
{
	vp_start(vp, do_nothing, 0);
	return vp_halts(vp);
}

/* What the calls of this file work with */
struct subject {
	struct vm *vm;
	int device;
	int fd;
	__u32 index;
	int eventfd;
	int resamplefd;
	struct route_table *table;
};

static void close_result(void *object, int result)
{
	require(!close(result), "close what was made");
}

/* The device */

static int open_device(void *object)
{
	int fd = open("/dev/mshv", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int close_it(void *object)
{
	struct subject *subject = object;

	return close(subject->fd) ? -errno : 0;
}

TEST_F(fault, device_is_opened)
{
	struct subject subject = {};
	const struct swept_call opens = {
		.name = "open", .call = open_device, .after = close_result,
		.no_memory = true, .no_copy = true,
	};

	EXPECT_TRUE(sweep(&opens, &subject));
}

/* Partitions */

/* Objects of the hypervisor cost so many pages more. */
static void be_stingy(unsigned int pages)
{
	static char reply[HYPERVISOR_REPLY];
	char command[32];

	if (!hypervisor_present())
		return;
	snprintf(command, sizeof(command), "knob stingy %u", pages);
	require(hypervisor_ask(command, reply), "%s: %s", command, reply);
}

static int create_partition(void *object)
{
	struct mshv_create_partition args = {};
	struct subject *subject = object;

	return try(subject->device, MSHV_CREATE_PARTITION, &args);
}

static int create_partition_v2(void *object)
{
	struct mshv_create_partition_v2 args = {
		.pt_flags = VM_X2APIC |
			    _BITULL(MSHV_PT_BIT_CPU_AND_XSAVE_FEATURES),
		.pt_num_cpu_fbanks = MSHV_NUM_CPU_FEATURES_BANKS,
	};
	struct subject *subject = object;

	return try(subject->device, MSHV_CREATE_PARTITION, &args);
}

TEST_F(fault, partition_is_created)
{
	struct subject subject = { .device = self->vm->device };
	const struct swept_call create = {
		.name = "create a partition", .call = create_partition,
		.after = close_result, .no_memory = true, .no_copy = true,
		.tidy = true,	/* what was deposited is back */
	};
	const struct swept_call create_v2 = {
		.name = "create another one", .call = create_partition_v2,
		.after = close_result, .no_memory = true, .no_copy = true,
		.hungry = HVCALL_CREATE_PARTITION,
		.status = HV_STATUS_INSUFFICIENT_CONTIGUOUS_MEMORY,
	};

	/* More than what is deposited at a time: it takes several deposits. */
	be_stingy(20);
	EXPECT_TRUE(sweep(&create, &subject));
	be_stingy(0);
	EXPECT_TRUE(sweep(&create_v2, &subject));
	EXPECT_TRUE(guest_runs(self->vp));
}

static void create_before(void *object)
{
	struct subject *subject = object;

	subject->fd = partition_create(subject->device);
}

static int initialize_partition(void *object)
{
	struct subject *subject = object;

	return try(subject->fd, MSHV_INITIALIZE_PARTITION, NULL);
}

static void close_after(void *object, int result)
{
	close_it(object);
}

TEST_F(fault, partition_is_initialized)
{
	struct subject subject = { .device = self->vm->device };
	const struct swept_call initialize = {
		.name = "initialize", .before = create_before,
		.call = initialize_partition, .after = close_after,
		.no_memory = true, .hungry = HVCALL_INITIALIZE_PARTITION,
		.alike = 208,	/* pages that are deposited in advance */
	};

	EXPECT_TRUE(sweep(&initialize, &subject));
}

/* VPs */

static int create_vp(void *object)
{
	struct subject *subject = object;
	struct mshv_create_vp args = { .vp_index = subject->index };

	return try(subject->vm->fd, MSHV_CREATE_VP, &args);
}

/* The VP stays with its partition. It works if it runs; the next is another. */
static void run_new_vp(void *object, int result)
{
	struct subject *subject = object;
	struct vp vp = { .fd = result, .index = subject->index++ };

	require(guest_runs(&vp), "a VP that was made runs");
	require(!close(result), "close the VP");
}

/* A VP takes memory of its partition, and of this system's own. */
static bool vp_sweeps(__u16 hungry, __u16 status)
{
	struct subject subject = { .vm = vm_new() };
	const struct swept_call create = {
		.name = "create a VP", .call = create_vp, .after = run_new_vp,
		.no_memory = true, .no_copy = true,
		.hungry = hungry, .status = status,
	};
	bool good = sweep(&create, &subject);

	vm_close(subject.vm);
	return good;
}

TEST_F(fault, vp_is_created)
{
	EXPECT_TRUE(vp_sweeps(HVCALL_CREATE_VP, HV_STATUS_INSUFFICIENT_MEMORY));
	EXPECT_TRUE(vp_sweeps(HVCALL_MAP_VP_STATE_PAGE,
			      HV_STATUS_INSUFFICIENT_CONTIGUOUS_MEMORY));
}

/* An L1VH cannot help the root partition: it says so, and deposits nothing. */
static bool root_memory_is_not_ours(struct vm *vm)
{
	struct mshv_create_vp args = { .vp_index = 1 };
	int ret;

	make_fail(HVCALL_MAP_STATS_PAGE, NEXT,
		  HV_STATUS_INSUFFICIENT_ROOT_MEMORY);
	ret = try(vm->fd, MSHV_CREATE_VP, &args);
	no_more_faults();
	return comes_of("a VP", -ENOMEM, ret) &&
	       try(vm->fd, MSHV_CREATE_VP, &args) >= 0;
}

TEST_F(fault, vp_is_created_with_memory_of_the_parent)
{
	char type[8];

	if (self->has_ledger &&
	    read_file("/sys/class/misc/mshv/partition_type", type,
		      sizeof(type)) && !strcmp(type, "l1vh")) {
		EXPECT_TRUE(root_memory_is_not_ours(self->vm));
		return;
	}
	EXPECT_TRUE(vp_sweeps(HVCALL_MAP_STATS_PAGE,
			      HV_STATUS_INSUFFICIENT_ROOT_MEMORY));
}

/* Interrupts */

static int connect_irqfd(void *object)
{
	struct subject *subject = object;

	return irqfd(subject->vm, subject->eventfd, -1, 1, 0);
}

static int connect_resampling(void *object)
{
	struct subject *subject = object;

	return irqfd(subject->vm, subject->eventfd, subject->resamplefd, 2,
		     IRQFD_RESAMPLE);
}

static void disconnect_irqfd(void *object, int result)
{
	struct subject *subject = object;

	require(!irqfd(subject->vm, subject->eventfd, -1, 1, IRQFD_DEASSIGN),
		"disconnect an eventfd");
	require(!irqfd(subject->vm, subject->eventfd, -1, 2, IRQFD_DEASSIGN),
		"disconnect an eventfd");
}

static void connect_before(void *object)
{
	require(!connect_irqfd(object), "connect an eventfd");
}

static int disconnect(void *object)
{
	struct subject *subject = object;

	return irqfd(subject->vm, subject->eventfd, -1, 1, IRQFD_DEASSIGN);
}

TEST_F(fault, eventfds_are_connected_with_interrupts)
{
	const struct mshv_user_irq_entry routes[] = {
		msi(1, 0, 0x41), msi(2, 0, 0x63 | MSI_LEVEL),
	};
	struct subject subject = {
		.vm = self->vm,
		.eventfd = event_new(),
		.resamplefd = event_new(),
	};
	const struct swept_call calls[] = {
		{ .name = "irqfd", .call = connect_irqfd,
		  .after = disconnect_irqfd, .no_memory = true, .no_copy = true },
		{ .name = "resampling irqfd", .call = connect_resampling,
		  .after = disconnect_irqfd, .no_memory = true, .no_copy = true },
		{ .name = "end of an irqfd", .before = connect_before,
		  .call = disconnect, .no_copy = true },
	};
	size_t i;

	vm_routes(self->vm, routes, ARRAY_SIZE(routes));
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		EXPECT_TRUE(sweep(&calls[i], &subject));
}

static int set_table(void *object)
{
	struct subject *subject = object;

	return set_routes(subject->vm, subject->table);
}

/* A table that is an allocation of one kind, or of another */
TEST_F(fault, routes_are_set)
{
	static struct route_table table;
	struct subject subject = { .vm = self->vm, .table = &table };
	const struct swept_call set = {
		.name = "routes", .call = set_table,
		.no_memory = true, .no_copy = true,
	};
	__u32 i;

	for (i = 0; i < MAX_ROUTES; i++)
		table.entries[i] = msi(i, 0, 0x41);
	table.head.nr = 1;
	EXPECT_TRUE(sweep(&set, &subject));
	table.head.nr = MAX_ROUTES;
	EXPECT_TRUE(sweep(&set, &subject));
	table.head.nr = 0;
	EXPECT_TRUE(sweep(&set, &subject));
}

/* Doorbells */

static struct mshv_user_ioeventfd doorbell(const struct subject *subject,
					   __u32 flags)
{
	return (struct mshv_user_ioeventfd){
		.addr = GUEST_HOLE,
		.len = 4,
		.fd = subject->eventfd,
		.flags = flags,
	};
}

static int connect_doorbell(void *object)
{
	struct subject *subject = object;
	struct mshv_user_ioeventfd args = doorbell(subject, 0);

	return ioeventfd(subject->vm, &args);
}

static int disconnect_doorbell(void *object)
{
	struct subject *subject = object;
	struct mshv_user_ioeventfd args = doorbell(subject, IOEVENTFD_DEASSIGN);

	return ioeventfd(subject->vm, &args);
}

static void connect_doorbell_before(void *object)
{
	require(!connect_doorbell(object), "connect an eventfd");
}

static void disconnect_doorbell_after(void *object, int result)
{
	require(!disconnect_doorbell(object), "disconnect an eventfd");
}

TEST_F(fault, eventfds_are_connected_with_writes)
{
	struct subject subject = { .vm = self->vm, .eventfd = event_new() };
	const struct swept_call calls[] = {
		{ .name = "ioeventfd, port", .call = connect_doorbell,
		  .after = disconnect_doorbell_after,
		  .no_memory = true, .no_copy = true,
		  .hungry = HVCALL_CREATE_PORT },
		{ .name = "ioeventfd, connection", .call = connect_doorbell,
		  .after = disconnect_doorbell_after,
		  .no_memory = true, .no_copy = true,
		  .hungry = HVCALL_CONNECT_PORT },
		{ .name = "end of an ioeventfd",
		  .before = connect_doorbell_before,
		  .call = disconnect_doorbell, .no_copy = true },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		EXPECT_TRUE(sweep(&calls[i], &subject));
	EXPECT_TRUE(guest_runs(self->vp));
}

TEST_HARNESS_MAIN

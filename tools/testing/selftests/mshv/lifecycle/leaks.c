// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver lets go of what it took from its VMM: eventfds and pages. The ledger
 * of the hypervisor knows neither; Linux counts both.
 */
#include <sys/eventfd.h>
#include <sys/mman.h>

#include "lib/fixture.h"
#include "lib/event.h"
#include "lib/host.h"
#include "lib/irqfd.h"
#include "lib/knob.h"
#include "lib/misuse.h"
#include "lib/require.h"
#include "lib/state.h"
#include "lib/vp.h"

#define PIN		"/sys/module/mshv_root/parameters/pin_guest_memory"

#define VECTOR		0x41
#define EDGE_GSI	1
#define LEVEL_GSI	2
#define DOORBELL	GUEST_HOLE

/* New eventfds to look at; no test has more of its own */
#define LOOK		4

/*
 * Eventfds have the lowest number that is free, as long as anybody has them. If
 * one of those that a test had is not free, some new one gets a higher number.
 */
static long long next_number(void)
{
	long long number, highest = 0;
	int fds[LOOK], i;
	char path[64];

	for (i = 0; i < LOOK; i++) {
		fds[i] = event_new();
		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fds[i]);
		number = read_number(path, "eventfd-id:");
		require(number >= 0, "find the number of an eventfd");
		if (number > highest)
			highest = number;
	}
	for (i = 0; i < LOOK; i++)
		close(fds[i]);
	return highest;
}

/* What is closed may be let go of a little later. */
static bool nobody_has_more(long long before)
{
	__u64 deadline = now_us() + PATIENCE_TO_FREE_US;

	while (next_number() > before && now_us() < deadline)
		sleep_us(1000);
	return next_number() <= before;
}

static void connect_and_end(struct vm *vm, int fd, int other)
{
	require(!irqfd(vm, fd, -1, EDGE_GSI, 0), "connect");
	require(!irqfd(vm, fd, -1, EDGE_GSI, IRQFD_DEASSIGN), "disconnect");
}

static void connect_and_close(struct vm *vm, int fd, int other)
{
	require(!irqfd(vm, fd, -1, EDGE_GSI, 0), "connect");
}

static void resample_and_end(struct vm *vm, int fd, int other)
{
	require(!irqfd(vm, fd, other, LEVEL_GSI, IRQFD_RESAMPLE), "connect");
	require(!irqfd(vm, fd, -1, LEVEL_GSI, IRQFD_DEASSIGN), "disconnect");
}

static void resample_and_close(struct vm *vm, int fd, int other)
{
	require(!irqfd(vm, fd, other, LEVEL_GSI, IRQFD_RESAMPLE), "connect");
}

static void resample_an_edge(struct vm *vm, int fd, int other)
{
	require(irqfd(vm, fd, other, EDGE_GSI, IRQFD_RESAMPLE) == -EINVAL,
		"be refused");
}

static void resample_to_nothing(struct vm *vm, int fd, int other)
{
	require(irqfd(vm, fd, -1, LEVEL_GSI, IRQFD_RESAMPLE) == -EBADF,
		"be refused");
}

static void connect_twice(struct vm *vm, int fd, int other)
{
	require(!irqfd(vm, fd, -1, EDGE_GSI, 0), "connect");
	require(irqfd(vm, fd, -1, EDGE_GSI, 0) == -EBUSY, "be refused");
}

static void end_what_is_not_there(struct vm *vm, int fd, int other)
{
	require(!irqfd(vm, fd, -1, EDGE_GSI, IRQFD_DEASSIGN), "disconnect");
}

static int doorbell(struct vm *vm, int fd, __u32 len, __u32 flags)
{
	const struct mshv_user_ioeventfd args = {
		.addr = DOORBELL, .len = len, .fd = fd, .flags = flags,
	};

	return ioeventfd(vm, &args);
}

static void ring_and_end(struct vm *vm, int fd, int other)
{
	require(!doorbell(vm, fd, 4, 0), "connect");
	require(!doorbell(vm, fd, 4, IOEVENTFD_DEASSIGN), "disconnect");
}

static void ring_what_rings(struct vm *vm, int fd, int other)
{
	require(!doorbell(vm, fd, 4, 0), "connect");
	require(doorbell(vm, other, 4, 0) == -EEXIST, "be refused");
	require(doorbell(vm, other, 4, IOEVENTFD_DEASSIGN) == -ENOENT,
		"be refused");
	require(!doorbell(vm, fd, 4, IOEVENTFD_DEASSIGN), "disconnect");
}

static void ring_with_an_odd_length(struct vm *vm, int fd, int other)
{
	require(doorbell(vm, fd, 3, 0) == -EINVAL, "be refused");
}

static const struct {
	const char *row;
	void (*use)(struct vm *vm, int fd, int other);
} uses[] = {
	{ "connect and end", connect_and_end },
	{ "connect and close", connect_and_close },
	{ "resample and end", resample_and_end },
	{ "resample and close", resample_and_close },
	{ "resample an edge", resample_an_edge },
	{ "resample to nothing", resample_to_nothing },
	{ "connect twice", connect_twice },
	{ "end what is not there", end_what_is_not_there },
	{ "ring and end", ring_and_end },
	{ "ring what rings", ring_what_rings },
	{ "ring with an odd length", ring_with_an_odd_length },
};

static void make_routes(struct vm *vm)
{
	const struct mshv_user_irq_entry entries[] = {
		msi(EDGE_GSI, 0, VECTOR), msi(LEVEL_GSI, 0, MSI_LEVEL | VECTOR),
	};

	vm_routes(vm, entries, 2);
}

TEST_F(guest, no_eventfd_is_kept)
{
	size_t i;

	make_routes(self->vm);
	for (i = 0; i < ARRAY_SIZE(uses); i++) {
		long long before = next_number();
		int fd = event_new(), other = event_new();

		uses[i].use(self->vm, fd, other);
		close(fd);
		close(other);
		EXPECT_TRUE(nobody_has_more(before))
			TH_LOG("%s", uses[i].row);
	}
}

/* The partition has them until it ends, and no longer. */
TEST_F(guest, no_eventfd_is_kept_by_a_partition_that_ends)
{
	long long before = next_number();
	struct vm *vm = vm_new();
	int rung = event_new(), fd = event_new(), other = event_new();

	make_routes(vm);
	ASSERT_EQ(0, doorbell(vm, rung, 4, 0));
	close(rung);
	ASSERT_EQ(0, irqfd(vm, fd, other, LEVEL_GSI, IRQFD_RESAMPLE));
	vm_close(vm);
	close(fd);
	close(other);
	EXPECT_TRUE(nobody_has_more(before));
}

/* Pages of user memory that are pinned, in the whole system */
static long long pinned_pages(void)
{
	/* Each processor has a part of the counts for itself. */
	require(!write_file("/proc/sys/vm/stat_refresh", "1"),
		"add up the counts of all processors");
	return read_number("/proc/vmstat", "nr_foll_pin_acquired") -
	       read_number("/proc/vmstat", "nr_foll_pin_released");
}

/* Of three pages that are wanted the last one is not there. */
TEST_F(guest, no_page_of_a_state_stays_pinned)
{
	char *buffer = memory_new(3 * PAGE_SIZE);
	__u32 size = 3 * PAGE_SIZE;
	long long before;
	struct vp *vp;

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor has a state of several pages");

	knob_turn("large-xsave", 1);
	vp = vp_new(vm_new(), 0);
	knob_turn("large-xsave", 0);
	before = pinned_pages();
	EXPECT_EQ(0, state_call(vp, MSHV_GET_VP_STATE, MSHV_VP_STATE_XSAVE,
				buffer, &size));
	EXPECT_LT(2 * PAGE_SIZE, size);
	EXPECT_EQ(before, pinned_pages());

	ASSERT_EQ(0, mprotect(buffer + 2 * PAGE_SIZE, PAGE_SIZE, PROT_NONE));
	size = 3 * PAGE_SIZE;
	EXPECT_EQ(-EFAULT, state_call(vp, MSHV_GET_VP_STATE,
				      MSHV_VP_STATE_XSAVE, buffer, &size));
	size = 3 * PAGE_SIZE;
	EXPECT_EQ(-EFAULT, state_call(vp, MSHV_SET_VP_STATE,
				      MSHV_VP_STATE_XSAVE, buffer, &size));
	EXPECT_EQ(before, pinned_pages());
}

TEST_F(guest, no_page_of_guest_memory_stays_pinned)
{
	char *memory = memory_new(3 * PAGE_SIZE);
	long long before;
	char was[8];

	if (!read_file(PIN, was, sizeof(was)))
		SKIP(return, "this driver does not pin on demand");
	ASSERT_EQ(0, mprotect(memory + 2 * PAGE_SIZE, PAGE_SIZE, PROT_NONE));
	before = pinned_pages();
	ASSERT_EQ(0, write_file(PIN, "1"));
	EXPECT_EQ(-ENOMEM, vm_set_memory(self->vm, GUEST_MORE, memory,
					 3 * PAGE_SIZE, REGION_ALL));
	EXPECT_EQ(before, pinned_pages());
	EXPECT_EQ(0, vm_set_memory(self->vm, GUEST_MORE, memory, 2 * PAGE_SIZE,
				   REGION_ALL));
	ASSERT_EQ(0, write_file(PIN, was));
	EXPECT_EQ(before + 2, pinned_pages());
	vm_unmap(self->vm, GUEST_MORE, memory, 2 * PAGE_SIZE);
	EXPECT_EQ(before, pinned_pages());
}

TEST_HARNESS_MAIN

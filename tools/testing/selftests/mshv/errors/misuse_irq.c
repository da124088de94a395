// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSHV_SET_MSI_ROUTING and MSHV_IRQFD with every field out of range give the
 * errno that include/uapi/linux/mshv.h documents, and change nothing.
 *
 * No guest runs. What the table of routes is can be seen from outside: a
 * resampling irqfd can be made if, and only if, its interrupt has a route that
 * is level triggered.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "lib/fixture.h"
#include "lib/interrupts.h"
#include "lib/irqfd.h"
#include "lib/misuse.h"
#include "lib/require.h"
#include "lib/vp.h"

#define ROUTES		MAX_ROUTES
#define VECTOR		0x31

/* Whether there is a route for the interrupt, and it is level triggered */
static bool is_level(struct vm *vm, __u32 gsi)
{
	int fd = event_new(), resamplefd = event_new();
	int ret = irqfd(vm, fd, resamplefd, gsi, IRQFD_RESAMPLE);

	require(!ret || ret == -EINVAL, "make a resampling irqfd: %d", ret);
	if (!ret)
		require(!irqfd(vm, fd, -1, gsi, IRQFD_DEASSIGN), "end it");
	close(fd);
	close(resamplefd);
	return !ret;
}

/* A table with a level-triggered route for each number below @count */
static struct route_table *full_table(__u32 count)
{
	struct route_table *table = calloc(1, sizeof(*table));
	__u32 i;

	require(table, "allocate a table");
	table->head.nr = count;
	for (i = 0; i < count; i++)
		table->entries[i] = (struct mshv_user_irq_entry){
			.gsi = i,
			.data = MSI_LEVEL | VECTOR,
		};
	return table;
}

TEST_F(guest, table_is_replaced)
{
	struct route_table *table = full_table(1);

	EXPECT_FALSE(is_level(self->vm, 0));
	ASSERT_EQ(0, set_routes(self->vm, table));
	EXPECT_TRUE(is_level(self->vm, 0));

	/* The highest number, and nothing else any more */
	table->entries[0].gsi = ROUTES - 1;
	ASSERT_EQ(0, set_routes(self->vm, table));
	EXPECT_TRUE(is_level(self->vm, ROUTES - 1));
	EXPECT_FALSE(is_level(self->vm, 0));
	EXPECT_FALSE(is_level(self->vm, ROUTES - 2));

	/* The same number, another route */
	table->entries[0].data = VECTOR;
	ASSERT_EQ(0, set_routes(self->vm, table));
	EXPECT_FALSE(is_level(self->vm, ROUTES - 1));

	table->head.nr = 0;
	ASSERT_EQ(0, set_routes(self->vm, table));
	EXPECT_FALSE(is_level(self->vm, ROUTES - 1));
	ASSERT_EQ(0, set_routes(self->vm, table));
}

TEST_F(guest, table_of_all_routes)
{
	struct route_table *table = full_table(ROUTES);

	ASSERT_EQ(0, set_routes(self->vm, table));
	EXPECT_TRUE(is_level(self->vm, 0));
	EXPECT_TRUE(is_level(self->vm, ROUTES / 2));
	EXPECT_TRUE(is_level(self->vm, ROUTES - 1));
	EXPECT_FALSE(is_level(self->vm, ROUTES));

	/* One more is one too many, whatever it says. */
	table->head.nr = ROUTES + 1;
	table->entries[ROUTES].gsi = 7;
	EXPECT_EQ(-EINVAL, set_routes(self->vm, table));
	table->head.nr = 0xffffffff;
	EXPECT_EQ(-EINVAL, set_routes(self->vm, table));
	EXPECT_TRUE(is_level(self->vm, 0));
}

/* The first table has routes for 1 and 2. */
static const struct {
	const char *name;
	struct mshv_user_irq_table head;
	struct mshv_user_irq_entry entries[3];
} tables[] = {
	{ "reserved field", { .nr = 1, .rsvd = 1 }, { { .gsi = 7 } } },
	{ "highest bit of the reserved field", { .nr = 1, .rsvd = 1U << 31 },
	  { { .gsi = 7 } } },
	{ "reserved field of an empty table", { .rsvd = 1 }, { } },
	{ "first number too high", { .nr = 1 }, { { .gsi = ROUTES } } },
	{ "highest number", { .nr = 1 }, { { .gsi = 0xffffffff } } },
	{ "number too high at the end", { .nr = 3 },
	  { { .gsi = 7 }, { .gsi = 8 }, { .gsi = ROUTES } } },
	{ "long address", { .nr = 1 }, { { .gsi = 7, .address_hi = 1 } } },
	{ "longest address", { .nr = 1 },
	  { { .gsi = 7, .address_hi = 1U << 31 } } },
	{ "long address at the end", { .nr = 3 },
	  { { .gsi = 7 }, { .gsi = 8 }, { .gsi = 9, .address_hi = 1 } } },
	{ "number that comes twice", { .nr = 2 },
	  { { .gsi = 7 }, { .gsi = 7 } } },
	{ "number that comes again", { .nr = 3 },
	  { { .gsi = 7 }, { .gsi = 8 }, { .gsi = 7 } } },
};

static bool first_table_stands(struct vm *vm)
{
	return !is_level(vm, 0) && is_level(vm, 1) && is_level(vm, 2) &&
	       !is_level(vm, 7);
}

TEST_F(guest, set_msi_routing)
{
	struct route_table *table = full_table(2);
	size_t i;

	table->entries[0].gsi = 2;
	ASSERT_EQ(0, set_routes(self->vm, table));
	ASSERT_TRUE(first_table_stands(self->vm));
	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		table->head = tables[i].head;
		memcpy(table->entries, tables[i].entries,
		       sizeof(tables[i].entries));
		EXPECT_TRUE(comes_of(tables[i].name, -EINVAL,
				     set_routes(self->vm, table)));
	}
	EXPECT_TRUE(first_table_stands(self->vm));
}

/* An argument that ends where nothing can be read any more */
static void *last_bytes(const void *content, size_t size)
{
	char *pages = mmap(NULL, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	require(pages != MAP_FAILED, "map two pages");
	require(!munmap(pages + PAGE_SIZE, PAGE_SIZE), "unmap the second");
	return memcpy(pages + PAGE_SIZE - size, content, size);
}

TEST_F(guest, set_msi_routing_reads_no_more_than_it_needs)
{
	const size_t head = sizeof(struct mshv_user_irq_table);
	const size_t entry = sizeof(struct mshv_user_irq_entry);
	struct route_table *table = full_table(2);
	struct vm *vm = self->vm;

	table->entries[0].gsi = 2;
	EXPECT_EQ(0, set_routes(vm, last_bytes(table, head + 2 * entry)));
	table->entries[0].gsi = 7;
	EXPECT_EQ(-EFAULT,
		  set_routes(vm, last_bytes(table, head + 2 * entry - 1)));
	EXPECT_EQ(-EFAULT, set_routes(vm, last_bytes(table, head)));
	EXPECT_EQ(-EFAULT, set_routes(vm, last_bytes(table, head - 1)));
	EXPECT_EQ(-EFAULT, set_routes(vm, NULL));
	EXPECT_TRUE(first_table_stands(vm));

	table->head.nr = 0;
	EXPECT_EQ(0, set_routes(vm, last_bytes(table, head)));
}

/* What is at hand when an irqfd is tried; interrupt 1 is level triggered. */
enum file { EVENTFD, USED, RESAMPLEFD, DEVICE_FILE, CLOSED, FILES };

static const struct {
	const char *name;
	enum file fd;
	enum file resamplefd;
	__u32 gsi;
	__u32 flags;
	int expected;
} irqfds[] = {
	{ "unknown flag", EVENTFD, RESAMPLEFD, 1,
	  1 << MSHV_IRQFD_BIT_COUNT, -EINVAL },
	{ "highest flag", EVENTFD, RESAMPLEFD, 1, 1U << 31, -EINVAL },
	{ "unknown flag while deassigning", EVENTFD, RESAMPLEFD, 1,
	  IRQFD_DEASSIGN | 1 << MSHV_IRQFD_BIT_COUNT, -EINVAL },
	{ "closed descriptor", CLOSED, RESAMPLEFD, 1, 0, -EBADF },
	{ "no eventfd", DEVICE_FILE, RESAMPLEFD, 1, 0, -EINVAL },
	{ "deassign closed descriptor", CLOSED, RESAMPLEFD, 1, IRQFD_DEASSIGN,
	  -EBADF },
	{ "deassign no eventfd", DEVICE_FILE, RESAMPLEFD, 1, IRQFD_DEASSIGN,
	  -EINVAL },
	{ "resample to closed descriptor", EVENTFD, CLOSED, 1, IRQFD_RESAMPLE,
	  -EBADF },
	{ "resample to no eventfd", EVENTFD, DEVICE_FILE, 1, IRQFD_RESAMPLE,
	  -EINVAL },
	{ "resample without a route", EVENTFD, RESAMPLEFD, 0, IRQFD_RESAMPLE,
	  -EINVAL },
	{ "resample behind all routes", EVENTFD, RESAMPLEFD, ROUTES,
	  IRQFD_RESAMPLE, -EINVAL },
	{ "resample an edge", EVENTFD, RESAMPLEFD, 3, IRQFD_RESAMPLE, -EINVAL },
	{ "eventfd of another interrupt", USED, RESAMPLEFD, 1, 0, -EBUSY },
	{ "eventfd of the same interrupt", USED, RESAMPLEFD, 2, 0, -EBUSY },
	{ "resample to eventfd of another interrupt", USED, RESAMPLEFD, 1,
	  IRQFD_RESAMPLE, -EBUSY },
	{ "deassign what was not assigned", EVENTFD, RESAMPLEFD, 1,
	  IRQFD_DEASSIGN, 0 },
	{ "deassign another interrupt", USED, RESAMPLEFD, 1,
	  IRQFD_DEASSIGN, 0 },
	{ "still used", USED, RESAMPLEFD, 1, 0, -EBUSY },
	{ "deassign needs no resamplefd", USED, CLOSED, 2,
	  IRQFD_DEASSIGN | IRQFD_RESAMPLE, 0 },
	{ "free again", USED, CLOSED, 1, 0, 0 },
	{ "interrupt without a route", EVENTFD, CLOSED, 77, 0, 0 },
	{ "end that", EVENTFD, CLOSED, 77, IRQFD_DEASSIGN, 0 },
	{ "interrupt that never has a route", EVENTFD, CLOSED, 0xffffffff, 0,
	  0 },
};

TEST_F(guest, irqfd)
{
	struct route_table *table = full_table(4);
	int fds[FILES] = {
		[EVENTFD] = event_new(),
		[USED] = event_new(),
		[RESAMPLEFD] = event_new(),
		[DEVICE_FILE] = self->vm->device,
		[CLOSED] = -1,
	};
	size_t i;

	/* Routes for 1, 2 and 3, the last one edge triggered */
	table->entries[0] = table->entries[3];
	table->entries[0].data = VECTOR;
	table->head.nr = 3;
	ASSERT_EQ(0, set_routes(self->vm, table));
	ASSERT_EQ(0, irqfd(self->vm, fds[USED], -1, 2, 0));
	for (i = 0; i < ARRAY_SIZE(irqfds); i++)
		EXPECT_TRUE(comes_of(irqfds[i].name, irqfds[i].expected,
				     irqfd(self->vm, fds[irqfds[i].fd],
					   fds[irqfds[i].resamplefd],
					   irqfds[i].gsi, irqfds[i].flags)));
	EXPECT_EQ(-EFAULT, try(self->vm->fd, MSHV_IRQFD, BAD_ADDRESS));
}

/* Two virtual machines would fight over each signal. */
TEST_F(guest, eventfd_serves_one_virtual_machine)
{
	struct vm *other = vm_new();
	int fd = event_new();

	ASSERT_EQ(0, irqfd(self->vm, fd, -1, 1, 0));
	EXPECT_EQ(-EBUSY, irqfd(other, fd, -1, 1, 0));
	ASSERT_EQ(0, irqfd(self->vm, fd, -1, 1, IRQFD_DEASSIGN));
	EXPECT_EQ(0, irqfd(other, fd, -1, 1, 0));
	EXPECT_EQ(-EBUSY, irqfd(self->vm, fd, -1, 1, 0));
}

/* One row of HVCALL_ASSERT_VIRTUAL_INTERRUPT */
static const struct {
	const char *name;
	__u32 type;
	__u32 flags;
	__u64 destination;
	__u32 vector;
	int expected;
} assertions[] = {
	{ "lowest vector", HV_INTERRUPT_FIXED, 0, 0, 16, 0 },
	{ "highest vector", HV_INTERRUPT_FIXED, 0, 0, 255, 0 },
	{ "nobody there", HV_INTERRUPT_FIXED, 0, 77, VECTOR, 0 },
	{ "vector of the processor", HV_INTERRUPT_FIXED, 0, 0, 15, -EINVAL },
	{ "vector too high", HV_INTERRUPT_FIXED, 0, 0, 256, -EINVAL },
	{ "unknown type", 10, 0, 0, VECTOR, -EINVAL },
	{ "unknown flag", HV_INTERRUPT_FIXED, 4, 0, VECTOR, -EINVAL },
};

static int assert_interrupt(int fd, size_t row)
{
	struct hv_assert_interrupt in = {
		.type = assertions[row].type,
		.flags = assertions[row].flags,
		.destination = assertions[row].destination,
		.vector = assertions[row].vector,
	};
	struct mshv_root_hvcall args = {
		.code = HVCALL_ASSERT_VIRTUAL_INTERRUPT,
		.in_sz = sizeof(in),
		.in_ptr = (uintptr_t)&in,
	};

	return hvcall(fd, &args);
}

TEST_F(guest, interrupt_by_hypercall)
{
	struct vm *vm = vm_new_with(VM_LAPIC);
	struct vp *vp = vp_new(vm, 0);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(assertions); i++) {
		EXPECT_TRUE(comes_of(assertions[i].name,
				     assertions[i].expected,
				     assert_interrupt(vm->fd, i)));
		EXPECT_TRUE(comes_of(assertions[i].name,
				     assertions[i].expected,
				     assert_interrupt(vp->fd, i)));
	}
	vm_clear_interrupt(vm);

	/* Without local interrupt controllers there is nothing to interrupt. */
	EXPECT_EQ(-EACCES, assert_interrupt(self->vm->fd, 0));
}

TEST_HARNESS_MAIN

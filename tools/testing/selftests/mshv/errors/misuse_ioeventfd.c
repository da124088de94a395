// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSHV_IOEVENTFD with every field out of range, with things in the way, and when
 * the hypervisor refuses: the errno is the documented one, and what was
 * connected before still is.
 */
#include <fcntl.h>

#include "lib/event.h"
#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/misuse.h"
#include "lib/vp.h"

#define MMIO		0xfc000000UL
#define VALUE		0x1234
#define UNKNOWN_FLAG	_BITUL(MSHV_IOEVENTFD_BIT_COUNT)

/* Which descriptor goes into the argument */
enum which_fd { EVENT, NO_EVENT, CLOSED, NEGATIVE };

struct fds {
	int fd[NEGATIVE + 1];
};

static struct fds open_fds(void)
{
	struct fds fds = {
		.fd = {
			[EVENT] = event_new(),
			[NO_EVENT] = open("/dev/null", O_RDWR | O_CLOEXEC),
			[CLOSED] = event_new(),
			[NEGATIVE] = -1,
		},
	};

	require(fds.fd[NO_EVENT] >= 0, "open /dev/null");
	require(!close(fds.fd[CLOSED]), "close an eventfd");
	return fds;
}

static __guest void write_it(__u64 address)
{
	mmio_write32(address, VALUE);
	halt();
}

/* The eventfd gets the write, and nobody else does. */
static bool rings(struct vm *vm, struct vp *vp, int fd)
{
	vp_start(vp, write_it, MMIO);
	return vp_halts(vp) && event_comes(fd) == 1;
}

static const struct {
	const char *name;
	struct mshv_user_ioeventfd args;
	enum which_fd fd;
	int expected;
} arguments[] = {
	{ "flags: unknown", { .addr = MMIO + 8, .flags = UNKNOWN_FLAG },
	  EVENT, -EINVAL },
	{ "flags: all", { .addr = MMIO + 8, .flags = ~0U }, EVENT, -EINVAL },
	{ "flags: unknown, deassign",
	  { .addr = MMIO + 8, .flags = UNKNOWN_FLAG | IOEVENTFD_DEASSIGN },
	  EVENT, -EINVAL },
	{ "flags: port", { .addr = 0x80, .len = 1, .flags = IOEVENTFD_PIO },
	  EVENT, -EOPNOTSUPP },
	{ "flags: port, deassign",
	  { .addr = 0x80, .len = 1,
	    .flags = IOEVENTFD_PIO | IOEVENTFD_DEASSIGN },
	  EVENT, -EOPNOTSUPP },
	{ "flags: port and value",
	  { .addr = 0x80, .len = 1, .flags = IOEVENTFD_PIO | IOEVENTFD_MATCH },
	  EVENT, -EOPNOTSUPP },
	{ "rsvd: first", { .addr = MMIO + 8, .rsvd = { 1 } }, EVENT, -EINVAL },
	{ "rsvd: last", { .addr = MMIO + 8, .rsvd = { 0, 0, 0, 1 } },
	  EVENT, -EINVAL },
	{ "rsvd: deassign",
	  { .addr = MMIO + 8, .rsvd = { 1 }, .flags = IOEVENTFD_DEASSIGN },
	  EVENT, -EINVAL },
	{ "len: 3", { .addr = MMIO + 8, .len = 3 }, EVENT, -EINVAL },
	{ "len: 5", { .addr = MMIO + 8, .len = 5 }, EVENT, -EINVAL },
	{ "len: 7", { .addr = MMIO + 8, .len = 7 }, EVENT, -EINVAL },
	{ "len: 16", { .addr = MMIO + 8, .len = 16 }, EVENT, -EINVAL },
	{ "len: 2^31", { .addr = MMIO + 8, .len = 1U << 31 }, EVENT, -EINVAL },
	{ "addr: last byte", { .addr = ~0ULL, .len = 1 }, EVENT, -EINVAL },
	{ "addr: last quadword", { .addr = -8ULL, .len = 8 }, EVENT, -EINVAL },
	{ "addr: wraps", { .addr = -2ULL, .len = 4 }, EVENT, -EINVAL },
	{ "fd: no eventfd", { .addr = MMIO + 8 }, NO_EVENT, -EINVAL },
	{ "fd: no eventfd, deassign",
	  { .addr = MMIO + 8, .flags = IOEVENTFD_DEASSIGN }, NO_EVENT,
	  -EINVAL },
	{ "fd: closed", { .addr = MMIO + 8 }, CLOSED, -EBADF },
	{ "fd: closed, deassign",
	  { .addr = MMIO, .len = 4, .flags = IOEVENTFD_DEASSIGN }, CLOSED,
	  -EBADF },
	{ "fd: negative", { .addr = MMIO + 8 }, NEGATIVE, -EBADF },
	{ "same place", { .addr = MMIO, .len = 4 }, EVENT, -EEXIST },
	{ "same place, a value",
	  { .addr = MMIO, .len = 4, .datamatch = 1, .flags = IOEVENTFD_MATCH },
	  EVENT, -EEXIST },
	{ "another length", { .addr = MMIO, .len = 2 }, EVENT, 0 },
	{ "deassign: nothing there",
	  { .addr = MMIO + 8, .len = 4, .flags = IOEVENTFD_DEASSIGN },
	  EVENT, -ENOENT },
	{ "deassign: of another eventfd",
	  { .addr = MMIO, .len = 4, .flags = IOEVENTFD_DEASSIGN },
	  EVENT, -ENOENT },
};

TEST_F(guest, argument_out_of_range)
{
	struct vm *vm = self->vm;
	struct vp *vp = vp_new(vm, 0);
	int fd = ioeventfd_any(vm, MMIO, 4);
	struct fds fds = open_fds();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(arguments); i++) {
		struct mshv_user_ioeventfd args = arguments[i].args;

		args.fd = fds.fd[arguments[i].fd];
		EXPECT_TRUE(comes_of(arguments[i].name, arguments[i].expected,
				     ioeventfd(vm, &args)));
	}
	EXPECT_TRUE(rings(vm, vp, fd));
}

/* What is at one address and length already, and what comes there in addition */
static const struct {
	const char *name;
	__u32 first_flags;
	__u64 first_value;
	__u32 second_flags;
	__u64 second_value;
	int expected;
} collisions[] = {
	{ "any, any", 0, 0, 0, 0, -EEXIST },
	{ "any, value", 0, 0, IOEVENTFD_MATCH, VALUE, -EEXIST },
	{ "any, value 0", 0, 0, IOEVENTFD_MATCH, 0, -EEXIST },
	{ "value, any", IOEVENTFD_MATCH, VALUE, 0, 0, -EEXIST },
	{ "value, same value", IOEVENTFD_MATCH, VALUE,
	  IOEVENTFD_MATCH, VALUE, -EEXIST },
	{ "value, another value", IOEVENTFD_MATCH, VALUE,
	  IOEVENTFD_MATCH, VALUE + 1, 0 },
	{ "value, only the upper half differs", IOEVENTFD_MATCH, VALUE,
	  IOEVENTFD_MATCH, VALUE | 1ULL << 32, 0 },
	/* Without the flag, the field means nothing. */
	{ "any, any with something in the field", 0, 1, 0, 2, -EEXIST },
};

TEST_F(guest, taken_address)
{
	static const __u32 lengths[] = { 0, 1, 2, 4, 8 };
	struct vm *vm = self->vm;
	int fd = event_new();
	size_t i, length;

	for (i = 0; i < ARRAY_SIZE(collisions); i++)
		for (length = 0; length < ARRAY_SIZE(lengths); length++) {
			struct mshv_user_ioeventfd first = {
				.addr = MMIO + 0x1000 * i,
				.len = lengths[length],
				.datamatch = collisions[i].first_value,
				.flags = collisions[i].first_flags,
				.fd = fd,
			}, second = first;

			second.datamatch = collisions[i].second_value;
			second.flags = collisions[i].second_flags;
			ASSERT_EQ(0, ioeventfd(vm, &first));
			EXPECT_TRUE(comes_of(collisions[i].name,
					     collisions[i].expected,
					     ioeventfd(vm, &second)));
		}
}

/* To end a connection, all of it has to be repeated. */
TEST_F(guest, deassign_of_what_is_not_there)
{
	struct vm *vm = self->vm;
	struct vp *vp = vp_new(vm, 0);
	int fd = ioeventfd_match(vm, MMIO, 4, VALUE);
	const struct mshv_user_ioeventfd right = {
		.addr = MMIO,
		.len = 4,
		.datamatch = VALUE,
		.flags = IOEVENTFD_MATCH | IOEVENTFD_DEASSIGN,
		.fd = fd,
	};
	struct mshv_user_ioeventfd args = right;

	args.addr = MMIO + 4;
	EXPECT_EQ(-ENOENT, ioeventfd(vm, &args));
	args = right;
	args.len = 0;
	EXPECT_EQ(-ENOENT, ioeventfd(vm, &args));
	args = right;
	args.datamatch++;
	EXPECT_EQ(-ENOENT, ioeventfd(vm, &args));
	args = right;
	args.flags = IOEVENTFD_DEASSIGN;
	EXPECT_EQ(-ENOENT, ioeventfd(vm, &args));
	args = right;
	args.fd = event_new();
	EXPECT_EQ(-ENOENT, ioeventfd(vm, &args));
	/* Any value is not the value 0. */
	args = right;
	args.fd = ioeventfd_any(vm, MMIO + 8, 4);
	args.addr = MMIO + 8;
	args.datamatch = 0;
	EXPECT_EQ(-ENOENT, ioeventfd(vm, &args));
	EXPECT_TRUE(rings(vm, vp, fd));

	args = right;
	EXPECT_EQ(0, ioeventfd(vm, &args));
	EXPECT_EQ(-ENOENT, ioeventfd(vm, &args));
}

TEST_F(guest, partition_not_initialized)
{
	struct vm vm = { .fd = partition_create(self->vm->device) };
	struct mshv_user_ioeventfd args = { .addr = MMIO, .fd = event_new() };

	EXPECT_EQ(-EIO, ioeventfd(&vm, &args));
	partition_initialize(vm.fd);
	EXPECT_EQ(0, ioeventfd(&vm, &args));
}

/* The hypervisor refuses one of the two calls; the next try works. */
static const struct {
	int call;
	int status;
	int expected;
} refusals[] = {
	{ HVCALL_CREATE_PORT, HV_STATUS_ACCESS_DENIED, -EACCES },
	{ HVCALL_CREATE_PORT, HV_STATUS_INVALID_PORT_ID, -EINVAL },
	{ HVCALL_CREATE_PORT, HV_STATUS_NO_RESOURCES, -EIO },
	{ HVCALL_CONNECT_PORT, HV_STATUS_ACCESS_DENIED, -EACCES },
	{ HVCALL_CONNECT_PORT, HV_STATUS_INVALID_CONNECTION_ID, -EINVAL },
	{ HVCALL_CONNECT_PORT, HV_STATUS_NO_RESOURCES, -EIO },
	/* That is no refusal: more memory is given. */
	{ HVCALL_CREATE_PORT, HV_STATUS_INSUFFICIENT_MEMORY, 0 },
	{ HVCALL_CONNECT_PORT, HV_STATUS_INSUFFICIENT_MEMORY, 0 },
};

TEST_F(guest, hypervisor_refuses)
{
	struct vm *vm = self->vm;
	struct vp *vp = vp_new(vm, 0);
	struct mshv_user_ioeventfd args = {
		.addr = MMIO,
		.len = 4,
		.fd = event_new(),
	};
	char row[64];
	size_t i;

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor can be told to");

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		snprintf(row, sizeof(row), "hypercall %#x fails with %#x",
			 refusals[i].call, refusals[i].status);
		make_fail(refusals[i].call, NEXT, refusals[i].status);
		args.flags = 0;
		EXPECT_TRUE(comes_of(row, refusals[i].expected,
				     ioeventfd(vm, &args)));
		if (refusals[i].expected)
			ASSERT_EQ(0, ioeventfd(vm, &args));
		EXPECT_TRUE(rings(vm, vp, args.fd));
		args.flags = IOEVENTFD_DEASSIGN;
		ASSERT_EQ(0, ioeventfd(vm, &args));
	}
}

TEST_HARNESS_MAIN

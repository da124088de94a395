// SPDX-License-Identifier: GPL-2.0-only
/* Eventfds, and writes of a guest that signal them. */
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>

#include "event.h"
#include "host.h"
#include "require.h"

int event_new(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	require(fd >= 0, "make an eventfd");
	return fd;
}

void event_signal(int fd)
{
	const __u64 one = 1;

	require(write(fd, &one, sizeof(one)) == sizeof(one),
		"signal an eventfd");
}

__u64 event_count(int fd)
{
	__u64 count;

	if (read(fd, &count, sizeof(count)) == sizeof(count))
		return count;
	require(errno == EAGAIN, "read an eventfd");
	return 0;
}

__u64 event_comes(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	while (poll(&pollfd, 1, PATIENCE_US / 1000) < 0)
		require(errno == EINTR, "wait for an eventfd");
	return event_count(fd);
}

int ioeventfd(struct vm *vm, const struct mshv_user_ioeventfd *args)
{
	return ioctl(vm->fd, MSHV_IOEVENTFD, args) ? -errno : 0;
}

static int assign(struct vm *vm, struct mshv_user_ioeventfd *args)
{
	args->fd = event_new();
	require(!ioeventfd(vm, args), "connect an eventfd with %#llx",
		args->addr);
	return args->fd;
}

int ioeventfd_any(struct vm *vm, __u64 gpa, unsigned int width)
{
	struct mshv_user_ioeventfd args = { .addr = gpa, .len = width };

	return assign(vm, &args);
}

int ioeventfd_match(struct vm *vm, __u64 gpa, unsigned int width, __u64 value)
{
	struct mshv_user_ioeventfd args = {
		.addr = gpa,
		.len = width,
		.datamatch = value,
		.flags = IOEVENTFD_MATCH,
	};

	return assign(vm, &args);
}

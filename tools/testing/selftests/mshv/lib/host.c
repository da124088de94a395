// SPDX-License-Identifier: GPL-2.0-only
/* Processors, time, files, the module. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>

#include "hv.h"
#include "host.h"
#include "hypervisor.h"
#include "require.h"

#define SCHEDULER_ATTRIBUTE	"/sys/class/misc/mshv/scheduler"

__u64 now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

void sleep_us(__u64 us)
{
	struct timespec rest = {
		.tv_sec = us / 1000000,
		.tv_nsec = us % 1000000 * 1000,
	};

	while (nanosleep(&rest, &rest) && errno == EINTR)
		;
}

__u64 peek(const __u64 *address)
{
	return __atomic_load_n(address, __ATOMIC_RELAXED);
}

unsigned int processors(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN);
}

void move_to_processor(int tid, unsigned int number)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(number, &set);
	require(!sched_setaffinity(tid, sizeof(set), &set),
		"move thread %d to processor %u", tid, number);
}

bool read_file(const char *path, char *buffer, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return false;
	length = read(fd, buffer, size - 1);
	close(fd);
	if (length < 0)
		return false;
	if (length && buffer[length - 1] == '\n')
		length--;
	buffer[length] = '\0';
	return true;
}

int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

long long read_number(const char *path, const char *key)
{
	char text[8192], *line, *rest = text;
	size_t length = key ? strlen(key) : 0;

	if (!read_file(path, text, sizeof(text)))
		return -1;
	while ((line = strsep(&rest, "\n"))) {
		if (!key)
			return strtoll(line, NULL, 10);
		if (!strncmp(line, key, length) && line[length] == ' ')
			return strtoll(line + length, NULL, 10);
	}
	return -1;
}

/*
 * A driver without the attribute is told by its deeds: where Linux dispatches,
 * a VP that ran was dispatched by hypercall.
 */
bool linux_dispatches(void)
{
	char name[64];

	if (read_file(SCHEDULER_ATTRIBUTE, name, sizeof(name)))
		return !strcmp(name, "root") || !strcmp(name, "integrated");
	return hypervisor_present() && hypervisor_calls(HVCALL_DISPATCH_VP);
}

int unload_module(void)
{
	return syscall(SYS_delete_module, "mshv_root", O_NONBLOCK) ? -errno : 0;
}

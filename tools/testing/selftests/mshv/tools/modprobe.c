// SPDX-License-Identifier: GPL-2.0-only
/*
 * modprobe for the parent partition: one system call, and the name of its
 * errno. busybox's own tries a second system call when the first fails, which
 * runs a failing probe twice.
 *
 *	modprobe NAME [PARAMETER=VALUE...]
 *	modprobe -r NAME
 *
 * Modules are at /lib/modules/RELEASE/NAME.ko; nothing else is loaded with them.
 *
 * If the environment variable FAIL_NTH is a number N, the Nth allocation or copy
 * in the kernel fails while it loads the module. How many there would have to be
 * more is printed, "left=NUMBER"; 0: something failed.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

static int complain(const char *name)
{
	fprintf(stderr, "modprobe: %s: %s\n", name, strerrorname_np(errno));
	return 1;
}

/* Loads the module, with a fault in it if one is wanted; the errno. */
static int finit_module(int fd, const char *parameters)
{
	const char *nth = getenv("FAIL_NTH");
	int fault, ret;
	char left[16];
	ssize_t length;

	fault = nth ? open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC) : -1;
	if (nth && pwrite(fault, nth, strlen(nth), 0) < 0)
		return errno;
	ret = syscall(SYS_finit_module, fd, parameters, 0) ? errno : 0;
	if (!nth)
		return ret;

	/* Reading copies, and this may be what fails. */
	length = pread(fault, left, sizeof(left) - 1, 0);
	left[length > 0 ? length : 0] = '\0';
	while (pwrite(fault, "0", 1, 0) < 0 && errno == EFAULT)
		;
	printf("left=%d\n", length > 0 ? atoi(left) : 1);
	return ret;
}

static int load(const char *name, char **parameters)
{
	char path[256], joined[1024] = "";
	struct utsname system;
	size_t used = 0;
	int fd;

	uname(&system);
	snprintf(path, sizeof(path), "/lib/modules/%s/%s.ko", system.release, name);

	for (; *parameters; parameters++) {
		used += snprintf(joined + used, sizeof(joined) - used, "%s ", *parameters);
		if (used >= sizeof(joined)) {
			errno = E2BIG;
			return complain(name);
		}
	}

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return complain(name);
	errno = finit_module(fd, joined);
	return errno && errno != EEXIST ? complain(name) : 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "-r"))
		return syscall(SYS_delete_module, argv[2], O_NONBLOCK) ? complain(argv[2]) : 0;
	if (argc >= 2 && argv[1][0] != '-')
		return load(argv[1], argv + 2);

	fputs("usage: modprobe NAME [PARAMETER=VALUE...] | -r NAME\n", stderr);
	return 2;
}

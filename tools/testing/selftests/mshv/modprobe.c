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
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

static int complain(const char *name)
{
	fprintf(stderr, "modprobe: %s: %s\n", name, strerrorname_np(errno));
	return 1;
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
	if (syscall(SYS_finit_module, fd, joined, 0) && errno != EEXIST)
		return complain(name);
	return 0;
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

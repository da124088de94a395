// SPDX-License-Identifier: GPL-2.0-only
/* The SATA controller of the machine. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>

#include "host.h"
#include "require.h"
#include "sata.h"
#include "vm.h"

#define DEVICES		"/sys/bus/pci/devices"
#define SATA_CLASS	"0x010601"

static bool is_sata(const char *name)
{
	char path[PATH_MAX], class[16];

	snprintf(path, sizeof(path), DEVICES "/%s/class", name);
	return read_file(path, class, sizeof(class)) &&
	       !strcmp(class, SATA_CLASS);
}

__u32 *sata_map_registers(void *where)
{
	struct dirent *entry;
	char path[PATH_MAX];
	void *registers;
	DIR *devices;
	int fd;

	devices = opendir(DEVICES);
	require(devices, DEVICES);
	do {
		entry = readdir(devices);
		require(entry, "no SATA controller in " DEVICES);
	} while (!is_sata(entry->d_name));

	snprintf(path, sizeof(path), DEVICES "/%s/enable", entry->d_name);
	require(!write_file(path, "1"), "%s", path);
	snprintf(path, sizeof(path), DEVICES "/%s/resource5", entry->d_name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	require(fd >= 0, "%s", path);
	registers = mmap(where, PAGE_SIZE, PROT_READ | PROT_WRITE,
			 MAP_SHARED | (where ? MAP_FIXED : 0), fd, 0);
	require(registers != MAP_FAILED, "mmap() of %s", path);
	close(fd);
	closedir(devices);
	return registers;
}

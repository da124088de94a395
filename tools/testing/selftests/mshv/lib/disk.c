// SPDX-License-Identifier: GPL-2.0-only
/* Disks in memory, and swap on them. */
#define _GNU_SOURCE
#include <assert.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <linux/loop.h>

#include "disk.h"
#include "require.h"
#include "vm.h"

struct swap_header {
	char boot[1024];
	__u32 version;
	__u32 last_page;
	__u32 bad_pages;
	char rest[PAGE_SIZE - 1024 - 3 * sizeof(__u32) - 10];
	char signature[10];
};

static_assert(sizeof(struct swap_header) == PAGE_SIZE, "one page");

/*
 * A file whose pages are all there and stay: to write to the disk, as reclaim
 * does, takes no memory then.
 */
static int file_in_memory(size_t size)
{
	int fd = memfd_create("disk", MFD_CLOEXEC);
	void *content;

	require(fd >= 0 && !ftruncate(fd, size), "make a file");
	content = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_LOCKED | MAP_POPULATE, fd, 0);
	require(content != MAP_FAILED, "lock a file in memory");
	return fd;
}

static int disk_open(const struct disk *disk)
{
	int fd = open(disk->path, O_RDWR | O_CLOEXEC);

	require(fd >= 0, "open %s", disk->path);
	return fd;
}

bool disk_begin(struct disk *disk, size_t size)
{
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	struct loop_config config = {};
	int number, device;

	if (control < 0)
		return false;
	number = ioctl(control, LOOP_CTL_GET_FREE);
	require(number >= 0, "find a loop device");
	close(control);

	snprintf(disk->path, sizeof(disk->path), "/dev/loop%d", number);
	config.fd = file_in_memory(size);
	device = disk_open(disk);
	require(!ioctl(device, LOOP_CONFIGURE, &config),
		"set up %s", disk->path);
	close(device);
	close(config.fd);
	return true;
}

void disk_end(struct disk *disk)
{
	int device = disk_open(disk);

	require(!ioctl(device, LOOP_CLR_FD), "give up %s", disk->path);
	close(device);
}

void swap_format(int fd, size_t size)
{
	struct swap_header header = {
		.version = 1,
		.last_page = size / PAGE_SIZE - 1,
	};

	memcpy(header.signature, "SWAPSPACE2", sizeof(header.signature));
	require(pwrite(fd, &header, sizeof(header), 0) == sizeof(header) &&
		!fsync(fd), "make swap");
}

bool swap_begin(struct disk *disk, size_t size)
{
	int device;

	if (!disk_begin(disk, size))
		return false;
	device = disk_open(disk);
	swap_format(device, size);
	close(device);
	require(!swapon(disk->path, 0), "swap to %s", disk->path);
	return true;
}

void swap_end(struct disk *disk)
{
	require(!swapoff(disk->path), "swap off");
	disk_end(disk);
}

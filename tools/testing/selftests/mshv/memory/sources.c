// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory of other kinds than private memory of the VMM: memory that the VMM
 * may only read, files that are cut off or written back, huge pages of their own
 * file system, and pages that the hardware has given up.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "lib/disk.h"
#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/require.h"
#include "lib/verifier.h"
#include "lib/vp.h"

#ifndef MADV_HWPOISON
#define MADV_HWPOISON	100
#endif

#define PORT	0x80
#define SIZE	LARGE_PAGE_SIZE
#define FAR	(100 * PAGE_SIZE)
#define CONTENT	0x5eed

static __guest void load_far_and_store(__u64 gpa)
{
	out32(PORT, load(gpa));
	out32(PORT, load(gpa + FAR));
	store(gpa + FAR, 7);
	halt();
}

static void put_content(char *memory)
{
	*(__u64 *)memory = CONTENT;
	*(__u64 *)(memory + FAR) = CONTENT;
}

TEST_F(guest, memory_that_the_vmm_may_only_read)
{
	struct vp *vp = vp_new(self->vm, 0);
	char *memory = memory_new(SIZE);

	put_content(memory);
	ASSERT_EQ(0, mprotect(memory, SIZE, PROT_READ));
	vm_map(self->vm, GUEST_MORE, memory, SIZE, REGION_ALL);
	vp_start(vp, load_far_and_store, GUEST_MORE);
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, CONTENT));
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, CONTENT));
	EXPECT_TRUE(vp_touches(vp, HV_MSG_GPA_INTERCEPT, GUEST_MORE + FAR,
			       HV_ACCESS_WRITE));
	EXPECT_EQ(CONTENT, *(__u64 *)(memory + FAR));

	ASSERT_EQ(0, mprotect(memory, SIZE, PROT_READ | PROT_WRITE));
	EXPECT_TRUE(vp_halts(vp));
	EXPECT_EQ(7, *(__u64 *)(memory + FAR));
}

/* A file as memory: private, so that what the guest writes is not in the file. */
TEST_F(guest, private_mapping_of_a_file)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);
	struct vp *vp = vp_new(self->vm, 0);
	__u64 word = CONTENT;
	char *memory;

	ASSERT_EQ(0, ftruncate(fd, SIZE));
	ASSERT_EQ(sizeof(word), pwrite(fd, &word, sizeof(word), 0));
	ASSERT_EQ(sizeof(word), pwrite(fd, &word, sizeof(word), FAR));
	memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	ASSERT_NE(MAP_FAILED, memory);
	vm_map(self->vm, GUEST_MORE, memory, SIZE, REGION_ALL);
	vp_start(vp, load_far_and_store, GUEST_MORE);
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, CONTENT));
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, CONTENT));
	EXPECT_TRUE(vp_halts(vp));
	EXPECT_EQ(7, *(__u64 *)(memory + FAR));
	ASSERT_EQ(sizeof(word), pread(fd, &word, sizeof(word), FAR));
	EXPECT_EQ(CONTENT, word);
}

/* What is cut off is gone for the guest at once, and empty when it comes back. */
TEST_F(guest, file_that_is_cut_off)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);
	struct vp *vp = vp_new(self->vm, 0);
	char *memory;

	ASSERT_EQ(0, ftruncate(fd, SIZE));
	memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, memory);
	put_content(memory);
	vm_map(self->vm, GUEST_MORE, memory, SIZE, REGION_ALL);
	vp_start(vp, load_far_and_store, GUEST_MORE);
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, CONTENT));
	ASSERT_EQ(0, ftruncate(fd, FAR));
	EXPECT_TRUE(vp_touches(vp, HV_MSG_GPA_INTERCEPT, GUEST_MORE + FAR,
			       HV_ACCESS_READ));
	ASSERT_EQ(0, ftruncate(fd, SIZE));
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, 0));
	EXPECT_TRUE(vp_halts(vp));
	EXPECT_EQ(7, *(__u64 *)(memory + FAR));
}

TEST_F(guest, huge_pages_of_hugetlbfs)
{
	struct vp *vp = vp_new(self->vm, 0);
	char *memory;

	require(!write_file("/proc/sys/vm/nr_hugepages", "2"), "get huge pages");
	memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	ASSERT_NE(MAP_FAILED, memory);
	put_content(memory);
	vm_map(self->vm, GUEST_MORE, memory, SIZE, REGION_ALL);
	vp_start(vp, load_far_and_store, GUEST_MORE);
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, CONTENT));
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, CONTENT));
	ASSERT_EQ(0, madvise(memory, SIZE, MADV_DONTNEED));
	EXPECT_TRUE(vp_halts(vp));
	EXPECT_EQ(0, *(__u64 *)memory);
	EXPECT_EQ(7, *(__u64 *)(memory + FAR));
	vm_unmap(self->vm, GUEST_MORE, memory, SIZE);
	munmap(memory, SIZE);
	write_file("/proc/sys/vm/nr_hugepages", "0");
}

static void do_nothing(int signal)
{
}

/* The guest's access is the VMM's to deal with; its own access is a SIGBUS. */
TEST_F(guest, poisoned_page)
{
	struct sigaction action = { .sa_handler = do_nothing };
	struct vp *vp = vp_new(self->vm, 0);
	char *memory = memory_new(SIZE);

	ASSERT_EQ(0, madvise(memory, SIZE, MADV_NOHUGEPAGE));
	put_content(memory);
	vm_map(self->vm, GUEST_MORE, memory, SIZE, REGION_ALL);
	vp_start(vp, load_far_and_store, GUEST_MORE);
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, CONTENT));
	/* The process that poisons a page gets that signal, too. */
	sigaction(SIGBUS, &action, NULL);
	if (madvise(memory + FAR, PAGE_SIZE, MADV_HWPOISON))
		SKIP(return, "pages cannot be poisoned");
	EXPECT_TRUE(vp_touches(vp, HV_MSG_GPA_INTERCEPT, GUEST_MORE + FAR,
			       HV_ACCESS_READ));

	/* The VMM may replace the page. */
	ASSERT_EQ(memory + FAR, mmap(memory + FAR, PAGE_SIZE,
				     PROT_READ | PROT_WRITE, MAP_FIXED |
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	EXPECT_TRUE(vp_writes_port(vp, PORT, 4, 0));
	EXPECT_TRUE(vp_halts(vp));
}

#define DISK_SIZE	0x1000000UL
#define MOUNT		"/tmp/mshv-sources"

static bool mount_disk(const struct disk *disk)
{
	char command[64];

	snprintf(command, sizeof(command), "mke2fs %s >/dev/null 2>&1",
		 disk->path);
	if (system(command))
		return false;
	mkdir(MOUNT, 0755);
	require(!mount(disk->path, MOUNT, "ext2", 0, NULL), "mount");
	return true;
}

static void *map_file(int fd)
{
	void *memory = mmap(NULL, VERIFIER_SIZE, PROT_READ | PROT_WRITE,
			    MAP_SHARED, fd, 0);

	require(memory != MAP_FAILED, "map a file");
	return memory;
}

/*
 * Written back, pages are clean and stay mapped. What the guest writes then is
 * written back the next time.
 */
TEST_F_TIMEOUT(guest, file_that_is_written_back, 120)
{
	struct vp *vp = vp_new(self->vm, 0);
	__u64 page, lost = 0;
	struct disk disk;
	__u64 *memory;
	int fd, i;

	if (!disk_begin(&disk, DISK_SIZE))
		SKIP(return, "no loop devices");
	if (!mount_disk(&disk))
		SKIP(return, "no mke2fs");
	fd = open(MOUNT "/memory", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ftruncate(fd, VERIFIER_SIZE));
	memory = map_file(fd);
	vm_map(self->vm, GUEST_MORE, memory, VERIFIER_SIZE, REGION_ALL);
	for (i = 0; i < 3; i++) {
		vp_start(vp, verifier_add, GUEST_MORE);
		ASSERT_TRUE(vp_halts(vp));
		ASSERT_EQ(0, fsync(fd));
	}
	vm_unmap(self->vm, GUEST_MORE, memory, VERIFIER_SIZE);
	munmap(memory, VERIFIER_SIZE);
	close(fd);

	/* What is on the disk */
	require(!umount(MOUNT) && !mount(disk.path, MOUNT, "ext2", 0, NULL),
		"mount again");
	fd = open(MOUNT "/memory", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	memory = map_file(fd);
	for (page = 0; page < VERIFIER_PAGES; page++)
		if (memory[page * PAGE_SIZE / 8] != 3 * verifier_added(page))
			lost++;
	EXPECT_EQ(0, lost);
	munmap(memory, VERIFIER_SIZE);
	close(fd);
	require(!umount(MOUNT), "unmount");
	disk_end(&disk);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory is merged, swapped out and reclaimed while the guest runs, and
 * comes back with its content.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/swap.h>

#include "lib/disk.h"
#include "lib/fixture.h"
#include "lib/host.h"
#include "lib/require.h"
#include "lib/verifier.h"
#include "lib/vp.h"

#define KSM	"/sys/kernel/mm/ksm/"

/* What the test changes, its values for it, and those from before */
static struct {
	const char *file;
	const char *value;
	char before[32];
} ksm[] = {
	{ KSM "pages_to_scan",	 "5000", "" },
	{ KSM "sleep_millisecs", "1",	 "" },
	{ KSM "run",		 "1",	 "" },
};

static bool ksm_begins(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ksm); i++)
		if (!read_file(ksm[i].file, ksm[i].before,
			       sizeof(ksm[i].before)) ||
		    write_file(ksm[i].file, ksm[i].value))
			return false;
	return true;
}

static void ksm_ends(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ksm); i++)
		require(!write_file(ksm[i].file, ksm[i].before),
			"restore %s", ksm[i].file);
}

/* KSM goes over everything; waits until it merged something. */
static bool ksm_merges(void)
{
	__u64 end = now_us() + 20000000;

	while (now_us() < end) {
		if (read_number(KSM "pages_sharing", NULL) >= VERIFIER_PAGES / 4)
			return true;
		sleep_us(10000);
	}
	return false;
}

TEST_F(guest, merged_pages_part_when_the_guest_writes)
{
	struct vp *vp = vp_new(self->vm, 0);
	__u64 *memory = vm_add_memory(self->vm, GUEST_MORE, VERIFIER_SIZE, REGION_ALL);
	__u64 page;

	memset(memory, 0x5a, VERIFIER_SIZE);
	ASSERT_EQ(0, madvise(memory, VERIFIER_SIZE, MADV_MERGEABLE));
	if (!ksm_begins())
		SKIP(return, "no KSM");
	EXPECT_TRUE(ksm_merges());

	vp_start(vp, verifier_add, GUEST_MORE);
	EXPECT_TRUE(vp_halts(vp));
	ksm_ends();
	for (page = 0; page < VERIFIER_PAGES; page++) {
		__u64 *here = memory + page * PAGE_SIZE / 8;

		ASSERT_EQ(0x5a5a5a5a5a5a5a5a + verifier_added(page), here[0]);
		ASSERT_EQ(0x5a5a5a5a5a5a5a5a, here[1]);
	}
}

/* Swap on a compressed disk in memory */
#define ZRAM	"/sys/block/zram0/"

#define ZRAM_SIZE	0x4000000UL

static bool swap_begins(void)
{
	int fd;

	if (write_file(ZRAM "disksize", "64M"))
		return false;
	fd = open("/dev/zram0", O_WRONLY | O_CLOEXEC);
	require(fd >= 0, "open /dev/zram0");
	swap_format(fd, ZRAM_SIZE);
	require(!close(fd), "close /dev/zram0");
	require(!swapon("/dev/zram0", 0), "swap on");
	return true;
}

static void swap_ends(void)
{
	require(!swapoff("/dev/zram0"), "swap off");
	require(!write_file(ZRAM "reset", "1"), "reset /dev/zram0");
}

static long long pages_swapped_out(void)
{
	return read_number("/proc/vmstat", "pswpout");
}

TEST_F(guest, pages_are_swapped_out_and_in)
{
	__u64 *memory = vm_add_memory(self->vm, GUEST_MORE, VERIFIER_SIZE, REGION_ALL);
	struct verifier verifier;
	long long swapped;
	int i;

	if (access(ZRAM, F_OK) || !swap_begins())
		SKIP(return, "no compressed disk to swap to");
	swapped = pages_swapped_out();
	verifier_begin(&verifier, self->vm);
	for (i = 0; i < 10; i++) {
		madvise(memory, VERIFIER_SIZE, MADV_PAGEOUT);
		verifier_wait(&verifier, 1);
	}
	EXPECT_TRUE(verifier_finish(&verifier, memory));
	EXPECT_LT(VERIFIER_PAGES, pages_swapped_out() - swapped);
	swap_ends();
}

#define CGROUP	"/sys/fs/cgroup/mshv-movable"

static bool enter_cgroup(const char *high)
{
	char pid[16];

	if (write_file("/sys/fs/cgroup/cgroup.subtree_control", "+memory"))
		return false;
	require(!mkdir(CGROUP, 0755) || errno == EEXIST, "make " CGROUP);
	require(!write_file(CGROUP "/memory.high", high), "limit " CGROUP);
	snprintf(pid, sizeof(pid), "%d", getpid());
	require(!write_file(CGROUP "/cgroup.procs", pid), "enter " CGROUP);
	return true;
}

static void leave_cgroup(void)
{
	char pid[16];

	require(!write_file(CGROUP "/memory.high", "max"), "lift the limit");
	snprintf(pid, sizeof(pid), "%d", getpid());
	require(!write_file("/sys/fs/cgroup/cgroup.procs", pid),
		"leave " CGROUP);
}

/* Memory of the guest alone is more than what the group may have. */
TEST_F(guest, control_group_reclaims_guest_memory)
{
	struct verifier verifier;
	long long swapped;
	__u64 *memory;

	if (access(ZRAM, F_OK) || !swap_begins())
		SKIP(return, "no compressed disk to swap to");
	if (!enter_cgroup("3M")) {
		swap_ends();
		SKIP(return, "no memory controller");
	}
	swapped = pages_swapped_out();
	memory = vm_add_memory(self->vm, GUEST_MORE, VERIFIER_SIZE, REGION_ALL);
	verifier_begin(&verifier, self->vm);
	verifier_wait(&verifier, 3);
	leave_cgroup();
	EXPECT_TRUE(verifier_finish(&verifier, memory));
	EXPECT_LT(VERIFIER_PAGES / 2, pages_swapped_out() - swapped);
	swap_ends();
	/* The group goes when the pages charged to it are gone. */
	munmap(memory, VERIFIER_SIZE);
	rmdir(CGROUP);
}

/* The VMM reads all memory, as a snapshot does: it is present and clean. */
TEST_F(guest, control_group_reclaims_memory_of_a_snapshot)
{
	struct vp *vp = vp_new(self->vm, 0);
	__u64 page, lost = 0;
	struct disk disk;
	__u64 *memory;

	memory = mmap(NULL, VERIFIER_SIZE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, memory);
	if (!swap_begin(&disk, ZRAM_SIZE))
		SKIP(return, "no loop devices");
	if (!enter_cgroup("max")) {
		swap_end(&disk);
		SKIP(return, "no memory controller");
	}
	for (page = 0; page < VERIFIER_PAGES; page++)
		peek(memory + page * PAGE_SIZE / 8);
	vm_map(self->vm, GUEST_MORE, memory, VERIFIER_SIZE, REGION_ALL);
	vp_start(vp, verifier_add, GUEST_MORE);
	EXPECT_TRUE(vp_halts(vp));

	/* Reclaims at once. */
	require(!write_file(CGROUP "/memory.high", "1M"), "limit " CGROUP);
	leave_cgroup();
	for (page = 0; page < VERIFIER_PAGES; page++)
		if (memory[page * PAGE_SIZE / 8] != verifier_added(page))
			lost++;
	EXPECT_EQ(0, lost);
	swap_end(&disk);
	vm_unmap(self->vm, GUEST_MORE, memory, VERIFIER_SIZE);
	munmap(memory, VERIFIER_SIZE);
	rmdir(CGROUP);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the guest writes is not lost, however the memory that it writes to came
 * to be clean: the VMM had only read it, it had been swapped in, or the VMM had
 * said that its content does not matter.
 *
 * Swap is not synchronous here: a page that was swapped in and is clean is
 * dropped, and its copy in swap read again.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/wait.h>

#include "lib/harness.h"

#include "lib/disk.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/hypervisor.h"
#include "lib/reached.h"
#include "lib/require.h"
#include "lib/verifier.h"
#include "lib/vm.h"
#include "lib/vp.h"

#define SWAP_SIZE	0x2000000UL
#define WORDS		(PAGE_SIZE / sizeof(__u64))

static __u64 *shared_memory(void)
{
	void *memory = mmap(NULL, VERIFIER_SIZE, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	require(memory != MAP_FAILED, "get shared memory");
	return memory;
}

/* As a snapshot does */
static void read_all(const __u64 *memory)
{
	__u64 page;

	for (page = 0; page < VERIFIER_PAGES; page++)
		peek(memory + page * WORDS);
}

static void fill(__u64 *memory, __u64 value)
{
	__u64 page;

	for (page = 0; page < VERIFIER_PAGES; page++)
		memory[page * WORDS] = value;
}

/* The first pass may leave pages that are being written. */
static void page_out(void *memory)
{
	int i;

	for (i = 0; i < 3; i++)
		require(!madvise(memory, VERIFIER_SIZE, MADV_PAGEOUT),
			"page out");
}

static long long pages_swapped_out(void)
{
	return read_number("/proc/vmstat", "pswpout");
}

/* Pages without what the guest added to @before */
static __u64 pages_lost(const __u64 *memory, __u64 before)
{
	__u64 page, lost = 0;

	for (page = 0; page < VERIFIER_PAGES; page++)
		if (memory[page * WORDS] != before + verifier_added(page))
			lost++;
	return lost;
}

FIXTURE(swap)
{
	struct vm *vm;
	struct vp *vp;
	struct disk disk;
	bool has_ledger;
	char ledger[HYPERVISOR_REPLY];
};

FIXTURE_SETUP(swap)
{
	reached_by(_metadata->fixture->name, _metadata->name);
	self->has_ledger = hypervisor_present();
	if (self->has_ledger)
		hypervisor_ledger(self->ledger);
	if (!swap_begin(&self->disk, SWAP_SIZE))
		SKIP(return, "no loop devices");
	self->vm = vm_new();
	self->vp = vp_new(self->vm, 0);
}

FIXTURE_TEARDOWN_PARENT(swap)
{
	if (*self->disk.path)
		swap_end(&self->disk);
	if (self->has_ledger)
		EXPECT_TRUE(ledger_becomes(self->ledger));
}

TEST_F(swap, shared_memory_that_the_vmm_read)
{
	__u64 *memory = shared_memory();

	read_all(memory);
	vm_map(self->vm, GUEST_MORE, memory, VERIFIER_SIZE, REGION_ALL);
	vp_start(self->vp, verifier_add, GUEST_MORE);
	ASSERT_TRUE(vp_halts(self->vp));
	page_out(memory);
	EXPECT_EQ(0, pages_lost(memory, 0));
}

TEST_F(swap, shared_memory_that_nobody_touched)
{
	__u64 *memory = shared_memory();

	vm_map(self->vm, GUEST_MORE, memory, VERIFIER_SIZE, REGION_ALL);
	vp_start(self->vp, verifier_add, GUEST_MORE);
	ASSERT_TRUE(vp_halts(self->vp));
	page_out(memory);
	EXPECT_EQ(0, pages_lost(memory, 0));
}

/* Swapped in by reading, pages are clean, and their copies stay in swap. */
static void write_after_swap_in(struct __test_metadata *_metadata,
				struct vm *vm, struct vp *vp, int advice)
{
	__u64 *memory = memory_new(VERIFIER_SIZE);
	long long swapped;

	ASSERT_EQ(0, madvise(memory, VERIFIER_SIZE, advice));
	fill(memory, 0x1234);
	swapped = pages_swapped_out();
	page_out(memory);
	ASSERT_LT(VERIFIER_PAGES / 2, pages_swapped_out() - swapped);
	read_all(memory);

	vm_map(vm, GUEST_MORE, memory, VERIFIER_SIZE, REGION_ALL);
	vp_start(vp, verifier_add, GUEST_MORE);
	ASSERT_TRUE(vp_halts(vp));
	page_out(memory);
	EXPECT_EQ(0, pages_lost(memory, 0x1234));
}

TEST_F(swap, small_pages_swapped_in_by_reading)
{
	write_after_swap_in(_metadata, self->vm, self->vp, MADV_NOHUGEPAGE);
}

TEST_F(swap, huge_pages_swapped_in_by_reading)
{
	write_after_swap_in(_metadata, self->vm, self->vp, MADV_HUGEPAGE);
}

/* Pages that another process has, too, until it ends. */
TEST_F(swap, pages_swapped_in_by_another_process)
{
	__u64 *memory = memory_new(VERIFIER_SIZE);
	int status;
	pid_t pid;

	ASSERT_EQ(0, madvise(memory, VERIFIER_SIZE, MADV_NOHUGEPAGE));
	fill(memory, 0x1234);
	page_out(memory);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		read_all(memory);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	read_all(memory);

	vm_map(self->vm, GUEST_MORE, memory, VERIFIER_SIZE, REGION_ALL);
	vp_start(self->vp, verifier_add, GUEST_MORE);
	ASSERT_TRUE(vp_halts(self->vp));
	page_out(memory);
	EXPECT_EQ(0, pages_lost(memory, 0x1234));
}

static __guest void write_numbers(__u64 gpa)
{
	__u64 page;

	for (page = 0; page < VERIFIER_PAGES; page++)
		store(gpa + page * PAGE_SIZE, page + 1);
	halt();
}

/*
 * MADV_FREE: pages whose content does not matter are dropped if nobody writes to
 * them any more. The guest does, having had them before.
 */
static void write_after_free(struct __test_metadata *_metadata,
			     struct vm *vm, struct vp *vp, int advice)
{
	__u64 *memory = memory_new(VERIFIER_SIZE);
	__u64 page, lost = 0;

	ASSERT_EQ(0, madvise(memory, VERIFIER_SIZE, advice));
	vm_map(vm, GUEST_MORE, memory, VERIFIER_SIZE, REGION_ALL);
	vp_start(vp, verifier_add, GUEST_MORE);
	ASSERT_TRUE(vp_halts(vp));
	ASSERT_EQ(0, madvise(memory, VERIFIER_SIZE, MADV_FREE));
	vp_start(vp, write_numbers, GUEST_MORE);
	ASSERT_TRUE(vp_halts(vp));
	page_out(memory);
	for (page = 0; page < VERIFIER_PAGES; page++)
		if (memory[page * WORDS] != page + 1)
			lost++;
	EXPECT_EQ(0, lost);
}

TEST_F(swap, small_pages_that_were_free)
{
	write_after_free(_metadata, self->vm, self->vp, MADV_NOHUGEPAGE);
}

TEST_F(swap, huge_pages_that_were_free)
{
	write_after_free(_metadata, self->vm, self->vp, MADV_HUGEPAGE);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory moves like any other memory of the VMM, while the guest runs,
 * and neither of the two ever sees anything but its content.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/wait.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/knob.h"
#include "lib/require.h"
#include "lib/verifier.h"
#include "lib/vp.h"

/* Newer than some C libraries */
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25
#endif

#define STEP_PORT	0x82
#define FOUND_PORT	0x83

/* Announces each step, says what it finds then, and writes its number. */
static __guest void read_and_write(__u64 gpa)
{
	__u32 i;

	for (i = 1; ; i++) {
		out32(STEP_PORT, i);
		out32(FOUND_PORT, load(gpa));
		store(gpa, i);
	}
}

TEST_F(guest, dontneed_gives_an_empty_page)
{
	struct vp *vp = vp_new(self->vm, 0);
	__u64 *memory = vm_add_memory(self->vm, GUEST_MORE, PAGE_SIZE,
				      REGION_ALL);
	__u32 i, content;

	vp_start(vp, read_and_write, GUEST_MORE);
	for (i = 1; i < 50; i++) {
		ASSERT_TRUE(vp_writes_port(vp, STEP_PORT, 4, i));
		ASSERT_EQ(i - 1, peek(memory));
		ASSERT_EQ(0, madvise(memory, PAGE_SIZE, MADV_DONTNEED));

		/* Left alone, looked at, written to: by turns */
		content = 0;
		if (i % 3 == 1)
			ASSERT_EQ(0, peek(memory));
		if (i % 3 == 2)
			*memory = content = 1000 + i;
		ASSERT_TRUE(vp_writes_port(vp, FOUND_PORT, 4, content));
	}
}

static __guest void touch_once(__u64 gpa)
{
	store(gpa, 1);
	halt();
}

static size_t pages_present(void *memory, size_t size)
{
	static unsigned char present[LARGE_PAGE_SIZE / PAGE_SIZE];
	size_t i, count = 0;

	require(size <= LARGE_PAGE_SIZE && !mincore(memory, size, present),
		"ask what is present");
	for (i = 0; i < size / PAGE_SIZE; i++)
		count += present[i] & 1;
	return count;
}

/* The VMM has no page table there yet, and then one. */
TEST_F(guest, touch_brings_in_64_kib)
{
	struct vp *vp = vp_new(self->vm, 0);
	void *memory = vm_add_memory(self->vm, GUEST_MORE, LARGE_PAGE_SIZE,
				     REGION_ALL);

	ASSERT_EQ(0, madvise(memory, LARGE_PAGE_SIZE, MADV_NOHUGEPAGE));
	vp_start(vp, touch_once, GUEST_MORE + 0x34000);
	ASSERT_TRUE(vp_halts(vp));
	EXPECT_EQ(16, pages_present(memory, LARGE_PAGE_SIZE));
	vp_start(vp, touch_once, GUEST_MORE + 0x7f000);
	ASSERT_TRUE(vp_halts(vp));
	EXPECT_EQ(32, pages_present(memory, LARGE_PAGE_SIZE));
}

#define SHARED_PAGE	100
#define BEFORE		0x4711

/* Another process: says whether its memory is what it was. */
static void look_later(const __u64 *word, int told)
{
	char c;

	_exit(read(told, &c, 1) == 1 && *word == BEFORE ? 0 : 1);
}

/*
 * Pages that the VMM shares with another process come in with others that the
 * guest may write to. It must not write to these before they are its own.
 */
TEST_F(guest, pages_of_another_process_are_not_written_to)
{
	struct vp *vp = vp_new(self->vm, 0);
	__u64 *memory = memory_new(LARGE_PAGE_SIZE);
	__u64 *word = memory + SHARED_PAGE * PAGE_SIZE / sizeof(*word);
	int told[2], status;
	pid_t other;

	ASSERT_EQ(0, madvise(memory, LARGE_PAGE_SIZE, MADV_NOHUGEPAGE));
	memset(memory, 0x55, LARGE_PAGE_SIZE);
	*word = BEFORE;
	ASSERT_EQ(0, pipe(told));
	other = fork();
	ASSERT_LE(0, other);
	if (!other)
		look_later(word, told[0]);

	vm_map(self->vm, GUEST_MORE, memory, LARGE_PAGE_SIZE, REGION_ALL);
	/* The first touch copies pages around it; the next finds nothing to do. */
	vp_start(vp, touch_once, GUEST_MORE);
	EXPECT_TRUE(vp_halts(vp));
	vp_start(vp, touch_once, GUEST_MORE + PAGE_SIZE);
	EXPECT_TRUE(vp_halts(vp));
	vp_start(vp, touch_once, GUEST_MORE + SHARED_PAGE * PAGE_SIZE);
	EXPECT_TRUE(vp_halts(vp));
	EXPECT_EQ(1, *word);
	EXPECT_EQ(1, write(told[1], "", 1));
	EXPECT_EQ(other, waitpid(other, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F(guest, hole_next_to_a_page_does_no_harm)
{
	struct vp *vp = vp_new(self->vm, 0);
	char *memory = vm_add_memory(self->vm, GUEST_MORE, 8 * PAGE_SIZE,
				     REGION_ALL);

	ASSERT_EQ(0, mprotect(memory + 2 * PAGE_SIZE, PAGE_SIZE, PROT_NONE));
	ASSERT_EQ(0, munmap(memory + 4 * PAGE_SIZE, PAGE_SIZE));
	vp_start(vp, touch_once, GUEST_MORE + 3 * PAGE_SIZE);
	ASSERT_TRUE(vp_halts(vp));
	EXPECT_EQ(1, *(__u64 *)(memory + 3 * PAGE_SIZE));
	vp_start(vp, touch_once, GUEST_MORE + 2 * PAGE_SIZE);
	ASSERT_TRUE(vp_touches(vp, HV_MSG_GPA_INTERCEPT,
			       GUEST_MORE + 2 * PAGE_SIZE, HV_ACCESS_WRITE));
}

static bool is_no_memory(struct vp *vp, __u64 gpa)
{
	vp_start(vp, touch_once, gpa);
	return vp_touches(vp, HV_MSG_UNMAPPED_GPA, gpa, HV_ACCESS_WRITE);
}

/* Memory that leaves takes nothing with it that is behind the region, or was one. */
TEST_F(guest, what_is_no_region_is_left_alone)
{
	struct vp *vp = vp_new(self->vm, 0);
	char *memory = vm_add_memory(self->vm, GUEST_MORE, 2 * PAGE_SIZE,
				     REGION_ALL);

	vp_start(vp, touch_once, GUEST_MORE + PAGE_SIZE);
	ASSERT_TRUE(vp_halts(vp));
	ASSERT_EQ(0, madvise(memory, 3 * PAGE_SIZE, MADV_DONTNEED));
	EXPECT_TRUE(is_no_memory(vp, GUEST_MORE + 2 * PAGE_SIZE));

	vm_unmap(self->vm, GUEST_MORE, memory, 2 * PAGE_SIZE);
	ASSERT_EQ(0, madvise(memory, 2 * PAGE_SIZE, MADV_DONTNEED));
	EXPECT_TRUE(is_no_memory(vp, GUEST_MORE));
}

TEST_F(guest, refused_region_is_left_alone)
{
	struct vp *vp = vp_new(self->vm, 0);
	char *memory = memory_new(PAGE_SIZE);

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor can be told to");

	make_fail(HVCALL_MAP_GPA_PAGES, NEXT, HV_STATUS_ACCESS_DENIED);
	EXPECT_EQ(-EACCES, vm_set_memory(self->vm, GUEST_MORE, memory,
					 PAGE_SIZE, REGION_ALL));
	*memory = 1;
	ASSERT_EQ(0, madvise(memory, PAGE_SIZE, MADV_DONTNEED));
	EXPECT_TRUE(is_no_memory(vp, GUEST_MORE));
	vm_map(self->vm, GUEST_MORE, memory, PAGE_SIZE, REGION_ALL);
	ASSERT_TRUE(vp_halts(vp));
}

/* Every page, with the guest running: none may be left over from before. */
static __guest void write_until_told(__u64 gpa)
{
	__u64 page;

	out32(STEP_PORT, 0);
	while (!load(GUEST_SCRATCH))
		for (page = 0; page < VERIFIER_PAGES; page++)
			store(gpa + page * PAGE_SIZE, ~page);
	halt();
}

static void *run_forever(void *arg)
{
	vp_run(arg);
	return NULL;
}

TEST_F(guest, dontneed_under_a_running_guest)
{
	struct vp *writer = vp_new(self->vm, 0);
	struct vp *checker = vp_new(self->vm, 1);
	__u64 *memory = vm_add_memory(self->vm, GUEST_MORE, VERIFIER_SIZE, REGION_ALL);
	__u64 *told = self->vm->ram + GUEST_SCRATCH;
	pthread_t thread;
	__u64 page;
	int i;

	vp_start(writer, write_until_told, GUEST_MORE);
	ASSERT_TRUE(vp_writes_port(writer, STEP_PORT, 4, 0));
	ASSERT_EQ(0, pthread_create(&thread, NULL, run_forever, writer));
	for (i = 0; i < 300; i++) {
		size_t first = i * 37 % VERIFIER_PAGES;

		ASSERT_EQ(0, madvise((char *)memory + first * PAGE_SIZE,
				     (VERIFIER_PAGES - first) * PAGE_SIZE,
				     MADV_DONTNEED));
		if (i % 16 == 0)
			sleep_us(3000);
	}
	__atomic_store_n(told, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	ASSERT_EQ(HV_MSG_HALT, writer->message.type);

	memset(memory, 0, VERIFIER_SIZE);
	vp_start(checker, verifier_add, GUEST_MORE);
	ASSERT_TRUE(vp_halts(checker));
	for (page = 0; page < VERIFIER_PAGES; page++)
		if (memory[page * PAGE_SIZE / 8] != verifier_added(page))
			break;
	EXPECT_EQ(VERIFIER_PAGES, page);
}

TEST_F(guest, mremap_takes_the_memory_away_and_back)
{
	struct vp *vp = vp_new(self->vm, 0);
	__u64 *memory = vm_add_memory(self->vm, GUEST_MORE, PAGE_SIZE,
				      REGION_ALL);
	__u64 *elsewhere = memory_new(PAGE_SIZE);
	__u32 i;

	vp_start(vp, read_and_write, GUEST_MORE);
	for (i = 1; i < 20; i++) {
		ASSERT_TRUE(vp_writes_port(vp, STEP_PORT, 4, i));
		ASSERT_EQ(i - 1, *memory);
		ASSERT_EQ(elsewhere, mremap(memory, PAGE_SIZE, PAGE_SIZE,
					    MREMAP_MAYMOVE | MREMAP_FIXED,
					    elsewhere));
		ASSERT_TRUE(vp_touches(vp, HV_MSG_GPA_INTERCEPT, GUEST_MORE,
				       HV_ACCESS_READ));
		ASSERT_EQ(memory, mremap(elsewhere, PAGE_SIZE, PAGE_SIZE,
					 MREMAP_MAYMOVE | MREMAP_FIXED,
					 memory));
		ASSERT_TRUE(vp_writes_port(vp, FOUND_PORT, 4, i - 1));
	}
}

/* Memory that was taken away from the VMM's page tables, page for page */
TEST_F(guest, protection_changes_under_a_running_guest)
{
	__u64 *memory = vm_add_memory(self->vm, GUEST_MORE, VERIFIER_SIZE, REGION_ALL);
	struct verifier verifier;
	size_t page;
	int i;

	verifier_begin(&verifier, self->vm);
	for (i = 0; i < 8; i++) {
		for (page = i % 3; page < VERIFIER_PAGES; page += 3) {
			char *here = (char *)memory + page * PAGE_SIZE;

			ASSERT_EQ(0, madvise(here, PAGE_SIZE, MADV_COLD));
		}
		ASSERT_EQ(0, mprotect(memory, VERIFIER_SIZE, PROT_READ | PROT_WRITE |
				      (i % 2 ? PROT_EXEC : 0)));
		sleep_us(2000);
	}
	EXPECT_TRUE(verifier_finish(&verifier, memory));
}

TEST_F(guest, huge_pages_are_split_and_collapsed)
{
	__u64 *memory = memory_new(VERIFIER_SIZE);
	struct verifier verifier;
	int i;

	ASSERT_EQ(0, madvise(memory, VERIFIER_SIZE, MADV_HUGEPAGE));
	vm_map(self->vm, GUEST_MORE, memory, VERIFIER_SIZE, REGION_ALL);
	verifier_begin(&verifier, self->vm);
	for (i = 0; i < 20; i++) {
		/* Another protection for a few pages breaks huge ones up. */
		char *middle = (char *)memory + VERIFIER_SIZE / 4 + i * PAGE_SIZE;

		ASSERT_EQ(0, mprotect(middle, 4 * PAGE_SIZE,
				      PROT_READ | PROT_WRITE));
		sleep_us(1000);
		ASSERT_EQ(0, mprotect(memory, VERIFIER_SIZE, PROT_READ | PROT_WRITE |
				      PROT_EXEC));
		/* May find no memory for it; the guest must not care. */
		madvise(memory, VERIFIER_SIZE, MADV_COLLAPSE);
	}
	EXPECT_TRUE(verifier_finish(&verifier, memory));
}

TEST_F(guest, compaction_migrates_pages)
{
	__u64 *memory = vm_add_memory(self->vm, GUEST_MORE, VERIFIER_SIZE, REGION_ALL);
	struct verifier verifier;
	int i;

	verifier_begin(&verifier, self->vm);
	for (i = 0; i < 5; i++)
		ASSERT_EQ(0, write_file("/proc/sys/vm/compact_memory", "1"));
	EXPECT_TRUE(verifier_finish(&verifier, memory));
}

/* A child process shares the pages until someone writes to them. */
TEST_F(guest, copy_on_write_after_fork)
{
	__u64 *memory = vm_add_memory(self->vm, GUEST_MORE, VERIFIER_SIZE, REGION_ALL);
	struct verifier verifier;
	int i, status;

	verifier_begin(&verifier, self->vm);
	for (i = 0; i < 5; i++) {
		pid_t child = fork();

		ASSERT_LE(0, child);
		if (!child) {
			memset(memory, i, VERIFIER_SIZE);
			_exit(0);
		}
		ASSERT_EQ(child, waitpid(child, &status, 0));
	}
	EXPECT_TRUE(verifier_finish(&verifier, memory));
}

/* A region that is not aligned to 2 MiB, with all sizes of pages in it */
static void use_mixed_region(struct __test_metadata *_metadata, struct vm *vm,
			     struct vp *vp)
{
	const size_t size = 4 * LARGE_PAGE_SIZE + 5 * PAGE_SIZE;
	const __u64 gpa = GUEST_MORE + LARGE_PAGE_SIZE - 2 * PAGE_SIZE;
	char *memory = memory_new(size + LARGE_PAGE_SIZE);
	size_t i;

	memory += LARGE_PAGE_SIZE - 2 * PAGE_SIZE;
	ASSERT_EQ(0, madvise(memory, 2 * LARGE_PAGE_SIZE, MADV_HUGEPAGE));
	vm_map(vm, gpa, memory, size, REGION_ALL);
	for (i = 0; i < size; i += 61 * PAGE_SIZE) {
		vp_start(vp, touch_once, gpa + i);
		ASSERT_TRUE(vp_halts(vp));
		ASSERT_EQ(1, *(__u64 *)(memory + i));
	}
	ASSERT_EQ(0, madvise(memory + PAGE_SIZE, size / 2, MADV_DONTNEED));
	vp_start(vp, touch_once, gpa + PAGE_SIZE);
	ASSERT_TRUE(vp_halts(vp));
	ASSERT_EQ(1, *(__u64 *)(memory + PAGE_SIZE));
	vm_unmap(vm, gpa, memory, size);
	for (i = 0; i < size; i += LARGE_PAGE_SIZE)
		ASSERT_TRUE(is_no_memory(vp, gpa + i));
	ASSERT_TRUE(is_no_memory(vp, gpa + size - PAGE_SIZE));
}

TEST_F(guest, region_is_mapped_and_unmapped_2_mib_at_a_time)
{
	unsigned long maps, unmaps;

	use_mixed_region(_metadata, self->vm, vp_new(self->vm, 0));
	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor counts");

	maps = hypervisor_calls(HVCALL_MAP_GPA_PAGES);
	unmaps = hypervisor_calls(HVCALL_UNMAP_GPA_PAGES);
	vm_unmap(self->vm, GUEST_MORE,
		 vm_add_memory(self->vm, GUEST_MORE, 64 * LARGE_PAGE_SIZE, REGION_ALL),
		 64 * LARGE_PAGE_SIZE);
	EXPECT_GE(2, hypervisor_calls(HVCALL_MAP_GPA_PAGES) - maps);
	EXPECT_GE(2, hypervisor_calls(HVCALL_UNMAP_GPA_PAGES) - unmaps);
}

/* A hypervisor that does neither */
TEST_F(guest, region_is_mapped_and_unmapped_in_small_pages)
{
	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor can be told to");
	knob_turn("small-elements", 1);
	use_mixed_region(_metadata, self->vm, vp_new(self->vm, 0));
}

TEST_HARNESS_MAIN

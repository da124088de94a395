// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which pages the guest has used: exactly those, whether they are mapped in
 * pages of 4 KiB or 2 MiB, and whether they are pinned or may move.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/misuse.h"
#include "lib/require.h"
#include "lib/vp.h"

#define PORT		0x80
#define SIZE		(2 * LARGE_PAGE_SIZE)
#define PAGES		(SIZE / PAGE_SIZE)
#define FIRST_GFN	(GUEST_MORE / PAGE_SIZE)

/* No processor of the test hypervisor has pages behind this one. */
#define LAST_GFN	((1ULL << 28) - 1)

#define ACCESSED	MSHV_GPAP_ACCESS_TYPE_ACCESSED
#define DIRTY		MSHV_GPAP_ACCESS_TYPE_DIRTY
#define LOOK		MSHV_GPAP_ACCESS_OP_NOOP
#define CLEAR		MSHV_GPAP_ACCESS_OP_CLEAR
#define SET		MSHV_GPAP_ACCESS_OP_SET

#define PIN_PARAMETER	"/sys/module/mshv_root/parameters/pin_guest_memory"

/* How the guest's memory is mapped */
struct kind {
	bool pinned;
	bool large;
};

FIXTURE_VARIANT(guest)
{
	struct kind kind;
};

FIXTURE_VARIANT_ADD(guest, small_movable) { };
FIXTURE_VARIANT_ADD(guest, large_movable) { .kind = { .large = true } };
FIXTURE_VARIANT_ADD(guest, small_pinned) { .kind = { .pinned = true } };
FIXTURE_VARIANT_ADD(guest, large_pinned) { .kind = { true, true } };

static int ask(struct vm *vm, int type, int op, __u64 gfn, __u64 count,
	       void *bitmap)
{
	struct mshv_gpap_access_bitmap args = {
		.access_type = type,
		.access_op = op,
		.page_count = count,
		.gpap_base = gfn,
		.bitmap_ptr = (uintptr_t)bitmap,
	};

	return try(vm->fd, MSHV_GET_GPAP_ACCESS_BITMAP, &args);
}

static int track(struct vm *vm, bool on)
{
	return vm_set_property(vm, HV_PROPERTY_PAGE_ACCESS_TRACKING, on);
}

/* SIZE bytes at GUEST_MORE, all there and of one kind. */
static void *add_region(struct vm *vm, const struct kind *kind)
{
	void *memory = memory_new(SIZE);

	require(!madvise(memory, SIZE, kind->large ? MADV_HUGEPAGE :
							 MADV_NOHUGEPAGE),
		"advise the size of pages");
	memset(memory, 0, SIZE);
	if (kind->large)
		require(read_number("/proc/self/smaps_rollup",
				    "AnonHugePages:") >= SIZE / 1024,
			"get huge pages");

	require(!kind->pinned || !write_file(PIN_PARAMETER, "1"),
		"pin memory");
	vm_map(vm, GUEST_MORE, memory, SIZE, REGION_ALL);
	require(!kind->pinned || !write_file(PIN_PARAMETER, "0"),
		"let memory move");
	return memory;
}

/* Touches pages: each byte of the plan says what to do with one. */
#define SKIP_PAGE	0
#define READ_PAGE	1
#define WRITE_PAGE	2

static __guest void follow_plan(__u64 pages)
{
	const __u8 *plan = (const __u8 *)GUEST_SCRATCH;
	__u64 i;

	for (;;) {
		for (i = 0; i < pages; i++) {
			__u64 gpa = GUEST_MORE + i * PAGE_SIZE + i % 512 * 8;

			if (plan[i] == READ_PAGE)
				load(gpa);
			if (plan[i] == WRITE_PAGE)
				store(gpa, i);
		}
		out8(PORT, 1);
	}
}

/* A plan that has everything at the beginning and end of large pages, too. */
static void make_plan(__u8 *plan, unsigned int seed)
{
	unsigned int i;

	for (i = 0; i < PAGES; i++)
		plan[i] = (i * i + i / 16 + seed) % 7 % 3;
}

static bool bit(const __u8 *bitmap, __u64 n)
{
	return bitmap[n / 8] >> n % 8 & 1;
}

static bool shows(const __u8 *bitmap, const __u8 *plan, __u8 at_least)
{
	__u64 i;

	for (i = 0; i < PAGES; i++) {
		bool expected = plan[i] >= at_least;

		if (bit(bitmap, i) == expected)
			continue;
		complain("page %llu: %d, but the guest did %d", i,
			 bit(bitmap, i), plan[i]);
		return false;
	}
	return true;
}

static bool all_are(const __u8 *bitmap, bool value)
{
	__u64 i;

	for (i = 0; i < PAGES; i++)
		if (bit(bitmap, i) != value)
			return false;
	return true;
}

TEST_F(guest, bits_are_what_the_guest_did)
{
	struct vm *vm = self->vm;
	struct vp *vp = vp_new(vm, 0);
	__u64 *memory = add_region(vm, &variant->kind);
	__u8 *plan = vm->ram + GUEST_SCRATCH;
	__u8 bits[PAGES / 8];
	unsigned int round;

	ASSERT_EQ(0, track(vm, true));
	ASSERT_EQ(0, ask(vm, ACCESSED, CLEAR, FIRST_GFN, PAGES, bits));
	vp_start(vp, follow_plan, PAGES);
	for (round = 0; round < 3; round++) {
		make_plan(plan, round);
		ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 1));
		/* What the VMM does itself is not the guest's doing. */
		memory[(round * 13 + 1) * PAGE_SIZE / 8] = 1;

		ASSERT_EQ(0, ask(vm, DIRTY, LOOK, FIRST_GFN, PAGES, bits));
		EXPECT_TRUE(shows(bits, plan, WRITE_PAGE));
		ASSERT_EQ(0, ask(vm, ACCESSED, LOOK, FIRST_GFN, PAGES, bits));
		EXPECT_TRUE(shows(bits, plan, READ_PAGE));

		/* Looking has changed nothing; clearing tells what was. */
		ASSERT_EQ(0, ask(vm, DIRTY, CLEAR, FIRST_GFN, PAGES, bits));
		EXPECT_TRUE(shows(bits, plan, WRITE_PAGE));
		ASSERT_EQ(0, ask(vm, DIRTY, LOOK, FIRST_GFN, PAGES, bits));
		EXPECT_TRUE(all_are(bits, false));
		ASSERT_EQ(0, ask(vm, ACCESSED, CLEAR, FIRST_GFN, PAGES, bits));
		EXPECT_TRUE(shows(bits, plan, READ_PAGE));
		ASSERT_EQ(0, ask(vm, ACCESSED, LOOK, FIRST_GFN, PAGES, bits));
		EXPECT_TRUE(all_are(bits, false));
	}
}

TEST_F(guest, bits_can_be_set)
{
	struct vm *vm = self->vm;
	__u8 bits[PAGES / 8];

	add_region(vm, &variant->kind);
	ASSERT_EQ(0, track(vm, true));
	ASSERT_EQ(0, ask(vm, ACCESSED, CLEAR, FIRST_GFN, PAGES, bits));
	ASSERT_EQ(0, ask(vm, ACCESSED, SET, FIRST_GFN, PAGES, bits));
	EXPECT_TRUE(all_are(bits, false));
	ASSERT_EQ(0, ask(vm, ACCESSED, LOOK, FIRST_GFN, PAGES, bits));
	EXPECT_TRUE(all_are(bits, true));
	ASSERT_EQ(0, ask(vm, DIRTY, LOOK, FIRST_GFN, PAGES, bits));
	EXPECT_TRUE(all_are(bits, false));

	/* "Dirty" brings "accessed" with it, no "accessed" means not "dirty". */
	ASSERT_EQ(0, ask(vm, ACCESSED, CLEAR, FIRST_GFN, PAGES, bits));
	ASSERT_EQ(0, ask(vm, DIRTY, SET, FIRST_GFN, PAGES, bits));
	ASSERT_EQ(0, ask(vm, ACCESSED, LOOK, FIRST_GFN, PAGES, bits));
	EXPECT_TRUE(all_are(bits, true));
	ASSERT_EQ(0, ask(vm, ACCESSED, CLEAR, FIRST_GFN, PAGES, bits));
	ASSERT_EQ(0, ask(vm, DIRTY, LOOK, FIRST_GFN, PAGES, bits));
	EXPECT_TRUE(all_are(bits, false));

	/* The end of tracking: only when nothing would be lost. */
	EXPECT_EQ(-EACCES, track(vm, false));
	ASSERT_EQ(0, ask(vm, DIRTY, SET, FIRST_GFN, PAGES, bits));
	EXPECT_EQ(0, track(vm, false));
}

/* Any range: also one that begins and ends in the middle of a byte. */
TEST_F(guest, ranges_are_exact)
{
	struct vm *vm = self->vm;
	struct vp *vp = vp_new(vm, 0);
	__u8 *plan = vm->ram + GUEST_SCRATCH;
	__u8 bits[PAGES / 8 + 1];
	__u64 i;

	add_region(vm, &variant->kind);
	ASSERT_EQ(0, track(vm, true));
	ASSERT_EQ(0, ask(vm, DIRTY, CLEAR, FIRST_GFN, PAGES, bits));
	make_plan(plan, 5);
	vp_start(vp, follow_plan, PAGES);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 1));

	memset(bits, 0xff, sizeof(bits));
	ASSERT_EQ(0, ask(vm, DIRTY, CLEAR, FIRST_GFN + 3, 514, bits));
	for (i = 0; i < 514; i++) {
		bool written = plan[i + 3] == WRITE_PAGE;

		if (bit(bits, i) != written)
			break;
	}
	EXPECT_EQ(514, i);
	EXPECT_EQ(0, bits[64] >> 2);
	EXPECT_EQ(0xff, bits[65]);

	memset(plan + 3, 0, 514);
	ASSERT_EQ(0, ask(vm, DIRTY, LOOK, FIRST_GFN, PAGES, bits));
	EXPECT_TRUE(shows(bits, plan, WRITE_PAGE));

	/* Pages that belong to no region are not used either. */
	ASSERT_EQ(0, ask(vm, DIRTY, LOOK, FIRST_GFN + PAGES, PAGES, bits));
	EXPECT_TRUE(all_are(bits, false));
}

/* Memory that moves takes nothing with it and loses nothing. */
TEST_F(guest, bits_stay_when_memory_moves)
{
	struct vm *vm = self->vm;
	struct vp *vp = vp_new(vm, 0);
	void *memory = add_region(vm, &variant->kind);
	__u8 *plan = vm->ram + GUEST_SCRATCH;
	__u8 bits[PAGES / 8];

	ASSERT_EQ(0, track(vm, true));
	ASSERT_EQ(0, ask(vm, ACCESSED, CLEAR, FIRST_GFN, PAGES, bits));
	make_plan(plan, 3);
	vp_start(vp, follow_plan, PAGES);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 1));

	/* Takes the pages of movable memory away from the guest. */
	ASSERT_EQ(0, mprotect(memory, SIZE, PROT_READ));
	ASSERT_EQ(0, ask(vm, DIRTY, LOOK, FIRST_GFN, PAGES, bits));
	EXPECT_TRUE(shows(bits, plan, WRITE_PAGE));
	ASSERT_EQ(0, mprotect(memory, SIZE, PROT_READ | PROT_WRITE));
	memset(memory, 0, SIZE);

	/* Brings neighbours back with those that the guest touches. */
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 1));
	ASSERT_EQ(0, ask(vm, DIRTY, LOOK, FIRST_GFN, PAGES, bits));
	EXPECT_TRUE(shows(bits, plan, WRITE_PAGE));
	ASSERT_EQ(0, ask(vm, ACCESSED, LOOK, FIRST_GFN, PAGES, bits));
	EXPECT_TRUE(shows(bits, plan, READ_PAGE));
}

/* Counts in all pages, one after the other, until the VMM says enough. */
static __guest void count_in_pages(__u64 seed)
{
	__u64 page = seed;

	out8(PORT, 2);
	while (!load(GUEST_SCRATCH)) {
		page = (page * 5 + 3) % PAGES;
		__atomic_fetch_add((__u64 *)(GUEST_MORE + page * PAGE_SIZE), 1,
				   __ATOMIC_RELAXED);
		idle(100);
	}
	halt();
}

static void *run_to_the_end(void *arg)
{
	vp_run(arg);
	return NULL;
}

/* The counters of the pages that are dirty, which may go on meanwhile */
static void copy_dirty(const __u8 *bitmap, const __u64 *memory, __u64 *copy)
{
	__u64 i;

	for (i = 0; i < PAGES; i++)
		if (bit(bitmap, i))
			copy[i] = peek(memory + i * PAGE_SIZE / 8);
}

/* Pages which the guest has written to since they were copied */
static void find_changed(const __u64 *memory, const __u64 *copy, bool *changed)
{
	__u64 i;

	for (i = 0; i < PAGES; i++)
		changed[i] = peek(memory + i * PAGE_SIZE / 8) != copy[i];
}

static bool none_is_missed(const __u8 *bitmap, const bool *changed)
{
	__u64 i;

	for (i = 0; i < PAGES; i++)
		if (changed[i] && !bit(bitmap, i))
			return false;
	return true;
}

/*
 * What a live migration does. A processor that has a dirty page in its TLB must
 * notice that it is clean now: so there are many rounds, with the time between
 * them that a guest needs to write to some pages, which is less than a tick.
 */
#define ROUNDS		60

TEST_F(guest, copy_of_a_running_guest_is_complete)
{
	struct vm *vm = self->vm;
	__u64 *memory = add_region(vm, &variant->kind);
	__u64 *enough = vm->ram + GUEST_SCRATCH;
	struct vp *vp = vp_new(vm, 0);
	__u8 bits[PAGES / 8];
	__u64 copy[PAGES] = {};
	bool changed[PAGES];
	int i, missed = 0;
	pthread_t thread;

	ASSERT_EQ(0, track(vm, true));
	vp_start(vp, count_in_pages, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 2));
	ASSERT_EQ(0, pthread_create(&thread, NULL, run_to_the_end, vp));

	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(0, ask(vm, DIRTY, CLEAR, FIRST_GFN, PAGES, bits));
		copy_dirty(bits, memory, copy);
		sleep_us(500);
		find_changed(memory, copy, changed);
		ASSERT_EQ(0, ask(vm, DIRTY, LOOK, FIRST_GFN, PAGES, bits));
		if (!none_is_missed(bits, changed))
			missed++;
	}
	EXPECT_EQ(0, missed);

	__atomic_store_n(enough, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	ASSERT_EQ(HV_MSG_HALT, vp->message.type);
	ASSERT_EQ(0, ask(vm, DIRTY, CLEAR, FIRST_GFN, PAGES, bits));
	copy_dirty(bits, memory, copy);
	find_changed(memory, copy, changed);
	for (i = 0; i < PAGES && !changed[i]; i++)
		;
	EXPECT_EQ(PAGES, i);
}

/* Eight threads ask, clear and set; the memory comes and goes. */
#define RACERS		8
#define HEATS		40

struct racer {
	struct vm *vm;
	void *memory;
	int number;
	int wrong;
};

static void *race(void *arg)
{
	struct racer *racer = arg;
	__u8 bits[PAGES / 8];
	int i, ret;

	for (i = 0; i < HEATS; i++) {
		if (!racer->number && i % 8 == 7) {
			vm_unmap(racer->vm, GUEST_MORE, racer->memory, SIZE);
			vm_map(racer->vm, GUEST_MORE, racer->memory, SIZE,
			       REGION_ALL);
		}
		ret = ask(racer->vm, racer->number % 2, i % 3,
			  FIRST_GFN + racer->number * 8, PAGES - 64, bits);
		if (ret)
			racer->wrong = ret;
	}
	return NULL;
}

TEST_F(guest, eight_threads_race)
{
	struct vm *vm = self->vm;
	void *memory = add_region(vm, &variant->kind);
	__u64 *enough = vm->ram + GUEST_SCRATCH;
	struct vp *vp = vp_new(vm, 0);
	struct racer racers[RACERS];
	pthread_t guest, threads[RACERS];
	int i;

	ASSERT_EQ(0, track(vm, true));
	vp_start(vp, count_in_pages, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 2));
	ASSERT_EQ(0, pthread_create(&guest, NULL, run_to_the_end, vp));
	for (i = 0; i < RACERS; i++) {
		racers[i] = (struct racer){ vm, memory, i, 0 };
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, race,
					    &racers[i]));
	}
	for (i = 0; i < RACERS; i++) {
		pthread_join(threads[i], NULL);
		EXPECT_EQ(0, racers[i].wrong);
	}
	/* It halts, or found its memory gone. */
	__atomic_store_n(enough, 1, __ATOMIC_RELAXED);
	pthread_join(guest, NULL);
}

static int alarms;

static void on_alarm(int number)
{
	__atomic_fetch_add(&alarms, 1, __ATOMIC_RELAXED);
}

static void alarm_every(unsigned int us)
{
	const struct itimerval interval = {
		.it_interval.tv_usec = us,
		.it_value.tv_usec = us,
	};

	require(!setitimer(ITIMER_REAL, &interval, NULL), "set the timer");
}

/*
 * The bits are cleared piece by piece: a request that a signal ended would take
 * them from a VMM that throws its bitmap away and asks again.
 */
TEST_F(guest, signals_do_not_end_a_request)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	const __u64 count = 1UL << 19;
	struct vm *vm = self->vm;
	__u8 *bits = memory_new(count / 8);
	__u8 *plan = vm->ram + GUEST_SCRATCH;
	struct vp *vp = vp_new(vm, 0);
	sig_atomic_t before;
	int ret;

	add_region(vm, &variant->kind);
	ASSERT_EQ(0, track(vm, true));
	ASSERT_EQ(0, sigaction(SIGALRM, &action, NULL));
	do {
		ASSERT_EQ(0, ask(vm, DIRTY, CLEAR, FIRST_GFN, PAGES, bits));
		make_plan(plan, 1);
		vp_start(vp, follow_plan, PAGES);
		ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 1));

		alarm_every(1000);
		before = __atomic_load_n(&alarms, __ATOMIC_RELAXED);
		ret = ask(vm, DIRTY, CLEAR, FIRST_GFN, count, bits);
		alarm_every(0);
		ASSERT_EQ(0, ret);
		EXPECT_TRUE(shows(bits, plan, WRITE_PAGE));
	} while (__atomic_load_n(&alarms, __ATOMIC_RELAXED) == before);
	ASSERT_EQ(0, ask(vm, DIRTY, LOOK, FIRST_GFN, PAGES, bits));
	EXPECT_TRUE(all_are(bits, false));
}

static const struct {
	const char *row;
	struct mshv_gpap_access_bitmap args;
	int expected;
} misuses[] = {
	{ "unknown type", { .access_type = MSHV_GPAP_ACCESS_TYPE_COUNT }, -EINVAL },
	{ "unknown operation", { .access_op = MSHV_GPAP_ACCESS_OP_COUNT }, -EINVAL },
	{ "reserved byte", { .rsvd = { 1 } }, -EINVAL },
	{ "last reserved byte", { .rsvd = { [5] = 1 } }, -EINVAL },
	{ "no page", { .page_count = -1 }, -EINVAL },
	{ "no bitmap", { .bitmap_ptr = -1 }, -EINVAL },
	{ "wraps around", { .gpap_base = 2, .page_count = ~0ULL - 2 }, -EINVAL },
	{ "64 bits", { .gpap_base = (1ULL << 52) - 1, .page_count = 2 }, -EINVAL },
	{ "no such page", { .gpap_base = LAST_GFN + 1 }, -EINVAL },
	{ "more than 32 bits", { .gpap_base = LAST_GFN - 7,
				 .page_count = (1ULL << 32) + 8 }, -EINVAL },
	{ "bitmap not writable", { .bitmap_ptr = 8 }, -EFAULT },
	{ "kernel's bitmap", { .bitmap_ptr = 0xffff888000000000 }, -EFAULT },
	{ "nothing wrong", {}, 0 },
};

TEST_F(guest, misuse_gives_the_documented_errno)
{
	struct vm *vm = self->vm;
	__u64 bits = 0;
	size_t i;
	int fd;

	/* Not tracked yet */
	EXPECT_EQ(-EIO, ask(vm, DIRTY, LOOK, 0, 64, &bits));
	ASSERT_EQ(0, track(vm, true));
	EXPECT_EQ(-EFAULT, try(vm->fd, MSHV_GET_GPAP_ACCESS_BITMAP, BAD_ADDRESS));

	for (i = 0; i < ARRAY_SIZE(misuses); i++) {
		struct mshv_gpap_access_bitmap args = misuses[i].args;

		/* What the row does not set is as it should be; -1 is 0. */
		args.page_count = args.page_count ? args.page_count == -1ULL ?
				  0 : args.page_count : 64;
		args.bitmap_ptr = args.bitmap_ptr ? args.bitmap_ptr == -1ULL ?
				  0 : args.bitmap_ptr : (uintptr_t)&bits;
		EXPECT_TRUE(comes_of(misuses[i].row, misuses[i].expected,
				     try(vm->fd, MSHV_GET_GPAP_ACCESS_BITMAP,
					 &args)));
	}

	/* Not initialised yet */
	fd = partition_create(vm->device);
	EXPECT_EQ(-EIO, ask(&(struct vm){ .fd = fd }, DIRTY, LOOK, 0, 64, &bits));
	close(fd);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * State of a VP that takes several pages: each of them is carried, to where it
 * belongs, wherever the pages of the VMM's buffer are.
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "lib/fixture.h"
#include "lib/knob.h"
#include "lib/require.h"
#include "lib/state.h"
#include "lib/vp.h"

#define STATE_PAGES	3
#define ROOM		(STATE_PAGES * PAGE_SIZE)
#define FILL		0x5a

/* Where the header of XSAVE says which components are in use */
#define XSTATE_BV	(512 / sizeof(__u64))

/* The component of two pages, at the end of the state */
#define LARGE		_BITULL(62)
#define LARGE_SIZE	(2 * PAGE_SIZE)
#define LARGE_WORDS	(LARGE_SIZE / sizeof(__u64))

/* Partitions keep what the knob was when they were created. */
static struct vp *new_vp(void)
{
	struct vm *vm;

	knob_turn("large-xsave", 1);
	vm = vm_new();
	knob_turn("large-xsave", 0);
	return vp_new(vm, 0);
}

static void move_page(void *from, void *to)
{
	require(mremap(from, PAGE_SIZE, PAGE_SIZE,
		       MREMAP_MAYMOVE | MREMAP_FIXED, to) == to, "move a page");
}

/*
 * A buffer whose pages are neither in the order of their numbers nor one behind
 * the other, even if they were when they were touched.
 */
static void *buffer_new(void)
{
	char *pages = memory_new(5 * PAGE_SIZE), *buffer = memory_new(ROOM);

	memset(pages, FILL, 5 * PAGE_SIZE);
	move_page(pages + 4 * PAGE_SIZE, buffer);
	move_page(pages, buffer + PAGE_SIZE);
	move_page(pages + 2 * PAGE_SIZE, buffer + 2 * PAGE_SIZE);
	return buffer;
}

static int transfer(struct vp *vp, unsigned long cmd, void *buffer, __u32 *size)
{
	*size = ROOM;
	return state_call(vp, cmd, MSHV_VP_STATE_XSAVE, buffer, size);
}

static __u64 *large_part(void *buffer, __u32 size)
{
	return (__u64 *)((char *)buffer + size - LARGE_SIZE);
}

/* A word that tells where it is, and of which @series. */
static __u64 word(__u64 series, __u64 i)
{
	return series << 32 | i;
}

static void fill_large(void *buffer, __u32 size, __u64 series)
{
	size_t i;

	for (i = 0; i < LARGE_WORDS; i++)
		large_part(buffer, size)[i] = word(series, i);
	((__u64 *)buffer)[XSTATE_BV] |= LARGE;
}

static bool has_large(void *buffer, __u32 size, __u64 series)
{
	const __u64 *words = large_part(buffer, size);
	size_t i;

	for (i = 0; i < LARGE_WORDS; i++)
		if (words[i] != word(series, i)) {
			printf("# word %zu of series %llu is %#llx\n", i,
			       series, words[i]);
			return false;
		}
	return true;
}

/* The hypervisor has put its own words there: their numbers. */
TEST_F(guest, all_pages_are_read)
{
	__u8 *buffer = buffer_new();
	struct vp *vp;
	__u32 size;

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor has a state of several pages");

	vp = new_vp();
	ASSERT_EQ(0, transfer(vp, MSHV_GET_VP_STATE, buffer, &size));
	ASSERT_LT(2 * PAGE_SIZE, size);
	ASSERT_GT(ROOM, size);
	EXPECT_TRUE(has_large(buffer, size, 0));
	EXPECT_EQ(LARGE, ((__u64 *)buffer)[XSTATE_BV] & LARGE);
	EXPECT_EQ(FILL, buffer[size]);
	EXPECT_EQ(FILL, buffer[ROOM - 1]);
}

TEST_F(guest, all_pages_are_written)
{
	void *buffer = buffer_new(), *other = buffer_new();
	struct vp *vp, *heir;
	__u32 size;

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor has a state of several pages");

	vp = new_vp();
	heir = new_vp();
	ASSERT_EQ(0, transfer(vp, MSHV_GET_VP_STATE, buffer, &size));
	fill_large(buffer, size, 1);
	ASSERT_EQ(0, transfer(vp, MSHV_SET_VP_STATE, buffer, &size));
	EXPECT_TRUE(has_large(buffer, size, 1));
	ASSERT_EQ(0, transfer(vp, MSHV_GET_VP_STATE, other, &size));
	EXPECT_TRUE(has_large(other, size, 1));

	/* Nobody else has it, until it is moved there. */
	ASSERT_EQ(0, transfer(heir, MSHV_GET_VP_STATE, buffer, &size));
	EXPECT_TRUE(has_large(buffer, size, 0));
	ASSERT_EQ(0, transfer(heir, MSHV_SET_VP_STATE, other, &size));
	ASSERT_EQ(0, transfer(heir, MSHV_GET_VP_STATE, buffer, &size));
	EXPECT_TRUE(has_large(buffer, size, 1));
}

/* How long the state is says the partition, and the buffer has to have room. */
TEST_F(guest, pages_have_to_be_enough)
{
	void *buffer = buffer_new();
	struct vp *vp, *other = vp_new(self->vm, 0);
	__u32 size, enough;

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor has a state of several pages");

	vp = new_vp();
	ASSERT_EQ(0, transfer(vp, MSHV_GET_VP_STATE, buffer, &enough));
	size = 2 * PAGE_SIZE;
	EXPECT_EQ(-EINVAL, state_call(vp, MSHV_GET_VP_STATE, MSHV_VP_STATE_XSAVE,
				      buffer, &size));
	EXPECT_EQ(enough, size);
	size = 2 * PAGE_SIZE;
	EXPECT_EQ(-EINVAL, state_call(vp, MSHV_SET_VP_STATE, MSHV_VP_STATE_XSAVE,
				      buffer, &size));
	EXPECT_EQ(enough, size);

	/* A partition without this component does not take it. */
	EXPECT_EQ(-EINVAL, transfer(other, MSHV_SET_VP_STATE, buffer, &size));
	EXPECT_GT(PAGE_SIZE, size);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/* State of a VP that is not in registers: read, written, moved to another VP. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/misuse.h"
#include "lib/require.h"
#include "lib/state.h"
#include "lib/vp.h"

#define PORT		0x80
#define LIST_PAGES	507	/* of a buffer, at most */

#define CR4_PAE		0x20
#define CR4_OSFXSR	0x200
#define CR4_OSXSAVE	0x40000
#define XFEM_X87	1
#define XFEM_AVX	7
#define STATE_AVX	_BITULL(2)

/* The format of FXSAVE, with which that of XSAVE begins */
struct fx_area {
	__u16 control;
	__u16 status;
	__u8 tags;
	__u8 other[19];
	__u32 mxcsr;
	__u32 mxcsr_mask;
	__u8 st[8][16];
	__u8 xmm[16][16];
	__u8 unused[96];
};

/* The compacted format of XSAVE, as far as AVX */
struct xsave_area {
	struct fx_area fx;
	__u64 xstate_bv;
	__u64 xcomp_bv;
	__u64 reserved[6];
	__u8 avx[16][16];	/* upper halves */
};

/* Three images at GUEST_SCRATCH, and upper halves behind them */
#define IMAGE_FIRST	(GUEST_SCRATCH)
#define IMAGE_SECOND	(GUEST_SCRATCH + 0x200)
#define IMAGE_SEEN	(GUEST_SCRATCH + 0x400)
#define UPPER_SEEN	(GUEST_SCRATCH + 0x600)

static __always_inline __in_guest void write_cr4(__u64 value)
{
	asm volatile("mov %0, %%cr4" : : "r"(value));
}

static __always_inline __in_guest void switch_on(__u64 xfem)
{
	write_cr4(CR4_PAE | CR4_OSFXSR | CR4_OSXSAVE);
	asm volatile("xsetbv" : : "a"((__u32)xfem), "d"(0), "c"(0));
}

static __always_inline __in_guest void load_image(__u64 gpa)
{
	asm volatile("fxrstor (%0)" : : "r"(gpa));
}

static __always_inline __in_guest void show_image(__u64 xfem)
{
	asm volatile("fxsave (%0)" : : "r"(IMAGE_SEEN) : "memory");
	if (xfem == XFEM_AVX)
		asm volatile("vextractf128 $1, %%ymm0, (%0)"
			     : : "r"(UPPER_SEEN) : "memory");
}

/* Loads one image, then another, and says which one it has in the end. */
static __guest void load_and_show(__u64 xfem)
{
	switch_on(xfem);
	load_image(IMAGE_FIRST);
	if (xfem == XFEM_AVX)
		asm volatile("vinsertf128 $1, %xmm1, %ymm0, %ymm0");
	out8(PORT, 1);
	load_image(IMAGE_SECOND);
	if (xfem == XFEM_AVX)
		asm volatile("vinsertf128 $1, %xmm2, %ymm0, %ymm0");
	out8(PORT, 2);
	show_image(xfem);
	out8(PORT, 3);
	halt();
}

static __guest void just_show(__u64 xfem)
{
	show_image(xfem);
	out8(PORT, 3);
	halt();
}

/* Values that differ from register to register, and from image to image. */
static void fill_image(struct fx_area *image, __u8 seed)
{
	int i, j;

	memset(image, 0, sizeof(*image));
	image->control = 0x037f - (seed << 8);	/* precision */
	image->tags = 0xff;
	image->mxcsr = 0x1f80 | seed << 13;	/* rounding */
	for (i = 0; i < 16; i++)
		for (j = 0; j < 16; j++) {
			image->xmm[i][j] = seed * 64 + i * 16 + j;
			if (i < 8 && j < 10)
				image->st[i][j] = seed * 32 + i * 10 + j;
		}
}

static bool same_image(const struct fx_area *a, const struct fx_area *b)
{
	return a->control == b->control && a->tags == b->tags &&
	       a->mxcsr == b->mxcsr && !memcmp(a->xmm, b->xmm, sizeof(a->xmm)) &&
	       !memcmp(a->st, b->st, sizeof(a->st));
}

static __u64 best_xfem(struct vm *vm)
{
	return vm_get_property(vm, HV_PROPERTY_XSAVE_STATES) & STATE_AVX ?
	       XFEM_AVX : XFEM_X87;
}

TEST_F(guest, vector_registers_go_back_and_to_another_vp)
{
	struct vm *vm = self->vm;
	struct fx_area *first = vm->ram + IMAGE_FIRST;
	struct fx_area *second = vm->ram + IMAGE_SECOND;
	struct fx_area *seen = vm->ram + IMAGE_SEEN;
	const void *upper = vm->ram + UPPER_SEEN;
	struct xsave_area *state = memory_new(PAGE_SIZE);
	struct xsave_area *other = memory_new(PAGE_SIZE);
	struct vp *vp = vp_new(vm, 0), *heir = vp_new(vm, 1);
	__u64 xfem = best_xfem(vm);
	bool avx = xfem == XFEM_AVX;

	fill_image(first, 1);
	fill_image(second, 2);
	vp_start(vp, load_and_show, xfem);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 1));
	EXPECT_LE(576, get_state(vp, MSHV_VP_STATE_XSAVE, state));
	EXPECT_TRUE(same_image(&state->fx, first));
	EXPECT_EQ(1, state->xcomp_bv >> 63);
	EXPECT_EQ(3, state->xcomp_bv & state->xstate_bv & 3);
	EXPECT_EQ(0, state->xstate_bv & ~state->xcomp_bv);
	EXPECT_TRUE(!avx || !memcmp(state->avx[0], first->xmm[1], 16));

	/* The guest goes on; then it is put back to where it was. */
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 2));
	get_state(vp, MSHV_VP_STATE_XSAVE, other);
	EXPECT_TRUE(same_image(&other->fx, second));
	EXPECT_TRUE(!avx || !memcmp(other->avx[0], second->xmm[2], 16));
	ASSERT_EQ(0, set_state(vp, MSHV_VP_STATE_XSAVE, state));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 3));
	EXPECT_TRUE(same_image(seen, first));
	EXPECT_TRUE(!avx || !memcmp(upper, first->xmm[1], 16));
	ASSERT_TRUE(vp_halts(vp));

	vp_start(heir, just_show, xfem);
	vp_set(heir, HV_REG_CR4, CR4_PAE | CR4_OSFXSR | CR4_OSXSAVE);
	vp_set(heir, HV_REG_XFEM, xfem);
	ASSERT_EQ(0, set_state(heir, MSHV_VP_STATE_XSAVE, other));
	ASSERT_TRUE(vp_writes_port(heir, PORT, 1, 3));
	EXPECT_TRUE(same_image(seen, second));
	EXPECT_TRUE(!avx || !memcmp(upper, second->xmm[2], 16));
}

/* A component that is absent is that of a processor that was reset. */
TEST_F(guest, absent_components_are_reset)
{
	struct xsave_area *state = memory_new(PAGE_SIZE);
	struct vp *vp = vp_new(self->vm, 0);
	struct fx_area reset = { .control = 0x037f, .mxcsr = 0x1f80 };

	get_state(vp, MSHV_VP_STATE_XSAVE, state);
	fill_image(&state->fx, 1);
	state->xstate_bv |= 3;
	ASSERT_EQ(0, set_state(vp, MSHV_VP_STATE_XSAVE, state));
	state->xstate_bv = 0;
	ASSERT_EQ(0, set_state(vp, MSHV_VP_STATE_XSAVE, state));
	get_state(vp, MSHV_VP_STATE_XSAVE, state);
	EXPECT_TRUE(same_image(&state->fx, &reset));

	if (!(best_xfem(self->vm) & STATE_AVX))
		return;
	memset(state->avx, 0x77, sizeof(state->avx));
	state->xstate_bv = 7;
	ASSERT_EQ(0, set_state(vp, MSHV_VP_STATE_XSAVE, state));
	get_state(vp, MSHV_VP_STATE_XSAVE, state);
	EXPECT_EQ(0x77, state->avx[15][15]);
	state->xstate_bv = 3;
	ASSERT_EQ(0, set_state(vp, MSHV_VP_STATE_XSAVE, state));
	get_state(vp, MSHV_VP_STATE_XSAVE, state);
	EXPECT_EQ(0, state->avx[0][0] | state->avx[15][15]);
}

/* The buffer is written as far as the state goes; its pages may be anywhere. */
TEST_F(guest, buffer_may_be_larger_than_the_state)
{
	const __u32 room = LIST_PAGES * PAGE_SIZE;
	struct vp *vp = vp_new(self->vm, 0);
	__u8 *buffer = memory_new(room);
	__u32 size = room;

	memset(buffer, 0xff, room);
	ASSERT_EQ(0, state_call(vp, MSHV_GET_VP_STATE, MSHV_VP_STATE_XSAVE,
				buffer, &size));
	ASSERT_GT(PAGE_SIZE, size);
	ASSERT_LT(512, size);
	EXPECT_EQ(0xff, buffer[PAGE_SIZE]);
	EXPECT_EQ(0xff, buffer[room - 1]);
	size = room;
	EXPECT_EQ(0, state_call(vp, MSHV_SET_VP_STATE, MSHV_VP_STATE_XSAVE,
				buffer, &size));
}

/* Values that no processor has are refused by the hypervisor. */
TEST_F(guest, impossible_state_is_refused)
{
	struct xsave_area *state = memory_new(PAGE_SIZE);
	struct vp *vp = vp_new(self->vm, 0);
	struct xsave_area good;

	get_state(vp, MSHV_VP_STATE_XSAVE, state);
	good = *state;
	state->xcomp_bv = 0;
	EXPECT_EQ(-EINVAL, set_state(vp, MSHV_VP_STATE_XSAVE, state));
	*state = good;
	state->xstate_bv |= _BITULL(62);
	EXPECT_EQ(-EINVAL, set_state(vp, MSHV_VP_STATE_XSAVE, state));
	*state = good;
	state->reserved[3] = 1;
	EXPECT_EQ(-EINVAL, set_state(vp, MSHV_VP_STATE_XSAVE, state));
	*state = good;
	state->fx.mxcsr = ~0;
	EXPECT_EQ(-EINVAL, set_state(vp, MSHV_VP_STATE_XSAVE, state));
	*state = good;
	EXPECT_EQ(0, set_state(vp, MSHV_VP_STATE_XSAVE, state));
}

/* Rows change an argument that is right; -1 stands for 0. */
static const struct {
	const char *row;
	struct mshv_get_set_vp_state args;
	int expected;
} misuses[] = {
	{ "unknown type", { .type = MSHV_VP_STATE_COUNT }, -EINVAL },
	{ "reserved byte", { .rsvd = { 1 } }, -EINVAL },
	{ "last reserved byte", { .rsvd = { 0, 0, 1 } }, -EINVAL },
	{ "no buffer", { .buf_sz = -1 }, -EINVAL },
	{ "half a page", { .buf_sz = PAGE_SIZE / 2 }, -EINVAL },
	{ "not at a page", { .buf_ptr = PAGE_SIZE + 8 }, -EINVAL },
	{ "too many pages", { .buf_sz = (LIST_PAGES + 1) * PAGE_SIZE }, -EINVAL },
	{ "kernel's memory", { .buf_ptr = 0xffff888000000000 }, -EFAULT },
	{ "nothing there", { .buf_ptr = PAGE_SIZE }, -EFAULT },
	{ "wraps around", { .buf_ptr = -PAGE_SIZE }, -EOVERFLOW },
	{ "nothing wrong", {}, 0 },
};

TEST_F(guest, misuse_gives_the_documented_errno)
{
	struct vp *vp = vp_new(self->vm, 0);
	void *buffer = memory_new((LIST_PAGES + 1) * PAGE_SIZE);
	void *read_only = mmap(NULL, PAGE_SIZE, PROT_READ,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	__u32 size = PAGE_SIZE;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(misuses); i++) {
		struct mshv_get_set_vp_state args = misuses[i].args;
		struct mshv_get_set_vp_state again;

		args.type = args.type ? args.type : MSHV_VP_STATE_XSAVE;
		args.buf_sz = args.buf_sz ? args.buf_sz == -1U ? 0 :
			      args.buf_sz : PAGE_SIZE;
		args.buf_ptr = args.buf_ptr ? args.buf_ptr : (uintptr_t)buffer;
		again = args;
		EXPECT_TRUE(comes_of(misuses[i].row, misuses[i].expected,
				     try(vp->fd, MSHV_GET_VP_STATE, &args)));
		EXPECT_TRUE(comes_of(misuses[i].row, misuses[i].expected,
				     try(vp->fd, MSHV_SET_VP_STATE, &again)));
	}

	/* The hypervisor is given pages that can be written, also to read them. */
	ASSERT_NE(MAP_FAILED, read_only);
	EXPECT_EQ(-EFAULT, state_call(vp, MSHV_GET_VP_STATE,
				      MSHV_VP_STATE_XSAVE, read_only, &size));
	size = PAGE_SIZE;
	EXPECT_EQ(-EFAULT, state_call(vp, MSHV_SET_VP_STATE,
				      MSHV_VP_STATE_XSAVE, read_only, &size));
	EXPECT_EQ(-EFAULT, try(vp->fd, MSHV_GET_VP_STATE, BAD_ADDRESS));
	EXPECT_EQ(-EFAULT, try(vp->fd, MSHV_SET_VP_STATE, BAD_ADDRESS));
}

/* Eight threads write and read: nobody sees a mixture. */
#define RACERS		8
#define HEATS		50

struct racer {
	struct vp *vp;
	__u8 number;
	int mixed;
};

static void *race(void *arg)
{
	struct racer *racer = arg;
	struct xsave_area *state = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
	const __u8 *xmm = (const __u8 *)state->fx.xmm;
	int i;

	for (i = 0; i < HEATS; i++) {
		get_state(racer->vp, MSHV_VP_STATE_XSAVE, state);
		/* All bytes are the same: each is the one before. */
		if (memcmp(xmm, xmm + 1, sizeof(state->fx.xmm) - 1))
			racer->mixed++;
		memset(state->fx.xmm, racer->number, sizeof(state->fx.xmm));
		require(!set_state(racer->vp, MSHV_VP_STATE_XSAVE, state),
			"set the state");
	}
	free(state);
	return NULL;
}

TEST_F(guest, eight_threads_race)
{
	struct vp *vp = vp_new(self->vm, 0);
	struct racer racers[RACERS];
	pthread_t threads[RACERS];
	int i;

	for (i = 0; i < RACERS; i++) {
		racers[i] = (struct racer){ .vp = vp, .number = i };
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, race,
					    &racers[i]));
	}
	for (i = 0; i < RACERS; i++) {
		pthread_join(threads[i], NULL);
		EXPECT_EQ(0, racers[i].mixed);
	}
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The extended state of a VP, as the parent sees it: the compacted format of
 * XSAVE. The hypervisor keeps the standard format, in which each component has
 * a place of its own.
 */
#include "machine/features.h"
#include "child.h"

#define XSAVE_LEAF		0x0000000d
#define COMPONENTS		62	/* of the processor; then XSAVE_LARGE */
#define FIRST_EXTENDED		2	/* below: x87 and SSE, in the legacy area */

#define STATE_X87		BIT(0)
#define STATE_SSE		BIT(1)
#define STATES_OF_AVX		0xe4UL		/* AVX and the three of AVX-512 */
#define COMPACTED		BIT(63)

#define FCW_RESET		0x37f
#define MXCSR_RESET		0x1f80
#define MXCSR_DEFINED		0xffffU

#define LARGE_SIZE		(XSAVE_LARGE_PAGES * PAGE_SIZE)
#define LARGE_WORDS		(PAGE_SIZE / sizeof(u64))	/* of a page */

/* The beginning of both formats */
struct legacy {
	u16 fcw;
	u8 x87[22];
	u32 mxcsr;
	u32 mxcsr_mask;
	u8 st[128];
	u8 xmm[256];
	u8 unused[96];
	u64 xstate_bv;
	u64 xcomp_bv;
	u64 reserved[6];
};

COMPILE_ASSERT(sizeof(struct legacy) == 576);

/* Where the processor has a component in the standard format, and its size */
struct component {
	u32 offset;
	u32 size;
	bool aligned;			/* in the compacted format */
};

static struct component component(u32 n)
{
	u32 leaf[4];

	cpuid(XSAVE_LEAF, n, leaf);
	return (struct component) {
		.offset = leaf[1], .size = leaf[0], .aligned = leaf[2] & BIT(1),
	};
}

/**
 * child_xsave_features() - How can a VP keep its extended state?
 * @child: of this partition
 *
 * Return: HV_XSAVE_FEATURE_*.
 */
u64 child_xsave_features(const struct child *child)
{
	return processor_xsave_features() & ~child->disabled_xsave;
}

/**
 * child_xsave_states() - Which states can a VP have?
 * @child: of this partition
 *
 * Return: a mask, like XCR0.
 */
u64 child_xsave_states(const struct child *child)
{
	u64 states = processor_xsave_states() & ~XSAVE_LARGE;

	if (!(child_xsave_features(child) & HV_XSAVE_FEATURE_AVX))
		states &= ~STATES_OF_AVX;
	return child->large_xsave ? states | XSAVE_LARGE : states;
}

/*
 * Calls back for each component after SSE that the processor has; returns the
 * size of all.
 */
static u32 walk(u64 states, void *compacted, struct child_vp *vp,
		void (*visit)(struct child_vp *vp, void *place, u32 n,
			      struct component c))
{
	u32 n, offset = sizeof(struct legacy);

	for (n = FIRST_EXTENDED; n < COMPONENTS; n++) {
		struct component c;

		if (!(states & BIT(n)))
			continue;
		c = component(n);
		if (c.aligned)
			offset = align_up(offset, 64);
		if (visit)
			visit(vp, compacted + offset, n, c);
		offset += c.size;
	}
	return offset;
}

/**
 * child_xsave_size() - How long is the compacted format?
 * @states: which states are in it
 *
 * Return: bytes.
 */
u32 child_xsave_size(u64 states)
{
	u32 size = walk(states, NULL, NULL, NULL);

	return states & XSAVE_LARGE ? align_up(size, 64) + LARGE_SIZE : size;
}

/* It is the last component. */
static void *large_part(void *compacted, u64 states)
{
	return compacted + child_xsave_size(states) - LARGE_SIZE;
}

/* Each word is its own number, so that none can be taken for another one. */
static void reset_large(struct child_vp *vp)
{
	u32 i, j;

	for (i = 0; i < XSAVE_LARGE_PAGES; i++)
		for (j = 0; j < LARGE_WORDS; j++)
			vp->large[i][j] = i * LARGE_WORDS + j;
}

static void get_large(const struct child_vp *vp, void *to)
{
	u32 i;

	for (i = 0; i < XSAVE_LARGE_PAGES; i++)
		memcpy(to + i * PAGE_SIZE, vp->large[i], PAGE_SIZE);
}

static void set_large(struct child_vp *vp, const void *from)
{
	u32 i;

	for (i = 0; i < XSAVE_LARGE_PAGES; i++)
		memcpy(vp->large[i], from + i * PAGE_SIZE, PAGE_SIZE);
}

static void take_out(struct child_vp *vp, void *place, u32 n,
		     struct component c)
{
	memcpy(place, vp->xsave + c.offset, c.size);
}

/**
 * child_xsave_get() - Read the extended state
 * @vp: whose
 * @states: which part of it; with x87 and SSE
 * @compacted: zeroed, child_xsave_size() bytes for it
 */
void child_xsave_get(struct child_vp *vp, u64 states, void *compacted)
{
	const struct legacy *from = vp->xsave;
	struct legacy *to = compacted;

	memcpy(to, from, offsetof(struct legacy, unused));
	to->xstate_bv = from->xstate_bv & states;
	to->xcomp_bv = states | COMPACTED;
	walk(states, compacted, vp, take_out);
	if (states & XSAVE_LARGE) {
		get_large(vp, large_part(compacted, states));
		to->xstate_bv |= XSAVE_LARGE;
	}
}

static void take_away(struct child_vp *vp, void *place, u32 n,
		      struct component c)
{
	memset(vp->xsave + c.offset, 0, c.size);
}

static void put_in(struct child_vp *vp, void *place, u32 n, struct component c)
{
	struct legacy *to = vp->xsave;

	if (to->xstate_bv & BIT(n))
		memcpy(vp->xsave + c.offset, place, c.size);
	else
		memset(vp->xsave + c.offset, 0, c.size);
}

/* States that are in their first state keep nothing of what was before. */
static void put_legacy(struct legacy *to, const struct legacy *from, u64 states)
{
	if (states & STATE_X87) {
		memcpy(to, from, offsetof(struct legacy, mxcsr));
		memcpy(to->st, from->st, sizeof(to->st));
	} else {
		memset(to, 0, offsetof(struct legacy, mxcsr));
		memset(to->st, 0, sizeof(to->st));
		to->fcw = FCW_RESET;
	}
	if (states & STATE_SSE) {
		to->mxcsr = from->mxcsr;
		memcpy(to->xmm, from->xmm, sizeof(to->xmm));
	} else {
		to->mxcsr = MXCSR_RESET;
		memset(to->xmm, 0, sizeof(to->xmm));
	}
}

/**
 * child_xsave_set() - Write the extended state
 * @vp: whose
 * @states: which part of it; with x87 and SSE
 * @compacted: child_xsave_size() bytes
 *
 * The header of @compacted tells which states have a place in it, of those in
 * @states. x87 and SSE always have, so that a VMM may leave their bits out. A
 * state that is not in @compacted, or whose bit in its header is clear, becomes
 * that of a processor that was reset.
 *
 * Return: false when there is no such state.
 */
bool child_xsave_set(struct child_vp *vp, u64 states, void *compacted)
{
	const struct legacy *from = compacted;
	struct legacy *to = vp->xsave;
	u64 layout = (from->xcomp_bv & ~COMPACTED) | STATE_X87 | STATE_SSE;

	if (!(from->xcomp_bv & COMPACTED) || (layout & ~states) ||
	    (from->xstate_bv & ~layout) ||
	    !all_zero(from->reserved, sizeof(from->reserved)) ||
	    (from->mxcsr & ~MXCSR_DEFINED))
		return false;

	put_legacy(to, from, from->xstate_bv);
	/* What was put into the legacy area is there, first state or not. */
	to->xstate_bv = (from->xstate_bv & ~XSAVE_LARGE) | STATE_X87 | STATE_SSE;
	walk(layout, compacted, vp, put_in);
	walk(states & ~layout, NULL, vp, take_away);
	if (from->xstate_bv & XSAVE_LARGE)
		set_large(vp, large_part(compacted, layout));
	else if (vp->child->large_xsave)
		reset_large(vp);
	return true;
}

/**
 * child_xsave_reset() - The extended state after RESET
 * @vp: whose; it was just created
 */
void child_xsave_reset(struct child_vp *vp)
{
	struct legacy *area = vp->xsave;

	/* The processor tells its MXCSR_MASK in no other way. */
	asm volatile("fxsave64 %0" : "+m" (*area));
	memset(area->unused, 0, sizeof(area->unused));
	put_legacy(area, NULL, 0);
	area->xstate_bv = STATE_X87 | STATE_SSE;
	if (vp->child->large_xsave)
		reset_large(vp);
	vp->xcr0 = XCR0_X87;
}

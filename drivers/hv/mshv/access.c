// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSHV_GET_GPAP_ACCESS_BITMAP: which pages of a child were used.
 *
 * The hypervisor tells a byte for each page. A piece is what one hypercall can
 * tell: it becomes a part of the bitmap, which is stored before the next one is
 * asked for. So a request of any length needs no memory, and what the hypervisor
 * has forgotten on demand is known to the VMM, whatever happens to the rest.
 */
#include <linux/array_size.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mshv.h>
#include <linux/nospec.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/mshyperv.h>

#include "access.h"
#include "gpa.h"
#include "hvcall.h"

/*
 * Pages of a piece: most repetitions of a hypercall, in whole words of the
 * bitmap. All pieces but the last end on a byte of it.
 */
#define PIECE_PAGES	round_down(BIT(12) - 1, BITS_PER_LONG)

static_assert(PIECE_PAGES * sizeof(union hv_gpa_page_access_state) <=
	      HV_HYP_PAGE_SIZE);

struct access_piece {
	struct mshv_hvcall_reps call;
	u64 partition_id;
	u64 gfn;
	u64 flags;
	u8 mask;	/* bit of the hypervisor's byte that is asked for */
	DECLARE_BITMAP(bitmap, PIECE_PAGES);
};

/*
 * What a type and an operation mean to the hypervisor: a page that was not
 * accessed cannot be dirty, a dirty page has been accessed.
 */
#define ACCESSED	BIT(0)
#define DIRTY		BIT(1)
#define CLEAR_ACCESSED	BIT(0)
#define SET_ACCESSED	BIT(1)
#define CLEAR_DIRTY	BIT(2)
#define SET_DIRTY	BIT(3)

static const u8 type_masks[] = {
	[MSHV_GPAP_ACCESS_TYPE_ACCESSED]	= ACCESSED,
	[MSHV_GPAP_ACCESS_TYPE_DIRTY]		= DIRTY,
};

static const u8 op_flags[][MSHV_GPAP_ACCESS_OP_COUNT] = {
	[MSHV_GPAP_ACCESS_TYPE_ACCESSED] = {
		[MSHV_GPAP_ACCESS_OP_CLEAR]	= CLEAR_ACCESSED | CLEAR_DIRTY,
		[MSHV_GPAP_ACCESS_OP_SET]	= SET_ACCESSED,
	},
	[MSHV_GPAP_ACCESS_TYPE_DIRTY] = {
		[MSHV_GPAP_ACCESS_OP_CLEAR]	= CLEAR_DIRTY,
		[MSHV_GPAP_ACCESS_OP_SET]	= SET_DIRTY | SET_ACCESSED,
	},
};

static void piece_fill(const struct mshv_hvcall_reps *call, void *in, u16 n)
{
	const struct access_piece *piece =
		container_of_const(call, struct access_piece, call);
	struct hv_input_get_gpa_pages_access_state *input = in;

	*input = (struct hv_input_get_gpa_pages_access_state){
		.partition_id = piece->partition_id,
		.flags.as_uint64 = piece->flags,
		.hv_gpa_page_number = piece->gfn + call->done,
	};
}

static void piece_collect(struct mshv_hvcall_reps *call, const void *out, u16 n)
{
	struct access_piece *piece = container_of(call, struct access_piece,
						  call);
	const union hv_gpa_page_access_state *states = out;

	for (u16 i = 0; i < n; i++)
		if (states[i].as_uint8 & piece->mask)
			__set_bit(call->done + i, piece->bitmap);
}

/*
 * Asks for a piece and stores it. When the hypervisor fails in the middle, what
 * it told until then is stored, because it may have been cleared.
 */
static int do_piece(struct access_piece *piece, u16 count, u8 __user *user)
{
	int ret;

	piece->call = (struct mshv_hvcall_reps){
		.code	 = HVCALL_GET_GPA_PAGES_ACCESS_STATES,
		.pool	 = piece->partition_id,
		.count	 = count,
		.batch	 = PIECE_PAGES,
		.fill	 = piece_fill,
		.collect = piece_collect,
	};
	bitmap_zero(piece->bitmap, PIECE_PAGES);

	ret = mshv_hvcall_reps(&piece->call);
	/* The bitmap is an array of bytes: this is a little-endian processor. */
	if (copy_to_user(user, piece->bitmap,
			 DIV_ROUND_UP_ULL(piece->call.done, BITS_PER_BYTE)))
		return -EFAULT;
	return ret;
}

static bool request_valid(const struct mshv_gpap_access_bitmap *args)
{
	return args->access_type < MSHV_GPAP_ACCESS_TYPE_COUNT &&
	       args->access_op < MSHV_GPAP_ACCESS_OP_COUNT &&
	       !memchr_inv(args->rsvd, 0, sizeof(args->rsvd)) &&
	       args->page_count && args->bitmap_ptr &&
	       args->gpap_base < MSHV_GFN_LIMIT &&
	       args->page_count <= MSHV_GFN_LIMIT - args->gpap_base;
}

/**
 * mshv_access_bitmap() - MSHV_GET_GPAP_ACCESS_BITMAP
 * @partition_id: the child
 * @args: the argument of the ioctl
 *
 * Context: Process context, may sleep.
 * Return: 0, or -EINVAL, -EFAULT, -EINTR when the caller is killed, -ENOMEM when
 *	   there is no memory to give to the hypervisor, or the errno for the
 *	   hypercall's status; see MSHV_GET_GPAP_ACCESS_BITMAP in
 *	   include/uapi/linux/mshv.h.
 */
long mshv_access_bitmap(u64 partition_id,
			const struct mshv_gpap_access_bitmap *args)
{
	u8 __user *user = u64_to_user_ptr(args->bitmap_ptr);
	struct access_piece piece = { .partition_id = partition_id };
	unsigned int type, op;
	u64 done = 0;

	if (!request_valid(args))
		return -EINVAL;

	type = array_index_nospec(args->access_type, ARRAY_SIZE(type_masks));
	op = array_index_nospec(args->access_op, MSHV_GPAP_ACCESS_OP_COUNT);
	piece.mask = type_masks[type];
	piece.flags = op_flags[type][op];
	for (;;) {
		u16 count = min(args->page_count - done, PIECE_PAGES);
		int ret;

		piece.gfn = args->gpap_base + done;
		ret = do_piece(&piece, count, user + done / BITS_PER_BYTE);
		if (ret)
			return ret;

		done += count;
		if (done == args->page_count)
			return 0;
		/* Bits are cleared already: a VMM that goes on must see them. */
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
}

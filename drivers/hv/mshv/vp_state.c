// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSHV_GET_VP_STATE and MSHV_SET_VP_STATE.
 *
 * The hypervisor copies most kinds of state by itself, from or to pages that it
 * is given the numbers of: the pages of the VMM's buffer are pinned for that
 * long. The synthetic timers alone are a part of the hypercall.
 */
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/math.h>
#include <linux/mm.h>
#include <linux/mshv.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/mshyperv.h>

#include "deposit.h"
#include "hvcall.h"
#include "partition.h"
#include "caps.h"
#include "vp.h"
#include "vp_state.h"

static_assert(sizeof(struct hv_input_get_vp_state) ==
	      sizeof(struct hv_input_set_vp_state));

/* Pages that one hypercall can name, and the list of them. */
#define LIST_OFFSET	sizeof(struct hv_input_get_vp_state)
#define MAX_PAGES	((HV_HYP_PAGE_SIZE - LIST_OFFSET) / sizeof(u64))

/* Bits of struct hv_vp_state_data_xsave that are always wanted: x87 and SSE */
#define XSAVE_LEGACY	(BIT_ULL(0) | BIT_ULL(1))

DEFINE_FREE(state_page, void *, free_page((unsigned long)_T))

/**
 * struct state_call - one hypercall about a state
 * @vp: whose
 * @code: HVCALL_GET_VP_STATE or HVCALL_SET_VP_STATE
 * @which: which state
 * @size: bytes of it
 * @in: input page
 * @out: output page
 * @varhead: units of 8 bytes behind the fixed part of the input
 */
struct state_call {
	const struct mshv_vp *vp;
	u16 code;
	struct hv_vp_state_data which;
	u64 size;
	void *in;
	void *out;
	u16 varhead;
};

static int issue_state_call(const struct state_call *call)
{
	struct mshv_shortage shortage = { .pool = call->vp->partition->id };
	struct hv_input_get_vp_state *input = call->in;
	int ret;

	input->partition_id = call->vp->partition->id;
	input->vp_index = call->vp->index;
	input->state_data = call->which;
	do {
		u64 status = mshv_hvcall_issue(call->code |
					       (u64)call->varhead <<
					       HV_HYPERCALL_VARHEAD_OFFSET,
					       call->in, call->out);

		if (hv_result_success(status))
			return 0;
		ret = mshv_relieve_shortage(&shortage, status);
	} while (!ret);
	return ret;
}

/* All of @count pages, or none. */
static int pin_buffer(unsigned long address, u16 count, struct page **pages)
{
	u16 done = 0;

	while (done < count) {
		int ret = pin_user_pages_fast(address + done * PAGE_SIZE,
					      count - done, FOLL_WRITE,
					      pages + done);

		if (ret <= 0) {
			unpin_user_pages(pages, done);
			return ret ?: -EFAULT;
		}
		done += ret;
	}
	return 0;
}

/* The state goes directly between the hypervisor and the VMM's pages. */
static int transfer_pages(struct state_call *call, unsigned long address)
{
	const u16 count = DIV_ROUND_UP_ULL(call->size, HV_HYP_PAGE_SIZE);
	u64 *list = call->in + LIST_OFFSET;
	struct page **pages __free(kfree) = NULL;
	int ret;

	pages = kmalloc_array(count, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	ret = pin_buffer(address, count, pages);
	if (ret)
		return ret;
	for (u16 i = 0; i < count; i++)
		list[i] = page_to_pfn(pages[i]);
	call->varhead = count;

	ret = issue_state_call(call);
	unpin_user_pages_dirty_lock(pages, count,
				    call->code == HVCALL_GET_VP_STATE);
	return ret;
}

/* The state is in the input or the output of the hypercall. */
static int transfer_inline(struct state_call *call, void __user *user)
{
	int ret;

	if (call->code == HVCALL_SET_VP_STATE) {
		if (copy_from_user(call->in + LIST_OFFSET, user, call->size))
			return -EFAULT;
		call->varhead = DIV_ROUND_UP_ULL(call->size, sizeof(u64));
		return issue_state_call(call);
	}

	ret = issue_state_call(call);
	if (!ret && copy_to_user(user, call->out, call->size))
		return -EFAULT;
	return ret;
}

/* Which components there are, and the room they take, is up to the partition. */
static int describe_xsave(struct state_call *call)
{
	const u64 id = call->vp->partition->id;
	u64 mask;
	int ret;

	ret = mshv_get_partition_property_ex(id,
					     HV_PARTITION_PROPERTY_XSAVE_STATES,
					     &mask, sizeof(mask));
	if (!ret)
		ret = mshv_get_partition_property_ex(id,
						     HV_PARTITION_PROPERTY_MAX_XSAVE_DATA_SIZE,
						     &call->size,
						     sizeof(call->size));
	if (ret)
		return ret;

	/* The hypervisor's word, but not beyond what can be carried. */
	if (!call->size || call->size > MAX_PAGES * HV_HYP_PAGE_SIZE)
		return -EIO;
	call->which.xsave.states.as_uint64 = mask | XSAVE_LEGACY;
	return 0;
}

static const struct {
	u32 type;
	u32 size;	/* in bytes; 0: ask */
} states[] = {
	[MSHV_VP_STATE_LAPIC]	= { HV_GET_SET_VP_STATE_LAPIC_STATE,
				    HV_HYP_PAGE_SIZE },
	[MSHV_VP_STATE_XSAVE]	= { HV_GET_SET_VP_STATE_XSAVE, 0 },
	[MSHV_VP_STATE_SIMP]	= { HV_GET_SET_VP_STATE_SIM_PAGE,
				    HV_HYP_PAGE_SIZE },
	[MSHV_VP_STATE_SIEFP]	= { HV_GET_SET_VP_STATE_SIEF_PAGE,
				    HV_HYP_PAGE_SIZE },
	[MSHV_VP_STATE_SYNTHETIC_TIMERS] = {
		HV_GET_SET_VP_STATE_SYNTHETIC_TIMERS,
		sizeof(struct hv_synthetic_timers_state)
	},
};

static_assert(ARRAY_SIZE(states) == MSHV_VP_STATE_COUNT);

static int describe_state(struct state_call *call, u8 type)
{
	call->which.type = states[type].type;
	call->size = states[type].size;
	return call->size ? 0 : describe_xsave(call);
}

static int check_state_args(const struct mshv_get_set_vp_state *args)
{
	u64 end;

	if (args->type >= MSHV_VP_STATE_COUNT ||
	    memchr_inv(args->rsvd, 0, sizeof(args->rsvd)) || !args->buf_sz ||
	    !PAGE_ALIGNED(args->buf_sz) || !PAGE_ALIGNED(args->buf_ptr) ||
	    args->buf_sz / HV_HYP_PAGE_SIZE > MAX_PAGES)
		return -EINVAL;
	if (check_add_overflow(args->buf_ptr, (u64)args->buf_sz, &end))
		return -EOVERFLOW;
	if (!access_ok(u64_to_user_ptr(args->buf_ptr), args->buf_sz))
		return -EFAULT;
	return 0;
}

static long transfer_state(const struct mshv_vp *vp, u16 code,
			   struct mshv_get_set_vp_state *args)
{
	void *out __free(state_page) = NULL;
	void *in __free(state_page) = NULL;
	struct state_call call = { .vp = vp, .code = code };
	u32 room = args->buf_sz;
	int ret;

	ret = check_state_args(args);
	if (!ret)
		ret = describe_state(&call, args->type);
	if (ret)
		return ret;

	args->buf_sz = call.size;
	if (call.size > room)
		return -EINVAL;

	/* Pages of its own: the call may have to wait for memory. */
	in = (void *)get_zeroed_page(GFP_KERNEL);
	out = (void *)get_zeroed_page(GFP_KERNEL);
	if (!in || !out)
		return -ENOMEM;
	call.in = in;
	call.out = code == HVCALL_GET_VP_STATE ? out : NULL;

	if (call.which.type & HV_GET_SET_VP_STATE_TYPE_PFN)
		return transfer_pages(&call, args->buf_ptr);
	return transfer_inline(&call, u64_to_user_ptr(args->buf_ptr));
}

/**
 * mshv_vp_get_state() - MSHV_GET_VP_STATE
 * @vp: the VP; its lock is held, so that it does not run
 * @args: the argument of the ioctl; out: @buf_sz, bytes of the state
 *
 * Context: Process context, may sleep.
 * Return: 0, or -EINVAL, -EFAULT, -EOVERFLOW, -ENOMEM, -EIO if the hypervisor
 *	   tells an impossible size, or the errno for the hypercall's status; see
 *	   MSHV_GET_VP_STATE in include/uapi/linux/mshv.h.
 */
long mshv_vp_get_state(const struct mshv_vp *vp,
		       struct mshv_get_set_vp_state *args)
{
	return transfer_state(vp, HVCALL_GET_VP_STATE, args);
}

/**
 * mshv_vp_set_state() - MSHV_SET_VP_STATE
 * @vp: the VP; its lock is held, so that it does not run
 * @args: the argument of the ioctl; out: @buf_sz, bytes of the state
 *
 * Context: Process context, may sleep.
 * Return: as mshv_vp_get_state().
 */
long mshv_vp_set_state(const struct mshv_vp *vp,
		       struct mshv_get_set_vp_state *args)
{
	return transfer_state(vp, HVCALL_SET_VP_STATE, args);
}

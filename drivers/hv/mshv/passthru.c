// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSHV_ROOT_HVCALL: hypercalls on behalf of a VMM.
 *
 * Only calls on a list, only with an input that begins with a partition id, and
 * that id is ours to fill in: a VMM can reach no partition but the one behind
 * its file descriptor.
 */
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mshv.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/mshyperv.h>

#include "hvcall.h"
#include "passthru.h"

DEFINE_FREE(zeroed_page, void *, free_page((unsigned long)_T))

/*
 * The calls that a VMM may make on the parent partition itself: they change
 * nothing. All are simple calls, without repetitions.
 */
static const u16 self_calls[] = {
	HVCALL_GET_PARTITION_PROPERTY,
	HVCALL_GET_PARTITION_PROPERTY_EX,
};

static bool self_call_allowed(u16 code)
{
	for (size_t i = 0; i < ARRAY_SIZE(self_calls); i++)
		if (self_calls[i] == code)
			return true;
	return false;
}

static bool args_valid(const struct mshv_root_hvcall *args)
{
	if (args->status || memchr_inv(args->rsvd, 0, sizeof(args->rsvd)))
		return false;
	if (!args->in_ptr || args->in_sz < sizeof(u64) ||
	    args->in_sz > HV_HYP_PAGE_SIZE)
		return false;
	if (args->out_ptr)
		return args->out_sz && args->out_sz <= HV_HYP_PAGE_SIZE;
	return !args->out_sz;
}

/**
 * mshv_passthru_self() - MSHV_ROOT_HVCALL on the parent partition itself
 * @args: the argument of the ioctl; out: @status, the hypercall's
 *
 * See MSHV_ROOT_HVCALL in include/uapi/linux/mshv.h.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL for a field out of range, a reserved field that is not
 *	   zero or a call that is not allowed here, -EFAULT for a buffer that
 *	   cannot be read or written, -ENOMEM, or the errno for @status.
 */
long mshv_passthru_self(struct mshv_root_hvcall *args)
{
	void *out __free(zeroed_page) = NULL;
	void *in __free(zeroed_page) = NULL;
	u64 status;

	if (!args_valid(args) || !self_call_allowed(args->code) || args->reps)
		return -EINVAL;

	in = (void *)get_zeroed_page(GFP_KERNEL);
	if (!in)
		return -ENOMEM;
	if (args->out_ptr) {
		/* Zeroed: userspace gets more of it than the call may write. */
		out = (void *)get_zeroed_page(GFP_KERNEL);
		if (!out)
			return -ENOMEM;
	}

	if (copy_from_user(in, u64_to_user_ptr(args->in_ptr), args->in_sz))
		return -EFAULT;
	*(u64 *)in = HV_PARTITION_ID_SELF;

	status = mshv_hvcall_issue(args->code, in, out);
	args->status = hv_result(status);
	if (!hv_result_success(status))
		return hv_result_to_errno(status);

	if (out && copy_to_user(u64_to_user_ptr(args->out_ptr), out,
				args->out_sz))
		return -EFAULT;
	return 0;
}

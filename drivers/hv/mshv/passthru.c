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
#include <linux/minmax.h>
#include <linux/mshv.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/mshyperv.h>

#include "deposit.h"
#include "hvcall.h"
#include "partition.h"
#include "passthru.h"

DEFINE_FREE(zeroed_page, void *, free_page((unsigned long)_T))

/* From whose file descriptors a call may be made. */
enum passthru_scope {
	SCOPE_SELF	= BIT(0),	/* the device: the parent itself */
	SCOPE_PARTITION	= BIT(1),
	SCOPE_VP	= BIT(2),
};

#define SCOPE_CHILD	(SCOPE_PARTITION | SCOPE_VP)
#define SCOPE_ALL	(SCOPE_SELF | SCOPE_CHILD)

/**
 * struct passthru_call - a call that a VMM may make
 * @code: hypercall code, HVCALL_*
 * @scope: where
 * @reps: it is a repeated call
 * @async: the hypervisor may complete it later
 *
 * Before a call goes on the list: its input begins with the id of the partition
 * that it is about, nothing else in it names a partition or a page of the
 * parent, and on the parent itself it changes nothing.
 */
struct passthru_call {
	u16 code;
	u8 scope;
	bool reps;
	bool async;
};

static const struct passthru_call calls[] = {
	{ HVCALL_GET_PARTITION_PROPERTY,	SCOPE_ALL },
	{ HVCALL_GET_PARTITION_PROPERTY_EX,	SCOPE_ALL },
	{ HVCALL_SET_PARTITION_PROPERTY,	SCOPE_PARTITION, .async = true },
	{ HVCALL_INSTALL_INTERCEPT,		SCOPE_CHILD },
	{ HVCALL_GET_VP_REGISTERS,		SCOPE_CHILD, .reps = true },
	{ HVCALL_SET_VP_REGISTERS,		SCOPE_CHILD, .reps = true },
	{ HVCALL_TRANSLATE_VIRTUAL_ADDRESS,	SCOPE_CHILD },
	{ HVCALL_CLEAR_VIRTUAL_INTERRUPT,	SCOPE_CHILD },
	{ HVCALL_REGISTER_INTERCEPT_RESULT,	SCOPE_CHILD },
	{ HVCALL_ASSERT_VIRTUAL_INTERRUPT,	SCOPE_CHILD },
	{ HVCALL_GET_GPA_PAGES_ACCESS_STATES,	SCOPE_CHILD, .reps = true },
	{ HVCALL_SIGNAL_EVENT_DIRECT,		SCOPE_CHILD },
	{ HVCALL_POST_MESSAGE_DIRECT,		SCOPE_CHILD },
	{ HVCALL_GET_VP_CPUID_VALUES,		SCOPE_CHILD, .reps = true },
};

static const struct passthru_call *find_call(u16 code, u8 scope)
{
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		if (calls[i].code == code && calls[i].scope & scope)
			return &calls[i];
	return NULL;
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

/* Repetitions go on from where the hypervisor stopped, within one input page. */
static u64 issue(const struct mshv_root_hvcall *args, u16 done,
		 void *in, void *out)
{
	return mshv_hvcall_issue(args->code |
				 (u64)args->reps << HV_HYPERCALL_REP_COMP_OFFSET |
				 (u64)done << HV_HYPERCALL_REP_START_OFFSET,
				 in, out);
}

/* Issues the call until it is done or fails; @args tells how far it came. */
static int carry_out(struct mshv_root_hvcall *args, u64 pool,
		     struct mshv_async *async, void *in, void *out)
{
	struct mshv_shortage shortage = { .pool = pool };
	u16 before, done = 0;
	u64 status;
	int ret;

	do {
		status = issue(args, done, in, out);
		args->status = hv_result(status);
		before = done;
		if (args->reps)
			done = clamp_t(unsigned int, hv_repcomp(status), done,
				       args->reps);

		if (args->status == HV_STATUS_CALL_PENDING) {
			ret = async ? mshv_async_wait(async, &args->status) :
				      -EBADFD;
			if (ret)
				break;
			status = args->status;
		}
		if (hv_result_success(status)) {
			if (done == args->reps) {
				ret = 0;
				break;
			}
			ret = done > before ? 0 : -EIO;
			continue;
		}
		ret = mshv_relieve_shortage(&shortage, status);
	} while (!ret);

	args->reps = done;
	return ret;
}

static long passthru(struct mshv_partition *partition, u8 scope,
		     struct mshv_root_hvcall *args)
{
	void *out __free(zeroed_page) = NULL;
	void *in __free(zeroed_page) = NULL;
	const struct passthru_call *call = find_call(args->code, scope);
	struct mshv_async *async = NULL;
	u64 id = partition ? partition->id : HV_PARTITION_ID_SELF;
	int ret;

	if (!args_valid(args) || !call || (args->reps && !call->reps))
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
	*(u64 *)in = id;

	if (call->async) {
		async = &partition->async;
		ret = mshv_async_prepare(async);
		if (ret)
			return ret;
	}

	ret = carry_out(args, id, async, in, out);
	if (!ret && out && copy_to_user(u64_to_user_ptr(args->out_ptr), out,
					args->out_sz))
		return -EFAULT;
	return ret;
}

/**
 * mshv_passthru_self() - MSHV_ROOT_HVCALL on the parent partition itself
 * @args: the argument of the ioctl; out: @status, the hypercall's, and @reps
 *
 * See MSHV_ROOT_HVCALL in include/uapi/linux/mshv.h.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL for a field out of range, a reserved field that is not
 *	   zero or a call that is not allowed here, -EFAULT for a buffer that
 *	   cannot be read or written, -ENOMEM, -EBADFD if the hypervisor wants
 *	   to complete the call later, or the errno for @status.
 */
long mshv_passthru_self(struct mshv_root_hvcall *args)
{
	return passthru(NULL, SCOPE_SELF, args);
}

/**
 * mshv_passthru_partition() - MSHV_ROOT_HVCALL on a child's file
 * @partition: the child; its lock is held
 * @args: the argument of the ioctl; out: @status, the hypercall's, and @reps
 *
 * Context: Process context, may sleep.
 * Return: as mshv_passthru_self(), and for a call that the hypervisor completes
 *	   later -EINTR if killed while waiting, or -EPERM while the completion
 *	   of such a one is still to come.
 */
long mshv_passthru_partition(struct mshv_partition *partition,
			     struct mshv_root_hvcall *args)
{
	return passthru(partition, SCOPE_PARTITION, args);
}

/**
 * mshv_passthru_vp() - MSHV_ROOT_HVCALL on the file of a child's VP
 * @partition: the child
 * @args: the argument of the ioctl; out: @status, the hypercall's, and @reps
 *
 * Context: Process context, may sleep.
 * Return: as mshv_passthru_self().
 */
long mshv_passthru_vp(struct mshv_partition *partition,
		      struct mshv_root_hvcall *args)
{
	return passthru(partition, SCOPE_VP, args);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The only place that calls the hypervisor.
 *
 * Most calls are short and copy a few words: mshv_hvcall() does that on the
 * processor's own pages with interrupts off, so that the pages are never held
 * across anything that sleeps, and an interrupt handler may call the hypervisor
 * too.
 */
#include <linux/cleanup.h>
#include <linux/irqflags.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <kunit/static_stub.h>
#include <asm/mshyperv.h>

#include "deposit.h"
#include "hvcall.h"
#include "hvcall_pages.h"
#include "mshv_root.h"
#include "trace.h"

static struct mshv_hvcall_pages hvcall_pages;

/**
 * mshv_hvcall_errno() - the errno for what a hypercall returned
 * @status: the hypercall result
 *
 * The one that Linux 7.3 gives; the kernel's own table differs from version to
 * version, and VMMs rely on what is documented.
 *
 * Context: Any.
 * Return: 0 or a negative errno; -EIO for a status that says nothing to a VMM,
 *	   -EOPNOTSUPP where the hypervisor cannot be called.
 */
int mshv_hvcall_errno(u64 status)
{
	if (status == U64_MAX)
		return -EOPNOTSUPP;

	switch (hv_result(status)) {
	case HV_STATUS_SUCCESS:
		return 0;
	case HV_STATUS_ACCESS_DENIED:
	case HV_STATUS_OPERATION_DENIED:
		return -EACCES;
	case HV_STATUS_PROCESSOR_FEATURE_NOT_SUPPORTED:
		return -EOPNOTSUPP;
	case HV_STATUS_INSUFFICIENT_MEMORY:
	case HV_STATUS_INSUFFICIENT_ROOT_MEMORY:
	case HV_STATUS_INSUFFICIENT_CONTIGUOUS_MEMORY:
	case HV_STATUS_INSUFFICIENT_CONTIGUOUS_ROOT_MEMORY:
		return -ENOMEM;
	case HV_STATUS_INVALID_HYPERCALL_CODE:
	case HV_STATUS_INVALID_HYPERCALL_INPUT:
	case HV_STATUS_INVALID_PARAMETER:
	case HV_STATUS_UNKNOWN_PROPERTY:
	case HV_STATUS_PROPERTY_VALUE_OUT_OF_RANGE:
	case HV_STATUS_INVALID_PARTITION_ID:
	case HV_STATUS_INVALID_VP_INDEX:
	case HV_STATUS_INVALID_LP_INDEX:
	case HV_STATUS_INVALID_PORT_ID:
	case HV_STATUS_INVALID_CONNECTION_ID:
	case HV_STATUS_INVALID_REGISTER_VALUE:
		return -EINVAL;
	default:
		return -EIO;
	}
}

/**
 * mshv_hvcall_issue() - issue one hypercall with input and output in place
 * @control: hypercall code and the rest of the control word (TLFS, "Hypercall
 *	     inputs")
 * @in: page-aligned input page, or NULL if the call takes no input
 * @out: page-aligned output page, or NULL if the call has no output
 *
 * Both pages are in the kernel's direct mapping.
 *
 * Context: Any.
 * Return: the hypercall result: HV_STATUS_* in the low 16 bits, repetitions
 *	   completed in bits 43:32.
 */
u64 mshv_hvcall_issue(u64 control, void *in, void *out)
{
	u64 status;

	KUNIT_STATIC_STUB_REDIRECT(mshv_hvcall_issue, control, in, out);

	status = hv_do_hypercall(control, in, out);
	if (unlikely(!hv_result_success(status)))
		trace_mshv_hvcall_failed(control & U16_MAX, status);
	return status;
}

/**
 * mshv_hvcall() - issue a simple hypercall, copying its input and output
 * @code: hypercall code, HVCALL_*
 * @in: input
 * @in_size: bytes of @in, at most HV_HYP_PAGE_SIZE
 * @out: output, written on success only; NULL if the call has none
 * @out_size: bytes of @out, at most HV_HYP_PAGE_SIZE; what the hypervisor does
 *	      not write reads as zero
 *
 * Context: Any, after mshv_hvcall_start().
 * Return: the hypercall result, see mshv_hvcall_issue().
 */
u64 mshv_hvcall(u16 code, const void *in, size_t in_size,
		void *out, size_t out_size)
{
	struct mshv_hvcall_page_pair *pages;
	u64 status;

	KUNIT_STATIC_STUB_REDIRECT(mshv_hvcall, code, in, in_size, out, out_size);

	guard(irqsave)();
	pages = this_cpu_ptr(hvcall_pages.pair);

	memcpy(pages->in, in, in_size);
	memset(pages->out, 0, out_size);
	status = mshv_hvcall_issue(code, pages->in, out ? pages->out : NULL);
	if (out && hv_result_success(status))
		memcpy(out, pages->out, out_size);

	return status;
}

/* Makes a call, and deposits what it lacks, until it works or fails for good. */
static int hvcall_pooled(u64 pool, u16 code, const void *in, size_t in_size,
			 void *out, size_t out_size, u64 *status)
{
	struct mshv_shortage shortage = { .pool = pool };
	int ret;

	do {
		*status = mshv_hvcall(code, in, in_size, out, out_size);
		if (hv_result_success(*status))
			return 0;
		ret = mshv_relieve_shortage(&shortage, *status);
	} while (!ret);

	return ret;
}

/**
 * mshv_hvcall_pooled() - a simple hypercall that may need memory
 * @pool: id of the partition whose pool is filled when the hypervisor runs
 *	  short of memory
 * @code: hypercall code, HVCALL_*
 * @in: input
 * @in_size: bytes of @in, at most HV_HYP_PAGE_SIZE
 * @out: output, written on success only; NULL if the call has none
 * @out_size: bytes of @out, at most HV_HYP_PAGE_SIZE
 *
 * A failure is left in the kernel log, too.
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM when there is no memory to give or the hypervisor never
 *	   has enough, or the errno for the hypercall's status.
 */
int mshv_hvcall_pooled(u64 pool, u16 code, const void *in, size_t in_size,
		       void *out, size_t out_size)
{
	u64 status;
	int ret;

	ret = hvcall_pooled(pool, code, in, in_size, out, out_size, &status);
	if (ret)
		mshv_hvcall_report(code, pool, status);
	return ret;
}

/**
 * mshv_hvcall_optional() - mshv_hvcall_pooled() for what may well be refused
 * @pool: as for mshv_hvcall_pooled(), as are the others
 * @code: hypercall code, HVCALL_*
 * @in: input
 * @in_size: bytes of @in
 * @out: output
 * @out_size: bytes of @out
 *
 * Context: Process context, may sleep.
 * Return: as mshv_hvcall_pooled().
 */
int mshv_hvcall_optional(u64 pool, u16 code, const void *in, size_t in_size,
			 void *out, size_t out_size)
{
	u64 status;

	return hvcall_pooled(pool, code, in, in_size, out, out_size, &status);
}

/* One batch of @call. */
static u64 issue_batch(struct mshv_hvcall_reps *call, u16 n)
{
	struct mshv_hvcall_page_pair *pages;
	u16 completed;
	u64 status;

	guard(irqsave)();
	pages = this_cpu_ptr(hvcall_pages.pair);

	call->fill(call, pages->in, n);
	status = mshv_hvcall_issue(call->code |
				   (u64)n << HV_HYPERCALL_REP_COMP_OFFSET,
				   pages->in, call->collect ? pages->out : NULL);

	/* The hypervisor's word, but not beyond what was asked. */
	completed = min(hv_repcomp(status), n);
	if (call->collect)
		call->collect(call, pages->out, completed);
	call->done += completed;
	call->status = hv_result(status);
	return status;
}

/**
 * mshv_hvcall_reps() - a repeated hypercall over a list of any length
 * @call: the call; @done and @status tell on return how far it came and what
 *	  stopped it
 *
 * Context: Process context, may sleep, unless @pool is MSHV_NO_POOL: then any.
 * Return: 0, -ENOMEM when there is no memory to give or the hypervisor never
 *	   has enough, -EIO if it reports success without getting anywhere, or
 *	   the errno for the hypercall's status.
 */
int mshv_hvcall_reps(struct mshv_hvcall_reps *call)
{
	struct mshv_shortage shortage = { .pool = call->pool };

	while (call->done < call->count) {
		u64 before = call->done;
		u64 status = issue_batch(call, min(call->count - call->done,
						   call->batch));
		int ret;

		if (call->done > before)
			shortage.deposited = 0;
		if (hv_result_success(status)) {
			if (call->done == before)
				return -EIO;
			continue;
		}

		ret = mshv_relieve_shortage(&shortage, status);
		if (ret) {
			/* Without a pool, the caller knows what to do. */
			if (call->pool != MSHV_NO_POOL)
				mshv_hvcall_report(call->code, call->pool,
						   status);
			return ret;
		}
	}
	return 0;
}

/**
 * mshv_hvcall_start() - probe step: make hypercalls possible
 * @root: the driver's state
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, or the errno of mshv_hvcall_pages_init().
 */
int mshv_hvcall_start(struct mshv_root *root)
{
	int ret;

	KUNIT_STATIC_STUB_REDIRECT(mshv_hvcall_start, root);

	ret = mshv_hvcall_pages_init();
	if (ret)
		return ret;

	ret = mshv_hvcall_pages_create(&hvcall_pages);
	if (ret)
		mshv_hvcall_pages_exit();
	return ret;
}

/**
 * mshv_hvcall_stop() - undo mshv_hvcall_start()
 * @root: the driver's state
 *
 * Context: Process context, may sleep.
 */
void mshv_hvcall_stop(struct mshv_root *root)
{
	KUNIT_STATIC_STUB_REDIRECT(mshv_hvcall_stop, root);

	mshv_hvcall_pages_destroy(&hvcall_pages);
	mshv_hvcall_pages_exit();
}

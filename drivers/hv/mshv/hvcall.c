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
#include <linux/percpu.h>
#include <linux/string.h>
#include <kunit/static_stub.h>
#include <asm/mshyperv.h>

#include "hvcall.h"
#include "hvcall_pages.h"
#include "mshv_root.h"

static struct mshv_hvcall_pages hvcall_pages;

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
	KUNIT_STATIC_STUB_REDIRECT(mshv_hvcall_issue, control, in, out);

	return hv_do_hypercall(control, in, out);
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The run loop where Linux schedules (root and integrated schedulers).
 *
 * The thread in MSHV_RUN_VP is the VP: where and when Linux runs the thread, it
 * dispatches the VP by hypercall. An interrupt for this partition ends the
 * dispatch, so the thread can be preempted, throttled and moved like any other.
 *
 * Interrupts are on during a dispatch, because only then the hypervisor is known
 * to end it for them. Three things follow:
 *
 *  - A dispatch cannot use the pages that other hypercalls use with interrupts
 *    off: every processor has a pair of pages for it alone, and the thread holds
 *    on to the processor while it uses them.
 *  - A signal or a wish to reschedule can still come between the last look at
 *    the work that is pending and the hypercall. The time slice bounds the wait.
 *  - RCU has to watch the processor, since interrupt handlers run on it. So the
 *    dispatch is no extended quiescent state, but a momentary one before each
 *    dispatch; the time slice bounds the distance of two where no tick comes.
 */
#include <linux/context_tracking.h>
#include <linux/entry-virt.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rcuwait.h>
#include <linux/rseq.h>
#include <linux/vtime.h>
#include <asm/mshyperv.h>

#include "counters.h"
#include "hvcall.h"
#include "hvcall_pages.h"
#include "irq.h"
#include "partition.h"
#include "registers.h"
#include "sched.h"
#include "trace.h"
#include "vp.h"

/* In the hypervisor's unit of 100 ns: a tick, which a dispatch rarely outlasts. */
#define DISPATCH_TIME_SLICE	(TICK_NSEC / 100)

static struct mshv_hvcall_pages dispatch_pages;

/* The hypervisor takes interrupts from the register page. Set by the probe. */
static bool page_interrupts;

static int sched_root_start(void)
{
	page_interrupts = ms_hyperv.ext_features &
			  HV_VP_DISPATCH_INTERRUPT_INJECTION_AVAILABLE;
	return mshv_hvcall_pages_create(&dispatch_pages);
}

static void sched_root_stop(void)
{
	mshv_hvcall_pages_destroy(&dispatch_pages);
}

/* Interrupts that were put on the register page for the next dispatch. */
static bool interrupt_waiting(const struct mshv_vp *vp)
{
	const struct hv_vp_register_page *page = vp->registers.address;

	return READ_ONCE(page->interrupt_vectors.as_uint64);
}

static bool dispatch_blocked(const struct mshv_vp *vp)
{
	return mshv_stats_read(&vp->stats, MSHV_COUNTER_DISPATCH_BLOCKED);
}

static bool can_go_on(const struct mshv_vp *vp)
{
	return (READ_ONCE(vp->run.kicked) && !dispatch_blocked(vp)) ||
	       interrupt_waiting(vp) || mshv_partition_stopped(vp->partition);
}

static int wait_until_unblocked(struct mshv_vp *vp)
{
	if (rcuwait_wait_event(&vp->run.wait, can_go_on(vp), TASK_INTERRUPTIBLE))
		return -EINTR;

	WRITE_ONCE(vp->run.kicked, false);
	vp->run.blocked = false;
	return 0;
}

static u32 dispatch_flags(const struct mshv_vp *vp)
{
	u32 flags = 0;

	if (vp->run.intercepted)
		flags |= HV_DISPATCH_VP_FLAG_CLEAR_INTERCEPT_SUSPEND;
	if (interrupt_waiting(vp))
		flags |= HV_DISPATCH_VP_FLAG_SCAN_INTERRUPT_INJECTION;
	return flags;
}

static void start_listening(struct mshv_vp *vp)
{
	WRITE_ONCE(vp->run.listening, page_interrupts);
}

/* From now on interrupts do not come by the page any more. */
static void stop_listening(struct mshv_vp *vp)
{
	/* Before the page is looked at: pairs with raise_on_page(). */
	smp_store_mb(vp->run.listening, false);
}

/*
 * A processor that dispatches holds up no grace period. Where the tick comes, it
 * finds a preemptible kernel outside of read-side critical sections; elsewhere
 * somebody has to say so.
 */
static void note_quiescent_state(void)
{
	if (context_tracking_enabled_this_cpu())
		rcu_momentary_eqs();
	else if (!IS_ENABLED(CONFIG_PREEMPT_RCU))
		rcu_virt_note_context_switch();
}

/*
 * Accounts the time of the thread to the guest from here on, unless there is
 * something else to do first.
 */
static bool enter_guest(void)
{
	guard(irq)();

	if (xfer_to_guest_mode_work_pending())
		return false;
	note_quiescent_state();
	vtime_account_guest_enter();
	return true;
}

/* Interrupts that ended the dispatch have been served as time of the guest. */
static void leave_guest(void)
{
	guard(irq)();

	vtime_account_guest_exit();
}

/* -EAGAIN: nothing was done, since there is work pending. */
static int sched_root_dispatch(struct mshv_vp *vp,
			       struct hv_output_dispatch_vp *out)
{
	struct mshv_hvcall_page_pair *pages;
	u64 status;
	u32 flags;
	int ret;

	guard(preempt)();
	if (!enter_guest())
		return -EAGAIN;

	pages = this_cpu_ptr(dispatch_pages.pair);
	stop_listening(vp);
	flags = dispatch_flags(vp);
	*(struct hv_input_dispatch_vp *)pages->in = (struct hv_input_dispatch_vp){
		.partition_id = vp->partition->id,
		.vp_index = vp->index,
		.flags = flags,
		.time_slice = DISPATCH_TIME_SLICE,
	};
	status = mshv_hvcall_issue(HVCALL_DISPATCH_VP, pages->in, pages->out);
	*out = *(struct hv_output_dispatch_vp *)pages->out;
	leave_guest();

	ret = likely(hv_result_success(status)) ? 0 : mshv_hvcall_errno(status);
	trace_mshv_vp_dispatch(vp->partition->id, vp->index, flags,
			       out->dispatch_state, out->dispatch_event, ret);
	return ret;
}

/* What the hypervisor said of the VP when the dispatch ended. */
static int after_dispatch(struct mshv_vp *vp,
			  const struct hv_output_dispatch_vp *out)
{
	/*
	 * The dispatch took note of the intercept, if there was one, also when
	 * the VP could not run: it is not to be cleared twice. Only a dispatch
	 * that failed did not, and did not get here.
	 */
	vp->run.intercepted = false;

	switch (out->dispatch_state) {
	case HV_VP_DISPATCH_STATE_READY:
		vp->run.intercepted =
			out->dispatch_event == HV_VP_DISPATCH_EVENT_INTERCEPT;
		return 0;
	case HV_VP_DISPATCH_STATE_BLOCKED:
		vp->run.blocked = true;
		if (out->dispatch_event != HV_VP_DISPATCH_EVENT_SUSPEND)
			return 0;
		/* VPs are born suspended; the first dispatch meets that. */
		return mshv_set_vp_register(vp->partition->id, vp->index,
					    HV_REGISTER_EXPLICIT_SUSPEND, 0);
	default:
		return -EIO;
	}
}

/*
 * The last dispatch looked at the page after it had stopped listening, and so
 * left nothing there but what it was not carried out for. Only a loop that ends
 * without a dispatch is listening still.
 */
static void sched_root_leave(struct mshv_vp *vp)
{
	if (unlikely(READ_ONCE(vp->run.listening)))
		stop_listening(vp);
	if (unlikely(interrupt_waiting(vp)))
		mshv_irq_flush(vp);
	rseq_virt_userspace_exit();
}

static long sched_root_run(struct mshv_vp *vp)
{
	struct hv_output_dispatch_vp out;
	long ret;

	do {
		start_listening(vp);
		if (vp->run.blocked) {
			ret = wait_until_unblocked(vp);
			if (ret)
				break;
		}

		if (__xfer_to_guest_mode_work_pending()) {
			ret = xfer_to_guest_mode_handle_work();
			if (ret)
				break;
		}

		if (mshv_partition_stopped(vp->partition)) {
			ret = -ESHUTDOWN;
			break;
		}

		ret = sched_root_dispatch(vp, &out);
		if (!ret)
			ret = after_dispatch(vp, &out);
		/* The intercept of a run before stands until a dispatch clears it. */
	} while (ret == -EAGAIN || (!ret && !vp->run.intercepted));

	sched_root_leave(vp);
	return ret;
}

/*
 * The hypervisor counts the signals that it sends about a VP, and so does the
 * interrupt handler. With dispatching suspended there will be no more: when the
 * two agree, none is under way that could meet a VP that is gone.
 */
static void sched_root_drain(struct mshv_vp *vp)
{
	const u64 partition_id = vp->partition->id;
	u64 sent;

	if (mshv_set_vp_register(partition_id, vp->index,
				 HV_REGISTER_DISPATCH_SUSPEND, 1) ||
	    mshv_get_vp_register(partition_id, vp->index,
				 HV_REGISTER_VP_ROOT_SIGNAL_COUNT, &sent)) {
		pr_warn_once("cannot suspend dispatching of VP %u of partition %llu\n",
			     vp->index, partition_id);
		return;
	}

	if (!rcuwait_wait_event_timeout(&vp->run.wait,
					atomic64_read(&vp->run.signals) >= sent,
					TASK_UNINTERRUPTIBLE, HZ))
		pr_warn_once("lost a signal about VP %u of partition %llu\n",
			     vp->index, partition_id);
}

/* Ends a dispatch that is under way; there will be no other. */
static int sched_root_condemn(struct mshv_vp *vp)
{
	return mshv_set_vp_register(vp->partition->id, vp->index,
				    HV_REGISTER_DISPATCH_SUSPEND, 1);
}

const struct mshv_sched_ops mshv_sched_root_ops = {
	.name	= "Linux",
	.start	= sched_root_start,
	.stop	= sched_root_stop,
	.run	= sched_root_run,
	.drain	= sched_root_drain,
	.condemn = sched_root_condemn,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The run loop under the hypervisor's schedulers (classic, core).
 *
 * The hypervisor picks the VP to run and the processor to run it on; the thread
 * in MSHV_RUN_VP lets it go and waits for its next message.
 */
#include <linux/cleanup.h>
#include <linux/rcuwait.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <asm/mshyperv.h>

#include "partition.h"
#include "registers.h"
#include "sched.h"
#include "vp.h"

static bool take_kick(struct mshv_vp *vp)
{
	return xchg(&vp->run.kicked, false);
}

/* When the system goes down there need not be a message. */
static bool wait_is_over(struct mshv_vp *vp)
{
	return take_kick(vp) || mshv_partition_stopped(vp->partition);
}

static long after_wait(const struct mshv_vp *vp)
{
	return mshv_partition_stopped(vp->partition) ? -ESHUTDOWN : 0;
}

/*
 * A VP is suspended for two reasons, each with a register: an intercept, and
 * the explicit wish of its parent. The hypervisor writes registers in order.
 * The intercept goes first: as long as the wish stands, the VP does not run, so
 * that what is cleared is the old intercept and never a new one.
 */
static int resume(struct mshv_vp *vp)
{
	static const struct hv_register_assoc go[] = {
		{ .name = HV_REGISTER_INTERCEPT_SUSPEND },
		{ .name = HV_REGISTER_EXPLICIT_SUSPEND },
	};

	return mshv_set_vp_registers(vp->partition->id, vp->index,
				     ARRAY_SIZE(go), go);
}

/*
 * Stops a VP for a signal. It may have run into an intercept just before: then
 * the intercept register says so, and its message is here or on its way. Once
 * the VP is suspended explicitly there can be no further one.
 */
static int suspend(struct mshv_vp *vp, bool *message_coming)
{
	u64 intercepted;
	int ret;

	ret = mshv_set_vp_register(vp->partition->id, vp->index,
				   HV_REGISTER_EXPLICIT_SUSPEND, 1);
	if (ret)
		return ret;

	ret = mshv_get_vp_register(vp->partition->id, vp->index,
				   HV_REGISTER_INTERCEPT_SUSPEND, &intercepted);
	*message_coming = intercepted & 1;
	return ret;
}

/* Nobody will ever need to know what became of it. */
static void sched_hv_halt(struct mshv_vp *vp)
{
	mshv_set_vp_register(vp->partition->id, vp->index,
			     HV_REGISTER_EXPLICIT_SUSPEND, 1);
}

/* The lock is between the thread's last look and the VP's running. */
static int sched_hv_condemn(struct mshv_vp *vp)
{
	guard(spinlock)(&vp->run.resuming);
	return mshv_set_vp_register(vp->partition->id, vp->index,
				    HV_REGISTER_EXPLICIT_SUSPEND, 1);
}

static long resume_unless_stopped(struct mshv_vp *vp)
{
	guard(spinlock)(&vp->run.resuming);
	return mshv_partition_stopped(vp->partition) ? -ESHUTDOWN : resume(vp);
}

/*
 * Stops a VP that was let go, and takes the message that it may have sent before.
 * If this fails, or the thread is killed while it waits for the message, the VP
 * stays unsettled. The next run then settles it first: the message must neither
 * be lost nor be taken for that of a later intercept.
 */
static long sched_hv_settle(struct mshv_vp *vp, bool *message)
{
	long ret = suspend(vp, message);

	if (!ret && *message)
		ret = rcuwait_wait_event(&vp->run.wait, wait_is_over(vp),
					 TASK_KILLABLE);
	if (!ret)
		vp->run.unsettled = false;
	return ret;
}

/* Lets the VP go and waits for its message: 0, -EINTR, or resume()'s errno. */
static long sched_hv_let_go(struct mshv_vp *vp)
{
	long ret;

	/* The VP is suspended and no message is due: a kick is an old one. */
	WRITE_ONCE(vp->run.kicked, false);
	ret = resume_unless_stopped(vp);
	if (ret)
		return ret;

	vp->run.unsettled = true;
	ret = rcuwait_wait_event(&vp->run.wait, wait_is_over(vp),
				 TASK_INTERRUPTIBLE);
	if (!ret)
		vp->run.unsettled = false;
	return ret;
}

static long sched_hv_run(struct mshv_vp *vp)
{
	bool message = false;
	long ret;

	if (vp->run.unsettled) {
		ret = sched_hv_settle(vp, &message);
		if (ret)
			return ret;
		if (message)
			return after_wait(vp);
	}

	/*
	 * The wait below looks at the message first. A guest whose messages are
	 * always there already, as when it touches fresh memory, would keep the
	 * thread from its signals.
	 */
	if (signal_pending(current))
		return -EINTR;

	ret = sched_hv_let_go(vp);
	if (ret && vp->run.unsettled) {
		ret = sched_hv_settle(vp, &message);
		if (!ret && !message)
			ret = -EINTR;
	}
	return ret ?: after_wait(vp);
}

const struct mshv_sched_ops mshv_sched_hv_ops = {
	.name	= "the hypervisor",
	.run	= sched_hv_run,
	.halt	= sched_hv_halt,
	.condemn = sched_hv_condemn,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which scheduler virtual processors run under.
 *
 * Three steps that do not mix: read the facts (mshv_sched_read(), the only one
 * that asks the hypervisor), decide (mshv_sched_identify(), a pure function)
 * and start the run loop.
 */
#define pr_fmt(fmt) "mshv_root: " fmt

#include <linux/err.h>
#include <linux/printk.h>
#include <kunit/static_stub.h>
#include <hyperv/hvhdk.h>

#include "mshv_root.h"
#include "caps.h"

static const struct mshv_scheduler sched_classic = {
	.name	= "classic",
	.title	= "classic scheduler",
	.ops	= &mshv_sched_hv_ops,
};

static const struct mshv_scheduler sched_classic_smt = {
	.name	= "classic-smt",
	.title	= "classic scheduler with SMT",
	.ops	= &mshv_sched_hv_ops,
};

static const struct mshv_scheduler sched_core = {
	.name	= "core",
	.title	= "core scheduler",
	.ops	= &mshv_sched_hv_ops,
};

static const struct mshv_scheduler sched_root = {
	.name	= "root",
	.title	= "root scheduler",
	.ops	= &mshv_sched_root_ops,
};

static const struct mshv_scheduler sched_integrated = {
	.name	= "integrated",
	.title	= "integrated scheduler",
	.ops	= &mshv_sched_root_ops,
};

/**
 * mshv_sched_identify() - which scheduler the facts add up to
 * @facts: what was read
 *
 * An L1VH lives on a machine under the core scheduler; the integrated scheduler
 * is the core scheduler handing it the processors that it was given.
 *
 * Context: Any; a pure function of @facts.
 * Return: the scheduler, or NULL if this driver does not know it.
 */
const struct mshv_scheduler *
mshv_sched_identify(const struct mshv_sched_facts *facts)
{
	if (facts->partition_type == MSHV_PARTITION_L1VH) {
		if (facts->integrated_capable && facts->integrated_enabled)
			return &sched_integrated;
		return &sched_core;
	}

	switch (facts->scheduler_type) {
	case HV_SCHEDULER_TYPE_LP:
		return &sched_classic;
	case HV_SCHEDULER_TYPE_LP_SMT:
		return &sched_classic_smt;
	case HV_SCHEDULER_TYPE_CORE_SMT:
		return &sched_core;
	case HV_SCHEDULER_TYPE_ROOT:
		return &sched_root;
	default:
		return NULL;
	}
}

/**
 * mshv_sched_select() - which run loop the facts add up to
 * @facts: what was read
 *
 * Context: Any; a pure function of @facts.
 * Return: the run loop, or ERR_PTR(-EOPNOTSUPP) for a scheduler that this
 *	   driver does not know.
 */
const struct mshv_sched_ops *
mshv_sched_select(const struct mshv_sched_facts *facts)
{
	const struct mshv_scheduler *scheduler = mshv_sched_identify(facts);

	return scheduler ? scheduler->ops : ERR_PTR(-EOPNOTSUPP);
}

/**
 * mshv_sched_read() - ask the hypervisor what the choice depends on
 * @root: @partition_type and @caps are valid
 * @facts: out
 *
 * Asks each question only where it has an answer: an L1VH about the integrated
 * scheduler, and only if that is among its capabilities; a root partition about
 * the type of the hypervisor's scheduler.
 *
 * Context: Process context.
 * Return: 0, or the errno of the hypercall that failed, which the kernel log
 *	   then names.
 */
int mshv_sched_read(const struct mshv_root *root,
		    struct mshv_sched_facts *facts)
{
	const u32 integrated =
		HV_PARTITION_PROPERTY_HIERARCHICAL_INTEGRATED_SCHEDULER_ENABLED;
	u64 type;
	int ret;

	*facts = (struct mshv_sched_facts){
		.partition_type = root->partition_type,
	};

	if (root->partition_type == MSHV_PARTITION_ROOT) {
		ret = mshv_get_system_property(HV_SYSTEM_PROPERTY_SCHEDULER_TYPE,
					       &type);
		if (ret)
			pr_err("cannot read the scheduler type: %pe\n",
			       ERR_PTR(ret));
		else
			facts->scheduler_type = type;
		return ret;
	}

	facts->integrated_capable =
		root->caps.bank0.vmm_enable_integrated_scheduler;
	if (!facts->integrated_capable)
		return 0;

	ret = mshv_get_partition_property_ex(HV_PARTITION_ID_SELF, integrated,
					     &facts->integrated_enabled,
					     sizeof(facts->integrated_enabled));
	if (ret)
		pr_err("cannot read whether the integrated scheduler is enabled: %pe\n",
		       ERR_PTR(ret));
	return ret;
}

/**
 * mshv_sched_start() - probe step: choose the scheduler
 * @root: @partition_type and @caps are valid; out: @scheduler
 *
 * Context: Process context.
 * Return: 0, the errno of mshv_sched_read(), or -EOPNOTSUPP for a scheduler
 *	   that this driver does not know.
 */
int mshv_sched_start(struct mshv_root *root)
{
	struct mshv_sched_facts facts;
	int ret;

	KUNIT_STATIC_STUB_REDIRECT(mshv_sched_start, root);

	ret = mshv_sched_read(root, &facts);
	if (ret)
		return ret;

	root->scheduler = mshv_sched_identify(&facts);
	if (!root->scheduler) {
		pr_err("unsupported scheduler type %u\n", facts.scheduler_type);
		return -EOPNOTSUPP;
	}
	return 0;
}

/**
 * mshv_sched_loop_start() - probe step: set up the run loop that was chosen
 * @root: @scheduler is valid
 *
 * Context: Process context, may sleep.
 * Return: 0, or the errno of the loop's start().
 */
int mshv_sched_loop_start(struct mshv_root *root)
{
	const struct mshv_sched_ops *ops;

	KUNIT_STATIC_STUB_REDIRECT(mshv_sched_loop_start, root);

	ops = root->scheduler->ops;
	return ops->start ? ops->start() : 0;
}

/**
 * mshv_sched_loop_stop() - undo mshv_sched_loop_start()
 * @root: the driver's state
 *
 * Context: Process context, may sleep.
 */
void mshv_sched_loop_stop(struct mshv_root *root)
{
	const struct mshv_sched_ops *ops;

	KUNIT_STATIC_STUB_REDIRECT(mshv_sched_loop_stop, root);

	ops = root->scheduler->ops;
	if (ops->stop)
		ops->stop();
}

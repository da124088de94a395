// SPDX-License-Identifier: GPL-2.0-only
/*
 * The probe, in order, and its exact reverse.
 *
 * The order is the table's, and so is the reverse: a step cannot be undone at
 * the wrong place or forgotten on an error path.
 */
#include <linux/kernel.h>

#include "debugfs.h"
#include "hvcall.h"
#include "mshv_root.h"
#include "power.h"
#include "shared_page.h"
#include "synic.h"

static const struct mshv_probe_step probe_steps[] = {
	{ mshv_partition_type_start },
	{ mshv_hvcall_start, mshv_hvcall_stop },
	{ mshv_caps_start },
	{ mshv_sched_start },
	{ mshv_shared_page_start },
	{ mshv_synic_start, mshv_synic_stop },
	{ mshv_sched_loop_start, mshv_sched_loop_stop },
	{ mshv_debugfs_start, mshv_debugfs_stop },
	{ mshv_power_start, mshv_power_stop },
	/* Userspace comes last in, first out: it finds everything in place. */
	{ mshv_dev_start, mshv_dev_stop },
};

/**
 * mshv_remove_steps() - undo steps, last first
 * @steps: the steps
 * @count: how many of them have been done
 * @root: handed to each
 *
 * Context: Process context, may sleep.
 */
void mshv_remove_steps(const struct mshv_probe_step *steps, size_t count,
		       struct mshv_root *root)
{
	while (count--)
		if (steps[count].stop)
			steps[count].stop(root);
}

/**
 * mshv_probe_steps() - do steps in order, all or none
 * @steps: the steps
 * @count: how many there are
 * @root: handed to each
 *
 * Context: Process context, may sleep.
 * Return: 0, or the errno of the step that failed, with the ones before it
 *	   undone.
 */
int mshv_probe_steps(const struct mshv_probe_step *steps, size_t count,
		     struct mshv_root *root)
{
	for (size_t done = 0; done < count; done++) {
		int ret = steps[done].start(root);

		if (ret) {
			mshv_remove_steps(steps, done, root);
			return ret;
		}
	}
	return 0;
}

/**
 * mshv_probe() - bring the driver up
 * @root: zeroed; out: the driver's state
 *
 * Context: Process context, may sleep.
 * Return: 0, or the errno of the step that failed: -ENODEV where this system
 *	   cannot be a parent partition, -EOPNOTSUPP under a scheduler that the
 *	   driver does not know, -ENOMEM, or that of a hypercall.
 */
int mshv_probe(struct mshv_root *root)
{
	return mshv_probe_steps(probe_steps, ARRAY_SIZE(probe_steps), root);
}

/**
 * mshv_remove() - undo mshv_probe()
 * @root: the driver's state
 *
 * Context: Process context, may sleep.
 */
void mshv_remove(struct mshv_root *root)
{
	mshv_remove_steps(probe_steps, ARRAY_SIZE(probe_steps), root);
}

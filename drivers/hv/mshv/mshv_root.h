/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver's state, and the probe that fills it in.
 *
 * Data flows one way: ioctl -> object -> hypercall. See
 * Documentation/virt/hyperv/mshv.rst for what the driver does.
 */
#ifndef _MSHV_ROOT_H
#define _MSHV_ROOT_H

#include <linux/miscdevice.h>
#include <linux/types.h>
#include <hyperv/hvhdk.h>

#include "caps.h"
#include "sched.h"

/**
 * struct mshv_root - the driver's state
 * @partition_type: what this system is
 * @version: the hypervisor's version
 * @caps: VMM capabilities
 * @scheduler: who schedules virtual processors, and the run loop for it
 * @misc: /dev/mshv
 *
 * There is one. The probe fills it in, in the order of the members; once @misc
 * is registered nothing in it changes, so that readers need no lock.
 */
struct mshv_root {
	enum mshv_partition_type partition_type;
	union hv_hypervisor_version_info version;
	struct mshv_vmm_caps caps;
	const struct mshv_scheduler *scheduler;
	struct miscdevice misc;
};

/**
 * struct mshv_probe_step - one step of the probe
 * @start: do it: 0 or a negative errno, and then nothing was done
 * @stop: undo it; NULL if there is nothing to undo
 */
struct mshv_probe_step {
	int (*start)(struct mshv_root *root);
	void (*stop)(struct mshv_root *root);
};

/* probe.c */
int mshv_probe_steps(const struct mshv_probe_step *steps, size_t count,
		     struct mshv_root *root);
void mshv_remove_steps(const struct mshv_probe_step *steps, size_t count,
		       struct mshv_root *root);
int mshv_probe(struct mshv_root *root);
void mshv_remove(struct mshv_root *root);

/* dev.c */
#define MSHV_VERSION_LEN 64
void mshv_format_version(const union hv_hypervisor_version_info *version,
			 char buf[MSHV_VERSION_LEN]);
int mshv_dev_start(struct mshv_root *root);
void mshv_dev_stop(struct mshv_root *root);

#endif /* _MSHV_ROOT_H */

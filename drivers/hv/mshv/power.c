// SPDX-License-Identifier: GPL-2.0-only
/*
 * The system goes down, to sleep, or crashes.
 *
 * What comes after a reboot, be it firmware or another kernel by kexec, takes
 * all memory for its own. So nothing may be left with the hypervisor then:
 * neither pages that it keeps, which must not be touched, nor pages that it
 * writes to. Processes may still be there, and have files of partitions open.
 *
 * A system that sleeps cannot run its partitions, and the hypervisor that it
 * wakes up on, as after hibernation, may never have heard of them. So it does
 * not go to sleep while there are any. What the driver has besides is given up
 * meanwhile.
 *
 * In a crash nothing can be taken down in order any more. VPs that the hypervisor
 * would go on running are stopped, so that what they write to stays as it is
 * for the dump; see Documentation/virt/hyperv/mshv-admin.rst for what is lost.
 */
#define pr_fmt(fmt) "mshv_root: " fmt

#include <linux/err.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>
#include <linux/printk.h>
#include <linux/reboot.h>
#include <linux/suspend.h>
#include <kunit/static_stub.h>

#include "debugfs.h"
#include "mshv_root.h"
#include "partition.h"
#include "power.h"
#include "synic.h"

static struct mshv_root *power_root;

/* Partitions are gone, and what remains is given up. */
static bool asleep;

static void give_up_pages(void)
{
	mshv_debugfs_stop(power_root);
	mshv_synic_stop(power_root);
}

static int power_reboot(struct notifier_block *nb, unsigned long action,
			void *data)
{
	mshv_partitions_stop();
	give_up_pages();
	return NOTIFY_DONE;
}

static struct notifier_block reboot_notifier = {
	.notifier_call = power_reboot,
};

static int go_to_sleep(void)
{
	int ret = mshv_partitions_freeze();

	if (ret) {
		pr_info("the system does not sleep while there are partitions\n");
		return ret;
	}
	give_up_pages();
	asleep = true;
	return 0;
}

static void wake_from_sleep(void)
{
	int ret;

	if (!asleep)
		return;
	asleep = false;

	ret = mshv_synic_start(power_root);
	if (ret) {
		pr_err("cannot listen to the hypervisor any more, no further partitions: %pe\n",
		       ERR_PTR(ret));
		mshv_partitions_stop();
		return;
	}
	mshv_debugfs_start(power_root);
	mshv_partitions_thaw();
}

static int power_sleep(struct notifier_block *nb, unsigned long action,
		       void *data)
{
	switch (action) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		return notifier_from_errno(go_to_sleep());
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		wake_from_sleep();
		return NOTIFY_OK;
	default:
		return NOTIFY_DONE;
	}
}

static struct notifier_block sleep_notifier = {
	.notifier_call = power_sleep,
};

static int power_panic(struct notifier_block *nb, unsigned long action,
		       void *data)
{
	mshv_partitions_halt();
	return NOTIFY_DONE;
}

static struct notifier_block panic_notifier = {
	.notifier_call = power_panic,
};

/**
 * mshv_power_start() - probe step: hear of it when the system goes down
 * @root: the driver's state
 *
 * Context: Process context, may sleep.
 * Return: 0, or the errno of register_reboot_notifier(),
 *	   register_pm_notifier() or atomic_notifier_chain_register().
 */
int mshv_power_start(struct mshv_root *root)
{
	int ret;

	KUNIT_STATIC_STUB_REDIRECT(mshv_power_start, root);

	power_root = root;
	ret = register_reboot_notifier(&reboot_notifier);
	if (ret)
		return ret;

	ret = register_pm_notifier(&sleep_notifier);
	if (ret)
		goto unregister_reboot;

	ret = atomic_notifier_chain_register(&panic_notifier_list,
					     &panic_notifier);
	if (ret)
		goto unregister_pm;
	return 0;

unregister_pm:
	unregister_pm_notifier(&sleep_notifier);
unregister_reboot:
	unregister_reboot_notifier(&reboot_notifier);
	return ret;
}

/**
 * mshv_power_stop() - undo mshv_power_start()
 * @root: the driver's state
 *
 * Context: Process context, may sleep.
 */
void mshv_power_stop(struct mshv_root *root)
{
	KUNIT_STATIC_STUB_REDIRECT(mshv_power_stop, root);

	atomic_notifier_chain_unregister(&panic_notifier_list, &panic_notifier);
	unregister_pm_notifier(&sleep_notifier);
	unregister_reboot_notifier(&reboot_notifier);
}

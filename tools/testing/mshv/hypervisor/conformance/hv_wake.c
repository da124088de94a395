// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wakes the system up, a moment after its last device has gone to sleep.
 *
 * The processors have no deeper sleep here than HLT, in which timers go on. If
 * they had, nothing would wake the system, and the run would not end.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/suspend.h>
#include <linux/timer.h>

#define SLEEP_MS	200

static void wake(struct timer_list *timer)
{
	pm_system_wakeup();
}

static DEFINE_TIMER(alarm, wake);

static int set_alarm(struct device *dev)
{
	mod_timer(&alarm, jiffies + msecs_to_jiffies(SLEEP_MS));
	return 0;
}

static const struct dev_pm_ops pm_ops = {
	.suspend_noirq = set_alarm,
};

static struct platform_driver driver = {
	.driver = {
		.name = "hv_wake",
		.pm = &pm_ops,
	},
};

static struct platform_device *device;

static int __init hv_wake_init(void)
{
	int ret = platform_driver_register(&driver);

	if (ret)
		return ret;

	device = platform_device_register_simple("hv_wake",
						 PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(device))
		platform_driver_unregister(&driver);
	return PTR_ERR_OR_ZERO(device);
}
module_init(hv_wake_init);

static void __exit hv_wake_exit(void)
{
	platform_device_unregister(device);
	platform_driver_unregister(&driver);
	timer_delete_sync(&alarm);
}
module_exit(hv_wake_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Wakes the system up when it has fallen asleep");

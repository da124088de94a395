// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds a restart up after the drivers have heard of it, so that processes can
 * tell what they see then.
 */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/reboot.h>

#define LINGER_MS	1000

static int linger(struct notifier_block *nb, unsigned long action, void *data)
{
	msleep(LINGER_MS);
	return NOTIFY_DONE;
}

static struct notifier_block last = {
	.notifier_call = linger,
	.priority = INT_MIN,
};

static int __init hv_linger_init(void)
{
	return register_reboot_notifier(&last);
}
module_init(hv_linger_init);

static void __exit hv_linger_exit(void)
{
	unregister_reboot_notifier(&last);
}
module_exit(hv_linger_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Holds a restart up");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes mistakes on purpose, for a debug kernel to find. A check that finds nothing
 * proves something only if it finds these.
 *
 *	echo NAME >/sys/module/hv_seeded/parameters/mistake
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>

static DEFINE_MUTEX(outer);
static DEFINE_MUTEX(inner);

static void seeded_lock_order(void)
{
	mutex_lock(&outer);
	mutex_lock(&inner);
	mutex_unlock(&inner);
	mutex_unlock(&outer);

	mutex_lock(&inner);
	mutex_lock(&outer);
	mutex_unlock(&outer);
	mutex_unlock(&inner);
}

static void seeded_atomic_sleep(void)
{
	preempt_disable();
	might_sleep();
	preempt_enable();
}

static int __rcu *protected;

static void seeded_rcu(void)
{
	/* Outside of any read-side section */
	if (rcu_dereference(protected))
		pr_info("somebody set it\n");
}

static void seeded_use_after_free(void)
{
	int *number = kmalloc(sizeof(*number), GFP_KERNEL);

	if (!number)
		return;
	OPTIMIZER_HIDE_VAR(number);
	kfree(number);
	WRITE_ONCE(*number, 1);
}

static void seeded_out_of_bounds(void)
{
	static int numbers[4];
	int index = ARRAY_SIZE(numbers);

	OPTIMIZER_HIDE_VAR(index);
	pr_info("number %d\n", numbers[index]);
}

static void seeded_leak(void)
{
	void *lost = kmalloc(1234, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(lost);
}

static void seeded_no_op(struct timer_list *timer)
{
}

static void seeded_active_timer(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, seeded_no_op, 0);
	mod_timer(timer, jiffies + HZ * 3600);
	kfree(timer);
}

static void seeded_list(void)
{
	struct list_head one, two;
	LIST_HEAD(head);

	list_add(&one, &head);
	list_add(&two, &head);
	one.next = &two;
	list_del(&one);
}

static int seeded_sleeper(void *unused)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule();
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

static struct task_struct *sleeper;

/* Until the module goes; it is to be found in between. */
static void seeded_hung_task(void)
{
	if (sleeper)
		return;
	sleeper = kthread_run(seeded_sleeper, NULL, "hv_seeded");
	if (IS_ERR(sleeper))
		sleeper = NULL;
}

static const struct {
	const char *name;
	void (*make)(void);
} mistakes[] = {
	{ "lock-order", seeded_lock_order },
	{ "atomic-sleep", seeded_atomic_sleep },
	{ "rcu", seeded_rcu },
	{ "use-after-free", seeded_use_after_free },
	{ "out-of-bounds", seeded_out_of_bounds },
	{ "leak", seeded_leak },
	{ "active-timer", seeded_active_timer },
	{ "list", seeded_list },
	{ "hung-task", seeded_hung_task },
};

static int mistake_set(const char *value, const struct kernel_param *unused)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mistakes); i++) {
		if (sysfs_streq(value, mistakes[i].name)) {
			mistakes[i].make();
			return 0;
		}
	}
	return -EINVAL;
}

static const struct kernel_param_ops mistake_ops = {
	.set = mistake_set,
};
module_param_cb(mistake, &mistake_ops, NULL, 0200);
MODULE_PARM_DESC(mistake, "The mistake to make now");

static int __init hv_seeded_init(void)
{
	return 0;
}
module_init(hv_seeded_init);

static void __exit hv_seeded_exit(void)
{
	if (sleeper)
		kthread_stop(sleeper);
}
module_exit(hv_seeded_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Makes mistakes for a debug kernel to find");

// SPDX-License-Identifier: GPL-2.0-only
/* Child partitions: create, initialize, find, destroy. */
#define pr_fmt(fmt) "mshv_root: " fmt

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mshv.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <kunit/static_stub.h>
#include <asm/mshyperv.h>

#include "access.h"
#include "debugfs.h"
#include "deposit.h"
#include "held_lock.h"
#include "hvcall.h"
#include "ioctl.h"
#include "irq.h"
#include "mshv_root.h"
#include "partition.h"
#include "partition_args.h"
#include "passthru.h"
#include "trace.h"
#include "vp.h"

/* How long a system that goes down waits for others who undo partitions. */
#define STOP_TIMEOUT		(10 * HZ)

/* What initializing a partition takes at least: spares a few round trips. */
#define INITIALIZE_PAGES	208

/* All partitions by id, for the interrupt handler, under RCU. */
static DEFINE_XARRAY(partitions);

/*
 * How many partitions the hypervisor has because of us, those on their way in
 * or out included, and whether there may be more.
 */
static DEFINE_SPINLOCK(census_lock);
static unsigned int census;
static enum {
	CENSUS_OPEN,
	CENSUS_FROZEN,		/* the system sleeps: none, until it wakes up */
	CENSUS_CLOSED,		/* the system goes down: never again */
} census_state;
static DECLARE_WAIT_QUEUE_HEAD(census_wait);

static bool try_count_in(int *ret)
{
	guard(spinlock)(&census_lock);
	*ret = 0;
	switch (census_state) {
	case CENSUS_OPEN:
		census++;
		return true;
	case CENSUS_CLOSED:
		*ret = -ESHUTDOWN;
		return true;
	default:
		return false;
	}
}

/* Who comes when the system is about to sleep is put to sleep with it. */
static int count_in(void)
{
	int ret;

	if (wait_event_state(census_wait, try_count_in(&ret),
			     (TASK_KILLABLE | TASK_FREEZABLE)))
		return -EINTR;
	return ret;
}

static bool census_closed(void)
{
	guard(spinlock)(&census_lock);
	return census_state == CENSUS_CLOSED;
}

static void count_out(void)
{
	scoped_guard(spinlock, &census_lock)
		census--;
	wake_up_all(&census_wait);
}

/**
 * mshv_partition_find() - find a partition by id
 * @id: what the hypervisor calls it
 *
 * Context: Any, in an RCU read-side critical section, which is as long as the
 *	    partition may be used.
 * Return: the partition, or NULL.
 */
struct mshv_partition *mshv_partition_find(u64 id)
{
	KUNIT_STATIC_STUB_REDIRECT(mshv_partition_find, id);

	return xa_load(&partitions, id);
}

/**
 * mshv_partition_get() - take a reference on a partition
 * @partition: the caller has a reference, through a file that is open
 *
 * Return: @partition.
 */
struct mshv_partition *mshv_partition_get(struct mshv_partition *partition)
{
	refcount_inc(&partition->refs);
	return partition;
}

/* There is nothing to do about a failure: what is left is the hypervisor's. */
static void end_on(u16 code, u64 partition_id)
{
	u64 status = mshv_hvcall(code, &partition_id, sizeof(partition_id),
				 NULL, 0);

	if (!hv_result_success(status))
		mshv_hvcall_report(code, partition_id, status);
}

/* From here on the hypervisor has nothing to say about the partition. */
static void silence(struct mshv_partition *partition)
{
	const struct mshv_sched_ops *ops = partition->root->scheduler->ops;
	struct mshv_vp *vp;
	unsigned long index;

	if (ops->drain)
		xa_for_each(&partition->vps, index, vp)
			ops->drain(vp);

	xa_erase(&partitions, partition->id);
	/* The interrupt handler may still be looking at it. */
	synchronize_rcu();
	mshv_irqfds_drain(&partition->irqfds);
}

/*
 * Everything that initializing and running brought, last first. The VPs
 * themselves stay, for the files that know them.
 */
static void shut_down(struct mshv_partition *partition)
{
	struct mshv_vp *vp;
	unsigned long index;

	mshv_ioeventfds_destroy(&partition->ioeventfds);
	xa_for_each(&partition->vps, index, vp)
		mshv_vp_destroy(vp);
	mshv_memory_destroy(&partition->memory);

	if (partition->initialized)
		end_on(HVCALL_FINALIZE_PARTITION, partition->id);
}

static void delete(struct mshv_partition *partition)
{
	mshv_withdraw_all(partition->id);
	end_on(HVCALL_DELETE_PARTITION, partition->id);
	mshv_withdraw_own();
}

/* Afterwards the hypervisor knows nothing of the partition. */
static void take_down(struct mshv_partition *partition)
{
	trace_mshv_partition_destroy(partition->id);
	mshv_debugfs_remove_partition(partition);
	mshv_irqfds_destroy(&partition->irqfds);
	silence(partition);
	mshv_irq_routing_destroy(partition);
	shut_down(partition);
	delete(partition);
	partition->down = true;
	count_out();
}

static void destroy(struct mshv_partition *partition)
{
	struct mshv_vp *vp;
	unsigned long index;

	if (!partition->down)
		take_down(partition);
	xa_for_each(&partition->vps, index, vp)
		kfree(vp);
	xa_destroy(&partition->vps);
	kfree(partition);
}

/**
 * mshv_partition_put() - drop a reference on a partition
 * @partition: the partition; with the last reference it is destroyed
 *
 * Context: Process context, may sleep.
 */
void mshv_partition_put(struct mshv_partition *partition)
{
	if (refcount_dec_and_test(&partition->refs))
		destroy(partition);
}

/*
 * The system goes down and the partition with it, although files of it are open.
 * The lock keeps ioctls and further VPs away, and each later ioctl sees that the
 * partition is stopped. A thread that does not come back still uses the
 * partition, which then stays as it is, with all VPs suspended.
 */
static void partition_stop(struct mshv_partition *partition)
{
	struct mshv_vp *vp;
	unsigned long index;
	bool quiet = true;

	WRITE_ONCE(partition->stopped, true);
	if (!mshv_held_lock_bounded(&partition->lock, &partition->holder)) {
		xa_for_each(&partition->vps, index, vp)
			mshv_vp_suspend(vp);
		return;
	}
	if (!partition->down) {
		xa_for_each(&partition->vps, index, vp)
			quiet &= mshv_vp_stop(vp);
		if (quiet)
			take_down(partition);
	}
	mutex_unlock(&partition->lock);
}

/* The next one from @id on that is not on its way out, with a reference. */
static struct mshv_partition *next_partition(unsigned long *id)
{
	struct mshv_partition *partition;

	guard(rcu)();
	xa_for_each_start(&partitions, *id, partition, *id)
		if (refcount_inc_not_zero(&partition->refs))
			return partition;
	return NULL;
}

/**
 * mshv_partitions_stop() - take down all partitions, for good
 *
 * Their files stay, and each ioctl on them gives -ESHUTDOWN. There will be no
 * further partition.
 *
 * Context: Process context, may sleep.
 */
void mshv_partitions_stop(void)
{
	struct mshv_partition *partition;

	scoped_guard(spinlock, &census_lock)
		census_state = CENSUS_CLOSED;
	wake_up_all(&census_wait);

	for (unsigned long id = 0; (partition = next_partition(&id)); id++) {
		partition_stop(partition);
		mshv_partition_put(partition);
	}

	/* Those that were on their way, in or out, when this began. */
	if (!wait_event_timeout(census_wait, !READ_ONCE(census), STOP_TIMEOUT))
		pr_warn("%u partitions stay with the hypervisor\n",
			READ_ONCE(census));
}

/**
 * mshv_partitions_freeze() - see to it that there are none for a while
 *
 * Who wants to create one waits for mshv_partitions_thaw().
 *
 * Context: Process context.
 * Return: 0; -EBUSY, and nothing has changed, if there is one.
 */
int mshv_partitions_freeze(void)
{
	guard(spinlock)(&census_lock);
	if (census)
		return -EBUSY;
	if (census_state == CENSUS_OPEN)
		census_state = CENSUS_FROZEN;
	return 0;
}

/**
 * mshv_partitions_thaw() - undo mshv_partitions_freeze()
 *
 * Context: Process context.
 */
void mshv_partitions_thaw(void)
{
	scoped_guard(spinlock, &census_lock)
		if (census_state == CENSUS_FROZEN)
			census_state = CENSUS_OPEN;
	wake_up_all(&census_wait);
}

/**
 * mshv_partitions_halt() - keep VPs from running after a crash
 *
 * Whoever had a lock may have stopped in the middle, so that none is taken and
 * nothing is changed but in the hypervisor.
 *
 * Context: Panic, on the only processor that still runs.
 */
void mshv_partitions_halt(void)
{
	struct mshv_partition *partition;
	unsigned long id, index;
	struct mshv_vp *vp;

	guard(rcu)();
	xa_for_each(&partitions, id, partition) {
		const struct mshv_sched_ops *ops = partition->root->scheduler->ops;

		if (!ops->halt)
			continue;
		xa_for_each(&partition->vps, index, vp)
			ops->halt(vp);
	}
}

/*
 * Memory that the hypervisor does not take away from the guest goes to somebody
 * else all the same. So the guest never runs again. What is left of it goes when
 * its files are closed.
 */
static void partition_condemn(struct mshv_memory *memory, int error)
{
	struct mshv_partition *partition =
		container_of(memory, struct mshv_partition, memory);
	const struct mshv_sched_ops *ops = partition->root->scheduler->ops;
	struct mshv_vp *vp;
	unsigned long index;

	if (!xchg(&partition->condemned, true))
		pr_err_ratelimited("partition %llu is stopped for good: the hypervisor does not give back its memory: %pe\n",
				   partition->id, ERR_PTR(error));

	xa_for_each(&partition->vps, index, vp) {
		int ret = ops->condemn(vp);

		/* When the partition goes its VPs are gone before its memory. */
		if (ret && ret != -EINVAL)
			pr_err_ratelimited("cannot stop VP %u of partition %llu: %pe\n",
					   vp->index, partition->id,
					   ERR_PTR(ret));
		rcuwait_wake_up(&vp->run.wait);
	}
}

static long initialize_partition(void *object, void *arg)
{
	struct mshv_partition *partition = object;
	int ret;

	if (partition->initialized)
		return 0;

	ret = mshv_deposit(partition->id, INITIALIZE_PAGES);
	if (!ret)
		ret = mshv_hvcall_pooled(partition->id,
					 HVCALL_INITIALIZE_PARTITION,
					 &partition->id, sizeof(partition->id),
					 NULL, 0);
	if (ret) {
		mshv_withdraw_all(partition->id);
		return ret;
	}

	partition->initialized = true;
	return 0;
}

static long create_vp(void *object, void *arg)
{
	return mshv_vp_create(object, arg);
}

static long set_guest_memory(void *object, void *arg)
{
	struct mshv_partition *partition = object;

	return mshv_memory_set(&partition->memory, arg);
}

static long set_ioeventfd(void *object, void *arg)
{
	struct mshv_partition *partition = object;

	return mshv_ioeventfd_set(&partition->ioeventfds, arg);
}

static long irqfd(void *object, void *arg)
{
	return mshv_irqfd(object, arg);
}

static long set_msi_routing(void *object, void __user *user_arg)
{
	return mshv_irq_set_routing(object, user_arg);
}

static long get_access_bitmap(void *object, void *arg)
{
	const struct mshv_partition *partition = object;

	return mshv_access_bitmap(partition->id, arg);
}

static long partition_hvcall(void *object, void *arg)
{
	return mshv_passthru_partition(object, arg);
}

static const struct mshv_ioctl partition_ioctls[] = {
	{ MSHV_INITIALIZE_PARTITION,	initialize_partition },
	{ MSHV_CREATE_VP,		create_vp },
	{ MSHV_SET_GUEST_MEMORY,	set_guest_memory },
	{ MSHV_IOEVENTFD,		set_ioeventfd },
	{ MSHV_IRQFD,			irqfd },
	{ MSHV_SET_MSI_ROUTING,		.user = set_msi_routing },
	{ MSHV_GET_GPAP_ACCESS_BITMAP,	get_access_bitmap },
	{ MSHV_ROOT_HVCALL,		partition_hvcall },
};

static long partition_ioctl(struct file *file, unsigned int cmd,
			    unsigned long arg)
{
	struct mshv_partition *partition = file->private_data;
	long ret;

	if (mshv_held_lock(&partition->lock, &partition->holder))
		return -EINTR;
	if (mshv_partition_stopped(partition))
		ret = -ESHUTDOWN;
	else
		ret = mshv_ioctl(partition_ioctls, ARRAY_SIZE(partition_ioctls),
				 partition, cmd, (void __user *)arg);
	mshv_held_unlock(&partition->lock, &partition->holder);
	return ret;
}

static int partition_release(struct inode *inode, struct file *file)
{
	mshv_partition_put(file->private_data);
	return 0;
}

static const struct file_operations partition_fops = {
	.owner		= THIS_MODULE,
	.release	= partition_release,
	.unlocked_ioctl	= partition_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= noop_llseek,
};

static struct mshv_partition *alloc_partition(const struct mshv_root *root)
{
	struct mshv_partition *partition = kzalloc_obj(*partition,
						       GFP_KERNEL_ACCOUNT);

	if (!partition)
		return NULL;

	partition->root = root;
	mutex_init(&partition->lock);
	xa_init(&partition->vps);
	mshv_irqfds_init(&partition->irqfds);
	mshv_async_init(&partition->async);
	refcount_set(&partition->refs, 1);
	return partition;
}

/**
 * mshv_partition_create() - MSHV_CREATE_PARTITION
 * @root: the driver's state
 * @user_arg: the argument of the ioctl, of either version
 *
 * Context: Process context, may sleep.
 * Return: the file descriptor of the new partition, or -EFAULT, -EINVAL,
 *	   -ENOMEM, -EMFILE, -ENFILE, -EINTR, -ESHUTDOWN, or the errno for the
 *	   hypercall's status; see MSHV_CREATE_PARTITION in include/uapi/linux/mshv.h.
 */
long mshv_partition_create(const struct mshv_root *root, void __user *user_arg)
{
	struct hv_output_create_partition out;
	struct hv_input_create_partition in;
	struct mshv_partition *partition;
	int ret;

	ret = mshv_partition_args_read(user_arg, &in);
	if (ret)
		return ret;

	ret = count_in();
	if (ret)
		return ret;

	partition = alloc_partition(root);
	if (!partition) {
		ret = -ENOMEM;
		goto count_out;
	}

	ret = mshv_hvcall_pooled(HV_PARTITION_ID_SELF, HVCALL_CREATE_PARTITION,
				 &in, sizeof(in), &out, sizeof(out));
	if (ret)
		goto withdraw;
	partition->id = out.partition_id;
	trace_mshv_partition_create(partition->id);
	mshv_memory_init(&partition->memory, partition->id, partition_condemn);
	mshv_ioeventfds_init(&partition->ioeventfds, partition->id);

	/* The lock keeps it from being stopped before it is whole. */
	mutex_lock(&partition->lock);
	ret = xa_insert(&partitions, partition->id, partition,
			GFP_KERNEL_ACCOUNT);
	if (ret)
		goto unlock;
	mshv_debugfs_add_partition(partition);

	/* The file can be closed before this function is through. */
	mshv_partition_get(partition);
	ret = FD_ADD(O_RDWR | O_CLOEXEC,
		     anon_inode_getfile("mshv_partition", &partition_fops,
					partition, O_RDWR));
	if (ret < 0)
		mshv_partition_put(partition);
	mutex_unlock(&partition->lock);
	/* The loop that stops all partitions may not have seen this one. */
	if (census_closed())
		partition_stop(partition);
	mshv_partition_put(partition);
	return ret;

unlock:
	mutex_unlock(&partition->lock);
	delete(partition);
withdraw:
	/* What was deposited in vain */
	mshv_withdraw_own();
	kfree(partition);
count_out:
	count_out();
	return ret;
}

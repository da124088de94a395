// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSHV_IRQFD: a signal of an eventfd raises an interrupt of the guest.
 *
 * How an irqfd lives and dies:
 *
 * An irqfd is an entry in the wait queue of its eventfd, on which it holds a
 * reference; it does not hold the file. A signal calls irqfd_wakeup() under the
 * lock of that queue with interrupts off, on any processor and in any context:
 * nothing there sleeps. The entry is the only one of its kind in the queue, so
 * that no two interrupts compete for a signal.
 *
 * It is made under the partition's lock, on behalf of a caller who has the file
 * of the eventfd open. First it gets on the list of those that wait for
 * acknowledgments, if it is one of them, then into the wait queue, and last on
 * the list of what is connected. A signal can arrive at any moment from the
 * second step on, an acknowledgment can answer it, and whoever is to end the
 * irqfd finds it only when it is whole.
 *
 * It ends once, by one of three: MSHV_IRQFD_BIT_DEASSIGN, the last close of the
 * eventfd, the end of the partition. They agree under mshv_irqfds.lock, by taking
 * the irqfd off the list of what is connected; the one who succeeds ends it.
 * The close happens inside the wait queue of the eventfd, where the entry cannot
 * be taken out, so it leaves the rest to a worker. The others do it themselves,
 * and the partition waits for the worker, too. In this order:
 *
 * 1. The entry is taken out of the wait queue. That needs the lock under which
 *    irqfd_wakeup() runs: afterwards no interrupt comes from this irqfd.
 * 2. It leaves the list of those that wait for acknowledgments, and a grace
 *    period of mshv_irq_srcu passes, under which the interrupt handler looks at
 *    that list: afterwards no eventfd is signalled on its behalf.
 * 3. References on eventfds are dropped, memory is freed.
 *
 * A deassigning caller has the eventfd open, so that the close is not among its
 * competitors: when it returns, all three are done.
 *
 * No irqfd holds a reference on the partition. The partition ends its irqfds
 * before anything that delivery needs, VPs and routes, goes away.
 */
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/irq_work.h>
#include <linux/mshv.h>
#include <linux/poll.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <kunit/static_stub.h>
#include <asm/mshyperv.h>

#include "hvcall.h"
#include "irq.h"
#include "irqfd.h"
#include "partition.h"
#include "trace.h"

/**
 * struct irqfd - an eventfd that raises an interrupt
 * @partition: the child
 * @gsi: number of the interrupt
 * @eventfd: what raises it
 * @resamplefd: what to signal when the guest has acknowledged it; NULL if the
 *		interrupt is not one of those
 * @raised: with @resamplefd: the vector that it was raised with last, or -1.
 *	    The acknowledgment names a vector, which need not be that of the
 *	    route any more
 * @wait: entry in the queue of @eventfd
 * @node: in &mshv_irqfds.connected, or with whoever ends it
 * @ending: somebody ends it; under &mshv_irqfds.lock, as is @node
 * @resampled: with @resamplefd: in &mshv_irqfds.resampled
 */
struct irqfd {
	struct mshv_partition *partition;
	u32 gsi;
	struct eventfd_ctx *eventfd;
	struct eventfd_ctx *resamplefd;
	int raised;
	wait_queue_entry_t wait;
	struct list_head node;
	bool ending;
	struct list_head resampled;
};

static void raise_interrupt(struct irqfd *irqfd)
{
	struct mshv_irq irq;

	guard(srcu)(&mshv_irq_srcu);

	irq = mshv_irq_route(irqfd->partition, irqfd->gsi);
	if (!irq.routed)
		return;
	if (irqfd->resamplefd)
		WRITE_ONCE(irqfd->raised, irq.vector);
	mshv_irq_raise(irqfd->partition, &irq);
}

/* The eventfd is closed by its last user. */
static void hang_up(struct irqfd *irqfd)
{
	struct mshv_irqfds *irqfds = &irqfd->partition->irqfds;

	guard(spinlock_irqsave)(&irqfds->lock);
	if (irqfd->ending)
		return;
	irqfd->ending = true;
	list_move(&irqfd->node, &irqfds->closed);
	schedule_work(&irqfds->reaper);
}

static int irqfd_wakeup(wait_queue_entry_t *wait, unsigned int mode, int sync,
			void *key)
{
	struct irqfd *irqfd = container_of(wait, struct irqfd, wait);
	__poll_t events = key_to_poll(key);
	u64 count;

	if (events & EPOLLIN) {
		eventfd_ctx_do_read(irqfd->eventfd, &count);
		raise_interrupt(irqfd);
	}
	if (events & EPOLLHUP)
		hang_up(irqfd);

	/* As an exclusive waiter: whether it took the event. */
	return !!(events & EPOLLIN);
}

static void stop_resampling(struct irqfd *irqfd)
{
	struct mshv_irqfds *irqfds = &irqfd->partition->irqfds;

	guard(spinlock_irq)(&irqfds->lock);
	list_del_rcu(&irqfd->resampled);
}

/* Steps 1 and 2, but for the grace period */
static void irqfd_detach(struct irqfd *irqfd)
{
	u64 count;

	eventfd_ctx_remove_wait_queue(irqfd->eventfd, &irqfd->wait, &count);
	if (irqfd->resamplefd)
		stop_resampling(irqfd);
	trace_mshv_irqfd_deassign(irqfd->partition->id, irqfd->gsi);
}

static void irqfd_free(struct irqfd *irqfd)
{
	if (irqfd->resamplefd)
		eventfd_ctx_put(irqfd->resamplefd);
	if (irqfd->eventfd)
		eventfd_ctx_put(irqfd->eventfd);
	kfree(irqfd);
}

/* Ends all irqfds of a list, one grace period for all of them. */
static void end_irqfds(struct list_head *list)
{
	struct irqfd *irqfd, *next;
	bool resampling = false;

	list_for_each_entry(irqfd, list, node) {
		irqfd_detach(irqfd);
		resampling |= !!irqfd->resamplefd;
	}
	if (resampling)
		synchronize_srcu_expedited(&mshv_irq_srcu);
	list_for_each_entry_safe(irqfd, next, list, node)
		irqfd_free(irqfd);
}

static void end_closed(struct mshv_irqfds *irqfds)
{
	LIST_HEAD(closed);

	scoped_guard(spinlock_irq, &irqfds->lock)
		list_splice_init(&irqfds->closed, &closed);
	end_irqfds(&closed);
}

static void reap(struct work_struct *work)
{
	end_closed(container_of(work, struct mshv_irqfds, reaper));
}

/* Makes an irqfd that is not connected yet. @file is that of its eventfd. */
static struct irqfd *irqfd_new(struct mshv_partition *partition,
			       const struct mshv_user_irqfd *args,
			       struct file *file)
{
	struct irqfd *irqfd = kzalloc_obj(*irqfd, GFP_KERNEL_ACCOUNT);
	struct eventfd_ctx *eventfd;

	if (!irqfd)
		return ERR_PTR(-ENOMEM);
	irqfd->partition = partition;
	irqfd->gsi = args->gsi;
	irqfd->raised = -1;
	init_waitqueue_func_entry(&irqfd->wait, irqfd_wakeup);

	eventfd = eventfd_ctx_fileget(file);
	if (IS_ERR(eventfd))
		goto fail;
	irqfd->eventfd = eventfd;

	if (args->flags & BIT(MSHV_IRQFD_BIT_RESAMPLE)) {
		eventfd = eventfd_ctx_fdget(args->resamplefd);
		if (IS_ERR(eventfd))
			goto fail;
		irqfd->resamplefd = eventfd;
	}
	return irqfd;

fail:
	irqfd_free(irqfd);
	return ERR_CAST(eventfd);
}

/* The way into the wait queue of an eventfd leads through poll(). */
struct connection {
	poll_table table;
	struct irqfd *irqfd;
	int ret;
};

static void enter_wait_queue(struct file *file, wait_queue_head_t *queue,
			     poll_table *table)
{
	struct connection *connection =
		container_of(table, struct connection, table);

	connection->ret =
		add_wait_queue_priority_exclusive(queue,
						  &connection->irqfd->wait);
}

/* Returns what the eventfd had to say before, or a negative errno. */
static int connect(struct irqfd *irqfd, struct file *file)
{
	struct connection connection = { .irqfd = irqfd };
	__poll_t events;

	init_poll_funcptr(&connection.table, enter_wait_queue);
	events = vfs_poll(file, &connection.table);
	return connection.ret ?: !!(events & EPOLLIN);
}

static int start_resampling(struct irqfd *irqfd)
{
	struct mshv_irqfds *irqfds = &irqfd->partition->irqfds;
	struct mshv_irq irq;

	scoped_guard(srcu, &mshv_irq_srcu)
		irq = mshv_irq_route(irqfd->partition, irqfd->gsi);
	if (!irq.routed || !irq.control.level_triggered)
		return -EINVAL;

	guard(spinlock_irq)(&irqfds->lock);
	list_add_rcu(&irqfd->resampled, &irqfds->resampled);
	return 0;
}

static int assign(struct mshv_partition *partition,
		  const struct mshv_user_irqfd *args)
{
	struct irqfd *irqfd;
	int ret;

	CLASS(fd, file)(args->fd);
	if (fd_empty(file))
		return -EBADF;

	irqfd = irqfd_new(partition, args, fd_file(file));
	if (IS_ERR(irqfd))
		return PTR_ERR(irqfd);

	if (irqfd->resamplefd) {
		ret = start_resampling(irqfd);
		if (ret)
			goto free;
	}
	ret = connect(irqfd, fd_file(file));
	if (ret < 0)
		goto stop;

	scoped_guard(spinlock_irq, &partition->irqfds.lock)
		list_add(&irqfd->node, &partition->irqfds.connected);
	trace_mshv_irqfd_assign(partition->id, irqfd->gsi, !!irqfd->resamplefd);
	/* What was signalled before nobody else will notice. */
	if (ret)
		raise_interrupt(irqfd);
	return 0;

stop:
	if (irqfd->resamplefd) {
		stop_resampling(irqfd);
		synchronize_srcu_expedited(&mshv_irq_srcu);
	}
free:
	irqfd_free(irqfd);
	return ret;
}

static int deassign(struct mshv_partition *partition,
		    const struct mshv_user_irqfd *args)
{
	struct mshv_irqfds *irqfds = &partition->irqfds;
	struct eventfd_ctx *eventfd = eventfd_ctx_fdget(args->fd);
	struct irqfd *irqfd, *next;
	LIST_HEAD(ending);

	if (IS_ERR(eventfd))
		return PTR_ERR(eventfd);

	scoped_guard(spinlock_irq, &irqfds->lock) {
		list_for_each_entry_safe(irqfd, next, &irqfds->connected,
					 node) {
			if (irqfd->eventfd != eventfd || irqfd->gsi != args->gsi)
				continue;
			irqfd->ending = true;
			list_move(&irqfd->node, &ending);
		}
	}
	end_irqfds(&ending);
	eventfd_ctx_put(eventfd);
	return 0;
}

/**
 * mshv_irqfd() - MSHV_IRQFD
 * @partition: the child; its lock is held
 * @args: the argument of the ioctl
 *
 * Context: Process context, may sleep.
 * Return: 0, -EINVAL, -EBADF, -EBUSY, -ENOMEM; see MSHV_IRQFD in
 *	   include/uapi/linux/mshv.h.
 */
long mshv_irqfd(struct mshv_partition *partition,
		const struct mshv_user_irqfd *args)
{
	if (args->flags & ~MSHV_IRQFD_FLAGS_MASK)
		return -EINVAL;
	if (args->flags & BIT(MSHV_IRQFD_BIT_DEASSIGN))
		return deassign(partition, args);
	return assign(partition, args);
}

static void clear_interrupt(u64 partition_id)
{
	mshv_hvcall(HVCALL_CLEAR_VIRTUAL_INTERRUPT, &partition_id,
		    sizeof(partition_id), NULL, 0);
}

/*
 * An acknowledgment too many does no harm: the VMM looks at its device and finds
 * that there is nothing to do. One that is missing stops the device. So the
 * processor does not matter, and both vectors count.
 */
static bool answers(const struct irqfd *irqfd, const struct mshv_irq *irq,
		    u32 vector)
{
	if (READ_ONCE(irqfd->raised) == vector)
		return true;
	return irq->routed && irq->control.level_triggered &&
	       irq->vector == vector;
}

static void signal_resamplefds(struct mshv_partition *partition, u32 vp_index,
			       u32 vector)
{
	unsigned int signalled = 0;
	struct irqfd *irqfd;

	guard(srcu)(&mshv_irq_srcu);

	list_for_each_entry_srcu(irqfd, &partition->irqfds.resampled,
				 resampled,
				 srcu_read_lock_held(&mshv_irq_srcu)) {
		struct mshv_irq irq = mshv_irq_route(partition, irqfd->gsi);

		if (!answers(irqfd, &irq, vector))
			continue;
		/* The line of the legacy controller stays up by itself. */
		if (irq.control.interrupt_type == HV_X64_INTERRUPT_TYPE_EXTINT)
			clear_interrupt(partition->id);
		eventfd_signal(irqfd->resamplefd);
		signalled++;
	}
	trace_mshv_irq_ack(partition->id, vp_index, vector, signalled);
}

/* On a real-time kernel: from a thread, where the lock of an eventfd may sleep. */
static void signal_later(struct irq_work *work)
{
	struct mshv_partition *partition =
		container_of(work, struct mshv_partition,
			     irqfds.acknowledged_work);
	unsigned int vector;

	for_each_set_bit(vector, partition->irqfds.acknowledged,
			 MSHV_IRQ_VECTORS)
		if (test_and_clear_bit(vector, partition->irqfds.acknowledged))
			signal_resamplefds(partition, HV_ANY_VP, vector);
}

/**
 * mshv_irqfd_acknowledge() - the guest has acknowledged a level interrupt
 * @partition: the child
 * @vp_index: the VP that did
 * @vector: the vector of the interrupt, below MSHV_IRQ_VECTORS
 *
 * Context: Interrupt handler.
 */
void mshv_irqfd_acknowledge(struct mshv_partition *partition, u32 vp_index,
			    u32 vector)
{
	KUNIT_STATIC_STUB_REDIRECT(mshv_irqfd_acknowledge, partition, vp_index,
				   vector);

	if (!IS_ENABLED(CONFIG_PREEMPT_RT)) {
		signal_resamplefds(partition, vp_index, vector);
		return;
	}
	set_bit(vector, partition->irqfds.acknowledged);
	irq_work_queue(&partition->irqfds.acknowledged_work);
}

/**
 * mshv_irqfds_drain() - wait for acknowledgments that are being dealt with
 * @irqfds: those of a partition that the interrupt handler does not find any more
 *
 * Context: Process context, may sleep.
 */
void mshv_irqfds_drain(struct mshv_irqfds *irqfds)
{
	irq_work_sync(&irqfds->acknowledged_work);
}

/**
 * mshv_irqfds_init() - no irqfds
 * @irqfds: the record
 */
void mshv_irqfds_init(struct mshv_irqfds *irqfds)
{
	spin_lock_init(&irqfds->lock);
	INIT_LIST_HEAD(&irqfds->connected);
	INIT_LIST_HEAD(&irqfds->closed);
	INIT_WORK(&irqfds->reaper, reap);
	INIT_LIST_HEAD(&irqfds->resampled);
	init_irq_work(&irqfds->acknowledged_work, signal_later);
}

/**
 * mshv_irqfds_destroy() - end all irqfds
 * @irqfds: those of a partition whose file is closed
 *
 * Context: Process context, may sleep.
 */
void mshv_irqfds_destroy(struct mshv_irqfds *irqfds)
{
	struct irqfd *irqfd;

	scoped_guard(spinlock_irq, &irqfds->lock) {
		list_for_each_entry(irqfd, &irqfds->connected, node)
			irqfd->ending = true;
		list_splice_init(&irqfds->connected, &irqfds->closed);
	}
	end_closed(irqfds);
	/* Eventfds that were closed just before: it may be at work on them. */
	cancel_work_sync(&irqfds->reaper);
}

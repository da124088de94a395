// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSHV_IOEVENTFD: a write of the guest signals an eventfd.
 *
 * Lifetime. An ioeventfd comes with the ioctl, and goes with the ioctl or with
 * the partition, whichever is first; both are under the partition's lock, or
 * after its last file was closed, so it goes once. It holds the eventfd: that
 * may be closed by everybody else meanwhile and is signalled to nobody.
 *
 * Only the interrupt handler finds an ioeventfd without that lock, by way of its
 * port, under RCU. So the end has an order: the hypervisor forgets the port, so
 * that nothing new is written to the event rings; the port is taken off the
 * table, so that what is in them already is dropped; a grace period passes, so
 * that no interrupt handler has the ioeventfd any more; then the eventfd is let
 * go. When MSHV_IOEVENTFD_BIT_DEASSIGN returns, the eventfd is not signalled any
 * more.
 */
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/mshv.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ioeventfd.h"
#include "port.h"
#include "trace.h"

/**
 * struct mshv_ioeventfd - an eventfd for some writes of the guest
 * @port: where they ring
 * @doorbell: which writes
 * @eventfd: whom they signal
 * @link: in the list of the partition
 */
struct mshv_ioeventfd {
	struct mshv_port port;
	struct mshv_doorbell doorbell;
	struct eventfd_ctx *eventfd;
	struct list_head link;
};

static void signal_ioeventfd(struct mshv_port *port)
{
	eventfd_signal(container_of(port, struct mshv_ioeventfd, port)->eventfd);
}

/**
 * mshv_ioeventfd_parse() - check the argument of MSHV_IOEVENTFD
 * @args: the argument
 * @doorbell: out: which writes it is about
 *
 * Return: 0, -EINVAL, or -EOPNOTSUPP for I/O ports.
 */
int mshv_ioeventfd_parse(const struct mshv_user_ioeventfd *args,
			 struct mshv_doorbell *doorbell)
{
	u64 end;

	if (args->flags & ~MSHV_IOEVENTFD_FLAGS_MASK ||
	    memchr_inv(args->rsvd, 0, sizeof(args->rsvd)))
		return -EINVAL;
	if (args->flags & BIT(MSHV_IOEVENTFD_BIT_PIO))
		return -EOPNOTSUPP;

	/* No bit set is any width. */
	if (args->len > sizeof(u64) || hweight32(args->len) > 1)
		return -EINVAL;
	if (check_add_overflow(args->addr, args->len, &end))
		return -EINVAL;

	*doorbell = (struct mshv_doorbell){
		.address = args->addr,
		.length = args->len,
		.any_value = !(args->flags & BIT(MSHV_IOEVENTFD_BIT_DATAMATCH)),
	};
	if (!doorbell->any_value)
		doorbell->value = args->datamatch;
	return 0;
}

static bool same_place(const struct mshv_doorbell *a,
		       const struct mshv_doorbell *b)
{
	return a->address == b->address && a->length == b->length;
}

/**
 * mshv_doorbells_collide() - one write would ring both
 * @a: a doorbell
 * @b: another one
 *
 * Doorbells of different lengths do not collide, even if one of them is 0.
 *
 * Return: whether it would.
 */
bool mshv_doorbells_collide(const struct mshv_doorbell *a,
			    const struct mshv_doorbell *b)
{
	return same_place(a, b) &&
	       (a->any_value || b->any_value || a->value == b->value);
}

static bool collides_with_any(const struct mshv_ioeventfds *all,
			      const struct mshv_doorbell *doorbell)
{
	const struct mshv_ioeventfd *other;

	list_for_each_entry(other, &all->list, link)
		if (mshv_doorbells_collide(&other->doorbell, doorbell))
			return true;
	return false;
}

static struct mshv_ioeventfd *find_ioeventfd(const struct mshv_ioeventfds *all,
					     const struct mshv_doorbell *doorbell,
					     const struct eventfd_ctx *eventfd)
{
	struct mshv_ioeventfd *ioeventfd;

	list_for_each_entry(ioeventfd, &all->list, link)
		if (ioeventfd->eventfd == eventfd &&
		    same_place(&ioeventfd->doorbell, doorbell) &&
		    ioeventfd->doorbell.any_value == doorbell->any_value &&
		    ioeventfd->doorbell.value == doorbell->value)
			return ioeventfd;
	return NULL;
}

static void release_ioeventfd(struct mshv_ioeventfd *ioeventfd)
{
	eventfd_ctx_put(ioeventfd->eventfd);
	kfree(ioeventfd);
}

/* @eventfd is ours to put, unless it worked. */
static int assign_ioeventfd(struct mshv_ioeventfds *all,
			    const struct mshv_doorbell *doorbell,
			    struct eventfd_ctx *eventfd)
{
	struct mshv_ioeventfd *ioeventfd;
	int ret;

	if (collides_with_any(all, doorbell))
		return -EEXIST;

	ioeventfd = kzalloc_obj(*ioeventfd, GFP_KERNEL_ACCOUNT);
	if (!ioeventfd)
		return -ENOMEM;
	ioeventfd->port.child = all->partition_id;
	ioeventfd->port.ring = signal_ioeventfd;
	ioeventfd->doorbell = *doorbell;
	ioeventfd->eventfd = eventfd;

	ret = mshv_port_open(&ioeventfd->port, doorbell);
	if (ret) {
		synchronize_rcu_expedited();
		kfree(ioeventfd);
		return ret;
	}
	list_add(&ioeventfd->link, &all->list);
	return 0;
}

static int deassign_ioeventfd(struct mshv_ioeventfds *all,
			      const struct mshv_doorbell *doorbell,
			      const struct eventfd_ctx *eventfd)
{
	struct mshv_ioeventfd *ioeventfd = find_ioeventfd(all, doorbell, eventfd);

	if (!ioeventfd)
		return -ENOENT;

	list_del(&ioeventfd->link);
	mshv_port_close(&ioeventfd->port);
	synchronize_rcu_expedited();
	release_ioeventfd(ioeventfd);
	return 0;
}

/**
 * mshv_ioeventfd_set() - MSHV_IOEVENTFD
 * @all: the ioeventfds of the partition, whose lock is held
 * @args: the argument of the ioctl
 *
 * Context: Process context, may sleep.
 * Return: 0, -EINVAL, -EOPNOTSUPP, -EBADF, -EEXIST, -ENOENT, -ENOSPC, -ENOMEM,
 *	   or the errno for a hypercall's status; see MSHV_IOEVENTFD in
 *	   include/uapi/linux/mshv.h.
 */
long mshv_ioeventfd_set(struct mshv_ioeventfds *all,
			const struct mshv_user_ioeventfd *args)
{
	const bool end = args->flags & BIT(MSHV_IOEVENTFD_BIT_DEASSIGN);
	struct mshv_doorbell doorbell;
	struct eventfd_ctx *eventfd;
	int ret;

	ret = mshv_ioeventfd_parse(args, &doorbell);
	if (ret)
		return ret;
	eventfd = eventfd_ctx_fdget(args->fd);
	if (IS_ERR(eventfd))
		return PTR_ERR(eventfd);

	ret = end ? deassign_ioeventfd(all, &doorbell, eventfd) :
		    assign_ioeventfd(all, &doorbell, eventfd);
	trace_mshv_ioeventfd(all->partition_id, args->addr, args->len,
			     args->flags, args->datamatch, ret);
	/* The ioeventfd has the reference now, if there is one. */
	if (end || ret)
		eventfd_ctx_put(eventfd);
	return ret;
}

/**
 * mshv_ioeventfds_init() - there are none yet
 * @all: the ioeventfds
 * @partition_id: of this partition
 */
void mshv_ioeventfds_init(struct mshv_ioeventfds *all, u64 partition_id)
{
	all->partition_id = partition_id;
	INIT_LIST_HEAD(&all->list);
}

/**
 * mshv_ioeventfds_destroy() - end all that are left
 * @all: the ioeventfds of a partition whose files are closed
 *
 * Context: Process context, may sleep.
 */
void mshv_ioeventfds_destroy(struct mshv_ioeventfds *all)
{
	struct mshv_ioeventfd *ioeventfd, *next;

	if (list_empty(&all->list))
		return;

	list_for_each_entry(ioeventfd, &all->list, link)
		mshv_port_close(&ioeventfd->port);
	/* One grace period for all of them. */
	synchronize_rcu();
	list_for_each_entry_safe(ioeventfd, next, &all->list, link)
		release_ioeventfd(ioeventfd);
}

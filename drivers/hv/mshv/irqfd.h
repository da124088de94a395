/* SPDX-License-Identifier: GPL-2.0-only */
/* Eventfds that raise interrupts of guests. */
#ifndef _MSHV_IRQFD_H
#define _MSHV_IRQFD_H

#include <linux/bitmap.h>
#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct mshv_partition;
struct mshv_user_irqfd;

/* Vectors of a processor */
#define MSHV_IRQ_VECTORS	256

/**
 * struct mshv_irqfds - the irqfds of a partition
 * @lock: protects the lists; taken with interrupts off, inside the lock of the
 *	  wait queue of an eventfd
 * @connected: those in use
 * @closed: those whose eventfd was closed
 * @reaper: frees what is on @closed
 * @resampled: those that wait for acknowledgments; the interrupt handler reads
 *	       it under mshv_irq_srcu
 * @acknowledged: real-time kernel: vectors that guests have acknowledged
 * @acknowledged_work: real-time kernel: deals with them
 */
struct mshv_irqfds {
	spinlock_t lock;	/* see above */
	struct list_head connected;
	struct list_head closed;
	struct work_struct reaper;
	struct list_head resampled;
	DECLARE_BITMAP(acknowledged, MSHV_IRQ_VECTORS);
	struct irq_work acknowledged_work;
};

long mshv_irqfd(struct mshv_partition *partition,
		const struct mshv_user_irqfd *args);
void mshv_irqfd_acknowledge(struct mshv_partition *partition, u32 vp_index,
			    u32 vector);
void mshv_irqfds_drain(struct mshv_irqfds *irqfds);
void mshv_irqfds_init(struct mshv_irqfds *irqfds);
void mshv_irqfds_destroy(struct mshv_irqfds *irqfds);

#endif /* _MSHV_IRQFD_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupts of guests: where they go, and raising them. */
#ifndef _MSHV_IRQ_H
#define _MSHV_IRQ_H

#include <linux/srcu.h>
#include <linux/types.h>
#include <hyperv/hvhdk.h>

struct mshv_partition;
struct mshv_user_irq_entry;
struct mshv_vp;

/* Entries of a routing table at the most; its interrupts are numbered below. */
#define MSHV_MAX_ROUTES	4096

/**
 * struct mshv_irq - an interrupt in the hypervisor's terms
 * @control: type, trigger mode and destination mode
 * @vector: the vector
 * @destination: APIC id, or a set of logical ids if @control says so
 * @routed: there is such an interrupt; false in the gaps of a routing table
 */
struct mshv_irq {
	union hv_interrupt_control control;
	u8 vector;
	u8 destination;
	bool routed;
};

/**
 * struct mshv_irq_table - where the interrupts of a partition go
 * @count: how many numbers it covers
 * @irqs: by number
 *
 * Never changed once it is in use, but replaced as a whole. Readers are in a
 * read-side section of mshv_irq_srcu.
 */
struct mshv_irq_table {
	u32 count;
	struct mshv_irq irqs[] __counted_by(count);
};

/*
 * Held for reading by whoever looks at routes or at resampling irqfds, from any
 * context. One for all partitions: readers are short and do not sleep.
 */
extern struct srcu_struct mshv_irq_srcu;

/* irq_routing.c */
struct mshv_irq mshv_irq_decode(const struct mshv_user_irq_entry *entry);
struct mshv_irq_table *
mshv_irq_table_create(const struct mshv_user_irq_entry *entries, u32 count);
long mshv_irq_set_routing(struct mshv_partition *partition,
			  void __user *user_table);
void mshv_irq_routing_destroy(struct mshv_partition *partition);
struct mshv_irq mshv_irq_route(struct mshv_partition *partition, u32 gsi);

/* irq.c */
int mshv_irq_raise(struct mshv_partition *partition,
		   const struct mshv_irq *irq);
void mshv_irq_flush(struct mshv_vp *vp);

#endif /* _MSHV_IRQ_H */

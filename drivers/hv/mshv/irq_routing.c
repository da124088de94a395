// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSHV_SET_MSI_ROUTING: which interrupt of a guest goes where.
 *
 * Routes are checked and put into the hypervisor's terms when the table is set,
 * so that raising an interrupt takes no more than a look at an array. Nothing
 * keeps a copy of a route: whoever raises an interrupt looks at the table that
 * is there at that moment, and follows a new one by itself.
 */
#include <linux/bitfield.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mshv.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "irq.h"
#include "partition.h"
#include "trace.h"

/* Fields of an MSI, as in the manual of the processor */
#define ADDRESS_LOGICAL		BIT(2)
#define ADDRESS_DESTINATION	GENMASK(19, 12)
#define DATA_VECTOR		GENMASK(7, 0)
#define DATA_DELIVERY_MODE	GENMASK(10, 8)
#define DATA_LEVEL		BIT(15)

DEFINE_SRCU(mshv_irq_srcu);

/**
 * mshv_irq_decode() - put a route into the hypervisor's terms
 * @entry: the route
 *
 * The hypervisor numbers its types of interrupts as the processor does its
 * delivery modes.
 *
 * Context: Any; a pure function of @entry.
 * Return: the interrupt.
 */
struct mshv_irq mshv_irq_decode(const struct mshv_user_irq_entry *entry)
{
	const u32 address = entry->address_lo;
	const u32 data = entry->data;

	return (struct mshv_irq){
		.control = {
			.interrupt_type = FIELD_GET(DATA_DELIVERY_MODE, data),
			.level_triggered = FIELD_GET(DATA_LEVEL, data),
			.logical_dest_mode = FIELD_GET(ADDRESS_LOGICAL, address),
		},
		.vector = FIELD_GET(DATA_VECTOR, data),
		.destination = FIELD_GET(ADDRESS_DESTINATION, address),
		.routed = true,
	};
}

/* How many numbers the table has to cover, or -EINVAL for a bad entry. */
static int count_numbers(const struct mshv_user_irq_entry *entries, u32 count)
{
	u32 numbers = 0;

	for (u32 i = 0; i < count; i++) {
		if (entries[i].gsi >= MSHV_MAX_ROUTES || entries[i].address_hi)
			return -EINVAL;
		numbers = max(numbers, entries[i].gsi + 1);
	}
	return numbers;
}

/**
 * mshv_irq_table_create() - make a routing table
 * @entries: the routes, in any order
 * @count: how many there are
 *
 * Context: Process context, may sleep.
 * Return: the table, to be freed with kvfree(); NULL if @count is 0;
 *	   ERR_PTR(-EINVAL) for a number that is too high or comes twice, or an
 *	   address over 32 bits; ERR_PTR(-ENOMEM).
 */
struct mshv_irq_table *
mshv_irq_table_create(const struct mshv_user_irq_entry *entries, u32 count)
{
	struct mshv_irq_table *table;
	int numbers;

	numbers = count_numbers(entries, count);
	if (numbers <= 0)
		return ERR_PTR(numbers);

	table = kvzalloc(struct_size(table, irqs, numbers), GFP_KERNEL_ACCOUNT);
	if (!table)
		return ERR_PTR(-ENOMEM);
	table->count = numbers;

	for (u32 i = 0; i < count; i++) {
		struct mshv_irq *irq = &table->irqs[entries[i].gsi];

		if (irq->routed) {
			kvfree(table);
			return ERR_PTR(-EINVAL);
		}
		*irq = mshv_irq_decode(&entries[i]);
	}
	return table;
}

static struct mshv_irq_table *
read_table(const struct mshv_user_irq_table __user *user_table, u32 *count)
{
	struct mshv_user_irq_entry *entries;
	struct mshv_user_irq_table head;
	struct mshv_irq_table *table;

	if (copy_from_user(&head, user_table, sizeof(head)))
		return ERR_PTR(-EFAULT);
	if (head.nr > MSHV_MAX_ROUTES || head.rsvd)
		return ERR_PTR(-EINVAL);

	*count = head.nr;
	if (!head.nr)
		return NULL;

	entries = vmemdup_user(user_table->entries,
			       array_size(head.nr, sizeof(*entries)));
	if (IS_ERR(entries))
		return ERR_CAST(entries);

	table = mshv_irq_table_create(entries, head.nr);
	kvfree(entries);
	return table;
}

/**
 * mshv_irq_set_routing() - MSHV_SET_MSI_ROUTING
 * @partition: the child; its lock is held
 * @user_table: the argument of the ioctl, a struct mshv_user_irq_table
 *
 * When it returns nobody uses the old routes any more.
 *
 * Context: Process context, may sleep.
 * Return: 0, -EFAULT, -EINVAL, -ENOMEM; see MSHV_SET_MSI_ROUTING in
 *	   include/uapi/linux/mshv.h.
 */
long mshv_irq_set_routing(struct mshv_partition *partition,
			  void __user *user_table)
{
	struct mshv_irq_table *table, *old;
	u32 count;

	table = read_table(user_table, &count);
	if (IS_ERR(table))
		return PTR_ERR(table);

	old = rcu_replace_pointer(partition->irq_table, table,
				  lockdep_is_held(&partition->lock));
	trace_mshv_irq_routing(partition->id, count);
	if (old) {
		synchronize_srcu_expedited(&mshv_irq_srcu);
		kvfree(old);
	}
	return 0;
}

/**
 * mshv_irq_routing_destroy() - throw away the routes of a partition
 * @partition: the child; nobody raises interrupts any more
 *
 * Context: Process context, may sleep.
 */
void mshv_irq_routing_destroy(struct mshv_partition *partition)
{
	kvfree(rcu_dereference_protected(partition->irq_table, true));
}

/**
 * mshv_irq_route() - where an interrupt goes
 * @partition: the child
 * @gsi: number of the interrupt
 *
 * Context: Any, in a read-side section of mshv_irq_srcu for as long as the
 *	    answer is used.
 * Return: the interrupt; @routed tells whether there is one.
 */
struct mshv_irq mshv_irq_route(struct mshv_partition *partition, u32 gsi)
{
	const struct mshv_irq_table *table =
		srcu_dereference(partition->irq_table, &mshv_irq_srcu);

	if (!table || gsi >= table->count)
		return (struct mshv_irq){};
	return table->irqs[gsi];
}

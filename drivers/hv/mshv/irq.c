// SPDX-License-Identifier: GPL-2.0-only
/*
 * Raising interrupts of a guest.
 *
 * There are two ways. A hypercall does it in every case. Where Linux dispatches
 * the VP, and the VP is not being dispatched right now, there is a shorter one:
 * the register page has room for a few vectors, which the hypervisor takes over
 * when the VP is dispatched the next time.
 *
 * A vector on that page must not be left behind. The run loop says with
 * run.listening whether it will look at the page before it dispatches the VP or
 * leaves, and takes that back before it does look:
 *
 *	raising an interrupt		run loop
 *
 *	put vector on the page		listening = false
 *	full barrier			full barrier
 *	look at listening		look at the page
 *
 * At least one of them sees what the other has written. If it was the one that
 * raises the interrupt, it takes the vector off the page again and makes the
 * hypercall, unless it is no longer there: then the hypervisor has it.
 */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/wait.h>
#include <linux/xarray.h>
#include <asm/mshyperv.h>

#include "hvcall.h"
#include "irq.h"
#include "partition.h"
#include "trace.h"
#include "vp.h"

#define MAX_VECTORS	HV_VP_REGISTER_PAGE_MAX_VECTOR_COUNT

/* The processor keeps the vectors below for itself. */
#define FIRST_VECTOR	16

/* In the place of an APIC id: all of them. */
#define BROADCAST	0xff

/*
 * How often to try to change a page that others change at the same time. The
 * VMM can write to it, too, and must not keep anybody busy by that.
 */
#define PAGE_TRIES	16

/* The vectors on a register page */
union vectors {
	u64 word;
	struct {
		u8 count;
		u8 vector[MAX_VECTORS];
	};
};

static_assert(sizeof(union vectors) ==
	      sizeof(union hv_vp_register_page_interrupt_vectors));
static_assert(!(offsetof(struct hv_vp_register_page, interrupt_vectors) % 8));

static u64 *word_of(struct hv_vp_register_page *page)
{
	return &page->interrupt_vectors.as_uint64;
}

/* The page is the VMM's as well: whatever it says is possible. */
static bool sensible(const union vectors *vectors)
{
	return vectors->count <= MAX_VECTORS;
}

static int find_vector(const union vectors *vectors, u8 vector)
{
	for (int i = 0; i < vectors->count; i++)
		if (vectors->vector[i] == vector)
			return i;
	return -1;
}

static bool add_vector(union vectors *vectors, u8 vector)
{
	if (find_vector(vectors, vector) >= 0)
		return true;
	if (vectors->count == MAX_VECTORS)
		return false;
	vectors->vector[vectors->count++] = vector;
	return true;
}

static bool remove_vector(union vectors *vectors, u8 vector)
{
	int i = find_vector(vectors, vector);

	if (i < 0)
		return false;
	vectors->vector[i] = vectors->vector[--vectors->count];
	vectors->vector[vectors->count] = 0;
	return true;
}

/*
 * Changes the vectors on a page: 0, -ENOENT if @change says that it cannot be
 * done, -EAGAIN if others change it all the time. The exchange is made even
 * when it changes nothing, since it is the barrier.
 */
static int change_page(struct hv_vp_register_page *page, u8 vector,
		       bool (*change)(union vectors *vectors, u8 vector))
{
	union vectors old, new;

	old.word = READ_ONCE(*word_of(page));
	for (int i = 0; i < PAGE_TRIES; i++) {
		new = old;
		if (!sensible(&new) || !change(&new, vector))
			return -ENOENT;
		if (try_cmpxchg(word_of(page), &old.word, new.word))
			return 0;
	}
	return -EAGAIN;
}

/* The page knows no types, modes and sets. */
static bool fits_on_page(const struct mshv_irq *irq)
{
	return irq->control.interrupt_type == HV_X64_INTERRUPT_TYPE_FIXED &&
	       !irq->control.level_triggered &&
	       !irq->control.logical_dest_mode &&
	       irq->vector >= FIRST_VECTOR && irq->destination != BROADCAST;
}

static bool raise_on_page(struct mshv_vp *vp, u8 vector)
{
	struct hv_vp_register_page *page = vp->registers.address;

	if (!READ_ONCE(vp->run.listening) ||
	    change_page(page, vector, add_vector))
		return false;

	/* When in doubt the guest gets it twice rather than never. */
	if (!READ_ONCE(vp->run.listening) &&
	    change_page(page, vector, remove_vector) != -ENOENT)
		return false;

	rcuwait_wake_up(&vp->run.wait);
	return true;
}

static int raise_by_hypercall(struct mshv_partition *partition,
			      const struct mshv_irq *irq)
{
	const struct hv_input_assert_virtual_interrupt in = {
		.partition_id = partition->id,
		.control = irq->control,
		.dest_addr = irq->destination,
		.vector = irq->vector,
	};

	return mshv_hvcall_errno(mshv_hvcall(HVCALL_ASSERT_VIRTUAL_INTERRUPT,
					     &in, sizeof(in), NULL, 0));
}

/**
 * mshv_irq_raise() - raise an interrupt of a guest
 * @partition: the child
 * @irq: the interrupt
 *
 * A VP has the APIC id that is its index. The hypervisor wakes a VP that waits
 * for an interrupt, with a message where Linux dispatches it.
 *
 * Context: Any.
 * Return: 0, or the errno for the hypercall's status.
 */
int mshv_irq_raise(struct mshv_partition *partition, const struct mshv_irq *irq)
{
	struct mshv_vp *vp = NULL;
	bool on_page;
	int ret = 0;

	if (fits_on_page(irq))
		vp = xa_load(&partition->vps, irq->destination);
	on_page = vp && raise_on_page(vp, irq->vector);
	if (!on_page)
		ret = raise_by_hypercall(partition, irq);

	trace_mshv_irq_raise(partition->id, irq->vector, irq->destination,
			     irq->control.as_uint64, on_page, ret);
	return ret;
}

/**
 * mshv_irq_flush() - hand over what is left on the register page
 * @vp: a VP whose run loop does not listen any more
 *
 * A VP that is not run keeps its interrupts where they belong, in its interrupt
 * controller: there the VMM finds them when it saves the VP.
 *
 * Context: Any.
 */
void mshv_irq_flush(struct mshv_vp *vp)
{
	struct hv_vp_register_page *page = vp->registers.address;
	struct mshv_irq irq = {
		.control.interrupt_type = HV_X64_INTERRUPT_TYPE_FIXED,
		.destination = vp->index,
	};
	union vectors vectors;

	if (likely(!READ_ONCE(*word_of(page))))
		return;

	vectors.word = xchg(word_of(page), 0);
	if (!sensible(&vectors))
		return;
	for (int i = 0; i < vectors.count; i++) {
		irq.vector = vectors.vector[i];
		raise_by_hypercall(vp->partition, &irq);
	}
}

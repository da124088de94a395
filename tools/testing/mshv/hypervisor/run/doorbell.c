// SPDX-License-Identifier: GPL-2.0-only
/*
 * Doorbells ring: a store of a child to an address that is connected to a port
 * is completed here, without an intercept, and the id of the port goes to an
 * event ring of the parent.
 *
 * The ring and the parent's reading it take no lock together. Each side first
 * writes what the other one looks for, and then looks: an entry and the mask of
 * signals, a ring that is full and an entry that is free. A port that rang when
 * there was no room, or no VP that listens, is remembered as pending.
 *
 * Where in a ring the next entry goes outlives the registers that name the page.
 * Only the reset of a VP makes it the first one again.
 *
 * All of it is under children_lock.
 */
#include "port.h"
#include "run.h"
#include "tlfs_intercept.h"

static struct {
	u32 next;
	bool signal_due;
	struct message message;
} ends[MAX_CPUS][HV_NUM_SINTS];

/* Values of the knob */
enum { SIGNAL_AT_ONCE, SIGNAL_WHEN_VP_LEAVES, SIGNAL_NEVER };

static bool any_signal_due;

static bool listens(const struct vp *vp, u32 sint)
{
	const struct synic *synic = &vp->synic;

	return READ_ONCE(vp->state) == VP_RUNNING &&
	       (synic->control & HV_SCONTROL_ENABLE) &&
	       (synic->sirbp & HV_OVERLAY_ENABLE) &&
	       !(synic->sint[sint] & HV_SINT_MASKED);
}

static struct hv_event_ring *ring_of(const struct vp *vp, u32 sint)
{
	struct hv_event_ring *rings = (void *)HV_OVERLAY_GPA(vp->synic.sirbp);

	return &rings[sint];
}

/* Preferably the VP on this processor: its interrupt costs no other one. */
static struct vp *target_of(const struct port *port)
{
	struct vp *self = cpu_self()->vp;
	u32 i;

	if (port->target != HV_ANY_VP) {
		struct vp *vp = &parent.vps[port->target];

		return listens(vp, port->sint) ? vp : NULL;
	}
	if (listens(self, port->sint))
		return self;
	for (i = 0; i < parent.num_vps; i++)
		if (listens(&parent.vps[i], port->sint))
			return &parent.vps[i];
	return NULL;
}

static void raise(const struct vp *vp, u32 sint)
{
	struct message *m = &ends[vp->index][sint].message;
	u64 value = vp->synic.sint[sint];

	if (value & HV_SINT_AS_INTERCEPT) {
		m->type = HV_MESSAGE_SINT_INTERCEPT;
		m->sender = parent.id;
		m->size = sizeof(u32);
		m->payload[0] = sint;
		message_post_to(vp, m);
	} else if (!(value & HV_SINT_POLLING)) {
		lapic_send(vp->cpu->apic_id, HV_SINT_VECTOR(value) | ICR_ASSERT);
	}
}

static void signal(const struct vp *vp, u32 sint)
{
	struct hv_event_ring *ring = ring_of(vp, sint);

	if (!__atomic_exchange_n(&ring->signal_masked, 1, __ATOMIC_SEQ_CST))
		raise(vp, sint);
}

static bool is_free(const u32 *entry)
{
	return !__atomic_load_n(entry, __ATOMIC_SEQ_CST);
}

static bool put(const struct vp *vp, const struct port *port)
{
	struct hv_event_ring *ring = ring_of(vp, port->sint);
	u32 *next = &ends[vp->index][port->sint].next;
	u32 *entry = &ring->ports[*next];

	if (!is_free(entry)) {
		__atomic_store_n(&ring->full, 1, __ATOMIC_SEQ_CST);
		if (!is_free(entry))
			return false;
	}
	WRITE_ONCE(*entry, port->id);
	*next = (*next + 1) % HV_EVENT_RING_SIZE;
	return true;
}

static void deliver(struct port *port, bool later)
{
	struct vp *vp = target_of(port);

	port->pending = !vp || !put(vp, port);
	if (!vp)
		return;
	if (later) {
		ends[vp->index][port->sint].signal_due = true;
		any_signal_due = true;
	} else {
		signal(vp, port->sint);
	}
}

/**
 * doorbell_ring() - Tell the parent that a doorbell rang
 * @port: where
 *
 * Context: children_lock held.
 */
void doorbell_ring(struct port *port)
{
	deliver(port, knobs.lazy_doorbells != SIGNAL_AT_ONCE);
}

/**
 * doorbell_room() - A VP of the parent has read a ring that was full
 * @vp: the VP
 * @sint: whose ring
 *
 * Context: children_lock held.
 */
void doorbell_room(struct vp *vp, u32 sint)
{
	struct port *port;

	for (port = ports; port; port = port->next)
		if (port->pending && port->sint == sint &&
		    (port->target == HV_ANY_VP || port->target == vp->index))
			deliver(port, false);
}

/**
 * doorbell_retry() - The parent may have changed who listens
 */
void doorbell_retry(void)
{
	struct port *port;

	spin_lock(&children_lock);
	for (port = ports; port; port = port->next)
		if (port->pending)
			deliver(port, false);
	spin_unlock(&children_lock);
}

/**
 * doorbell_reset() - A VP of the parent is reset
 * @vp: the VP, which does not run
 */
void doorbell_reset(const struct vp *vp)
{
	u32 i;

	for (i = 0; i < HV_NUM_SINTS; i++)
		ends[vp->index][i].next = 0;
}

/**
 * doorbell_flush() - Send the signals that waited for a VP to leave
 *
 * Context: children_lock not held.
 */
void doorbell_flush(void)
{
	u32 i, sint;

	if (!READ_ONCE(any_signal_due) || knobs.lazy_doorbells == SIGNAL_NEVER)
		return;
	spin_lock(&children_lock);
	any_signal_due = false;
	for (i = 0; i < parent.num_vps; i++)
		for (sint = 0; sint < HV_NUM_SINTS; sint++) {
			if (!ends[i][sint].signal_due)
				continue;
			ends[i][sint].signal_due = false;
			if (listens(&parent.vps[i], sint))
				signal(&parent.vps[i], sint);
		}
	spin_unlock(&children_lock);
}

static bool rings(const struct connection *connection, u64 gpa,
		  const struct guest_store *store)
{
	u32 size = HV_DOORBELL_SIZE(connection->flags);

	if (connection->gpa != gpa ||
	    (size != HV_DOORBELL_SIZE_ANY && store->size != BIT(size - 1)))
		return false;
	return (connection->flags & HV_DOORBELL_ANY_VALUE) ||
	       connection->value == store->value;
}

/* A store that goes to one page, and begins at the address that faulted */
static bool find_store(const struct child_vp *vp, u64 gpa,
		       struct guest_store *store)
{
	u8 bytes[HV_INSTRUCTION_BYTES];
	u64 found;
	u32 n;

	n = guest_fetch(vp, vp->vmcb->cs.base + vp->vmcb->rip, bytes,
			sizeof(bytes));
	return guest_store(vp, bytes, n, store) &&
	       gpa % PAGE_SIZE + store->size <= PAGE_SIZE &&
	       !guest_walk(vp, store->gva, HV_TRANSLATE_EXEMPT, &found) &&
	       found == gpa;
}

static bool ring_all(struct child_vp *vp, u64 gpa)
{
	struct connection *connection = vp->child->connections;
	struct guest_store store;
	bool rang = false;

	if (!connection || child_npt_lookup(vp->child, gpa).mapped ||
	    !find_store(vp, gpa, &store))
		return false;

	for (; connection; connection = connection->next)
		if (rings(connection, gpa, &store)) {
			doorbell_ring(connection->port);
			rang = true;
		}
	if (rang) {
		vp->vmcb->rip += store.length;
		vp->vmcb->interrupt_shadow = 0;
	}
	return rang;
}

/**
 * doorbell_store() - Complete an access that rings a doorbell
 * @vp: a VP that has just left guest mode, because of that access
 *
 * Return: false when it rings none: nothing is done.
 */
bool doorbell_store(struct child_vp *vp)
{
	const struct vmcb *vmcb = vp->vmcb;
	bool rang;

	/* Neither page tables nor the stack of an interrupt ring. */
	if (!(vmcb->exit_info1 & SVM_NPF_WRITE) ||
	    (vmcb->exit_info1 & SVM_NPF_WALK) ||
	    (vmcb->exit_event & SVM_EVENT_VALID))
		return false;

	spin_lock(&children_lock);
	rang = ring_all(vp, vmcb->exit_info2);
	spin_unlock(&children_lock);
	return rang;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages to the parent about its children, all for SINT0, through the page of
 * its VPs that has a slot for it.
 *
 * A message is part of the object that it is about, so there is always room for
 * it. It waits in the queue of the VP of the parent on whose processor it came
 * up, until that VP has read the previous one. A VP that stops listening, as
 * when its processor goes offline, hands its queue on to one that listens.
 *
 * message_lock is a leaf lock.
 */
#include "run.h"
#include "synic.h"
#include "tlfs_interrupt.h"

#define SINT_INTERCEPT		0
#define VPS_PER_BANK		64

static struct {
	struct message *first, *last;
} queues[MAX_CPUS];

static struct spinlock message_lock;

/* Delivered since they were last cleared */
static struct {
	const u32 type;
	u64 delivered;
} counters[] = {
	{ HV_MESSAGE_OPAQUE_INTERCEPT, 0 },
	{ HV_MESSAGE_ASYNC_COMPLETION, 0 },
	{ HV_MESSAGE_VP_SIGNAL_BITSET, 0 },
	{ HV_MESSAGE_VP_SIGNAL_PAIR, 0 },
};

static bool listens(const struct vp *vp, u32 sint)
{
	const struct synic *synic = &vp->synic;

	return READ_ONCE(vp->state) == VP_RUNNING &&
	       (synic->control & HV_SCONTROL_ENABLE) &&
	       (synic->simp & HV_OVERLAY_ENABLE) &&
	       !(synic->sint[sint] & HV_SINT_MASKED);
}

static void queue_add(u32 index, struct message *m)
{
	m->next = NULL;
	if (queues[index].first)
		queues[index].last->next = m;
	else
		queues[index].first = m;
	queues[index].last = m;
}

static struct message *queue_take(u32 index)
{
	struct message *m = queues[index].first;

	queues[index].first = m->next;
	m->queued = false;
	return m;
}

static bool queue_remove(u32 index, struct message *m)
{
	struct message **link = &queues[index].first, *before = NULL;

	while (*link && *link != m) {
		before = *link;
		link = &before->next;
	}
	if (!*link)
		return false;
	*link = m->next;
	if (queues[index].last == m)
		queues[index].last = before;
	m->queued = false;
	return true;
}

/* As many signals as fit, in any order of partitions */
static void write_pairs(u32 index, struct hv_message *slot)
{
	struct hv_signal_pairs *pairs = (void *)slot->payload;
	struct message *m;

	slot->payload_size = sizeof(*pairs);
	while ((m = queues[index].first) &&
	       m->type == HV_MESSAGE_VP_SIGNAL_PAIR &&
	       pairs->vp_count < HV_SIGNAL_PAIRS) {
		queue_take(index);
		pairs->partition_ids[pairs->vp_count] = m->sender;
		pairs->vp_indexes[pairs->vp_count] = m->payload[0];
		pairs->vp_count++;
	}
}

/*
 * As many signals as there are about the same partition. The banks of a sparse
 * set are those only that are valid.
 */
static void write_set(u32 index, struct hv_message *slot)
{
	struct hv_signal_bitset *set = (void *)slot->payload;
	u64 banks[HV_SIGNAL_BANKS] = { 0 };
	struct message *m;
	u32 i, n = 0;

	set->partition_id = queues[index].first->sender;
	while ((m = queues[index].first) &&
	       m->type == HV_MESSAGE_VP_SIGNAL_PAIR &&
	       m->sender == set->partition_id) {
		queue_take(index);
		banks[m->payload[0] / VPS_PER_BANK] |=
			BIT(m->payload[0] % VPS_PER_BANK);
		set->vp_count++;
	}
	for (i = 0; i < HV_SIGNAL_BANKS; i++)
		if (banks[i]) {
			set->valid_banks |= BIT(i);
			set->banks[n++] = banks[i];
		}
	slot->payload_size = sizeof(*set);
}

/* One vector at a time; the message stays as long as there are more. */
static void write_eoi(u32 index, struct hv_message *slot)
{
	struct hv_apic_eoi *eoi = (void *)slot->payload;
	struct message *m = queues[index].first;
	struct child_vp *vp = (void *)m->payload[0];

	slot->sender = m->sender;
	slot->payload_size = sizeof(*eoi);
	eoi->vp_index = vp->index;
	if (!child_apic_ended(vp, &eoi->vector))
		queue_take(index);
}

static u32 write_message(u32 index, struct hv_message *slot)
{
	struct message *m = queues[index].first;

	memset(slot->payload, 0, sizeof(slot->payload));
	slot->sender = 0;
	if (m->type == HV_MESSAGE_VP_SIGNAL_PAIR && knobs.signal_sets) {
		write_set(index, slot);
		return HV_MESSAGE_VP_SIGNAL_BITSET;
	}
	if (m->type == HV_MESSAGE_VP_SIGNAL_PAIR) {
		write_pairs(index, slot);
		return HV_MESSAGE_VP_SIGNAL_PAIR;
	}

	if (m->type == HV_MESSAGE_APIC_EOI) {
		write_eoi(index, slot);
		return HV_MESSAGE_APIC_EOI;
	}

	queue_take(index);
	memcpy(slot->payload, m->payload, m->size);
	slot->payload_size = m->size;
	slot->sender = m->sender;
	return m->type;
}

static void count(u32 type)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(counters); i++)
		if (counters[i].type == type)
			counters[i].delivered++;
}

/*
 * The end of an interrupt is noted before its message is posted. The message of
 * an earlier one may have told of both: then there is nothing left to tell.
 */
static bool any_message(u32 index)
{
	struct message *m;

	while ((m = queues[index].first) && m->type == HV_MESSAGE_APIC_EOI &&
	       !child_apic_any_ended((struct child_vp *)m->payload[0]))
		queue_take(index);
	return m;
}

static struct hv_message *slot_of(const struct vp *vp, u32 sint)
{
	struct hv_message *slots = (void *)HV_OVERLAY_GPA(vp->synic.simp);

	return &slots[sint];
}

/**
 * message_slot() - Where a message for a VP of the parent can go now
 * @vp: the VP
 * @sint: the message's SINT
 *
 * Return: the slot; NULL while the VP does not listen, or has yet to read the
 * last message.
 */
struct hv_message *message_slot(const struct vp *vp, u32 sint)
{
	struct hv_message *slot = slot_of(vp, sint);

	return listens(vp, sint) && slot_is_free(slot) ? slot : NULL;
}

/**
 * message_raise() - Interrupt a VP of the parent for what is in its slot
 * @vp: the VP
 * @sint: which slot
 */
void message_raise(const struct vp *vp, u32 sint)
{
	u32 icr = HV_SINT_VECTOR(vp->synic.sint[sint]) | ICR_ASSERT;

	lapic_send(vp->cpu->apic_id, icr);
}

static void deliver(const struct vp *vp)
{
	struct hv_message *slot = slot_of(vp, SINT_INTERCEPT);
	u32 type;

	while (any_message(vp->index) && slot_is_free(slot)) {
		type = write_message(vp->index, slot);
		slot->flags = 0;
		WRITE_ONCE(slot->type, type);
		count(type);
		message_raise(vp, SINT_INTERCEPT);
	}
}

static struct vp *any_listener(void)
{
	u32 i;

	for (i = 0; i < parent.num_vps; i++)
		if (listens(&parent.vps[i], SINT_INTERCEPT))
			return &parent.vps[i];
	return NULL;
}

static void hand_on(u32 from, u32 to)
{
	while (queues[from].first) {
		struct message *m = queue_take(from);

		m->queued = true;
		queue_add(to, m);
	}
}

static void deliver_all(void)
{
	struct vp *listener = any_listener();
	u32 i;

	if (!listener)
		return;
	for (i = 0; i < parent.num_vps; i++)
		if (!listens(&parent.vps[i], SINT_INTERCEPT))
			hand_on(i, listener->index);
	for (i = 0; i < parent.num_vps; i++)
		if (listens(&parent.vps[i], SINT_INTERCEPT))
			deliver(&parent.vps[i]);
}

/**
 * message_post_to() - Send a message to a VP of the parent
 * @vp: the VP; when it does not listen, the message goes to one that does
 * @m: the message; when it still waits to be delivered nothing happens
 */
void message_post_to(const struct vp *vp, struct message *m)
{
	spin_lock(&message_lock);
	if (!m->queued) {
		m->queued = true;
		queue_add(vp->index, m);
	}
	deliver_all();
	spin_unlock(&message_lock);
}

/**
 * message_post() - Send a message to the VP of the parent on this processor
 * @m: as for message_post_to()
 */
void message_post(struct message *m)
{
	message_post_to(cpu_self()->vp, m);
}

/**
 * message_cancel() - A message must not be delivered any more
 * @m: the message, which goes away
 */
void message_cancel(struct message *m)
{
	u32 i;

	spin_lock(&message_lock);
	for (i = 0; m->queued && i < parent.num_vps; i++)
		queue_remove(i, m);
	spin_unlock(&message_lock);
}

/**
 * message_retry() - The parent may have made room, or changed who listens
 */
void message_retry(void)
{
	spin_lock(&message_lock);
	deliver_all();
	spin_unlock(&message_lock);
}

/**
 * messages_print() - How many messages were delivered, by type
 * @text: where it goes
 */
void messages_print(struct text *text)
{
	u32 i;

	spin_lock(&message_lock);
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		if (counters[i].delivered)
			text_add(text, "%08x %lu\n", counters[i].type,
				 counters[i].delivered);
	spin_unlock(&message_lock);
}

/**
 * messages_clear() - Start counting from 0
 */
void messages_clear(void)
{
	u32 i;

	spin_lock(&message_lock);
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		counters[i].delivered = 0;
	spin_unlock(&message_lock);
}

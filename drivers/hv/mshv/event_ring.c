// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event rings: the hypervisor writes the ids of ports that rang, one behind the
 * other, and we put a zero where we have read one.
 *
 * Nothing says where in the ring the hypervisor is. It need not begin at the
 * first entry: another driver, or another kernel, may have used the ring before.
 * So what we know of the place is a hint, and a ring counts as empty only when
 * all of it was looked at.
 *
 * Two flags go along with it. As long as signal_masked is set, the hypervisor
 * does not interrupt us for this ring. It sets ring_full when it finds no free
 * entry; what rang is then held back until we have told it that there is room.
 * Both sides write first and look afterwards: we open the mask and look once
 * more, the hypervisor writes an entry, or ring_full, and looks at the mask, or
 * for room. Whoever is later sees what the other one did.
 */
#define pr_fmt(fmt) "mshv_root: " fmt

#include <linux/bits.h>
#include <linux/printk.h>
#include <kunit/static_stub.h>
#include <asm/barrier.h>
#include <asm/mshyperv.h>

#include "event_ring.h"
#include "hvcall.h"
#include "port.h"

static u32 take_event(struct mshv_event_ring *reader)
{
	struct hv_synic_event_ring *ring = reader->ring;
	u32 id = READ_ONCE(ring->data[reader->next]);

	if (!id)
		return 0;
	WRITE_ONCE(ring->data[reader->next], 0);
	reader->next = (reader->next + 1) % HV_SYNIC_EVENT_RING_MESSAGE_COUNT;
	return id;
}

/*
 * Looks for events from the hint on, once around. The events are one run, so
 * that the first one found from outside is the oldest.
 */
static bool find_event(struct mshv_event_ring *reader)
{
	for (u32 i = 0; i < HV_SYNIC_EVENT_RING_MESSAGE_COUNT; i++) {
		u32 at = (reader->next + i) % HV_SYNIC_EVENT_RING_MESSAGE_COUNT;

		if (READ_ONCE(reader->ring->data[at])) {
			reader->next = at;
			return true;
		}
	}
	return false;
}

static bool ring_is_full(const struct mshv_event_ring *reader)
{
	return READ_ONCE(reader->ring->ring_full);
}

/* The flag goes first: it may be set again as soon as the hypervisor knows. */
static void make_room(struct mshv_event_ring *reader)
{
	const union hv_input_notify_port_ring_empty in = {
		.sint_index = reader->sint,
	};
	u64 status;

	WRITE_ONCE(reader->ring->ring_full, 0);
	status = mshv_hvcall(HVCALL_NOTIFY_PORT_RING_EMPTY, &in, sizeof(in),
			     NULL, 0);
	if (!hv_result_success(status))
		pr_warn_once("cannot get the doorbells that found no room: status %#x\n",
			     hv_result(status));
}

/**
 * mshv_event_ring_unmask() - let the hypervisor interrupt us for a ring
 * @ring: the ring, which has to be looked at once more afterwards
 *
 * Context: Any.
 */
void mshv_event_ring_unmask(struct hv_synic_event_ring *ring)
{
	KUNIT_STATIC_STUB_REDIRECT(mshv_event_ring_unmask, ring);

	WRITE_ONCE(ring->signal_masked, 0);
	/* Pairs with the hypervisor's, see above. */
	mb();
}

/**
 * mshv_event_ring_read() - deal with the events in a ring
 * @reader: the reader
 * @budget: how many events at most, not 0
 *
 * An event that names no port is dropped: the port was closed in the meantime,
 * or never existed. A ring that claims to be full and is empty, over and over,
 * is left alone after the first time.
 *
 * Guests write faster than we read, if there are enough of them. So there is a
 * budget, and when it is used up, the mask stays closed: no interrupt comes for
 * this ring before the caller has come back for the rest.
 *
 * Context: One caller at a time. Interrupt handler, or a context that keeps it
 *	    away from the ring; on a real-time kernel one that may sleep.
 * Return: whether to come back.
 */
bool mshv_event_ring_read(struct mshv_event_ring *reader, u32 budget)
{
	bool any;
	u32 id;

	do {
		WRITE_ONCE(reader->ring->signal_masked, 1);
		any = false;
		do {
			while ((id = take_event(reader))) {
				mshv_port_ring(id);
				any = true;
				if (!--budget)
					return true;
			}
			if (ring_is_full(reader))
				make_room(reader);
		} while (find_event(reader));

		mshv_event_ring_unmask(reader->ring);
	} while (find_event(reader) || (any && ring_is_full(reader)));
	return false;
}

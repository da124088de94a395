/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading an event ring. */
#ifndef _MSHV_EVENT_RING_H
#define _MSHV_EVENT_RING_H

#include <linux/types.h>

struct hv_synic_event_ring;

/**
 * struct mshv_event_ring - the reader of one ring of one processor
 * @ring: the ring, shared with the hypervisor
 * @sint: the interrupt source that it belongs to
 * @next: where the next event is expected: a hint, see event_ring.c
 */
struct mshv_event_ring {
	struct hv_synic_event_ring *ring;
	u32 sint;
	u32 next;
};

void mshv_event_ring_unmask(struct hv_synic_event_ring *ring);
bool mshv_event_ring_read(struct mshv_event_ring *reader, u32 budget);

#endif /* _MSHV_EVENT_RING_H */

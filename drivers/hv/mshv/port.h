/* SPDX-License-Identifier: GPL-2.0-only */
/* Doorbell ports: where the hypervisor tells of writes of a child. */
#ifndef _MSHV_PORT_H
#define _MSHV_PORT_H

#include <linux/types.h>

/**
 * struct mshv_doorbell - which writes of a child ring
 * @address: guest physical address
 * @length: width in bytes: 1, 2, 4 or 8, or 0 for any of them
 * @any_value: whatever is written
 * @value: else what must be written
 */
struct mshv_doorbell {
	u64 address;
	u32 length;
	bool any_value;
	u64 value;
};

/**
 * struct mshv_port - a port of this partition, and a child's connection to it
 * @id: what the hypervisor calls both
 * @child: id of the child
 * @ring: called when the child has written, with the port, by the interrupt
 *	  handler and under RCU; also a little after the port was closed
 *
 * The caller of mshv_port_open() owns it. It must stay until a grace period of
 * RCU has passed since the port was closed, or could not be opened.
 */
struct mshv_port {
	u32 id;
	u64 child;
	void (*ring)(struct mshv_port *port);
};

int mshv_port_open(struct mshv_port *port, const struct mshv_doorbell *doorbell);
void mshv_port_close(struct mshv_port *port);
bool mshv_port_ring(u32 id);
u32 mshv_port_last_id(void);

#endif /* _MSHV_PORT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Doorbells: what the files that keep ports and connections (child/port.c,
 * hypercall/port_calls.c) and the one that rings (run/doorbell.c) share. All of it is
 * under children_lock.
 */
#ifndef HV_PORT_H
#define HV_PORT_H

#include "child.h"
#include "tlfs_port.h"

/**
 * struct port - Where the parent hears a doorbell; lives in a page of its pool
 * @id: its id
 * @child: id of the partition that may be connected to it
 * @sint: of the parent's VP
 * @target: index of that VP, or HV_ANY_VP
 * @connections: how many lead here
 * @pending: it rang and the parent was not told for lack of room
 * @next: the next port
 */
struct port {
	u32 id;
	u64 child;
	u32 sint;
	u32 target;
	u32 connections;
	bool pending;
	struct port *next;
};

/**
 * struct connection - Which writes of a child ring; lives in a page of its pool
 * @id: its id in the child
 * @port: where it rings
 * @gpa: the address
 * @value: the value, without HV_DOORBELL_ANY_VALUE
 * @flags: HV_DOORBELL_*
 * @next: the child's next connection
 */
struct connection {
	u32 id;
	struct port *port;
	u64 gpa;
	u64 value;
	u64 flags;
	struct connection *next;
};

/* child/port.c */
extern struct port *ports;
struct port *port_find(u32 id);
enum hv_status port_create(const struct port *like);
enum hv_status port_delete(u32 id);
enum hv_status connection_create(struct child *child,
				 const struct connection *like);
enum hv_status connection_delete(struct child *child, u32 id);

/* run/doorbell.c */
void doorbell_ring(struct port *port);
void doorbell_room(struct vp *vp, u32 sint);

#endif /* HV_PORT_H */

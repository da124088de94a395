/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of the hypervisor's interface by which a parent hears of its
 * children's writes: ports, connections, and rings of events. See tlfs.h.
 */
#ifndef HV_TLFS_PORT_H
#define HV_TLFS_PORT_H

#include "tlfs.h"

/* Ids of ports and connections have 24 bits, and none is 0. */
#define HV_PORT_ID_RESERVED			0xff000000U

#define HV_PORT_TYPE_DOORBELL			4

#define HV_ANY_VP				0xffffffffU

struct hv_in_create_port {
	u64 port_partition_id;
	u32 port_id;
	u8 port_vtl;
	u8 min_connection_vtl;
	u16 padding;
	u64 connection_partition_id;
	u32 type;
	u32 padding2;
	u32 target_sint;
	u32 target_vp;
	u64 reserved;
	struct hv_proximity proximity;
};

struct hv_in_delete_port {
	u64 port_partition_id;
	u32 port_id;
	u32 reserved;
};

struct hv_in_connect_port {
	u64 connection_partition_id;
	u32 connection_id;
	u8 connection_vtl;
	u8 reserved[3];
	u64 port_partition_id;
	u32 port_id;
	u32 reserved2;
	u32 type;
	u32 padding;
	u64 gpa;
	u64 trigger_value;
	u64 flags;
	struct hv_proximity proximity;
};

struct hv_in_disconnect_port {
	u64 connection_partition_id;
	u32 connection_id;
	u32 flags;
};

struct hv_in_notify_port_ring_empty {
	u32 sint;
	u32 reserved;
};

COMPILE_ASSERT(sizeof(struct hv_in_create_port) == 56);
COMPILE_ASSERT(sizeof(struct hv_in_connect_port) == 72);

/* Of a connection: which writes ring */
#define HV_DOORBELL_SIZE(flags)			((flags) & 7)
#define HV_DOORBELL_SIZE_ANY			0
#define HV_DOORBELL_SIZE_QWORD			4	/* 1 + log2 of the bytes */
#define HV_DOORBELL_ANY_VALUE			BIT(31)
#define HV_DOORBELL_FLAGS			(7UL | HV_DOORBELL_ANY_VALUE)

/* Of a disconnection */
#define HV_DISCONNECT_DOORBELL			BIT(0)

/*
 * A ring of events for each SINT of a VP, all on its event ring page: ids of
 * ports. An entry that is 0 is free.
 */
#define HV_EVENT_RING_SIZE			63

struct hv_event_ring {
	u8 signal_masked;
	u8 full;
	u16 reserved;
	u32 ports[HV_EVENT_RING_SIZE];
};

COMPILE_ASSERT(sizeof(struct hv_event_ring) * HV_NUM_SINTS == PAGE_SIZE);

/* A SINT with the bit "as intercept" has something: its number is the payload. */
#define HV_MESSAGE_SINT_INTERCEPT		0x80000061

#endif /* HV_TLFS_PORT_H */

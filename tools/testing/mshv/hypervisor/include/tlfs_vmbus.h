/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMBus as far as it is here: how a partition posts a message to its host, and
 * the messages by which both find each other and speak of channels.
 */
#ifndef HV_TLFS_VMBUS_H
#define HV_TLFS_VMBUS_H

#include "tlfs_intercept.h"

struct hv_in_post_to_connection {
	u32 connection_id;
	u32 reserved;
	u32 type;
	u32 payload_size;
	u8 payload[HV_MESSAGE_PAYLOAD];
};

COMPILE_ASSERT(sizeof(struct hv_in_post_to_connection) == 256);

/* Connections of every partition to the VMBus of its host */
#define VMBUS_CONNECTION		1	/* up to version 4.1 */
#define VMBUS_CONNECTION_SINT		4	/* since version 5.0 */

/* Type of the messages that carry those below, in both directions */
#define VMBUS_MESSAGE			1

/* The SINT for them, where the client cannot say which one it wants */
#define VMBUS_SINT			2

enum vmbus_type {
	VMBUS_OFFER			= 1,
	VMBUS_RESCIND			= 2,
	VMBUS_REQUEST_OFFERS		= 3,
	VMBUS_ALL_OFFERS_DELIVERED	= 4,
	VMBUS_CHANNEL_RELEASED		= 13,
	VMBUS_INITIATE_CONTACT		= 14,
	VMBUS_VERSION_RESPONSE		= 15,
	VMBUS_UNLOAD			= 16,
	VMBUS_UNLOAD_RESPONSE		= 17,
};

/* Every message begins with this. */
struct vmbus_header {
	u32 type;
	u32 padding;
};

#define VMBUS_VERSION(major, minor)	((major) << 16 | (minor))
#define VMBUS_VERSION_MAJOR(version)	((version) >> 16)
#define VMBUS_VERSION_MINOR(version)	((version) & 0xffff)

struct vmbus_initiate_contact {
	struct vmbus_header header;
	u32 version;
	u32 target_vp;
	union {
		u64 interrupt_page;		/* up to version 4.1 */
		struct {			/* since version 5.0 */
			u8 sint;
			u8 vtl;
			u8 reserved[2];
			u32 features;
		};
	};
	u64 monitor_pages[2];
};

struct vmbus_version_response {
	struct vmbus_header header;
	u8 supported;
	u8 state;
	u16 padding;
	u32 connection_id;
};

struct vmbus_offer {
	struct vmbus_header header;
	u8 interface[16];
	u8 instance[16];
	u64 reserved[2];
	u16 flags;
	u16 mmio_megabytes;
	u8 user_defined[120];
	u16 sub_channel;
	u16 reserved2;
	u32 channel;
	u8 monitor;
	u8 monitor_allocated;
	u16 dedicated_interrupt;
	u32 connection_id;
} __packed;

COMPILE_ASSERT(sizeof(struct vmbus_offer) == 196);

/* VMBUS_RESCIND and VMBUS_CHANNEL_RELEASED */
struct vmbus_channel {
	struct vmbus_header header;
	u32 channel;
};

#endif /* HV_TLFS_VMBUS_H */

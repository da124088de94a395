/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Upcalls of parent/: what an exit of the parent reaches above it.
 */
#ifndef HV_PARENT_UPCALLS_H
#define HV_PARENT_UPCALLS_H

#include "hv.h"

/**
 * struct parent_upcalls - What parent/ needs of higher layers
 * @hypercall: do the hypercall that a VP has just made
 * @wake_sleepers: wake VPs of children whose timers have expired
 * @debug_write: take a byte of a command of the debug channel
 * @debug_read: the next byte of the answer
 * @log_ledger: log what is left, as the run ends
 * @reset_doorbells: a VP has died: forget its doorbells
 * @retry_doorbells: the parent may have made room for doorbells
 * @raise_message: interrupt a VP for the message in its slot
 * @retry_messages: the parent may have made room for messages
 * @message_slot: where a VP gets its messages, or NULL
 *
 * boot/layers.c fills it in before anything of it is called; it does not change
 * any more.
 */
struct parent_upcalls {
	void (*hypercall)(struct vp *vp);
	u64 (*wake_sleepers)(void);
	void (*debug_write)(u8 byte);
	u8 (*debug_read)(void);
	void (*log_ledger)(void);
	void (*reset_doorbells)(const struct vp *vp);
	void (*retry_doorbells)(void);
	void (*raise_message)(const struct vp *vp, u32 sint);
	void (*retry_messages)(void);
	struct hv_message *(*message_slot)(const struct vp *vp, u32 sint);
};

extern struct parent_upcalls parent_upcalls;

#endif /* HV_PARENT_UPCALLS_H */

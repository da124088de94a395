/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMBus, see parent/vmbus.c.
 */
#ifndef HV_VMBUS_H
#define HV_VMBUS_H

#include "hv.h"

/* parent/vmbus.c */
void vmbus_init(void);
enum hv_status vmbus_receive(u32 connection, u32 type, const void *payload,
			     u32 size);
void vmbus_retry(void);
const char *vmbus_offer(u64 channel);
const char *vmbus_rescind(u64 channel);
const char *vmbus_churn(u64 on);
const char *vmbus_hold(u64 index, bool hold);
void vmbus_print(struct text *text);
void vmbus_print_ledger(struct text *text);

#endif /* HV_VMBUS_H */

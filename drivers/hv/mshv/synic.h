/* SPDX-License-Identifier: GPL-2.0-only */
/* The synthetic interrupt controller: how the hypervisor talks to us. */
#ifndef _MSHV_SYNIC_H
#define _MSHV_SYNIC_H

#include <linux/types.h>

struct hv_message;
struct mshv_root;

int mshv_synic_start(struct mshv_root *root);
void mshv_synic_stop(struct mshv_root *root);
void mshv_synic_read_doorbells(void);

/* message.c */
extern atomic_t mshv_bad_messages;
void mshv_message_receive(const struct hv_message *message);

#endif /* _MSHV_SYNIC_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* The system goes down, to sleep, or crashes. */
#ifndef _MSHV_POWER_H
#define _MSHV_POWER_H

struct mshv_root;

int mshv_power_start(struct mshv_root *root);
void mshv_power_stop(struct mshv_root *root);

#endif /* _MSHV_POWER_H */

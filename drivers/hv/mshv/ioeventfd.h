/* SPDX-License-Identifier: GPL-2.0-only */
/* MSHV_IOEVENTFD: eventfds that writes of the guest signal. */
#ifndef _MSHV_IOEVENTFD_H
#define _MSHV_IOEVENTFD_H

#include <linux/list.h>
#include <linux/types.h>

struct mshv_doorbell;
struct mshv_user_ioeventfd;

/**
 * struct mshv_ioeventfds - the ioeventfds of a partition
 * @partition_id: what the hypervisor calls the partition
 * @list: of struct mshv_ioeventfd
 *
 * Protected by the lock of the partition.
 */
struct mshv_ioeventfds {
	u64 partition_id;
	struct list_head list;
};

void mshv_ioeventfds_init(struct mshv_ioeventfds *all, u64 partition_id);
void mshv_ioeventfds_destroy(struct mshv_ioeventfds *all);
long mshv_ioeventfd_set(struct mshv_ioeventfds *all,
			const struct mshv_user_ioeventfd *args);
int mshv_ioeventfd_parse(const struct mshv_user_ioeventfd *args,
			 struct mshv_doorbell *doorbell);
bool mshv_doorbells_collide(const struct mshv_doorbell *a,
			    const struct mshv_doorbell *b);

#endif /* _MSHV_IOEVENTFD_H */

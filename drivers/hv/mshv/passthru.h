/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls on behalf of a VMM. */
#ifndef _MSHV_PASSTHRU_H
#define _MSHV_PASSTHRU_H

struct mshv_partition;
struct mshv_root_hvcall;

long mshv_passthru_self(struct mshv_root_hvcall *args);
long mshv_passthru_partition(struct mshv_partition *partition,
			     struct mshv_root_hvcall *args);
long mshv_passthru_vp(struct mshv_partition *partition,
		      struct mshv_root_hvcall *args);

#endif /* _MSHV_PASSTHRU_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* What a virtual processor has besides registers. */
#ifndef _MSHV_VP_STATE_H
#define _MSHV_VP_STATE_H

#include <linux/types.h>

struct mshv_get_set_vp_state;
struct mshv_vp;

long mshv_vp_get_state(const struct mshv_vp *vp,
		       struct mshv_get_set_vp_state *args);
long mshv_vp_set_state(const struct mshv_vp *vp,
		       struct mshv_get_set_vp_state *args);

#endif /* _MSHV_VP_STATE_H */

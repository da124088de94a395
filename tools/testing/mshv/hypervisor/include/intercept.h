/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How intercept messages are made: what run/ share.
 */
#ifndef HV_INTERCEPT_H
#define HV_INTERCEPT_H

#include "run.h"
#include "tlfs_intercept.h"

struct hv_segment hv_segment_of(const struct vmcb_segment *segment);
void *intercept_begin(const struct child_vp *vp, struct hv_message *message,
		      u32 type, u8 size, u8 access, u8 length);
void intercept_end(struct child_vp *vp, const struct hv_message *message);
u8 intercept_bytes(const struct child_vp *vp, u8 *bytes);

#endif /* HV_INTERCEPT_H */

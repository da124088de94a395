/* SPDX-License-Identifier: GPL-2.0-only */
/* State of a VP that is not in registers, in one page of the VMM's. */
#ifndef _MSHV_LIB_STATE_H
#define _MSHV_LIB_STATE_H

#include <stdint.h>

#include "misuse.h"
#include "require.h"
#include "vp.h"

/* @size: of the buffer in bytes; becomes that of the state */
static inline int state_call(struct vp *vp, unsigned long cmd, __u8 type,
			     void *buffer, __u32 *size)
{
	struct mshv_get_set_vp_state args = {
		.type = type,
		.buf_sz = *size,
		.buf_ptr = (uintptr_t)buffer,
	};
	int ret = try(vp->fd, cmd, &args);

	*size = args.buf_sz;
	return ret;
}

/* Returns the size of the state. */
static inline __u32 get_state(struct vp *vp, __u8 type, void *buffer)
{
	__u32 size = PAGE_SIZE;
	int ret = state_call(vp, MSHV_GET_VP_STATE, type, buffer, &size);

	require(!ret, "get state %u: %d", type, ret);
	return size;
}

/* Returns 0 or a negative errno. */
static inline int set_state(struct vp *vp, __u8 type, void *buffer)
{
	__u32 size = PAGE_SIZE;

	return state_call(vp, MSHV_SET_VP_STATE, type, buffer, &size);
}

#endif /* _MSHV_LIB_STATE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls of children: between the dispatcher (guest_calls/guest_call.c) and the handlers
 * next to it. A handler is called without children_lock, with the VP at hand.
 */
#ifndef HV_GUEST_CALL_H
#define HV_GUEST_CALL_H

#include "hypercall.h"
#include "run.h"
#include "tlfs_guest_call.h"

#define VP_SET_BANK	64	/* VPs in each */

/**
 * struct vp_set - Some VPs of a child, of which it need not have all
 * @banks: a bit for each index
 */
struct vp_set {
	u64 banks[MAX_CHILD_VPS / VP_SET_BANK];
};

/* guest_calls/guest_call.c */
bool guest_may_call(const struct child_vp *vp);
enum run_result guest_call(struct child_vp *vp);

/* guest_calls/vp_set.c */
void vp_set_all(struct vp_set *set);
void vp_set_first(struct vp_set *set, u64 mask);
enum hv_status vp_set_read(struct vp_set *set, const struct hv_vp_set *from,
			   u32 size);
bool vp_set_has(const struct vp_set *set, u32 index);

enum hv_status guest_flush_space(struct hypercall *call);
enum hv_status guest_flush_list(struct hypercall *call);
enum hv_status guest_flush_space_ex(struct hypercall *call);
enum hv_status guest_flush_list_ex(struct hypercall *call);

enum hv_status guest_send_ipi(struct hypercall *call);
enum hv_status guest_send_ipi_ex(struct hypercall *call);

enum hv_status guest_long_spin_wait(struct hypercall *call);

enum hv_status guest_post_message(struct hypercall *call);
enum hv_status guest_signal_event(struct hypercall *call);

#endif /* HV_GUEST_CALL_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a child sees of the hypervisor: the SynIC and the synthetic timers of its
 * VPs, and pages of the hypervisor's that lie over those of its memory.
 *
 * All of it is under children_lock, but for the timers and messages of a VP, which
 * also belong to whoever has the VP.
 */
#ifndef HV_CHILD_SYNIC_H
#define HV_CHILD_SYNIC_H

#include "tlfs.h"

struct child;
struct child_vp;
struct hv_message;
struct hv_timers_state;

#define CHILD_STIMERS	4

/**
 * struct overlay - A page of the hypervisor's, over a page of a child's memory
 * @page: the page, of the child's pool
 * @spare: another one, for a table that may be needed; 0: there is none
 * @msr: the register that says where it is, and whether
 * @covered: entry of the nested page table that it stands in for
 * @next: the next one of the child's that are enabled
 */
struct overlay {
	void *page;
	u64 spare;
	u64 msr;
	u64 covered;
	struct overlay *next;
};

/**
 * struct child_stimer - A synthetic timer
 * @config: HV_STIMER_*
 * @count: when it expires, or how often, 100 ns
 * @due: when it expires next, reference time; TIMER_NEVER: it does not run
 * @pending: it has expired, and there was no room for the message
 * @expired: when that was
 */
struct child_stimer {
	u64 config;
	u64 count;
	u64 due;
	bool pending;
	u64 expired;
};

/**
 * struct child_synic - The SynIC of a VP
 * @control: SCONTROL
 * @sirbp: event ring page register, without a meaning for children
 * @messages: the message page
 * @flags: the event flags page
 * @sint: SINT registers
 * @timers: synthetic timers
 */
struct child_synic {
	u64 control;
	u64 sirbp;
	struct overlay messages;
	struct overlay flags;
	u64 sint[HV_NUM_SINTS];
	struct child_stimer timers[CHILD_STIMERS];
};

/* child/overlay.c */
bool overlay_create(struct child *child, struct overlay *overlay);
void overlay_delete(struct child *child, struct overlay *overlay);
bool overlay_move(struct child *child, struct overlay *overlay, u64 msr);
u64 *overlay_covered(struct child *child, u64 page);

/* child/synic/synic.c */
void child_synic_reset(struct child_vp *vp);
bool child_synic_get(struct child_vp *vp, u32 msr, u64 *value);
bool child_synic_set(struct child_vp *vp, u32 msr, u64 value);
bool child_synic_auto_eoi(const struct child_vp *vp, u8 vector);
struct hv_message *child_synic_slot(struct child_vp *vp, u32 sint);
u16 child_synic_deliverable(struct child_vp *vp);
void child_synic_raise(struct child_vp *vp, u32 sint);
bool child_synic_flag(struct child_vp *vp, u32 sint, u32 flag, bool *newly);

/* child/synic/stimer.c */
bool child_stimer_get(struct child_vp *vp, u32 msr, u64 *value);
bool child_stimer_set(struct child_vp *vp, u32 msr, u64 value);
u64 child_stimer_deadline(const struct child_vp *vp);
void child_stimer_expire(struct child_vp *vp);
void child_stimer_retry(struct child_vp *vp);
void child_stimer_get_state(const struct child_vp *vp,
			    struct hv_timers_state *state);
bool child_stimer_set_state(struct child_vp *vp,
			    const struct hv_timers_state *state);

/* child/synic/synthetic.c */
u64 child_privileges(const struct child *child);
bool child_synthetic_get(struct child_vp *vp, u32 msr, u64 *value);
bool child_synthetic_set(struct child_vp *vp, u32 msr, u64 value);

#endif /* HV_CHILD_SYNIC_H */

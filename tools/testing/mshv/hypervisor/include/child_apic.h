/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The local APIC of a VP of a child, for partitions with HV_CREATE_LAPIC.
 *
 * Registers are named by number: the offset in the register page divided by 16,
 * which is also the distance from the first x2APIC MSR.
 *
 * Locks: it belongs to whoever has the VP, see child.h, but for what anybody may
 * ask of a VP that runs. That are @irr, @tmr and @requests: they are changed
 * with atomic instructions, by others under children_lock, and the VP is kicked.
 */
#ifndef HV_CHILD_APIC_H
#define HV_CHILD_APIC_H

#include "types.h"

struct child;
struct child_vp;
struct hv_apic_state;

#define APIC_ID			0x02
#define APIC_VERSION		0x03
#define APIC_TPR		0x08
#define APIC_APR		0x09
#define APIC_PPR		0x0a
#define APIC_EOI		0x0b
#define APIC_REMOTE_READ	0x0c
#define APIC_LDR		0x0d
#define APIC_DFR		0x0e
#define APIC_SVR		0x0f
#define APIC_ISR		0x10	/* 8 of each of these three */
#define APIC_TMR		0x18
#define APIC_IRR		0x20
#define APIC_ESR		0x28
#define APIC_ICR		0x30
#define APIC_ICR_HIGH		0x31	/* x2APIC: none, ICR has 64 bits */
#define APIC_LVT_TIMER		0x32
#define APIC_LVT_THERMAL	0x33
#define APIC_LVT_PERFMON	0x34
#define APIC_LVT_LINT0		0x35
#define APIC_LVT_LINT1		0x36
#define APIC_LVT_ERROR		0x37
#define APIC_TIMER_INITIAL	0x38
#define APIC_TIMER_CURRENT	0x39
#define APIC_TIMER_DIVIDE	0x3e
#define APIC_SELF_IPI		0x3f	/* x2APIC only */
#define APIC_REGISTERS		0x40

#define APIC_NUM_LVTS		(APIC_LVT_ERROR - APIC_LVT_TIMER + 1)
#define APIC_VERSION_VALUE	(0x14 | (APIC_NUM_LVTS - 1) << 16)

#define APIC_SVR_ENABLE		BIT(8)
#define APIC_LVT_VECTOR(lvt)	((lvt) & 0xff)
#define APIC_LVT_MODE(lvt)	((lvt) >> 8 & 7)
#define APIC_LVT_MASKED		BIT(16)
#define APIC_LVT_TIMER_MODE	(3U << 17)
#define APIC_LVT_PERIODIC	BIT(17)
#define APIC_LVT_TSC_DEADLINE	BIT(18)
#define APIC_FIRST_VECTOR	16

#define APIC_ESR_SEND_VECTOR	BIT(5)
#define APIC_ESR_RECEIVE_VECTOR	BIT(6)
#define APIC_ESR_REGISTER	BIT(7)

/* MSR_APIC_BASE */
#define APIC_BASE_BSP		BIT(8)
#define APIC_BASE_X2APIC	BIT(10)
#define APIC_BASE_ENABLE	BIT(11)

#define APIC_VECTORS		256
#define APIC_WORDS		(APIC_VECTORS / 32)

/* What is asked of a VP besides fixed interrupts */
#define APIC_REQUEST_NMI	BIT(0)
#define APIC_REQUEST_INIT	BIT(1)
#define APIC_REQUEST_SIPI	BIT(2)	/* vector from bit 16 on */
#define APIC_REQUEST_EXTINT	BIT(3)	/* vector from bit 24 on */
#define APIC_REQUEST_SIPI_SHIFT	16
#define APIC_REQUEST_EXTINT_SHIFT 24

/**
 * struct child_apic - A local APIC
 * @tpr: as it was last written; holds while its upper half is the VP's CR8
 * @ldr: logical destination, xAPIC format
 * @dfr: destination format
 * @svr: spurious vector
 * @isr: in service, one bit for each vector
 * @tmr: level-triggered
 * @irr: requested
 * @esr: errors, as read
 * @errors: errors since ESR was last written
 * @icr: interrupt command
 * @lvt: local vector table, by APIC_LVT_* - APIC_LVT_TIMER
 * @timer_initial: initial count
 * @timer_divide: divide configuration
 * @timer_deadline: when the timer expires, TSC; TIMER_NEVER: it does not run
 * @timer_period: then again after that many TSC cycles; 0: no more
 * @requests: APIC_REQUEST_*
 * @eoi: level-triggered vectors that were ended and that the parent was not told
 *	of yet; changes with atomic instructions
 */
struct child_apic {
	u8 tpr;
	u32 ldr;
	u32 dfr;
	u32 svr;
	u32 isr[APIC_WORDS];
	u32 tmr[APIC_WORDS];
	u32 irr[APIC_WORDS];
	u32 esr;
	u32 errors;
	u64 icr;
	u32 lvt[APIC_NUM_LVTS];
	u32 timer_initial;
	u32 timer_divide;
	u64 timer_deadline;
	u64 timer_period;
	u32 requests;
	u32 eoi[APIC_WORDS];
};

/**
 * struct apic_interrupt - An interrupt on its way
 * @mode: delivery mode, HV_INTERRUPT_*
 * @vector: its vector
 * @level: level-triggered
 * @logical: @destination is a logical one
 * @destination: whom it is for
 */
struct apic_interrupt {
	u32 mode;
	u8 vector;
	bool level;
	bool logical;
	u32 destination;
};

/* child/apic/apic.c: with the VP at hand, except for child_apic_accept() */
bool child_has_apic(const struct child *child);
u64 child_apic_base(const struct child_vp *vp);
bool child_apic_base_valid(struct child_vp *vp, u64 value);
void child_apic_reset(struct child_vp *vp);
u32 child_apic_id(const struct child_vp *vp);
u32 child_apic_ldr(const struct child_vp *vp);
u8 child_apic_tpr(const struct child_vp *vp);
void child_apic_set_tpr(struct child_vp *vp, u8 tpr);
u8 child_apic_ppr(const struct child_vp *vp);
bool child_apic_any(const struct child_vp *vp);
int child_apic_next(const struct child_vp *vp);
void child_apic_offer(struct child_vp *vp, u8 vector);
void child_apic_offered(struct child_vp *vp, u8 vector, bool taken);
void child_apic_eoi(struct child_vp *vp);
bool child_apic_any_ended(const struct child_vp *vp);
bool child_apic_ended(struct child_vp *vp, u32 *vector);
void child_apic_accept(struct child_vp *vp, const struct apic_interrupt *i);
void child_apic_local(struct child_vp *vp, u32 lvt, u8 vector);

/* child/apic/apic_registers.c: with the VP at hand, children_lock not held */
bool child_apic_read(struct child_vp *vp, u32 reg, u64 *value);
bool child_apic_write(struct child_vp *vp, u32 reg, u64 value);

/* child/apic/apic_timer.c: with the VP at hand */
#define TIMER_NEVER		(~0UL)
u64 child_apic_timer_hz(void);
u32 child_apic_timer_current(const struct child_vp *vp);
void child_apic_timer_start(struct child_vp *vp, u32 count);
void child_apic_timer_divide(struct child_vp *vp, u32 divide);
void child_apic_timer_mode(struct child_vp *vp, u32 lvt);
u64 child_apic_tsc_deadline(const struct child_vp *vp);
void child_apic_set_tsc_deadline(struct child_vp *vp, u64 tsc);
bool child_apic_timer_restore(struct child_vp *vp, u32 initial, u32 current,
			      u32 divide);
void child_apic_timer_expire(struct child_vp *vp, u64 now);

/* child/apic/apic_state.c: with the VP at hand */
void child_apic_get_state(struct child_vp *vp, struct hv_apic_state *state);
bool child_apic_set_state(struct child_vp *vp, const struct hv_apic_state *state);

/* child/apic/ipi.c: with children_lock held */
void child_interrupt(struct child *child, const struct apic_interrupt *i);
void child_interrupt_vp(struct child_vp *vp, const struct apic_interrupt *i);
void child_ipi(struct child_vp *sender, u64 icr);

#endif /* HV_CHILD_APIC_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of local APICs of children, as the guest reads and writes them: in
 * xAPIC mode through their page, in x2APIC mode through MSRs. Some exist in one
 * of the modes only, and some look different.
 */
#include "child.h"
#include "tlfs_interrupt.h"

#define XAPIC_ID_SHIFT		24
#define SVR_DEFINED		0x3ffU
#define LDR_DEFINED		0xff000000U
#define DFR_FIXED		0x0fffffffU
#define ICR_LOW_DEFINED		0x000ccfffU
#define DIVIDE_DEFINED		0xbU
#define LVT_DEFINED		(0xffU | APIC_LVT_MASKED)
#define LVT_WITH_MODE		(LVT_DEFINED | 7U << 8)

enum modes {
	XAPIC = 1,
	X2APIC = 2,
	BOTH = XAPIC | X2APIC,
};

static bool is_x2apic(const struct child_vp *vp)
{
	return child_apic_base(vp) & APIC_BASE_X2APIC;
}

static u64 get_id(struct child_vp *vp, u32 n)
{
	u32 id = child_apic_id(vp);

	return is_x2apic(vp) ? id : id << XAPIC_ID_SHIFT;
}

static u64 get_version(struct child_vp *vp, u32 n)
{
	return APIC_VERSION_VALUE;
}

static u64 get_tpr(struct child_vp *vp, u32 n)
{
	return child_apic_tpr(vp);
}

static bool set_tpr(struct child_vp *vp, u32 n, u64 value)
{
	if (value > 0xff && is_x2apic(vp))
		return false;
	child_apic_set_tpr(vp, value);
	return true;
}

static u64 get_ppr(struct child_vp *vp, u32 n)
{
	return child_apic_ppr(vp);
}

static u64 get_zero(struct child_vp *vp, u32 n)
{
	return 0;
}

static bool set_eoi(struct child_vp *vp, u32 n, u64 value)
{
	if (value && is_x2apic(vp))
		return false;
	child_apic_eoi(vp);
	return true;
}

static bool set_nothing(struct child_vp *vp, u32 n, u64 value)
{
	return true;
}

static u64 get_ldr(struct child_vp *vp, u32 n)
{
	return child_apic_ldr(vp);
}

static bool set_ldr(struct child_vp *vp, u32 n, u64 value)
{
	vp->apic.ldr = value & LDR_DEFINED;
	return true;
}

static u64 get_dfr(struct child_vp *vp, u32 n)
{
	return vp->apic.dfr;
}

static bool set_dfr(struct child_vp *vp, u32 n, u64 value)
{
	vp->apic.dfr = value | DFR_FIXED;
	return true;
}

static u64 get_svr(struct child_vp *vp, u32 n)
{
	return vp->apic.svr;
}

/* An APIC that is switched off has all of its local sources masked. */
static bool set_svr(struct child_vp *vp, u32 n, u64 value)
{
	u32 i;

	if ((value & ~(u64)SVR_DEFINED) && is_x2apic(vp))
		return false;
	vp->apic.svr = value & SVR_DEFINED;
	for (i = 0; i < APIC_NUM_LVTS && !(value & APIC_SVR_ENABLE); i++)
		vp->apic.lvt[i] |= APIC_LVT_MASKED;
	return true;
}

static u64 get_isr(struct child_vp *vp, u32 n)
{
	return vp->apic.isr[n];
}

static u64 get_tmr(struct child_vp *vp, u32 n)
{
	return READ_ONCE(vp->apic.tmr[n]);
}

static u64 get_irr(struct child_vp *vp, u32 n)
{
	return READ_ONCE(vp->apic.irr[n]);
}

static u64 get_esr(struct child_vp *vp, u32 n)
{
	return vp->apic.esr;
}

/* Writing makes the errors visible that came since the last time. */
static bool set_esr(struct child_vp *vp, u32 n, u64 value)
{
	if (value && is_x2apic(vp))
		return false;
	vp->apic.esr = __atomic_exchange_n(&vp->apic.errors, 0,
					   __ATOMIC_SEQ_CST);
	return true;
}

static u64 get_icr(struct child_vp *vp, u32 n)
{
	return is_x2apic(vp) ? vp->apic.icr : (u32)vp->apic.icr;
}

static u64 get_icr_high(struct child_vp *vp, u32 n)
{
	return vp->apic.icr >> 32;
}

static bool set_icr_high(struct child_vp *vp, u32 n, u64 value)
{
	vp->apic.icr = (value & 0xff000000) << 32 | (u32)vp->apic.icr;
	return true;
}

static void send(struct child_vp *vp)
{
	u64 icr = vp->apic.icr;
	u32 mode = icr >> ICR_MODE_SHIFT & ICR_MODE_MASK;

	if (mode <= HV_INTERRUPT_LOWEST_PRIORITY &&
	    (icr & ICR_VECTOR_MASK) < APIC_FIRST_VECTOR) {
		__atomic_or_fetch(&vp->apic.errors, APIC_ESR_SEND_VECTOR,
				  __ATOMIC_SEQ_CST);
		return;
	}
	spin_lock(&children_lock);
	child_ipi(vp, icr);
	spin_unlock(&children_lock);
}

static bool set_icr(struct child_vp *vp, u32 n, u64 value)
{
	if (!is_x2apic(vp))
		value = align_down(vp->apic.icr, BIT(32)) |
			(value & ICR_LOW_DEFINED);
	else if ((u32)value & ~ICR_LOW_DEFINED)
		return false;
	vp->apic.icr = value;
	send(vp);
	return true;
}

static bool set_self_ipi(struct child_vp *vp, u32 n, u64 value)
{
	u64 icr = ICR_TO_SELF << ICR_SHORTHAND_SHIFT | (value & 0xff);

	if (value > 0xff)
		return false;
	spin_lock(&children_lock);
	child_ipi(vp, icr);
	spin_unlock(&children_lock);
	return true;
}

static u64 get_lvt(struct child_vp *vp, u32 n)
{
	return vp->apic.lvt[n];
}

static bool set_lvt(struct child_vp *vp, u32 n, u64 value)
{
	static const u32 defined[APIC_NUM_LVTS] = {
		LVT_DEFINED | APIC_LVT_TIMER_MODE,
		LVT_WITH_MODE, LVT_WITH_MODE,	/* thermal, perfmon */
		LVT_WITH_MODE | 5U << 13,	/* LINT: polarity, level */
		LVT_WITH_MODE | 5U << 13,
		LVT_DEFINED,			/* error */
	};

	if ((value & ~(u64)defined[n]) && is_x2apic(vp))
		return false;
	if (n == 0)
		child_apic_timer_mode(vp, value);
	vp->apic.lvt[n] = value & defined[n];
	if (!(vp->apic.svr & APIC_SVR_ENABLE))
		vp->apic.lvt[n] |= APIC_LVT_MASKED;
	return true;
}

static u64 get_initial(struct child_vp *vp, u32 n)
{
	return vp->apic.timer_initial;
}

static bool set_initial(struct child_vp *vp, u32 n, u64 value)
{
	if (value >> 32)
		return false;
	child_apic_timer_start(vp, value);
	return true;
}

static u64 get_current(struct child_vp *vp, u32 n)
{
	return child_apic_timer_current(vp);
}

static u64 get_divide(struct child_vp *vp, u32 n)
{
	return vp->apic.timer_divide;
}

static bool set_divide(struct child_vp *vp, u32 n, u64 value)
{
	if ((value & ~(u64)DIVIDE_DEFINED) && is_x2apic(vp))
		return false;
	child_apic_timer_divide(vp, value & DIVIDE_DEFINED);
	return true;
}

/* Without a function: not to be read, or not to be written */
static const struct apic_register {
	u32 first, last;
	enum modes modes;
	u64 (*get)(struct child_vp *vp, u32 n);
	bool (*set)(struct child_vp *vp, u32 n, u64 value);
} registers[] = {
	{ APIC_ID, APIC_ID, XAPIC, get_id, set_nothing },
	{ APIC_ID, APIC_ID, X2APIC, get_id, NULL },
	{ APIC_VERSION, APIC_VERSION, BOTH, get_version, NULL },
	{ APIC_TPR, APIC_TPR, BOTH, get_tpr, set_tpr },
	{ APIC_APR, APIC_APR, XAPIC, get_zero, NULL },
	{ APIC_PPR, APIC_PPR, BOTH, get_ppr, NULL },
	{ APIC_EOI, APIC_EOI, XAPIC, get_zero, set_eoi },
	{ APIC_EOI, APIC_EOI, X2APIC, NULL, set_eoi },
	{ APIC_REMOTE_READ, APIC_REMOTE_READ, XAPIC, get_zero, NULL },
	{ APIC_LDR, APIC_LDR, XAPIC, get_ldr, set_ldr },
	{ APIC_LDR, APIC_LDR, X2APIC, get_ldr, NULL },
	{ APIC_DFR, APIC_DFR, XAPIC, get_dfr, set_dfr },
	{ APIC_SVR, APIC_SVR, BOTH, get_svr, set_svr },
	{ APIC_ISR, APIC_ISR + 7, BOTH, get_isr, NULL },
	{ APIC_TMR, APIC_TMR + 7, BOTH, get_tmr, NULL },
	{ APIC_IRR, APIC_IRR + 7, BOTH, get_irr, NULL },
	{ APIC_ESR, APIC_ESR, BOTH, get_esr, set_esr },
	{ APIC_ICR, APIC_ICR, BOTH, get_icr, set_icr },
	{ APIC_ICR_HIGH, APIC_ICR_HIGH, XAPIC, get_icr_high, set_icr_high },
	{ APIC_LVT_TIMER, APIC_LVT_ERROR, BOTH, get_lvt, set_lvt },
	{ APIC_TIMER_INITIAL, APIC_TIMER_INITIAL, BOTH, get_initial, set_initial },
	{ APIC_TIMER_CURRENT, APIC_TIMER_CURRENT, BOTH, get_current, NULL },
	{ APIC_TIMER_DIVIDE, APIC_TIMER_DIVIDE, BOTH, get_divide, set_divide },
	{ APIC_SELF_IPI, APIC_SELF_IPI, X2APIC, NULL, set_self_ipi },
};

static const struct apic_register *find(const struct child_vp *vp, u32 reg)
{
	enum modes mode = is_x2apic(vp) ? X2APIC : XAPIC;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(registers); i++)
		if (reg >= registers[i].first && reg <= registers[i].last &&
		    (registers[i].modes & mode))
			return &registers[i];
	return NULL;
}

/**
 * child_apic_read() - The guest reads a register
 * @vp: whose
 * @reg: its number
 * @value: set to its value
 *
 * Return: false when there is none to read.
 */
bool child_apic_read(struct child_vp *vp, u32 reg, u64 *value)
{
	const struct apic_register *r = find(vp, reg);

	if (!r || !r->get)
		return false;
	*value = r->get(vp, reg - r->first);
	return true;
}

/**
 * child_apic_write() - The guest writes a register
 * @vp: whose
 * @reg: its number
 * @value: new value
 *
 * Context: children_lock not held.
 * Return: false when there is none to write, or when it does not take the value.
 */
bool child_apic_write(struct child_vp *vp, u32 reg, u64 value)
{
	const struct apic_register *r = find(vp, reg);

	return r && r->set && r->set(vp, reg - r->first, value);
}

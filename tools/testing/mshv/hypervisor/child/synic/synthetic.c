// SPDX-License-Identifier: GPL-2.0-only
/*
 * Synthetic registers of children: a table from MSRs to the functions that know
 * them and to the privilege that a guest must have. The parent reaches them by
 * name, with any privilege.
 */
#include "child_registers.h"
#include "tlfs_synthetic.h"

static const struct {
	u64 feature, privilege;
} features[] = {
	{ HV_SYNTHETIC_VP_RUNTIME, HV_PRIV_VP_RUNTIME },
	{ HV_SYNTHETIC_REFERENCE_COUNTER, HV_PRIV_REFERENCE_COUNTER },
	{ HV_SYNTHETIC_SYNIC, HV_PRIV_SYNIC },
	{ HV_SYNTHETIC_TIMERS, HV_PRIV_TIMERS },
	{ HV_SYNTHETIC_APIC_MSRS, HV_PRIV_APIC_MSRS },
	{ HV_SYNTHETIC_HYPERCALL_MSRS, HV_PRIV_HYPERCALL_MSRS },
	{ HV_SYNTHETIC_VP_INDEX, HV_PRIV_VP_INDEX },
	{ HV_SYNTHETIC_REFERENCE_TSC, HV_PRIV_REFERENCE_TSC },
	{ HV_SYNTHETIC_GUEST_IDLE, HV_PRIV_GUEST_IDLE },
	/* There is no feature for the former alone. */
	{ HV_SYNTHETIC_SIGNAL_EVENTS,
	  HV_PRIV_POST_MESSAGES | HV_PRIV_SIGNAL_EVENTS },
	{ HV_SYNTHETIC_FREQUENCY_MSRS, HV_PRIV_FREQUENCY_MSRS },
};

/**
 * child_privileges() - What the guest may do
 * @child: in this partition
 *
 * That the TSC is invariant is a feature of the processor. Where the parent
 * provides the local APIC the hypervisor does not know what would end idling.
 *
 * Return: HV_PRIV_*, none unless the parent lets it see the hypervisor.
 */
u64 child_privileges(const struct child *child)
{
	const u64 seen = HV_SYNTHETIC_PRESENT | HV_SYNTHETIC_HV1;
	u64 privileges = HV_PRIV_TSC_INVARIANT;
	u32 i;

	if ((child->synthetic_features & seen) != seen)
		return 0;
	for (i = 0; i < ARRAY_SIZE(features); i++)
		if (child->synthetic_features & features[i].feature)
			privileges |= features[i].privilege;
	if (!child_has_apic(child))
		privileges &= ~HV_PRIV_GUEST_IDLE;
	return privileges;
}

static bool get_guest_os_id(struct child_vp *vp, u32 msr, u64 *value)
{
	*value = vp->child->guest_os_id;
	return true;
}

/* Without a name there are no hypercalls. */
static bool set_guest_os_id(struct child_vp *vp, u32 msr, u64 value)
{
	struct overlay *page = &vp->child->hypercall;

	vp->child->guest_os_id = value;
	if (!value && (page->msr & HV_OVERLAY_ENABLE))
		overlay_move(vp->child, page, page->msr & ~HV_OVERLAY_ENABLE);
	return true;
}

static bool get_hypercall(struct child_vp *vp, u32 msr, u64 *value)
{
	*value = vp->child->hypercall.msr;
	return true;
}

static bool set_hypercall(struct child_vp *vp, u32 msr, u64 value)
{
	static const u8 code[] = {
		0x0f, 0x01, 0xd9,	/* vmmcall */
		0xc3,			/* ret */
	};
	struct overlay *overlay = &vp->child->hypercall;

	if (!overlay->page)
		return false;
	if (!vp->child->guest_os_id)
		value &= ~HV_OVERLAY_ENABLE;
	memcpy(overlay->page, code, sizeof(code));
	return overlay_move(vp->child, overlay, value);
}

static bool get_vp_index(struct child_vp *vp, u32 msr, u64 *value)
{
	*value = vp->index;
	return true;
}

static bool get_runtime(struct child_vp *vp, u32 msr, u64 *value)
{
	*value = mul_shift_64(vp->counters[COUNT_RUN_TIME],
			      div_shift_64(HV_REFERENCE_HZ, clock_tsc_hz()));
	return true;
}

static bool get_reference_counter(struct child_vp *vp, u32 msr, u64 *value)
{
	*value = child_reference_get(vp->child);
	return true;
}

static bool get_reference_tsc(struct child_vp *vp, u32 msr, u64 *value)
{
	*value = vp->child->reference_tsc.msr;
	return true;
}

/* A guest with a TSC of its own has to ask for the time. */
static bool set_reference_tsc(struct child_vp *vp, u32 msr, u64 value)
{
	struct overlay *overlay = &vp->child->reference_tsc;

	if (!overlay->page)
		return false;
	if (child_tsc_is_own(vp))
		memset(overlay->page, 0, sizeof(struct hv_reference_tsc_page));
	else
		child_reference_fill(vp->child);
	return overlay_move(vp->child, overlay, value);
}

/* It idles as soon as the instruction is done. */
static bool get_guest_idle(struct child_vp *vp, u32 msr, u64 *value)
{
	vp->idle = true;
	*value = 0;
	return true;
}

static bool get_frequency(struct child_vp *vp, u32 msr, u64 *value)
{
	*value = msr == HV_MSR_TSC_FREQUENCY ? clock_tsc_hz() :
					       child_apic_timer_hz();
	return true;
}

static bool get_tsc_invariant(struct child_vp *vp, u32 msr, u64 *value)
{
	*value = vp->child->tsc_invariant;
	return true;
}

/* Once the guest knows it stays so. */
static bool set_tsc_invariant(struct child_vp *vp, u32 msr, u64 value)
{
	if (value > 1 || value < vp->child->tsc_invariant)
		return false;
	vp->child->tsc_invariant = value;
	return true;
}

static bool get_assist(struct child_vp *vp, u32 msr, u64 *value)
{
	*value = vp->assist;
	return true;
}

static bool set_assist(struct child_vp *vp, u32 msr, u64 value)
{
	vp->assist = value;
	return true;
}

static bool get_crash(struct child_vp *vp, u32 msr, u64 *value)
{
	*value = vp->child->crash[msr - HV_MSR_CRASH_P0];
	return true;
}

static bool set_crash(struct child_vp *vp, u32 msr, u64 value)
{
	vp->child->crash[msr - HV_MSR_CRASH_P0] = value;
	return true;
}

static bool get_crash_control(struct child_vp *vp, u32 msr, u64 *value)
{
	*value = HV_CRASH_NOTIFY | HV_CRASH_NOTIFY_MESSAGE;
	return true;
}

/* The parameters stay for the parent to read. */
static bool set_crash_control(struct child_vp *vp, u32 msr, u64 value)
{
	return !(value & ~(HV_CRASH_NOTIFY | HV_CRASH_NOTIFY_MESSAGE));
}

/* Without a function: not to be written; without a privilege: for all guests */
static const struct synthetic {
	u32 first, last;
	u64 privilege;
	bool (*get)(struct child_vp *vp, u32 msr, u64 *value);
	bool (*set)(struct child_vp *vp, u32 msr, u64 value);
} msrs[] = {
	{ HV_MSR_GUEST_OS_ID, HV_MSR_GUEST_OS_ID, HV_PRIV_HYPERCALL_MSRS,
	  get_guest_os_id, set_guest_os_id },
	{ HV_MSR_HYPERCALL, HV_MSR_HYPERCALL, HV_PRIV_HYPERCALL_MSRS,
	  get_hypercall, set_hypercall },
	{ HV_MSR_VP_INDEX, HV_MSR_VP_INDEX, HV_PRIV_VP_INDEX,
	  get_vp_index, NULL },
	{ HV_MSR_VP_RUNTIME, HV_MSR_VP_RUNTIME, HV_PRIV_VP_RUNTIME,
	  get_runtime, NULL },
	{ HV_MSR_REFERENCE_COUNTER, HV_MSR_REFERENCE_COUNTER,
	  HV_PRIV_REFERENCE_COUNTER, get_reference_counter, NULL },
	{ HV_MSR_REFERENCE_TSC, HV_MSR_REFERENCE_TSC, HV_PRIV_REFERENCE_TSC,
	  get_reference_tsc, set_reference_tsc },
	{ HV_MSR_TSC_FREQUENCY, HV_MSR_APIC_FREQUENCY, HV_PRIV_FREQUENCY_MSRS,
	  get_frequency, NULL },
	{ HV_MSR_VP_ASSIST, HV_MSR_VP_ASSIST, HV_PRIV_APIC_MSRS,
	  get_assist, set_assist },
	{ HV_MSR_SCONTROL, HV_MSR_SINT15, HV_PRIV_SYNIC,
	  child_synic_get, child_synic_set },
	{ HV_MSR_STIMER0_CONFIG, HV_MSR_STIMER3_COUNT, HV_PRIV_TIMERS,
	  child_stimer_get, child_stimer_set },
	{ HV_MSR_GUEST_IDLE, HV_MSR_GUEST_IDLE, HV_PRIV_GUEST_IDLE,
	  get_guest_idle, NULL },
	{ HV_MSR_TSC_INVARIANT, HV_MSR_TSC_INVARIANT, HV_PRIV_TSC_INVARIANT,
	  get_tsc_invariant, set_tsc_invariant },
	{ HV_MSR_CRASH_P0, HV_MSR_CRASH_P4, 0, get_crash, set_crash },
	{ HV_MSR_CRASH_CTL, HV_MSR_CRASH_CTL, 0,
	  get_crash_control, set_crash_control },
};

static const struct synthetic *find(u32 msr)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(msrs); i++)
		if (msr >= msrs[i].first && msr <= msrs[i].last)
			return &msrs[i];
	return NULL;
}

static const struct synthetic *find_for_guest(const struct child_vp *vp, u32 msr)
{
	u64 privileges = child_privileges(vp->child);
	const struct synthetic *s = find(msr);

	if (!s || !privileges || (s->privilege & ~privileges))
		return NULL;
	return s;
}

/**
 * child_synthetic_get() - The guest reads a synthetic MSR
 * @vp: whose, at hand
 * @msr: the MSR
 * @value: set to its value
 *
 * Return: false when the guest has no such register.
 */
bool child_synthetic_get(struct child_vp *vp, u32 msr, u64 *value)
{
	const struct synthetic *s = find_for_guest(vp, msr);

	return s && s->get(vp, msr, value);
}

/**
 * child_synthetic_set() - The guest writes a synthetic MSR
 * @vp: whose, at hand
 * @msr: the MSR
 * @value: new value
 *
 * Context: children_lock not held.
 * Return: false when the guest has no such register, or when it does not take the
 * value.
 */
bool child_synthetic_set(struct child_vp *vp, u32 msr, u64 value)
{
	const struct synthetic *s = find_for_guest(vp, msr);
	bool taken;

	if (!s || !s->set)
		return false;
	spin_lock(&children_lock);
	taken = s->set(vp, msr, value);
	spin_unlock(&children_lock);
	return taken;
}

/* By which name the parent knows them */
static const struct {
	u32 name, msr, count;
} names[] = {
	{ HV_REGISTER_CRASH_P0, HV_MSR_CRASH_P0, 6 },
	{ HV_REGISTER_HYPERCALL, HV_MSR_HYPERCALL, 1 },
	{ HV_REGISTER_GUEST_OS_ID, HV_MSR_GUEST_OS_ID, 1 },
	{ HV_REGISTER_VP_ASSIST_PAGE, HV_MSR_VP_ASSIST, 1 },
	{ HV_REGISTER_REFERENCE_TSC, HV_MSR_REFERENCE_TSC, 1 },
	{ HV_REGISTER_SINT0, HV_MSR_SINT0, HV_NUM_SINTS },
	{ HV_REGISTER_SCONTROL, HV_MSR_SCONTROL, 6 },
	{ HV_REGISTER_STIMER0_CONFIG, HV_MSR_STIMER0_CONFIG, 2 * HV_STIMERS },
};

static u32 msr_of(u32 name)
{
	u32 i;

	for (i = 0; name - names[i].name >= names[i].count; i++)
		;
	return names[i].msr + name - names[i].name;
}

static void get_synthetic(const struct access *a, struct hv_value *value)
{
	u32 msr = msr_of(a->name);

	find(msr)->get(a->vp, msr, &value->low);
}

static bool set_synthetic(const struct access *a, const struct hv_value *value)
{
	u32 msr = msr_of(a->name);
	const struct synthetic *s = find(msr);

	return s->set && s->set(a->vp, msr, value->low);
}

const struct register_range child_synthetic_registers[] = {
	{ HV_REGISTER_CRASH_P0, HV_REGISTER_CRASH_CTL,
	  get_synthetic, set_synthetic },
	{ HV_REGISTER_HYPERCALL, HV_REGISTER_GUEST_OS_ID,
	  get_synthetic, set_synthetic },
	{ HV_REGISTER_VP_ASSIST_PAGE, HV_REGISTER_VP_ASSIST_PAGE,
	  get_synthetic, set_synthetic },
	{ HV_REGISTER_REFERENCE_TSC, HV_REGISTER_REFERENCE_TSC,
	  get_synthetic, set_synthetic },
	{ HV_REGISTER_SINT0, HV_REGISTER_SIRBP, get_synthetic, set_synthetic },
	{ HV_REGISTER_STIMER0_CONFIG, HV_REGISTER_STIMER3_COUNT,
	  get_synthetic, set_synthetic },
};

const u32 child_num_synthetic_registers = ARRAY_SIZE(child_synthetic_registers);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of VPs of children, by name: a table from ranges of names to the
 * functions that know where they are. The VP does not run, and children_lock is
 * held.
 */
#include "child/child_upcalls.h"
#include "child_registers.h"

#define XSAVE_XMM_CONTROL	16
#define XSAVE_MXCSR		24
#define XSAVE_FPMMX		32
#define XSAVE_XMM		160
#define XSAVE_SLOT		16
#define MXCSR_DEFINED		0xffffU

#define CPUID_XSTATE		0xd
#define CPUID_FEATURE_REGISTERS	9

#define RFLAGS_DEFINED		0x3f7fd7UL
#define CR4_DEFINED		0x773fffUL
#define CR8_MAX			15
#define EFER_GUEST		(BIT(0) | EFER_LME | EFER_LMA | EFER_NXE | \
				 BIT(14))

/**
 * child_general_register() - Find a general register
 * @vp: whose
 * @n: its number, as instructions have it
 *
 * Return: where it is kept.
 */
u64 *child_general_register(struct child_vp *vp, u32 n)
{
	struct gprs *regs = &vp->regs;
	u64 *const where[] = {
		&vp->vmcb->rax, &regs->rcx, &regs->rdx, &regs->rbx,
		&vp->vmcb->rsp, &regs->rbp, &regs->rsi, &regs->rdi,
		&regs->r8, &regs->r9, &regs->r10, &regs->r11,
		&regs->r12, &regs->r13, &regs->r14, &regs->r15,
	};

	return where[n];
}

static void get_general(const struct access *a, struct hv_value *value)
{
	value->low = *child_general_register(a->vp, a->n);
}

static bool set_general(const struct access *a, const struct hv_value *value)
{
	*child_general_register(a->vp, a->n) = value->low;
	return true;
}

static void get_rip(const struct access *a, struct hv_value *value)
{
	value->low = a->vp->vmcb->rip;
}

static bool set_rip(const struct access *a, const struct hv_value *value)
{
	a->vp->vmcb->rip = value->low;
	return true;
}

static void get_rflags(const struct access *a, struct hv_value *value)
{
	value->low = a->vp->vmcb->rflags;
}

static bool set_rflags(const struct access *a, const struct hv_value *value)
{
	if (value->low & ~RFLAGS_DEFINED)
		return false;
	a->vp->vmcb->rflags = value->low | RFLAGS_FIXED;
	return true;
}

static void get_extended(const struct access *a, struct hv_value *value)
{
	u32 offset = a->name < HV_REGISTER_FPMMX0 ? XSAVE_XMM :
		     a->name < HV_REGISTER_FP_CONTROL ? XSAVE_FPMMX : 0;

	memcpy(value, a->vp->xsave + offset + a->n * XSAVE_SLOT,
	       sizeof(*value));
}

static bool set_extended(const struct access *a, const struct hv_value *value)
{
	u32 offset = a->name < HV_REGISTER_FPMMX0 ? XSAVE_XMM :
		     a->name < HV_REGISTER_FP_CONTROL ? XSAVE_FPMMX : 0;

	memcpy(a->vp->xsave + offset + a->n * XSAVE_SLOT, value,
	       sizeof(*value));
	return true;
}

static void get_xmm_control(const struct access *a, struct hv_value *value)
{
	memcpy(value, a->vp->xsave + XSAVE_XMM_CONTROL, sizeof(*value));
}

static bool set_xmm_control(const struct access *a,
			    const struct hv_value *value)
{
	if ((u32)value->high & ~MXCSR_DEFINED)
		return false;
	*(u64 *)(a->vp->xsave + XSAVE_XMM_CONTROL) = value->low;
	*(u32 *)(a->vp->xsave + XSAVE_MXCSR) = value->high;
	return true;
}

static u64 *control_register(struct child_vp *vp, u32 name)
{
	switch (name) {
	case HV_REGISTER_CR0:
		return &vp->vmcb->cr0;
	case HV_REGISTER_CR2:
		return &vp->vmcb->cr2;
	case HV_REGISTER_CR3:
		return &vp->vmcb->cr3;
	case HV_REGISTER_CR4:
		return &vp->vmcb->cr4;
	case HV_REGISTER_DR6:
		return &vp->vmcb->dr6;
	default:
		return &vp->vmcb->dr7;
	}
}

static void get_control(const struct access *a, struct hv_value *value)
{
	value->low = *control_register(a->vp, a->name);
}

static bool valid_control(u32 name, u64 value)
{
	switch (name) {
	case HV_REGISTER_CR0:
		return !(value >> 32) &&
		       !((value & CR0_PG) && !(value & CR0_PE)) &&
		       !((value & CR0_NW) && !(value & CR0_CD));
	case HV_REGISTER_CR4:
		return !(value & ~CR4_DEFINED);
	case HV_REGISTER_DR6:
	case HV_REGISTER_DR7:
		return !(value >> 32);
	}
	return true;
}

static bool set_control(const struct access *a, const struct hv_value *value)
{
	if (!valid_control(a->name, value->low))
		return false;
	*control_register(a->vp, a->name) = value->low;
	a->vp->vmcb->tlb_control = SVM_TLB_FLUSH_ALL;
	return true;
}

static void get_cr8(const struct access *a, struct hv_value *value)
{
	value->low = a->vp->cr8;
}

static bool set_cr8(const struct access *a, const struct hv_value *value)
{
	if (value->low > CR8_MAX)
		return false;
	a->vp->cr8 = value->low;
	return true;
}

static void get_xfem(const struct access *a, struct hv_value *value)
{
	value->low = a->vp->xcr0;
}

static bool set_xfem(const struct access *a, const struct hv_value *value)
{
	u32 supported[4];

	cpuid(CPUID_XSTATE, 0, supported);
	if (!(value->low & XCR0_X87) || (value->low & ~(u64)supported[0]))
		return false;
	a->vp->xcr0 = value->low;
	return true;
}

static void get_debug(const struct access *a, struct hv_value *value)
{
	value->low = a->vp->dr[a->n];
}

static bool set_debug(const struct access *a, const struct hv_value *value)
{
	a->vp->dr[a->n] = value->low;
	return true;
}

static void get_segment(const struct access *a, struct hv_value *value)
{
	*(struct hv_segment *)value = child_segment_get(a->vp, a->n);
}

static bool set_segment(const struct access *a, const struct hv_value *value)
{
	return child_segment_set(a->vp, a->n, (const void *)value);
}

static struct vmcb_segment *table_register(const struct access *a)
{
	return a->n ? &a->vp->vmcb->gdtr : &a->vp->vmcb->idtr;
}

static void get_table(const struct access *a, struct hv_value *value)
{
	*(struct hv_table *)value = (struct hv_table) {
		.limit = table_register(a)->limit,
		.base = table_register(a)->base,
	};
}

static bool set_table(const struct access *a, const struct hv_value *value)
{
	const struct hv_table *table = (const struct hv_table *)value;

	table_register(a)->limit = table->limit;
	table_register(a)->base = table->base;
	return true;
}

static void get_tsc(const struct access *a, struct hv_value *value)
{
	value->low = child_time_now(a->vp->child) + a->vp->vmcb->tsc_offset;
}

static bool set_tsc(const struct access *a, const struct hv_value *value)
{
	a->vp->vmcb->tsc_offset = value->low - child_time_now(a->vp->child);
	return true;
}

static void get_efer(const struct access *a, struct hv_value *value)
{
	value->low = a->vp->vmcb->efer & ~EFER_SVME;
}

static bool set_efer(const struct access *a, const struct hv_value *value)
{
	if (value->low & ~EFER_GUEST)
		return false;
	a->vp->vmcb->efer = value->low | EFER_SVME;
	a->vp->vmcb->tlb_control = SVM_TLB_FLUSH_ALL;
	return true;
}

static void get_stored_msr(const struct access *a, struct hv_value *value)
{
	u32 msr;

	value->low = *child_msr_register(a->vp, a->name, &msr);
}

static bool set_stored_msr(const struct access *a, const struct hv_value *value)
{
	u32 msr;
	u64 *place = child_msr_register(a->vp, a->name, &msr);

	/* What a processor cannot change can still be written as it is. */
	if (*place != value->low && !child_msr_valid(msr, value->low))
		return false;
	*place = value->low;
	return true;
}

static void get_apic_id(const struct access *a, struct hv_value *value)
{
	value->low = a->vp->index;
}

static void get_cpuid(const struct access *a, struct hv_value *value)
{
	u32 leaf = a->name == HV_REGISTER_VERSION ? HV_CPUID_VERSION :
						    HV_CPUID_FEATURES + a->n;

	child_upcalls.cpuid(a->vp, leaf, 0, (u32 *)value);
}

static void get_count(const struct access *a, struct hv_value *value)
{
	switch (a->name) {
	case HV_REGISTER_VP_RUNTIME:
		value->low = mul_shift_64(a->vp->counters[COUNT_RUN_TIME],
					  div_shift_64(HV_REFERENCE_HZ,
						       clock_tsc_hz()));
		break;
	case HV_REGISTER_VP_INDEX:
		value->low = a->vp->index;
		break;
	case HV_REGISTER_TIME_REF_COUNT:
		value->low = child_reference_get(a->vp->child);
		break;
	case HV_REGISTER_VP_ROOT_SIGNAL_COUNT:
		value->low = a->vp->root_signals;
		break;
	}
}

static const struct register_range ranges[] = {
	{ HV_REGISTER_VERSION, HV_REGISTER_VERSION, get_cpuid, NULL },
	{ HV_REGISTER_FEATURES, HV_REGISTER_FEATURES_LAST, get_cpuid, NULL },
	{ HV_REGISTER_RAX, HV_REGISTER_R15, get_general, set_general },
	{ HV_REGISTER_RIP, HV_REGISTER_RIP, get_rip, set_rip },
	{ HV_REGISTER_RFLAGS, HV_REGISTER_RFLAGS, get_rflags, set_rflags },
	{ HV_REGISTER_XMM0, HV_REGISTER_XMM15, get_extended, set_extended },
	{ HV_REGISTER_FPMMX0, HV_REGISTER_FPMMX7, get_extended, set_extended },
	{ HV_REGISTER_FP_CONTROL, HV_REGISTER_FP_CONTROL,
	  get_extended, set_extended },
	{ HV_REGISTER_XMM_CONTROL, HV_REGISTER_XMM_CONTROL,
	  get_xmm_control, set_xmm_control },
	{ HV_REGISTER_CR0, HV_REGISTER_CR4, get_control, set_control },
	{ HV_REGISTER_CR8, HV_REGISTER_CR8, get_cr8, set_cr8 },
	{ HV_REGISTER_XFEM, HV_REGISTER_XFEM, get_xfem, set_xfem },
	{ HV_REGISTER_DR0, HV_REGISTER_DR3, get_debug, set_debug },
	{ HV_REGISTER_DR6, HV_REGISTER_DR7, get_control, set_control },
	{ HV_REGISTER_ES, HV_REGISTER_TR, get_segment, set_segment },
	{ HV_REGISTER_IDTR, HV_REGISTER_GDTR, get_table, set_table },
	{ HV_REGISTER_TSC, HV_REGISTER_TSC, get_tsc, set_tsc },
	{ HV_REGISTER_EFER, HV_REGISTER_EFER, get_efer, set_efer },
	{ HV_REGISTER_INITIAL_APIC_ID, HV_REGISTER_INITIAL_APIC_ID,
	  get_apic_id, NULL },
	{ HV_REGISTER_VP_RUNTIME, HV_REGISTER_VP_RUNTIME, get_count, NULL },
	{ HV_REGISTER_VP_INDEX, HV_REGISTER_TIME_REF_COUNT, get_count, NULL },
	{ HV_REGISTER_VP_ROOT_SIGNAL_COUNT, HV_REGISTER_VP_ROOT_SIGNAL_COUNT,
	  get_count, NULL },
};

static const struct register_range msr_range = {
	.get = get_stored_msr, .set = set_stored_msr,
};

static const struct register_range *search(struct access *a,
					   const struct register_range *table,
					   u32 size)
{
	u32 i;

	for (i = 0; i < size; i++)
		if (a->name >= table[i].first && a->name <= table[i].last) {
			a->n = a->name - table[i].first;
			return &table[i];
		}
	return NULL;
}

static const struct register_range *find_range(struct access *a)
{
	const struct register_range *range;
	u32 msr;

	range = search(a, ranges, ARRAY_SIZE(ranges));
	if (!range)
		range = search(a, child_event_registers,
			       child_num_event_registers);
	if (!range)
		range = search(a, child_watch_registers,
			       child_num_watch_registers);
	if (!range)
		range = search(a, child_synthetic_registers,
			       child_num_synthetic_registers);
	if (!range && child_msr_register(a->vp, a->name, &msr))
		range = &msr_range;
	return range;
}

/**
 * child_register_get() - Read a register
 * @vp: whose
 * @name: HV_REGISTER_*
 * @value: set to its value
 *
 * Return: HV_STATUS_SUCCESS or HV_STATUS_INVALID_PARAMETER (no such register).
 */
enum hv_status child_register_get(struct child_vp *vp, u32 name,
				  struct hv_value *value)
{
	struct access a = { .vp = vp, .name = name };
	const struct register_range *range = find_range(&a);

	*value = (struct hv_value) { 0, 0 };
	if (!range)
		return HV_STATUS_INVALID_PARAMETER;
	range->get(&a, value);
	return HV_STATUS_SUCCESS;
}

/**
 * child_register_set() - Write a register
 * @vp: whose
 * @name: HV_REGISTER_*
 * @value: new value
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (no such register, or
 * none to be written) or HV_STATUS_INVALID_REGISTER_VALUE.
 */
enum hv_status child_register_set(struct child_vp *vp, u32 name,
				  const struct hv_value *value)
{
	struct access a = { .vp = vp, .name = name };
	const struct register_range *range = find_range(&a);

	if (!range || !range->set)
		return HV_STATUS_INVALID_PARAMETER;
	if (!range->set(&a, value))
		return HV_STATUS_INVALID_REGISTER_VALUE;
	return HV_STATUS_SUCCESS;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of the hypervisor's interface by which a parent makes and keeps
 * child partitions. See tlfs.h.
 */
#ifndef HV_TLFS_CHILD_H
#define HV_TLFS_CHILD_H

#include "tlfs.h"

/* Creation */
#define HV_CREATE_SMT				BIT(0)
#define HV_CREATE_NESTED			BIT(1)
#define HV_CREATE_SUPER_PAGES			BIT(4)
#define HV_CREATE_EXO				BIT(8)
#define HV_CREATE_LAPIC				BIT(13)
#define HV_CREATE_INTERCEPT_PAGE		BIT(19)
#define HV_CREATE_X2APIC			BIT(22)
#define HV_CREATE_FLAGS \
	(HV_CREATE_SMT | HV_CREATE_NESTED | HV_CREATE_SUPER_PAGES | \
	 HV_CREATE_EXO | HV_CREATE_LAPIC | HV_CREATE_INTERCEPT_PAGE | \
	 HV_CREATE_X2APIC)

#define HV_COMPATIBILITY_MIN			0x0601
#define HV_COMPATIBILITY_MAX			0x06ff

struct hv_in_create_partition {
	u64 flags;
	u32 proximity_domain;
	u32 proximity_flags;
	u32 compatibility;
	u32 padding;
	u64 disabled_features[HV_PROCESSOR_FEATURE_BANKS];
	u64 disabled_xsave;
	u64 isolation;
};

/* Properties of a child; HV_PROPERTY_* of any partition are in tlfs.h */
#define HV_PROPERTY_SYNTHETIC_FEATURES		0x00010001
#define HV_PROPERTY_TIME_FREEZE			0x00030003
#define HV_PROPERTY_REFERENCE_TIME		0x00030005
#define HV_PROPERTY_PAGE_ACCESS_TRACKING	0x00050005
#define HV_PROPERTY_UNIMPLEMENTED_MSR_ACTION	0x00050017

#define HV_UNIMPLEMENTED_MSR_FAULT		0
#define HV_UNIMPLEMENTED_MSR_IGNORE		1

struct hv_in_set_partition_property {
	u64 partition_id;
	u32 code;
	u32 padding;
	u64 value;
};

/* Memory of pools: a list of page numbers follows or is the output */
struct hv_in_withdraw_memory {
	u64 partition_id;
	u32 proximity_domain;
	u32 proximity_flags;
};

/* Memory of children */
#define HV_MAP_READABLE				BIT(0)
#define HV_MAP_WRITABLE				BIT(1)
#define HV_MAP_KERNEL_EXECUTABLE		BIT(2)
#define HV_MAP_USER_EXECUTABLE			BIT(3)
#define HV_MAP_PERMISSIONS			0xfU
#define HV_MAP_ADJUSTABLE			BIT(15)
#define HV_MAP_NO_ACCESS			BIT(16)
#define HV_MAP_NOT_CACHED			BIT(21)
#define HV_MAP_LARGE_PAGE			BIT(31)
#define HV_UNMAP_LARGE_PAGE			BIT(1)

/* A list of page numbers follows a map, nothing follows an unmap. */
struct hv_in_map_pages {
	u64 partition_id;
	u64 gfn;
	u32 flags;
	u32 padding;
};

/* What was done to pages of a child; a byte for each page is the output */
struct hv_in_access_states {
	u64 partition_id;
	u64 flags;
	u64 gfn;
};

#define HV_ACCESS_CLEAR_ACCESSED		BIT(0)
#define HV_ACCESS_SET_ACCESSED			BIT(1)
#define HV_ACCESS_CLEAR_DIRTY			BIT(2)
#define HV_ACCESS_SET_DIRTY			BIT(3)
#define HV_ACCESS_STATES_FLAGS			0xfUL

#define HV_PAGE_ACCESSED			BIT(0)
#define HV_PAGE_DIRTY				BIT(1)

/* VPs */
struct hv_in_delete_vp {
	u64 partition_id;
	u32 vp_index;
	u32 padding;
};

#define HV_STATE_PAGE_REGISTERS			0
#define HV_STATE_PAGE_INTERCEPT			1
#define HV_STATE_PAGE_GHCB			2
#define HV_STATE_PAGES				3

#define HV_STATE_PAGE_LOCATION_PROVIDED		BIT(0)

struct hv_in_map_state_page {
	u64 partition_id;
	u32 vp_index;
	u16 type;
	u8 vtl;
	u8 flags;			/* unmap: reserved */
	u64 gfn;			/* map only */
};

struct hv_in_unmap_state_page {
	u64 partition_id;
	u32 vp_index;
	u16 type;
	u8 vtl;
	u8 reserved;
};

/* Bits of VMM capabilities */
#define HV_VMM_CAN_PROVIDE_OVERLAY		BIT(1)

/* Registers; names follow for get, elements for set */
struct hv_in_vp_registers {
	u64 partition_id;
	u32 vp_index;
	u8 vtl;
	u8 reserved[3];
};

struct hv_value {
	u64 low, high;
};

struct hv_register {
	u32 name;
	u32 reserved1;
	u64 reserved2;
	struct hv_value value;
};

struct hv_segment {
	u64 base;
	u32 limit;
	u16 selector;
	u16 attributes;
};

struct hv_table {
	u16 pad[3];
	u16 limit;
	u64 base;
};

#define HV_REGISTER_EXPLICIT_SUSPEND		0x00000000
#define HV_REGISTER_INTERCEPT_SUSPEND		0x00000001
#define HV_REGISTER_DISPATCH_SUSPEND		0x00000003
#define HV_REGISTER_INTERNAL_ACTIVITY		0x00000004
#define HV_REGISTER_VERSION			0x00000100
#define HV_REGISTER_FEATURES			0x00000200
#define HV_REGISTER_FEATURES_LAST		0x00000208
#define HV_REGISTER_PENDING_INTERRUPTION	0x00010002
#define HV_REGISTER_INTERRUPT_STATE		0x00010003
#define HV_REGISTER_PENDING_EVENT0		0x00010004
#define HV_REGISTER_PENDING_EVENT1		0x00010005
#define HV_REGISTER_DELIVERABILITY		0x00010006
#define HV_REGISTER_RAX				0x00020000
#define HV_REGISTER_RSP				0x00020004
#define HV_REGISTER_R15				0x0002000f
#define HV_REGISTER_RIP				0x00020010
#define HV_REGISTER_RFLAGS			0x00020011
#define HV_REGISTER_XMM0			0x00030000
#define HV_REGISTER_XMM15			0x0003000f
#define HV_REGISTER_FPMMX0			0x00030010
#define HV_REGISTER_FPMMX7			0x00030017
#define HV_REGISTER_FP_CONTROL			0x00030018
#define HV_REGISTER_XMM_CONTROL			0x00030019
#define HV_REGISTER_CR0				0x00040000
#define HV_REGISTER_CR2				0x00040001
#define HV_REGISTER_CR3				0x00040002
#define HV_REGISTER_CR4				0x00040003
#define HV_REGISTER_CR8				0x00040004
#define HV_REGISTER_XFEM			0x00040005
#define HV_REGISTER_DR0				0x00050000
#define HV_REGISTER_DR3				0x00050003
#define HV_REGISTER_DR6				0x00050004
#define HV_REGISTER_DR7				0x00050005
#define HV_REGISTER_ES				0x00060000
#define HV_REGISTER_LDTR			0x00060006
#define HV_REGISTER_TR				0x00060007
#define HV_REGISTER_IDTR			0x00070000
#define HV_REGISTER_GDTR			0x00070001
#define HV_REGISTER_TSC				0x00080000
#define HV_REGISTER_EFER			0x00080001
#define HV_REGISTER_KERNEL_GS_BASE		0x00080002
#define HV_REGISTER_APIC_BASE			0x00080003
#define HV_REGISTER_PAT				0x00080004
#define HV_REGISTER_SYSENTER_CS			0x00080005
#define HV_REGISTER_SYSENTER_EIP		0x00080006
#define HV_REGISTER_SYSENTER_ESP		0x00080007
#define HV_REGISTER_STAR			0x00080008
#define HV_REGISTER_LSTAR			0x00080009
#define HV_REGISTER_CSTAR			0x0008000a
#define HV_REGISTER_SFMASK			0x0008000b
#define HV_REGISTER_INITIAL_APIC_ID		0x0008000c
#define HV_REGISTER_MTRR_CAP			0x0008000d
#define HV_REGISTER_MTRR_DEF_TYPE		0x0008000e
#define HV_REGISTER_MTRR_PHYS_BASE0		0x00080010
#define HV_REGISTER_MTRR_PHYS_MASK0		0x00080040
#define HV_REGISTER_MTRR_FIX64K_00000		0x00080070
#define HV_REGISTER_MTRR_FIX16K_80000		0x00080071
#define HV_REGISTER_MTRR_FIX4K_C0000		0x00080073
#define HV_REGISTER_TSC_AUX			0x0008007b
#define HV_REGISTER_DEBUG_CTL			0x0008007d
#define HV_REGISTER_SPEC_CTRL			0x00080084
#define HV_REGISTER_TSC_ADJUST			0x00080096
#define HV_REGISTER_MISC_ENABLE			0x000800a0
#define HV_REGISTER_VP_RUNTIME			0x00090000
#define HV_REGISTER_HYPERCALL			0x00090001
#define HV_REGISTER_GUEST_OS_ID			0x00090002
#define HV_REGISTER_VP_INDEX			0x00090003
#define HV_REGISTER_TIME_REF_COUNT		0x00090004
#define HV_REGISTER_VP_ASSIST_PAGE		0x00090013
#define HV_REGISTER_VP_ROOT_SIGNAL_COUNT	0x00090014
#define HV_REGISTER_REFERENCE_TSC		0x00090017

/* HV_REGISTER_PENDING_INTERRUPTION; the error code is above bit 31 */
#define HV_PENDING_VALID			BIT(0)
#define HV_PENDING_TYPE(x)			((x) >> 1 & 7)
#define HV_PENDING_TYPE_SHIFT			1
#define HV_PENDING_ERROR_CODE			BIT(4)
#define HV_PENDING_VECTOR(x)			((x) >> 16 & 0xffff)
#define HV_PENDING_VECTOR_SHIFT			16
#define HV_PENDING_ERROR_SHIFT			32
#define HV_PENDING_INTERRUPT			0
#define HV_PENDING_NMI				2
#define HV_PENDING_EXCEPTION			3
#define HV_PENDING_SOFT_INTERRUPT		4

/* HV_REGISTER_PENDING_EVENT0, lower half; the upper one is CR2 of a page fault */
#define HV_EVENT_PENDING			BIT(0)
#define HV_EVENT_TYPE(x)			((x) >> 1 & 7)
#define HV_EVENT_TYPE_SHIFT			1
#define HV_EVENT_EXCEPTION			0
#define HV_EVENT_EXTINT				5
#define HV_EVENT_ERROR_CODE			BIT(8)	/* of an exception */
#define HV_EVENT_VECTOR(x)			((x) >> 16 & 0xffff)
#define HV_EVENT_ERROR_SHIFT			32
#define HV_EVENT_EXCEPTION_RESERVED		0xfef0UL
#define HV_EVENT_EXTINT_VECTOR(x)		((x) >> 8 & 0xff)
#define HV_EVENT_EXTINT_SHIFT			8
#define HV_EVENT_EXTINT_RESERVED		(~0xffffUL | 0xf0)

/* HV_REGISTER_INTERRUPT_STATE */
#define HV_INTERRUPT_SHADOW			BIT(0)
#define HV_NMI_MASKED				BIT(1)

/* The page of registers; dirty bits say what the parent has changed */
#define HV_REGISTER_PAGE_VERSION		1
#define HV_REGISTER_PAGE_GENERAL		BIT(0)
#define HV_REGISTER_PAGE_RIP			BIT(1)
#define HV_REGISTER_PAGE_XMM			BIT(2)
#define HV_REGISTER_PAGE_SEGMENTS		BIT(3)
#define HV_REGISTER_PAGE_RFLAGS			BIT(4)
#define HV_REGISTER_PAGE_VECTORS		7

struct hv_register_page {
	u16 version;
	u8 is_valid;
	u8 reserved;
	u32 dirty;
	u64 general[16];
	u64 rip;
	u64 rflags;
	u64 reserved2;
	struct hv_value xmm[6];
	struct hv_segment segments[6];
	u64 cr0, cr3, cr4, cr8;
	u64 efer;
	u64 dr7;
	u64 pending_interruption;
	u64 interrupt_state;
	u64 emulation_hints;
	u64 xfem;
	u8 reserved3[0x100];
	u8 vector_count;
	u8 vectors[HV_REGISTER_PAGE_VECTORS];
};

/* Intercepts */
#define HV_INTERCEPT_IO_PORT			0x0
#define HV_INTERCEPT_MSR			0x1
#define HV_INTERCEPT_CPUID			0x2
#define HV_INTERCEPT_EXCEPTION			0x3
#define HV_INTERCEPT_MMIO			0x5
#define HV_INTERCEPT_HYPERCALL			0x8
#define HV_INTERCEPT_UNKNOWN_CONNECTION		0xd
#define HV_INTERCEPT_TYPES			0xe

#define HV_INTERCEPT_ACCESS_READ		BIT(0)
#define HV_INTERCEPT_ACCESS_WRITE		BIT(1)
#define HV_INTERCEPT_ACCESS_EXECUTE		BIT(2)

struct hv_in_install_intercept {
	u64 partition_id;
	u32 access;
	u32 type;
	u64 parameter;
};

struct hv_in_translate {
	u64 partition_id;
	u32 vp_index;
	u32 padding;
	u64 control_flags;
	u64 gvn;
};

#define HV_TRANSLATE_READ			BIT(0)
#define HV_TRANSLATE_WRITE			BIT(1)
#define HV_TRANSLATE_EXECUTE			BIT(2)
#define HV_TRANSLATE_EXEMPT			BIT(3)
#define HV_TRANSLATE_SET_BITS			BIT(4)
#define HV_TRANSLATE_NO_FLUSH			BIT(5)
#define HV_TRANSLATE_AS_SUPERVISOR		BIT(6)
#define HV_TRANSLATE_AS_USER			BIT(7)
#define HV_TRANSLATE_ENFORCE_SMAP		BIT(8)
#define HV_TRANSLATE_OVERRIDE_SMAP		BIT(9)
#define HV_TRANSLATE_FLAGS			0x3ffUL

#define HV_TRANSLATE_SUCCESS			0
#define HV_TRANSLATE_NOT_PRESENT		1
#define HV_TRANSLATE_PRIVILEGE			2
#define HV_TRANSLATE_INVALID_FLAGS		3
#define HV_TRANSLATE_GPA_UNMAPPED		4
#define HV_TRANSLATE_GPA_NO_READ		5
#define HV_TRANSLATE_GPA_NO_WRITE		6

#define HV_CACHE_WRITE_BACK			6

struct hv_out_translate {
	u32 result;
	u32 cache_type;
	u64 gfn;
};

/* What is to become of an intercept, without asking the parent */
struct hv_intercept_result {
	u32 type;
	union {
		struct {
			u32 eax;
			u32 ecx;
			u8 subleaf_specific;
			u8 always_override;
			u16 padding;
			struct {
				u32 value;
				u32 mask;
			} out[4];
		} cpuid;
		struct {
			u32 index;
			u32 access;
			u32 action;
		} msr;
	};
};

struct hv_in_intercept_result {
	u64 partition_id;
	u32 vp_index;
	struct hv_intercept_result result;
};

/* Without the padding at its end */
#define HV_IN_INTERCEPT_RESULT_SIZE \
	(offsetof(struct hv_in_intercept_result, result) + \
	 sizeof(struct hv_intercept_result))

COMPILE_ASSERT(HV_IN_INTERCEPT_RESULT_SIZE == 60);

/* State of a VP; a list of pages or the state itself follows */
#define HV_STATE_BY_PAGES			BIT(31)
#define HV_STATE_LAPIC				(0 | HV_STATE_BY_PAGES)
#define HV_STATE_XSAVE				(1 | HV_STATE_BY_PAGES)
#define HV_STATE_SIMP				(2 | HV_STATE_BY_PAGES)
#define HV_STATE_SIEFP				(3 | HV_STATE_BY_PAGES)
#define HV_STATE_TIMERS				4

#define HV_XSAVE_ALWAYS				3UL	/* x87 and SSE */

struct hv_state_data {
	u32 type;
	u32 reserved;
	u64 xsave_flags;
	u64 xsave_states;
};

struct hv_in_state {
	u64 partition_id;
	u32 vp_index;
	u8 vtl;
	u8 reserved[3];
	struct hv_state_data which;
};

COMPILE_ASSERT(sizeof(struct hv_in_state) == 40);

struct hv_apic_state {
	u32 id;
	u32 version;
	u32 ldr;
	u32 dfr;
	u32 spurious;
	u32 isr[8];
	u32 tmr[8];
	u32 irr[8];
	u32 esr;
	u32 icr_high;
	u32 icr_low;
	u32 lvt[6];			/* timer, thermal, perfmon, LINT, error */
	u32 lvt_cmci;
	u32 error_status;
	u32 timer_initial;
	u32 timer_current;
	u32 timer_divide;
	u32 remote_read;
};

struct hv_timer_state {
	u32 flags;
	u32 reserved;
	u64 config;
	u64 count;
	u64 adjustment;
	u64 undelivered_time;
};

#define HV_TIMER_PENDING			BIT(0)	/* of flags */
#define HV_TIMERS				4

struct hv_timers_state {
	struct hv_timer_state timers[HV_TIMERS];
	u64 reserved[5];
};

COMPILE_ASSERT(sizeof(struct hv_timers_state) == 200);

/* CPUID as a VP sees it; a list of these is the input */
struct hv_cpuid_leaf {
	u32 eax;
	u32 ecx;
	u64 xfem;
	u64 xss;
};

struct hv_in_cpuid_values {
	u64 partition_id;
	u32 vp_index;
	u32 flags;
	u64 reserved;
};

/* With the XFEM and XSS of the VP; with the parent's results */
#define HV_CPUID_VALUES_OF_VP			BIT(0)
#define HV_CPUID_VALUES_REGISTERED		BIT(1)
#define HV_CPUID_VALUES_FLAGS			3

struct hv_async_completion {
	u64 partition_id;
	u32 status;
	u32 completion_count;
	u64 substatus;
};

#define HV_MESSAGE_ASYNC_COMPLETION		0x80000070

#endif /* HV_TLFS_CHILD_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between a partition and the Microsoft Hypervisor, as far as
 * the test hypervisor speaks it. Written for this program on its own, so that
 * a wrong number in the kernel's headers does not hide itself.
 */
#ifndef HV_TLFS_H
#define HV_TLFS_H

#include "types.h"

/* CPUID leaves */
#define HV_CPUID_VENDOR			0x40000000
#define HV_CPUID_INTERFACE		0x40000001
#define HV_CPUID_VERSION		0x40000002
#define HV_CPUID_FEATURES		0x40000003
#define HV_CPUID_RECOMMENDATIONS	0x40000004
#define HV_CPUID_LIMITS			0x40000005
#define HV_CPUID_CPU_MANAGEMENT		0x40000007
#define HV_CPUID_ISOLATION		0x4000000c
#define HV_CPUID_LAST			HV_CPUID_ISOLATION

/* Privileges: EAX and EBX of HV_CPUID_FEATURES */
#define HV_PRIV_REFERENCE_COUNTER	BIT(1)
#define HV_PRIV_SYNIC			BIT(2)
#define HV_PRIV_APIC_MSRS		BIT(4)
#define HV_PRIV_HYPERCALL_MSRS		BIT(5)
#define HV_PRIV_VP_INDEX		BIT(6)
#define HV_PRIV_REFERENCE_TSC		BIT(9)
#define HV_PRIV_FREQUENCY_MSRS		BIT(11)
#define HV_PRIV_TSC_INVARIANT		BIT(15)
#define HV_PRIV_CREATE_PARTITIONS	BIT(32)
#define HV_PRIV_PARTITION_ID		BIT(33)
#define HV_PRIV_POST_MESSAGES		BIT(36)
#define HV_PRIV_CREATE_PORT		BIT(38)
#define HV_PRIV_CONNECT_PORT		BIT(39)
#define HV_PRIV_STATS			BIT(40)
#define HV_PRIV_CPU_MANAGEMENT		BIT(44)
#define HV_PRIV_ISOLATION		BIT(54)

/* ECX of HV_CPUID_FEATURES */
#define HV_FEATURE_PAGE_INTERRUPTS	BIT(9)

/* EDX of HV_CPUID_FEATURES */
#define HV_FEATURE_FREQUENCY_MSRS	BIT(8)
#define HV_FEATURE_CRASH_MSRS		BIT(10)

/* EAX of HV_CPUID_RECOMMENDATIONS */
#define HV_RECOMMEND_APIC_MSRS		BIT(3)
#define HV_RECOMMEND_NO_AUTO_EOI	BIT(9)

/* EAX of HV_CPUID_CPU_MANAGEMENT */
#define HV_CPU_MANAGEMENT_START_LP	BIT(0)
#define HV_CPU_MANAGEMENT_ROOT_VP	BIT(1)
#define HV_CPU_MANAGEMENT_IDENTITY	BIT(31)

/* Model-specific registers */
#define HV_MSR_GUEST_OS_ID		0x40000000
#define HV_MSR_HYPERCALL		0x40000001
#define HV_MSR_VP_INDEX			0x40000002
#define HV_MSR_REFERENCE_COUNTER	0x40000020
#define HV_MSR_REFERENCE_TSC		0x40000021
#define HV_MSR_TSC_FREQUENCY		0x40000022
#define HV_MSR_APIC_FREQUENCY		0x40000023
#define HV_MSR_EOI			0x40000070
#define HV_MSR_ICR			0x40000071
#define HV_MSR_TPR			0x40000072
#define HV_MSR_VP_ASSIST		0x40000073
#define HV_MSR_SCONTROL			0x40000080
#define HV_MSR_SVERSION			0x40000081
#define HV_MSR_SIEFP			0x40000082
#define HV_MSR_SIMP			0x40000083
#define HV_MSR_EOM			0x40000084
#define HV_MSR_SIRBP			0x40000085
#define HV_MSR_SINT0			0x40000090
#define HV_MSR_SINT15			0x4000009f
#define HV_MSR_CRASH_P0			0x40000100
#define HV_MSR_CRASH_P4			0x40000104
#define HV_MSR_CRASH_CTL		0x40000105
#define HV_MSR_TSC_INVARIANT		0x40000118
#define HV_MSR_FIRST			0x40000000
#define HV_MSR_LAST			0x4000ffff

/* All registers that name a page: bit 0 enables it, the PFN is above bit 11 */
#define HV_OVERLAY_ENABLE		BIT(0)
#define HV_OVERLAY_GPA(msr)		align_down(msr, PAGE_SIZE)

#define HV_SYNIC_VERSION		1
#define HV_SCONTROL_ENABLE		BIT(0)
#define HV_NUM_SINTS			16
#define HV_SINT_VECTOR(sint)		((sint) & 0xff)
#define HV_SINT_MASKED			BIT(16)
#define HV_SINT_POLLING			BIT(18)
#define HV_SINT_AS_INTERCEPT		BIT(19)
#define HV_SINT_DEFINED			(0xffUL | 0x1fUL << 16)
#define HV_SINT_FIRST_VECTOR		16

#define HV_CRASH_NOTIFY_MESSAGE		BIT(62)
#define HV_CRASH_NOTIFY			BIT(63)

struct hv_reference_tsc_page {
	u32 sequence;			/* 0: use the MSR instead */
	u32 reserved;
	u64 scale;			/* 0.64 fixed point */
	u64 offset;			/* 100 ns */
};

#define HV_REFERENCE_HZ			10000000

/* Hypercall control word (RCX) and result (RAX) */
#define HV_CONTROL_CODE(c)		((c) & 0xffff)
#define HV_CONTROL_FAST			BIT(16)
#define HV_CONTROL_VARHEAD(c)		((c) >> 17 & 0x3ff)
#define HV_CONTROL_REP_COUNT(c)		((c) >> 32 & 0xfff)
#define HV_CONTROL_REP_START(c)		((c) >> 48 & 0xfff)
#define HV_CONTROL_RESERVED		(0x1fUL << 27 | 0xfUL << 44 | \
					 0xfUL << 60)
#define HV_RESULT_REPS_SHIFT		32

enum hv_status {
	HV_STATUS_SUCCESS		= 0x00,
	HV_STATUS_INVALID_CODE		= 0x02,
	HV_STATUS_INVALID_INPUT		= 0x03,
	HV_STATUS_INVALID_ALIGNMENT	= 0x04,
	HV_STATUS_INVALID_PARAMETER	= 0x05,
	HV_STATUS_ACCESS_DENIED		= 0x06,
	HV_STATUS_INVALID_PARTITION_STATE = 0x07,
	HV_STATUS_OPERATION_DENIED	= 0x08,
	HV_STATUS_UNKNOWN_PROPERTY	= 0x09,
	HV_STATUS_VALUE_OUT_OF_RANGE	= 0x0a,
	HV_STATUS_INSUFFICIENT_MEMORY	= 0x0b,
	HV_STATUS_INVALID_PARTITION_ID	= 0x0d,
	HV_STATUS_INVALID_VP_INDEX	= 0x0e,
	HV_STATUS_INVALID_PORT_ID	= 0x11,
	HV_STATUS_INVALID_CONNECTION_ID	= 0x12,
	HV_STATUS_INSUFFICIENT_BUFFERS	= 0x13,
	HV_STATUS_INVALID_VP_STATE	= 0x15,
	HV_STATUS_INVALID_SYNIC_STATE	= 0x18,
	HV_STATUS_OBJECT_IN_USE		= 0x19,
	HV_STATUS_NO_RESOURCES		= 0x1d,
	HV_STATUS_INVALID_LP_INDEX	= 0x41,
	HV_STATUS_INVALID_REGISTER_VALUE = 0x50,
	HV_STATUS_CALL_PENDING		= 0x79,
};

enum hv_call_code {
	HV_CALL_GET_LP_RUN_TIME		= 0x0004,
	HV_CALL_CREATE_PARTITION	= 0x0040,
	HV_CALL_INITIALIZE_PARTITION	= 0x0041,
	HV_CALL_FINALIZE_PARTITION	= 0x0042,
	HV_CALL_DELETE_PARTITION	= 0x0043,
	HV_CALL_GET_PARTITION_PROPERTY	= 0x0044,
	HV_CALL_SET_PARTITION_PROPERTY	= 0x0045,
	HV_CALL_GET_PARTITION_ID	= 0x0046,
	HV_CALL_DEPOSIT_MEMORY		= 0x0048,
	HV_CALL_WITHDRAW_MEMORY		= 0x0049,
	HV_CALL_MAP_GPA_PAGES		= 0x004b,
	HV_CALL_UNMAP_GPA_PAGES		= 0x004c,
	HV_CALL_INSTALL_INTERCEPT	= 0x004d,
	HV_CALL_CREATE_VP		= 0x004e,
	HV_CALL_DELETE_VP		= 0x004f,
	HV_CALL_GET_VP_REGISTERS	= 0x0050,
	HV_CALL_SET_VP_REGISTERS	= 0x0051,
	HV_CALL_TRANSLATE_ADDRESS	= 0x0052,
	HV_CALL_CLEAR_INTERRUPT		= 0x0056,
	HV_CALL_DELETE_PORT		= 0x0058,
	HV_CALL_DISCONNECT_PORT		= 0x005b,
	HV_CALL_POST_MESSAGE		= 0x005c,
	HV_CALL_REGISTER_RESULT		= 0x0091,
	HV_CALL_MAP_STATS_PAGE		= 0x006c,
	HV_CALL_UNMAP_STATS_PAGE	= 0x006d,
	HV_CALL_SET_SYSTEM_PROPERTY	= 0x006f,
	HV_CALL_ADD_LP			= 0x0076,
	HV_CALL_GET_SYSTEM_PROPERTY	= 0x007b,
	HV_CALL_MAP_DEVICE_INTERRUPT	= 0x007c,
	HV_CALL_UNMAP_DEVICE_INTERRUPT	= 0x007d,
	HV_CALL_ENTER_SLEEP_STATE	= 0x0084,
	HV_CALL_NOTIFY_PARTITION_EVENT	= 0x0087,
	HV_CALL_NOTIFY_PORT_RING_EMPTY	= 0x008b,
	HV_CALL_ASSERT_INTERRUPT	= 0x0094,
	HV_CALL_CREATE_PORT		= 0x0095,
	HV_CALL_CONNECT_PORT		= 0x0096,
	HV_CALL_GET_VP_INDEX_FROM_APIC_ID = 0x009a,
	HV_CALL_SIGNAL_EVENT_DIRECT	= 0x00c0,
	HV_CALL_POST_MESSAGE_DIRECT	= 0x00c1,
	HV_CALL_DISPATCH_VP		= 0x00c2,
	HV_CALL_GET_PAGES_ACCESS_STATES	= 0x00c9,
	HV_CALL_MAP_STATE_PAGE		= 0x00e1,
	HV_CALL_UNMAP_STATE_PAGE	= 0x00e2,
	HV_CALL_GET_VP_STATE		= 0x00e3,
	HV_CALL_SET_VP_STATE		= 0x00e4,
	HV_CALL_GET_CPUID_VALUES	= 0x00f4,
	HV_CALL_GET_PARTITION_PROPERTY_EX = 0x0101,
	HV_CALL_MAP_STATS_PAGE2		= 0x0131,
};

#define HV_PARTITION_ID_SELF		(~0UL)

/* Partition properties */
#define HV_PROPERTY_PRIVILEGE_FLAGS		0x00010000
#define HV_PROPERTY_HIERARCHICAL_INTEGRATED_SCHEDULER_ENABLED 0x00020005
#define HV_PROPERTY_PROCESSORS_PER_SOCKET	0x00050003
#define HV_PROPERTY_PROCESSOR_VENDOR		0x00060000
#define HV_PROPERTY_XSAVE_FEATURES		0x00060002
#define HV_PROPERTY_CLFLUSH_SIZE		0x00060003
#define HV_PROPERTY_COMPATIBILITY_VERSION	0x00060005
#define HV_PROPERTY_PHYSICAL_ADDRESS_WIDTH	0x00060006
#define HV_PROPERTY_XSAVE_STATES		0x00060007
#define HV_PROPERTY_XSAVE_MAX_SIZE		0x00060008
#define HV_PROPERTY_PROCESSOR_CLOCK_FREQUENCY	0x00060009
#define HV_PROPERTY_PROCESSOR_FEATURES0		0x0006000a
#define HV_PROPERTY_PROCESSOR_FEATURES1		0x0006000b
#define HV_PROPERTY_GUEST_OS_ID			0x00070000
#define HV_PROPERTY_VMM_CAPABILITIES		0x00090007
#define HV_PROPERTY_ASSIGNABLE_SYNTHETIC_FEATURES 0x00090009

#define HV_VMM_CAPABILITIES_BANKS		1
#define HV_PROCESSOR_FEATURE_BANKS		2
#define HV_SYNTHETIC_FEATURE_BANKS		1

/* HV_PROPERTY_PROCESSOR_VENDOR */
#define HV_VENDOR_AMD				0
#define HV_VENDOR_INTEL				1

/* HV_PROPERTY_XSAVE_FEATURES */
#define HV_XSAVE_FEATURE_XSAVE			BIT(0)
#define HV_XSAVE_FEATURE_XSAVEOPT		BIT(1)
#define HV_XSAVE_FEATURE_AVX			BIT(2)

/* System properties */
#define HV_SYSTEM_PROPERTY_SLEEP_STATE		3
#define HV_SYSTEM_PROPERTY_SCHEDULER_TYPE	15

#define HV_SLEEP_STATE_S5			5
#define HV_SLEEP_TYPE_MAX			7

struct hv_in_partition {
	u64 partition_id;
};

struct hv_in_partition_property {
	u64 partition_id;
	u32 code;
	u32 padding;
};

struct hv_in_partition_property_ex {
	struct hv_in_partition_property simple;
	u64 argument;
};

struct hv_vmm_capabilities {
	u16 bank_count;
	u16 reserved[3];
	u64 banks[HV_VMM_CAPABILITIES_BANKS];
};

struct hv_assignable_features {
	u16 bank_count;
	u16 reserved[3];
	u64 banks[HV_SYNTHETIC_FEATURE_BANKS];
};

struct hv_in_get_system_property {
	u32 id;
	u32 reserved;
	u64 argument;
};

struct hv_in_set_system_property {
	u32 id;
	u32 reserved;
	u32 sleep_state;
	u8 pm1a_sleep_type;
	u8 pm1b_sleep_type;
	u16 reserved2;
	u64 reserved3[7];
};

struct hv_in_sleep_state {
	u32 state;
};

struct hv_proximity {
	u32 domain;
	u32 flags;
};

struct hv_in_lp_run_time {
	u32 lp_index;
};

struct hv_out_lp_run_time {
	u64 global_time;		/* 100 ns, like all times here */
	u64 local_run_time;
	u64 reserved;
	u64 hypervisor_time;
};

struct hv_in_add_lp {
	u32 lp_index;
	u32 apic_id;
	struct hv_proximity proximity;
};

struct hv_out_add_lp {
	u64 status;
	u64 substatus[6];
};

struct hv_in_create_vp {
	u64 partition_id;
	u32 vp_index;
	u32 subnode_type;		/* in the upper byte */
	u64 subnode_id;
	struct hv_proximity proximity;
	u64 flags;			/* root partition: the LP index */
};

#define HV_EVENT_ROOT_CRASHDUMP			2
#define HV_EVENT_ALL_LPS_STARTED		4

struct hv_in_notify_event {
	u32 event;
	u32 argument;
};

struct hv_in_vp_from_apic_id {
	u64 partition_id;
	u8 target_vtl;
	u8 reserved[7];
};

/* Device interrupts */
#define HV_DEVICE_TYPE(id)			((id) >> 62)
#define HV_DEVICE_PCI				1
#define HV_DEVICE_IOAPIC			2

#define HV_SOURCE_MSI				1
#define HV_SOURCE_IOAPIC			2

#define HV_TARGET_MULTICAST			BIT(0)
#define HV_TARGET_PROCESSOR_SET			BIT(1)
#define HV_SET_SPARSE				0

#define HV_INTERRUPT_FIXED			0
#define HV_TRIGGER_EDGE				0
#define HV_TRIGGER_LEVEL			1

struct hv_interrupt_entry {
	u32 source;
	u32 reserved;
	u64 value;			/* I/O APIC entry, or MSI address, data */
};

struct hv_in_map_interrupt {
	u64 partition_id;
	u64 device_id;
	u32 flags;
	u32 base_index;
	struct hv_interrupt_entry logical_entry;
	u32 type;
	u32 trigger_mode;
	u32 vector_count;
	u32 reserved;
	u32 vector;
	u32 target_flags;
	u64 set_format;			/* or the VP mask, see target_flags */
	/* variable part: u64 valid_bank_mask, u64 banks[] */
};

struct hv_out_map_interrupt {
	struct hv_interrupt_entry entry;
	u64 deprecated[5];
};

struct hv_in_unmap_interrupt {
	u64 partition_id;
	u64 device_id;
	struct hv_interrupt_entry entry;
	u32 flags;
	u32 padding;
};

#define HV_RTE_LEVEL				BIT(15)
#define HV_RTE_DEST_SHIFT			56
#define HV_MSI_ADDRESS				0xfee00000UL
#define HV_MSI_DEST_SHIFT			12

/* Statistics */
#define HV_STATS_HYPERVISOR			0x00000001
#define HV_STATS_LP				0x00000002
#define HV_STATS_PARTITION			0x00010001
#define HV_STATS_VP				0x00010002

#define HV_STATS_AREA_SELF			0
#define HV_STATS_AREA_PARENT			1
#define HV_STATS_AREAS				2

struct hv_in_stats_page {
	u32 type;
	u32 padding;
	u64 id;				/* LP index or partition id */
	u32 vp_index;
	u16 flags;
	u8 reserved;
	u8 area;
};

struct hv_in_stats_page2 {
	struct hv_in_stats_page page;
	u64 gfn;
};

struct hv_out_stats_page {
	u64 gfn;
};

#endif /* HV_TLFS_H */

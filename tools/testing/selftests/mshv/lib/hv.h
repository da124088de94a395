/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a VMM has to know of the hypervisor: numbers and layouts that user
 * space has no header for. They are described in the Hypervisor Top Level
 * Functional Specification; x86-64 only.
 */
#ifndef _MSHV_LIB_HV_H
#define _MSHV_LIB_HV_H

#include <assert.h>
#include <linux/const.h>
#include <linux/types.h>

/* Hypercalls that MSHV_ROOT_HVCALL passes on. */
#define HVCALL_GET_PARTITION_PROPERTY		0x0044
#define HVCALL_SET_PARTITION_PROPERTY		0x0045
#define HVCALL_INSTALL_INTERCEPT		0x004d
#define HVCALL_GET_VP_REGISTERS			0x0050
#define HVCALL_SET_VP_REGISTERS			0x0051
#define HVCALL_TRANSLATE_VIRTUAL_ADDRESS	0x0052
#define HVCALL_CLEAR_VIRTUAL_INTERRUPT		0x0056
#define HVCALL_REGISTER_INTERCEPT_RESULT	0x0091
#define HVCALL_ASSERT_VIRTUAL_INTERRUPT		0x0094
#define HVCALL_SIGNAL_EVENT_DIRECT		0x00c0
#define HVCALL_POST_MESSAGE_DIRECT		0x00c1
#define HVCALL_GET_GPA_PAGES_ACCESS_STATES	0x00c9
#define HVCALL_GET_VP_CPUID_VALUES		0x00f4
#define HVCALL_GET_PARTITION_PROPERTY_EX	0x0101

/* Hypercalls that guests make. */
#define HVCALL_FLUSH_SPACE			0x0002
#define HVCALL_FLUSH_LIST			0x0003
#define HVCALL_LONG_SPIN_WAIT			0x0008
#define HVCALL_SEND_IPI				0x000b
#define HVCALL_FLUSH_SPACE_EX			0x0013
#define HVCALL_FLUSH_LIST_EX			0x0014
#define HVCALL_SEND_IPI_EX			0x0015
#define HVCALL_POST_MESSAGE			0x005c
#define HVCALL_SIGNAL_EVENT			0x005d

#define HVCALL_FAST				_BITULL(16)
#define HVCALL_VARHEAD(words)			((__u64)(words) << 17)
#define HVCALL_REPS(n)				((__u64)(n) << 32)
#define HVCALL_REPS_DONE(result)		((result) >> 32 & 0xfff)

#define HV_FLUSH_ALL_PROCESSORS			1
#define HV_FLUSH_ALL_SPACES			2
#define HV_FLUSH_EXTENDED_RANGES		8

#define HV_VP_SET_SPARSE			0
#define HV_VP_SET_ALL				1

/* Some that it does not. */
#define HVCALL_CREATE_PARTITION			0x0040
#define HVCALL_INITIALIZE_PARTITION		0x0041
#define HVCALL_DEPOSIT_MEMORY			0x0048
#define HVCALL_MAP_GPA_PAGES			0x004b
#define HVCALL_UNMAP_GPA_PAGES			0x004c
#define HVCALL_CREATE_VP			0x004e
#define HVCALL_MAP_STATS_PAGE			0x006c
#define HVCALL_NOTIFY_PORT_RING_EMPTY		0x008b
#define HVCALL_CREATE_PORT			0x0095
#define HVCALL_CONNECT_PORT			0x0096
#define HVCALL_DISPATCH_VP			0x00c2
#define HVCALL_MAP_VP_STATE_PAGE		0x00e1
#define HVCALL_GET_VP_STATE			0x00e3
#define HVCALL_SET_VP_STATE			0x00e4

#define HV_STATUS_INVALID_CODE			0x02
#define HV_STATUS_INVALID_INPUT			0x03
#define HV_STATUS_INVALID_ALIGNMENT		0x04
#define HV_STATUS_INVALID_PARAMETER		0x05
#define HV_STATUS_ACCESS_DENIED			0x06
#define HV_STATUS_OPERATION_DENIED		0x08
#define HV_STATUS_INSUFFICIENT_MEMORY		0x0b
#define HV_STATUS_INVALID_PORT_ID		0x11
#define HV_STATUS_INVALID_CONNECTION_ID		0x12
#define HV_STATUS_INVALID_SYNIC_STATE		0x18
#define HV_STATUS_OBJECT_IN_USE			0x19
#define HV_STATUS_NO_RESOURCES			0x1d
#define HV_STATUS_FEATURE_NOT_SUPPORTED		0x20
#define HV_STATUS_INSUFFICIENT_ROOT_MEMORY	0x73
#define HV_STATUS_INSUFFICIENT_CONTIGUOUS_MEMORY 0x75
#define HV_STATUS_CALL_PENDING			0x79

/* Partition properties */
#define HV_PROPERTY_SYNTHETIC_PROC_FEATURES	0x00010001
#define HV_PROPERTY_TIME_FREEZE			0x00030003
#define HV_PROPERTY_REFERENCE_TIME		0x00030005
#define HV_PROPERTY_PAGE_ACCESS_TRACKING	0x00050005
#define HV_PROPERTY_UNIMPLEMENTED_MSR_ACTION	0x00050017
#define HV_PROPERTY_XSAVE_STATES		0x00060007
#define HV_PROPERTY_PROCESSOR_CLOCK_FREQUENCY	0x00060009
#define HV_PROPERTY_VMM_CAPABILITIES		0x00090007

/* Values of the first: what a guest may use of the hypervisor's interface */
#define HV_FEATURE_PRESENT			_BITULL(0)
#define HV_FEATURE_HV1				_BITULL(1)
#define HV_FEATURE_REFERENCE_COUNTER		_BITULL(3)
#define HV_FEATURE_SYNIC			_BITULL(4)
#define HV_FEATURE_TIMERS			_BITULL(5)
#define HV_FEATURE_APIC_MSRS			_BITULL(6)
#define HV_FEATURE_HYPERCALL_MSRS		_BITULL(7)
#define HV_FEATURE_VP_INDEX			_BITULL(8)
#define HV_FEATURE_REFERENCE_TSC		_BITULL(9)
#define HV_FEATURE_GUEST_IDLE			_BITULL(10)
#define HV_FEATURE_FREQUENCY_MSRS		_BITULL(11)
#define HV_FEATURE_EXTENDED_RANGES		_BITULL(15)
#define HV_FEATURE_DIRECT_TIMERS		_BITULL(22)
#define HV_FEATURE_EXTENDED_MASKS		_BITULL(24)
#define HV_FEATURE_FLUSH			_BITULL(25)
#define HV_FEATURE_CLUSTER_IPI			_BITULL(26)
#define HV_FEATURE_LONG_SPIN_WAIT		_BITULL(27)
#define HV_FEATURE_SIGNAL_EVENTS		_BITULL(29)

struct hv_get_property {
	__u64 partition_id;
	__u32 code;
	__u32 padding;
};

struct hv_get_property_ex {
	__u64 partition_id;
	__u32 code;
	__u32 padding;
	__u64 argument;
};

struct hv_set_property {
	__u64 partition_id;
	__u32 code;
	__u32 padding;
	__u64 value;
};

/* Intercepts that a VMM may ask for, and the kinds of access to trap */
#define HV_INTERCEPT_MSR			1
#define HV_INTERCEPT_CPUID			2
#define HV_INTERCEPT_HYPERCALL			8
#define HV_INTERCEPT_UNKNOWN_CONNECTION		13

#define HV_INTERCEPT_MASK_READ			1
#define HV_INTERCEPT_MASK_WRITE			2
#define HV_INTERCEPT_MASK_EXECUTE		4

struct hv_install_intercept {
	__u64 partition_id;
	__u32 access_mask;
	__u32 type;
	__u64 parameter;
};

/* MSRs of the hypervisor, for its guests */
#define HV_MSR_GUEST_OS_ID			0x40000000
#define HV_MSR_HYPERCALL			0x40000001
#define HV_MSR_VP_INDEX				0x40000002
#define HV_MSR_TSC_FREQUENCY			0x40000022
#define HV_MSR_APIC_FREQUENCY			0x40000023
#define HV_MSR_GUEST_IDLE			0x400000f0
#define HV_MSR_CRASH_P0				0x40000100
#define HV_MSR_CRASH_CTL			0x40000105
#define HV_MSR_TSC_INVARIANT			0x40000118

/* Registers */
#define HV_REG_EXPLICIT_SUSPEND			0x00000000
#define HV_REG_INTERNAL_ACTIVITY		0x00000004
#define HV_REG_CRASH_P0				0x00000210
#define HV_REG_CRASH_CTL			0x00000215
#define HV_REG_PENDING_INTERRUPTION		0x00010002
#define HV_REG_INTERRUPT_STATE			0x00010003
#define HV_REG_PENDING_EVENT0			0x00010004
#define HV_REG_DELIVERABILITY			0x00010006
#define HV_REG_RAX				0x00020000
#define HV_REG_RCX				0x00020001
#define HV_REG_RDX				0x00020002
#define HV_REG_RBX				0x00020003
#define HV_REG_RSP				0x00020004
#define HV_REG_RBP				0x00020005
#define HV_REG_RSI				0x00020006
#define HV_REG_RDI				0x00020007
#define HV_REG_R8				0x00020008
#define HV_REG_RIP				0x00020010
#define HV_REG_RFLAGS				0x00020011
#define HV_REG_CR0				0x00040000
#define HV_REG_CR3				0x00040002
#define HV_REG_CR4				0x00040003
#define HV_REG_XFEM				0x00040005
#define HV_REG_ES				0x00060000
#define HV_REG_CS				0x00060001
#define HV_REG_SS				0x00060002
#define HV_REG_DS				0x00060003
#define HV_REG_FS				0x00060004
#define HV_REG_GS				0x00060005
#define HV_REG_LDTR				0x00060006
#define HV_REG_TR				0x00060007
#define HV_REG_IDTR				0x00070000
#define HV_REG_GDTR				0x00070001
#define HV_REG_TSC				0x00080000
#define HV_REG_EFER				0x00080001
#define HV_REG_APIC_BASE			0x00080003
#define HV_REG_GUEST_OS_ID			0x00090002
#define HV_REG_TIME_REF_COUNT			0x00090004
#define HV_REG_SINT0				0x000a0000
#define HV_REG_SCONTROL				0x000a0010
#define HV_REG_SIEFP				0x000a0012
#define HV_REG_SIMP				0x000a0013
#define HV_REG_CR_INTERCEPT_CONTROL		0x000e0000
#define HV_REG_CR_INTERCEPT_CR0_MASK		0x000e0001
#define HV_REG_CR_INTERCEPT_CR4_MASK		0x000e0002
#define HV_REG_CR_INTERCEPT_MISC_MASK		0x000e0003

struct hv_segment {
	__u64 base;
	__u32 limit;
	__u16 selector;
	__u16 attributes;
};

struct hv_table {
	__u16 padding[3];
	__u16 limit;
	__u64 base;
};

union hv_value {
	__u64 u64;
	__u64 u128[2];
	struct hv_segment segment;
	struct hv_table table;
};

struct hv_register {
	__u32 name;
	__u32 reserved[3];
	union hv_value value;
};

struct hv_translate {
	__u64 partition_id;
	__u32 vp_index;
	__u32 padding;
	__u64 flags;
	__u64 gva_page;
};

#define HV_TRANSLATE_READ			_BITULL(0)
#define HV_TRANSLATE_WRITE			_BITULL(1)
#define HV_TRANSLATE_EXECUTE			_BITULL(2)
#define HV_TRANSLATE_EXEMPT			_BITULL(3)
#define HV_TRANSLATE_SET_BITS			_BITULL(4)
#define HV_TRANSLATE_AS_SUPERVISOR		_BITULL(6)
#define HV_TRANSLATE_AS_USER			_BITULL(7)
#define HV_TRANSLATE_ENFORCE_SMAP		_BITULL(8)
#define HV_TRANSLATE_OVERRIDE_SMAP		_BITULL(9)

struct hv_translated {
	__u32 result;
	__u32 cache_type;
	__u64 gpa_page;
};

#define HV_TRANSLATED				0
#define HV_TRANSLATE_NOT_PRESENT		1
#define HV_TRANSLATE_PRIVILEGE			2
#define HV_TRANSLATE_GPA_UNMAPPED		4

/* Answers that the guest gets without an intercept */
struct hv_cpuid_result {
	__u32 partition_id[2];
	__u32 vp_index;
	__u32 type;			/* HV_INTERCEPT_CPUID */
	__u32 leaf;
	__u32 subleaf;
	__u8 subleaf_specific;
	__u8 always_override;
	__u16 padding;
	struct {
		__u32 value;
		__u32 mask;
	} eax, ebx, ecx, edx;
};

struct hv_msr_result {
	__u32 partition_id[2];
	__u32 vp_index;
	__u32 type;			/* HV_INTERCEPT_MSR */
	__u32 msr;
	__u32 access_mask;		/* HV_INTERCEPT_MASK_* */
	__u32 action;			/* HV_MSR_* */
	__u8 unused[32];
};

#define HV_MSR_FAULT				0
#define HV_MSR_IGNORE				1

static_assert(sizeof(struct hv_cpuid_result) == 60, "CPUID result");
static_assert(sizeof(struct hv_msr_result) == 60, "MSR result");

struct hv_cpuid_values {
	__u64 partition_id;
	__u32 vp_index;
	__u32 flags;
	__u64 reserved;
	struct {
		__u32 leaf;
		__u32 subleaf;
		__u64 xfem;
		__u64 xss;
	} leaves[2];
};

#define HV_CPUID_VALUES_REGISTERED		2

/* Head of HVCALL_GET_VP_REGISTERS (names follow) and of _SET_ (registers) */
struct hv_vp_registers {
	__u64 partition_id;
	__u32 vp_index;
	__u32 vtl;
};

/* HV_REG_INTERNAL_ACTIVITY */
#define HV_ACTIVITY_STARTUP			1	/* waits for a SIPI */
#define HV_ACTIVITY_HALTED			2

/* HV_REG_PENDING_INTERRUPTION */
#define HV_PENDING_INTERRUPT(vector)		(1ULL | (vector) << 16)
#define HV_PENDING_NMI				(1ULL | 2 << 1 | 2 << 16)

/* HV_REG_PENDING_EVENT0 */
#define HV_EVENT_EXCEPTION(vector)		(1ULL | (vector) << 16)
#define HV_EVENT_WITH_ERROR(code)		(1ULL << 8 | (__u64)(code) << 32)
#define HV_EVENT_EXTINT(vector)			(1ULL | 5 << 1 | (vector) << 8)

/* HV_REG_CR_INTERCEPT_CONTROL */
#define HV_WATCH_CR0_WRITE			_BITULL(0)
#define HV_WATCH_CR4_WRITE			_BITULL(1)
#define HV_WATCH_MISC_ENABLE_READ		_BITULL(3)
#define HV_WATCH_MISC_ENABLE_WRITE		_BITULL(4)
#define HV_WATCH_LSTAR_READ			_BITULL(5)
#define HV_WATCH_LSTAR_WRITE			_BITULL(6)
#define HV_WATCH_STAR_READ			_BITULL(7)
#define HV_WATCH_STAR_WRITE			_BITULL(8)
#define HV_WATCH_CSTAR_READ			_BITULL(9)
#define HV_WATCH_CSTAR_WRITE			_BITULL(10)
#define HV_WATCH_APIC_BASE_READ			_BITULL(11)
#define HV_WATCH_APIC_BASE_WRITE		_BITULL(12)
#define HV_WATCH_EFER_READ			_BITULL(13)
#define HV_WATCH_EFER_WRITE			_BITULL(14)
#define HV_WATCH_GDTR_WRITE			_BITULL(15)
#define HV_WATCH_IDTR_WRITE			_BITULL(16)
#define HV_WATCH_LDTR_WRITE			_BITULL(17)
#define HV_WATCH_TR_WRITE			_BITULL(18)
#define HV_WATCH_SYSENTER_CS_WRITE		_BITULL(19)
#define HV_WATCH_SYSENTER_EIP_WRITE		_BITULL(20)
#define HV_WATCH_SYSENTER_ESP_WRITE		_BITULL(21)
#define HV_WATCH_SFMASK_WRITE			_BITULL(22)
#define HV_WATCH_TSC_AUX_WRITE			_BITULL(23)
/* Without XCR0, which the test hypervisor cannot watch */
#define HV_WATCH_ALL				0x1fffffbULL

/* HV_REG_DELIVERABILITY */
#define HV_DELIVERABILITY_NMI			1
#define HV_DELIVERABILITY_INTERRUPT		2
#define HV_DELIVERABILITY_PRIORITY(x)		((x) << 2)
#define HV_DELIVERABILITY_SINT(n)		_BITULL(48 + (n))

/* Types of interrupts */
#define HV_INTERRUPT_FIXED			0
#define HV_INTERRUPT_LOWEST_PRIORITY		1
#define HV_INTERRUPT_NMI			4
#define HV_INTERRUPT_INIT			5
#define HV_INTERRUPT_SIPI			6
#define HV_INTERRUPT_EXTINT			7
#define HV_INTERRUPT_LINT1			9

#define HV_INTERRUPT_LEVEL			1
#define HV_INTERRUPT_LOGICAL			2

struct hv_assert_interrupt {
	__u64 partition_id;
	__u32 type;
	__u32 flags;
	__u64 destination;
	__u32 vector;
	__u32 vtl;
};

struct hv_signal_event {
	__u64 partition_id;
	__u32 vp_index;
	__u8 vtl;
	__u8 sint;
	__u16 flag;
};

struct hv_signaled_event {
	__u8 newly;
	__u8 reserved[7];
};

/* Messages: why MSHV_RUN_VP returned */
#define HV_MSG_UNMAPPED_GPA			0x80000000
#define HV_MSG_GPA_INTERCEPT			0x80000001
#define HV_MSG_UNRECOVERABLE_EXCEPTION		0x80000021
#define HV_MSG_HYPERCALL			0x80000050
#define HV_MSG_SINT_DELIVERABLE			0x80000062
#define HV_MSG_IO_PORT				0x80010000
#define HV_MSG_MSR				0x80010001
#define HV_MSG_CPUID				0x80010002
#define HV_MSG_REGISTER				0x80010006
#define HV_MSG_HALT				0x80010007
#define HV_MSG_INTERRUPTION_DELIVERABLE		0x80010008

/* Messages that go to the driver: a VP has an intercept */
#define HV_MSG_OPAQUE_INTERCEPT			0x8000003f

#define HV_ACCESS_READ				0
#define HV_ACCESS_WRITE				1
#define HV_ACCESS_EXECUTE			2

/* What every intercept message begins with */
struct hv_intercept {
	__u32 vp_index;
	__u8 instruction_length : 4;
	__u8 cr8 : 4;
	__u8 access;
	__u16 execution_state;
	struct hv_segment cs;
	__u64 rip;
	__u64 rflags;
};

#define HV_EXECUTION_STATE_EFER_LMA		0x10

struct hv_port_intercept {
	struct hv_intercept head;
	__u16 port;
	__u8 width : 3;
	__u8 string : 1;
	__u8 rep : 1;
	__u8 unused : 3;
	__u8 instruction_bytes_valid;
	__u32 reserved;
	__u64 rax;
	__u8 instruction_bytes[16];
	struct hv_segment ds;
	struct hv_segment es;
	__u64 rcx;
	__u64 rsi;
	__u64 rdi;
};

struct hv_msr_intercept {
	struct hv_intercept head;
	__u32 msr;
	__u32 reserved;
	__u64 rdx;
	__u64 rax;
};

struct hv_register_intercept {
	struct hv_intercept head;
	__u8 in_memory : 1;
	__u8 unused : 7;
	__u8 reserved[3];
	__u32 name;
	__u64 source[2];		/* its new value, or where it is */
};

struct hv_cpuid_intercept {
	struct hv_intercept head;
	__u64 rax;
	__u64 rcx;
	__u64 rdx;
	__u64 rbx;
	__u64 default_rax;
	__u64 default_rcx;
	__u64 default_rdx;
	__u64 default_rbx;
};

struct hv_memory_intercept {
	struct hv_intercept head;
	__u32 cache_type;
	__u8 instruction_bytes_valid;
	__u8 access_info;
	__u8 tpr_priority;
	__u8 reserved;
	__u64 gva;
	__u64 gpa;
	__u8 instruction_bytes[16];
};

struct hv_interruption_deliverable {
	struct hv_intercept head;
	__u8 type;
	__u8 reserved[7];
};

struct hv_hypercall_intercept {
	struct hv_intercept head;
	__u64 rax;
	__u64 rbx;
	__u64 rcx;
	__u64 rdx;
	__u64 r8;
	__u64 rsi;
	__u64 rdi;
	__u64 xmm[6][2];
	__u32 flags;
	__u32 reserved[3];
};

struct hv_sint_deliverable {
	struct hv_intercept head;
	__u16 sints;			/* one bit each */
	__u16 reserved;
	__u32 reserved2;
};

struct hv_message {
	__u32 type;
	__u8 payload_size;
	__u8 flags;
	__u16 reserved;
	__u64 sender;
	union {
		__u8 payload[240];
		struct hv_intercept head;
		struct hv_port_intercept port;
		struct hv_msr_intercept msr;
		struct hv_register_intercept reg;
		struct hv_cpuid_intercept cpuid;
		struct hv_memory_intercept memory;
		struct hv_interruption_deliverable deliverable;
		struct hv_sint_deliverable sint_deliverable;
		struct hv_hypercall_intercept hypercall;
	};
};

struct hv_post_message {
	__u64 partition_id;
	__u32 vp_index;
	__u32 vtl;
	__u32 sint;
	__u8 message[256];		/* struct hv_message */
	__u32 padding;
};

static_assert(sizeof(struct hv_message) == 256, "a message has 256 bytes");
static_assert(sizeof(struct hv_intercept) == 40, "head of an intercept");
static_assert(sizeof(struct hv_port_intercept) == 128, "port intercept");
static_assert(sizeof(struct hv_register_intercept) == 64, "register intercept");
static_assert(sizeof(struct hv_memory_intercept) == 80, "memory intercept");
static_assert(sizeof(struct hv_register) == 32, "register");

/* The register page of a VP, as far as this library uses it */
struct hv_register_page {
	__u16 version;
	__u8 valid;
	__u8 reserved;
	__u32 dirty;
	__u64 rax;
	__u64 rcx;
	__u64 rdx;
	__u64 rbx;
	__u64 rsp;
	__u64 rbp;
	__u64 rsi;
	__u64 rdi;
	__u64 r8_to_r15[8];
	__u64 rip;
	__u64 rflags;
	__u64 reserved2;
	__u64 xmm[6][2];
	struct hv_segment segments[6];
	__u64 cr0_to_xfem[10];
	__u8 reserved3[0x100];
	__u64 interrupts;	/* how many, and vectors, a byte each */
};

static_assert(sizeof(struct hv_register_page) == 0x2b8, "register page");

/* Bits of @dirty: what the VMM has changed on the page */
#define HV_REGISTER_PAGE_GENERAL		_BITUL(0)
#define HV_REGISTER_PAGE_RIP			_BITUL(1)
#define HV_REGISTER_PAGE_XMM			_BITUL(2)

#endif /* _MSHV_LIB_HV_H */

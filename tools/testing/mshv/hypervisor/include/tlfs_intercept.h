/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of the hypervisor's interface by which a parent runs VPs of its
 * children: messages and dispatching. See tlfs.h.
 */
#ifndef HV_TLFS_INTERCEPT_H
#define HV_TLFS_INTERCEPT_H

#include "tlfs_child.h"

#define HV_MESSAGE_PAYLOAD			240

/* A message, and each of the 16 slots of a message page */
struct hv_message {
	u32 type;			/* 0: the slot is free */
	u8 payload_size;
	u8 flags;
	u16 reserved;
	u64 sender;
	u8 payload[HV_MESSAGE_PAYLOAD];
};

COMPILE_ASSERT(sizeof(struct hv_message) == 256);

#define HV_MESSAGE_FLAG_PENDING			BIT(0)

#define HV_MESSAGE_NONE				0x00000000
#define HV_MESSAGE_UNMAPPED_GPA			0x80000000
#define HV_MESSAGE_GPA_INTERCEPT		0x80000001
#define HV_MESSAGE_INVALID_REGISTER		0x80000020
#define HV_MESSAGE_UNRECOVERABLE_EXCEPTION	0x80000021
#define HV_MESSAGE_OPAQUE_INTERCEPT		0x8000003f
#define HV_MESSAGE_VP_SIGNAL_BITSET		0x80000100
#define HV_MESSAGE_VP_SIGNAL_PAIR		0x80000101
#define HV_MESSAGE_IO_PORT			0x80010000
#define HV_MESSAGE_MSR				0x80010001
#define HV_MESSAGE_CPUID			0x80010002
#define HV_MESSAGE_EXCEPTION			0x80010003
#define HV_MESSAGE_HALT				0x80010007

/* What the message is about did this */
#define HV_ACCESS_READ				0
#define HV_ACCESS_WRITE				1
#define HV_ACCESS_EXECUTE			2

/* Execution state; the privilege level is in the lowest two bits */
#define HV_STATE_CR0_PE				BIT(2)
#define HV_STATE_CR0_AM				BIT(3)
#define HV_STATE_EFER_LMA			BIT(4)
#define HV_STATE_DEBUG				BIT(5)
#define HV_STATE_INTERRUPTION_PENDING		BIT(6)
#define HV_STATE_INTERRUPT_SHADOW		BIT(12)

struct hv_intercept_header {
	u32 vp_index;
	u8 length_and_cr8;
	u8 access;
	u16 execution_state;
	struct hv_segment cs;
	u64 rip;
	u64 rflags;
};

COMPILE_ASSERT(sizeof(struct hv_intercept_header) == 40);

#define HV_INSTRUCTION_BYTES			16

#define HV_PORT_STRING				BIT(3)
#define HV_PORT_REP				BIT(4)

struct hv_port_intercept {
	struct hv_intercept_header header;
	u16 port;
	u8 access_info;			/* width in the lowest three bits */
	u8 instruction_byte_count;
	u32 reserved;
	u64 rax;
	u8 instruction_bytes[HV_INSTRUCTION_BYTES];
	struct hv_segment ds;
	struct hv_segment es;
	u64 rcx;
	u64 rsi;
	u64 rdi;
};

COMPILE_ASSERT(sizeof(struct hv_port_intercept) == 128);

struct hv_msr_intercept {
	struct hv_intercept_header header;
	u32 msr;
	u32 reserved;
	u64 rdx;
	u64 rax;
};

struct hv_cpuid_intercept {
	struct hv_intercept_header header;
	u64 rax, rcx, rdx, rbx;
	u64 default_rax, default_rcx, default_rdx, default_rbx;
};

#define HV_MEMORY_GVA_VALID			BIT(0)
#define HV_MEMORY_GVA_GPA_VALID			BIT(1)
#define HV_CACHE_WRITE_BACK			6

struct hv_memory_intercept {
	struct hv_intercept_header header;
	u32 cache_type;
	u8 instruction_byte_count;
	u8 access_info;
	u8 tpr_priority;
	u8 reserved;
	u64 gva;
	u64 gpa;
	u8 instruction_bytes[HV_INSTRUCTION_BYTES];
};

COMPILE_ASSERT(sizeof(struct hv_memory_intercept) == 80);

#define HV_EXCEPTION_ERROR_CODE_VALID		BIT(0)

struct hv_exception_intercept {
	struct hv_intercept_header header;
	u16 vector;
	u8 exception_info;
	u8 instruction_byte_count;
	u32 error_code;
	u64 parameter;
	u64 reserved;
	u8 instruction_bytes[HV_INSTRUCTION_BYTES];
	struct hv_segment ds;
	struct hv_segment ss;
	u64 rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi;
	u64 r8_to_r15[8];
};

COMPILE_ASSERT(sizeof(struct hv_exception_intercept) == HV_MESSAGE_PAYLOAD);

struct hv_invalid_register {
	u32 vp_index;
	u32 reserved;
};

/* VPs that can be dispatched again, of one partition: a sparse set of VPs */
#define HV_SIGNAL_BANKS				16

struct hv_signal_bitset {
	u64 partition_id;
	u32 overflow_count;
	u16 vp_count;
	u16 reserved;
	u64 format;
	u64 valid_banks;
	u64 banks[HV_SIGNAL_BANKS];
};

/* The same, of several partitions */
#define HV_SIGNAL_PAIRS				19

struct hv_signal_pairs {
	u32 overflow_count;
	u8 vp_count;
	u8 reserved[3];
	u64 partition_ids[HV_SIGNAL_PAIRS];
	u32 vp_indexes[HV_SIGNAL_PAIRS];
	u32 reserved2;
};

COMPILE_ASSERT(sizeof(struct hv_signal_pairs) == HV_MESSAGE_PAYLOAD);

/* Dispatching */
#define HV_DISPATCH_CLEAR_INTERCEPT_SUSPEND	BIT(0)
#define HV_DISPATCH_SCAN_INTERRUPTS		BIT(6)
#define HV_DISPATCH_FLAGS			0x7fU

#define HV_DISPATCH_STATE_BLOCKED		1
#define HV_DISPATCH_STATE_READY			2

#define HV_DISPATCH_EVENT_NONE			0
#define HV_DISPATCH_EVENT_SUSPEND		1
#define HV_DISPATCH_EVENT_INTERCEPT		2

struct hv_in_dispatch {
	u64 partition_id;
	u32 vp_index;
	u32 flags;
	u64 time_slice;			/* 100 ns; 0: no limit */
	u64 spec_ctrl;
};

struct hv_out_dispatch {
	u32 state;
	u32 event;
};

#endif /* HV_TLFS_INTERCEPT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of the hypervisor's interface that a child calls. See tlfs.h.
 */
#ifndef HV_TLFS_GUEST_CALL_H
#define HV_TLFS_GUEST_CALL_H

#include "tlfs_intercept.h"

enum hv_guest_call_code {
	HV_GUEST_CALL_FLUSH_SPACE	= 0x0002,
	HV_GUEST_CALL_FLUSH_LIST	= 0x0003,
	HV_GUEST_CALL_LONG_SPIN_WAIT	= 0x0008,
	HV_GUEST_CALL_SEND_IPI		= 0x000b,
	HV_GUEST_CALL_FLUSH_SPACE_EX	= 0x0013,
	HV_GUEST_CALL_FLUSH_LIST_EX	= 0x0014,
	HV_GUEST_CALL_SEND_IPI_EX	= 0x0015,
	HV_GUEST_CALL_POST_MESSAGE	= 0x005c,
	HV_GUEST_CALL_SIGNAL_EVENT	= 0x005d,
};

/* A set of VPs; what is in its valid banks is the variable header. */
struct hv_vp_set {
	u64 format;
	u64 valid_banks;
};

#define HV_VP_SET_SPARSE			0
#define HV_VP_SET_ALL				1

#define HV_FLUSH_ALL_PROCESSORS			BIT(0)
#define HV_FLUSH_ALL_SPACES			BIT(1)
#define HV_FLUSH_NON_GLOBAL_ONLY		BIT(2)
#define HV_FLUSH_EXTENDED_RANGES		BIT(3)
#define HV_FLUSH_FLAGS				0xfUL

/* Of both, a list of ranges of addresses may follow. */
struct hv_in_flush {
	u64 space;
	u64 flags;
	u64 processors;
};

struct hv_in_flush_ex {
	u64 space;
	u64 flags;
	struct hv_vp_set processors;
};

struct hv_in_send_ipi {
	u32 vector;
	u8 vtl;
	u8 padding[3];
	u64 processors;
};

struct hv_in_send_ipi_ex {
	u32 vector;
	u8 vtl;
	u8 padding[3];
	struct hv_vp_set processors;
};

/* The wait itself goes on in the guest. */
struct hv_in_long_spin_wait {
	u64 spins;
};

#define HV_CONNECTION_ID_RESERVED		0xff000000U

struct hv_in_guest_message {
	u32 connection_id;
	u32 reserved;
	u32 type;
	u32 payload_size;
	u8 payload[HV_MESSAGE_PAYLOAD];
};

COMPILE_ASSERT(sizeof(struct hv_in_guest_message) == 256);

struct hv_in_guest_event {
	u32 connection_id;
	u16 flag;
	u16 reserved;
};

#define HV_MESSAGE_HYPERCALL			0x80000050

struct hv_hypercall_intercept {
	struct hv_intercept_header header;
	u64 rax, rbx, rcx, rdx, r8, rsi, rdi;
	struct hv_value xmm[6];
	u32 flags;
	u32 reserved[3];
};

COMPILE_ASSERT(sizeof(struct hv_hypercall_intercept) == 208);

#endif /* HV_TLFS_GUEST_CALL_H */

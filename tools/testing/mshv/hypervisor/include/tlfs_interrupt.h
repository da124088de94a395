/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of the hypervisor's interface by which a parent interrupts VPs of its
 * children. See tlfs.h.
 */
#ifndef HV_TLFS_INTERRUPT_H
#define HV_TLFS_INTERRUPT_H

#include "tlfs_intercept.h"

/* Types of interrupts; the first eight are delivery modes of a local APIC */
#define HV_INTERRUPT_LOWEST_PRIORITY		1
#define HV_INTERRUPT_SMI			2
#define HV_INTERRUPT_REMOTE_READ		3
#define HV_INTERRUPT_NMI			4
#define HV_INTERRUPT_INIT			5
#define HV_INTERRUPT_SIPI			6
#define HV_INTERRUPT_EXTINT			7
#define HV_INTERRUPT_LINT0			8
#define HV_INTERRUPT_LINT1			9

#define HV_INTERRUPT_LEVEL			BIT(0)
#define HV_INTERRUPT_LOGICAL			BIT(1)

struct hv_in_assert_interrupt {
	u64 partition_id;
	u32 type;
	u32 flags;
	u64 destination;		/* an APIC id, or a logical one */
	u32 vector;
	u8 vtl;
	u8 reserved[3];
};

COMPILE_ASSERT(sizeof(struct hv_in_assert_interrupt) == 32);

/* HV_REGISTER_DELIVERABILITY: tell the parent when this can be delivered */
#define HV_DELIVERABILITY_NMI			BIT(0)
#define HV_DELIVERABILITY_INTERRUPT		BIT(1)
#define HV_DELIVERABILITY_PRIORITY(x)		((x) >> 2 & 0xf)
#define HV_DELIVERABILITY_SINTS_SHIFT		48
#define HV_DELIVERABILITY_DEFINED		(0x3fUL | 0xffffUL << 48)

#define HV_MESSAGE_SINT_DELIVERABLE		0x80000062
#define HV_MESSAGE_APIC_EOI			0x80010004
#define HV_MESSAGE_INTERRUPTION_DELIVERABLE	0x80010008

struct hv_apic_eoi {
	u32 vp_index;
	u32 vector;
};

struct hv_interruption_deliverable {
	struct hv_intercept_header header;
	u8 type;			/* HV_PENDING_INTERRUPT or _NMI */
	u8 reserved[7];
};

struct hv_sint_deliverable {
	struct hv_intercept_header header;
	u16 sints;			/* whose slots are free, one bit each */
	u16 reserved;
	u32 reserved2;
};

COMPILE_ASSERT(sizeof(struct hv_sint_deliverable) == 48);

/* HV_REGISTER_INTERNAL_ACTIVITY */
#define HV_ACTIVITY_STARTUP			BIT(0)	/* waits for SIPI */
#define HV_ACTIVITY_HALTED			BIT(1)
#define HV_ACTIVITY_IDLE			BIT(2)

#endif /* HV_TLFS_INTERRUPT_H */

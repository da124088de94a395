/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of the hypervisor's interface that a child sees of it: synthetic
 * interrupts, timers and clocks. What a parent has as well is in tlfs.h.
 */
#ifndef HV_TLFS_SYNTHETIC_H
#define HV_TLFS_SYNTHETIC_H

#include "tlfs_interrupt.h"

/* HV_PROPERTY_SYNTHETIC_FEATURES: what a child may use */
#define HV_SYNTHETIC_PRESENT		BIT(0)
#define HV_SYNTHETIC_HV1		BIT(1)
#define HV_SYNTHETIC_VP_RUNTIME		BIT(2)
#define HV_SYNTHETIC_REFERENCE_COUNTER	BIT(3)
#define HV_SYNTHETIC_SYNIC		BIT(4)
#define HV_SYNTHETIC_TIMERS		BIT(5)
#define HV_SYNTHETIC_APIC_MSRS		BIT(6)
#define HV_SYNTHETIC_HYPERCALL_MSRS	BIT(7)
#define HV_SYNTHETIC_VP_INDEX		BIT(8)
#define HV_SYNTHETIC_REFERENCE_TSC	BIT(9)
#define HV_SYNTHETIC_GUEST_IDLE		BIT(10)
#define HV_SYNTHETIC_FREQUENCY_MSRS	BIT(11)
#define HV_SYNTHETIC_EXTENDED_RANGES	BIT(15)
#define HV_SYNTHETIC_DIRECT_TIMERS	BIT(22)
#define HV_SYNTHETIC_EXTENDED_MASKS	BIT(24)
#define HV_SYNTHETIC_FLUSH		BIT(25)
#define HV_SYNTHETIC_CLUSTER_IPI	BIT(26)
#define HV_SYNTHETIC_LONG_SPIN_WAIT	BIT(27)
#define HV_SYNTHETIC_SIGNAL_EVENTS	BIT(29)

/* Those that have an effect */
#define HV_SYNTHETIC_IMPLEMENTED \
	(HV_SYNTHETIC_PRESENT | HV_SYNTHETIC_HV1 | HV_SYNTHETIC_VP_RUNTIME | \
	 HV_SYNTHETIC_REFERENCE_COUNTER | HV_SYNTHETIC_SYNIC | \
	 HV_SYNTHETIC_TIMERS | HV_SYNTHETIC_APIC_MSRS | \
	 HV_SYNTHETIC_HYPERCALL_MSRS | HV_SYNTHETIC_VP_INDEX | \
	 HV_SYNTHETIC_REFERENCE_TSC | HV_SYNTHETIC_GUEST_IDLE | \
	 HV_SYNTHETIC_FREQUENCY_MSRS | HV_SYNTHETIC_EXTENDED_RANGES | \
	 HV_SYNTHETIC_DIRECT_TIMERS | HV_SYNTHETIC_EXTENDED_MASKS | \
	 HV_SYNTHETIC_FLUSH | HV_SYNTHETIC_CLUSTER_IPI | \
	 HV_SYNTHETIC_LONG_SPIN_WAIT | HV_SYNTHETIC_SIGNAL_EVENTS)

/* Privileges that tlfs.h lacks */
#define HV_PRIV_VP_RUNTIME		BIT(0)
#define HV_PRIV_TIMERS			BIT(3)
#define HV_PRIV_GUEST_IDLE		BIT(10)
#define HV_PRIV_POST_MESSAGES		BIT(36)
#define HV_PRIV_SIGNAL_EVENTS		BIT(37)

/* EDX of HV_CPUID_FEATURES */
#define HV_FEATURE_GUEST_IDLE		BIT(5)
#define HV_FEATURE_EXTENDED_RANGES	BIT(14)
#define HV_FEATURE_DIRECT_TIMERS	BIT(19)

/* EAX of HV_CPUID_RECOMMENDATIONS */
#define HV_RECOMMEND_REMOTE_FLUSH	BIT(2)
#define HV_RECOMMEND_CLUSTER_IPI	BIT(10)
#define HV_RECOMMEND_EXTENDED_MASKS	BIT(11)

#define HV_MSR_VP_RUNTIME		0x40000010
#define HV_MSR_STIMER0_CONFIG		0x400000b0
#define HV_MSR_STIMER3_COUNT		0x400000b7
#define HV_MSR_GUEST_IDLE		0x400000f0

/* Their names as registers; each group in the order of the MSRs */
#define HV_REGISTER_CRASH_P0		0x00000210
#define HV_REGISTER_CRASH_CTL		0x00000215
#define HV_REGISTER_SINT0		0x000a0000
#define HV_REGISTER_SINT15		0x000a000f
#define HV_REGISTER_SCONTROL		0x000a0010
#define HV_REGISTER_SVERSION		0x000a0011
#define HV_REGISTER_SIEFP		0x000a0012
#define HV_REGISTER_SIMP		0x000a0013
#define HV_REGISTER_EOM			0x000a0014
#define HV_REGISTER_SIRBP		0x000a0015
#define HV_REGISTER_STIMER0_CONFIG	0x000b0000
#define HV_REGISTER_STIMER3_COUNT	0x000b0007

#define HV_SINT_AUTO_EOI		BIT(17)
#define HV_SINT_POLLING			BIT(18)

/* Configuration of a synthetic timer */
#define HV_STIMERS			4
#define HV_STIMER_ENABLE		BIT(0)
#define HV_STIMER_PERIODIC		BIT(1)
#define HV_STIMER_LAZY			BIT(2)
#define HV_STIMER_AUTO_ENABLE		BIT(3)
#define HV_STIMER_VECTOR(config)	((config) >> 4 & 0xff)
#define HV_STIMER_DIRECT		BIT(12)
#define HV_STIMER_SINT(config)		((config) >> 16 & 0xf)
#define HV_STIMER_DEFINED		(0x1fffUL | 0xfUL << 16)

#define HV_MESSAGE_TIMER_EXPIRED	0x80000010
#define HV_MESSAGE_HYPERVISOR		BIT(31)	/* of the type */
#define HV_MESSAGE_FLAGS		0x7ff	/* last event flag of a SINT */

struct hv_timer_message {
	u32 timer;
	u32 reserved;
	u64 expired;
	u64 delivered;
};

struct hv_in_signal_event {
	u64 partition_id;
	u32 vp_index;
	u8 vtl;
	u8 sint;
	u16 flag;
};

struct hv_out_signal_event {
	u8 newly_signaled;
	u8 reserved[7];
};

struct hv_in_post_message {
	u64 partition_id;
	u32 vp_index;
	u8 vtl;
	u8 padding[3];
	u32 sint;
	u8 message[256];		/* struct hv_message, not aligned */
	u32 padding2;
};

COMPILE_ASSERT(sizeof(struct hv_in_post_message) == 280);

#endif /* HV_TLFS_SYNTHETIC_H */

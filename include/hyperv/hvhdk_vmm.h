/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a parent partition reads from the Microsoft Hypervisor to learn how
 * its virtual machines are scheduled.
 *
 * Two partition properties, both asked of the calling partition itself
 * (HV_PARTITION_ID_SELF) with HVCALL_GET_PARTITION_PROPERTY_EX:
 *
 *   HV_VMM_CAPABILITIES_PROPERTY
 *	answers with struct hv_vmm_capabilities, whose only known bank is
 *	union hv_vmm_capabilities_bank0;
 *   HV_PARTITION_PROPERTY_HIERARCHICAL_INTEGRATED_SCHEDULER_ENABLED
 *	answers with one u64, to be asked only when the capability bit
 *	vmm_enable_integrated_scheduler is set.
 *
 * The names here never clash with those of the kernel's own <hyperv/hvhdk.h>,
 * so that both headers can be included together in any order.
 */
#ifndef _HYPERV_HVHDK_VMM_H
#define _HYPERV_HVHDK_VMM_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

/**
 * define HV_VMM_CAPABILITIES_PROPERTY - what the hypervisor offers to a VMM
 *
 * Partition property code. The value is a struct hv_vmm_capabilities, too
 * long for the plain HVCALL_GET_PARTITION_PROPERTY.
 */
#define HV_VMM_CAPABILITIES_PROPERTY 0x00090007

/**
 * define HV_PARTITION_PROPERTY_HIERARCHICAL_INTEGRATED_SCHEDULER_ENABLED - who
 * dispatches the VPs of this partition's children
 *
 * Partition property code. The value is one u64. Non-zero: this partition
 * dispatches the virtual processors of its children itself, on the processors
 * that it was given. Zero: the hypervisor does. The calling partition must
 * have seen &hv_vmm_capabilities_bank0.vmm_enable_integrated_scheduler first.
 */
#define HV_PARTITION_PROPERTY_HIERARCHICAL_INTEGRATED_SCHEDULER_ENABLED 0x00020005

/**
 * define HV_VMM_CAPABILITIES_BANKS - number of capability banks known here
 *
 * A hypervisor may report more; the ones behind the known ones are ignored.
 */
#define HV_VMM_CAPABILITIES_BANKS 1

/**
 * define HV_VMM_CAPABILITIES_BANK0_RESERVED - bits of bank 0 without a meaning
 *
 * Bits 5 and 7 to 63 on every architecture; bit 3 has a meaning on Arm only.
 */
#ifdef CONFIG_ARM64
#define HV_VMM_CAPABILITIES_BANK0_RESERVED (BIT_ULL(5) | GENMASK_ULL(63, 7))
#else
#define HV_VMM_CAPABILITIES_BANK0_RESERVED \
	(BIT_ULL(3) | BIT_ULL(5) | GENMASK_ULL(63, 7))
#endif

/**
 * union hv_vmm_capabilities_bank0 - first word of the VMM capabilities
 * @as_uint64: all 64 bits at once
 * @map_gpa_preserve_adjustable: bit 0. When a page is mapped a second time,
 *	the mapper may say that the access bits which others are entitled to
 *	change are left as they are
 * @vmm_can_provide_overlay_gpfn: bit 1. The VMM may choose the guest page
 *	number of an overlay page
 * @vp_affinity_property: bit 2. The affinity of a virtual processor can be
 *	read and set as a property
 * @vmm_can_provide_gic_overlay_locations: bit 3, Arm only. The VMM may choose
 *	where the interrupt controller's overlay pages lie
 * @reserved3: bit 3 on every other architecture; no meaning
 * @assignable_synthetic_proc_features: bit 4. The synthetic processor features
 *	of a child can be chosen one by one
 * @reserved5: bit 5; no meaning
 * @vmm_enable_integrated_scheduler: bit 6. The integrated scheduler exists for
 *	this partition, and
 *	%HV_PARTITION_PROPERTY_HIERARCHICAL_INTEGRATED_SCHEDULER_ENABLED says
 *	whether it is on
 * @reserved7: bits 7 to 63; no meaning
 *
 * A reserved bit may be set by a later hypervisor: a reader takes no notice.
 */
union hv_vmm_capabilities_bank0 {
	u64 as_uint64;
	struct {
		u64 map_gpa_preserve_adjustable : 1;
		u64 vmm_can_provide_overlay_gpfn : 1;
		u64 vp_affinity_property : 1;
#ifdef CONFIG_ARM64
		u64 vmm_can_provide_gic_overlay_locations : 1;
#else
		u64 reserved3 : 1;
#endif
		u64 assignable_synthetic_proc_features : 1;
		u64 reserved5 : 1;
		u64 vmm_enable_integrated_scheduler : 1;
		u64 reserved7 : 57;
	} __packed;
};

/**
 * struct hv_vmm_capabilities - value of %HV_VMM_CAPABILITIES_PROPERTY
 * @bank_count: number of 64-bit banks that the hypervisor filled in. Zero
 *	means that @bank0 must not be looked at; more than
 *	%HV_VMM_CAPABILITIES_BANKS is no error
 * @reserved: three 16-bit words without a meaning, which align @bank0
 * @bank0: the first bank
 */
struct hv_vmm_capabilities {
	u16 bank_count;
	u16 reserved[3];
	union hv_vmm_capabilities_bank0 bank0;
} __packed;

static_assert(sizeof(union hv_vmm_capabilities_bank0) == 8);
static_assert(sizeof(struct hv_vmm_capabilities) == 16);

#endif /* _HYPERV_HVHDK_VMM_H */

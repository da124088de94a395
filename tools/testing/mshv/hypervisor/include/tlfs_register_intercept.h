/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of the hypervisor's interface by which somebody is told when a VP
 * accesses its own control registers. See tlfs.h.
 *
 * HvCallInstallIntercept had a type for it once, 4, which is reserved today. The
 * registers below are described in "Secure Register Intercepts" of the TLFS, for
 * a VTL that watches a lower one; their numbers, and the message, are in headers
 * that Microsoft has published for VMMs. That a parent may set them for a VP of
 * its child, without any VTL, is not said anywhere.
 */
#ifndef HV_TLFS_REGISTER_INTERCEPT_H
#define HV_TLFS_REGISTER_INTERCEPT_H

#include "tlfs_intercept.h"

#define HV_REGISTER_CR_INTERCEPT_CONTROL	0x000e0000
#define HV_REGISTER_CR_INTERCEPT_CR0_MASK	0x000e0001
#define HV_REGISTER_CR_INTERCEPT_CR4_MASK	0x000e0002
#define HV_REGISTER_CR_INTERCEPT_MISC_MASK	0x000e0003

/* HV_REGISTER_CR_INTERCEPT_CONTROL */
#define HV_WATCH_CR0_WRITE			BIT(0)
#define HV_WATCH_CR4_WRITE			BIT(1)
#define HV_WATCH_XCR0_WRITE			BIT(2)
#define HV_WATCH_MISC_ENABLE_READ		BIT(3)
#define HV_WATCH_MISC_ENABLE_WRITE		BIT(4)
#define HV_WATCH_LSTAR_READ			BIT(5)
#define HV_WATCH_LSTAR_WRITE			BIT(6)
#define HV_WATCH_STAR_READ			BIT(7)
#define HV_WATCH_STAR_WRITE			BIT(8)
#define HV_WATCH_CSTAR_READ			BIT(9)
#define HV_WATCH_CSTAR_WRITE			BIT(10)
#define HV_WATCH_APIC_BASE_READ			BIT(11)
#define HV_WATCH_APIC_BASE_WRITE		BIT(12)
#define HV_WATCH_EFER_READ			BIT(13)
#define HV_WATCH_EFER_WRITE			BIT(14)
#define HV_WATCH_GDTR_WRITE			BIT(15)
#define HV_WATCH_IDTR_WRITE			BIT(16)
#define HV_WATCH_LDTR_WRITE			BIT(17)
#define HV_WATCH_TR_WRITE			BIT(18)
#define HV_WATCH_SYSENTER_CS_WRITE		BIT(19)
#define HV_WATCH_SYSENTER_EIP_WRITE		BIT(20)
#define HV_WATCH_SYSENTER_ESP_WRITE		BIT(21)
#define HV_WATCH_SFMASK_WRITE			BIT(22)
#define HV_WATCH_TSC_AUX_WRITE			BIT(23)
#define HV_WATCH_SGX_LAUNCH_CONTROL_WRITE	BIT(24)
#define HV_WATCH_DEFINED			(BIT(25) - 1)

#define HV_MESSAGE_REGISTER			0x80010006

#define HV_REGISTER_INTERCEPT_MEMORY		BIT(0)

struct hv_register_intercept {
	struct hv_intercept_header header;
	u8 flags;			/* HV_REGISTER_INTERCEPT_MEMORY */
	u8 reserved[3];
	u32 name;			/* HV_REGISTER_* */
	struct hv_value source;		/* its new value, or where it is read */
};

COMPILE_ASSERT(sizeof(struct hv_register_intercept) == 64);

#endif /* HV_TLFS_REGISTER_INTERCEPT_H */

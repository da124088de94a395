/* SPDX-License-Identifier: GPL-2.0-only */
/* What the hypervisor lets a VMM in this partition do. */
#ifndef _MSHV_CAPS_H
#define _MSHV_CAPS_H

#include <linux/types.h>
#include <hyperv/hvhdk_vmm.h>

struct mshv_root;

/**
 * struct mshv_vmm_caps - the VMM capabilities
 * @known: the hypervisor answered; always true on an L1VH
 * @bank0: the capabilities; all clear unless the hypervisor said that it
 *	   filled this bank
 */
struct mshv_vmm_caps {
	bool known;
	union hv_vmm_capabilities_bank0 bank0;
};

int mshv_caps_start(struct mshv_root *root);

#endif /* _MSHV_CAPS_H */

// SPDX-License-Identifier: GPL-2.0-only
/* Reading the VMM capabilities. */
#define pr_fmt(fmt) "mshv_root: " fmt

#include <linux/err.h>
#include <linux/printk.h>
#include <kunit/static_stub.h>

#include "mshv_root.h"
#include "property.h"

/**
 * mshv_caps_start() - probe step: read the VMM capabilities
 * @root: @partition_type is valid; out: @caps
 *
 * An L1VH cannot do without them: its scheduler is one of them. A root
 * partition can, and goes on with none when the hypervisor does not tell.
 *
 * A hypervisor newer than this driver may have more banks than one; they are
 * none of our business. One that filled none has no capability to offer,
 * whatever the memory of the first bank contains.
 *
 * Context: Process context.
 * Return: 0, or on an L1VH the errno of the hypercall.
 */
int mshv_caps_start(struct mshv_root *root)
{
	struct hv_vmm_capabilities property;
	int ret;

	KUNIT_STATIC_STUB_REDIRECT(mshv_caps_start, root);

	root->caps = (struct mshv_vmm_caps){};

	ret = mshv_get_partition_property_ex(HV_PARTITION_ID_SELF,
					     HV_VMM_CAPABILITIES_PROPERTY,
					     &property, sizeof(property));
	if (ret && root->partition_type == MSHV_PARTITION_L1VH) {
		pr_err("cannot read the VMM capabilities: %pe\n", ERR_PTR(ret));
		return ret;
	}
	if (ret)
		return 0;

	root->caps.known = true;
	if (property.bank_count)
		root->caps.bank0 = property.bank0;
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the hypervisor says about itself and this partition: the partition type,
 * properties, and the VMM capabilities.
 */
#ifndef _MSHV_CAPS_H
#define _MSHV_CAPS_H

#include <linux/types.h>
#include <hyperv/hvhdk.h>
#include <hyperv/hvhdk_vmm.h>

struct mshv_root;

/**
 * enum mshv_partition_type - what kind of parent partition this system is
 * @MSHV_PARTITION_L1VH: a Level-1 Virtualization Host: a guest that creates
 *			 sibling partitions out of its own resources
 * @MSHV_PARTITION_ROOT: the root partition, which owns the machine
 */
enum mshv_partition_type {
	MSHV_PARTITION_L1VH,
	MSHV_PARTITION_ROOT,
};

/**
 * struct mshv_environment - what the driver finds itself in
 * @on_hypervisor: the kernel runs on the Microsoft Hypervisor and can call it
 * @version: the hypervisor's version, if @on_hypervisor
 * @privileges: EBX of CPUID leaf 0x40000003, the upper half of the partition's
 *		privilege mask (TLFS, "Feature and privilege discovery")
 * @kdump: this kernel was started to save a crash dump
 * @core_knows_root: the kernel's core was built with CONFIG_MSHV_ROOT, so that
 *		     it brought the machine up the way a root partition has to
 */
struct mshv_environment {
	bool on_hypervisor;
	union hv_hypervisor_version_info version;
	u32 privileges;
	bool kdump;
	bool core_knows_root;
};

void mshv_environment_read(struct mshv_environment *env);
const char *mshv_partition_classify(const struct mshv_environment *env,
				    enum mshv_partition_type *type);
const char *mshv_partition_type_name(enum mshv_partition_type type);
int mshv_partition_type_start(struct mshv_root *root);

int mshv_get_partition_property_ex(u64 partition_id, u32 property,
				   void *value, size_t size);
int mshv_get_system_property(u32 property, u64 *value);

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

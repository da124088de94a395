// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of /dev/mshv, for those who cannot read the kernel log.
 * Documented in Documentation/ABI/testing/sysfs-class-misc-mshv.
 */
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/sysfs.h>

#include "mshv_root.h"

static const struct mshv_root *to_root(struct device *dev)
{
	return container_of_const((struct miscdevice *)dev_get_drvdata(dev),
				  struct mshv_root, misc);
}

/**
 * mshv_format_version() - write a hypervisor version the way Hyper-V does
 * @version: the version
 * @buf: out: major.minor.build.service-pack-branch
 */
void mshv_format_version(const union hv_hypervisor_version_info *version,
			 char buf[MSHV_VERSION_LEN])
{
	snprintf(buf, MSHV_VERSION_LEN, "%u.%u.%u.%u-%u-%u",
		 version->major_version, version->minor_version,
		 version->build_number, version->service_number,
		 version->service_pack, version->service_branch);
}

static ssize_t partition_type_show(struct device *dev,
				   struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  mshv_partition_type_name(to_root(dev)->partition_type));
}
static DEVICE_ATTR_RO(partition_type);

static ssize_t scheduler_show(struct device *dev,
			      struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_root(dev)->scheduler->name);
}
static DEVICE_ATTR_RO(scheduler);

static ssize_t vmm_capabilities_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	const struct mshv_vmm_caps *caps = &to_root(dev)->caps;

	if (!caps->known)
		return sysfs_emit(buf, "unknown\n");
	return sysfs_emit(buf, "0x%016llx\n", caps->bank0.as_uint64);
}
static DEVICE_ATTR_RO(vmm_capabilities);

static ssize_t hypervisor_version_show(struct device *dev,
				       struct device_attribute *attr, char *buf)
{
	char version[MSHV_VERSION_LEN];

	mshv_format_version(&to_root(dev)->version, version);
	return sysfs_emit(buf, "%s\n", version);
}
static DEVICE_ATTR_RO(hypervisor_version);

static struct attribute *mshv_dev_attrs[] = {
	&dev_attr_partition_type.attr,
	&dev_attr_scheduler.attr,
	&dev_attr_vmm_capabilities.attr,
	&dev_attr_hypervisor_version.attr,
	NULL
};

static const struct attribute_group mshv_dev_group = {
	.attrs = mshv_dev_attrs,
};

const struct attribute_group *mshv_dev_groups[] = {
	&mshv_dev_group,
	NULL
};

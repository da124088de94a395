// SPDX-License-Identifier: GPL-2.0-only
/* /dev/mshv, the way in for a VMM, and its attributes. */
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mshv.h>
#include <linux/sysfs.h>
#include <kunit/static_stub.h>

#include "ioctl.h"
#include "mshv_root.h"
#include "partition.h"
#include "passthru.h"

static long dev_create_partition(void *object, void __user *user_arg)
{
	return mshv_partition_create(object, user_arg);
}

static long dev_hvcall(void *object, void *arg)
{
	return mshv_passthru_self(arg);
}

static const struct mshv_ioctl dev_ioctls[] = {
	{ MSHV_CREATE_PARTITION,	.user = dev_create_partition },
	{ MSHV_ROOT_HVCALL,		dev_hvcall },
};

static long dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct mshv_root *root = container_of(file->private_data,
					      struct mshv_root, misc);

	return mshv_ioctl(dev_ioctls, ARRAY_SIZE(dev_ioctls), root,
			  cmd, (void __user *)arg);
}

static const struct file_operations dev_fops = {
	.owner		= THIS_MODULE,
	.unlocked_ioctl	= dev_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= noop_llseek,
};

/*
 * Attributes, documented in Documentation/ABI/testing/sysfs-class-misc-mshv, for
 * programs that cannot read the kernel log.
 */
static const struct mshv_root *dev_to_root(struct device *dev)
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
			  mshv_partition_type_name(dev_to_root(dev)->partition_type));
}
static DEVICE_ATTR_RO(partition_type);

static ssize_t scheduler_show(struct device *dev,
			      struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", dev_to_root(dev)->scheduler->name);
}
static DEVICE_ATTR_RO(scheduler);

static ssize_t vmm_capabilities_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	const struct mshv_vmm_caps *caps = &dev_to_root(dev)->caps;

	if (!caps->known)
		return sysfs_emit(buf, "unknown\n");
	return sysfs_emit(buf, "0x%016llx\n", caps->bank0.as_uint64);
}
static DEVICE_ATTR_RO(vmm_capabilities);

static ssize_t hypervisor_version_show(struct device *dev,
				       struct device_attribute *attr, char *buf)
{
	char version[MSHV_VERSION_LEN];

	mshv_format_version(&dev_to_root(dev)->version, version);
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

static const struct attribute_group *mshv_dev_groups[] = {
	&mshv_dev_group,
	NULL
};

static void dev_announce(const struct mshv_root *root)
{
	char version[MSHV_VERSION_LEN], caps[sizeof("0x0123456789abcdef")];

	mshv_format_version(&root->version, version);
	if (root->caps.known)
		snprintf(caps, sizeof(caps), "0x%016llx",
			 root->caps.bank0.as_uint64);
	else
		strscpy(caps, "unknown");

	dev_info(root->misc.this_device,
		 "%s partition, hypervisor %s, VMM capabilities %s: %s, VPs are dispatched by %s\n",
		 mshv_partition_type_name(root->partition_type), version, caps,
		 root->scheduler->title, root->scheduler->ops->name);
}

/**
 * mshv_dev_start() - probe step: make /dev/mshv appear
 * @root: everything else in it is valid
 *
 * Context: Process context, may sleep.
 * Return: 0, or the errno of misc_register().
 */
int mshv_dev_start(struct mshv_root *root)
{
	int ret;

	KUNIT_STATIC_STUB_REDIRECT(mshv_dev_start, root);

	root->misc = (struct miscdevice){
		.minor	= MISC_DYNAMIC_MINOR,
		.name	= "mshv",
		.fops	= &dev_fops,
		.groups	= mshv_dev_groups,
		.mode	= 0600,
	};
	ret = misc_register(&root->misc);
	if (ret)
		return ret;

	dev_announce(root);
	return 0;
}

/**
 * mshv_dev_stop() - undo mshv_dev_start()
 * @root: the driver's state
 *
 * No file is open: each holds a reference on the module.
 *
 * Context: Process context, may sleep.
 */
void mshv_dev_stop(struct mshv_root *root)
{
	KUNIT_STATIC_STUB_REDIRECT(mshv_dev_stop, root);

	misc_deregister(&root->misc);
}

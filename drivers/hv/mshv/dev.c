// SPDX-License-Identifier: GPL-2.0-only
/* /dev/mshv, the way in for a VMM. */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mshv.h>
#include <kunit/static_stub.h>

#include "ioctl.h"
#include "mshv_root.h"
#include "partition.h"
#include "passthru.h"

static long create_partition(void *object, void __user *user_arg)
{
	return mshv_partition_create(object, user_arg);
}

static long dev_hvcall(void *object, void *arg)
{
	return mshv_passthru_self(arg);
}

static const struct mshv_ioctl dev_ioctls[] = {
	{ MSHV_CREATE_PARTITION,	.user = create_partition },
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

static void announce(const struct mshv_root *root)
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

	announce(root);
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

// SPDX-License-Identifier: GPL-2.0-only
/* The file of a virtual processor: running it, and its pages. */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mshv.h>
#include <linux/pagemap.h>
#include <linux/uaccess.h>
#include <asm/mshyperv.h>

#include "held_lock.h"
#include "ioctl.h"
#include "mshv_root.h"
#include "partition.h"
#include "passthru.h"
#include "trace.h"
#include "vp.h"
#include "vp_state.h"

static_assert(sizeof(struct hv_message) == MSHV_RUN_VP_BUF_SZ);

/* An intercept that the driver deals with itself: memory to be mapped. */
static int handle_intercept(struct mshv_vp *vp)
{
	const struct hv_message *message = vp->intercept.address;
	const struct hv_x64_memory_intercept_message *fault =
		(const void *)message->u.payload;
	u8 access = fault->header.intercept_access_type;

	if (message->header.message_type != HVMSG_GPA_INTERCEPT)
		return MSHV_FAULT_FOR_VMM;

	return mshv_memory_fault(&vp->partition->memory,
				 fault->guest_physical_address >> PAGE_SHIFT,
				 access == HV_INTERCEPT_ACCESS_WRITE,
				 access == HV_INTERCEPT_ACCESS_EXECUTE);
}

static long run_vp(void *object, void __user *user_message)
{
	struct mshv_vp *vp = object;
	const struct mshv_sched_ops *ops = vp->partition->root->scheduler->ops;
	const struct hv_message *message = vp->intercept.address;
	long ret;

	trace_mshv_vp_entry(vp->partition->id, vp->index);
	do {
		ret = ops->run(vp);
		if (!ret)
			ret = handle_intercept(vp);
	} while (ret == MSHV_FAULT_FIXED);
	trace_mshv_vp_exit(vp->partition->id, vp->index,
			   message->header.message_type, ret);

	if (ret != MSHV_FAULT_FOR_VMM)
		return ret;

	if (copy_to_user(user_message, message, sizeof(*message)))
		return -EFAULT;
	return 0;
}

static long vp_hvcall(void *object, void *arg)
{
	struct mshv_vp *vp = object;

	return mshv_passthru_vp(vp->partition, arg);
}

static long get_vp_state(void *object, void *arg)
{
	return mshv_vp_get_state(object, arg);
}

static long set_vp_state(void *object, void *arg)
{
	return mshv_vp_set_state(object, arg);
}

/* But for MSHV_RUN_VP, which is not looked up. */
static const struct mshv_ioctl vp_ioctls[] = {
	{ MSHV_GET_VP_STATE,	get_vp_state },
	{ MSHV_SET_VP_STATE,	set_vp_state },
	{ MSHV_ROOT_HVCALL,	vp_hvcall },
};

static long vp_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct mshv_vp *vp = file->private_data;
	long ret;

	if (mshv_held_lock(&vp->lock, &vp->holder))
		return -EINTR;
	if (mshv_partition_stopped(vp->partition))
		ret = -ESHUTDOWN;
	else if (likely(cmd == MSHV_RUN_VP))
		ret = run_vp(vp, (void __user *)arg);
	else
		ret = mshv_ioctl(vp_ioctls, ARRAY_SIZE(vp_ioctls), vp,
				 cmd, (void __user *)arg);
	mshv_held_unlock(&vp->lock, &vp->holder);
	return ret;
}

static const struct mshv_shared_page *page_at(const struct mshv_vp *vp,
					      unsigned long offset)
{
	switch (offset) {
	case MSHV_VP_MMAP_OFFSET_REGISTERS:
		return &vp->registers;
	case MSHV_VP_MMAP_OFFSET_INTERCEPT_MESSAGE:
		return &vp->intercept;
	default:
		return NULL;
	}
}

static vm_fault_t vp_fault(struct vm_fault *vmf)
{
	const struct mshv_vp *vp = vmf->vma->vm_file->private_data;
	const struct mshv_shared_page *page = page_at(vp, vmf->pgoff);
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;
	vm_fault_t ret = VM_FAULT_SIGBUS;

	/* Against mshv_vp_stop(): afterwards the page is not ours any more. */
	filemap_invalidate_lock_shared(mapping);
	if (page && !mshv_partition_stopped(vp->partition))
		ret = vmf_insert_pfn(vmf->vma, vmf->address, page->pfn);
	filemap_invalidate_unlock_shared(mapping);
	return ret;
}

static const struct vm_operations_struct vp_vm_ops = {
	.fault = vp_fault,
};

/* The mapping holds the file, the file holds the partition. */
static int vp_mmap(struct file *file, struct vm_area_struct *vma)
{
	const struct mshv_vp *vp = file->private_data;

	if (vma->vm_pgoff == MSHV_VP_MMAP_OFFSET_GHCB)
		return -ENODEV;
	if (!page_at(vp, vma->vm_pgoff) || vma_pages(vma) != 1 ||
	    !(vma->vm_flags & VM_SHARED))
		return -EINVAL;

	vm_flags_set(vma, VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_ops = &vp_vm_ops;
	return 0;
}

static int vp_release(struct inode *inode, struct file *file)
{
	struct mshv_vp *vp = file->private_data;

	scoped_guard(mutex, &vp->lock)
		vp->mapping = NULL;
	mshv_partition_put(vp->partition);
	return 0;
}

const struct file_operations mshv_vp_fops = {
	.owner		= THIS_MODULE,
	.release	= vp_release,
	.unlocked_ioctl	= vp_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.mmap		= vp_mmap,
	.llseek		= noop_llseek,
};

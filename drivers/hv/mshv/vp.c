// SPDX-License-Identifier: GPL-2.0-only
/* Virtual processors: create, kick, destroy. */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mshv.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <asm/mshyperv.h>

#include "debugfs.h"
#include "held_lock.h"
#include "hvcall.h"
#include "mshv_root.h"
#include "partition.h"
#include "registers.h"
#include "trace.h"
#include "vp.h"

/* VPs of a partition at the most; also bounds what messages can name. */
#define MAX_VPS		256

static int map_stats(struct mshv_vp *vp)
{
	const union hv_stats_object_identity identity = {
		.vp = {
			.partition_id = vp->partition->id,
			.vp_index = vp->index,
		},
	};

	return mshv_stats_map(&vp->stats, HV_STATS_OBJECT_VP, &identity);
}

static void unmap_state(struct mshv_vp *vp, u16 type,
			struct mshv_shared_page *page)
{
	if (page->address)
		mshv_unmap_state_page(vp->partition->id, vp->index, type, page);
}

static void unmap_pages(struct mshv_vp *vp)
{
	mshv_stats_unmap(&vp->stats);
	unmap_state(vp, HV_VP_STATE_PAGE_REGISTERS, &vp->registers);
	unmap_state(vp, HV_VP_STATE_PAGE_INTERCEPT_MESSAGE, &vp->intercept);
}

static int map_pages(struct mshv_vp *vp)
{
	const u64 partition_id = vp->partition->id;
	int ret;

	ret = mshv_map_state_page(partition_id, vp->index,
				  HV_VP_STATE_PAGE_INTERCEPT_MESSAGE,
				  &vp->intercept);
	if (!ret)
		ret = mshv_map_state_page(partition_id, vp->index,
					  HV_VP_STATE_PAGE_REGISTERS,
					  &vp->registers);
	if (!ret)
		ret = map_stats(vp);

	if (ret)
		unmap_pages(vp);
	return ret;
}

static int create_in_hypervisor(struct mshv_vp *vp)
{
	const struct hv_create_vp in = {
		.partition_id = vp->partition->id,
		.vp_index = vp->index,
		.subnode_type = HV_SUBNODE_ANY,
	};

	return mshv_hvcall_pooled(vp->partition->id, HVCALL_CREATE_VP,
				  &in, sizeof(in), NULL, 0);
}

static void delete_in_hypervisor(struct mshv_vp *vp)
{
	const union hv_input_delete_vp in = {
		.partition_id = vp->partition->id,
		.vp_index = vp->index,
	};
	u64 status = mshv_hvcall(HVCALL_DELETE_VP, &in, sizeof(in), NULL, 0);

	if (!hv_result_success(status))
		mshv_hvcall_report(HVCALL_DELETE_VP, vp->partition->id, status);
}

static struct mshv_vp *alloc_vp(struct mshv_partition *partition, u32 index)
{
	struct mshv_vp *vp = kzalloc_obj(*vp, GFP_KERNEL_ACCOUNT);

	if (!vp)
		return NULL;

	vp->partition = partition;
	vp->index = index;
	mutex_init(&vp->lock);
	rcuwait_init(&vp->run.wait);
	spin_lock_init(&vp->run.resuming);
	return vp;
}

/*
 * The file of a VP keeps the partition, not the other way round. The interrupt
 * handler finds the VP before anybody can run it, and both come when nothing
 * can fail any more.
 */
static int publish(struct mshv_vp *vp)
{
	struct file *file;
	int fd;

	fd = get_unused_fd_flags(O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fd;

	/* An inode of its own, whose mappings can be found. */
	file = anon_inode_create_getfile("mshv_vp", &mshv_vp_fops, vp, O_RDWR,
					 NULL);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}

	mshv_partition_get(vp->partition);
	vp->mapping = file->f_mapping;
	xa_store(&vp->partition->vps, vp->index, vp, GFP_KERNEL_ACCOUNT);
	mshv_debugfs_add_vp(vp);
	fd_install(fd, file);
	return fd;
}

/**
 * mshv_vp_create() - MSHV_CREATE_VP
 * @partition: the child; its lock is held
 * @args: the argument of the ioctl
 *
 * Context: Process context, may sleep.
 * Return: the file descriptor of the new VP, or -EINVAL, -EEXIST, -ENOMEM,
 *	   -EMFILE, -ENFILE, or the errno for the hypercall's status; see
 *	   MSHV_CREATE_VP in include/uapi/linux/mshv.h.
 */
long mshv_vp_create(struct mshv_partition *partition,
		    const struct mshv_create_vp *args)
{
	struct mshv_vp *vp;
	int ret;

	if (args->vp_index >= MAX_VPS)
		return -EINVAL;
	if (xa_load(&partition->vps, args->vp_index))
		return -EEXIST;

	vp = alloc_vp(partition, args->vp_index);
	if (!vp)
		return -ENOMEM;

	/* Room in advance, so that publishing cannot fail for lack of it. */
	ret = xa_reserve(&partition->vps, vp->index, GFP_KERNEL_ACCOUNT);
	if (ret)
		goto free;
	ret = create_in_hypervisor(vp);
	if (ret)
		goto release;
	ret = map_pages(vp);
	if (ret)
		goto delete;
	ret = publish(vp);
	if (ret < 0)
		goto unmap;

	trace_mshv_vp_create(partition->id, args->vp_index);
	return ret;

unmap:
	unmap_pages(vp);
delete:
	delete_in_hypervisor(vp);
release:
	xa_release(&partition->vps, vp->index);
free:
	kfree(vp);
	return ret;
}

/**
 * mshv_vp_suspend() - keep a VP from running
 * @vp: the VP; MSHV_RUN_VP would resume it
 *
 * Context: Any, after mshv_hvcall_start().
 */
void mshv_vp_suspend(const struct mshv_vp *vp)
{
	mshv_set_vp_register(vp->partition->id, vp->index,
			     HV_REGISTER_EXPLICIT_SUSPEND, 1);
}

/* Whoever touches the pages again meets a signal, see vp_file.c. */
static void unmap_from_users(const struct mshv_vp *vp)
{
	if (!vp->mapping)
		return;
	filemap_invalidate_lock(vp->mapping);
	unmap_mapping_range(vp->mapping, 0, 0, 1);
	filemap_invalidate_unlock(vp->mapping);
}

/**
 * mshv_vp_stop() - make a VP stop and stay so
 * @vp: a VP of a partition that is stopped
 *
 * Context: Process context, may sleep.
 * Return: whether it worked: no thread runs the VP, and none can any more. Else a
 *	   thread of the VMM does not come back even when it is killed; the VP is
 *	   suspended then.
 */
bool mshv_vp_stop(struct mshv_vp *vp)
{
	/* Ends a dispatch at once. The thread may start the VP once more. */
	mshv_vp_suspend(vp);
	rcuwait_wake_up(&vp->run.wait);

	if (!mshv_held_lock_bounded(&vp->lock, &vp->holder))
		return false;
	mshv_vp_suspend(vp);
	unmap_from_users(vp);
	mutex_unlock(&vp->lock);
	return true;
}

/**
 * mshv_vp_destroy() - undo mshv_vp_create(), but for the memory of @vp itself
 * @vp: the VP, which nobody runs any more, and neither the interrupt handler nor
 *	debugfs find
 *
 * Context: Process context, may sleep.
 */
void mshv_vp_destroy(struct mshv_vp *vp)
{
	trace_mshv_vp_destroy(vp->partition->id, vp->index);
	unmap_pages(vp);
	delete_in_hypervisor(vp);
}

/**
 * mshv_vp_kick() - tell the thread that runs a VP to look at it
 * @vp: the VP
 *
 * Context: Interrupt handler.
 */
void mshv_vp_kick(struct mshv_vp *vp)
{
	trace_mshv_vp_kick(vp->partition->id, vp->index);
	atomic64_inc(&vp->run.signals);
	WRITE_ONCE(vp->run.kicked, true);
	rcuwait_wake_up(&vp->run.wait);
}

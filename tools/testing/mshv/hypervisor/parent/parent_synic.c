// SPDX-License-Identifier: GPL-2.0-only
/*
 * The synthetic interrupt controller's registers, one set per VP.
 *
 * The root partition finds all three pages provided and cannot move them; an
 * L1VH finds message page and event flags page provided and may move them; a
 * guest brings its own.
 */
#include "parent/parent_upcalls.h"
#include "child.h"
#include "synic.h"
#include "vmbus.h"

/**
 * synic_init_vp() - Set up the SynIC of a new VP
 * @vp: the VP
 */
void synic_init_vp(struct vp *vp)
{
	enum partition_type type = vp->partition->type;
	u32 i;

	for (i = 0; i < HV_NUM_SINTS; i++)
		vp->synic.sint[i] = HV_SINT_MASKED;
	if (type == PARTITION_ROOT || type == PARTITION_L1VH) {
		vp->synic.simp = parent_page_alloc();
		vp->synic.siefp = parent_page_alloc();
	}
	if (type == PARTITION_ROOT)
		vp->synic.sirbp = parent_page_alloc();
}

/**
 * synic_read() - Read a register
 * @vp: whose
 * @msr: HV_MSR_SCONTROL to HV_MSR_SINT15
 * @value: set to its value
 *
 * Return: false when there is no such register to read.
 */
bool synic_read(struct vp *vp, u32 msr, u64 *value)
{
	const struct synic *synic = &vp->synic;

	switch (msr) {
	case HV_MSR_SCONTROL:
		*value = synic->control;
		return true;
	case HV_MSR_SVERSION:
		*value = HV_SYNIC_VERSION;
		return true;
	case HV_MSR_SIEFP:
		*value = synic->siefp;
		return true;
	case HV_MSR_SIMP:
		*value = synic->simp;
		return true;
	case HV_MSR_SIRBP:
		*value = synic->sirbp;
		return true;
	case HV_MSR_EOM:
		*value = 0;
		return true;
	case HV_MSR_SINT0 ... HV_MSR_SINT15:
		*value = synic->sint[msr - HV_MSR_SINT0];
		return true;
	}
	return false;
}

static bool write_register(struct vp *vp, u32 msr, u64 value)
{
	struct synic *synic = &vp->synic;

	switch (msr) {
	case HV_MSR_SCONTROL:
		if (value & ~HV_SCONTROL_ENABLE)
			return false;
		synic->control = value;
		return true;
	case HV_MSR_SIEFP:
		return overlay_write(vp, &synic->siefp, value);
	case HV_MSR_SIMP:
		return overlay_write(vp, &synic->simp, value);
	case HV_MSR_SIRBP:
		return overlay_write(vp, &synic->sirbp, value);
	case HV_MSR_EOM:
		return true;
	case HV_MSR_SINT0 ... HV_MSR_SINT15:
		return sint_write(&synic->sint[msr - HV_MSR_SINT0], value);
	}
	return false;
}

/**
 * synic_write() - Write a register
 * @vp: whose
 * @msr: HV_MSR_SCONTROL to HV_MSR_SINT15
 * @value: new value
 *
 * Messages and doorbells that wait may have a place now, or have to go elsewhere.
 *
 * Return: false when there is no such register to write, or when it does not
 * accept the value.
 */
bool synic_write(struct vp *vp, u32 msr, u64 value)
{
	bool written = write_register(vp, msr, value);

	parent_upcalls.retry_messages();
	parent_upcalls.retry_doorbells();
	vmbus_retry();
	return written;
}

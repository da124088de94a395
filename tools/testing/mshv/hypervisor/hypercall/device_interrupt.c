// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls by which the root partition maps the interrupts of its devices.
 * I/O APIC and MSI are physically the root's: mapping yields the very values
 * that the root then programs. The hypervisor remembers them in order to
 * refuse what a real one would.
 */
#include "hypercall.h"

#define MAX_MAPPINGS	256
#define FIRST_VECTOR	16
#define BITS_PER_BANK	64

/* An unused slot has source 0. */
static struct mapping {
	u64 device_id;
	struct hv_interrupt_entry entry;
} mappings[MAX_MAPPINGS];

static struct spinlock mappings_lock;

static struct mapping *find_mapping(u64 device_id,
				    const struct hv_interrupt_entry *entry)
{
	u32 i;

	for (i = 0; i < MAX_MAPPINGS; i++) {
		struct mapping *m = &mappings[i];

		if (m->device_id == device_id &&
		    m->entry.source == entry->source &&
		    m->entry.value == entry->value)
			return m;
	}
	return NULL;
}

/* The first VP of the target; a sparse set comes in the variable header. */
static struct vp *first_target(const struct hypercall *call,
			       const struct hv_in_map_interrupt *in)
{
	const u64 *set = (const u64 *)(in + 1);
	const struct partition *partition = call->vp->partition;
	u64 mask = in->set_format;
	u32 index = 0;

	if (in->target_flags & HV_TARGET_PROCESSOR_SET) {
		if (in->set_format != HV_SET_SPARSE ||
		    call->varhead < 2 * sizeof(u64) || !set[0])
			return NULL;
		index = __builtin_ctzl(set[0]) * BITS_PER_BANK;
		mask = set[1];
	}
	if (!mask)
		return NULL;
	index += __builtin_ctzl(mask);
	if (index >= partition->num_vps)
		return NULL;
	return (struct vp *)&partition->vps[index];
}

static enum hv_status make_entry(const struct hv_in_map_interrupt *in,
				 u32 apic_id, struct hv_interrupt_entry *entry)
{
	switch (HV_DEVICE_TYPE(in->device_id)) {
	case HV_DEVICE_IOAPIC:
		entry->source = HV_SOURCE_IOAPIC;
		entry->value = in->vector | (u64)apic_id << HV_RTE_DEST_SHIFT;
		if (in->trigger_mode == HV_TRIGGER_LEVEL)
			entry->value |= HV_RTE_LEVEL;
		return HV_STATUS_SUCCESS;
	case HV_DEVICE_PCI:
		entry->source = HV_SOURCE_MSI;
		entry->value = HV_MSI_ADDRESS | apic_id << HV_MSI_DEST_SHIFT |
			       (u64)in->vector << 32;
		return HV_STATUS_SUCCESS;
	}
	return HV_STATUS_INVALID_PARAMETER;
}

static enum hv_status remember(u64 device_id,
			       const struct hv_interrupt_entry *entry)
{
	static const struct hv_interrupt_entry unused;
	enum hv_status status = HV_STATUS_SUCCESS;
	struct mapping *m;

	spin_lock(&mappings_lock);
	m = find_mapping(0, &unused);
	if (m)
		*m = (struct mapping) { device_id, *entry };
	else
		status = HV_STATUS_NO_RESOURCES;
	spin_unlock(&mappings_lock);
	return status;
}

/**
 * call_map_device_interrupt() - HvCallMapDeviceInterrupt
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARTITION_ID,
 * HV_STATUS_INVALID_PARAMETER or HV_STATUS_NO_RESOURCES.
 */
enum hv_status call_map_device_interrupt(struct hypercall *call)
{
	const struct hv_in_map_interrupt *in = call->input;
	struct hv_out_map_interrupt *out = call->output;
	enum hv_status status;
	struct vp *target;

	if (in->partition_id != HV_PARTITION_ID_SELF &&
	    in->partition_id != call->vp->partition->id)
		return HV_STATUS_INVALID_PARTITION_ID;
	if (in->flags || in->reserved || in->vector_count != 1 ||
	    in->type != HV_INTERRUPT_FIXED ||
	    in->trigger_mode > HV_TRIGGER_LEVEL ||
	    in->vector < FIRST_VECTOR || in->vector > 0xff ||
	    (in->target_flags & ~(HV_TARGET_MULTICAST |
				  HV_TARGET_PROCESSOR_SET)))
		return HV_STATUS_INVALID_PARAMETER;

	target = first_target(call, in);
	if (!target)
		return HV_STATUS_INVALID_PARAMETER;
	status = make_entry(in, target->cpu->apic_id, &out->entry);
	if (status)
		return status;
	return remember(in->device_id, &out->entry);
}

/**
 * call_unmap_device_interrupt() - HvCallUnmapDeviceInterrupt
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARTITION_ID or
 * HV_STATUS_INVALID_PARAMETER (reserved field, or not mapped).
 */
enum hv_status call_unmap_device_interrupt(struct hypercall *call)
{
	const struct hv_in_unmap_interrupt *in = call->input;
	enum hv_status status = HV_STATUS_INVALID_PARAMETER;
	struct mapping *m;

	if (in->partition_id != HV_PARTITION_ID_SELF &&
	    in->partition_id != call->vp->partition->id)
		return HV_STATUS_INVALID_PARTITION_ID;
	if (in->flags || in->entry.reserved || !in->entry.source)
		return HV_STATUS_INVALID_PARAMETER;

	spin_lock(&mappings_lock);
	m = find_mapping(in->device_id, &in->entry);
	if (m) {
		*m = (struct mapping) { 0 };
		status = HV_STATUS_SUCCESS;
	}
	spin_unlock(&mappings_lock);
	return status;
}

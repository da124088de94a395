// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages from the hypervisor: find whom they concern, set a flag, wake a
 * thread, leave.
 *
 * A message is input. What it says is checked before it is used; what makes no
 * sense is counted, reported the first time, and otherwise ignored.
 */
#define pr_fmt(fmt) "mshv_root: " fmt

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/xarray.h>
#include <asm/mshyperv.h>

#include "partition.h"
#include "synic.h"
#include "vp.h"

/* Messages that made no sense, since the driver was loaded; in debugfs. */
atomic_t mshv_bad_messages;

static void report(const struct hv_message *message, const char *why)
{
	atomic_inc(&mshv_bad_messages);
	pr_warn_once("message of type %#x from the hypervisor: %s\n",
		     message->header.message_type, why);
}

/*
 * A message may be about a partition or VP that has just gone: that is not an
 * error.
 */
static void kick(u64 partition_id, u32 vp_index)
{
	struct mshv_partition *partition = mshv_partition_find(partition_id);
	struct mshv_vp *vp;

	if (!partition)
		return;
	vp = xa_load(&partition->vps, vp_index);
	if (vp)
		mshv_vp_kick(vp);
}

/* A VP has run into an intercept; the details are on its intercept page. */
static void receive_intercept(const struct hv_message *message)
{
	const struct hv_opaque_intercept_message *intercept =
		(const void *)message->u.payload;

	if (message->header.payload_size < sizeof(*intercept))
		return report(message, "too short");
	kick(message->header.sender, intercept->vp_index);
}

/* VPs that can be dispatched again, as a set of one partition's. */
static void receive_vp_set(const struct hv_message *message)
{
	const struct hv_vp_signal_bitset_scheduler_message *signal =
		(const void *)message->u.payload;
	const struct hv_vpset *set = &signal->vp_bitset.bitset;
	const u64 *banks = set->bank_contents;
	const size_t max_banks = ARRAY_SIZE(signal->vp_bitset.bitset_buffer) - 2;
	unsigned long valid = set->valid_bank_mask;
	unsigned int bank, bit;

	if (set->format != HV_GENERIC_SET_SPARSE_4K ||
	    hweight_long(valid) > max_banks)
		return report(message, "not a set of VPs");

	for_each_set_bit(bank, &valid, BITS_PER_LONG) {
		unsigned long vps = *banks++;

		for_each_set_bit(bit, &vps, BITS_PER_LONG)
			kick(signal->partition_id, bank * BITS_PER_LONG + bit);
	}
}

/* VPs that can be dispatched again, as pairs of partition and VP. */
static void receive_vp_pairs(const struct hv_message *message)
{
	const struct hv_vp_signal_pair_scheduler_message *signal =
		(const void *)message->u.payload;

	if (signal->vp_count > HV_MESSAGE_MAX_PARTITION_VP_PAIR_COUNT)
		return report(message, "more pairs than fit");

	for (u8 i = 0; i < signal->vp_count; i++)
		kick(signal->partition_ids[i], signal->vp_indexes[i]);
}

/* An interrupt source of ours that arrives as a message has something to say. */
static void receive_sint(const struct hv_message *message)
{
	const struct hv_notification_message_payload *notification =
		(const void *)message->u.payload;

	if (message->header.payload_size < sizeof(*notification))
		return report(message, "too short");
	if (notification->sint_index != HV_SYNIC_DOORBELL_SINT_INDEX)
		return report(message, "not of an interrupt source of ours");
	mshv_synic_read_doorbells();
}

/* A guest is done with a level interrupt. */
static void receive_eoi(const struct hv_message *message)
{
	const struct hv_x64_apic_eoi_message *eoi =
		(const void *)message->u.payload;
	struct mshv_partition *partition;

	if (message->header.payload_size < sizeof(*eoi))
		return report(message, "too short");
	if (eoi->interrupt_vector >= MSHV_IRQ_VECTORS)
		return report(message, "not a vector");

	partition = mshv_partition_find(message->header.sender);
	if (partition)
		mshv_irqfd_acknowledge(partition, eoi->vp_index,
				       eoi->interrupt_vector);
}

/* A hypercall that was pending is done. */
static void receive_completion(const struct hv_message *message)
{
	const struct hv_async_completion_message_payload *completion =
		(const void *)message->u.payload;
	struct mshv_partition *partition;

	if (message->header.payload_size < sizeof(*completion))
		return report(message, "too short");

	partition = mshv_partition_find(completion->partition_id);
	if (partition)
		mshv_async_complete(&partition->async, completion->status);
}

/**
 * mshv_message_receive() - deal with a message
 * @message: the message, in place; nobody else changes it meanwhile
 *
 * Context: Interrupt handler.
 */
void mshv_message_receive(const struct hv_message *message)
{
	guard(rcu)();

	switch (message->header.message_type) {
	case HVMSG_OPAQUE_INTERCEPT:
		return receive_intercept(message);
	case HVMSG_SCHEDULER_VP_SIGNAL_BITSET:
		return receive_vp_set(message);
	case HVMSG_SCHEDULER_VP_SIGNAL_PAIR:
		return receive_vp_pairs(message);
	case HVMSG_SYNIC_SINT_INTERCEPT:
		return receive_sint(message);
	case HVMSG_X64_APIC_EOI:
		return receive_eoi(message);
	case HVMSG_ASYNC_CALL_COMPLETION:
		return receive_completion(message);
	default:
		return report(message, "unknown");
	}
}

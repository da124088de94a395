// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages to the parent: one slot, in which the next one waits for the last one
 * to be read, and nothing is lost or comes twice.
 *
 * The messages are signals that VPs can be dispatched again, which come at once
 * and from this processor. There are some only where the parent schedules.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <asm/msr.h>

#include "dispatch.h"

#define VPS		70	/* more than a bank of a set has */
#define SINT		HV_SYNIC_INTERCEPTION_SINT_INDEX
#define MSR_SINT	(HV_X64_MSR_SINT0 + SINT)

/* The slot of this processor, and what was there before */
struct slot {
	struct hv_message_page *page;
	struct hv_message *message;
	u64 simp, sint, control;
	u64 id;
};

static void debug_command(struct kunit *test, const char *command)
{
	KUNIT_EXPECT_TRUE(test, debug_accepts(command));
}

static u64 msr(u32 number)
{
	u64 value = 0;

	rdmsrq_safe(number, &value);
	return value;
}

static void listen(struct kunit *test, bool yes)
{
	const union hv_synic_sint sint = {
		.vector = HYPERVISOR_CALLBACK_VECTOR,
		.auto_eoi = hv_recommend_using_aeoi(),
		.masked = !yes,
	};

	KUNIT_EXPECT_EQ(test, wrmsrq_safe(MSR_SINT, sint.as_uint64), 0);
}

/* An L1VH may place its page; the root partition has one already. */
static void begin(struct kunit *test, struct slot *slot)
{
	u64 simp;
	u32 i;

	migrate_disable();
	*slot = (struct slot){
		.simp = msr(HV_X64_MSR_SIMP),
		.sint = msr(MSR_SINT),
		.control = msr(HV_X64_MSR_SCONTROL),
	};
	if (this_role() == ROLE_ROOT) {
		slot->page = memremap(slot->simp & PAGE_MASK, PAGE_SIZE,
				      MEMREMAP_WB);
		simp = slot->simp | 1;
	} else {
		slot->page = (void *)get_zeroed_page(GFP_KERNEL);
		simp = virt_to_phys(slot->page) | 1;
	}
	KUNIT_ASSERT_NOT_NULL(test, slot->page);
	slot->message = &slot->page->sint_message[SINT];

	KUNIT_EXPECT_EQ(test, wrmsrq_safe(HV_X64_MSR_SIMP, simp), 0);
	KUNIT_EXPECT_EQ(test, wrmsrq_safe(HV_X64_MSR_SCONTROL, 1), 0);
	listen(test, true);

	slot->id = active_child(test);
	EXPECT_STATUS(test, fill_pool(test, slot->id, 3 * VPS),
		      HV_STATUS_SUCCESS);
	for (i = 0; i < VPS; i++)
		EXPECT_STATUS(test, create_vp(test, slot->id, i),
			      HV_STATUS_SUCCESS);
}

static bool is_empty(const struct slot *slot)
{
	return READ_ONCE(slot->message->header.message_type) == HVMSG_NONE;
}

static void make_room(const struct slot *slot)
{
	WRITE_ONCE(slot->message->header.message_type, HVMSG_NONE);
}

static void end(struct kunit *test, struct slot *slot)
{
	end_child(test, slot->id);
	make_room(slot);
	wrmsrq_safe(MSR_SINT, slot->sint);
	wrmsrq_safe(HV_X64_MSR_SCONTROL, slot->control);
	wrmsrq_safe(HV_X64_MSR_SIMP, slot->simp);
	if (this_role() == ROLE_ROOT)
		memunmap(slot->page);
	else
		free_page((unsigned long)slot->page);
	migrate_enable();
}

/* A VP that was found suspended, and is so no longer: worth a message */
static void unblock(struct kunit *test, const struct slot *slot, u32 index)
{
	KUNIT_EXPECT_EQ(test, dispatched(test, slot->id, index, 0),
			DISPATCHED(BLOCKED, SUSPEND));
	set_suspended(test, slot->id, index, HV_REGISTER_EXPLICIT_SUSPEND, false);
}

static void end_of_message(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, wrmsrq_safe(HV_X64_MSR_EOM, 0), 0);
}

/* The slot has signals about VPs from @first on, as many as @count. */
static void expect_pairs(struct kunit *test, const struct slot *slot, u32 first,
			 u8 count)
{
	const struct hv_vp_signal_pair_scheduler_message *pairs =
		(void *)slot->message->u.payload;
	u8 i;

	KUNIT_EXPECT_EQ(test, (u32)slot->message->header.message_type,
			(u32)HVMSG_SCHEDULER_VP_SIGNAL_PAIR);
	KUNIT_EXPECT_EQ(test, slot->message->header.payload_size,
			sizeof(*pairs));
	KUNIT_EXPECT_EQ(test, pairs->overflow_count, 0);
	KUNIT_EXPECT_EQ(test, pairs->vp_count, count);
	for (i = 0; i < count; i++) {
		KUNIT_EXPECT_EQ(test, pairs->partition_ids[i], slot->id);
		KUNIT_EXPECT_EQ(test, pairs->vp_indexes[i], first + i);
	}
}

static void message_waits_for_its_slot(struct kunit *test)
{
	struct slot slot;

	needs_dispatch(test);
	begin(test, &slot);
	unblock(test, &slot, 0);
	expect_pairs(test, &slot, 0, 1);
	KUNIT_EXPECT_FALSE(test, slot.message->header.message_flags.msg_pending);

	/* The slot is taken: what comes waits, and says so. */
	unblock(test, &slot, 1);
	unblock(test, &slot, 2);
	expect_pairs(test, &slot, 0, 1);
	KUNIT_EXPECT_TRUE(test, slot.message->header.message_flags.msg_pending);

	/* Room alone does nothing, and neither does its announcement alone. */
	end_of_message(test);
	expect_pairs(test, &slot, 0, 1);
	make_room(&slot);
	KUNIT_EXPECT_TRUE(test, is_empty(&slot));
	end_of_message(test);
	expect_pairs(test, &slot, 1, 2);
	KUNIT_EXPECT_FALSE(test, slot.message->header.message_flags.msg_pending);

	make_room(&slot);
	end_of_message(test);
	KUNIT_EXPECT_TRUE(test, is_empty(&slot));
	end(test, &slot);
}

static void order_is_kept(struct kunit *test)
{
	const u8 fit = HV_MESSAGE_MAX_PARTITION_VP_PAIR_COUNT;
	struct slot slot;
	u32 i;

	needs_dispatch(test);
	begin(test, &slot);
	unblock(test, &slot, 0);
	for (i = 1; i <= 2 * fit + 3; i++)
		unblock(test, &slot, i);

	expect_pairs(test, &slot, 0, 1);
	make_room(&slot);
	end_of_message(test);
	expect_pairs(test, &slot, 1, fit);
	KUNIT_EXPECT_TRUE(test, slot.message->header.message_flags.msg_pending);
	make_room(&slot);
	end_of_message(test);
	expect_pairs(test, &slot, 1 + fit, fit);
	make_room(&slot);
	end_of_message(test);
	expect_pairs(test, &slot, 1 + 2 * fit, 3);
	end(test, &slot);
}

static void signals_come_as_a_set(struct kunit *test)
{
	const struct hv_vp_signal_bitset_scheduler_message *signal;
	const struct hv_vpset *set;
	struct slot slot;

	needs_dispatch(test);
	debug_command(test, "knob signal-sets 1");
	begin(test, &slot);
	signal = (void *)slot.message->u.payload;
	set = &signal->vp_bitset.bitset;

	unblock(test, &slot, 5);
	KUNIT_EXPECT_EQ(test, (u32)slot.message->header.message_type,
			(u32)HVMSG_SCHEDULER_VP_SIGNAL_BITSET);
	KUNIT_EXPECT_EQ(test, signal->partition_id, slot.id);
	KUNIT_EXPECT_EQ(test, signal->vp_count, 1);
	KUNIT_EXPECT_EQ(test, set->format, HV_GENERIC_SET_SPARSE_4K);
	KUNIT_EXPECT_EQ(test, set->valid_bank_mask, 1);
	KUNIT_EXPECT_EQ(test, set->bank_contents[0], BIT_ULL(5));

	/* Banks that are empty are left out. */
	unblock(test, &slot, 64);
	unblock(test, &slot, 69);
	make_room(&slot);
	end_of_message(test);
	KUNIT_EXPECT_EQ(test, signal->vp_count, 2);
	KUNIT_EXPECT_EQ(test, set->valid_bank_mask, 2);
	KUNIT_EXPECT_EQ(test, set->bank_contents[0], BIT_ULL(0) | BIT_ULL(5));
	end(test, &slot);
	debug_command(test, "knob signal-sets 0");
}

/* Who does not listen gets nothing, and everything as soon as he does. */
static void masked_source_keeps_messages_waiting(struct kunit *test)
{
	struct slot slot;

	needs_dispatch(test);
	begin(test, &slot);
	listen(test, false);
	unblock(test, &slot, 0);
	unblock(test, &slot, 1);
	KUNIT_EXPECT_TRUE(test, is_empty(&slot));
	listen(test, true);
	expect_pairs(test, &slot, 0, 2);
	end(test, &slot);
}

static void messages_go_with_their_vp(struct kunit *test)
{
	struct slot slot;

	needs_dispatch(test);
	begin(test, &slot);
	unblock(test, &slot, 0);
	unblock(test, &slot, 1);
	unblock(test, &slot, 2);
	EXPECT_STATUS(test, delete_vp(test, slot.id, 1), HV_STATUS_SUCCESS);
	make_room(&slot);
	end_of_message(test);
	expect_pairs(test, &slot, 2, 1);
	end(test, &slot);
}

/* The count that a parent compares with what it has heard */
static void signals_are_counted(struct kunit *test)
{
	struct slot slot;
	u64 before;

	needs_dispatch(test);
	begin(test, &slot);
	before = register_of(test, slot.id, 3, HV_REGISTER_VP_ROOT_SIGNAL_COUNT);
	unblock(test, &slot, 3);
	KUNIT_EXPECT_EQ(test, register_of(test, slot.id, 3,
					  HV_REGISTER_VP_ROOT_SIGNAL_COUNT),
			before + 1);

	/* A VP that nobody was told is blocked is not worth a signal. */
	set_suspended(test, slot.id, 3, HV_REGISTER_EXPLICIT_SUSPEND, true);
	set_suspended(test, slot.id, 3, HV_REGISTER_EXPLICIT_SUSPEND, false);
	KUNIT_EXPECT_EQ(test, register_of(test, slot.id, 3,
					  HV_REGISTER_VP_ROOT_SIGNAL_COUNT),
			before + 1);
	end(test, &slot);
}

static struct kunit_case message_cases[] = {
	KUNIT_CASE(message_waits_for_its_slot),
	KUNIT_CASE(order_is_kept),
	KUNIT_CASE(signals_come_as_a_set),
	KUNIT_CASE(masked_source_keeps_messages_waiting),
	KUNIT_CASE(messages_go_with_their_vp),
	KUNIT_CASE(signals_are_counted),
	{}
};

static struct kunit_suite message_suite = {
	.name = "hv_messages",
	.init = child_init,
	.exit = child_exit,
	.test_cases = message_cases,
};

kunit_test_suite(message_suite);

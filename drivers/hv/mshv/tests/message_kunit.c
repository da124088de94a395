// SPDX-License-Identifier: GPL-2.0-only
/* Messages find the VPs that they name, and nonsense does no harm. */
#include <linux/string.h>
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <asm/mshyperv.h>

#include "../partition.h"
#include "../synic.h"
#include "../vp.h"

#define CHILD	42

/* A partition with VPs 0 and 65. */
struct fixture {
	struct mshv_partition partition;
	struct mshv_vp vps[2];
	struct hv_message message;
	unsigned int acknowledged;
	u32 vp_index;
	u32 vector;
	unsigned int doorbells_read;
};

static struct mshv_partition *fake_find(u64 id)
{
	struct fixture *fx = kunit_get_current_test()->priv;

	return id == CHILD ? &fx->partition : NULL;
}

static void fake_acknowledge(struct mshv_partition *partition, u32 vp_index,
			     u32 vector)
{
	struct fixture *fx = kunit_get_current_test()->priv;

	if (partition != &fx->partition)
		return;
	fx->acknowledged++;
	fx->vp_index = vp_index;
	fx->vector = vector;
}

static void fake_read_doorbells(void)
{
	struct fixture *fx = kunit_get_current_test()->priv;

	fx->doorbells_read++;
}

static int message_init(struct kunit *test)
{
	struct fixture *fx = kunit_kzalloc(test, sizeof(*fx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fx);
	xa_init(&fx->partition.vps);
	mshv_async_init(&fx->partition.async);
	for (int i = 0; i < 2; i++) {
		fx->vps[i].partition = &fx->partition;
		fx->vps[i].index = 65 * i;
		rcuwait_init(&fx->vps[i].run.wait);
		KUNIT_ASSERT_EQ(test, xa_insert(&fx->partition.vps, 65 * i,
						&fx->vps[i], GFP_KERNEL), 0);
	}
	test->priv = fx;
	kunit_activate_static_stub(test, mshv_partition_find, fake_find);
	kunit_activate_static_stub(test, mshv_irqfd_acknowledge,
				   fake_acknowledge);
	kunit_activate_static_stub(test, mshv_synic_read_doorbells,
				   fake_read_doorbells);
	return 0;
}

static void message_exit(struct kunit *test)
{
	struct fixture *fx = test->priv;

	xa_destroy(&fx->partition.vps);
}

static void *compose(struct fixture *fx, u32 type, u8 size)
{
	memset(&fx->message, 0, sizeof(fx->message));
	fx->message.header.message_type = type;
	fx->message.header.payload_size = size;
	fx->message.header.sender = CHILD;
	return fx->message.u.payload;
}

/* How often the two VPs were kicked since the last time. */
static void expect_kicks(struct kunit *test, u64 first, u64 second)
{
	struct fixture *fx = test->priv;

	mshv_message_receive(&fx->message);
	KUNIT_EXPECT_EQ(test, atomic64_xchg(&fx->vps[0].run.signals, 0), first);
	KUNIT_EXPECT_EQ(test, atomic64_xchg(&fx->vps[1].run.signals, 0), second);
	KUNIT_EXPECT_EQ(test, fx->vps[0].run.kicked, first > 0);
	KUNIT_EXPECT_EQ(test, fx->vps[1].run.kicked, second > 0);
	fx->vps[0].run.kicked = false;
	fx->vps[1].run.kicked = false;
}

static void intercept_kicks_its_vp(struct kunit *test)
{
	struct fixture *fx = test->priv;
	struct hv_opaque_intercept_message *intercept;

	intercept = compose(fx, HVMSG_OPAQUE_INTERCEPT, sizeof(*intercept));
	intercept->vp_index = 65;
	expect_kicks(test, 0, 1);

	intercept->vp_index = 64;
	expect_kicks(test, 0, 0);
	intercept->vp_index = U32_MAX;
	expect_kicks(test, 0, 0);

	intercept->vp_index = 0;
	fx->message.header.payload_size = 3;
	expect_kicks(test, 0, 0);
	fx->message.header.payload_size = 4;
	fx->message.header.sender = CHILD + 1;
	expect_kicks(test, 0, 0);
	fx->message.header.sender = CHILD;
	expect_kicks(test, 1, 0);
}

static void set_kicks_its_vps(struct kunit *test)
{
	struct fixture *fx = test->priv;
	struct hv_vp_signal_bitset_scheduler_message *signal;

	signal = compose(fx, HVMSG_SCHEDULER_VP_SIGNAL_BITSET, sizeof(*signal));
	signal->partition_id = CHILD;
	signal->vp_bitset.bitset.format = HV_GENERIC_SET_SPARSE_4K;

	/* Banks 0 and 1; a bank that is not valid has no contents. */
	signal->vp_bitset.bitset.valid_bank_mask = 3;
	signal->vp_bitset.bitset_buffer[2] = 1;
	signal->vp_bitset.bitset_buffer[3] = 2;
	expect_kicks(test, 1, 1);

	signal->vp_bitset.bitset.valid_bank_mask = 2;
	signal->vp_bitset.bitset_buffer[2] = 2;
	expect_kicks(test, 0, 1);

	/* VPs that do not exist. */
	signal->vp_bitset.bitset_buffer[2] = ~2ULL;
	expect_kicks(test, 0, 0);

	/* More banks than a message holds. */
	signal->vp_bitset.bitset.valid_bank_mask = ~0ULL;
	signal->vp_bitset.bitset_buffer[2] = 1;
	expect_kicks(test, 0, 0);

	signal->vp_bitset.bitset.valid_bank_mask = 1;
	expect_kicks(test, 1, 0);
	signal->vp_bitset.bitset.format = HV_GENERIC_SET_ALL;
	expect_kicks(test, 0, 0);
}

static void pairs_kick_their_vps(struct kunit *test)
{
	struct fixture *fx = test->priv;
	struct hv_vp_signal_pair_scheduler_message *signal;

	signal = compose(fx, HVMSG_SCHEDULER_VP_SIGNAL_PAIR, sizeof(*signal));
	signal->vp_count = 4;
	signal->partition_ids[0] = CHILD;
	signal->vp_indexes[0] = 65;
	/* One that has just gone does not hide those behind it. */
	signal->partition_ids[1] = CHILD + 1;
	signal->partition_ids[2] = CHILD;
	signal->vp_indexes[2] = 7;
	signal->partition_ids[3] = CHILD;
	signal->vp_indexes[3] = 0;
	expect_kicks(test, 1, 1);

	signal->vp_count = HV_MESSAGE_MAX_PARTITION_VP_PAIR_COUNT + 1;
	expect_kicks(test, 0, 0);
	signal->vp_count = 0;
	expect_kicks(test, 0, 0);
}

static void notification_makes_doorbells_read(struct kunit *test)
{
	struct fixture *fx = test->priv;
	struct hv_notification_message_payload *notification;

	notification = compose(fx, HVMSG_SYNIC_SINT_INTERCEPT,
			       sizeof(*notification));
	notification->sint_index = HV_SYNIC_DOORBELL_SINT_INDEX;
	expect_kicks(test, 0, 0);
	KUNIT_EXPECT_EQ(test, fx->doorbells_read, 1);

	notification->sint_index = HV_SYNIC_VMBUS_SINT_INDEX;
	expect_kicks(test, 0, 0);
	notification->sint_index = U32_MAX;
	expect_kicks(test, 0, 0);
	notification->sint_index = HV_SYNIC_DOORBELL_SINT_INDEX;
	fx->message.header.payload_size = 3;
	expect_kicks(test, 0, 0);
	KUNIT_EXPECT_EQ(test, fx->doorbells_read, 1);
}

static void completion_completes(struct kunit *test)
{
	struct fixture *fx = test->priv;
	struct hv_async_completion_message_payload *completion;
	u16 status = 0;

	completion = compose(fx, HVMSG_ASYNC_CALL_COMPLETION,
			     sizeof(*completion));
	completion->partition_id = CHILD;
	completion->status = HV_STATUS_ACCESS_DENIED;

	KUNIT_EXPECT_EQ(test, mshv_async_prepare(&fx->partition.async), 0);
	/* That of a partition which has just gone is nobody's. */
	completion->partition_id = CHILD + 1;
	expect_kicks(test, 0, 0);
	KUNIT_EXPECT_FALSE(test, completion_done(&fx->partition.async.done));
	completion->partition_id = CHILD;
	expect_kicks(test, 0, 0);
	KUNIT_EXPECT_EQ(test, mshv_async_wait(&fx->partition.async, &status), 0);
	KUNIT_EXPECT_EQ(test, status, HV_STATUS_ACCESS_DENIED);
	KUNIT_EXPECT_EQ(test, mshv_async_prepare(&fx->partition.async), 0);
}

static void late_completion_is_not_mistaken(struct kunit *test)
{
	struct fixture *fx = test->priv;
	struct mshv_async *async = &fx->partition.async;

	/* As after a wait that was killed. */
	async->pending = true;
	KUNIT_EXPECT_EQ(test, mshv_async_prepare(async), -EPERM);
	mshv_async_complete(async, 0);
	KUNIT_EXPECT_EQ(test, mshv_async_prepare(async), 0);
	KUNIT_EXPECT_FALSE(test, completion_done(&async->done));
}

static void eoi_is_an_acknowledgment(struct kunit *test)
{
	struct fixture *fx = test->priv;
	struct hv_x64_apic_eoi_message *eoi;

	eoi = compose(fx, HVMSG_X64_APIC_EOI, sizeof(*eoi));
	eoi->vp_index = 65;
	eoi->interrupt_vector = 0xff;
	expect_kicks(test, 0, 0);
	KUNIT_EXPECT_EQ(test, fx->acknowledged, 1);
	KUNIT_EXPECT_EQ(test, fx->vp_index, 65);
	KUNIT_EXPECT_EQ(test, fx->vector, 0xff);

	/* No vector, no room for one, no such partition. */
	eoi->interrupt_vector = 0x100;
	expect_kicks(test, 0, 0);
	eoi->interrupt_vector = 0xff;
	fx->message.header.payload_size = sizeof(*eoi) - 1;
	expect_kicks(test, 0, 0);
	fx->message.header.payload_size = sizeof(*eoi);
	fx->message.header.sender = CHILD + 1;
	expect_kicks(test, 0, 0);
	KUNIT_EXPECT_EQ(test, fx->acknowledged, 1);
}

static void unknown_types_are_only_counted(struct kunit *test)
{
	struct fixture *fx = test->priv;
	static const u32 types[] = {
		HVMSG_GPA_INTERCEPT, HVMSG_TIMER_EXPIRED, 1, U32_MAX,
	};
	const int before = atomic_read(&mshv_bad_messages);

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		compose(fx, types[i], 240);
		expect_kicks(test, 0, 0);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&mshv_bad_messages) - before,
			ARRAY_SIZE(types));
}

static struct kunit_case message_cases[] = {
	KUNIT_CASE(intercept_kicks_its_vp),
	KUNIT_CASE(set_kicks_its_vps),
	KUNIT_CASE(pairs_kick_their_vps),
	KUNIT_CASE(notification_makes_doorbells_read),
	KUNIT_CASE(completion_completes),
	KUNIT_CASE(late_completion_is_not_mistaken),
	KUNIT_CASE(eoi_is_an_acknowledgment),
	KUNIT_CASE(unknown_types_are_only_counted),
	{}
};

static struct kunit_suite message_suite = {
	.name = "mshv-message",
	.init = message_init,
	.exit = message_exit,
	.test_cases = message_cases,
};

kunit_test_suite(message_suite);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * SynIC and synthetic timers of VPs of children that do not run, by the names of
 * their registers, and the calls that put something into them.
 */
#include "dispatch.h"

#define NOT_A_CHILD		0x4711
#define INVALID_SYNIC_STATE	0x18
#define OBJECT_IN_USE		0x19
#define SINT			2
#define TYPE			0x1234
#define DELIVERABILITY		0x00010006
#define FREE_SLOT(sint)		BIT_ULL(48 + (sint))

/* Where the pages are put; nothing else is there. */
#define MESSAGES_GPA		0x10000ULL
#define FLAGS_GPA		0x11000ULL

struct signal_event {
	u64 partition_id;
	u32 vp_index;
	u8 vtl;
	u8 sint;
	u16 flag;
};

struct post_message {
	u64 partition_id;
	u32 vp_index;
	u8 vtl;
	u8 padding[3];
	u32 sint;
	u32 type;
	u8 payload_size;
	u8 rest[256 - 5];
	u32 padding2;
};

static u64 signal_event(struct kunit *test, const struct signal_event *event)
{
	const struct pages *pages = test->priv;

	memcpy(pages->in, event, sizeof(*event));
	return page_call(test, HVCALL_SIGNAL_EVENT_DIRECT);
}

static u64 post_message(struct kunit *test, const struct post_message *message)
{
	const struct pages *pages = test->priv;

	memcpy(pages->in, message, sizeof(*message));
	return page_call(test, HVCALL_POST_MESSAGE_DIRECT);
}

/* A child with all features, with one VP */
static u64 child_with_synic(struct kunit *test)
{
	struct hv_input_set_partition_property *in;
	const struct pages *pages = test->priv;
	u64 id;

	KUNIT_ASSERT_TRUE(test, hv_result_success(create_child(test, &id)));
	EXPECT_STATUS(test, fill_pool(test, id, CHILD_POOL_PAGES),
		      HV_STATUS_SUCCESS);
	in = pages->in;
	*in = (struct hv_input_set_partition_property) {
		.partition_id = id,
		.property_code = HV_PARTITION_PROPERTY_SYNTHETIC_PROC_FEATURES,
		.property_value = 0x400bff,
	};
	EXPECT_STATUS(test, page_call(test, HVCALL_SET_PARTITION_PROPERTY),
		      HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, child_call(test, HVCALL_INITIALIZE_PARTITION, id),
		      HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, create_vp(test, id, 0), HV_STATUS_SUCCESS);
	return id;
}

static void enable(struct kunit *test, u64 id)
{
	static const struct register_value values[] = {
		{ HV_REGISTER_SIMP, MESSAGES_GPA | 1 },
		{ HV_REGISTER_SIEFP, FLAGS_GPA | 1 },
		{ HV_REGISTER_SCONTROL, 1 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(values); i++)
		EXPECT_STATUS(test, set_register(test, id, 0, &values[i]),
			      HV_STATUS_SUCCESS);
}

static void calls_are_checked(struct kunit *test)
{
	static const struct signal_event bad_events[] = {
		{ .sint = 16 }, { .flag = 2048 }, { .vtl = 1 },
	};
	static const struct post_message bad_messages[] = {
		{ .sint = 16, .type = TYPE }, { .type = 0 },
		{ .type = 0x80000000 }, { .type = TYPE, .vtl = 1 },
		{ .type = TYPE, .payload_size = 241 },
		{ .type = TYPE, .padding = { 1 } },
		{ .type = TYPE, .padding2 = 1 },
	};
	u64 id = child_with_synic(test);
	size_t i;

	enable(test, id);
	for (i = 0; i < ARRAY_SIZE(bad_events); i++) {
		struct signal_event event = bad_events[i];

		event.partition_id = id;
		KUNIT_EXPECT_EQ_MSG(test, hv_result(signal_event(test, &event)),
				    HV_STATUS_INVALID_PARAMETER, "event %zu", i);
	}
	for (i = 0; i < ARRAY_SIZE(bad_messages); i++) {
		struct post_message message = bad_messages[i];

		message.partition_id = id;
		KUNIT_EXPECT_EQ_MSG(test,
				    hv_result(post_message(test, &message)),
				    HV_STATUS_INVALID_PARAMETER, "message %zu",
				    i);
	}
	end_child(test, id);
}

static void targets_are_checked(struct kunit *test)
{
	struct signal_event event = { .partition_id = NOT_A_CHILD };
	struct post_message message = {
		.partition_id = NOT_A_CHILD,
		.type = TYPE,
	};
	u64 id = child_with_synic(test);

	EXPECT_STATUS(test, signal_event(test, &event),
		      HV_STATUS_INVALID_PARTITION_ID);
	EXPECT_STATUS(test, post_message(test, &message),
		      HV_STATUS_INVALID_PARTITION_ID);
	event.partition_id = id;
	message.partition_id = id;
	EXPECT_STATUS(test, signal_event(test, &event), INVALID_SYNIC_STATE);
	EXPECT_STATUS(test, post_message(test, &message), INVALID_SYNIC_STATE);
	event.vp_index = 1;
	message.vp_index = 1;
	EXPECT_STATUS(test, signal_event(test, &event),
		      HV_STATUS_INVALID_VP_INDEX);
	EXPECT_STATUS(test, post_message(test, &message),
		      HV_STATUS_INVALID_VP_INDEX);
	end_child(test, id);
}

static void slots_and_flags_fill(struct kunit *test)
{
	const struct pages *pages = test->priv;
	struct signal_event event = { .sint = SINT, .flag = 5 };
	struct post_message message = { .sint = SINT, .type = TYPE };
	u64 id = child_with_synic(test);

	enable(test, id);
	event.partition_id = id;
	message.partition_id = id;
	EXPECT_STATUS(test, signal_event(test, &event), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, pages->out[0], 1);
	EXPECT_STATUS(test, signal_event(test, &event), HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, pages->out[0], 0);

	EXPECT_STATUS(test, post_message(test, &message), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, post_message(test, &message), OBJECT_IN_USE);
	message.sint++;
	EXPECT_STATUS(test, post_message(test, &message), HV_STATUS_SUCCESS);
	end_child(test, id);
}

static void registers_have_names(struct kunit *test)
{
	static const struct register_value good[] = {
		{ HV_REGISTER_SINT0 + 15, 0x41 }, { HV_REGISTER_SCONTROL, 1 },
		{ HV_REGISTER_STIMER0_CONFIG + 6, 0x1418 },
		{ HV_REGISTER_STIMER0_COUNT + 6, 0 },
		{ HV_REGISTER_GUEST_OS_ID, 0x8100 },
		{ HV_REGISTER_REFERENCE_TSC, 0x12001 },
		{ HV_REGISTER_VP_ASSIST_PAGE, 0x13001 },
		{ HV_REGISTER_GUEST_CRASH_P4, ~0ULL },
	}, bad[] = {
		{ HV_REGISTER_SINT0, 15 }, { HV_REGISTER_SINT0, BIT_ULL(32) },
		{ HV_REGISTER_SCONTROL, 2 }, { HV_REGISTER_SVERSION, 1 },
		{ HV_REGISTER_STIMER0_CONFIG, BIT_ULL(20) },
		{ HV_REGISTER_SIMP, BIT_ULL(50) | 1 },
		{ HV_REGISTER_SIMP, 0x12001 },
	};
	const struct pages *pages = test->priv;
	u64 id = child_with_synic(test);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		KUNIT_EXPECT_EQ_MSG(test, hv_result(set_register(test, id, 0,
								 &good[i])),
				    HV_STATUS_SUCCESS, "register %x",
				    good[i].name);
		get_registers(test, id, 0, &good[i].name, 1);
		KUNIT_EXPECT_EQ_MSG(test, pages->out[0], good[i].low,
				    "register %x", good[i].name);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, hv_result(set_register(test, id, 0,
								 &bad[i])),
				    HV_STATUS_INVALID_REGISTER_VALUE,
				    "register %x", bad[i].name);
	end_child(test, id);
}

/* A VP that does not run tells nothing, and keeps in mind what it is to tell. */
static void free_slots_are_told_by_the_vp(struct kunit *test)
{
	static const struct register_value bad = { DELIVERABILITY, BIT(6) };
	static const struct register_value wanted = {
		DELIVERABILITY, FREE_SLOT(SINT) | FREE_SLOT(SINT + 1),
	};
	struct post_message message = { .sint = SINT, .type = TYPE };
	u64 id = child_with_synic(test);

	EXPECT_STATUS(test, set_register(test, id, 0, &bad),
		      HV_STATUS_INVALID_REGISTER_VALUE);
	enable(test, id);
	message.partition_id = id;
	EXPECT_STATUS(test, post_message(test, &message), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, set_register(test, id, 0, &wanted),
		      HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, register_of(test, id, 0, DELIVERABILITY),
			wanted.low);

	if (may_dispatch(test)) {
		KUNIT_EXPECT_EQ(test, dispatched(test, id, 0, 0),
				DISPATCHED(BLOCKED, SUSPEND));
		set_suspended(test, id, 0, HV_REGISTER_EXPLICIT_SUSPEND, false);
		KUNIT_EXPECT_EQ(test, dispatched(test, id, 0, 0),
				DISPATCHED(READY, INTERCEPT));
		KUNIT_EXPECT_EQ(test, register_of(test, id, 0, DELIVERABILITY),
				FREE_SLOT(SINT));
	}
	end_child(test, id);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(calls_are_checked),
	KUNIT_CASE(targets_are_checked),
	KUNIT_CASE(slots_and_flags_fill),
	KUNIT_CASE(free_slots_are_told_by_the_vp),
	KUNIT_CASE(registers_have_names),
	{}
};

static struct kunit_suite suite = {
	.name = "hv_child_synic",
	.init = child_init,
	.exit = child_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMBus: posting messages to the host, and what it answers.
 *
 * The kernel that this runs on must have no VMBus of its own. Layouts of
 * messages are the kernel's.
 */
#include <linux/gfp.h>
#include <linux/hyperv.h>
#include <linux/io.h>
#include <linux/string.h>
#include <asm/msr.h>

#include "child.h"

#define CONNECTION	4
#define OLD_CONNECTION	1
#define NO_RAM		0xfee00000
#define OLD_SINT	2
#define SINT		7
#define CPU		0
#define MESSAGE		1	/* type of all messages of VMBus */

/* The kernel has no public definition of this one. */
struct post_message {
	u32 connection;
	u32 reserved;
	u32 type;
	u32 size;
	u8 payload[HV_MESSAGE_PAYLOAD_BYTE_COUNT];
};

/*
 * The SynIC of a processor, not of the one that a test runs on: the end of a
 * test runs in another thread than the test.
 */
static struct {
	struct hv_message_page *page;
	struct page *monitor[2];
	u64 simp, control, sint[HV_SYNIC_SINT_COUNT];
} synic;

static u64 get(u32 msr)
{
	u64 value = 0;

	rdmsrq_safe_on_cpu(CPU, msr, &value);
	return value;
}

static void set(struct kunit *test, u32 msr, u64 value)
{
	KUNIT_EXPECT_EQ(test, wrmsrq_safe_on_cpu(CPU, msr, value), 0);
}

static void listen(struct kunit *test, u32 sint)
{
	const union hv_synic_sint value = {
		.vector = HYPERVISOR_CALLBACK_VECTOR,
		.auto_eoi = hv_recommend_using_aeoi(),
	};

	set(test, HV_X64_MSR_SINT0 + sint, value.as_uint64);
}

static bool is_offered(void)
{
	return ms_hyperv.priv_high & HV_POST_MESSAGES;
}

static int vmbus_init(struct kunit *test)
{
	u32 i;

	if (!is_offered())
		kunit_skip(test, "there is no VMBus");
	if (pages_init(test))
		return -ENOMEM;
	synic.page = (void *)get_zeroed_page(GFP_KERNEL);
	synic.monitor[0] = alloc_page(GFP_KERNEL | __GFP_ZERO);
	synic.monitor[1] = alloc_page(GFP_KERNEL | __GFP_ZERO);
	synic.simp = get(HV_X64_MSR_SIMP);
	synic.control = get(HV_X64_MSR_SCONTROL);
	for (i = 0; i < HV_SYNIC_SINT_COUNT; i++)
		synic.sint[i] = get(HV_X64_MSR_SINT0 + i);
	if (!synic.page || !synic.monitor[0] || !synic.monitor[1])
		return -ENOMEM;

	set(test, HV_X64_MSR_SIMP, virt_to_phys(synic.page) | 1);
	set(test, HV_X64_MSR_SCONTROL, 1);
	listen(test, OLD_SINT);
	listen(test, SINT);
	return 0;
}

static u64 post(struct kunit *test, u32 connection, const void *payload,
		u32 size)
{
	struct pages *pages = test->priv;
	struct post_message *in = pages->in;

	*in = (struct post_message){
		.connection = connection, .type = MESSAGE, .size = size,
	};
	memcpy(in->payload, payload, size);
	return page_call(test, HVCALL_POST_MESSAGE);
}

/* A message which the host understands, or not: that is not the hypercall's. */
static void send(struct kunit *test, const void *payload, u32 size)
{
	EXPECT_STATUS(test, post(test, CONNECTION, payload, size),
		      HV_STATUS_SUCCESS);
}

static void send_type(struct kunit *test, u32 type)
{
	const struct vmbus_channel_message_header header = { .msgtype = type };

	send(test, &header, sizeof(header));
}

/* What is in a slot; it is free afterwards, and the next message may come. */
static u32 take(struct kunit *test, u32 sint, void *payload, u32 size)
{
	struct hv_message *slot = &synic.page->sint_message[sint];
	const struct vmbus_channel_message_header *header =
		(void *)slot->u.payload;
	u32 type = header->msgtype;

	if (READ_ONCE(slot->header.message_type) == HVMSG_NONE)
		return CHANNELMSG_INVALID;
	KUNIT_EXPECT_EQ(test, (u32)slot->header.message_type, MESSAGE);
	if (size) {
		KUNIT_EXPECT_EQ(test, slot->header.payload_size, size);
		memcpy(payload, slot->u.payload, size);
	}
	WRITE_ONCE(slot->header.message_type, HVMSG_NONE);
	set(test, HV_X64_MSR_EOM, 0);
	return type;
}

static u32 take_type(struct kunit *test)
{
	return take(test, SINT, NULL, 0);
}

static void vmbus_exit(struct kunit *test)
{
	u32 i;

	if (!test->priv)
		return;
	if (synic.page) {
		debug_accepts("vmbus rescind 1");
		send_type(test, CHANNELMSG_UNLOAD);
		while (take_type(test))
			;
		for (i = 0; i < HV_SYNIC_SINT_COUNT; i++)
			set(test, HV_X64_MSR_SINT0 + i, synic.sint[i]);
		set(test, HV_X64_MSR_SCONTROL, synic.control);
		set(test, HV_X64_MSR_SIMP, synic.simp);
	}
	free_page((unsigned long)synic.page);
	for (i = 0; i < ARRAY_SIZE(synic.monitor); i++)
		if (synic.monitor[i])
			__free_page(synic.monitor[i]);
	pages_exit(test);
}

static struct vmbus_channel_initiate_contact contact(u32 version)
{
	return (struct vmbus_channel_initiate_contact){
		.header.msgtype = CHANNELMSG_INITIATE_CONTACT,
		.vmbus_version_requested = version,
		.target_vcpu = get(HV_X64_MSR_VP_INDEX),
		.msg_sint = SINT,
		.monitor_page1 = page_to_phys(synic.monitor[0]),
		.monitor_page2 = page_to_phys(synic.monitor[1]),
	};
}

static void connect(struct kunit *test)
{
	const struct vmbus_channel_initiate_contact in =
		contact(VERSION_WIN10_V5_3);

	send(test, &in, sizeof(in));
	KUNIT_ASSERT_EQ(test, take_type(test),
			(u32)CHANNELMSG_VERSION_RESPONSE);
}

static void request_offers(struct kunit *test)
{
	send_type(test, CHANNELMSG_REQUESTOFFERS);
	KUNIT_EXPECT_EQ(test, take_type(test),
			(u32)CHANNELMSG_ALLOFFERS_DELIVERED);
}

static void expect_silence(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, take_type(test), (u32)CHANNELMSG_INVALID);
}

static void wrong_field(struct kunit *test, size_t offset, u32 value)
{
	struct pages *pages = test->priv;

	*(struct post_message *)pages->in = (struct post_message){
		.connection = CONNECTION, .type = MESSAGE,
		.size = sizeof(struct vmbus_channel_message_header),
	};
	memcpy(pages->in + offset, &value, sizeof(value));
	EXPECT_STATUS(test, page_call(test, HVCALL_POST_MESSAGE),
		      HV_STATUS_INVALID_PARAMETER);
}

static void fields_of_a_post(struct kunit *test)
{
	wrong_field(test, offsetof(struct post_message, reserved), 1);
	wrong_field(test, offsetof(struct post_message, type), 0);
	wrong_field(test, offsetof(struct post_message, type), 0x80000000);
	wrong_field(test, offsetof(struct post_message, type), 0xffffffff);
	wrong_field(test, offsetof(struct post_message, size),
		    HV_MESSAGE_PAYLOAD_BYTE_COUNT + 1);
	wrong_field(test, offsetof(struct post_message, size), 0xffffffff);
}

static void connections(struct kunit *test)
{
	static const u32 wrong[] = {
		0, 2, 3, 5, CONNECTION | BIT(24), CONNECTION | BIT(31),
	};
	static const u8 nothing[HV_MESSAGE_PAYLOAD_BYTE_COUNT];
	int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_STATUS(test, post(test, wrong[i], nothing, 8),
			      HV_STATUS_INVALID_CONNECTION_ID);
	EXPECT_STATUS(test, post(test, OLD_CONNECTION, nothing,
				 sizeof(nothing)), HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, post(test, CONNECTION, nothing, 0),
		      HV_STATUS_SUCCESS);
	expect_silence(test);
}

static void expect_version(struct kunit *test, u32 version, u32 sint, bool yes)
{
	const struct vmbus_channel_initiate_contact in = contact(version);
	struct vmbus_channel_version_response out = {};

	send(test, &in, sizeof(in));
	KUNIT_EXPECT_EQ(test, take(test, sint, &out, sizeof(out)),
			(u32)CHANNELMSG_VERSION_RESPONSE);
	KUNIT_EXPECT_EQ_MSG(test, out.version_supported, yes, "version %#x",
			    version);
	KUNIT_EXPECT_EQ(test, out.connection_state, 0);
	KUNIT_EXPECT_EQ(test, out.msg_conn_id, yes ? CONNECTION : 0);
}

static void version_is_agreed_on(struct kunit *test)
{
	expect_version(test, VERSION_WIN10_V6_0, SINT, false);
	send_type(test, CHANNELMSG_REQUESTOFFERS);
	expect_silence(test);
	expect_version(test, VERSION_WIN10_V4_1, OLD_SINT, false);
	expect_version(test, VERSION_WIN10, OLD_SINT, false);
	expect_version(test, VERSION_WIN10_V5, SINT, true);
	expect_version(test, VERSION_WIN10_V5_3, SINT, true);
}

static void contact_that_makes_no_sense(struct kunit *test)
{
	struct vmbus_channel_initiate_contact in;

	in = contact(VERSION_WIN10_V5_3);
	send(test, &in, sizeof(in) - 1);
	in.target_vcpu = 0x1000;
	send(test, &in, sizeof(in));

	in = contact(VERSION_WIN10_V5_3);
	in.msg_sint = HV_SYNIC_SINT_COUNT;
	send(test, &in, sizeof(in));

	in = contact(VERSION_WIN10_V5_3);
	in.msg_vtl = 1;
	send(test, &in, sizeof(in));

	in = contact(VERSION_WIN10_V5_3);
	in.monitor_page2 += 8;
	send(test, &in, sizeof(in));

	in = contact(VERSION_WIN10_V5_3);
	in.monitor_page1 = NO_RAM;
	send(test, &in, sizeof(in));
	in = contact(VERSION_WIN10_V5_3);
	in.monitor_page2 = NO_RAM;
	send(test, &in, sizeof(in));
	expect_silence(test);
}

static void one_answer_at_a_time(struct kunit *test)
{
	const struct vmbus_channel_initiate_contact in =
		contact(VERSION_WIN10_V5_3);
	const struct hv_message *slot = &synic.page->sint_message[SINT];

	send(test, &in, sizeof(in));
	KUNIT_EXPECT_FALSE(test, slot->header.message_flags.msg_pending);
	send_type(test, CHANNELMSG_REQUESTOFFERS);
	KUNIT_EXPECT_TRUE(test, slot->header.message_flags.msg_pending);
	KUNIT_EXPECT_EQ(test, take_type(test),
			(u32)CHANNELMSG_VERSION_RESPONSE);
	KUNIT_EXPECT_EQ(test, take_type(test),
			(u32)CHANNELMSG_ALLOFFERS_DELIVERED);
	expect_silence(test);
}

static void offers_are_asked_for_once(struct kunit *test)
{
	connect(test);
	request_offers(test);
	send_type(test, CHANNELMSG_REQUESTOFFERS);
	expect_silence(test);
}

static void send_released(struct kunit *test, u32 channel)
{
	const struct vmbus_channel_relid_released in = {
		.header.msgtype = CHANNELMSG_RELID_RELEASED,
		.child_relid = channel,
	};

	send(test, &in, sizeof(in));
}

static void channel_comes_and_goes(struct kunit *test)
{
	struct vmbus_channel_rescind_offer rescind = {};
	struct vmbus_channel_offer_channel offer = {};

	KUNIT_EXPECT_TRUE(test, debug_accepts("vmbus offer 1"));
	connect(test);
	send_type(test, CHANNELMSG_REQUESTOFFERS);
	KUNIT_EXPECT_EQ(test, take(test, SINT, &offer, sizeof(offer)),
			(u32)CHANNELMSG_OFFERCHANNEL);
	KUNIT_EXPECT_EQ(test, offer.child_relid, 1);
	KUNIT_EXPECT_EQ(test, offer.offer.sub_channel_index, 0);
	KUNIT_EXPECT_EQ(test, take_type(test),
			(u32)CHANNELMSG_ALLOFFERS_DELIVERED);

	send_released(test, 1);
	KUNIT_EXPECT_FALSE(test, debug_accepts("vmbus offer 1"));
	KUNIT_EXPECT_TRUE(test, debug_accepts("vmbus rescind 1"));
	KUNIT_EXPECT_FALSE(test, debug_accepts("vmbus offer 1"));
	KUNIT_EXPECT_EQ(test, take(test, SINT, &rescind, sizeof(rescind)),
			(u32)CHANNELMSG_RESCIND_CHANNELOFFER);
	KUNIT_EXPECT_EQ(test, rescind.child_relid, 1);
	send_released(test, 0);
	send_released(test, 2);
	KUNIT_EXPECT_FALSE(test, debug_accepts("vmbus offer 1"));
	send_released(test, 1);
	KUNIT_EXPECT_TRUE(test, debug_accepts("vmbus offer 1"));
	KUNIT_EXPECT_EQ(test, take_type(test), (u32)CHANNELMSG_OFFERCHANNEL);
}

static void answers_that_nobody_reads(struct kunit *test)
{
	const struct vmbus_channel_relid_released in = {
		.header.msgtype = CHANNELMSG_RELID_RELEASED,
		.child_relid = 1,
	};
	int i, status = 0;

	connect(test);
	request_offers(test);
	for (i = 0; i < 100 && !status; i++) {
		if (!debug_accepts("vmbus offer 1") ||
		    !debug_accepts("vmbus rescind 1"))
			break;
		status = hv_result(post(test, CONNECTION, &in, sizeof(in)));
	}
	KUNIT_EXPECT_EQ(test, status, HV_STATUS_INSUFFICIENT_BUFFERS);
	while (take_type(test))
		;
	send_released(test, 1);
}

/* The host writes to these pages. */
static void monitor_pages_cannot_be_deposited(struct kunit *test)
{
	u64 pfn = page_to_pfn(synic.monitor[1]);

	if (this_role() == ROLE_GUEST)
		return;
	EXPECT_STATUS(test, deposit(test, HV_PARTITION_ID_SELF, &pfn, 1),
		      HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, withdraw(test, HV_PARTITION_ID_SELF, 1),
		      HV_STATUS_SUCCESS);
	connect(test);
	EXPECT_STATUS(test, deposit(test, HV_PARTITION_ID_SELF, &pfn, 1),
		      HV_STATUS_ACCESS_DENIED);
	send_type(test, CHANNELMSG_UNLOAD);
	EXPECT_STATUS(test, deposit(test, HV_PARTITION_ID_SELF, &pfn, 1),
		      HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, withdraw(test, HV_PARTITION_ID_SELF, 1),
		      HV_STATUS_SUCCESS);
}

static void unload_ends_everything(struct kunit *test)
{
	connect(test);
	request_offers(test);
	send_type(test, CHANNELMSG_UNLOAD);
	KUNIT_EXPECT_EQ(test, take_type(test), (u32)CHANNELMSG_UNLOAD_RESPONSE);
	send_type(test, CHANNELMSG_REQUESTOFFERS);
	send_type(test, CHANNELMSG_UNLOAD);
	expect_silence(test);
	connect(test);
	request_offers(test);
}

static void nobody_posts_without_vmbus(struct kunit *test)
{
	EXPECT_STATUS(test, page_call(test, HVCALL_POST_MESSAGE),
		      HV_STATUS_ACCESS_DENIED);
	KUNIT_EXPECT_FALSE(test, debug_accepts("vmbus offer 1"));
}

static int absent_init(struct kunit *test)
{
	if (is_offered())
		kunit_skip(test, "there is a VMBus");
	return pages_init(test);
}

static struct kunit_case vmbus_cases[] = {
	KUNIT_CASE(fields_of_a_post),
	KUNIT_CASE(connections),
	KUNIT_CASE(version_is_agreed_on),
	KUNIT_CASE(contact_that_makes_no_sense),
	KUNIT_CASE(one_answer_at_a_time),
	KUNIT_CASE(offers_are_asked_for_once),
	KUNIT_CASE(channel_comes_and_goes),
	KUNIT_CASE(answers_that_nobody_reads),
	KUNIT_CASE(monitor_pages_cannot_be_deposited),
	KUNIT_CASE(unload_ends_everything),
	{}
};

static struct kunit_case absent_cases[] = {
	KUNIT_CASE(nobody_posts_without_vmbus),
	{}
};

static struct kunit_suite vmbus_suite = {
	.name = "hv_vmbus",
	.init = vmbus_init,
	.exit = vmbus_exit,
	.test_cases = vmbus_cases,
};

static struct kunit_suite absent_suite = {
	.name = "hv_vmbus_absent",
	.init = absent_init,
	.exit = pages_exit,
	.test_cases = absent_cases,
};

kunit_test_suites(&vmbus_suite, &absent_suite);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMBus: the bus to the devices that the host of a partition offers to it. Here
 * is what comes before any device: the host is found, a version is agreed on,
 * channels are offered and taken back, and the parent says good-bye. A channel
 * cannot be opened.
 *
 * Messages to the host come by hypercall. Those of the host go to the VP and
 * the SINT that the parent has asked for, one at a time, in order. It is not the
 * SINT of messages about children, but the same page and the same register that
 * says that there is room again.
 *
 * A host does not answer what it does not understand. It counts it, and says so
 * in the log: who waits for an answer finds the reason there.
 *
 * vmbus_lock is taken before children_lock.
 */
#include "parent/parent_upcalls.h"
#include "child.h"
#include "tlfs_synthetic.h"
#include "tlfs_vmbus.h"
#include "vmbus.h"

#define CHANNELS	8
#define QUEUE_LENGTH	32

/* Connections to channels, which nobody uses */
#define FIRST_CONNECTION	0x10000

/* The one that can come and go by itself */
#define CHURNING	CHANNELS

/* One for each channel, the end of them, and two for the one that churns */
#define MAX_ANSWERS	(CHANNELS + 3)

#define OLDEST_VERSION	VMBUS_VERSION(5, 0)
#define NEWEST_VERSION	VMBUS_VERSION(5, 3)

struct answer {
	u32 size;
	u8 payload[sizeof(struct vmbus_offer)];
};

static struct {
	/* Who is spoken to; kept from the first contact on */
	u32 target_vp;
	u32 sint;

	bool connected;
	u32 version;
	u64 monitor_pages[2];
	bool asked_for_offers;

	/* A bit for each channel, the first is bit 0 */
	u32 offered;
	u32 known;		/* to the parent, which has not released it */
	bool churning;

	struct answer queue[QUEUE_LENGTH];
	u32 first, length;

	u64 received, sent, ignored, churned;
} bus;

#define NO_CHANNEL	"there is no such channel"

static struct spinlock vmbus_lock;

/*
 * Scope (\_SB) { Device (VMBS) {
 *	Name (_HID, "VMBus") Name (_UID, 0) Name (_DDN, "VMBUS")
 *	Name (_CRS, ResourceTemplate () { }) } }
 */
static const u8 device[] = {
	0x10, 54, '\\', '_', 'S', 'B', '_',
	0x5b, 0x82, 46, 'V', 'M', 'B', 'S',
	0x08, '_', 'H', 'I', 'D', 0x0d, 'V', 'M', 'B', 'u', 's', 0,
	0x08, '_', 'U', 'I', 'D', 0x00,
	0x08, '_', 'D', 'D', 'N', 0x0d, 'V', 'M', 'B', 'U', 'S', 0,
	0x08, '_', 'C', 'R', 'S', 0x11, 5, 0x0a, 2, 0x79, 0x00,
};

COMPILE_ASSERT(sizeof(device) == 1 + 54);

/**
 * vmbus_init() - There is a VMBus
 */
void vmbus_init(void)
{
	if (parent.type == PARTITION_ROOT)
		end_of_run(END_SETUP, "the root partition has no VMBus");
	parent.privileges |= HV_PRIV_POST_MESSAGES;
	acpi_add_ssdt(device, sizeof(device));
}

/* {f8e65716-3cb3-4a06-9a60-1889c5cccab5} */
static const u8 activation[16] = {
	0x16, 0x57, 0xe6, 0xf8, 0xb3, 0x3c, 0x06, 0x4a,
	0x9a, 0x60, 0x18, 0x89, 0xc5, 0xcc, 0xca, 0xb5,
};

static void deliver(void)
{
	const struct vp *vp = &parent.vps[bus.target_vp];
	struct hv_message *slot;

	while (bus.length && (slot = parent_upcalls.message_slot(vp, bus.sint))) {
		const struct answer *answer = &bus.queue[bus.first];

		memset(slot->payload, 0, sizeof(slot->payload));
		memcpy(slot->payload, answer->payload, answer->size);
		slot->payload_size = answer->size;
		slot->sender = 0;
		slot->flags = 0;
		WRITE_ONCE(slot->type, VMBUS_MESSAGE);
		parent_upcalls.raise_message(vp, bus.sint);

		bus.first = (bus.first + 1) % QUEUE_LENGTH;
		bus.length--;
		bus.sent++;
	}
}

static void answer(const void *message, u32 size)
{
	struct answer *a = &bus.queue[(bus.first + bus.length) % QUEUE_LENGTH];

	if (bus.length == QUEUE_LENGTH)
		end_of_run(END_HYPERVISOR, "vmbus: too many answers");
	a->size = size;
	memcpy(a->payload, message, size);
	bus.length++;
	deliver();
}

static void answer_type(enum vmbus_type type)
{
	const struct vmbus_header header = { .type = type };

	answer(&header, sizeof(header));
}

/*
 * Of a kind that Linux has no driver for, and knows: it activates Windows in
 * virtual machines. The instance tells them apart.
 */
static void offer(u32 channel)
{
	struct vmbus_offer message = {
		.header.type = VMBUS_OFFER,
		.channel = channel,
		.connection_id = FIRST_CONNECTION + channel,
	};

	memcpy(message.interface, activation, sizeof(activation));
	memcpy(message.instance, activation, sizeof(activation));
	message.instance[15] = channel;
	bus.known |= BIT(channel - 1);
	answer(&message, sizeof(message));
}

static void rescind(u32 channel)
{
	const struct vmbus_channel message = {
		.header.type = VMBUS_RESCIND,
		.channel = channel,
	};

	answer(&message, sizeof(message));
}

/* Whenever the parent is done with it, it is there again, and gone at once. */
static void churn(void)
{
	if (!bus.churning || !bus.asked_for_offers ||
	    ((bus.offered | bus.known) & BIT(CHURNING - 1)))
		return;
	offer(CHURNING);
	rescind(CHURNING);
	bus.churned++;
}

static bool lend_pages(const u64 pages[2])
{
	bool lent = false;

	if (pages[0] % PAGE_SIZE || pages[1] % PAGE_SIZE)
		return false;
	spin_lock(&children_lock);
	if (!page_use_start(pages[0], PAGE_SIZE, PAGE_IN_USE_LENT)) {
		lent = !page_use_start(pages[1], PAGE_SIZE, PAGE_IN_USE_LENT);
		if (!lent)
			page_use_end(pages[0], PAGE_SIZE, PAGE_IN_USE_LENT);
	}
	spin_unlock(&children_lock);
	return lent;
}

static void disconnect(void)
{
	u32 i;

	if (bus.connected) {
		spin_lock(&children_lock);
		for (i = 0; i < ARRAY_SIZE(bus.monitor_pages); i++)
			page_use_end(bus.monitor_pages[i], PAGE_SIZE,
				     PAGE_IN_USE_LENT);
		spin_unlock(&children_lock);
	}
	bus.connected = false;
	bus.asked_for_offers = false;
	bus.known = 0;
	bus.length = 0;
}

/*
 * Before version 5.0 the client cannot say where it listens, and it is told that
 * there is no such version here where clients of that time do. Who begins anew
 * has forgotten everything.
 */
static bool initiate_contact(const void *payload)
{
	const struct vmbus_initiate_contact *in = payload;
	bool names_sint = in->version >= VMBUS_VERSION(5, 0);
	struct vmbus_version_response out = {
		.header.type = VMBUS_VERSION_RESPONSE,
	};

	if (in->target_vp >= parent.num_vps)
		return false;
	if (names_sint && (in->sint >= HV_NUM_SINTS || in->vtl))
		return false;

	disconnect();
	bus.target_vp = in->target_vp;
	bus.sint = names_sint ? in->sint : VMBUS_SINT;
	if (in->version >= OLDEST_VERSION && in->version <= NEWEST_VERSION) {
		if (!lend_pages(in->monitor_pages))
			return false;
		memcpy(bus.monitor_pages, in->monitor_pages,
		       sizeof(bus.monitor_pages));
		bus.version = in->version;
		bus.connected = true;
		out.supported = 1;
		out.connection_id = VMBUS_CONNECTION_SINT;
	}
	answer(&out, sizeof(out));
	return true;
}

static bool request_offers(const void *payload)
{
	u32 i;

	if (bus.asked_for_offers)
		return false;
	bus.asked_for_offers = true;
	for (i = 1; i <= CHANNELS; i++)
		if (bus.offered & BIT(i - 1))
			offer(i);
	answer_type(VMBUS_ALL_OFFERS_DELIVERED);
	churn();
	return true;
}

/* The parent is done with a channel that was taken back. */
static bool channel_released(const void *payload)
{
	const struct vmbus_channel *in = payload;
	u32 bit = in->channel - 1;

	if (bit >= CHANNELS || !(bus.known & ~bus.offered & BIT(bit)))
		return false;
	bus.known &= ~BIT(bit);
	churn();
	return true;
}

static bool unload(const void *payload)
{
	disconnect();
	answer_type(VMBUS_UNLOAD_RESPONSE);
	return true;
}

/* A handler returns false when the message makes no sense. */
static const struct {
	u32 type;
	u32 size;
	bool while_connected;
	bool (*handle)(const void *payload);
} handlers[] = {
	{ VMBUS_REQUEST_OFFERS, sizeof(struct vmbus_header), true,
	  request_offers },
	{ VMBUS_CHANNEL_RELEASED, sizeof(struct vmbus_channel), true,
	  channel_released },
	{ VMBUS_INITIATE_CONTACT, sizeof(struct vmbus_initiate_contact), false,
	  initiate_contact },
	{ VMBUS_UNLOAD, sizeof(struct vmbus_header), true, unload },
};

static bool handle(u32 type, const void *payload, u32 size)
{
	const struct vmbus_header *header = payload;
	u32 i;

	if (type != VMBUS_MESSAGE || size < sizeof(*header))
		return false;
	for (i = 0; i < ARRAY_SIZE(handlers); i++)
		if (handlers[i].type == header->type)
			return size >= handlers[i].size &&
			       (bus.connected || !handlers[i].while_connected) &&
			       handlers[i].handle(payload);
	return false;
}

static void note_ignored(u32 type, const void *payload, u32 size)
{
	const struct vmbus_header *header = payload;

	bus.ignored++;
	hv_print("vmbus: ignored: type %u, %u bytes, %u", type, size,
		 size < sizeof(*header) ? 0 : header->type);
}

/**
 * vmbus_receive() - The parent posts a message to its host
 * @connection: through which connection
 * @type: of the message
 * @payload: what it says
 * @size: its bytes
 *
 * Return: HV_STATUS_SUCCESS, whatever the host thinks of the message,
 * HV_STATUS_INVALID_CONNECTION_ID, or HV_STATUS_INSUFFICIENT_BUFFERS (the parent
 * does not read the answers to earlier ones).
 */
enum hv_status vmbus_receive(u32 connection, u32 type, const void *payload,
			     u32 size)
{
	enum hv_status status = HV_STATUS_SUCCESS;

	if (connection != VMBUS_CONNECTION &&
	    connection != VMBUS_CONNECTION_SINT)
		return HV_STATUS_INVALID_CONNECTION_ID;

	spin_lock(&vmbus_lock);
	if (bus.length > QUEUE_LENGTH - MAX_ANSWERS) {
		status = HV_STATUS_INSUFFICIENT_BUFFERS;
	} else {
		bus.received++;
		if (!handle(type, payload, size))
			note_ignored(type, payload, size);
	}
	spin_unlock(&vmbus_lock);
	return status;
}

/**
 * vmbus_retry() - The parent may have made room, or listens now
 */
void vmbus_retry(void)
{
	spin_lock(&vmbus_lock);
	deliver();
	spin_unlock(&vmbus_lock);
}

static const char *do_offer(u32 channel)
{
	if ((bus.offered | bus.known) & BIT(channel - 1))
		return "the channel is in use";
	if (bus.asked_for_offers && bus.length == QUEUE_LENGTH)
		return "the parent does not listen";
	bus.offered |= BIT(channel - 1);
	if (bus.asked_for_offers)
		offer(channel);
	return NULL;
}

static const char *do_rescind(u32 channel)
{
	if (!(bus.offered & BIT(channel - 1)))
		return NO_CHANNEL;
	if (bus.length == QUEUE_LENGTH)
		return "the parent does not listen";
	bus.offered &= ~BIT(channel - 1);
	if (bus.known & BIT(channel - 1))
		rescind(channel);
	return NULL;
}

static const char *locked(const char *(*what)(u32 argument), u32 argument)
{
	const char *error;

	if (!knobs.vmbus)
		return "there is no VMBus";
	spin_lock(&vmbus_lock);
	error = what(argument);
	spin_unlock(&vmbus_lock);
	return error;
}

static bool valid(u64 channel)
{
	return channel && channel <= CHANNELS;
}

/**
 * vmbus_offer() - The host has a channel for the parent
 * @channel: its number, from 1
 *
 * Return: NULL, or what is wrong.
 */
const char *vmbus_offer(u64 channel)
{
	return valid(channel) ? locked(do_offer, channel) : NO_CHANNEL;
}

/**
 * vmbus_rescind() - The host takes a channel back
 * @channel: its number
 *
 * It can be offered again when the parent has released it.
 *
 * Return: NULL, or what is wrong.
 */
const char *vmbus_rescind(u64 channel)
{
	return valid(channel) ? locked(do_rescind, channel) : NO_CHANNEL;
}

static const char *do_churn(u32 on)
{
	if (bus.length > QUEUE_LENGTH - MAX_ANSWERS)
		return "the parent does not listen";
	bus.churning = on;
	churn();
	return NULL;
}

/**
 * vmbus_churn() - A channel comes and goes as fast as the parent lets it
 * @on: 1 begins it, 0 ends it
 *
 * Return: NULL, or what is wrong.
 */
const char *vmbus_churn(u64 on)
{
	return on > 1 ? "churn 0 | churn 1" : locked(do_churn, on);
}

/* The last flag, which is of a channel that does not exist */
static u8 *flag_of(u32 index, u8 *mask)
{
	const struct vp *vp = &parent.vps[index];
	u8 *flags = (u8 *)HV_OVERLAY_GPA(vp->synic.siefp);

	if (!(vp->synic.siefp & HV_OVERLAY_ENABLE))
		return NULL;
	*mask = BIT(HV_MESSAGE_FLAGS % 8);
	flags += bus.sint * ((HV_MESSAGE_FLAGS + 1) / 8);
	return &flags[HV_MESSAGE_FLAGS / 8];
}

static const char *do_hold(u32 index)
{
	u8 mask, *flag = flag_of(index, &mask);

	if (!flag)
		return "it has no event flags";
	__atomic_or_fetch(flag, mask, __ATOMIC_SEQ_CST);
	return NULL;
}

static const char *do_let_go(u32 index)
{
	u8 mask, *flag = flag_of(index, &mask);

	if (flag)
		__atomic_and_fetch(flag, ~mask, __ATOMIC_SEQ_CST);
	return NULL;
}

/**
 * vmbus_hold() - Set an event flag on a VP of the parent that nobody reads
 * @index: which VP
 * @hold: whether it is set
 *
 * A processor with an event flag that was not seen must not go offline.
 *
 * Return: NULL, or what is wrong.
 */
const char *vmbus_hold(u64 index, bool hold)
{
	if (index >= parent.num_vps)
		return "there is no such VP";
	return locked(hold ? do_hold : do_let_go, index);
}

/**
 * vmbus_print() - What there is and what has been said
 * @text: where it goes
 */
void vmbus_print(struct text *text)
{
	u32 i;

	spin_lock(&vmbus_lock);
	if (bus.connected)
		text_add(text, "connected version %u.%u vp %u sint %u\n",
			 VMBUS_VERSION_MAJOR(bus.version),
			 VMBUS_VERSION_MINOR(bus.version), bus.target_vp,
			 bus.sint);
	text_add(text, "messages received %lu sent %lu waiting %u ignored %lu\n",
		 bus.received, bus.sent, bus.length, bus.ignored);
	text_add(text, "churned %lu\n", bus.churned);
	for (i = 0; i < CHANNELS; i++)
		if ((bus.offered | bus.known) & BIT(i))
			text_add(text, "channel %u%s%s\n", i + 1,
				 bus.offered & BIT(i) ? " offered" : "",
				 bus.known & BIT(i) ? " known" : "");
	spin_unlock(&vmbus_lock);
}

/**
 * vmbus_print_ledger() - The pages that the host has of a parent that is connected
 * @text: where it goes
 */
void vmbus_print_ledger(struct text *text)
{
	spin_lock(&vmbus_lock);
	if (bus.connected)
		text_add(text, "vmbus %lx %lx\n", bus.monitor_pages[0],
			 bus.monitor_pages[1]);
	spin_unlock(&vmbus_lock);
}

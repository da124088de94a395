// SPDX-License-Identifier: GPL-2.0-only
/*
 * An I/O APIC, of the version without an EOI register of its own. All of its
 * devices have edge-triggered interrupts: an edge while the pin is masked is
 * lost.
 *
 * Each pin is an eventfd that is connected to an interrupt of the same number.
 * What the guest writes into the redirection table becomes the route of that
 * interrupt, so that signalling the eventfd is all that a device has to do.
 */
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <linux/mshv.h>

#include "require.h"
#include "vmm.h"

#define SELECT		0x00
#define WINDOW		0x10

#define REG_ID		0x00
#define REG_VERSION	0x01
#define REG_ENTRIES	0x10		/* two words each */

#define VERSION		0x11
#define ENTRY_MESSAGE_DATA(e)	((e) & 0x7ff)	/* vector, delivery mode */
#define ENTRY_LOGICAL(e)	((e) >> 11 & 1)
#define ENTRY_MASKED		_BITULL(16)
#define ENTRY_DESTINATION(e)	((e) >> 56)
#define MESSAGE_ADDRESS		0xfee00000
/* Delivery status and remote IRR: never set, and not to be written */
#define ENTRY_READ_ONLY		(_BITULL(12) | _BITULL(14))

/* MSHV_SET_MSI_ROUTING with a route for each pin that is not masked */
struct routes {
	struct mshv_user_irq_table table;
	struct mshv_user_irq_entry entries[IOAPIC_PINS];
};

static int partition;
static int eventfds[IOAPIC_PINS];
static __u32 selected;
static __u32 id;
static __u64 entries[IOAPIC_PINS];

static void attach_eventfd(unsigned int pin)
{
	struct mshv_user_irqfd args = { .gsi = pin };

	eventfds[pin] = eventfd(0, EFD_CLOEXEC);
	args.fd = eventfds[pin];
	require(args.fd >= 0 && !ioctl(partition, MSHV_IRQFD, &args),
		"connect interrupt %u", pin);
}

void ioapic_init(struct machine *machine)
{
	unsigned int i;

	partition = machine->partition;
	for (i = 0; i < IOAPIC_PINS; i++) {
		entries[i] = ENTRY_MASKED;
		attach_eventfd(i);
	}
}

static void update_routes(void)
{
	struct routes routes = {};
	__u32 *n = &routes.table.nr;
	unsigned int i;

	for (i = 0; i < IOAPIC_PINS; i++) {
		if (entries[i] & ENTRY_MASKED)
			continue;
		routes.entries[(*n)++] = (struct mshv_user_irq_entry){
			.gsi = i,
			.address_lo = MESSAGE_ADDRESS |
				      ENTRY_DESTINATION(entries[i]) << 12 |
				      ENTRY_LOGICAL(entries[i]) << 2,
			.data = ENTRY_MESSAGE_DATA(entries[i]),
		};
	}
	require(!ioctl(partition, MSHV_SET_MSI_ROUTING, &routes),
		"set %u routes", *n);
}

static bool is_entry(__u32 reg)
{
	return reg >= REG_ENTRIES && reg < REG_ENTRIES + 2 * IOAPIC_PINS;
}

static __u32 read_register(__u32 reg)
{
	if (is_entry(reg))
		return entries[(reg - REG_ENTRIES) / 2] >> (reg & 1) * 32;
	if (reg == REG_VERSION)
		return VERSION | (IOAPIC_PINS - 1) << 16;
	return reg == REG_ID ? id : 0;
}

static void write_register(__u32 reg, __u32 value)
{
	unsigned int shift = (reg & 1) * 32;
	__u64 *entry;

	if (reg == REG_ID)
		id = value & 0x0f000000;
	if (!is_entry(reg))
		return;
	entry = &entries[(reg - REG_ENTRIES) / 2];
	*entry &= ~((__u64)~0U << shift);
	*entry |= (__u64)value << shift;
	*entry &= ~ENTRY_READ_ONLY;
	update_routes();
}

__u32 ioapic_read(__u64 offset)
{
	if (offset == SELECT)
		return selected;
	return offset == WINDOW ? read_register(selected) : 0;
}

void ioapic_write(__u64 offset, __u32 value)
{
	if (offset == SELECT)
		selected = value & 0xff;
	else if (offset == WINDOW)
		write_register(selected, value);
}

void ioapic_raise(unsigned int pin)
{
	const __u64 one = 1;

	require(write(eventfds[pin], &one, sizeof(one)) == sizeof(one),
		"signal interrupt %u", pin);
}

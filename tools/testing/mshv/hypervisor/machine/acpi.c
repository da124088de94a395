// SPDX-License-Identifier: GPL-2.0-only
/*
 * The three things that the hypervisor reads in the firmware's ACPI tables:
 * which processors there are, where the power-management timer is, and where
 * the tables begin. And what it adds to them: devices that it offers itself.
 */
#include "hv.h"

struct rsdp {
	char signature[8];
	u8 checksum;
	char oem_id[6];
	u8 revision;
	u32 rsdt;
} __packed;

struct table {
	char signature[4];
	u32 length;
	u8 revision;
	u8 checksum;
	u8 rest[26];
} __packed;

struct madt_entry {
	u8 type;
	u8 length;
	u8 acpi_id;
	u8 apic_id;
	u32 flags;
} __packed;

#define RSDP_FIRST		0xe0000
#define RSDP_LAST		0xffff0
#define RSDP_ALIGNMENT		16
#define MADT_ENTRIES		44
#define MADT_LOCAL_APIC		0
#define MADT_USABLE		0x3	/* enabled, or may be made so */
#define FADT_PM_TIMER		76
#define SSDT_REVISION		1
#define TABLE_ALIGNMENT		16

static struct rsdp *rsdp;
static struct table *rsdt;
static struct table *madt;
static struct table *fadt;

static bool same(const char *a, const char *b, u32 size)
{
	while (size--)
		if (*a++ != *b++)
			return false;
	return true;
}

static struct rsdp *find_rsdp(void)
{
	u64 address;

	for (address = RSDP_FIRST; address <= RSDP_LAST;
	     address += RSDP_ALIGNMENT)
		if (same((char *)address, "RSD PTR ", 8))
			return (struct rsdp *)address;
	end_of_run(END_SETUP, "the firmware has no ACPI tables");
}

/**
 * acpi_init() - Find the tables
 */
void acpi_init(void)
{
	struct table *table;
	u32 *entry;

	rsdp = find_rsdp();
	rsdt = (struct table *)(u64)rsdp->rsdt;
	for (entry = (u32 *)(rsdt + 1);
	     (u8 *)entry < (u8 *)rsdt + rsdt->length; entry++) {
		table = (struct table *)(u64)*entry;
		if (same(table->signature, "APIC", 4))
			madt = table;
		else if (same(table->signature, "FACP", 4))
			fadt = table;
	}
	if (!madt || !fadt)
		end_of_run(END_SETUP, "the firmware has no MADT or no FADT");
}

static struct madt_entry *next_local_apic(struct madt_entry *entry)
{
	u8 *end = (u8 *)madt + madt->length;
	u8 *p = (u8 *)madt + MADT_ENTRIES;

	if (entry)
		p = (u8 *)entry + entry->length;
	for (; p < end; p += entry->length) {
		entry = (struct madt_entry *)p;
		if (entry->type == MADT_LOCAL_APIC &&
		    (entry->flags & MADT_USABLE))
			return entry;
	}
	return NULL;
}

/**
 * acpi_processors() - Which processors the machine has
 * @apic_ids: filled with their local APIC ids, the boot processor's first
 * @max: room in @apic_ids
 *
 * Return: their number, at most @max.
 */
u32 acpi_processors(u32 *apic_ids, u32 max)
{
	struct madt_entry *entry = NULL;
	u32 n = 0;

	while (n < max && (entry = next_local_apic(entry)))
		apic_ids[n++] = entry->apic_id;
	return n;
}

/**
 * acpi_pm_timer() - Where the power-management timer is
 *
 * Return: its I/O port.
 */
u16 acpi_pm_timer(void)
{
	return *(u16 *)((u8 *)fadt + FADT_PM_TIMER);
}

/**
 * acpi_rsdp() - Where the tables begin
 *
 * Return: address of the root pointer.
 */
u64 acpi_rsdp(void)
{
	return (u64)rsdp;
}

/* All bytes of a table add up to 0. */
static u8 checksum(const void *data, u32 size)
{
	const u8 *p = data;
	u8 sum = 0;

	while (size--)
		sum -= *p++;
	return sum;
}

static void seal(struct table *table)
{
	table->checksum = 0;
	table->checksum = checksum(table, table->length);
}

/* With the firmware's table as a pattern: whose it is does not matter. */
static void make_ssdt(struct table *ssdt, const void *aml, u32 size)
{
	memcpy(ssdt, rsdt, sizeof(*ssdt));
	memcpy(ssdt->signature, "SSDT", sizeof(ssdt->signature));
	ssdt->length = sizeof(*ssdt) + size;
	ssdt->revision = SSDT_REVISION;
	memcpy(ssdt + 1, aml, size);
	seal(ssdt);
}

/* One more table than the firmware has; the list ends where the page goes on. */
static struct table *extend_rsdt(struct table *copy)
{
	u32 *entry;

	memcpy(copy, rsdt, rsdt->length);
	entry = (u32 *)((u8 *)copy + copy->length);
	copy->length += sizeof(*entry);
	*entry = align_up((u64)(entry + 1), TABLE_ALIGNMENT);
	seal(copy);
	rsdt = copy;
	return (struct table *)(u64)*entry;
}

/**
 * acpi_add_ssdt() - Describe a device to the parent besides those of the machine
 * @aml: the description
 * @size: its bytes
 *
 * The firmware's tables stay as they are: the parent is given others, of which
 * the firmware's are a part.
 */
void acpi_add_ssdt(const void *aml, u32 size)
{
	struct rsdp *copy = (struct rsdp *)parent_page_alloc();
	struct table *new_rsdt = (struct table *)align_up((u64)(copy + 1),
							  TABLE_ALIGNMENT);

	if (sizeof(*rsdt) + rsdt->length + size > PAGE_SIZE / 2)
		end_of_run(END_SETUP, "the firmware has too many ACPI tables");
	make_ssdt(extend_rsdt(new_rsdt), aml, size);

	memcpy(copy, rsdp, sizeof(*copy));
	copy->revision = 0;		/* There is no XSDT. */
	copy->rsdt = (u64)new_rsdt;
	copy->checksum = 0;
	copy->checksum = checksum(copy, sizeof(*copy));
	rsdp = copy;
}

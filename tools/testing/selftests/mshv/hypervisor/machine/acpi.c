// SPDX-License-Identifier: GPL-2.0-only
/*
 * The three things that the hypervisor reads in the firmware's ACPI tables:
 * which processors there are, where the power-management timer is, and where
 * the tables begin.
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

static struct rsdp *rsdp;
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
	struct table *rsdt, *table;
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

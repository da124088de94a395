// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ACPI tables without which Linux finds neither the VPs nor the I/O APIC nor
 * the way to switch off: RSDP, XSDT, FADT, FACS, MADT, and a DSDT that has
 * nothing in it but the sleep state "off". See the ACPI specification, 6.0.
 */
#include <string.h>

#include "require.h"
#include "vmm.h"

#define REVISION_FADT		3
#define LAPIC_ADDRESS		0xfee00000
#define MADT_PC_AT		1
#define MADT_LAPIC		0
#define MADT_IOAPIC		1
#define PROCESSOR_ENABLED	1

#define BOOT_NO_VGA		0x0004
#define FADT_WBINVD		0x0001
#define FADT_C1			0x0004
#define FADT_NO_POWER_BUTTON	0x0010
#define FADT_NO_SLEEP_BUTTON	0x0020

struct header {
	char signature[4];
	__u32 length;
	__u8 revision;
	__u8 checksum;
	char oem_id[6];
	char oem_table_id[8];
	__u32 oem_revision;
	char creator_id[4];
	__u32 creator_revision;
} __packed;

struct rsdp {
	char signature[8];
	__u8 checksum;
	char oem_id[6];
	__u8 revision;
	__u32 rsdt;
	__u32 length;
	__u64 xsdt;
	__u8 extended_checksum;
	__u8 reserved[3];
} __packed;

struct xsdt {
	struct header header;
	__u64 tables[2];
} __packed;

struct facs {
	char signature[4];
	__u32 length;
	__u8 rest[56];
} __packed;

struct fadt {
	struct header header;
	__u32 facs;
	__u32 dsdt;
	__u8 reserved;
	__u8 profile;
	__u16 sci_interrupt;
	__u32 smi_command;
	__u8 acpi_enable, acpi_disable, s4bios, pstate;
	__u32 pm1a_event, pm1b_event, pm1a_control, pm1b_control;
	__u32 pm2_control, pm_timer, gpe0, gpe1;
	__u8 pm1_event_length, pm1_control_length, pm2_control_length;
	__u8 pm_timer_length, gpe0_length, gpe1_length, gpe1_base, cst;
	__u16 c2_latency, c3_latency, flush_size, flush_stride;
	__u8 duty_offset, duty_width, day_alarm, month_alarm, century;
	__u16 boot_architecture;
	__u8 reserved2;
	__u32 flags;
	__u8 rest[128];			/* zero: the 64-bit forms are not used */
} __packed;

struct madt {
	struct header header;
	__u32 lapic_address;
	__u32 flags;
	struct {
		__u8 type, length, id;
		__u8 reserved;
		__u32 address;
		__u32 first_interrupt;
	} __packed ioapic;
	struct {
		__u8 type, length, processor, id;
		__u32 flags;
	} __packed lapics[MAX_CPUS];
} __packed;

/* Name (\_S5, Package () { 5, 5, 0, 0 }) */
static const __u8 aml[] = {
	0x08, '_', 'S', '5', '_', 0x12, 0x08, 0x04,
	0x0a, SLEEP_TYPE_OFF, 0x0a, SLEEP_TYPE_OFF, 0x00, 0x00,
};

struct dsdt {
	struct header header;
	__u8 aml[sizeof(aml)];
} __packed;

/* As they lie in the guest's memory; the FACS wants to be aligned. */
struct tables {
	struct rsdp rsdp __aligned(64);
	struct facs facs __aligned(64);
	struct xsdt xsdt __aligned(64);
	struct fadt fadt __aligned(64);
	struct dsdt dsdt __aligned(64);
	struct madt madt __aligned(64);
};

#define ADDRESS(member)	(GUEST_ACPI + offsetof(struct tables, member))

static __u8 checksum(const void *data, size_t size)
{
	const __u8 *bytes = data;
	__u8 sum = 0;

	while (size--)
		sum -= *bytes++;
	return sum;
}

/* Comes last: the checksum is over the whole table. */
static void seal(struct header *header, const char *signature, size_t size,
		 __u8 revision)
{
	memcpy(header->signature, signature, 4);
	header->length = size;
	header->revision = revision;
	memcpy(header->oem_id, "MSHV  ", 6);
	memcpy(header->oem_table_id, "LINUXVMM", 8);
	memcpy(header->creator_id, "MSHV", 4);
	header->checksum = checksum(header, size);
}

static void write_rsdp(struct rsdp *rsdp)
{
	memcpy(rsdp->signature, "RSD PTR ", 8);
	memcpy(rsdp->oem_id, "MSHV  ", 6);
	rsdp->revision = 2;
	rsdp->length = sizeof(*rsdp);
	rsdp->xsdt = ADDRESS(xsdt);
	rsdp->checksum = checksum(rsdp, offsetof(struct rsdp, length));
	rsdp->extended_checksum = checksum(rsdp, sizeof(*rsdp));
}

static void write_fadt(struct fadt *fadt)
{
	fadt->facs = ADDRESS(facs);
	fadt->dsdt = ADDRESS(dsdt);
	fadt->sci_interrupt = IRQ_ACPI;
	fadt->pm1a_event = PORT_PM1_EVENT;
	fadt->pm1_event_length = 4;
	fadt->pm1a_control = PORT_PM1_CONTROL;
	fadt->pm1_control_length = 2;
	fadt->boot_architecture = BOOT_NO_VGA;
	fadt->flags = FADT_WBINVD | FADT_C1 | FADT_NO_POWER_BUTTON |
		      FADT_NO_SLEEP_BUTTON;
	seal(&fadt->header, "FACP", sizeof(*fadt), REVISION_FADT);
}

static void write_madt(struct madt *madt, unsigned int cpus)
{
	unsigned int i;

	madt->lapic_address = LAPIC_ADDRESS;
	madt->flags = MADT_PC_AT;
	madt->ioapic.type = MADT_IOAPIC;
	madt->ioapic.length = sizeof(madt->ioapic);
	madt->ioapic.address = IOAPIC_ADDRESS;
	for (i = 0; i < cpus; i++) {
		madt->lapics[i].type = MADT_LAPIC;
		madt->lapics[i].length = sizeof(madt->lapics[i]);
		madt->lapics[i].processor = i;
		madt->lapics[i].id = i;
		madt->lapics[i].flags = PROCESSOR_ENABLED;
	}
	seal(&madt->header, "APIC", offsetof(struct madt, lapics[cpus]), 3);
}

__u64 acpi_write_tables(struct machine *machine)
{
	struct tables *tables = (void *)(machine->ram + GUEST_ACPI);

	memset(tables, 0, sizeof(*tables));
	write_rsdp(&tables->rsdp);
	memcpy(tables->facs.signature, "FACS", 4);
	tables->facs.length = sizeof(tables->facs);
	tables->xsdt.tables[0] = ADDRESS(fadt);
	tables->xsdt.tables[1] = ADDRESS(madt);
	seal(&tables->xsdt.header, "XSDT", sizeof(tables->xsdt), 1);
	write_fadt(&tables->fadt);
	memcpy(tables->dsdt.aml, aml, sizeof(aml));
	seal(&tables->dsdt.header, "DSDT", sizeof(tables->dsdt), 2);
	write_madt(&tables->madt, machine->cpus);
	return GUEST_ACPI;
}

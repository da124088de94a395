// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads Linux as its 64-bit boot protocol wants it, see
 * Documentation/arch/x86/boot.rst: parameters, page tables that map the first
 * gigabyte to itself, flat segments, and VP 0 at the entry point.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <asm/bootparam.h>

#include "require.h"
#include "vm.h"
#include "vmm.h"

#define HEADER_MAGIC	0x53726448	/* "HdrS" */
#define LOADER_UNKNOWN	0xff
#define SECTOR		512
#define ENTRY_64	0x200

#define E820_RAM	1
#define E820_RESERVED	2

#define CODE_SELECTOR	0x10
#define DATA_SELECTOR	0x18
#define CODE64		0xa09b
#define DATA		0xc093
#define BUSY_TSS	0x008b
#define LDT		0x0082

#define PTE_FLAGS	0x03		/* present, writable */
#define PTE_LARGE	0x80
#define PTES		512UL

#define CR0_BOOT	(_BITULL(0) | _BITULL(4) | _BITULL(5) | _BITULL(31))
#define CR4_PAE		_BITULL(5)
#define EFER_LONG	(_BITULL(8) | _BITULL(10))
#define RFLAGS_ALWAYS	_BITULL(1)
/* Address; the first processor, in x2APIC mode */
#define APIC_BASE_BOOT	(0xfee00000 | _BITULL(8) | _BITULL(10) | _BITULL(11))

static char *load_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;
	size_t done = 0;
	char *content;

	require(fd >= 0 && !fstat(fd, &stat), "open %s", path);
	*size = stat.st_size;
	content = malloc(*size);
	require(content, "allocate %zu bytes", *size);
	while (done < *size) {
		ssize_t n = read(fd, content + done, *size - done);

		require(n > 0, "read %s", path);
		done += n;
	}
	close(fd);
	return content;
}

static void add_e820(struct boot_params *params, __u64 start, __u64 end,
		     __u32 type)
{
	params->e820_table[params->e820_entries++] = (struct boot_e820_entry){
		.addr = start,
		.size = end - start,
		.type = type,
	};
}

/* At the end of memory, which is lower than Linux would take it. */
static void load_initramfs(struct machine *machine, struct boot_params *params,
			   const char *path)
{
	size_t size, where;
	char *content = load_file(path, &size);

	require(size < machine->ram_size / 2, "have room for %s", path);
	where = (machine->ram_size - size) & -PAGE_SIZE;
	memcpy(machine->ram + where, content, size);
	params->hdr.ramdisk_image = where;
	params->hdr.ramdisk_size = size;
	free(content);
}

/* Returns the entry point. */
static __u64 load_kernel(struct machine *machine, struct boot_params *params,
			 const char *path)
{
	size_t size, setup;
	char *image = load_file(path, &size);
	const struct setup_header *header =
		(void *)(image + offsetof(struct boot_params, hdr));
	__u64 where = header->pref_address;

	require(size > 2 * SECTOR && header->header == HEADER_MAGIC &&
		header->xloadflags & XLF_KERNEL_64,
		"find a 64-bit kernel in %s", path);
	setup = (header->setup_sects + 1) * SECTOR;
	require(where + header->init_size < machine->ram_size,
		"have room for %s", path);

	params->hdr = *header;
	params->hdr.type_of_loader = LOADER_UNKNOWN;
	memcpy(machine->ram + where, image + setup, size - setup);
	free(image);
	return where + ENTRY_64;
}

static void write_command_line(struct machine *machine,
			       struct boot_params *params, const char *line)
{
	size_t size = strlen(line) + 1;

	require(size <= PAGE_SIZE, "have a shorter command line");
	memcpy(machine->ram + GUEST_COMMAND_LINE, line, size);
	params->hdr.cmd_line_ptr = GUEST_COMMAND_LINE;
}

static void write_page_tables(struct machine *machine)
{
	__u64 *pml4 = (__u64 *)(machine->ram + GUEST_PAGE_TABLES);
	__u64 *pdpt = pml4 + PTES;
	__u64 *directory = pdpt + PTES;
	__u64 i;

	pml4[0] = (GUEST_PAGE_TABLES + PAGE_SIZE) | PTE_FLAGS;
	pdpt[0] = (GUEST_PAGE_TABLES + 2 * PAGE_SIZE) | PTE_FLAGS;
	for (i = 0; i < PTES; i++)
		directory[i] = i * LARGE_PAGE_SIZE | PTE_FLAGS | PTE_LARGE;
}

/* Linux loads the segments again until it has a table of its own. */
static void write_gdt(struct machine *machine)
{
	__u64 *gdt = (__u64 *)(machine->ram + GUEST_GDT);

	gdt[CODE_SELECTOR / 8] = 0x00af9b000000ffff;
	gdt[DATA_SELECTOR / 8] = 0x00cf93000000ffff;
}

/* A list of registers to be written with one hypercall */
struct list {
	struct hv_vp_registers head;
	struct hv_register registers[20];
	unsigned int count;
};

static union hv_value *add(struct list *list, __u32 name)
{
	struct hv_register *reg = &list->registers[list->count++];

	reg->name = name;
	return &reg->value;
}

static void add_segment(struct list *list, __u32 name, __u16 selector,
			__u32 limit, __u16 attributes)
{
	add(list, name)->segment = (struct hv_segment){
		.limit = limit,
		.selector = selector,
		.attributes = attributes,
	};
}

static void set_registers(struct machine *machine, __u64 entry)
{
	struct list list = {};
	struct mshv_root_hvcall args = {
		.code = HVCALL_SET_VP_REGISTERS,
		.in_ptr = (uintptr_t)&list,
	};
	__u32 name;

	add(&list, HV_REG_RIP)->u64 = entry;
	add(&list, HV_REG_RSI)->u64 = GUEST_BOOT_PARAMS;
	add(&list, HV_REG_RFLAGS)->u64 = RFLAGS_ALWAYS;
	add(&list, HV_REG_CR3)->u64 = GUEST_PAGE_TABLES;
	add(&list, HV_REG_CR4)->u64 = CR4_PAE;
	add(&list, HV_REG_EFER)->u64 = EFER_LONG;
	add(&list, HV_REG_CR0)->u64 = CR0_BOOT;
	/* Linux would change to it later, but begin in memory. */
	add(&list, HV_REG_APIC_BASE)->u64 = APIC_BASE_BOOT;

	add_segment(&list, HV_REG_CS, CODE_SELECTOR, 0xffffffff, CODE64);
	for (name = HV_REG_ES; name <= HV_REG_GS; name++)
		if (name != HV_REG_CS)
			add_segment(&list, name, DATA_SELECTOR, 0xffffffff,
				    DATA);
	add_segment(&list, HV_REG_LDTR, 0, 0, LDT);
	add_segment(&list, HV_REG_TR, 0, 0xffff, BUSY_TSS);
	add(&list, HV_REG_IDTR)->table = (struct hv_table){};
	add(&list, HV_REG_GDTR)->table = (struct hv_table){
		.base = GUEST_GDT,
		.limit = DATA_SELECTOR + 7,
	};

	args.reps = list.count;
	args.in_sz = sizeof(list.head) +
		     list.count * sizeof(list.registers[0]);
	require(!hvcall(machine->vps[0], &args),
		"set the registers of VP 0, status %#x at register %u",
		args.status, args.reps);
}

void boot_linux(struct machine *machine, const char *kernel,
		const char *initramfs, const char *command_line)
{
	struct boot_params *params =
		(void *)(machine->ram + GUEST_BOOT_PARAMS);
	__u64 entry = load_kernel(machine, params, kernel);

	load_initramfs(machine, params, initramfs);
	write_command_line(machine, params, command_line);
	add_e820(params, 0, GUEST_LOW_END, E820_RAM);
	add_e820(params, GUEST_LOW_END, GUEST_HIGH_START, E820_RESERVED);
	add_e820(params, GUEST_HIGH_START, machine->ram_size, E820_RAM);
	params->acpi_rsdp_addr = acpi_write_tables(machine);

	write_page_tables(machine);
	write_gdt(machine);
	set_registers(machine, entry);
}

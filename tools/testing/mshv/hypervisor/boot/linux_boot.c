// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads Linux by its 64-bit boot protocol (Documentation/arch/x86/boot.rst):
 * the kernel somewhere above 16 MiB with room to unpack itself, the initial
 * RAM file system as high as it may be, parameters, page table and descriptor
 * table below the first megabyte, all in the parent's own memory.
 */
#include "hv.h"
#include "layout.h"

/* Offsets in the boot parameters and, above 0x1f1, in the kernel image */
#define ZP_ACPI_RSDP		0x070
#define ZP_E820_COUNT		0x1e8
#define ZP_SETUP_SECTORS	0x1f1
#define ZP_BOOT_FLAG		0x1fe
#define ZP_HEADER_LENGTH	0x201
#define ZP_HEADER_MAGIC		0x202
#define ZP_LOADER_TYPE		0x210
#define ZP_RAMDISK_START	0x218
#define ZP_RAMDISK_SIZE		0x21c
#define ZP_COMMAND_LINE		0x228
#define ZP_RAMDISK_MAX		0x22c
#define ZP_ALIGNMENT		0x230
#define ZP_LOAD_FLAGS		0x236
#define ZP_COMMAND_LINE_SIZE	0x238
#define ZP_SETUP_DATA		0x250
#define ZP_INIT_SIZE		0x260
#define ZP_E820			0x2d0

#define BOOT_FLAG		0xaa55
#define HEADER_MAGIC		0x53726448	/* "HdrS" */
#define LOADER_UNKNOWN		0xff
#define LOADABLE_64		BIT(0)
#define SECTOR			512
#define DEFAULT_SETUP_SECTORS	4
#define ENTRY_64		0x200
#define E820_MAX		128
#define LOAD_MINIMUM		0x1000000

COMPILE_ASSERT(MAX_RAM_RANGES <= E820_MAX);

/* Linux reserves an item with all of its data, even if it knows no such type */
struct setup_data {
	u64 next;
	u32 type;
	u32 size;
};

struct e820_entry {
	u64 start;
	u64 size;
	u32 type;
} __packed;

static u16 get16(const u8 *p)
{
	return *(const u16 *)p;
}

static u32 get32(const u8 *p)
{
	return *(const u32 *)p;
}

static void put32(u8 *p, u32 value)
{
	*(u32 *)p = value;
}

static void check_kernel(const u8 *image, u64 size)
{
	if (size < 2 * SECTOR || get16(image + ZP_BOOT_FLAG) != BOOT_FLAG ||
	    get32(image + ZP_HEADER_MAGIC) != HEADER_MAGIC)
		end_of_run(END_SETUP, "module 0 is no Linux kernel");
	if (!(get16(image + ZP_LOAD_FLAGS) & LOADABLE_64))
		end_of_run(END_SETUP, "module 0 has no 64-bit entry point");
}

/* The highest place for the initial RAM file system that Linux accepts */
static u64 place_ramdisk(u64 size, u64 limit)
{
	const struct ram_range *map;
	u32 i, n = memory_map_of_parent(&map);
	u64 best = 0;

	for (i = 0; i < n; i++) {
		u64 end = min(map[i].start + map[i].size, limit + 1);

		if (map[i].type == 1 && end > map[i].start &&
		    end - map[i].start >= size)
			best = max(best, align_down(end - size, PAGE_SIZE));
	}
	if (best < LOAD_MINIMUM)
		end_of_run(END_SETUP, "no room for an initramfs of %lu bytes",
			   size);
	return best;
}

static void load_ramdisk(u8 *zero_page, const struct boot_module *module)
{
	u64 start;

	if (!module->size)
		return;
	start = place_ramdisk(module->size, get32(zero_page + ZP_RAMDISK_MAX));
	if (start < module->start + module->size)
		end_of_run(END_SETUP, "no room to move the initramfs");
	memcpy((void *)start, (void *)module->start, module->size);
	put32(zero_page + ZP_RAMDISK_START, start);
	put32(zero_page + ZP_RAMDISK_SIZE, module->size);
}

/*
 * The firmware tells of all processors of the machine in too many places to
 * hide some of them; the parent is simply told how many it may have.
 */
static void set_command_line(u8 *zero_page, const char *line)
{
	struct text text = { (char *)BOOT_COMMAND_LINE, PAGE_SIZE, 0 };

	text_add(&text, "%s", line);
	if (parent.num_vps < num_cpus)
		text_add(&text, " nr_cpus=%u", parent.num_vps);
	if (text.length + 1 >= text.size ||
	    text.length > get32(zero_page + ZP_COMMAND_LINE_SIZE))
		end_of_run(END_SETUP, "the kernel's command line is too long");
	put32(zero_page + ZP_COMMAND_LINE, BOOT_COMMAND_LINE);
}

static void set_memory_map(u8 *zero_page)
{
	struct e820_entry *e820 = (struct e820_entry *)(zero_page + ZP_E820);
	const struct ram_range *map;
	u32 i, n = memory_map_of_parent(&map);

	for (i = 0; i < n; i++)
		e820[i] = (struct e820_entry) {
			map[i].start, map[i].size, map[i].type
		};
	zero_page[ZP_E820_COUNT] = n;
}

/*
 * Provided pages are ordinary RAM that is reserved, not a hole in the memory
 * map, because Linux takes a way to them that depends on it: what memremap()
 * finds in the direct map stays mapped, whereas a processor that goes offline
 * as part of the root partition would unmap its VP assist page a moment before
 * its last interrupts look there.
 */
static void reserve_provided_pages(u8 *zero_page)
{
	struct setup_data *data = (struct setup_data *)PARENT_PAGES;

	*data = (struct setup_data) {
		.size = PARENT_PAGES_END - PARENT_PAGES - sizeof(*data),
	};
	*(u64 *)(zero_page + ZP_SETUP_DATA) = PARENT_PAGES;
}

static void build_page_table(void)
{
	u64 *pml4 = (u64 *)BOOT_PML4, *pdpt = (u64 *)BOOT_PDPT;
	u64 i;

	memset(pml4, 0, PAGE_SIZE);
	pml4[0] = BOOT_PDPT | X86_PTE_PRESENT | X86_PTE_WRITE;
	for (i = 0; i < PAGE_SIZE / sizeof(u64); i++)
		pdpt[i] = i * SZ_1G | X86_PTE_PRESENT | X86_PTE_WRITE |
			  X86_PTE_LARGE;
}

static void build_gdt(void)
{
	u64 *gdt = (u64 *)BOOT_GDT;

	gdt[0] = 0;
	gdt[1] = 0;
	gdt[2] = 0x00af9b000000ffff;	/* __BOOT_CS */
	gdt[3] = 0x00cf93000000ffff;	/* __BOOT_DS */
}

/* Above the modules, which may lie where the kernel wants to be */
static u64 load_kernel(const u8 *zero_page, const struct boot_module *kernel,
		       u64 modules_end)
{
	u32 sectors = zero_page[ZP_SETUP_SECTORS];
	u64 skip, start, init_size = get32(zero_page + ZP_INIT_SIZE);

	if (!sectors)
		sectors = DEFAULT_SETUP_SECTORS;
	skip = (sectors + 1) * SECTOR;
	if (skip >= kernel->size)
		end_of_run(END_SETUP, "module 0 ends inside its header");

	start = align_up(max(modules_end, LOAD_MINIMUM),
			 get32(zero_page + ZP_ALIGNMENT));
	if (!parent_owns(start, init_size) ||
	    start + init_size > get32(zero_page + ZP_RAMDISK_START))
		end_of_run(END_SETUP, "no room for the kernel");
	memcpy((void *)start, (void *)kernel->start + skip,
	       kernel->size - skip);
	return start;
}

/**
 * linux_boot() - Load Linux and point the boot VP at it
 * @vp: the parent's first VP
 * @kernel: a bzImage and its command line
 * @initramfs: the initial RAM file system; size 0 when there is none
 */
void linux_boot(struct vp *vp, const struct boot_module *kernel,
		const struct boot_module *initramfs)
{
	const u8 *image = (const u8 *)kernel->start;
	u8 *zero_page = (u8 *)BOOT_ZERO_PAGE;
	u64 entry, modules_end;

	check_kernel(image, kernel->size);
	memset(zero_page, 0, PAGE_SIZE);
	memcpy(zero_page + ZP_SETUP_SECTORS, image + ZP_SETUP_SECTORS,
	       ZP_HEADER_MAGIC + image[ZP_HEADER_LENGTH] - ZP_SETUP_SECTORS);
	zero_page[ZP_LOADER_TYPE] = LOADER_UNKNOWN;
	*(u64 *)(zero_page + ZP_ACPI_RSDP) = acpi_rsdp();

	modules_end = max(kernel->start + kernel->size,
			  initramfs->start + initramfs->size);
	put32(zero_page + ZP_RAMDISK_START, ~0U);
	load_ramdisk(zero_page, initramfs);
	entry = load_kernel(zero_page, kernel, modules_end) + ENTRY_64;
	if (!initramfs->size)
		put32(zero_page + ZP_RAMDISK_START, 0);

	set_command_line(zero_page, kernel->command_line);
	set_memory_map(zero_page);
	reserve_provided_pages(zero_page);
	build_page_table();
	build_gdt();
	vmcb_boot(vp, entry, BOOT_ZERO_PAGE, BOOT_PML4, BOOT_GDT);
}

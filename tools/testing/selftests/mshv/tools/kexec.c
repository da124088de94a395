// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starts another kernel in place of the running one, without firmware:
 *
 *	kexec KERNEL INITRAMFS COMMAND-LINE
 *	kexec -p KERNEL INITRAMFS COMMAND-LINE
 *
 * With -p it only loads it, into the memory that was reserved with crashkernel=,
 * for the time when the running one crashes. It is then told what to dump, see
 * Documentation/admin-guide/kdump/kdump.rst of Linux.
 *
 * The other kernel must be of the same build: it is told of the machine what the
 * running one was told. Both the format of KERNEL and what it finds in memory
 * are described in Documentation/arch/x86/boot.rst of Linux.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/elf.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <asm/bootparam.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define PARAMETERS	"/sys/kernel/boot_params/data"
#define SECTOR		512
#define PAGE		4096UL
#define RAM		1

/* Where things go, from the beginning of a range of RAM */
#define HEADERS_AT	0x00000000UL	/* at most a page */
#define JUMP_AT		0x00001000UL
#define LINE_AT		0x00002000UL
#define PARAMETERS_AT	0x00003000UL
#define KERNEL_AT	0x00200000UL
#define INITRAMFS_AT	0x04000000UL

/* Above what the firmware and the hypervisor keep */
#define START		0x03000000UL

/* A crash kernel may use what is below: the running one did not. */
#define LOW_END		0x00100000UL

/* In a 64-bit kernel, behind the 32-bit entry */
#define ENTRY_OFFSET	0x200
#define LOADER_OTHER	0xff

#define require(condition, what) do {					\
	if (!(condition)) {						\
		fprintf(stderr, "kexec: %s: %s\n", what, strerror(errno)); \
		exit(1);						\
	}								\
} while (0)

/* Inclusive, as in /proc/iomem */
struct range {
	uint64_t start;
	uint64_t end;
};

struct file {
	void *data;
	size_t size;
};

static struct file read_whole(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct file file;
	struct stat stat;
	size_t done = 0;
	ssize_t got;

	require(fd >= 0 && !fstat(fd, &stat), path);
	file.size = stat.st_size;
	file.data = malloc(file.size);
	require(file.data, path);
	while (done < file.size) {
		got = read(fd, file.data + done, file.size - done);
		require(got > 0, path);
		done += got;
	}
	close(fd);
	return file;
}

static size_t whole_pages(size_t size)
{
	return (size + PAGE - 1) / PAGE * PAGE;
}

/* Nobody else tells the kernel where its parameters are. */
static void make_jump(uint8_t code[PAGE], uint64_t base)
{
	static const uint8_t load_rsi[] = { 0x48, 0xbe };
	static const uint8_t load_rax[] = { 0x48, 0xb8 };
	static const uint8_t jump_rax[] = { 0xff, 0xe0 };
	const uint64_t parameters = base + PARAMETERS_AT;
	const uint64_t entry = base + KERNEL_AT + ENTRY_OFFSET;

	memcpy(code, load_rsi, 2);
	memcpy(code + 2, &parameters, 8);
	memcpy(code + 10, load_rax, 2);
	memcpy(code + 12, &entry, 8);
	memcpy(code + 20, jump_rax, 2);
}

static void change_parameters(struct boot_params *parameters,
			      const struct setup_header *header,
			      size_t initramfs_size, uint64_t base)
{
	parameters->sentinel = 0;
	parameters->hdr = *header;
	parameters->hdr.type_of_loader = LOADER_OTHER;
	parameters->hdr.ramdisk_image = base + INITRAMFS_AT;
	parameters->hdr.ramdisk_size = initramfs_size;
	parameters->hdr.cmd_line_ptr = base + LINE_AT;
	parameters->hdr.setup_data = 0;
	parameters->ext_ramdisk_image = 0;
	parameters->ext_ramdisk_size = 0;
	parameters->ext_cmd_line_ptr = 0;
}

/* One range of RAM has to hold everything. */
static bool has_ram(const struct boot_params *parameters,
		    const struct range *needed)
{
	int i;

	for (i = 0; i < parameters->e820_entries; i++) {
		const struct boot_e820_entry *range =
			&parameters->e820_table[i];

		if (range->type == RAM && range->addr <= needed->start &&
		    range->addr + range->size > needed->end)
			return true;
	}
	return false;
}

/* The ranges of that name; returns how many there are. */
static int find_ranges(const char *name, struct range *ranges, int max)
{
	FILE *file = fopen("/proc/iomem", "r");
	char line[256], *colon;
	int count = 0;

	require(file, "/proc/iomem");
	while (count < max && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		colon = strstr(line, " : ");
		if (colon && !strcmp(colon + 3, name) &&
		    sscanf(line, "%lx-%lx", &ranges[count].start,
			   &ranges[count].end) == 2)
			count++;
	}
	fclose(file);
	return count;
}

/*
 * All memory is as it was, but what is RAM is the dump's, and not its own. It
 * reads the headers of the dump like the dump: they are no RAM either.
 */
static void confine(struct boot_params *parameters, const struct range *own)
{
	int i, count = 0;

	for (i = 0; i < parameters->e820_entries; i++)
		if (parameters->e820_table[i].type != RAM ||
		    parameters->e820_table[i].addr < LOW_END)
			parameters->e820_table[count++] =
				parameters->e820_table[i];

	parameters->e820_table[count++] = (struct boot_e820_entry) {
		.addr = own->start + JUMP_AT,
		.size = own->end + 1 - own->start - JUMP_AT,
		.type = RAM,
	};
	parameters->e820_entries = count;
}

struct headers {
	struct elf64_hdr file;
	struct elf64_phdr segments[(PAGE - sizeof(struct elf64_hdr)) / sizeof(struct elf64_phdr)];
};

static void add_segment(struct headers *headers, uint32_t type, uint64_t start,
			uint64_t size)
{
	errno = ENOSPC;
	require(headers->file.e_phnum < ARRAY_SIZE(headers->segments),
		"too many ranges of memory");
	headers->segments[headers->file.e_phnum++] = (struct elf64_phdr) {
		.p_type = type,
		.p_flags = PF_R | PF_W | PF_X,
		.p_offset = start,
		.p_paddr = start,
		.p_filesz = size,
		.p_memsz = size,
	};
}

static uint64_t read_hex(const char *path, uint64_t *second)
{
	FILE *file = fopen(path, "r");
	uint64_t first = 0;

	require(file && fscanf(file, "%lx%lx", &first, second) >= 1,
		path);
	fclose(file);
	return first;
}

/* Where each processor leaves its registers */
static void add_processors(struct headers *headers)
{
	char path[128];
	uint64_t unused;
	int i;

	for (i = 0; i < sysconf(_SC_NPROCESSORS_CONF); i++) {
		snprintf(path, sizeof(path),
			 "/sys/devices/system/cpu/cpu%d/crash_notes", i);
		add_segment(headers, PT_NOTE, read_hex(path, &unused), PAGE);
	}
}

static void add_ram(struct headers *headers, const struct range *own)
{
	struct range ram[32];
	int i, count = find_ranges("System RAM", ram, ARRAY_SIZE(ram));

	for (i = 0; i < count; i++) {
		if (ram[i].end < LOW_END)
			continue;
		if (own->start < ram[i].start || own->end > ram[i].end) {
			add_segment(headers, PT_LOAD, ram[i].start,
				    ram[i].end + 1 - ram[i].start);
			continue;
		}
		if (ram[i].start < own->start)
			add_segment(headers, PT_LOAD, ram[i].start,
				    own->start - ram[i].start);
		if (own->end < ram[i].end)
			add_segment(headers, PT_LOAD, own->end + 1,
				    ram[i].end - own->end);
	}
}

/* What there is to dump, as the headers of the dump */
static void make_headers(struct headers *headers, const struct range *own)
{
	uint64_t size = 0, info = read_hex("/sys/kernel/vmcoreinfo", &size);

	headers->file = (struct elf64_hdr) {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			     ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(struct elf64_hdr),
		.e_ehsize = sizeof(struct elf64_hdr),
		.e_phentsize = sizeof(struct elf64_phdr),
	};
	add_processors(headers);
	add_segment(headers, PT_NOTE, info, size);
	add_ram(headers, own);
}

int main(int argc, char **argv)
{
	static char line[PAGE], jump[PAGE];
	static struct headers headers;
	const bool for_crash = argc == 5 && !strcmp(argv[1], "-p");
	struct range range = { .start = START };
	struct boot_params *parameters;
	const struct setup_header *header;
	struct file kernel, initramfs;
	size_t setup_size;
	uint64_t end;

	errno = EINVAL;
	require(argc == 4 + for_crash, "what?");
	argv += for_crash;
	kernel = read_whole(argv[1]);
	initramfs = read_whole(argv[2]);
	parameters = read_whole(PARAMETERS).data;

	errno = ENOSPC;
	require(!for_crash || find_ranges("Crash kernel", &range, 1),
		"no memory was reserved");
	end = range.start + INITRAMFS_AT + whole_pages(initramfs.size) - 1;
	header = kernel.data + offsetof(struct boot_params, hdr);
	setup_size = (header->setup_sects + 1) * SECTOR;
	if (!for_crash)
		range.end = end;
	require(header->init_size <= INITRAMFS_AT - KERNEL_AT &&
		end <= range.end && has_ram(parameters, &range),
		"no place for it");

	make_jump((uint8_t *)jump, range.start);
	change_parameters(parameters, header, initramfs.size, range.start);
	if (for_crash) {
		confine(parameters, &range);
		make_headers(&headers, &range);
		snprintf(line, sizeof(line), "%s elfcorehdr=0x%lx",
			 argv[3], range.start + HEADERS_AT);
	} else {
		snprintf(line, sizeof(line), "%s", argv[3]);
	}

	struct kexec_segment segments[] = {
		{ jump, PAGE, (void *)(range.start + JUMP_AT), PAGE },
		{ line, PAGE, (void *)(range.start + LINE_AT), PAGE },
		{ parameters, sizeof(*parameters),
		  (void *)(range.start + PARAMETERS_AT), PAGE },
		{ &headers, sizeof(headers),
		  (void *)(range.start + HEADERS_AT), PAGE },
		{ kernel.data + setup_size, kernel.size - setup_size,
		  (void *)(range.start + KERNEL_AT),
		  whole_pages(header->init_size) },
		{ initramfs.data, initramfs.size,
		  (void *)(range.start + INITRAMFS_AT),
		  whole_pages(initramfs.size) },
	};

	require(!syscall(SYS_kexec_load, range.start + JUMP_AT,
			 ARRAY_SIZE(segments), segments,
			 KEXEC_ARCH_DEFAULT | (for_crash ? KEXEC_ON_CRASH : 0)),
		"load");
	if (for_crash)
		return 0;
	sync();
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_KEXEC, NULL);
	require(0, "start");
	return 1;
}

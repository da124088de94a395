// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks at all memory, as a tool that makes a dump does:
 *
 *	readcore FILE
 *
 * FILE is /proc/kcore, of the running kernel, which leaves out itself what must
 * not be read. Or it is /proc/vmcore, of a kernel that has crashed. There pages
 * that it had marked as offline are left out. Prints how many pages were read,
 * and how many were left out.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/elf.h>

#define PAGE		4096UL
#define TABLE_ENTRIES	512
#define PRESENT		0x1
#define LARGE		0x80
#define ADDRESS		0x000ffffffffff000UL
#define KERNEL_MAP	0xffffffff80000000UL	/* the kernel's image */
#define TYPE_SHIFT	24

#define MAX_RANGES	32
#define NO_ADDRESS	(~0UL)

#define require(condition, what) do {					\
	if (!(condition)) {						\
		fprintf(stderr, "readcore: %s: %s\n", what, strerror(errno)); \
		exit(1);						\
	}								\
} while (0)

/* Memory of the other kernel; where it is in the file, and here */
struct range {
	uint64_t start;
	uint64_t size;
	uint64_t offset;
	const char *data;
};

static struct range ranges[MAX_RANGES];
static int count;

/* What the other kernel says about itself, lines of text */
static char *info;

static void read_at(int fd, void *data, size_t size, uint64_t offset)
{
	require(pread(fd, data, size, offset) == (ssize_t)size, "read");
}

/* Notes have a name and a content, each in whole words. */
static void find_info(int fd, const struct elf64_phdr *segment)
{
	static const char name[] = "VMCOREINFO";
	const size_t padding = (sizeof(name) + 3) / 4 * 4;
	char *notes = calloc(1, segment->p_filesz + 1);
	size_t at = 0;

	require(notes, "memory");
	read_at(fd, notes, segment->p_filesz, segment->p_offset);
	while (at + sizeof(struct elf64_note) + padding < segment->p_filesz) {
		const struct elf64_note *note = (void *)(notes + at);

		at += sizeof(*note);
		if (note->n_namesz == sizeof(name) &&
		    !strcmp(notes + at, name))
			info = notes + at + padding;
		at += (note->n_namesz + 3) / 4 * 4 + (note->n_descsz + 3) / 4 * 4;
	}
}

static void find_segments(int fd)
{
	struct elf64_phdr segment;
	struct elf64_hdr file;
	int i;

	read_at(fd, &file, sizeof(file), 0);
	require(!memcmp(file.e_ident, ELFMAG, SELFMAG), "not a core file");
	for (i = 0; i < file.e_phnum; i++) {
		read_at(fd, &segment, sizeof(segment),
			file.e_phoff + i * sizeof(segment));
		if (segment.p_type == PT_NOTE)
			find_info(fd, &segment);
		if (segment.p_type != PT_LOAD || segment.p_paddr == NO_ADDRESS)
			continue;
		require(count < MAX_RANGES, "too many ranges");
		ranges[count++] = (struct range) {
			.start = segment.p_paddr,
			.size = segment.p_memsz,
			.offset = segment.p_offset,
		};
	}
}

/* The value in a line KEY=VALUE, of whatever base */
static uint64_t value_of(const char *key)
{
	const char *line = info;
	size_t length = strlen(key);

	while (line && (strncmp(line, key, length) || line[length] != '=')) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	errno = ENOENT;
	require(line, key);
	/* Symbols have no prefix, and are hexadecimal. */
	return strtoull(line + length + 1, NULL,
			strncmp(key, "SYMBOL", 6) ? 0 : 16);
}

static const void *memory_at(uint64_t address)
{
	int i;

	for (i = 0; i < count; i++)
		if (address - ranges[i].start < ranges[i].size)
			return ranges[i].data + (address - ranges[i].start);
	errno = EFAULT;
	require(false, "an address is not in the dump");
	return NULL;
}

/* Where a virtual address of the other kernel is in memory; 0: nowhere */
static uint64_t translate(uint64_t address)
{
	uint64_t table = value_of("SYMBOL(swapper_pg_dir)") - KERNEL_MAP +
			 value_of("NUMBER(phys_base)");
	int level = 3 + value_of("NUMBER(pgtable_l5_enabled)");

	for (; level >= 0; level--) {
		int shift = 12 + 9 * level;
		const uint64_t *entries = memory_at(table);
		uint64_t entry = entries[(address >> shift) % TABLE_ENTRIES];
		uint64_t inside = (1UL << shift) - 1;

		if (!(entry & PRESENT))
			return 0;
		table = entry & ADDRESS;
		if (!level || entry & LARGE)
			return (table & ~inside) | (address & inside);
	}
	return 0;
}

/* What the other kernel knew of its pages */
struct page_array {
	uint64_t start;
	uint64_t size;
	uint64_t type;
	uint8_t offline;
};

static struct page_array find_pages(void)
{
	return (struct page_array) {
		.start = value_of("SYMBOL(vmemmap)"),
		.size = value_of("SIZE(page)"),
		.type = value_of("OFFSET(page._mapcount)"),
		.offline = value_of("NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)") >>
			   TYPE_SHIFT,
	};
}

/* One translation does for the descriptions of many pages. */
static bool is_offline(const struct page_array *pages, uint64_t number)
{
	static uint64_t virtual_page = NO_ADDRESS;
	static const char *here;
	uint64_t type = pages->start + number * pages->size + pages->type;
	uint64_t physical;

	if (type / PAGE != virtual_page) {
		physical = translate(type & ~(PAGE - 1));
		here = physical ? memory_at(physical) : NULL;
		virtual_page = type / PAGE;
	}
	return here && *(uint32_t *)(here + type % PAGE) >> TYPE_SHIFT ==
		       pages->offline;
}

static void map_ranges(int fd)
{
	int i;

	for (i = 0; i < count; i++) {
		ranges[i].data = mmap(NULL, ranges[i].size, PROT_READ,
				      MAP_PRIVATE, fd, ranges[i].offset);
		require(ranges[i].data != MAP_FAILED, "map");
	}
}

/* A byte of each page is enough to touch it. */
static void read_crashed(int fd)
{
	struct page_array pages = find_pages();
	unsigned long read = 0, offline = 0;
	uint64_t at;
	int i;

	map_ranges(fd);
	for (i = 0; i < count; i++)
		for (at = 0; at < ranges[i].size; at += PAGE) {
			if (is_offline(&pages, (ranges[i].start + at) / PAGE)) {
				offline++;
				continue;
			}
			__atomic_load_n(ranges[i].data + at, __ATOMIC_RELAXED);
			read++;
		}
	printf("pages=%lu\noffline=%lu\n", read, offline);
}

static void read_running(int fd)
{
	unsigned long read = 0;
	uint64_t at, word;
	int i;

	for (i = 0; i < count; i++)
		for (at = 0; at < ranges[i].size; at += PAGE) {
			read_at(fd, &word, sizeof(word), ranges[i].offset + at);
			read++;
		}
	printf("pages=%lu\n", read);
}

int main(int argc, char **argv)
{
	int fd;

	errno = EINVAL;
	require(argc == 2, "what?");
	fd = open(argv[1], O_RDONLY);
	require(fd >= 0, argv[1]);
	find_segments(fd);
	errno = ENOENT;
	require(count, "memory");
	if (strcmp(argv[1], "/proc/kcore"))
		read_crashed(fd);
	else
		read_running(fd);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose memory is whose.
 *
 * Invariants, from memory_init() on:
 * - hidden memory (the image, the trampoline, and the heap at the upper end of
 *   RAM) is RAM that the parent can neither see in its memory map nor reach;
 * - provided memory, for pages that the hypervisor gives to the parent, is RAM
 *   in the parent's memory map, but linux_boot.c sees to it that Linux never
 *   uses it for itself;
 * - everything else the firmware calls RAM is the parent's own, but for the
 *   pages that it deposited, see core/ownership.c.
 *
 * The heap is as large as the bookkeeping of all RAM may become: the parent's
 * nested page table with 4 KiB pages, and a word for the owner of each page.
 */
#include "hv.h"
#include "layout.h"

#define HEAP_BYTES_PER_PAGE	16
#define HEAP_MINIMUM		SZ_2M

#define RAM		1
#define RESERVED	2

/* Multiboot memory map entry; size does not count itself */
struct multiboot_range {
	u32 size;
	u64 start;
	u64 length;
	u32 type;
} __packed;

static u64 heap_used;
static u64 parent_pages_used = PARENT_PAGES + PAGE_SIZE;
static struct spinlock memory_lock;

/* In rising order; the last one is the heap. */
static struct ram_range hidden[3];
#define heap	hidden[2]
static struct ram_range parent_map[MAX_RAM_RANGES];
static u32 num_parent_map;

static void map_add(u64 start, u64 end, u32 type)
{
	if (start >= end)
		return;
	if (num_parent_map == MAX_RAM_RANGES)
		end_of_run(END_SETUP, "the memory map has too many ranges");

	parent_map[num_parent_map++] = (struct ram_range) {
		start, end - start, type
	};
}

/* Takes what is hidden out of a range of RAM; the list is in rising order. */
static void map_add_ram(u64 start, u64 end)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(hidden); i++) {
		u64 hidden_end = hidden[i].start + hidden[i].size;

		if (hidden[i].start >= end || hidden_end <= start)
			continue;
		if (hidden[i].start < start || hidden_end > end)
			end_of_run(END_SETUP, "no RAM at %lx for myself",
				   hidden[i].start);
		map_add(start, hidden[i].start, RAM);
		map_add(hidden[i].start, hidden_end, RESERVED);
		start = hidden_end;
	}
	map_add(start, end, RAM);
}

static const struct multiboot_range *
next_range(const struct multiboot_range *range)
{
	return (void *)range + range->size + sizeof(range->size);
}

/* At the upper end of RAM below 4 GiB, where no loader puts anything yet */
static void place_heap(const struct multiboot_range *map, const void *map_end)
{
	const struct multiboot_range *range;
	u64 end = 0, end_of_all = 0;

	for (range = map; (void *)range < map_end; range = next_range(range)) {
		u64 range_end = range->start + range->length;

		if (range->type != RAM)
			continue;
		end_of_all = max(end_of_all, range_end);
		if (range_end <= SZ_4G)
			end = max(end, range_end);
	}

	heap.size = HEAP_MINIMUM + align_up(end_of_all / PAGE_SIZE *
					    HEAP_BYTES_PER_PAGE, SZ_2M);
	heap.start = align_down(end, SZ_2M) - heap.size;
	heap.type = RESERVED;
	memset((void *)heap.start, 0, heap.size);
}

/**
 * memory_init() - Divide the machine's memory
 * @multiboot_map: the firmware's memory map as the loader hands it over
 * @size: its size in bytes
 */
void memory_init(const void *multiboot_map, u32 size)
{
	const struct multiboot_range *range = multiboot_map;

	hidden[0] = (struct ram_range) { TRAMPOLINE, PAGE_SIZE, RESERVED };
	hidden[1].start = (u64)hv_begin;
	hidden[1].size = align_up((u64)hv_end, SZ_2M) - (u64)hv_begin;
	hidden[1].type = RESERVED;
	place_heap(range, multiboot_map + size);

	while ((void *)range < multiboot_map + size) {
		u64 end = range->start + range->length;

		if (range->type == RAM)
			map_add_ram(range->start, end);
		else
			map_add(range->start, end, range->type);
		range = next_range(range);
	}
	hv_print("memory %lx..%lx and %lx..%lx is hidden, %x..%x is provided",
		 hidden[1].start, hidden[1].start + hidden[1].size,
		 heap.start, heap.start + heap.size,
		 PARENT_PAGES, PARENT_PAGES_END);
}

/**
 * page_alloc() - Take hidden pages for good
 * @count: consecutive pages
 *
 * Return: zeroed memory; running out ends the run.
 */
void *page_alloc(u32 count)
{
	void *page;

	spin_lock(&memory_lock);
	if (count > (heap.size - heap_used) / PAGE_SIZE)
		end_of_run(END_HYPERVISOR, "out of pages");
	page = (void *)heap.start + heap_used;
	heap_used += count * PAGE_SIZE;
	spin_unlock(&memory_lock);
	return page;
}

/**
 * parent_page_alloc() - Take a page that the parent can see
 *
 * Return: GPA of a zeroed page; running out ends the run.
 */
u64 parent_page_alloc(void)
{
	u64 gpa;

	spin_lock(&memory_lock);
	gpa = parent_pages_used;
	if (gpa == PARENT_PAGES_END)
		end_of_run(END_HYPERVISOR, "out of pages for the parent");
	parent_pages_used += PAGE_SIZE;
	spin_unlock(&memory_lock);

	memset((void *)gpa, 0, PAGE_SIZE);
	return gpa;
}

/**
 * memory_is_ram() - Is this memory in the parent's memory map as RAM?
 * @gpa: first byte, in the parent's address space, which is the machine's
 * @size: bytes
 *
 * Return: true when all of it is RAM in the parent's memory map; some of it may
 *	be deposited.
 */
bool memory_is_ram(u64 gpa, u64 size)
{
	u64 end = gpa + size;
	u32 i;

	if (end < gpa)
		return false;
	for (i = 0; i < num_parent_map; i++) {
		const struct ram_range *range = &parent_map[i];

		if (range->type == RAM && gpa >= range->start &&
		    end <= range->start + range->size)
			return true;
	}
	return false;
}

/**
 * memory_is_provided() - Is this memory that the parent got with the machine?
 * @gpa: first byte
 * @size: bytes
 *
 * Return: true when all of it is from parent_page_alloc().
 */
bool memory_is_provided(u64 gpa, u64 size)
{
	u64 end = gpa + size;

	return gpa >= PARENT_PAGES && end >= gpa &&
	       end <= READ_ONCE(parent_pages_used);
}

/**
 * memory_end() - Where RAM ends
 *
 * Return: the first address above all RAM of the parent.
 */
u64 memory_end(void)
{
	u64 end = 0;
	u32 i;

	for (i = 0; i < num_parent_map; i++)
		if (parent_map[i].type == RAM)
			end = max(end, parent_map[i].start +
				       parent_map[i].size);
	return end;
}

/**
 * memory_is_hidden() - Does hidden memory overlap this?
 * @gpa: first byte
 * @size: bytes
 *
 * Return: true when any of it is hidden; deposited pages are not asked for.
 */
bool memory_is_hidden(u64 gpa, u64 size)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(hidden); i++)
		if (gpa < hidden[i].start + hidden[i].size &&
		    hidden[i].start < gpa + size)
			return true;
	return false;
}

/**
 * memory_hidden() - What the parent must not reach
 * @ranges: set to the ranges, in rising order
 *
 * Return: their number.
 */
u32 memory_hidden(const struct ram_range **ranges)
{
	*ranges = hidden;
	return ARRAY_SIZE(hidden);
}

/**
 * memory_map_of_parent() - What the parent is told about its memory
 * @ranges: set to the ranges
 *
 * Return: their number.
 */
u32 memory_map_of_parent(const struct ram_range **ranges)
{
	*ranges = parent_map;
	return num_parent_map;
}

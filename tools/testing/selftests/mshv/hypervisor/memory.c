// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose memory is whose.
 *
 * Invariants, from memory_init() on:
 * - hidden memory (the image with its page pool, and the trampoline) is RAM
 *   that the parent can neither see in its memory map nor reach;
 * - provided memory, for pages that the hypervisor gives to the parent, is RAM
 *   in the parent's memory map, but linux_boot.c sees to it that Linux never
 *   uses it for itself;
 * - everything else the firmware calls RAM is the parent's own.
 */
#include "hv.h"
#include "layout.h"

#define POOL_PAGES	512

#define RAM		1
#define RESERVED	2

/* Multiboot memory map entry; size does not count itself */
struct multiboot_range {
	u32 size;
	u64 start;
	u64 length;
	u32 type;
} __packed;

static u8 pool[POOL_PAGES][PAGE_SIZE] __aligned(PAGE_SIZE);
static u32 pool_used;
static u64 parent_pages_used = PARENT_PAGES + PAGE_SIZE;
static struct spinlock memory_lock;

static struct ram_range hidden[2];
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

/**
 * memory_init() - Divide the machine's memory
 * @multiboot_map: the firmware's memory map as the loader hands it over
 * @size: its size in bytes
 */
void memory_init(const void *multiboot_map, u32 size)
{
	const void *p = multiboot_map;

	hidden[0] = (struct ram_range) { TRAMPOLINE, PAGE_SIZE, RESERVED };
	hidden[1].start = (u64)hv_begin;
	hidden[1].size = align_up((u64)hv_end, SZ_2M) - (u64)hv_begin;
	hidden[1].type = RESERVED;

	while (p < multiboot_map + size) {
		const struct multiboot_range *range = p;
		u64 end = range->start + range->length;

		if (range->type == RAM)
			map_add_ram(range->start, end);
		else
			map_add(range->start, end, range->type);
		p += range->size + sizeof(range->size);
	}
	hv_print("memory %lx..%lx is hidden, %x..%x is provided",
		 hidden[1].start, hidden[1].start + hidden[1].size,
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
	if (count > POOL_PAGES - pool_used)
		end_of_run(END_HYPERVISOR, "out of pages");
	page = pool[pool_used];
	pool_used += count;
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
 * parent_owns() - May the parent name this memory to the hypervisor?
 * @gpa: first byte, in the parent's address space, which is the machine's
 * @size: bytes
 *
 * Return: true when all of it is RAM in the parent's memory map.
 */
bool parent_owns(u64 gpa, u64 size)
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

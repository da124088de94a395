// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nested page table of the parent.
 *
 * Invariant: it maps every physical address to itself, except hidden memory and
 * deposited pages, which it does not map at all. It starts with the largest
 * pages that fit: whatever the firmware and devices put anywhere is reached as
 * on the bare machine. Pages are split when a part of them is deposited, and
 * stay split.
 */
#include "hv.h"

#define NPT_LEVELS	4
#define NPT_ENTRIES	512
#define NPT_FLAGS	(X86_PTE_PRESENT | X86_PTE_WRITE | X86_PTE_USER)
#define ADDRESS_END	BIT(40)

/* Serializes changes; processors read the table whenever they want. */
static struct spinlock npt_lock;
static u32 generation;

static u64 level_size(u32 level)
{
	return BIT(PAGE_SHIFT + 9 * level);
}

static u64 *next_table(u64 *entry)
{
	if (!(*entry & X86_PTE_PRESENT))
		*entry = (u64)page_alloc(1) | NPT_FLAGS;
	return (u64 *)align_down(*entry, PAGE_SIZE);
}

/* Maps one page, of the largest size possible; returns that size. */
static u64 map_one(u64 *table, u64 gpa, u64 hpa, u64 room)
{
	u32 level;

	for (level = NPT_LEVELS - 1; ; level--) {
		u64 size = level_size(level);
		u64 *entry = &table[gpa / size % NPT_ENTRIES];

		if (!level || (level < 3 && size <= room &&
			       !((gpa | hpa) & (size - 1)))) {
			*entry = hpa | NPT_FLAGS | (level ? X86_PTE_LARGE : 0);
			return size;
		}
		table = next_table(entry);
	}
}

static void npt_map(u64 *root, u64 gpa, u64 hpa, u64 size)
{
	while (size) {
		u64 mapped = map_one(root, gpa, hpa, size);

		gpa += mapped;
		hpa += mapped;
		size -= mapped;
	}
}

/**
 * npt_build_parent() - Build the parent's nested page table
 *
 * Return: its root.
 */
u64 *npt_build_parent(void)
{
	const struct ram_range *hidden;
	u32 i, n = memory_hidden(&hidden);
	u64 *root = page_alloc(1);
	u64 start = 0;

	for (i = 0; i < n; i++) {
		npt_map(root, start, start, hidden[i].start - start);
		start = hidden[i].start + hidden[i].size;
	}
	npt_map(root, start, start, ADDRESS_END - start);
	return root;
}

/* Puts a table of smaller pages in place of a large page. */
static void split(u64 *entry, u32 level)
{
	u64 size = level_size(level - 1);
	u64 i, *table = page_alloc(1);

	for (i = 0; i < NPT_ENTRIES; i++) {
		table[i] = (*entry & ~X86_PTE_LARGE) + i * size;
		if (level > 1)
			table[i] |= X86_PTE_LARGE;
	}
	WRITE_ONCE(*entry, (u64)table | NPT_FLAGS);
}

/**
 * npt_set_visible() - Show a page to the parent, or hide it
 * @gpa: the page
 * @visible: whether the parent can reach it
 */
void npt_set_visible(u64 gpa, bool visible)
{
	u64 *table = parent.npt;
	u32 level;

	spin_lock(&npt_lock);
	for (level = NPT_LEVELS - 1; level; level--) {
		u64 *entry = &table[gpa / level_size(level) % NPT_ENTRIES];

		if (*entry & X86_PTE_LARGE)
			split(entry, level);
		table = (u64 *)align_down(*entry, PAGE_SIZE);
	}
	WRITE_ONCE(table[gpa / PAGE_SIZE % NPT_ENTRIES],
		   visible ? gpa | NPT_FLAGS : 0);
	if (!visible)
		WRITE_ONCE(generation, generation + 1);
	spin_unlock(&npt_lock);
}

/**
 * npt_changed() - Has a page been hidden since the last time?
 * @seen: what this processor knows; brought up to date
 *
 * Return: true when this processor has to flush the parent from its TLB.
 */
bool npt_changed(u32 *seen)
{
	u32 now = READ_ONCE(generation);

	if (*seen == now)
		return false;
	*seen = now;
	return true;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nested page tables of children.
 *
 * Each table is a page of the child's pool. The entry of a page says in bits
 * that the processor ignores what the parent asked for; the bits that the
 * processor looks at follow from them. A table is given back when a large page
 * takes its place and when the child is finalized.
 *
 * Changes are made under children_lock, one word at a time, while VPs run. What
 * replaces something may be seen late by a processor; the callers' last act is
 * child_npt_settle().
 *
 * The processor notes in the entry of a page that the page was accessed and
 * written to. To the parent these two bits belong to the child's page, whatever
 * memory is behind it: they stay when the page is mapped anew, or loses its
 * memory for a while. They are set from the beginning. A large page always has
 * both, because who clears one makes small pages of it first.
 */
#include "child/child_upcalls.h"
#include "child.h"

#define NPT_LEVELS	4
#define NPT_ENTRIES	512
#define GPA_END		BIT(40)

/* Free for software, present or not */
#define ENTRY_READ	BIT(9)
#define ENTRY_WRITE	BIT(10)
#define ENTRY_EXECUTE	BIT(11)
#define ENTRY_MAPPED	BIT(52)
#define ENTRY_NO_ACCESS	BIT(53)
#define ENTRY_RAM	BIT(54)
#define ENTRY_OVERLAY	BIT(55)	/* not the parent's, see child/overlay.c */
#define ENTRY_ADDRESS	(align_down(BIT(52) - 1, PAGE_SIZE))
#define ENTRY_STATE	(X86_PTE_ACCESSED | X86_PTE_DIRTY)
#define TABLE_FLAGS	(X86_PTE_PRESENT | X86_PTE_WRITE | X86_PTE_USER)

COMPILE_ASSERT(NPT_DIRTY * X86_PTE_ACCESSED == X86_PTE_DIRTY);

static u64 level_size(u32 level)
{
	return BIT(PAGE_SHIFT + 9 * level);
}

static bool is_table(u64 entry, u32 level)
{
	return level && (entry & X86_PTE_PRESENT) && !(entry & ENTRY_MAPPED);
}

static u64 *entry_in(u64 *table, u64 gpa, u32 level)
{
	return &table[gpa / level_size(level) % NPT_ENTRIES];
}

static u64 *table_of(u64 entry)
{
	return (u64 *)(entry & ENTRY_ADDRESS);
}

static u64 make_entry(u64 hpa, u32 flags, bool ram, u32 level)
{
	u64 entry = ENTRY_MAPPED;

	if (flags & HV_MAP_NO_ACCESS)
		return entry | ENTRY_NO_ACCESS;

	entry |= hpa | X86_PTE_USER | (level ? X86_PTE_LARGE : 0);
	if (ram)
		entry |= ENTRY_RAM;
	if (flags & HV_MAP_READABLE)
		entry |= ENTRY_READ | X86_PTE_PRESENT;
	if (flags & HV_MAP_WRITABLE)
		entry |= ENTRY_WRITE | X86_PTE_WRITE;
	if (flags & (HV_MAP_KERNEL_EXECUTABLE | HV_MAP_USER_EXECUTABLE))
		entry |= ENTRY_EXECUTE;
	else
		entry |= X86_PTE_NX;
	if (flags & HV_MAP_NOT_CACHED)
		entry |= X86_PTE_PCD | X86_PTE_PWT;
	return entry;
}

/* What an entry of a page held is given back; @level: size of the page. */
static void drop_page(struct child *child, u64 entry, u32 level)
{
	u64 size = level_size(level);

	if (!(entry & ENTRY_MAPPED) ||
	    (entry & (ENTRY_NO_ACCESS | ENTRY_OVERLAY)))
		return;
	child->mapped -= size / PAGE_SIZE;
	if (entry & ENTRY_RAM)
		page_use_end(entry & ENTRY_ADDRESS, size, PAGE_IN_USE_MAPPED);
}

static void drop_table(struct child *child, u64 *table, u32 level)
{
	u32 i;

	for (i = 0; i < NPT_ENTRIES; i++)
		if (is_table(table[i], level))
			drop_table(child, table_of(table[i]), level - 1);
		else
			drop_page(child, table[i], level);
	pool_return(&child->pool, (u64)table);
}

/* What was noted about a page, as long as it is one */
static u64 state_of(u64 entry, u32 level)
{
	if (is_table(entry, level) || !(entry & ENTRY_MAPPED) ||
	    (entry & ENTRY_OVERLAY))
		return ENTRY_STATE;
	return entry & ENTRY_STATE;
}

/*
 * Replaces what was there. A processor may note something in the old entry until
 * it is gone. A table is free only when nobody walks it any more.
 */
static void set_entry(struct child *child, u64 *entry, u64 value, u32 level)
{
	u64 old = READ_ONCE(*entry), new;

	if (old & ENTRY_OVERLAY) {
		entry = overlay_covered(child, old & ENTRY_ADDRESS);
		old = *entry;
	}
	do {
		new = value ? value | state_of(old, level) : 0;
	} while (!__atomic_compare_exchange_n(entry, &old, new, false,
					      __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	if (is_table(old, level)) {
		child->npt_generation++;
		child_upcalls.flush(child);
		drop_table(child, table_of(old), level - 1);
	} else {
		if (old & X86_PTE_PRESENT)
			child->npt_stale = true;
		drop_page(child, old, level);
	}
}

/* A table of the next smaller pages, which show what the entry did. */
static bool make_table(struct child *child, u64 *entry, u32 level)
{
	u64 i, old = *entry, size = level_size(level - 1);
	u64 page, *table;

	if (!pool_take(&child->pool, 1, &page))
		return false;
	table = (u64 *)page;

	if (old & ENTRY_NO_ACCESS) {
		for (i = 0; i < NPT_ENTRIES; i++)
			table[i] = old;
	} else if (old & ENTRY_MAPPED) {
		for (i = 0; i < NPT_ENTRIES; i++) {
			table[i] = old + i * size;
			if (level == 1)
				table[i] &= ~X86_PTE_LARGE;
		}
		if (old & X86_PTE_PRESENT)
			child->npt_stale = true;
	}
	WRITE_ONCE(*entry, page | TABLE_FLAGS);
	return true;
}

/* Down to the entry of a page of this size; NULL: the pool is empty */
static u64 *walk_to(struct child *child, u64 gpa, u32 to_level)
{
	u64 *table = child->npt;
	u32 level;

	for (level = NPT_LEVELS - 1; level > to_level; level--) {
		u64 *entry = entry_in(table, gpa, level);

		if (!is_table(*entry, level) &&
		    !make_table(child, entry, level))
			return NULL;
		table = table_of(*entry);
	}
	return entry_in(table, gpa, to_level);
}

static bool bad_gpa(u64 gpa, u32 level)
{
	return gpa >= GPA_END || (gpa & (level_size(level) - 1));
}

/* Is there RAM of the parent's behind this mapping, and may it be mapped? */
static enum hv_status check_source(u64 hpa, u32 flags, u32 level, bool *ram)
{
	u64 size = level_size(level);

	*ram = false;
	if (flags & HV_MAP_NO_ACCESS)
		return hpa ? HV_STATUS_INVALID_PARAMETER : HV_STATUS_SUCCESS;
	if (hpa >= GPA_END || (hpa & (size - 1)))
		return HV_STATUS_INVALID_PARAMETER;

	if (memory_is_ram(hpa, size)) {
		*ram = true;
		return page_use_start(hpa, size, PAGE_IN_USE_MAPPED);
	}
	/* What is not RAM must be meant to be a device. */
	if (!(flags & HV_MAP_NOT_CACHED) || memory_is_hidden(hpa, size))
		return HV_STATUS_ACCESS_DENIED;
	return HV_STATUS_SUCCESS;
}

static bool all_noted(const u64 *table, u32 level)
{
	u32 i;

	for (i = 0; i < NPT_ENTRIES; i++) {
		u64 entry = READ_ONCE(table[i]);

		if (is_table(entry, level) ?
		    !all_noted(table_of(entry), level - 1) :
		    state_of(entry, level) != ENTRY_STATE)
			return false;
	}
	return true;
}

static bool has_overlay(const u64 *table)
{
	u32 i;

	for (i = 0; i < NPT_ENTRIES; i++)
		if (table[i] & ENTRY_OVERLAY)
			return true;
	return false;
}

/*
 * A large page takes the place of small ones of which more is known, or over one
 * of which a page of the hypervisor's lies: cut it.
 */
static void map_small_pages(struct child *child, u64 *table, u64 value)
{
	u64 i;

	value &= ~X86_PTE_LARGE;
	for (i = 0; i < NPT_ENTRIES; i++)
		set_entry(child, &table[i],
			  value & ENTRY_NO_ACCESS ? value :
						    value + i * PAGE_SIZE, 0);
}

/* The knob: only a large page that is mapped is taken for one. */
static bool refuse_large(const u64 *entry, u32 level)
{
	return knobs.small_elements && level &&
	       (is_table(*entry, level) || !(*entry & ENTRY_MAPPED) ||
		(*entry & ENTRY_NO_ACCESS));
}

/**
 * child_npt_map() - Map one page
 * @child: where
 * @gfn: its number, in 4 KiB pages
 * @hfn: number of the parent's page behind it
 * @flags: HV_MAP_*
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER,
 * HV_STATUS_ACCESS_DENIED (not the parent's) or HV_STATUS_INSUFFICIENT_MEMORY.
 */
enum hv_status child_npt_map(struct child *child, u64 gfn, u64 hfn, u32 flags)
{
	u32 level = flags & HV_MAP_LARGE_PAGE ? 1 : 0;
	u64 gpa = gfn << PAGE_SHIFT, hpa = hfn << PAGE_SHIFT;
	enum hv_status status;
	u64 *entry, value;
	bool ram;

	if (gfn >= GPA_END >> PAGE_SHIFT || hfn >= GPA_END >> PAGE_SHIFT ||
	    bad_gpa(gpa, level))
		return HV_STATUS_INVALID_PARAMETER;
	entry = walk_to(child, gpa, level);
	if (!entry)
		return HV_STATUS_INSUFFICIENT_MEMORY;
	if ((flags & HV_MAP_NO_ACCESS) && refuse_large(entry, level))
		return HV_STATUS_INVALID_PARAMETER;
	status = check_source(hpa, flags, level, &ram);
	if (status)
		return status;

	if (!(flags & HV_MAP_NO_ACCESS))
		child->mapped += level_size(level) / PAGE_SIZE;
	value = make_entry(hpa, flags, ram, level);
	if (is_table(*entry, level) && (!all_noted(table_of(*entry), level - 1) ||
					has_overlay(table_of(*entry))))
		map_small_pages(child, table_of(*entry), value);
	else
		set_entry(child, entry, value, level);
	return HV_STATUS_SUCCESS;
}

static void unmap_small_pages(struct child *child, u64 *table)
{
	u32 i;

	for (i = 0; i < NPT_ENTRIES; i++)
		set_entry(child, &table[i], 0, 0);
}

/**
 * child_npt_cover() - Put a page of the hypervisor's over a child's memory
 * @child: where
 * @gfn: its number, in 4 KiB pages
 * @page: the page
 * @covered: set to what was there; who maps or unmaps it changes this
 *
 * Return: false when there is no such page, or another one over it already, or
 * when the pool is empty.
 */
bool child_npt_cover(struct child *child, u64 gfn, u64 page, u64 *covered)
{
	const u32 flags = HV_MAP_READABLE | HV_MAP_WRITABLE |
			  HV_MAP_KERNEL_EXECUTABLE;
	u64 *entry;

	if (gfn >= GPA_END >> PAGE_SHIFT)
		return false;
	entry = walk_to(child, gfn << PAGE_SHIFT, 0);
	if (!entry || (*entry & ENTRY_OVERLAY))
		return false;
	*covered = __atomic_exchange_n(entry, ENTRY_OVERLAY |
				       make_entry(page, flags, false, 0),
				       __ATOMIC_SEQ_CST);
	child->npt_stale = true;
	return true;
}

/**
 * child_npt_uncover() - Undo child_npt_cover()
 * @child: where
 * @gfn: its number, in 4 KiB pages
 * @covered: what is there now
 */
void child_npt_uncover(struct child *child, u64 gfn, const u64 *covered)
{
	WRITE_ONCE(*walk_to(child, gfn << PAGE_SHIFT, 0), *covered);
	child->npt_stale = true;
}

/**
 * child_npt_unmap() - Unmap one page
 * @child: where
 * @gfn: its number, in 4 KiB pages
 * @flags: HV_UNMAP_*
 *
 * That nothing is mapped there is no error.
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER or, for a part of a
 * large page, HV_STATUS_INSUFFICIENT_MEMORY.
 */
enum hv_status child_npt_unmap(struct child *child, u64 gfn, u32 flags)
{
	u32 level, to_level = flags & HV_UNMAP_LARGE_PAGE ? 1 : 0;
	u64 gpa = gfn << PAGE_SHIFT;
	u64 *table = child->npt;
	u64 *entry;

	if (gfn >= GPA_END >> PAGE_SHIFT || bad_gpa(gpa, to_level))
		return HV_STATUS_INVALID_PARAMETER;

	for (level = NPT_LEVELS - 1; level > to_level; level--) {
		entry = entry_in(table, gpa, level);
		if (!*entry)
			return HV_STATUS_SUCCESS;
		if (!is_table(*entry, level) &&
		    !make_table(child, entry, level))
			return HV_STATUS_INSUFFICIENT_MEMORY;
		table = table_of(*entry);
	}
	entry = entry_in(table, gpa, to_level);
	if (refuse_large(entry, to_level))
		return HV_STATUS_INVALID_PARAMETER;
	if (is_table(*entry, to_level) && has_overlay(table_of(*entry)))
		unmap_small_pages(child, table_of(*entry));
	else
		set_entry(child, entry, 0, to_level);
	return HV_STATUS_SUCCESS;
}

/**
 * child_npt_settle() - Let running VPs notice what was changed
 * @child: whose table
 */
void child_npt_settle(struct child *child)
{
	if (!child->npt_stale)
		return;
	child->npt_stale = false;
	child->npt_generation++;
	child_upcalls.flush(child);
}

/**
 * child_npt_destroy() - Unmap everything and give all tables back
 * @child: a child without VPs
 */
void child_npt_destroy(struct child *child)
{
	drop_table(child, child->npt, NPT_LEVELS - 1);
	child->npt = NULL;
}

/**
 * child_npt_lookup() - What is mapped at an address?
 * @child: where
 * @gpa: any guest physical address
 *
 * Return: see struct npt_page.
 */
struct npt_page child_npt_lookup(const struct child *child, u64 gpa)
{
	struct npt_page page = { false, 0, 0 };
	u64 *table = child->npt;
	u32 level = NPT_LEVELS - 1;
	u64 entry;

	if (gpa >= GPA_END)
		return page;
	while (is_table(entry = *entry_in(table, gpa, level), level)) {
		table = table_of(entry);
		level--;
	}

	if (!(entry & ENTRY_MAPPED))
		return page;
	page.mapped = true;
	if (entry & ENTRY_NO_ACCESS) {
		page.access = NPT_NO_ACCESS;
		return page;
	}
	if (entry & ENTRY_READ)
		page.access |= NPT_READ;
	if (entry & ENTRY_WRITE)
		page.access |= NPT_WRITE;
	if (entry & ENTRY_EXECUTE)
		page.access |= NPT_EXECUTE;
	page.hpa = align_down(entry & ENTRY_ADDRESS, level_size(level)) |
		   (gpa & (level_size(level) - 1));
	return page;
}

/**
 * child_npt_access() - What was done to a page? And note something else
 * @child: where
 * @gfn: its number, in 4 KiB pages
 * @clear: NPT_ACCESSED, NPT_DIRTY: not any more
 * @set: likewise: as if it had been done
 * @state: set to what was done to it until now; 0 when it is not mapped
 *
 * A processor that has written to a page keeps in its TLB that this was noted, so
 * the caller's last act is child_npt_settle().
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER or, for a part of a
 * large page, HV_STATUS_INSUFFICIENT_MEMORY.
 */
enum hv_status child_npt_access(struct child *child, u64 gfn, u32 clear,
				u32 set, u32 *state)
{
	u64 bits = clear * X86_PTE_ACCESSED, old;
	u64 gpa = gfn << PAGE_SHIFT;
	u64 *table = child->npt;
	u32 level = NPT_LEVELS - 1;
	u64 *entry;

	if (gfn >= GPA_END >> PAGE_SHIFT)
		return HV_STATUS_INVALID_PARAMETER;
	while (is_table(*(entry = entry_in(table, gpa, level)), level)) {
		table = table_of(*entry);
		level--;
	}

	if (!(*entry & ENTRY_MAPPED)) {
		*state = 0;
		return HV_STATUS_SUCCESS;
	}
	if (level && clear) {
		entry = walk_to(child, gpa, 0);
		if (!entry)
			return HV_STATUS_INSUFFICIENT_MEMORY;
	}
	old = __atomic_fetch_and(entry, ~bits, __ATOMIC_SEQ_CST);
	if ((old & bits) && (old & X86_PTE_PRESENT))
		child->npt_stale = true;
	if (set)
		__atomic_fetch_or(entry, set * X86_PTE_ACCESSED,
				  __ATOMIC_SEQ_CST);
	*state = (old & ENTRY_STATE) / X86_PTE_ACCESSED;
	return HV_STATUS_SUCCESS;
}

/**
 * child_npt_all_accessed() - Is every page noted as accessed and written to?
 * @child: whose
 *
 * Return: whether it is, and so nothing is lost when nobody looks any more.
 */
bool child_npt_all_accessed(const struct child *child)
{
	return !child->npt || all_noted(child->npt, NPT_LEVELS - 1);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pools: pages that the parent deposited, and what objects take of them.
 *
 * Invariant: a page in a pool is either on the list of free pages or belongs to
 * an object. How much an object costs beyond the pages that it needs is the
 * knob "stingy"; those extra pages wait on a list of their own, and the first
 * page of the object remembers how many they are.
 *
 * All of it is under children_lock.
 */
#include "child.h"

struct pool parent_pool;

/* Takes a page off the list of free pages. */
static u64 take_one(struct pool *pool)
{
	u64 page = pool->first;

	pool->first = *(u64 *)page;
	pool->free--;
	pool->used++;
	return page;
}

static void return_one(struct pool *pool, u64 page)
{
	*(u64 *)page = pool->first;
	pool->first = page;
	pool->used--;
	pool->free++;
}

/**
 * pool_take() - Take the pages of an object
 * @pool: where from
 * @count: pages that the object needs
 * @pages: set to the pages, zeroed
 *
 * Return: false when the pool has not enough: nothing was taken.
 */
bool pool_take(struct pool *pool, u32 count, u64 pages[])
{
	u32 i, extra = knobs.stingy;

	if (pool->free < count + extra)
		return false;

	for (i = 0; i < count; i++) {
		pages[i] = take_one(pool);
		memset((void *)pages[i], 0, PAGE_SIZE);
	}
	page_set_extra(pages[0], extra);
	for (i = 0; i < extra; i++) {
		u64 page = take_one(pool);

		*(u64 *)page = pool->extra;
		pool->extra = page;
	}
	return true;
}

/**
 * pool_return() - Give a page of an object back, and what it cost beyond that
 * @pool: where it came from
 * @page: the page
 */
void pool_return(struct pool *pool, u64 page)
{
	u32 extra = page_take_extra(page);

	return_one(pool, page);
	while (extra--) {
		u64 next = *(u64 *)pool->extra;

		return_one(pool, pool->extra);
		pool->extra = next;
	}
}

/**
 * pool_deposit() - Add a page
 * @pool: where
 * @gpa: the page
 *
 * Return: HV_STATUS_SUCCESS, or as page_deposit().
 */
enum hv_status pool_deposit(struct pool *pool, u64 gpa)
{
	enum hv_status status = page_deposit(gpa);

	if (status)
		return status;
	*(u64 *)gpa = pool->first;
	pool->first = gpa;
	pool->free++;
	return HV_STATUS_SUCCESS;
}

/**
 * pool_withdraw() - Give a page back to the parent
 * @pool: where from
 * @gpa: set to the page
 *
 * Return: HV_STATUS_SUCCESS, or HV_STATUS_NO_RESOURCES when no page is free.
 */
enum hv_status pool_withdraw(struct pool *pool, u64 *gpa)
{
	if (!pool->free)
		return HV_STATUS_NO_RESOURCES;
	*gpa = take_one(pool);
	pool->used--;
	*(u64 *)*gpa = 0;
	page_withdraw(*gpa);
	return HV_STATUS_SUCCESS;
}

/**
 * pool_merge() - Move everything that is free to another pool
 * @to: the other pool
 * @from: a pool that no object uses
 */
void pool_merge(struct pool *to, struct pool *from)
{
	while (from->free) {
		u64 page = take_one(from);

		from->used--;
		to->used++;
		return_one(to, page);
	}
}

/**
 * shared_page_start() - Make a page that the parent sees
 * @shared: set to the page
 * @pool: pays for it where the parent does not provide it
 * @provided: the parent's page, or 0
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INSUFFICIENT_MEMORY, or as
 * page_use_start().
 */
enum hv_status shared_page_start(struct shared_page *shared, struct pool *pool,
				 u64 provided)
{
	enum hv_status status;
	u64 page;

	if (provided) {
		status = page_use_start(provided, PAGE_SIZE, PAGE_IN_USE_LENT);
		if (status)
			return status;
		memset((void *)provided, 0, PAGE_SIZE);
		*shared = (struct shared_page) { (void *)provided, NULL };
		return HV_STATUS_SUCCESS;
	}

	if (!pool_take(pool, 1, &page))
		return HV_STATUS_INSUFFICIENT_MEMORY;
	page_show(page, true);
	*shared = (struct shared_page) { (void *)page, pool };
	return HV_STATUS_SUCCESS;
}

/**
 * shared_page_end() - Undo shared_page_start()
 * @shared: the page; not shared at all is no error
 */
void shared_page_end(struct shared_page *shared)
{
	u64 page = (u64)shared->page;

	if (!page)
		return;
	if (shared->pool) {
		page_show(page, false);
		pool_return(shared->pool, page);
	} else {
		page_use_end(page, PAGE_SIZE, PAGE_IN_USE_LENT);
	}
	*shared = (struct shared_page) { NULL, NULL };
}

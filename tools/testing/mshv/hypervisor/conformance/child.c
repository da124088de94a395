// SPDX-License-Identifier: GPL-2.0-only
/* Children for the suites that need one, see child.h. */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "child.h"

/**
 * child_init() - The init function of suites about children
 * @test: the test; skipped where there can be no children
 *
 * Return: as pages_init().
 */
int child_init(struct kunit *test)
{
	if (this_role() == ROLE_GUEST)
		kunit_skip(test, "a guest has no children");
	return pages_init(test);
}

/**
 * child_exit() - The exit function of these suites
 * @test: the test
 */
void child_exit(struct kunit *test)
{
	if (test->priv)
		give_back_pool(test, HV_PARTITION_ID_SELF);
	pages_exit(test);
}

static void *clean_input(struct kunit *test)
{
	const struct pages *pages = test->priv;

	memset(pages->in, 0, PAGE_SIZE);
	return pages->in;
}

static u64 rep_call(struct kunit *test, u16 code, u16 count)
{
	return page_call(test, code | (u64)count << HV_HYPERCALL_REP_COMP_OFFSET);
}

/**
 * child_call() - A call that takes nothing but an id
 * @test: the test
 * @code: call code
 * @id: partition id
 *
 * Return: the result.
 */
u64 child_call(struct kunit *test, u16 code, u64 id)
{
	return raw_call(code | HV_HYPERCALL_FAST_BIT, id, 0);
}

/**
 * deposit() - Deposit pages
 * @test: the test
 * @id: into whose pool
 * @pfns: the pages
 * @count: how many
 *
 * Return: the result.
 */
u64 deposit(struct kunit *test, u64 id, const u64 *pfns, u16 count)
{
	struct hv_deposit_memory *in = clean_input(test);

	in->partition_id = id;
	memcpy(in->gpa_page_list, pfns, count * sizeof(*pfns));
	return rep_call(test, HVCALL_DEPOSIT_MEMORY, count);
}

/**
 * withdraw() - Withdraw pages; they are the output
 * @test: the test
 * @id: from whose pool
 * @count: how many
 *
 * Return: the result.
 */
u64 withdraw(struct kunit *test, u64 id, u16 count)
{
	struct hv_input_withdraw_memory *in = clean_input(test);

	in->partition_id = id;
	return rep_call(test, HVCALL_WITHDRAW_MEMORY, count);
}

/**
 * give_back_pool() - Withdraw everything that is free, and free it
 * @test: the test
 * @id: from whose pool
 */
void give_back_pool(struct kunit *test, u64 id)
{
	const struct pages *pages = test->priv;

	while (hv_result_success(withdraw(test, id, 1)))
		__free_page(pfn_to_page(pages->out[0]));
}

/**
 * fill_pool() - Allocate pages and deposit them
 * @test: the test
 * @id: into whose pool
 * @count: how many
 *
 * Return: the result of the call that failed, or of the last.
 */
u64 fill_pool(struct kunit *test, u64 id, u32 count)
{
	u64 status = HV_STATUS_SUCCESS;

	while (count-- && hv_result_success(status)) {
		struct page *page = alloc_page(GFP_KERNEL);
		u64 pfn;

		KUNIT_ASSERT_NOT_NULL(test, page);
		pfn = page_to_pfn(page);
		status = deposit(test, id, &pfn, 1);
		if (!hv_result_success(status))
			__free_page(page);
	}
	return status;
}

/**
 * create_child_with() - Create a child, with the memory that this takes
 * @test: the test
 * @flags: HV_PARTITION_CREATION_FLAG_* besides those of every child
 * @id: set to its id
 *
 * Return: the result.
 */
u64 create_child_with(struct kunit *test, u64 flags, u64 *id)
{
	const struct pages *pages = test->priv;
	u64 status;

	do {
		struct hv_input_create_partition *in = clean_input(test);

		in->flags = CHILD_FLAGS | flags;
		in->compatibility_version = HV_COMPATIBILITY_21_H2;
		status = page_call(test, HVCALL_CREATE_PARTITION);
	} while (hv_result(status) == HV_STATUS_INSUFFICIENT_MEMORY &&
		 hv_result_success(fill_pool(test, HV_PARTITION_ID_SELF, 1)));

	*id = pages->out[0];
	return status;
}

/**
 * create_child() - Create a child like most
 * @test: the test
 * @id: set to its id
 *
 * Return: the result.
 */
u64 create_child(struct kunit *test, u64 *id)
{
	return create_child_with(test, 0, id);
}

/**
 * active_child_with() - Create a child with a filled pool, and initialize it
 * @test: the test; it ends when that fails
 * @flags: as for create_child_with()
 *
 * Return: the id.
 */
u64 active_child_with(struct kunit *test, u64 flags)
{
	u64 id;

	KUNIT_ASSERT_TRUE(test, hv_result_success(create_child_with(test, flags,
								    &id)));
	EXPECT_STATUS(test, fill_pool(test, id, CHILD_POOL_PAGES),
		      HV_STATUS_SUCCESS);
	EXPECT_STATUS(test, child_call(test, HVCALL_INITIALIZE_PARTITION, id),
		      HV_STATUS_SUCCESS);
	return id;
}

/**
 * active_child() - Create a child like most, and initialize it
 * @test: the test; it ends when that fails
 *
 * Return: the id.
 */
u64 active_child(struct kunit *test)
{
	return active_child_with(test, 0);
}

/**
 * end_child() - Finalize and delete a child; nothing of it must remain
 * @test: the test
 * @id: an id from active_child()
 */
void end_child(struct kunit *test, u64 id)
{
	EXPECT_STATUS(test, child_call(test, HVCALL_FINALIZE_PARTITION, id),
		      HV_STATUS_SUCCESS);
	give_back_pool(test, id);
	EXPECT_STATUS(test, child_call(test, HVCALL_DELETE_PARTITION, id),
		      HV_STATUS_SUCCESS);
}

/**
 * map() - Map a page
 * @test: the test
 * @id: into which child
 * @gfn: where
 * @flags: HV_MAP_GPA_*
 * @pfn: what
 *
 * Return: the result.
 */
u64 map(struct kunit *test, u64 id, u64 gfn, u32 flags, u64 pfn)
{
	struct hv_input_map_gpa_pages *in = clean_input(test);

	in->target_partition_id = id;
	in->target_gpa_base = gfn;
	in->map_flags = flags;
	in->source_gpa_page_list[0] = pfn;
	return rep_call(test, HVCALL_MAP_GPA_PAGES, 1);
}

/**
 * unmap() - Unmap pages
 * @test: the test
 * @id: from which child
 * @gfn: the first
 * @flags: HV_UNMAP_GPA_*
 * @count: how many
 *
 * Return: the result.
 */
u64 unmap(struct kunit *test, u64 id, u64 gfn, u32 flags, u16 count)
{
	struct hv_input_unmap_gpa_pages *in = clean_input(test);

	in->target_partition_id = id;
	in->target_gpa_base = gfn;
	in->unmap_flags = flags;
	return rep_call(test, HVCALL_UNMAP_GPA_PAGES, count);
}

/**
 * create_vp() - Create a VP
 * @test: the test
 * @id: in which child
 * @index: VP index
 *
 * Return: the result.
 */
u64 create_vp(struct kunit *test, u64 id, u32 index)
{
	struct hv_create_vp *in = clean_input(test);

	in->partition_id = id;
	in->vp_index = index;
	return page_call(test, HVCALL_CREATE_VP);
}

/**
 * delete_vp() - Delete a VP
 * @test: the test
 * @id: in which child
 * @index: VP index
 *
 * Return: the result.
 */
u64 delete_vp(struct kunit *test, u64 id, u32 index)
{
	return raw_call(HVCALL_DELETE_VP | HV_HYPERCALL_FAST_BIT, id, index);
}

/**
 * get_registers() - Read registers; their values are the output
 * @test: the test
 * @id: of which child
 * @index: VP index
 * @names: which
 * @count: how many
 *
 * Return: the result.
 */
u64 get_registers(struct kunit *test, u64 id, u32 index, const u32 *names,
		  u16 count)
{
	struct hv_input_get_vp_registers *in = clean_input(test);

	in->partition_id = id;
	in->vp_index = index;
	memcpy(in->names, names, count * sizeof(*names));
	return rep_call(test, HVCALL_GET_VP_REGISTERS, count);
}

/**
 * set_register() - Write a register
 * @test: the test
 * @id: of which child
 * @index: VP index
 * @value: which, and its value
 *
 * Return: the result.
 */
u64 set_register(struct kunit *test, u64 id, u32 index,
		 const struct register_value *value)
{
	struct hv_input_set_vp_registers *in = clean_input(test);

	in->partition_id = id;
	in->vp_index = index;
	in->elements[0].name = value->name;
	in->elements[0].value.reg128.low_part = value->low;
	in->elements[0].value.reg128.high_part = value->high;
	return rep_call(test, HVCALL_SET_VP_REGISTERS, 1);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Children for the suites that need one, and short forms of the calls about
 * them. Each returns the hypercall's result.
 */
#ifndef HV_CONFORMANCE_CHILD_H
#define HV_CONFORMANCE_CHILD_H

#include "call.h"

#define CHILD_POOL_PAGES	64

/* Flags of every child */
#define CHILD_FLAGS \
	(HV_PARTITION_CREATION_FLAG_EXO_PARTITION | \
	 HV_PARTITION_CREATION_FLAG_INTERCEPT_MESSAGE_PAGE_ENABLED)

/**
 * struct register_value - A register and a value for it
 * @name: HV_REGISTER_* or HV_X64_REGISTER_*, or a number of the TLFS
 * @low: lower half of the value
 * @high: upper half
 */
struct register_value {
	u32 name;
	u64 low;
	u64 high;
};

int child_init(struct kunit *test);
void child_exit(struct kunit *test);

u64 create_child_with(struct kunit *test, u64 flags, u64 *id);
u64 create_child(struct kunit *test, u64 *id);
u64 child_call(struct kunit *test, u16 code, u64 id);
void give_back_pool(struct kunit *test, u64 id);
u64 deposit(struct kunit *test, u64 id, const u64 *pfns, u16 count);
u64 withdraw(struct kunit *test, u64 id, u16 count);
u64 active_child_with(struct kunit *test, u64 flags);
u64 active_child(struct kunit *test);
void end_child(struct kunit *test, u64 id);
u64 fill_pool(struct kunit *test, u64 id, u32 count);
u64 map(struct kunit *test, u64 id, u64 gfn, u32 flags, u64 pfn);
u64 unmap(struct kunit *test, u64 id, u64 gfn, u32 flags, u16 count);
u64 create_vp(struct kunit *test, u64 id, u32 index);
u64 delete_vp(struct kunit *test, u64 id, u32 index);
u64 get_registers(struct kunit *test, u64 id, u32 index, const u32 *names,
		  u16 count);
u64 set_register(struct kunit *test, u64 id, u32 index,
		 const struct register_value *value);

#endif /* HV_CONFORMANCE_CHILD_H */

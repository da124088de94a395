/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the suites share: raw hypercalls, in which everything can be wrong, and
 * the type of the partition that they are made from.
 */
#ifndef HV_CONFORMANCE_CALL_H
#define HV_CONFORMANCE_CALL_H

#include <kunit/test.h>
#include <linux/types.h>
#include <asm/mshyperv.h>

/**
 * enum role - What this partition may do
 * @ROLE_PARENT: create partitions (L1VH; isolated partitions have that, too)
 * @ROLE_ROOT: manage processors as well
 * @ROLE_GUEST: neither
 * @NUM_ROLES: how many roles there are
 */
enum role {
	ROLE_PARENT,
	ROLE_ROOT,
	ROLE_GUEST,
	NUM_ROLES
};

/**
 * struct pages - One page for input and one for output
 * @in: input, zeroed
 * @out: output, filled with OUT_FILL
 * @in_gpa: where @in is
 * @out_gpa: where @out is
 */
struct pages {
	void *in;
	u64 *out;
	u64 in_gpa;
	u64 out_gpa;
};

#define OUT_FILL	0x5aa5c33c96690ff0ULL

enum role this_role(void);
int pages_init(struct kunit *test);
void pages_exit(struct kunit *test);
u64 raw_call(u64 control, u64 in_gpa, u64 out_gpa);
u64 page_call(struct kunit *test, u64 control);
bool debug_accepts(const char *command);

/**
 * EXPECT_STATUS() - A hypercall ended as it should
 * @test: the test
 * @result: what it returned
 * @status: HV_STATUS_*
 */
#define EXPECT_STATUS(test, result, status) \
	KUNIT_EXPECT_EQ(test, hv_result(result), (int)(status))

#endif /* HV_CONFORMANCE_CALL_H */

// SPDX-License-Identifier: GPL-2.0-only
/* A guest that crashes leaves word with the hypervisor, for the VMM. */
#include "lib/synthetic_fixture.h"
#include "lib/background.h"
#include "lib/guest.h"
#include "lib/vp.h"

#define PARAMETERS	5
#define PARAMETER(n)	(0x1111111122222222ULL * ((n) + 1))
#define NOTIFY		_BITULL(63)

static __guest void report(__u64 control)
{
	__u32 i;

	for (i = 0; i < PARAMETERS; i++)
		write_msr(HV_MSR_CRASH_P0 + i, PARAMETER(i));
	write_msr(HV_MSR_CRASH_CTL, control);
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

static bool parameters_are_there(struct vp *vp)
{
	__u32 i;

	for (i = 0; i < PARAMETERS; i++)
		if (vp_get(vp, HV_REG_CRASH_P0 + i) != PARAMETER(i))
			return false;
	return true;
}

/* It is an MSR like any other that is for the VMM; the parameters are not. */
TEST_F(synthetic, vmm_is_told_of_a_crash)
{
	struct vp *vp = vp_new_at(self->vm, 0, report, NOTIFY);

	EXPECT_EQ(NOTIFY, vp_get(vp, HV_REG_CRASH_CTL) & NOTIFY);
	vm_intercept(self->vm, HV_INTERCEPT_MSR, HV_INTERCEPT_MASK_WRITE, 0);
	ASSERT_TRUE(vp_writes_msr(vp, HV_MSR_CRASH_CTL, NOTIFY));
	EXPECT_TRUE(parameters_are_there(vp));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, ALL_WELL));
}

TEST_F(synthetic, crash_is_no_matter_without_the_bit)
{
	struct vp *vp = vp_new_at(self->vm, 0, report, 0);

	vm_intercept(self->vm, HV_INTERCEPT_MSR, HV_INTERCEPT_MASK_WRITE, 0);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, ALL_WELL));
	EXPECT_TRUE(parameters_are_there(vp));
}

TEST_F(synthetic, crash_is_kept_for_a_vmm_that_did_not_ask)
{
	struct vp *vp = vp_new_at(self->vm, 0, report, NOTIFY);

	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, ALL_WELL));
	EXPECT_TRUE(parameters_are_there(vp));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/* Dispatching VPs of children, see dispatch.h. */
#include <linux/string.h>

#include "dispatch.h"

/**
 * may_dispatch() - Is it for this partition to schedule VPs?
 * @test: the test
 *
 * Return: true under the root and the integrated scheduler.
 */
bool may_dispatch(struct kunit *test)
{
	struct pages *pages = test->priv;
	struct hv_input_get_partition_property_ex *property = pages->in;
	struct hv_input_get_system_property *system = pages->in;
	u64 status;

	memset(pages->in, 0, PAGE_SIZE);
	if (this_role() == ROLE_ROOT) {
		system->property_id = HV_SYSTEM_PROPERTY_SCHEDULER_TYPE;
		status = page_call(test, HVCALL_GET_SYSTEM_PROPERTY);
		return hv_result_success(status) &&
		       (u32)pages->out[0] == HV_SCHEDULER_TYPE_ROOT;
	}

	property->partition_id = HV_PARTITION_ID_SELF;
	property->property_code =
		HV_PARTITION_PROPERTY_INTEGRATED_SCHEDULER_ENABLED;
	status = page_call(test, HVCALL_GET_PARTITION_PROPERTY_EX);
	return hv_result_success(status) && pages->out[0];
}

/**
 * needs_dispatch() - Go on only where this partition schedules VPs
 * @test: the test; skipped where it does not
 */
void needs_dispatch(struct kunit *test)
{
	if (!may_dispatch(test))
		kunit_skip(test, "the hypervisor schedules");
}

/**
 * dispatch() - Let a VP have this processor
 * @test: the test
 * @id: of which child
 * @index: VP index
 * @flags: HV_DISPATCH_VP_FLAG_*
 *
 * Return: the result.
 */
u64 dispatch(struct kunit *test, u64 id, u32 index, u32 flags)
{
	const struct pages *pages = test->priv;
	struct hv_input_dispatch_vp *in = pages->in;

	memset(in, 0, PAGE_SIZE);
	in->partition_id = id;
	in->vp_index = index;
	in->flags = flags;
	return page_call(test, HVCALL_DISPATCH_VP);
}

/**
 * dispatched() - Let a VP have this processor, and see what comes of it
 * @test: the test
 * @id: of which child
 * @index: VP index
 * @flags: HV_DISPATCH_VP_FLAG_*
 *
 * Return: what the hypervisor says of the VP, as DISPATCHED().
 */
u64 dispatched(struct kunit *test, u64 id, u32 index, u32 flags)
{
	const struct pages *pages = test->priv;

	EXPECT_STATUS(test, dispatch(test, id, index, flags),
		      HV_STATUS_SUCCESS);
	return pages->out[0];
}

/**
 * set_suspended() - Suspend a VP, or not any more
 * @test: the test
 * @id: of which child
 * @index: VP index
 * @name: HV_REGISTER_*_SUSPEND
 * @suspend: whether
 */
void set_suspended(struct kunit *test, u64 id, u32 index, u32 name, bool suspend)
{
	const struct register_value value = { name, suspend, 0 };

	EXPECT_STATUS(test, set_register(test, id, index, &value),
		      HV_STATUS_SUCCESS);
}

/**
 * register_of() - Read a 64-bit register of a VP
 * @test: the test
 * @id: of which child
 * @index: VP index
 * @name: HV_REGISTER_*
 *
 * Return: its value.
 */
u64 register_of(struct kunit *test, u64 id, u32 index, u32 name)
{
	const struct pages *pages = test->priv;

	EXPECT_STATUS(test, get_registers(test, id, index, &name, 1),
		      HV_STATUS_SUCCESS);
	return pages->out[0];
}

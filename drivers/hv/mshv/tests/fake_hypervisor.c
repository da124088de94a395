// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <asm/mshyperv.h>

#include "../hvcall.h"
#include "fake_hypervisor.h"

static struct fake_hypervisor *current_fake(void)
{
	return kunit_get_current_test()->priv;
}

static u64 answer(struct fake_property *property, const void *value,
		  size_t size, void *out, size_t out_size)
{
	property->asked++;
	if (property->status == HV_STATUS_SUCCESS) {
		memset(out, 0, out_size);
		memcpy(out, value, min(size, out_size));
	}
	return property->status;
}

static u64 partition_property_ex(struct fake_hypervisor *hv, const void *input,
				 void *out, size_t out_size)
{
	const struct hv_input_get_partition_property_ex *in = input;
	const struct hv_vmm_capabilities caps = {
		.bank_count = hv->caps_bank_count,
		.bank0.as_uint64 = hv->caps.value,
	};

	if (in->partition_id == HV_PARTITION_ID_SELF && !in->padding && !in->arg)
		switch (in->property_code) {
		case HV_VMM_CAPABILITIES_PROPERTY:
			return answer(&hv->caps, &caps, sizeof(caps),
				      out, out_size);
		case HV_PARTITION_PROPERTY_HIERARCHICAL_INTEGRATED_SCHEDULER_ENABLED:
			return answer(&hv->integrated, &hv->integrated.value,
				      sizeof(u64), out, out_size);
		}

	hv->unexpected++;
	return HV_STATUS_UNKNOWN_PROPERTY;
}

static u64 system_property(struct fake_hypervisor *hv, const void *input,
			   void *out, size_t out_size)
{
	const struct hv_input_get_system_property *in = input;

	if (in->property_id == HV_SYSTEM_PROPERTY_SCHEDULER_TYPE && !in->reserved)
		return answer(&hv->scheduler_type, &hv->scheduler_type.value,
			      sizeof(u32), out, out_size);

	hv->unexpected++;
	return HV_STATUS_UNKNOWN_PROPERTY;
}

static u64 fake_hvcall(u16 code, const void *in, size_t in_size,
		       void *out, size_t out_size)
{
	struct fake_hypervisor *hv = current_fake();

	switch (code) {
	case HVCALL_GET_PARTITION_PROPERTY_EX:
		return partition_property_ex(hv, in, out, out_size);
	case HVCALL_GET_SYSTEM_PROPERTY:
		return system_property(hv, in, out, out_size);
	default:
		hv->unexpected++;
		return HV_STATUS_INVALID_HYPERCALL_CODE;
	}
}

static void fake_environment(struct mshv_environment *env)
{
	*env = current_fake()->env;
}

void fake_hypervisor_install(struct kunit *test, struct fake_hypervisor *hv)
{
	test->priv = hv;
	kunit_activate_static_stub(test, mshv_environment_read, fake_environment);
	kunit_activate_static_stub(test, mshv_hvcall, fake_hvcall);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* A hypervisor for tests: answers what it was told to, counts the questions. */
#ifndef _MSHV_FAKE_HYPERVISOR_H
#define _MSHV_FAKE_HYPERVISOR_H

#include <linux/types.h>
#include <kunit/test.h>
#include <hyperv/hvhdk.h>
#include <hyperv/hvhdk_vmm.h>

#include "../caps.h"

/**
 * struct fake_property - one property that may be asked for
 * @status: HV_STATUS_* of the answer
 * @value: the value, if @status is HV_STATUS_SUCCESS
 * @asked: how often it was asked for
 */
struct fake_property {
	u16 status;
	u64 value;
	unsigned int asked;
};

/**
 * struct fake_hypervisor - the answers, set by the test before the call
 * @env: what the driver finds itself in
 * @caps: the VMM capabilities; @value is bank 0
 * @caps_bank_count: banks that the hypervisor says it filled
 * @integrated: HierarchicalIntegratedSchedulerEnabled
 * @scheduler_type: system property "scheduler type"
 * @unexpected: calls that none of the above answers
 */
struct fake_hypervisor {
	struct mshv_environment env;
	struct fake_property caps;
	u16 caps_bank_count;
	struct fake_property integrated;
	struct fake_property scheduler_type;
	unsigned int unexpected;
};

/*
 * Puts @hv in the place of the hypervisor for the rest of @test; @hv becomes
 * test->priv.
 */
void fake_hypervisor_install(struct kunit *test, struct fake_hypervisor *hv);

#endif /* _MSHV_FAKE_HYPERVISOR_H */

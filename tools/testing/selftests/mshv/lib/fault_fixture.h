/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixture of tests in which memory fails: a VM that has everything, a VP of
 * it, fault injection, and the ledger around it.
 */
#ifndef _MSHV_LIB_FAULT_FIXTURE_H
#define _MSHV_LIB_FAULT_FIXTURE_H

#include "harness.h"

#include "faults.h"
#include "hv.h"
#include "hypervisor.h"
#include "interrupts.h"
#include "reached.h"
#include "vm.h"
#include "vp.h"

FIXTURE(fault)
{
	struct vm *vm;
	struct vp *vp;
	bool injects;
	struct fault_settings settings;
	bool has_ledger;
	char ledger[HYPERVISOR_REPLY];
};

FIXTURE_SETUP(fault)
{
	reached_by(_metadata->fixture->name, _metadata->name);
	self->has_ledger = hypervisor_present();
	if (self->has_ledger)
		hypervisor_ledger(self->ledger);
	self->injects = faults_begin(&self->settings);
	if (!self->injects)
		SKIP(return, "the kernel has no fault injection");
	self->vm = vm_new();
	self->vp = vp_new(self->vm, 0);
}

FIXTURE_TEARDOWN_PARENT(fault)
{
	if (self->injects)
		faults_end(&self->settings);
	if (self->has_ledger)
		EXPECT_TRUE(ledger_becomes(self->ledger));
}

#endif /* _MSHV_LIB_FAULT_FIXTURE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixture of every test: a VM, and the hypervisor's ledger around it.
 *
 * The ledger is compared in the process that waited for the test, so that
 * nothing of the test is left, however it ended.
 */
#ifndef _MSHV_LIB_FIXTURE_H
#define _MSHV_LIB_FIXTURE_H

#include "harness.h"

#include "hypervisor.h"
#include "knob.h"
#include "reached.h"
#include "vm.h"

FIXTURE(guest)
{
	struct vm *vm;
	bool has_ledger;
	char ledger[HYPERVISOR_REPLY];
};

FIXTURE_SETUP(guest)
{
	reached_by(_metadata->fixture->name, _metadata->name);
	self->has_ledger = hypervisor_present();
	if (self->has_ledger)
		hypervisor_ledger(self->ledger);
	self->vm = vm_new();
}

FIXTURE_TEARDOWN_PARENT(guest)
{
	knobs_restore();
	if (self->has_ledger)
		EXPECT_TRUE(ledger_becomes(self->ledger));
}

#endif /* _MSHV_LIB_FIXTURE_H */

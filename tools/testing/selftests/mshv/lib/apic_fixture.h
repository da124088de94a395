/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixture of tests about interrupts: a VM whose local interrupt controllers
 * the hypervisor provides, once in each mode, and the ledger around it.
 */
#ifndef _MSHV_LIB_APIC_FIXTURE_H
#define _MSHV_LIB_APIC_FIXTURE_H

#include "harness.h"

#include "hypervisor.h"
#include "interrupts.h"
#include "knob.h"
#include "reached.h"
#include "vm.h"

FIXTURE(apic)
{
	struct vm *vm;
	bool has_ledger;
	char ledger[HYPERVISOR_REPLY];
};

FIXTURE_VARIANT(apic)
{
	bool x2apic;
};

FIXTURE_VARIANT_ADD(apic, x2apic)
{
	.x2apic = true,
};

FIXTURE_VARIANT_ADD(apic, xapic)
{
	.x2apic = false,
};

FIXTURE_SETUP(apic)
{
	reached_by(_metadata->fixture->name, _metadata->name);
	self->has_ledger = hypervisor_present();
	if (self->has_ledger)
		hypervisor_ledger(self->ledger);
	self->vm = vm_new_with(VM_X2APIC);
}

FIXTURE_TEARDOWN_PARENT(apic)
{
	knobs_restore();
	if (self->has_ledger)
		EXPECT_TRUE(ledger_becomes(self->ledger));
}

#endif /* _MSHV_LIB_APIC_FIXTURE_H */

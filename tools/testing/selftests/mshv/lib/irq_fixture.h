/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixture of tests about eventfds that interrupt a guest: a VM with local
 * interrupt controllers and handlers, and the ledger around it.
 */
#ifndef _MSHV_LIB_IRQ_FIXTURE_H
#define _MSHV_LIB_IRQ_FIXTURE_H

#include "harness.h"

#include "hypervisor.h"
#include "interrupts.h"
#include "irq_guest.h"
#include "knob.h"
#include "reached.h"
#include "vm.h"

FIXTURE(irq)
{
	struct vm *vm;
	bool has_ledger;
	char ledger[HYPERVISOR_REPLY];
};

FIXTURE_SETUP(irq)
{
	reached_by(_metadata->fixture->name, _metadata->name);
	self->has_ledger = hypervisor_present();
	if (self->has_ledger)
		hypervisor_ledger(self->ledger);
	self->vm = vm_new_with(VM_X2APIC);
	irq_guest_handle(self->vm);
}

FIXTURE_TEARDOWN_PARENT(irq)
{
	knobs_restore();
	if (self->has_ledger)
		EXPECT_TRUE(ledger_becomes(self->ledger));
}

#endif /* _MSHV_LIB_IRQ_FIXTURE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixture of tests about what a guest sees of the hypervisor: a VM that has
 * all of it, with x2APIC, and the ledger around it.
 */
#ifndef _MSHV_LIB_SYNTHETIC_FIXTURE_H
#define _MSHV_LIB_SYNTHETIC_FIXTURE_H

#include "harness.h"

#include "hv.h"
#include "hypervisor.h"
#include "interrupts.h"
#include "knob.h"
#include "reached.h"
#include "vm.h"

#define FEATURES							\
	(HV_FEATURE_PRESENT | HV_FEATURE_HV1 |			\
	 HV_FEATURE_REFERENCE_COUNTER | HV_FEATURE_SYNIC |		\
	 HV_FEATURE_TIMERS | HV_FEATURE_APIC_MSRS |			\
	 HV_FEATURE_HYPERCALL_MSRS | HV_FEATURE_VP_INDEX |		\
	 HV_FEATURE_REFERENCE_TSC | HV_FEATURE_FREQUENCY_MSRS |	\
	 HV_FEATURE_GUEST_IDLE | HV_FEATURE_EXTENDED_MASKS |		\
	 HV_FEATURE_FLUSH | HV_FEATURE_CLUSTER_IPI |			\
	 HV_FEATURE_LONG_SPIN_WAIT | HV_FEATURE_SIGNAL_EVENTS |	\
	 HV_FEATURE_DIRECT_TIMERS)

FIXTURE(synthetic)
{
	struct vm *vm;
	bool has_ledger;
	char ledger[HYPERVISOR_REPLY];
};

FIXTURE_SETUP(synthetic)
{
	reached_by(_metadata->fixture->name, _metadata->name);
	self->has_ledger = hypervisor_present();
	if (self->has_ledger)
		hypervisor_ledger(self->ledger);
	self->vm = vm_new_enlightened(VM_X2APIC, FEATURES);
}

FIXTURE_TEARDOWN_PARENT(synthetic)
{
	knobs_restore();
	if (self->has_ledger)
		EXPECT_TRUE(ledger_becomes(self->ledger));
}

#endif /* _MSHV_LIB_SYNTHETIC_FIXTURE_H */

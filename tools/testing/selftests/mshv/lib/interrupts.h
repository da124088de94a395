/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts of the small VMM: handlers in the guest, and interrupts that the
 * VMM asserts. For VMs with a local interrupt controller by the hypervisor.
 */
#ifndef _MSHV_LIB_INTERRUPTS_H
#define _MSHV_LIB_INTERRUPTS_H

#include <linux/mshv.h>
#include <linux/types.h>

#include "hv.h"
#include "vm.h"

#define VM_LAPIC	_BITULL(MSHV_PT_BIT_LAPIC)
#define VM_X2APIC	(VM_LAPIC | _BITULL(MSHV_PT_BIT_X2APIC))

/**
 * vm_handle() - let a function of the guest handle an interrupt
 * @vm: the VM; its VPs see the handler after vp_use_tables()
 * @vector: the interrupt
 * @handler: a guest function with __guest_handler, see guest_interrupts.h
 */
void vm_handle(struct vm *vm, __u8 vector, const void *handler);

/**
 * vm_interrupt() - assert an interrupt by hypercall
 * @vm: the VM
 * @type: HV_INTERRUPT_*
 * @flags: %HV_INTERRUPT_LEVEL, %HV_INTERRUPT_LOGICAL
 * @destination: APIC id or logical destination
 * @vector: the vector
 */
void vm_interrupt(struct vm *vm, __u32 type, __u32 flags, __u64 destination,
		  __u32 vector);

/**
 * vm_clear_interrupt() - take back what an external controller asked for
 * @vm: the VM
 */
void vm_clear_interrupt(struct vm *vm);

#endif /* _MSHV_LIB_INTERRUPTS_H */

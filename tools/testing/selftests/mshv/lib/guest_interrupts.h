/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For functions that run in a guest and take interrupts: handlers, and the local
 * interrupt controller in both of its modes.
 */
#ifndef _MSHV_LIB_GUEST_INTERRUPTS_H
#define _MSHV_LIB_GUEST_INTERRUPTS_H

#include <stdbool.h>

#include "guest.h"

struct interrupt_frame;

/* void handler(struct interrupt_frame *frame); to be given to vm_handle() */
#define __guest_handler							\
	__attribute__((section("guest"), noinline, used, interrupt,	\
		       target("general-regs-only")))

#define MSR_APIC_BASE		0x1b
#define APIC_BASE_BSP		0x100
#define APIC_BASE_X2APIC	0x400
#define MSR_X2APIC		0x800
#define APIC_PAGE		0xfee00000

/* Numbers of registers */
#define APIC_ID			0x02
#define APIC_VERSION		0x03
#define APIC_TPR		0x08
#define APIC_PPR		0x0a
#define APIC_EOI		0x0b
#define APIC_LDR		0x0d
#define APIC_DFR		0x0e
#define APIC_SVR		0x0f
#define APIC_ISR		0x10
#define APIC_TMR		0x18
#define APIC_IRR		0x20
#define APIC_ESR		0x28
#define APIC_ICR		0x30
#define APIC_ICR_HIGH		0x31
#define APIC_LVT_LINT0		0x35
#define APIC_LVT_LINT1		0x36
#define APIC_LVT_TIMER		0x32
#define APIC_TIMER_INITIAL	0x38
#define APIC_TIMER_CURRENT	0x39
#define APIC_TIMER_DIVIDE	0x3e
#define APIC_SELF_IPI		0x3f

#define APIC_SVR_ENABLED	0x1ff
#define APIC_LVT_MASKED		0x10000
#define APIC_LVT_PERIODIC	0x20000
#define APIC_LVT_TSC_DEADLINE	0x40000
#define MSR_TSC_DEADLINE	0x6e0
#define ICR_FIXED		0x00000
#define ICR_LOWEST		0x00100
#define ICR_NMI			0x00400
#define ICR_INIT		0x00500
#define ICR_SIPI		0x00600
#define ICR_LOGICAL		0x00800
#define ICR_ASSERT		0x04000
#define ICR_LEVEL		0x08000
#define ICR_TO_SELF		0x40000
#define ICR_TO_ALL		0x80000
#define ICR_TO_OTHERS		0xc0000

static __always_inline __in_guest bool apic_is_x2apic(void)
{
	return read_msr(MSR_APIC_BASE) & APIC_BASE_X2APIC;
}

static __always_inline __in_guest void apic_write(__u32 reg, __u64 value)
{
	if (apic_is_x2apic())
		write_msr(MSR_X2APIC + reg, value);
	else
		mmio_write32(APIC_PAGE + reg * 16, value);
}

static __always_inline __in_guest __u64 apic_read(__u32 reg)
{
	if (apic_is_x2apic())
		return read_msr(MSR_X2APIC + reg);
	return mmio_read32(APIC_PAGE + reg * 16);
}

/* Is a bit set in one of the three registers of 256 bits? */
static __always_inline __in_guest bool apic_has(__u32 reg, __u8 vector)
{
	return apic_read(reg + vector / 32) >> vector % 32 & 1;
}

static __always_inline __in_guest void apic_enable(bool x2apic)
{
	if (x2apic)
		write_msr(MSR_APIC_BASE,
			  read_msr(MSR_APIC_BASE) | APIC_BASE_X2APIC);
	apic_write(APIC_SVR, APIC_SVR_ENABLED);
}

static __always_inline __in_guest void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

/* @destination: APIC id or logical destination */
static __always_inline __in_guest void apic_send(__u32 icr, __u32 destination)
{
	if (apic_is_x2apic()) {
		write_msr(MSR_X2APIC + APIC_ICR,
			  (__u64)destination << 32 | icr);
	} else {
		apic_write(APIC_ICR_HIGH, destination << 24);
		apic_write(APIC_ICR, icr);
	}
}

static __always_inline __in_guest void interrupts_on(void)
{
	asm volatile("sti" : : : "memory");
}

static __always_inline __in_guest void interrupts_off(void)
{
	asm volatile("cli" : : : "memory");
}

/* Until the next interrupt: nothing comes between the two instructions. */
static __always_inline __in_guest void wait_for_interrupt(void)
{
	asm volatile("sti; hlt; cli" : : : "memory");
}

static __always_inline __in_guest __u64 read_tsc(void)
{
	__u32 low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high));
	return (__u64)high << 32 | low;
}

static __always_inline __in_guest void write_cr8(__u64 priority)
{
	asm volatile("mov %0, %%cr8" : : "r"(priority) : "memory");
}

static __always_inline __in_guest __u64 read_cr8(void)
{
	__u64 priority;

	asm volatile("mov %%cr8, %0" : "=r"(priority));
	return priority;
}

static __always_inline __in_guest void add(__u64 address, __u64 value)
{
	__atomic_fetch_add((__u64 *)address, value, __ATOMIC_SEQ_CST);
}

/* Until another VP, or a handler, has counted that far. */
static __always_inline __in_guest void wait_for(__u64 address, __u64 value)
{
	while (load(address) < value)
		asm volatile("pause");
}

#endif /* _MSHV_LIB_GUEST_INTERRUPTS_H */

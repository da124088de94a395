/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Facts about the processor, its local APIC and the PC around it, and the
 * instructions that C cannot express. Shared by C and assembly.
 */
#ifndef HV_X86_H
#define HV_X86_H

/* Segment selectors of the hypervisor's own GDT, see boot/start.S */
#define SEL_CODE64		0x08
#define SEL_DATA		0x10
#define SEL_CODE32		0x18

#define CR0_PE			0x00000001
#define CR0_AM			0x00040000
#define CR0_WP			0x00010000
#define CR0_ET			0x00000010
#define CR0_NW			0x20000000
#define CR0_CD			0x40000000
#define CR0_PG			0x80000000
#define CR4_PSE			0x00000010
#define CR4_PAE			0x00000020
#define CR4_OSFXSR		0x00000200
#define CR4_OSXSAVE		0x00040000
#define CR4_SMEP		0x00100000
#define CR4_SMAP		0x00200000
#define CR4_PKE			0x00400000

#define XCR0_X87		0x1

#define EFER_LME		0x0100
#define EFER_LMA		0x0400
#define EFER_NXE		0x0800
#define EFER_SVME		0x1000

#define RFLAGS_FIXED		0x002
#define RFLAGS_IF		0x200
#define RFLAGS_AC		0x40000

#define MSR_APIC_BASE		0x0000001b
#define MSR_TSC			0x00000010
#define MSR_TSC_DEADLINE	0x000006e0
#define MSR_X2APIC		0x00000800
#define MSR_MCG_CAP		0x00000179
#define MSR_MCG_CTL		0x0000017b
#define MSR_EFER		0xc0000080
#define MSR_VM_CR		0xc0010114
#define MSR_SVM_KEY		0xc0010118
#define MSR_VM_HSAVE_PA		0xc0010117

#define X86_PTE_PRESENT		0x01
#define X86_PTE_WRITE		0x02
#define X86_PTE_USER		0x04
#define X86_PTE_PWT		0x08
#define X86_PTE_PCD		0x10
#define X86_PTE_ACCESSED	0x20
#define X86_PTE_DIRTY		0x40
#define X86_PTE_LARGE		0x80
#define X86_PTE_NX		BIT(63)

#define VECTOR_NMI		2
#define VECTOR_UD		6
#define VECTOR_GP		13
#define VECTOR_PF		14

#define LAPIC_BASE		0xfee00000
#define LAPIC_ID		0x020
#define LAPIC_TPR		0x080
#define LAPIC_EOI		0x0b0
#define LAPIC_SVR		0x0f0
#define LAPIC_ICR_LOW		0x300
#define LAPIC_ICR_HIGH		0x310
#define LAPIC_LVT_TIMER		0x320
#define LAPIC_TIMER_INITIAL	0x380
#define LAPIC_TIMER_CURRENT	0x390
#define LAPIC_TIMER_DIVIDE	0x3e0
#define LAPIC_SVR_ENABLE	0x100
#define LAPIC_LVT_MASKED	0x10000
#define LAPIC_LVT_MODE		0x60000	/* 0: one-shot */
#define LAPIC_DIVIDE_BY_1	0xb

#define ICR_VECTOR_MASK		0xff
#define ICR_MODE_SHIFT		8
#define ICR_MODE_MASK		7
#define ICR_MODE_NMI		4
#define ICR_MODE_INIT		5
#define ICR_MODE_SIPI		6
#define ICR_LOGICAL		0x800
#define ICR_BUSY		0x1000
#define ICR_ASSERT		0x4000
#define ICR_LEVEL		0x8000
#define ICR_SHORTHAND_SHIFT	18
#define ICR_SHORTHAND_MASK	3
#define ICR_TO_SELF		1UL
#define ICR_TO_ALL		2
#define ICR_TO_OTHERS		3

/* The ACPI power-management timer counts at this rate, 24 bits wide. */
#define PM_TIMER_HZ		3579545
#define PM_TIMER_MASK		0xffffff

/* QEMU: isa-debug-exit and the Bochs debug console */
#define PORT_EXIT		0xf4
#define PORT_DEBUGCON		0x402

#ifndef __ASSEMBLER__

#include "types.h"

static inline void outb(u16 port, u8 value)
{
	asm volatile("out %b0, %w1" : : "a" (value), "Nd" (port));
}

static inline void outl(u16 port, u32 value)
{
	asm volatile("out %k0, %w1" : : "a" (value), "Nd" (port));
}

static inline u32 inl(u16 port)
{
	u32 value;

	asm volatile("in %w1, %k0" : "=a" (value) : "Nd" (port));
	return value;
}

static inline u64 rdmsr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a" (low), "=d" (high) : "c" (msr));
	return (u64)high << 32 | low;
}

static inline void wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr" : : "c" (msr), "a" ((u32)value),
		     "d" ((u32)(value >> 32)) : "memory");
}

static inline u64 read_tsc(void)
{
	u32 low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high) : : "memory");
	return (u64)high << 32 | low;
}

static inline void cpuid(u32 leaf, u32 subleaf, u32 out[4])
{
	asm volatile("cpuid" : "=a" (out[0]), "=b" (out[1]), "=c" (out[2]),
		     "=d" (out[3]) : "a" (leaf), "c" (subleaf));
}

static inline void cpu_relax(void)
{
	asm volatile("pause" : : : "memory");
}

static inline u64 read_cr0(void)
{
	u64 value;

	asm volatile("mov %%cr0, %0" : "=r" (value));
	return value;
}

static inline u64 read_cr2(void)
{
	u64 value;

	asm volatile("mov %%cr2, %0" : "=r" (value));
	return value;
}

static inline u64 read_cr3(void)
{
	u64 value;

	asm volatile("mov %%cr3, %0" : "=r" (value));
	return value;
}

static inline u64 read_cr4(void)
{
	u64 value;

	asm volatile("mov %%cr4, %0" : "=r" (value));
	return value;
}

static inline void write_cr4(u64 value)
{
	asm volatile("mov %0, %%cr4" : : "r" (value) : "memory");
}

static inline u64 read_xcr0(void)
{
	u32 low, high;

	asm volatile("xgetbv" : "=a" (low), "=d" (high) : "c" (0));
	return (u64)high << 32 | low;
}

static inline void write_xcr0(u64 value)
{
	asm volatile("xsetbv" : : "c" (0), "a" ((u32)value),
		     "d" ((u32)(value >> 32)));
}

/* All states that XCR0 enables, standard format */
static inline void xsave(void *area)
{
	asm volatile("xsave64 (%0)" : : "r" (area), "a" (~0), "d" (~0)
		     : "memory");
}

static inline void xrstor(const void *area)
{
	asm volatile("xrstor64 (%0)" : : "r" (area), "a" (~0), "d" (~0)
		     : "memory");
}

/**
 * mul_shift_64() - The upper half of a 64 by 64 bit product
 * @a: first factor
 * @b: second factor, usually a 0.64 fixed-point fraction
 *
 * Return: (@a * @b) >> 64.
 */
static inline u64 mul_shift_64(u64 a, u64 b)
{
	u64 high;

	asm("mulq %2" : "=d" (high), "+a" (a) : "rm" (b) : "cc");
	return high;
}

/**
 * div_shift_64() - A 0.64 fixed-point fraction
 * @a: numerator, smaller than @b
 * @b: denominator
 *
 * Return: (@a << 64) / @b.
 */
static inline u64 div_shift_64(u64 a, u64 b)
{
	u64 low = 0;

	asm("divq %2" : "+a" (low), "+d" (a) : "rm" (b) : "cc");
	return low;
}

#endif /* __ASSEMBLER__ */

#endif /* HV_X86_H */

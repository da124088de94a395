/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For functions that run in a guest.
 *
 * All guest functions of a program are copied into each of its VMs as one
 * block, so they may call one another. They have no access to anything else
 * of the program: no global data, no strings, no library. Memory is mapped one
 * to one. The function that a VP starts in must not return.
 */
#ifndef _MSHV_LIB_GUEST_H
#define _MSHV_LIB_GUEST_H

#include <sys/cdefs.h>
#include <linux/types.h>

/* Where the linker puts the guest functions of a program */
extern const char __start_guest[], __stop_guest[];
extern const char __start_guest16[], __stop_guest16[];

/* The guest has no vector registers: nobody switched them on. */
#define __guest								\
	__attribute__((section("guest"), noinline, used,		\
		       target("general-regs-only")))

#define __in_guest	__attribute__((target("general-regs-only")))

static __always_inline __in_guest void out8(__u16 port, __u8 value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static __always_inline __in_guest void out16(__u16 port, __u16 value)
{
	asm volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static __always_inline __in_guest void out32(__u16 port, __u32 value)
{
	asm volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static __always_inline __in_guest __u8 in8(__u16 port)
{
	__u8 value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static __always_inline __in_guest __u16 in16(__u16 port)
{
	__u16 value;

	asm volatile("inw %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static __always_inline __in_guest __u32 in32(__u16 port)
{
	__u32 value;

	asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

/* MMIO with the instructions that the library can complete, lib/exits.c */
static __always_inline __in_guest void mmio_write8(__u64 address, __u8 value)
{
	asm volatile("movb %%al, (%%rdi)" : : "a"(value), "D"(address)
		     : "memory");
}

static __always_inline __in_guest void mmio_write16(__u64 address, __u16 value)
{
	asm volatile("movw %%ax, (%%rdi)" : : "a"(value), "D"(address)
		     : "memory");
}

static __always_inline __in_guest void mmio_write32(__u64 address, __u32 value)
{
	asm volatile("movl %%eax, (%%rdi)" : : "a"(value), "D"(address)
		     : "memory");
}

static __always_inline __in_guest void mmio_write64(__u64 address, __u64 value)
{
	asm volatile("movq %%rax, (%%rdi)" : : "a"(value), "D"(address)
		     : "memory");
}

static __always_inline __in_guest __u8 mmio_read8(__u64 address)
{
	__u8 value;

	asm volatile("movb (%%rdi), %%al" : "=a"(value) : "D"(address)
		     : "memory");
	return value;
}

static __always_inline __in_guest __u16 mmio_read16(__u64 address)
{
	__u16 value;

	asm volatile("movw (%%rdi), %%ax" : "=a"(value) : "D"(address)
		     : "memory");
	return value;
}

static __always_inline __in_guest __u32 mmio_read32(__u64 address)
{
	__u32 value;

	asm volatile("movl (%%rdi), %%eax" : "=a"(value) : "D"(address)
		     : "memory");
	return value;
}

static __always_inline __in_guest __u64 mmio_read64(__u64 address)
{
	__u64 value;

	asm volatile("movq (%%rdi), %%rax" : "=a"(value) : "D"(address)
		     : "memory");
	return value;
}

static __always_inline __in_guest void write_msr(__u32 msr, __u64 value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((__u32)value),
		     "d"((__u32)(value >> 32)));
}

static __always_inline __in_guest __u64 read_msr(__u32 msr)
{
	__u32 low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (__u64)high << 32 | low;
}

/* EAX, EBX, ECX, EDX */
static __always_inline __in_guest void cpuid(__u32 leaf, __u32 out[4])
{
	asm volatile("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]),
		     "=d"(out[3]) : "a"(leaf), "c"(0));
}

static __always_inline __in_guest void flush_tlb(void)
{
	__u64 cr3;

	asm volatile("mov %%cr3, %0; mov %0, %%cr3" : "=r"(cr3) : : "memory");
}

/* Where a guest function ends. */
static __always_inline __in_guest void halt(void)
{
	for (;;)
		asm volatile("hlt");
}

static __always_inline __in_guest __u64 load(__u64 address)
{
	return __atomic_load_n((__u64 *)address, __ATOMIC_RELAXED);
}

static __always_inline __in_guest void store(__u64 address, __u64 value)
{
	__atomic_store_n((__u64 *)address, value, __ATOMIC_RELAXED);
}

static __always_inline __in_guest void idle(__u64 rounds)
{
	while (rounds--)
		asm volatile("nop");
}

/**
 * GUEST16() - 16-bit code
 * @name: of its first instruction, to be given to vp_start_real()
 * @code: assembly lines, each ending in a newline
 *
 * It is copied as a block, so jumps may be relative only.
 */
#define GUEST16(name, code)						\
	extern const char name[];					\
	asm(".pushsection guest16, \"ax\"\n"				\
	    ".code16\n"							\
	    ".globl " #name "\n"					\
	    #name ":\n"							\
	    code							\
	    ".code64\n"							\
	    ".popsection\n")

#endif /* _MSHV_LIB_GUEST_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* For functions that run in a guest and use what it sees of the hypervisor. */
#ifndef _MSHV_LIB_GUEST_SYNTHETIC_H
#define _MSHV_LIB_GUEST_SYNTHETIC_H

#include "guest_interrupts.h"
#include "vm.h"

#define MSR_GUEST_OS_ID		0x40000000
#define MSR_HYPERCALL		0x40000001
#define MSR_VP_INDEX		0x40000002
#define MSR_REFERENCE_COUNTER	0x40000020
#define MSR_REFERENCE_TSC	0x40000021
#define MSR_TSC_FREQUENCY	0x40000022
#define MSR_APIC_FREQUENCY	0x40000023
#define MSR_HV_EOI		0x40000070
#define MSR_HV_ICR		0x40000071
#define MSR_HV_TPR		0x40000072
#define MSR_SCONTROL		0x40000080
#define MSR_SIEFP		0x40000082
#define MSR_SIMP		0x40000083
#define MSR_EOM			0x40000084
#define MSR_SINT0		0x40000090
#define MSR_STIMER0_CONFIG	0x400000b0
#define MSR_STIMER0_COUNT	0x400000b1
#define MSR_CRASH_P0		0x40000100

#define PAGE_ENABLED		1
#define SINT_AUTO_EOI		0x20000

#define STIMER_ENABLE		0x01
#define STIMER_PERIODIC		0x02
#define STIMER_AUTO_ENABLE	0x08
#define STIMER_VECTOR(vector)	((vector) << 4)
#define STIMER_DIRECT		0x1000
#define STIMER_SINT(sint)	((sint) << 16)

/* Pages of the guest that the hypervisor is to use */
#define MESSAGES		0x90000
#define EVENTS			0x91000
#define CODE			0x92000
#define TIME			0x93000

/* Offsets in a message, and between messages */
#define MESSAGE_SIZE		256
#define MESSAGE_FLAGS		5
#define MESSAGE_PAYLOAD		16

static __always_inline __in_guest __u64 message_of(__u32 sint)
{
	return MESSAGES + sint * MESSAGE_SIZE;
}

static __always_inline __in_guest __u32 message_type(__u32 sint)
{
	return __atomic_load_n((__u32 *)message_of(sint), __ATOMIC_SEQ_CST);
}

/* Lets the next message come. */
static __always_inline __in_guest void message_done(__u32 sint)
{
	__u8 *flags = (__u8 *)message_of(sint) + MESSAGE_FLAGS;

	__atomic_store_n((__u32 *)message_of(sint), 0, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(flags, __ATOMIC_SEQ_CST) & 1)
		write_msr(MSR_EOM, 0);
}

static __always_inline __in_guest void synic_enable(__u32 sint, __u64 value)
{
	apic_enable(true);
	write_msr(MSR_SIMP, MESSAGES | PAGE_ENABLED);
	write_msr(MSR_SIEFP, EVENTS | PAGE_ENABLED);
	write_msr(MSR_SINT0 + sint, value);
	write_msr(MSR_SCONTROL, 1);
}

#define GUEST_OS_ID		0x8100000000000000

/* The page with the code of a hypercall, at CODE, for all VPs */
static __always_inline __in_guest void hypercalls_enable(void)
{
	write_msr(MSR_GUEST_OS_ID, GUEST_OS_ID);
	write_msr(MSR_HYPERCALL, CODE | PAGE_ENABLED);
}

/* @input: address of the input, or input of a fast call, with @more of it */
static __always_inline __in_guest __u64 hypercall(__u64 control, __u64 input,
						  __u64 more)
{
	register __u64 r8 asm("r8") = more;
	__u64 result;

	asm volatile("call *%4" : "=a"(result), "+c"(control), "+d"(input),
		     "+r"(r8) : "r"((__u64)CODE) : "memory", "cc");
	return result;
}

/* The reference time, in units of 100 ns: by asking for it, and by the page */
static __always_inline __in_guest __u64 asked_time(void)
{
	return read_msr(MSR_REFERENCE_COUNTER);
}

static __always_inline __in_guest __u64 page_time(void)
{
	__u64 scale = load(TIME + 8), offset = load(TIME + 16), high;
	__u64 tsc = read_tsc();

	asm("mulq %2" : "=d"(high), "+a"(tsc) : "r"(scale) : "cc");
	return high + offset;
}

#endif /* _MSHV_LIB_GUEST_SYNTHETIC_H */

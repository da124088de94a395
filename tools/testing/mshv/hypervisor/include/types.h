/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fixed-width types and the few macros that every file needs. The hypervisor
 * is freestanding: only the compiler's own headers are used.
 */
#ifndef HV_TYPES_H
#define HV_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

#define BIT(n)			(1UL << (n))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

#define PAGE_SHIFT		12
#define PAGE_SIZE		BIT(PAGE_SHIFT)
#define SZ_2M			BIT(21)
#define SZ_1G			BIT(30)
#define SZ_4G			BIT(32)

#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), v, __ATOMIC_RELEASE)

#define attribute(...)		__attribute__((__VA_ARGS__))
#define __packed		attribute(packed)
#define __aligned(n)		attribute(aligned(n))
#define __noreturn		attribute(noreturn)
#define __printf(f, a)		attribute(format(printf, f, a))

/* Does not compile when the condition is false */
#define COMPILE_ASSERT(condition) \
	extern char compile_assert[(condition) ? 1 : -1]

#define ASSERT_OFFSET(type, member, offset) \
	COMPILE_ASSERT(offsetof(type, member) == (offset))

COMPILE_ASSERT(sizeof(u64) == 8);

static inline u64 align_down(u64 x, u64 alignment)
{
	return x & ~(alignment - 1);
}

static inline u64 align_up(u64 x, u64 alignment)
{
	return align_down(x + alignment - 1, alignment);
}

static inline u64 min(u64 a, u64 b)
{
	return a < b ? a : b;
}

static inline u64 max(u64 a, u64 b)
{
	return a > b ? a : b;
}

#endif /* HV_TYPES_H */

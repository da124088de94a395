// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts: descriptor tables in the guest, and their assertion. */
#include <stdint.h>

#include "interrupts.h"
#include "require.h"

#define CODE_SELECTOR	0x08
#define INTERRUPT_GATE	0x8e

struct gate {
	__u16 offset_low;
	__u16 selector;
	__u8 stack_table;
	__u8 type;
	__u16 offset_middle;
	__u32 offset_high;
	__u32 reserved;
};

static_assert(sizeof(struct gate) == 16, "a gate of 64-bit mode");

/* Flat segments: the same as in the registers that vp_start() writes */
static const __u64 segments[] = {
	0, 0x00af9b000000ffff, 0x00cf93000000ffff,
};

void vm_handle(struct vm *vm, __u8 vector, const void *handler)
{
	struct gate *table = (struct gate *)((char *)vm->ram + GUEST_IDT);
	__u64 address = guest_address(handler);

	memcpy((char *)vm->ram + GUEST_GDT, segments, sizeof(segments));
	table[vector] = (struct gate){
		.offset_low = address,
		.selector = CODE_SELECTOR,
		.type = INTERRUPT_GATE,
		.offset_middle = address >> 16,
	};
}

void vm_interrupt(struct vm *vm, __u32 type, __u32 flags, __u64 destination,
		  __u32 vector)
{
	struct hv_assert_interrupt in = {
		.type = type,
		.flags = flags,
		.destination = destination,
		.vector = vector,
	};
	struct mshv_root_hvcall args = {
		.code = HVCALL_ASSERT_VIRTUAL_INTERRUPT,
		.in_sz = sizeof(in),
		.in_ptr = (uintptr_t)&in,
	};

	require(!hvcall(vm->fd, &args),
		"assert interrupt %#x, type %u, status %#x", vector, type,
		args.status);
}

void vm_clear_interrupt(struct vm *vm)
{
	__u64 partition_id = 0;		/* for the driver to fill in */
	struct mshv_root_hvcall args = {
		.code = HVCALL_CLEAR_VIRTUAL_INTERRUPT,
		.in_sz = sizeof(partition_id),
		.in_ptr = (uintptr_t)&partition_id,
	};

	require(!hvcall(vm->fd, &args), "clear interrupts, status %#x",
		args.status);
}

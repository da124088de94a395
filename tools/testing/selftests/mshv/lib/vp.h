/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A virtual processor of the small VMM.
 *
 * The functions that return bool run the guest and tell whether it does what
 * their name says. If so they complete what it asked for, so that the next run
 * goes on behind it; if not they print what it did instead.
 */
#ifndef _MSHV_LIB_VP_H
#define _MSHV_LIB_VP_H

#include <stdbool.h>
#include <linux/types.h>

#include "hv.h"
#include "vm.h"

/**
 * struct vp - a virtual processor
 * @fd: its descriptor
 * @index: its index in the partition
 * @message: why it stopped last
 */
struct vp {
	int fd;
	__u32 index;
	struct hv_message message;
};

/**
 * vp_new() - make a VP
 * @vm: the VM
 * @index: index of the VP, 0 to 255
 *
 * Return: the VP; it has to be started.
 */
struct vp *vp_new(struct vm *vm, __u32 index);

/**
 * vp_close() - close the descriptor of a VP
 * @vp: the VP, gone afterwards
 */
void vp_close(struct vp *vp);

/**
 * vp_start() - put a VP at the beginning of a 64-bit guest function
 * @vp: the VP
 * @function: a function in section "guest"
 * @argument: its argument
 */
void vp_start(struct vp *vp, void (*function)(__u64 argument), __u64 argument);

/**
 * vp_use_tables() - let a VP take interrupts
 * @vp: the VP, after vp_start()
 *
 * It finds its segments in the table at %GUEST_GDT and its handlers in the one
 * at %GUEST_IDT, see interrupts.h. Without this, every exception crashes it.
 */
void vp_use_tables(struct vp *vp);

/**
 * vp_start_real() - put a VP at the beginning of 16-bit guest code
 * @vp: the VP
 * @code: a label in section "guest16"
 * @ds: base of the data segment; all other bases are 0
 */
void vp_start_real(struct vp *vp, const void *code, __u64 ds);

/**
 * vp_get() - read a 64-bit register
 * @vp: the VP
 * @name: HV_REG_*
 *
 * Return: its value.
 */
__u64 vp_get(struct vp *vp, __u32 name);

/**
 * vp_set() - write a 64-bit register
 * @vp: the VP
 * @name: HV_REG_*
 * @value: the value
 */
void vp_set(struct vp *vp, __u32 name, __u64 value);

/**
 * vp_set_value() - write a register
 * @vp: the VP
 * @name: HV_REG_*
 * @value: the value, up to 128 bits
 */
void vp_set_value(struct vp *vp, __u32 name, const union hv_value *value);

/**
 * vp_run() - MSHV_RUN_VP as it is
 * @vp: the VP; its message is new on success
 *
 * Return: 0, or a negative errno.
 */
int vp_run(struct vp *vp);

/**
 * vp_skip() - go on behind the instruction that the message is about
 * @vp: the VP
 */
void vp_skip(struct vp *vp);

/**
 * vp_runs_into() - run until an intercept of one kind
 * @vp: the VP
 * @type: HV_MSG_*
 *
 * Return: true; false after another kind, or an error.
 */
bool vp_runs_into(struct vp *vp, __u32 type);

/**
 * vp_writes_port() - run until the guest writes to an I/O port
 * @vp: the VP
 * @port: the port
 * @width: in bytes: 1, 2 or 4
 * @value: what it writes
 *
 * Return: whether it does.
 */
bool vp_writes_port(struct vp *vp, __u16 port, unsigned int width,
		    __u32 value);

/**
 * vp_reads_port() - run until the guest reads an I/O port, and answer
 * @vp: the VP
 * @port: the port
 * @width: in bytes: 1, 2 or 4
 * @answer: what it gets to see
 *
 * Return: whether it does.
 */
bool vp_reads_port(struct vp *vp, __u16 port, unsigned int width,
		   __u32 answer);

/**
 * vp_writes_msr() - run until the guest writes to an MSR
 * @vp: the VP
 * @msr: the MSR
 * @value: what it writes
 *
 * Return: whether it does.
 */
bool vp_writes_msr(struct vp *vp, __u32 msr, __u64 value);

/**
 * vp_reads_msr() - run until the guest reads an MSR, and answer
 * @vp: the VP
 * @msr: the MSR
 * @answer: what it gets to see
 *
 * Return: whether it does.
 */
bool vp_reads_msr(struct vp *vp, __u32 msr, __u64 answer);

/**
 * vp_asks_cpuid() - run until the guest executes CPUID, and answer
 * @vp: the VP
 * @leaf: what it asks for
 * @answer: EAX, EBX, ECX, EDX
 *
 * Return: whether it does.
 */
bool vp_asks_cpuid(struct vp *vp, __u32 leaf, const __u32 answer[4]);

/**
 * vp_halts() - run until the guest executes HLT
 * @vp: the VP
 *
 * Return: whether it does.
 */
bool vp_halts(struct vp *vp);

/**
 * vp_crashes() - run until the guest has an exception that it cannot handle
 * @vp: the VP
 *
 * Return: whether it does.
 */
bool vp_crashes(struct vp *vp);

/**
 * vp_touches() - run until the guest touches memory as it may not
 * @vp: the VP
 * @type: %HV_MSG_UNMAPPED_GPA or %HV_MSG_GPA_INTERCEPT
 * @gpa: the address
 * @access: HV_ACCESS_*
 *
 * The access is not completed: it happens again when the VP runs.
 *
 * Return: whether it does.
 */
bool vp_touches(struct vp *vp, __u32 type, __u64 gpa, __u8 access);

/**
 * vp_writes_mmio() - run until the guest writes where no memory is
 * @vp: the VP
 * @gpa: the address
 * @width: in bytes: 1, 2, 4 or 8
 * @value: what it writes
 *
 * Understands MOV between RAX and an address in RDI, see lib/guest.h.
 *
 * Return: whether it does.
 */
bool vp_writes_mmio(struct vp *vp, __u64 gpa, unsigned int width, __u64 value);

/**
 * vp_reads_mmio() - run until the guest reads where no memory is, and answer
 * @vp: the VP
 * @gpa: the address
 * @width: in bytes: 1, 2, 4 or 8
 * @answer: what it gets to see
 *
 * Return: whether it does.
 */
bool vp_reads_mmio(struct vp *vp, __u64 gpa, unsigned int width, __u64 answer);

/**
 * vp_map_page() - mmap() of a page of the VP
 * @vp: the VP
 * @page: MSHV_VP_MMAP_OFFSET_*
 *
 * Return: its address.
 */
void *vp_map_page(struct vp *vp, unsigned int page);

#endif /* _MSHV_LIB_VP_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world switch, and where interrupts and exceptions of the hypervisor
 * itself arrive.
 */
#include "x86.h"

	.text
	.code64

/*
 * void svm_enter(struct vmcb *vmcb, struct gprs *regs)
 *
 * Runs the guest until its next exit. Called and returns with the global
 * interrupt flag clear. The interrupt flag, which is set meanwhile, decides
 * about physical interrupts where the VMCB says that the guest's own is virtual:
 * they always cause an exit there. The shadow that STI casts must not fall on
 * the guest, hence the NOP. VMRUN switches RAX, RSP, RIP, RFLAGS, control and
 * segment registers; VMLOAD and VMSAVE the rest of the segment and system
 * call state, of which the hypervisor itself uses nothing; the other general
 * registers are switched here, in the order of struct gprs.
 */
	.globl svm_enter
svm_enter:
	.irp	reg, rbp, rbx, r12, r13, r14, r15, rsi
	push	%\reg
	.endr

	mov	%rdi, %rax
	gpr = 0
	.irp	reg, rbx, rcx, rdx, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
	mov	gpr(%rsi), %\reg
	gpr = gpr + 8
	.endr
	mov	gpr(%rsi), %rsi

	vmload	%rax
	sti
	nop
	vmrun	%rax
	cli
	vmsave	%rax

	xchg	%rsi, (%rsp)
	gpr = 0
	.irp	reg, rbx, rcx, rdx, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
	mov	%\reg, gpr(%rsi)
	gpr = gpr + 8
	.endr
	pop	gpr(%rsi)

	.irp	reg, r15, r14, r13, r12, rbx, rbp
	pop	%\reg
	.endr
	ret

/* The only instructions that the idle VMCB executes, see machine/svm.c */
	.globl svm_idle_loop
svm_idle_loop:
	hlt
	jmp	svm_idle_loop

/*
 * An NMI is held back while the hypervisor works and taken when
 * cpu_take_nmi() or cpu_park() opens the door. Nothing is to be done here:
 * who opened the door knows.
 */
	.globl host_nmi
host_nmi:
	iretq

/*
 * Exceptions of the hypervisor are its own faults. One stub per vector, eight
 * bytes apart, so that the vector is known.
 */
	.globl host_exceptions
	.balign	8
host_exceptions:
	vector = 0
	.rept	32
	.balign	8
	pushq	$vector
	jmp	1f
	vector = vector + 1
	.endr
1:	mov	%rsp, %rdi
	and	$-16, %rsp
	call	host_exception

	.section .note.GNU-stack, "", @progbits

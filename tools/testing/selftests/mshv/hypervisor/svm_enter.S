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
 * interrupt flag clear. VMRUN switches RAX, RSP, RIP, RFLAGS, control and
 * segment registers; VMLOAD and VMSAVE the rest of the segment and system
 * call state, of which the hypervisor itself uses nothing; the other general
 * registers are switched here, in the order of struct gprs.
 */
	.globl svm_enter
svm_enter:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rsi

	mov	%rdi, %rax
	mov	0x00(%rsi), %rbx
	mov	0x08(%rsi), %rcx
	mov	0x10(%rsi), %rdx
	mov	0x20(%rsi), %rdi
	mov	0x28(%rsi), %rbp
	mov	0x30(%rsi), %r8
	mov	0x38(%rsi), %r9
	mov	0x40(%rsi), %r10
	mov	0x48(%rsi), %r11
	mov	0x50(%rsi), %r12
	mov	0x58(%rsi), %r13
	mov	0x60(%rsi), %r14
	mov	0x68(%rsi), %r15
	mov	0x18(%rsi), %rsi

	vmload	%rax
	vmrun	%rax
	vmsave	%rax

	xchg	%rsi, (%rsp)
	mov	%rbx, 0x00(%rsi)
	mov	%rcx, 0x08(%rsi)
	mov	%rdx, 0x10(%rsi)
	mov	%rdi, 0x20(%rsi)
	mov	%rbp, 0x28(%rsi)
	mov	%r8, 0x30(%rsi)
	mov	%r9, 0x38(%rsi)
	mov	%r10, 0x40(%rsi)
	mov	%r11, 0x48(%rsi)
	mov	%r12, 0x50(%rsi)
	mov	%r13, 0x58(%rsi)
	mov	%r14, 0x60(%rsi)
	mov	%r15, 0x68(%rsi)
	pop	0x18(%rsi)

	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

/* The only instructions that the idle VMCB executes, see svm.c */
	.globl svm_idle_loop
svm_idle_loop:
	hlt
	jmp	svm_idle_loop

/*
 * An NMI is held back while the hypervisor works and taken when
 * cpu_drain_nmi() or cpu_park() opens the door. Nothing is to be done here:
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

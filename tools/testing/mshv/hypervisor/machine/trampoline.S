/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where every other processor starts after a SIPI, in real mode. The code is
 * copied to the page TRAMPOLINE and so uses no address of its own but through
 * HERE(). cpu_starting says which processor is meant: one starts at a time.
 */
#include "layout.h"
#include "machine/long_mode.inc"

#define HERE(label)	(TRAMPOLINE + (label) - trampoline_begin)

	.section .rodata
	.globl trampoline_begin, trampoline_end
	.code16
trampoline_begin:
	cli
	mov	%cs, %ax
	mov	%ax, %ds
	lgdtl	3f - trampoline_begin
	mov	$(CR0_ET | CR0_PE), %eax
	mov	%eax, %cr0
	ljmpl	$SEL_CODE32, $HERE(1f)

	.code32
1:	mov	$SEL_DATA, %eax
	mov	%eax, %ds
	mov	%eax, %ss
	enter_long_mode
	ljmp	$SEL_CODE64, $HERE(2f)

	.code64
2:	begin_long_mode
	xor	%ebp, %ebp
	mov	cpu_starting, %rdi
	mov	(%rdi), %rsp
	mov	$cpu_entry, %eax
	call	*%rax

	.balign 8
3:	.word	0x1f
	.long	gdt
trampoline_end:

	.section .note.GNU-stack, "", @progbits

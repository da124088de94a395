/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry from the multiboot loader: 32-bit protected mode without paging, the
 * information structure in EBX. Builds an identity map of 512 GiB with 1 GiB
 * pages, enters long mode and calls hv_main().
 */
#include "machine/long_mode.inc"

#define MULTIBOOT_MAGIC	0x1badb002
#define MULTIBOOT_FLAGS	0x00000003	/* page-aligned modules, memory map */

	.section .multiboot, "a"
	.balign 4
	.long MULTIBOOT_MAGIC, MULTIBOOT_FLAGS
	.long -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	.text
	.code32
	.globl _start
_start:
	cli
	mov	%ebx, %ebp

	movl	$(boot_pdpt + X86_PTE_PRESENT + X86_PTE_WRITE), boot_page_table
	xor	%ecx, %ecx
1:	mov	%ecx, %eax
	shl	$30, %eax
	or	$(X86_PTE_PRESENT | X86_PTE_WRITE | X86_PTE_LARGE), %eax
	mov	%eax, boot_pdpt(, %ecx, 8)
	mov	%ecx, %eax
	shr	$2, %eax
	mov	%eax, boot_pdpt + 4(, %ecx, 8)
	inc	%ecx
	cmp	$512, %ecx
	jb	1b

	lgdt	gdt_descriptor
	enter_long_mode
	ljmp	$SEL_CODE64, $1f

	.code64
1:	begin_long_mode
	mov	$boot_stack_top, %rsp
	mov	%ebp, %edi
	xor	%ebp, %ebp
	call	hv_main
2:	hlt
	jmp	2b

	.bss
	.balign 16
	.skip	16384
boot_stack_top:

	.section .note.GNU-stack, "", @progbits

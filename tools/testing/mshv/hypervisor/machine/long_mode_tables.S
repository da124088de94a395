/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables that every processor uses: the segments and the page table.
 *
 * Invariant: boot/start.S fills in the page table, and then it never changes.
 */
	.section .rodata
	.balign 8
	.globl gdt, gdt_descriptor
gdt:	.quad	0
	.quad	0x00af9b000000ffff	/* SEL_CODE64 */
	.quad	0x00cf93000000ffff	/* SEL_DATA */
	.quad	0x00cf9b000000ffff	/* SEL_CODE32 */
gdt_descriptor:
	.word	. - gdt - 1
	.quad	gdt

	.bss
	.balign 4096
	.globl boot_page_table, boot_pdpt
boot_page_table:
	.skip	4096
boot_pdpt:
	.skip	4096

	.section .note.GNU-stack, "", @progbits

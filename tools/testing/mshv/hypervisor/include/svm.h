/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The AMD-V virtual machine control block and what its fields mean
 * (AMD64 Architecture Programmer's Manual, volume 2, appendices B and C).
 */
#ifndef HV_SVM_H
#define HV_SVM_H

#include "types.h"

struct vmcb_segment {
	u16 selector;
	u16 attributes;
	u32 limit;
	u64 base;
} __packed;

struct vmcb {
	/* Control area */
	u32 intercept_cr;
	u32 intercept_dr;
	u32 intercept_exceptions;
	u32 intercept_misc1;		/* SVM_MISC1_* */
	u32 intercept_misc2;		/* SVM_MISC2_* */
	u8 reserved0[0x2c];
	u64 iopm_base;
	u64 msrpm_base;
	u64 tsc_offset;
	u32 asid;
	u32 tlb_control;
	u64 interrupt_control;
	u64 interrupt_shadow;
	u64 exit_code;			/* SVM_EXIT_* */
	u64 exit_info1;
	u64 exit_info2;
	u64 exit_event;			/* event whose delivery was cut short */
	u64 nested_paging;
	u8 reserved1[0x10];
	u64 inject_event;		/* SVM_EVENT_* */
	u64 nested_cr3;
	u8 reserved2[0x348];

	/* State save area */
	struct vmcb_segment es, cs, ss, ds, fs, gs;
	struct vmcb_segment gdtr, ldtr, idtr, tr;
	u8 reserved3[0x2b];
	u8 cpl;
	u32 reserved4;
	u64 efer;
	u8 reserved5[0x70];
	u64 cr4, cr3, cr0;
	u64 dr7, dr6;
	u64 rflags;
	u64 rip;
	u8 reserved6[0x58];
	u64 rsp;
	u8 reserved7[0x18];
	u64 rax;
	u64 star, lstar, cstar, sfmask;
	u64 kernel_gs_base;
	u64 sysenter_cs, sysenter_esp, sysenter_eip;
	u64 cr2;
	u8 reserved8[0x20];
	u64 pat;
	u8 reserved9[0x990];
} __packed __aligned(8);

COMPILE_ASSERT(sizeof(struct vmcb) == PAGE_SIZE);
ASSERT_OFFSET(struct vmcb, iopm_base, 0x040);
ASSERT_OFFSET(struct vmcb, exit_code, 0x070);
ASSERT_OFFSET(struct vmcb, inject_event, 0x0a8);
ASSERT_OFFSET(struct vmcb, es, 0x400);
ASSERT_OFFSET(struct vmcb, cpl, 0x4cb);
ASSERT_OFFSET(struct vmcb, efer, 0x4d0);
ASSERT_OFFSET(struct vmcb, cr4, 0x548);
ASSERT_OFFSET(struct vmcb, rip, 0x578);
ASSERT_OFFSET(struct vmcb, rsp, 0x5d8);
ASSERT_OFFSET(struct vmcb, rax, 0x5f8);
ASSERT_OFFSET(struct vmcb, cr2, 0x640);
ASSERT_OFFSET(struct vmcb, pat, 0x668);

#define SVM_CR_WRITE(n)		(1U << (16 + (n)))

#define SVM_MISC1_INTR		BIT(0)
#define SVM_MISC1_NMI		BIT(1)
#define SVM_MISC1_VINTR		BIT(4)
#define SVM_MISC1_IDTR_WRITE	BIT(10)
#define SVM_MISC1_GDTR_WRITE	BIT(11)
#define SVM_MISC1_LDTR_WRITE	BIT(12)
#define SVM_MISC1_TR_WRITE	BIT(13)
#define SVM_MISC1_RDPMC		BIT(15)
#define SVM_MISC1_CPUID		BIT(18)
#define SVM_MISC1_IRET		BIT(20)
#define SVM_MISC1_INVD		BIT(22)
#define SVM_MISC1_HLT		BIT(24)
#define SVM_MISC1_INVLPGA	BIT(26)
#define SVM_MISC1_IOIO		BIT(27)
#define SVM_MISC1_MSR		BIT(28)
#define SVM_MISC1_SHUTDOWN	BIT(31)

#define SVM_MISC2_VMRUN		BIT(0)
#define SVM_MISC2_VMMCALL	BIT(1)
#define SVM_MISC2_VMLOAD	BIT(2)
#define SVM_MISC2_VMSAVE	BIT(3)
#define SVM_MISC2_STGI		BIT(4)
#define SVM_MISC2_CLGI		BIT(5)
#define SVM_MISC2_SKINIT	BIT(6)
#define SVM_MISC2_MONITOR	BIT(10)
#define SVM_MISC2_MWAIT		BIT(11)
#define SVM_MISC2_MWAIT_ARMED	BIT(12)

#define SVM_EXIT_CR_WRITE	0x010	/* and its number */
#define SVM_EXIT_INTR		0x060
#define SVM_EXIT_NMI		0x061
#define SVM_EXIT_EXCEPTION	0x040	/* and the vector */
#define SVM_EXIT_VINTR		0x064
#define SVM_EXIT_IDTR_WRITE	0x06a
#define SVM_EXIT_GDTR_WRITE	0x06b
#define SVM_EXIT_LDTR_WRITE	0x06c
#define SVM_EXIT_TR_WRITE	0x06d
#define SVM_EXIT_RDPMC		0x06f
#define SVM_EXIT_CPUID		0x072
#define SVM_EXIT_IRET		0x074
#define SVM_EXIT_INVD		0x076
#define SVM_EXIT_HLT		0x078
#define SVM_EXIT_INVLPGA	0x07a
#define SVM_EXIT_IOIO		0x07b
#define SVM_EXIT_MSR		0x07c
#define SVM_EXIT_SHUTDOWN	0x07f
#define SVM_EXIT_VMRUN		0x080
#define SVM_EXIT_VMMCALL	0x081
#define SVM_EXIT_VMLOAD		0x082
#define SVM_EXIT_VMSAVE		0x083
#define SVM_EXIT_STGI		0x084
#define SVM_EXIT_CLGI		0x085
#define SVM_EXIT_SKINIT		0x086
#define SVM_EXIT_MONITOR	0x08a
#define SVM_EXIT_MWAIT		0x08b
#define SVM_EXIT_MWAIT_ARMED	0x08c
#define SVM_EXIT_NPF		0x400
#define SVM_EXIT_INVALID	(~0UL)

/* exit_info1 of SVM_EXIT_IOIO; exit_info2 is the next instruction */
#define SVM_IOIO_IN		BIT(0)
#define SVM_IOIO_STRING		BIT(2)
#define SVM_IOIO_REP		BIT(3)
#define SVM_IOIO_SIZE8		BIT(4)
#define SVM_IOIO_SIZE(info)	((info) >> 4 & 7)
#define SVM_IOIO_PORT_SHIFT	16

/* exit_info1 of SVM_EXIT_NPF; exit_info2 is the guest physical address */
#define SVM_NPF_WRITE		BIT(1)
#define SVM_NPF_FETCH		BIT(4)
#define SVM_NPF_WALK		BIT(33)	/* of the guest's own page tables */

/* exit_info1 of SVM_EXIT_MSR */
#define SVM_MSR_WRITE		1

#define SVM_EVENT_NMI		(2UL << 8)
#define SVM_EVENT_EXCEPTION	(3UL << 8)
#define SVM_EVENT_ERROR_CODE	BIT(11)
#define SVM_EVENT_VALID		BIT(31)

#define SVM_EVENT_TYPE(event)	((event) & 7UL << 8)
#define SVM_EVENT_SOFTWARE	(4UL << 8)

#define SVM_TLB_FLUSH_ALL	1

/* interrupt_control */
#define SVM_VIRTUAL_TPR		0xffUL
#define SVM_VIRTUAL_IRQ		BIT(8)	/* an interrupt is pending */
#define SVM_VIRTUAL_IGNORE_TPR	BIT(20)
#define SVM_VIRTUAL_INTR	BIT(24)	/* the guest's flags mask only virtual ones */
#define SVM_VIRTUAL_VECTOR_SHIFT 32

/* Two bits per MSR (read, write), one block for each of three ranges */
#define SVM_MSRPM_PAGES		2
#define SVM_MSRPM_BLOCK		0x800
#define SVM_MSRPM_BLOCK_MSRS	0x2000
#define SVM_MSRPM_READ		1
#define SVM_MSRPM_WRITE		2

/* One bit per port, and a byte of slack */
#define SVM_IOPM_PAGES		3

#define SEG_CODE64		0xa9b
#define SEG_CODE64_LONG		0x200
#define SEG_CODE32		0x400	/* default size of operands, addresses */
#define SEG_DATA		0xc93
#define SEG_CODE16		0x09b
#define SEG_DATA16		0x093
#define SEG_LDT			0x082
#define SEG_TSS_BUSY		0x08b

#define PAT_RESET		0x0007040600070406UL
#define DR6_RESET		0xffff0ff0UL
#define DR7_RESET		0x400UL
#define DR7_ENABLED		0x0ffUL

#endif /* HV_SVM_H */

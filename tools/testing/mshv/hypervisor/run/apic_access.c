// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page of the local APIC, in xAPIC mode: the instructions by which operating
 * systems read and write it are done here. All others go to the parent, as an
 * access to a page where nothing is.
 */
#include "run.h"

#define MAX_LENGTH		15
#define REX_B			BIT(0)
#define REX_R			BIT(2)
#define REX_W			BIT(3)
#define REGISTER_SPACING	16

/**
 * struct move - What an instruction does with a register of the APIC
 * @read: it reads it
 * @write: it writes it
 * @gpr: the general register that is read from or written to, or NULL
 * @value: what it writes
 * @length: of the instruction, in bytes
 */
struct move {
	bool read;
	bool write;
	u64 *gpr;
	u32 value;
	u32 length;
};

static bool is_long_mode(const struct vmcb *vmcb)
{
	return (vmcb->efer & EFER_LMA) &&
	       (vmcb->cs.attributes & SEG_CODE64_LONG);
}

/* ModRM with SIB and displacement, as 32-bit and 64-bit code has them */
static u32 operand_length(const u8 *modrm)
{
	u8 mod = modrm[0] >> 6, rm = modrm[0] & 7;
	u32 length = 1;

	if (rm == 4) {
		length++;
		if (!mod && (modrm[1] & 7) == 5)
			return length + 4;
	} else if (!mod && rm == 5) {
		return length + 4;
	}
	return length + (mod == 1 ? 1 : mod == 2 ? 4 : 0);
}

static bool decode(struct child_vp *vp, const u8 *code, struct move *move)
{
	bool long_mode = is_long_mode(vp->vmcb);
	u32 n = 0, length;
	u8 rex = 0, opcode;

	if (!long_mode && !(vp->vmcb->cs.attributes & SEG_CODE32))
		return false;
	/* Segments do not matter: the address is known. */
	while (code[n] == 0x3e || code[n] == 0x2e || code[n] == 0x64 ||
	       code[n] == 0x65)
		n++;
	if (long_mode && (code[n] & 0xf0) == 0x40)
		rex = code[n++];
	if (rex & REX_W)
		return false;

	opcode = code[n++];
	if (opcode == 0xa1 || opcode == 0xa3) {
		move->gpr = child_general_register(vp, 0);
		move->length = n + (long_mode ? 8 : 4);
	} else {
		if (code[n] >> 6 == 3)
			return false;
		length = operand_length(&code[n]);
		move->gpr = child_general_register(vp, (code[n] >> 3 & 7) |
						   (rex & REX_R) << 1);
		move->length = n + length;
	}

	switch (opcode) {
	case 0x8b:
	case 0xa1:
		move->read = true;
		return true;
	case 0x87:
	case 0x89:
	case 0xa3:
		move->read = opcode == 0x87;
		move->write = true;
		move->value = *move->gpr;
		return true;
	case 0xc7:
		move->write = true;
		memcpy(&move->value, &code[move->length], sizeof(move->value));
		move->length += sizeof(move->value);
		return true;
	}
	return false;
}

static void access(struct child_vp *vp, u64 offset, const struct move *move)
{
	u32 reg = offset / REGISTER_SPACING;
	bool valid = offset % REGISTER_SPACING == 0;
	u64 value = 0;

	if (valid && move->read)
		valid = child_apic_read(vp, reg, &value);
	if (valid && move->write)
		valid = child_apic_write(vp, reg, move->value);
	if (move->read)
		*move->gpr = (u32)value;
	if (!valid)
		__atomic_or_fetch(&vp->apic.errors, APIC_ESR_REGISTER,
				  __ATOMIC_SEQ_CST);
}

/**
 * run_apic() - Do an access to the page of the local APIC
 * @vp: a VP that has just left guest mode for an access that the nested page
 *	table does not allow
 *
 * Return: false when it is none, or none that is known here.
 */
bool run_apic(struct child_vp *vp)
{
	struct vmcb *vmcb = vp->vmcb;
	const u64 modes = APIC_BASE_ENABLE | APIC_BASE_X2APIC;
	struct move move = { 0 };
	u8 code[MAX_LENGTH + sizeof(u32)] = { 0 };
	u32 n;

	if (!child_has_apic(vp->child) ||
	    (child_apic_base(vp) & modes) != APIC_BASE_ENABLE ||
	    align_down(vmcb->exit_info2, PAGE_SIZE) != LAPIC_BASE ||
	    (vmcb->exit_info1 & (SVM_NPF_WALK | SVM_NPF_FETCH)))
		return false;

	spin_lock(&children_lock);
	n = guest_fetch(vp, vmcb->cs.base + vmcb->rip, code, MAX_LENGTH);
	spin_unlock(&children_lock);
	if (!decode(vp, code, &move) || move.length > n)
		return false;

	access(vp, vmcb->exit_info2 - LAPIC_BASE, &move);
	vmcb->rip += move.length;
	vmcb->interrupt_shadow = 0;
	return true;
}

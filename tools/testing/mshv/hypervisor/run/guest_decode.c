// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which memory an instruction has as operands. Only the operands are decoded,
 * not what the instruction does with them, and vector instructions with VEX
 * prefix not at all. MOV to memory is decoded whole.
 */
#include "run.h"

#define REX			0x40
#define REX_B			BIT(0)
#define REX_X			BIT(1)
#define REX_R			BIT(2)
#define REX_W			BIT(3)

#define MOV_RM8_R8		0x88
#define MOV_RM_R		0x89
#define MOV_MOFFS8_AL		0xa2
#define MOV_MOFFS_RAX		0xa3
#define MOV_RM8_IMM8		0xc6
#define MOV_RM_IMM		0xc7

#define NO_REGISTER		16

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI };

struct decoder {
	const struct child_vp *vp;
	const u8 *bytes;
	u32 left;
	u32 size;			/* bytes, with those that are taken */
	u32 address_size;		/* bytes */
	u32 operand_size;		/* bytes, but for REX_W */
	bool long_mode;
	bool prefixed;			/* by LOCK or REP */
	bool whole;			/* @behind is known */
	u32 behind;			/* bytes of an immediate behind ModRM */
	u8 rex;
	const struct vmcb_segment *override;
};

static u64 reg(const struct child_vp *vp, u32 n)
{
	const struct gprs *regs = &vp->regs;
	const u64 values[] = {
		vp->vmcb->rax, regs->rcx, regs->rdx, regs->rbx,
		vp->vmcb->rsp, regs->rbp, regs->rsi, regs->rdi,
		regs->r8, regs->r9, regs->r10, regs->r11,
		regs->r12, regs->r13, regs->r14, regs->r15,
		0,
	};

	return values[n];
}

/* Reads an immediate or displacement, sign-extended. */
static bool take(struct decoder *d, u32 size, u64 *value)
{
	*value = 0;
	if (size > d->left)
		return false;
	memcpy(value, d->bytes, size);
	d->bytes += size;
	d->left -= size;
	if (size < 8 && *value >> (size * 8 - 1))
		*value |= ~0UL << size * 8;
	return true;
}

static bool take_prefix(struct decoder *d)
{
	const struct vmcb *vmcb = d->vp->vmcb;

	if (!d->left)
		return false;
	switch (*d->bytes) {
	case 0x26:
		d->override = &vmcb->es;
		break;
	case 0x2e:
		d->override = &vmcb->cs;
		break;
	case 0x36:
		d->override = &vmcb->ss;
		break;
	case 0x3e:
		d->override = &vmcb->ds;
		break;
	case 0x64:
		d->override = &vmcb->fs;
		break;
	case 0x65:
		d->override = &vmcb->gs;
		break;
	case 0x67:
		d->address_size = d->long_mode ? 4 : 6 - d->address_size;
		break;
	case 0x66:
		d->operand_size = d->long_mode ? 2 : 6 - d->operand_size;
		break;
	case 0xf0:
	case 0xf2:
	case 0xf3:
		d->prefixed = true;
		break;
	default:
		return false;
	}
	d->bytes++;
	d->left--;
	return true;
}

static u64 linear(const struct decoder *d, const struct vmcb_segment *segment,
		  u64 offset)
{
	const struct vmcb *vmcb = d->vp->vmcb;

	if (d->address_size < 8)
		offset &= BIT(d->address_size * 8) - 1;
	if (!d->long_mode)
		return (u32)(segment->base + offset);
	if (segment == &vmcb->fs || segment == &vmcb->gs)
		return segment->base + offset;
	return offset;
}

static const struct vmcb_segment *data_segment(const struct decoder *d,
					       bool on_stack)
{
	if (d->override)
		return d->override;
	return on_stack ? &d->vp->vmcb->ss : &d->vp->vmcb->ds;
}

static bool operand16(struct decoder *d, u8 mod, u8 rm, u64 *gva)
{
	static const struct {
		u8 base, index;
	} modes[] = {
		{ RBX, RSI }, { RBX, RDI }, { RBP, RSI }, { RBP, RDI },
		{ RSI, NO_REGISTER }, { RDI, NO_REGISTER },
		{ RBP, NO_REGISTER }, { RBX, NO_REGISTER },
	};
	u32 base = modes[rm].base, size = mod;
	u64 displacement;

	if (!mod && rm == 6) {
		base = NO_REGISTER;
		size = 2;
	}
	if (!take(d, size, &displacement))
		return false;
	*gva = linear(d, data_segment(d, base == RBP),
		      reg(d->vp, base) + reg(d->vp, modes[rm].index) +
		      displacement);
	return true;
}

static u64 next_rip(const struct decoder *d)
{
	return d->vp->vmcb->rip + d->size - d->left + d->behind;
}

static bool operand(struct decoder *d, u8 mod, u8 rm, u64 *gva)
{
	u32 base = rm | (d->rex & REX_B) << 3, size = mod == 1 ? 1 : mod ? 4 : 0;
	u64 index = 0, displacement;
	bool from_rip = false;

	if (rm == RSP) {
		u64 sib;
		u32 n;

		if (!take(d, 1, &sib))
			return false;
		base = (sib & 7) | (d->rex & REX_B) << 3;
		n = (sib >> 3 & 7) | (d->rex & REX_X) << 2;
		if (n != RSP)
			index = reg(d->vp, n) << (sib >> 6 & 3);
		if ((base & 7) == RBP && !mod) {
			base = NO_REGISTER;
			size = 4;
		}
	} else if (rm == RBP && !mod) {
		base = NO_REGISTER;
		size = 4;
		from_rip = d->long_mode;
	}
	if (!take(d, size, &displacement))
		return false;
	/* Its end, and so the base, is known only with what follows. */
	if (from_rip && !d->whole)
		return false;
	*gva = linear(d, data_segment(d, base == RBP || base == RSP),
		      (from_rip ? next_rip(d) : reg(d->vp, base)) + index +
		      displacement);
	return true;
}

static bool modrm_operand(struct decoder *d, u8 modrm, u64 *gva)
{
	u8 mod = modrm >> 6, rm = modrm & 7;

	if (mod == 3)
		return false;
	return d->address_size == 2 ? operand16(d, mod, rm, gva) :
				      operand(d, mod, rm, gva);
}

static bool has_modrm(u8 opcode)
{
	switch (opcode) {
	case 0x00 ... 0x3f:
		return (opcode & 7) < 4;
	case 0x63:
	case 0x69:
	case 0x6b:
	case 0x80 ... 0x8f:
	case 0xc0 ... 0xc1:
	case 0xc6 ... 0xc7:
	case 0xd0 ... 0xd3:
	case 0xd8 ... 0xdf:
	case 0xf6 ... 0xf7:
	case 0xfe ... 0xff:
		return true;
	}
	return false;
}

static bool has_modrm_0f(u8 opcode)
{
	switch (opcode) {
	case 0x00 ... 0x03:
	case 0x0d:
	case 0x10 ... 0x2f:
	case 0x38 ... 0x76:
	case 0x78 ... 0x7f:
	case 0x90 ... 0x9f:
	case 0xa3 ... 0xa5:
	case 0xab ... 0xc7:
	case 0xd0 ... 0xff:
		return true;
	}
	return false;
}

/* Operands that no ModRM byte tells */
static u32 implied(struct decoder *d, u8 opcode, u64 gvas[])
{
	const struct child_vp *vp = d->vp;
	u64 source = linear(d, data_segment(d, false), reg(vp, RSI));
	u64 target = linear(d, &vp->vmcb->es, reg(vp, RDI));
	u64 offset;

	switch (opcode) {
	case 0xa0 ... 0xa3:
		if (!take(d, d->address_size, &offset))
			return 0;
		gvas[0] = linear(d, data_segment(d, false), offset);
		return 1;
	case 0xa4 ... 0xa7:
		gvas[0] = source;
		gvas[1] = target;
		return 2;
	case 0x6c ... 0x6d:
	case 0xaa ... 0xab:
	case 0xae ... 0xaf:
		gvas[0] = target;
		return 1;
	case 0x6e ... 0x6f:
	case 0xac ... 0xad:
		gvas[0] = source;
		return 1;
	}
	return 0;
}

static bool take_opcode(struct decoder *d, u64 *opcode)
{
	while (take_prefix(d))
		;
	if (!take(d, 1, opcode))
		return false;
	if (!d->long_mode || (*opcode & 0xf0) != REX)
		return true;
	d->rex = *opcode;
	return take(d, 1, opcode);
}

static u32 decode(struct decoder *d, u64 gvas[])
{
	bool modrm_follows;
	u64 opcode, modrm;

	if (!take_opcode(d, &opcode))
		return 0;

	modrm_follows = has_modrm(opcode);
	if ((u8)opcode == 0x0f) {
		if (!take(d, 1, &opcode))
			return 0;
		modrm_follows = has_modrm_0f(opcode);
		if (((u8)opcode == 0x38 || (u8)opcode == 0x3a) &&
		    !take(d, 1, &opcode))
			return 0;
	} else if (!modrm_follows) {
		return implied(d, opcode, gvas);
	}
	if (!modrm_follows || !take(d, 1, &modrm))
		return 0;
	return modrm_operand(d, modrm, gvas);
}

static struct decoder decoder_init(const struct child_vp *vp, const u8 *bytes,
				   u32 size)
{
	const struct vmcb *vmcb = vp->vmcb;
	bool code32 = vmcb->cs.attributes & SEG_CODE32;
	bool long_mode = (vmcb->efer & EFER_LMA) &&
			 (vmcb->cs.attributes & SEG_CODE64_LONG);

	return (struct decoder) {
		.vp = vp,
		.bytes = bytes,
		.left = size,
		.size = size,
		.long_mode = long_mode,
		.address_size = long_mode ? 8 : code32 ? 4 : 2,
		.operand_size = long_mode || code32 ? 4 : 2,
	};
}

/**
 * guest_operands() - Virtual addresses of an instruction's operands in memory
 * @vp: a VP whose RIP is at the instruction
 * @bytes: the instruction, and maybe more
 * @size: how many bytes there are
 * @gvas: set to linear addresses, of explicit operands and of the stack
 *
 * Return: how many, at most GUEST_OPERANDS.
 */
u32 guest_operands(const struct child_vp *vp, const u8 *bytes, u32 size,
		   u64 gvas[GUEST_OPERANDS])
{
	const struct vmcb *vmcb = vp->vmcb;
	struct decoder d = decoder_init(vp, bytes, size);
	u32 word = d.address_size;
	u32 n = decode(&d, gvas);

	d.address_size = word;
	gvas[n++] = linear(&d, &vmcb->ss, vmcb->rsp);
	gvas[n++] = linear(&d, &vmcb->ss, vmcb->rsp - word);
	return n;
}

/* Without REX, 4 to 7 are AH, CH, DH and BH. */
static u64 byte_register(const struct decoder *d, u32 n)
{
	if (!d->rex && n >= 4)
		return reg(d->vp, n - 4) >> 8;
	return reg(d->vp, n);
}

static bool store_register(struct decoder *d, bool byte,
			   struct guest_store *store)
{
	u64 modrm;
	u32 n;

	if (!take(d, 1, &modrm) || !modrm_operand(d, modrm, &store->gva))
		return false;
	n = (modrm >> 3 & 7) | (d->rex & REX_R) << 1;
	store->value = byte ? byte_register(d, n) : reg(d->vp, n);
	return true;
}

static bool store_immediate(struct decoder *d, u32 size,
			    struct guest_store *store)
{
	u64 modrm;

	d->behind = min(size, 4);
	if (!take(d, 1, &modrm) || (modrm >> 3 & 7) ||
	    !modrm_operand(d, modrm, &store->gva))
		return false;
	size = d->behind;
	d->behind = 0;
	return take(d, size, &store->value);
}

static bool store_accumulator(struct decoder *d, struct guest_store *store)
{
	u64 offset;

	if (!take(d, d->address_size, &offset))
		return false;
	store->gva = linear(d, data_segment(d, false), offset);
	store->value = reg(d->vp, RAX);
	return true;
}

/**
 * guest_store() - What an instruction stores, if it is a plain MOV to memory
 * @vp: a VP whose RIP is at the instruction
 * @bytes: the instruction, and maybe more
 * @size: how many bytes there are
 * @store: set to what it does
 *
 * Return: false when it is another instruction, or not all of it is there.
 */
bool guest_store(const struct child_vp *vp, const u8 *bytes, u32 size,
		 struct guest_store *store)
{
	struct decoder d = decoder_init(vp, bytes, size);
	u64 opcode;
	bool known;

	d.whole = true;
	if (!take_opcode(&d, &opcode) || d.prefixed)
		return false;
	store->size = d.rex & REX_W ? 8 : d.operand_size;

	switch ((u8)opcode) {
	case MOV_RM8_R8:
	case MOV_MOFFS8_AL:
	case MOV_RM8_IMM8:
		store->size = 1;
	}
	switch ((u8)opcode) {
	case MOV_RM8_R8:
	case MOV_RM_R:
		known = store_register(&d, store->size == 1, store);
		break;
	case MOV_MOFFS8_AL:
	case MOV_MOFFS_RAX:
		known = store_accumulator(&d, store);
		break;
	case MOV_RM8_IMM8:
	case MOV_RM_IMM:
		known = store_immediate(&d, store->size, store);
		break;
	default:
		known = false;
	}

	if (store->size < 8)
		store->value &= BIT(store->size * 8) - 1;
	store->length = d.size - d.left;
	return known;
}

/**
 * guest_source() - What an instruction of the 0F group has as ModRM operand
 * @vp: a VP whose RIP is at the instruction
 * @bytes: the instruction, and maybe more
 * @size: how many bytes there are
 * @source: set to what it has; CLTS has no operand
 *
 * Return: false when it is another instruction, or not all of it is there.
 */
bool guest_source(const struct child_vp *vp, const u8 *bytes, u32 size,
		  struct guest_source *source)
{
	struct decoder d = decoder_init(vp, bytes, size);
	u64 opcode, modrm = 0xff;

	*source = (struct guest_source) { 0 };
	d.whole = true;
	if (!take_opcode(&d, &opcode) || (u8)opcode != 0x0f ||
	    !take(&d, 1, &opcode))
		return false;
	source->opcode = opcode;
	if (source->opcode == GUEST_CLTS)
		goto out;
	if (!take(&d, 1, &modrm))
		return false;

	/* MOV to CR has a register in any case. */
	source->in_memory = (u8)modrm < 0xc0 && source->opcode != GUEST_MOV_CR;
	source->field = (modrm >> 3 & 7) | (d.rex & REX_R) << 1;
	if (source->in_memory) {
		if (!modrm_operand(&d, modrm, &source->gva))
			return false;
		goto out;
	}
	source->value = reg(vp, (modrm & 7) | (d.rex & REX_B) << 3);
	if (!d.long_mode)
		source->value = (u32)source->value;
out:
	source->length = d.size - d.left;
	return true;
}

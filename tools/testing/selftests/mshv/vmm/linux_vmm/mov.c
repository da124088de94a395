// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decodes MOV between a register or an immediate and memory, in 64-bit code.
 * Where the memory is the hypervisor has found out already; here it is about
 * how long the instruction is, and what is moved.
 */
#include <string.h>

#include "vmm.h"

#define REX_W	0x08
#define REX_R	0x04

struct decoder {
	const __u8 *next, *end;
	__u8 rex;
	bool short_operand;		/* prefix 66 */
};

static bool take(struct decoder *d, __u8 *byte)
{
	if (d->next == d->end)
		return false;
	*byte = *d->next++;
	return true;
}

static bool take_prefixes(struct decoder *d, __u8 *opcode)
{
	do {
		if (!take(d, opcode))
			return false;
		if (*opcode == 0x66)
			d->short_operand = true;
	} while (*opcode == 0x66 || *opcode == 0x3e || *opcode == 0x26 ||
		 *opcode == 0x64 || *opcode == 0x65);

	if ((*opcode & 0xf0) == 0x40) {
		d->rex = *opcode;
		return take(d, opcode);
	}
	return true;
}

/* Passes over ModRM, SIB and displacement of an operand in memory. */
static bool take_operand(struct decoder *d, struct mov *mov)
{
	unsigned int displacement, mod;
	__u8 modrm, sib = 0;

	if (!take(d, &modrm) || modrm >> 6 == 3)
		return false;
	mod = modrm >> 6;
	mov->reg = (modrm >> 3 & 7) | (d->rex & REX_R ? 8 : 0);
	if ((modrm & 7) == 4 && !take(d, &sib))
		return false;

	displacement = mod == 1 ? 1 : mod == 2 ? 4 : 0;
	if (!mod && ((modrm & 7) == 5 || ((modrm & 7) == 4 && (sib & 7) == 5)))
		displacement = 4;
	if (d->end - d->next < displacement)
		return false;
	d->next += displacement;
	return true;
}

static bool take_immediate(struct decoder *d, struct mov *mov)
{
	unsigned int size = mov->width < 4 ? mov->width : 4;
	__s32 value = 0;

	if (d->end - d->next < size)
		return false;
	memcpy(&value, d->next, size);
	d->next += size;
	mov->immediate = (__s64)value;
	mov->reg = -1;
	return true;
}

/* Without REX the registers 4 to 7 of one byte are AH, CH, DH and BH. */
static void name_byte_register(const struct decoder *d, struct mov *mov)
{
	if (mov->width == 1 && !d->rex && mov->reg >= 4) {
		mov->reg -= 4;
		mov->high = true;
	}
}

static unsigned int operand_size(const struct decoder *d)
{
	return d->rex & REX_W ? 8 : d->short_operand ? 2 : 4;
}

/* MOVZX; its register is of the full size. */
static bool decode_extending(struct decoder *d, struct mov *mov)
{
	__u8 opcode;

	if (!take(d, &opcode) || (opcode & ~1) != 0xb6)
		return false;
	mov->width = opcode & 1 ? 2 : 1;
	mov->clear = operand_size(d);
	return take_operand(d, mov);
}

static bool decode_plain(struct decoder *d, __u8 opcode, struct mov *mov)
{
	mov->width = opcode & 1 ? operand_size(d) : 1;
	mov->clear = mov->width;
	if (!take_operand(d, mov))
		return false;

	switch (opcode & ~1) {
	case 0x88:
		mov->write = true;
		break;
	case 0x8a:
		break;
	case 0xc6:
		mov->write = true;
		return take_immediate(d, mov);
	default:
		return false;
	}
	name_byte_register(d, mov);
	return true;
}

bool mov_decode(const __u8 *bytes, unsigned int size, struct mov *mov)
{
	struct decoder d = { .next = bytes, .end = bytes + size };
	__u8 opcode;
	bool good;

	*mov = (struct mov){};
	if (!take_prefixes(&d, &opcode))
		return false;
	good = opcode == 0x0f ? decode_extending(&d, mov) :
				decode_plain(&d, opcode, mov);
	mov->length = d.next - bytes;
	return good;
}

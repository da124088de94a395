// SPDX-License-Identifier: GPL-2.0-only
/* Expectations: what a guest does next, and completing it. */
#include <stdlib.h>

#include "require.h"
#include "vp.h"

static const struct {
	__u32 type;
	const char *name;
} types[] = {
	{ HV_MSG_UNMAPPED_GPA,			"unmapped GPA" },
	{ HV_MSG_GPA_INTERCEPT,			"GPA intercept" },
	{ HV_MSG_UNRECOVERABLE_EXCEPTION,	"unrecoverable exception" },
	{ HV_MSG_HYPERCALL,			"hypercall" },
	{ HV_MSG_SINT_DELIVERABLE,		"SINT deliverable" },
	{ HV_MSG_IO_PORT,			"I/O port" },
	{ HV_MSG_MSR,				"MSR" },
	{ HV_MSG_CPUID,				"CPUID" },
	{ HV_MSG_REGISTER,			"register" },
	{ HV_MSG_HALT,				"halt" },
	{ 0,					NULL },
};

static const char *type_name(__u32 type)
{
	size_t i;

	for (i = 0; types[i].name; i++)
		if (types[i].type == type)
			return types[i].name;
	return "unknown";
}

/* What there is to say about the message of a VP, for a failure. */
static void describe(const struct vp *vp)
{
	const struct hv_message *m = &vp->message;

	complain("VP %u: %s (%#x), access %u, RIP %#llx, length %u", vp->index,
		 type_name(m->type), m->type, m->head.access, m->head.rip,
		 m->head.instruction_length);
	if (m->type == HV_MSG_IO_PORT)
		complain("  port %#x, width %u, RAX %#llx", m->port.port,
			 m->port.width, m->port.rax);
	if (m->type == HV_MSG_UNMAPPED_GPA || m->type == HV_MSG_GPA_INTERCEPT)
		complain("  GPA %#llx, GVA %#llx", m->memory.gpa,
			 m->memory.gva);
}

bool vp_runs_into(struct vp *vp, __u32 type)
{
	int ret = vp_run(vp);

	if (ret) {
		complain("VP %u: MSHV_RUN_VP fails with %s", vp->index,
			 strerror(-ret));
		return false;
	}
	if (vp->message.type != type) {
		complain("VP %u: expected %s", vp->index, type_name(type));
		describe(vp);
		return false;
	}
	return true;
}

void vp_skip(struct vp *vp)
{
	const struct hv_intercept *head = &vp->message.head;

	require(head->instruction_length, "length of the instruction at %#llx",
		head->rip);
	vp_set(vp, HV_REG_RIP, head->rip + head->instruction_length);
}

static __u64 mask(unsigned int width)
{
	return width == 8 ? ~0ULL : (1ULL << width * 8) - 1;
}

/* Like the processor: 32 bits clear the upper half, fewer leave the rest. */
static __u64 merge(__u64 old, __u64 value, unsigned int width)
{
	if (width >= 4)
		return value & mask(width);
	return (old & ~mask(width)) | (value & mask(width));
}

static bool port_matches(struct vp *vp, __u16 port, unsigned int width,
			 __u8 access)
{
	const struct hv_port_intercept *io = &vp->message.port;

	if (!vp_runs_into(vp, HV_MSG_IO_PORT))
		return false;
	if (io->port == port && io->width == width && !io->string &&
	    io->head.access == access)
		return true;

	complain("VP %u: expected port %#x, width %u, access %u", vp->index,
		 port, width, access);
	describe(vp);
	return false;
}

bool vp_writes_port(struct vp *vp, __u16 port, unsigned int width, __u32 value)
{
	__u64 written;

	if (!port_matches(vp, port, width, HV_ACCESS_WRITE))
		return false;

	written = vp->message.port.rax & mask(width);
	if (written != value) {
		complain("VP %u: wrote %#llx to port %#x, expected %#x",
			 vp->index, written, port, value);
		return false;
	}
	vp_skip(vp);
	return true;
}

bool vp_reads_port(struct vp *vp, __u16 port, unsigned int width, __u32 answer)
{
	if (!port_matches(vp, port, width, HV_ACCESS_READ))
		return false;

	vp_set(vp, HV_REG_RAX, merge(vp->message.port.rax, answer, width));
	vp_skip(vp);
	return true;
}

static bool msr_matches(struct vp *vp, __u32 msr, __u8 access)
{
	if (!vp_runs_into(vp, HV_MSG_MSR))
		return false;
	if (vp->message.msr.msr == msr && vp->message.head.access == access)
		return true;

	complain("VP %u: MSR %#x, access %u; expected %#x, %u", vp->index,
		 vp->message.msr.msr, vp->message.head.access, msr, access);
	return false;
}

bool vp_writes_msr(struct vp *vp, __u32 msr, __u64 value)
{
	__u64 written;

	if (!msr_matches(vp, msr, HV_ACCESS_WRITE))
		return false;

	written = vp->message.msr.rdx << 32 | (__u32)vp->message.msr.rax;
	if (written != value) {
		complain("VP %u: wrote %#llx to MSR %#x, expected %#llx",
			 vp->index, written, msr, value);
		return false;
	}
	vp_skip(vp);
	return true;
}

bool vp_reads_msr(struct vp *vp, __u32 msr, __u64 answer)
{
	if (!msr_matches(vp, msr, HV_ACCESS_READ))
		return false;

	vp_set(vp, HV_REG_RAX, (__u32)answer);
	vp_set(vp, HV_REG_RDX, answer >> 32);
	vp_skip(vp);
	return true;
}

bool vp_asks_cpuid(struct vp *vp, __u32 leaf, const __u32 answer[4])
{
	if (!vp_runs_into(vp, HV_MSG_CPUID))
		return false;
	if ((__u32)vp->message.cpuid.rax != leaf) {
		complain("VP %u: CPUID %#llx, expected %#x", vp->index,
			 vp->message.cpuid.rax, leaf);
		return false;
	}

	vp_set(vp, HV_REG_RAX, answer[0]);
	vp_set(vp, HV_REG_RBX, answer[1]);
	vp_set(vp, HV_REG_RCX, answer[2]);
	vp_set(vp, HV_REG_RDX, answer[3]);
	vp_skip(vp);
	return true;
}

bool vp_halts(struct vp *vp)
{
	return vp_runs_into(vp, HV_MSG_HALT);
}

bool vp_crashes(struct vp *vp)
{
	return vp_runs_into(vp, HV_MSG_UNRECOVERABLE_EXCEPTION);
}

static bool memory_matches(struct vp *vp, __u64 gpa, __u8 access)
{
	if (vp->message.memory.gpa == gpa && vp->message.head.access == access)
		return true;

	complain("VP %u: expected access %u to %#llx", vp->index, access, gpa);
	describe(vp);
	return false;
}

bool vp_touches(struct vp *vp, __u32 type, __u64 gpa, __u8 access)
{
	return vp_runs_into(vp, type) && memory_matches(vp, gpa, access);
}

/* MOV between RAX, or a part of it, and an address in RDI */
struct move {
	unsigned int length;	/* of the instruction, in bytes */
	unsigned int width;	/* of the access, in bytes */
	__u8 access;		/* HV_ACCESS_* */
};

/*
 * Decodes what lib/guest.h and the 16-bit guests of the tests use: prefixes,
 * an opcode, and a ModRM byte for [rdi], which in 16-bit code means [di].
 */
static bool decode(const struct hv_memory_intercept *memory,
		   struct move *move)
{
	bool lma = memory->head.execution_state & HV_EXECUTION_STATE_EFER_LMA;
	const __u8 *bytes = memory->instruction_bytes;
	unsigned int i = 0;

	move->width = lma ? 4 : 2;
	if (bytes[i] == 0x66) {
		move->width = lma ? 2 : 4;
		i++;
	}
	if (lma && bytes[i] == 0x48) {
		move->width = 8;
		i++;
	}
	if (!(bytes[i] & 1))
		move->width = 1;
	move->access = bytes[i] & 2 ? HV_ACCESS_READ : HV_ACCESS_WRITE;
	move->length = i + 2;

	return (bytes[i] & ~3) == 0x88 && bytes[i + 1] == (lma ? 0x07 : 0x05) &&
	       memory->instruction_bytes_valid >= move->length;
}

static bool moves(struct vp *vp, __u64 gpa, unsigned int width, __u8 access,
		  struct move *move)
{
	if (!vp_touches(vp, HV_MSG_UNMAPPED_GPA, gpa, access))
		return false;
	if (!decode(&vp->message.memory, move)) {
		complain("VP %u: cannot decode %u instruction bytes %02x %02x %02x",
			 vp->index, vp->message.memory.instruction_bytes_valid,
			 vp->message.memory.instruction_bytes[0],
			 vp->message.memory.instruction_bytes[1],
			 vp->message.memory.instruction_bytes[2]);
		return false;
	}
	if (move->width == width && move->access == access)
		return true;

	complain("VP %u: MMIO of width %u, expected %u", vp->index,
		 move->width, width);
	return false;
}

bool vp_writes_mmio(struct vp *vp, __u64 gpa, unsigned int width, __u64 value)
{
	struct move move;
	__u64 written;

	if (!moves(vp, gpa, width, HV_ACCESS_WRITE, &move))
		return false;

	written = vp_get(vp, HV_REG_RAX) & mask(width);
	if (written != value) {
		complain("VP %u: wrote %#llx to %#llx, expected %#llx",
			 vp->index, written, gpa, value);
		return false;
	}
	vp_set(vp, HV_REG_RIP, vp->message.head.rip + move.length);
	return true;
}

bool vp_reads_mmio(struct vp *vp, __u64 gpa, unsigned int width, __u64 answer)
{
	struct move move;
	__u64 rax;

	if (!moves(vp, gpa, width, HV_ACCESS_READ, &move))
		return false;

	rax = vp_get(vp, HV_REG_RAX);
	vp_set(vp, HV_REG_RAX, merge(rax, answer, width));
	vp_set(vp, HV_REG_RIP, vp->message.head.rip + move.length);
	return true;
}

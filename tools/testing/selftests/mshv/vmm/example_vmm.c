// SPDX-License-Identifier: GPL-2.0-only
/*
 * A complete VMM for /dev/mshv: its guest prints a line through an I/O port,
 * byte by byte, and halts. It needs the UAPI header and libc, nothing else.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/mshv.h>

/* What it uses of the hypervisor's interface; see the TLFS. */
#define HVCALL_SET_VP_REGISTERS	0x0051
#define REG_RIP			0x00020010
#define REG_RFLAGS		0x00020011
#define REG_CS			0x00060001
#define REG_DS			0x00060003
#define MSG_IO_PORT		0x80010000
#define MSG_HALT		0x80010007

struct segment { __u64 base; __u32 limit; __u16 selector, attributes; };
struct reg {
	__u32 name, reserved[3];
	union { __u64 u64[2]; struct segment segment; };
};

struct set_registers {
	__u64 partition_id;		/* filled in by the driver */
	__u32 vp_index, vtl;
	struct reg regs[4];
};

struct port_message {
	__u32 type, header[3];
	__u32 vp_index;
	__u8 instruction_length, access;	/* length: low four bits */
	__u16 state;
	struct segment cs;
	__u64 rip, rflags;
	__u16 port;
	__u8 width, instruction_bytes_valid;
	__u32 reserved;
	__u64 rax;
};

/* 16-bit code at 0: for (si = 16; (al = [si]); si++) out(0xe9, al); hlt */
static const char guest[] =
	"\xbe\x10\x00\xac\x84\xc0\x74\x04\xe6\xe9\xeb\xf7\xf4\0\0\0"
	"Hello from a partition!\n";

static int must(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
	return result;
}

static void set_registers(int vp, const struct reg *regs, int count)
{
	struct set_registers in = { .vp_index = 0 };
	struct mshv_root_hvcall call = {
		.code = HVCALL_SET_VP_REGISTERS,
		.reps = count,
		.in_sz = offsetof(struct set_registers, regs[count]),
		.in_ptr = (uintptr_t)&in,
	};

	memcpy(in.regs, regs, count * sizeof(*regs));
	must(ioctl(vp, MSHV_ROOT_HVCALL, &call), "set registers");
}

static void start(int vp)
{
	const struct reg regs[] = {
		{ .name = REG_CS, .segment = { 0, 0xffff, 0, 0x9b } },
		{ .name = REG_DS, .segment = { 0, 0xffff, 0, 0x93 } },
		{ .name = REG_RIP, .u64 = { 0 } },
		{ .name = REG_RFLAGS, .u64 = { 2 } },
	};

	set_registers(vp, regs, 4);
}

int main(void)
{
	struct mshv_create_partition create = { .pt_flags = 0 };
	struct mshv_create_vp create_vp = { .vp_index = 0 };
	struct mshv_user_mem_region region = { .size = MSHV_HV_PAGE_SIZE };
	union { struct mshv_run_vp run; struct port_message io; } message;
	int dev, partition, vp;
	void *memory;

	dev = must(open("/dev/mshv", O_RDWR | O_CLOEXEC), "/dev/mshv");
	partition = must(ioctl(dev, MSHV_CREATE_PARTITION, &create), "create");
	must(ioctl(partition, MSHV_INITIALIZE_PARTITION), "initialise");

	memory = mmap(NULL, region.size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(memory == MAP_FAILED ? -1 : 0, "memory");
	memcpy(memory, guest, sizeof(guest));
	region.userspace_addr = (uintptr_t)memory;
	region.flags = 1 << MSHV_SET_MEM_BIT_WRITABLE |
		       1 << MSHV_SET_MEM_BIT_EXECUTABLE;
	must(ioctl(partition, MSHV_SET_GUEST_MEMORY, &region), "guest memory");

	vp = must(ioctl(partition, MSHV_CREATE_VP, &create_vp), "create VP");
	start(vp);
	for (;;) {
		struct reg rip = { .name = REG_RIP };

		must(ioctl(vp, MSHV_RUN_VP, &message.run), "run");
		if (message.io.type != MSG_IO_PORT)
			break;
		putchar(message.io.rax & 0xff);
		rip.u64[0] = message.io.rip +
			     (message.io.instruction_length & 15);
		set_registers(vp, &rip, 1);
	}
	return message.io.type != MSG_HALT;
}

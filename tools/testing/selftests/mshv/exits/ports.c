// SPDX-License-Identifier: GPL-2.0-only
/* A guest's port I/O reaches the VMM, and the answer reaches the guest. */
#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/vp.h"

#define PORT	0x1234

static __guest void write_each_width(__u64 unused)
{
	out8(PORT, 0xa1);
	out16(PORT, 0xb2b1);
	out32(PORT, 0xc4c3c2c1);
	halt();
}

TEST_F(guest, out_of_each_width)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start(vp, write_each_width, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 0xa1));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 2, 0xb2b1));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0xc4c3c2c1));
	ASSERT_TRUE(vp_halts(vp));
}

static __guest void read_each_width(__u64 unused)
{
	out32(PORT, in8(PORT));
	out32(PORT, in16(PORT + 1));
	out32(PORT, in32(PORT + 2));
	halt();
}

TEST_F(guest, in_of_each_width)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start(vp, read_each_width, 0);
	ASSERT_TRUE(vp_reads_port(vp, PORT, 1, 0x9a));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0x9a));
	ASSERT_TRUE(vp_reads_port(vp, PORT + 1, 2, 0x89ab));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0x89ab));
	ASSERT_TRUE(vp_reads_port(vp, PORT + 2, 4, 0x89abcdef));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0x89abcdef));
	ASSERT_TRUE(vp_halts(vp));
}

static __guest void use_highest_port(__u64 unused)
{
	out8(0xffff, in8(0xffff));
	halt();
}

TEST_F(guest, highest_port)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start(vp, use_highest_port, 0);
	ASSERT_TRUE(vp_reads_port(vp, 0xffff, 1, 0x77));
	ASSERT_TRUE(vp_writes_port(vp, 0xffff, 1, 0x77));
	ASSERT_TRUE(vp_halts(vp));
}

static __guest void count_through_port(__u64 limit)
{
	__u64 i;

	for (i = 0; i < limit; i++)
		out32(PORT, i);
	halt();
}

TEST_F(guest, thousand_exits_in_order)
{
	struct vp *vp = vp_new(self->vm, 0);
	__u32 i;

	vp_start(vp, count_through_port, 1000);
	for (i = 0; i < 1000 && vp_writes_port(vp, PORT, 4, i); i++)
		;
	ASSERT_EQ(1000, i);
	ASSERT_TRUE(vp_halts(vp));
}

GUEST16(real_write_each_width,
	"mov $0x1234, %dx\n"
	"mov $0x12345678, %eax\n"
	"outb %al, %dx\n"
	"outw %ax, %dx\n"
	"outl %eax, %dx\n"
	"outb %al, $0x42\n"
	"hlt\n");

TEST_F(guest, out_of_each_width_in_real_mode)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start_real(vp, real_write_each_width, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 0x78));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 2, 0x5678));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0x12345678));
	ASSERT_TRUE(vp_writes_port(vp, 0x42, 1, 0x78));
	ASSERT_TRUE(vp_halts(vp));
}

/* Each IN must leave alone the part of EAX that it does not read. */
GUEST16(real_read_each_width,
	"mov $0x1234, %dx\n"
	"mov $0xffffffff, %eax\n"
	"inb %dx, %al\n"
	"outl %eax, %dx\n"
	"inw %dx, %ax\n"
	"outl %eax, %dx\n"
	"inl %dx, %eax\n"
	"outl %eax, %dx\n"
	"hlt\n");

TEST_F(guest, in_of_each_width_in_real_mode)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start_real(vp, real_read_each_width, 0);
	ASSERT_TRUE(vp_reads_port(vp, PORT, 1, 0x11));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0xffffff11));
	ASSERT_TRUE(vp_reads_port(vp, PORT, 2, 0x2222));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0xffff2222));
	ASSERT_TRUE(vp_reads_port(vp, PORT, 4, 0x33333333));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0x33333333));
	ASSERT_TRUE(vp_halts(vp));
}

/* What the message says besides: sender, VP, code segment, instruction. */
TEST_F(guest, message_tells_where_the_guest_is)
{
	struct vp *vp = vp_new(self->vm, 3);
	const struct hv_port_intercept *io = &vp->message.port;

	vp_start(vp, write_each_width, 0);
	ASSERT_TRUE(vp_runs_into(vp, HV_MSG_IO_PORT));
	EXPECT_EQ(3, io->head.vp_index);
	EXPECT_NE(0, vp->message.sender);
	EXPECT_LE(sizeof(*io), vp->message.payload_size);
	EXPECT_TRUE(io->head.execution_state & HV_EXECUTION_STATE_EFER_LMA);
	EXPECT_EQ(0x08, io->head.cs.selector);
	EXPECT_EQ(vp_get(vp, HV_REG_RIP), io->head.rip);
	EXPECT_LE(guest_address(write_each_width), io->head.rip);
	EXPECT_EQ(0, memcmp((char *)self->vm->ram + io->head.rip,
			    io->instruction_bytes,
			    io->instruction_bytes_valid));
}

TEST_HARNESS_MAIN

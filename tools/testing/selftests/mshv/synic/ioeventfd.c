// SPDX-License-Identifier: GPL-2.0-only
/* A guest's writes signal eventfds, and do not reach the VMM. */
#include "lib/event.h"
#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/vp.h"

#define PORT		0x80
#define MMIO		0xfc000000UL

static __guest void write_each_width(__u64 address)
{
	mmio_write8(address, 0xa1);
	mmio_write16(address + 0x10, 0xb2b1);
	mmio_write32(address + 0x20, 0xc4c3c2c1);
	mmio_write64(address + 0x30, 0xd8d7d6d5d4d3d2d1);
	halt();
}

TEST_F(guest, write_of_each_width_signals)
{
	struct vp *vp = vp_new(self->vm, 0);
	int fds[4], i;

	for (i = 0; i < 4; i++)
		fds[i] = ioeventfd_any(self->vm, MMIO + 0x10 * i, 1 << i);
	vp_start(vp, write_each_width, MMIO);
	ASSERT_TRUE(vp_halts(vp));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(1, event_comes(fds[i]));
}

static const __u64 written[] = {
	0xa1, 0xb2b1, 0xc4c3c2c1, 0xd8d7d6d5d4d3d2d1
};

TEST_F(guest, write_of_the_right_value_signals)
{
	struct vp *vp = vp_new(self->vm, 0);
	int fds[4], i;

	for (i = 0; i < 4; i++)
		fds[i] = ioeventfd_match(self->vm, MMIO + 0x10 * i, 1 << i,
					 written[i]);
	vp_start(vp, write_each_width, MMIO);
	ASSERT_TRUE(vp_halts(vp));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(1, event_comes(fds[i]));
}

/* Also when the difference is in the last bit, or beyond the width. */
TEST_F(guest, write_of_another_value_reaches_the_vmm)
{
	struct vp *vp = vp_new(self->vm, 0);
	int fds[8], i;

	for (i = 0; i < 4; i++) {
		const __u64 last = 1ULL << (8 * (1 << i) - 1);

		fds[i] = ioeventfd_match(self->vm, MMIO + 0x10 * i, 1 << i,
					 written[i] ^ last);
		fds[4 + i] = ioeventfd_match(self->vm, MMIO + 0x10 * i, 1 << i,
					     i == 3 ? 0 : written[i] |
					     1ULL << 63);
	}
	vp_start(vp, write_each_width, MMIO);
	for (i = 0; i < 4; i++)
		ASSERT_TRUE(vp_writes_mmio(vp, MMIO + 0x10 * i, 1 << i,
					   written[i]));
	ASSERT_TRUE(vp_halts(vp));
	for (i = 0; i < 8; i++)
		EXPECT_EQ(0, event_count(fds[i]));
}

static __guest void write_one_place(__u64 address)
{
	mmio_write8(address, 0x44);
	mmio_write16(address, 0x44);
	mmio_write32(address, 0x44);
	mmio_write64(address, 0x44);
	out32(PORT, mmio_read32(address));
	halt();
}

TEST_F(guest, write_of_another_width_reaches_the_vmm)
{
	struct vp *vp = vp_new(self->vm, 0);
	int fd = ioeventfd_any(self->vm, MMIO, 4);

	vp_start(vp, write_one_place, MMIO);
	ASSERT_TRUE(vp_writes_mmio(vp, MMIO, 1, 0x44));
	ASSERT_TRUE(vp_writes_mmio(vp, MMIO, 2, 0x44));
	ASSERT_TRUE(vp_writes_mmio(vp, MMIO, 8, 0x44));
	EXPECT_EQ(1, event_comes(fd));

	/* Reads are the VMM's. */
	ASSERT_TRUE(vp_reads_mmio(vp, MMIO, 4, 0x5555));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0x5555));
	ASSERT_TRUE(vp_halts(vp));
	EXPECT_EQ(0, event_count(fd));
}

/* The port of a guest makes sure that one signal is taken before the next. */
static __guest void write_one_by_one(__u64 address)
{
	mmio_write8(address, 0x44);
	out32(PORT, 1);
	mmio_write16(address, 0x44);
	out32(PORT, 2);
	mmio_write32(address, 0x44);
	out32(PORT, 4);
	mmio_write64(address, 0x44);
	out32(PORT, 8);
	halt();
}

TEST_F(guest, length_zero_is_every_width)
{
	struct vp *vp = vp_new(self->vm, 0);
	int any = ioeventfd_any(self->vm, MMIO, 0), width;

	vp_start(vp, write_one_by_one, MMIO);
	for (width = 1; width <= 8; width *= 2) {
		ASSERT_TRUE(vp_writes_port(vp, PORT, 4, width));
		EXPECT_EQ(1, event_comes(any));
	}
	ASSERT_TRUE(vp_halts(vp));
}

TEST_F(guest, length_zero_with_a_value)
{
	struct vp *vp = vp_new(self->vm, 0);
	int right = ioeventfd_match(self->vm, MMIO, 0, 0x44);
	int wrong = ioeventfd_match(self->vm, MMIO, 0, 0x45), width;

	vp_start(vp, write_one_by_one, MMIO);
	for (width = 1; width <= 8; width *= 2) {
		ASSERT_TRUE(vp_writes_port(vp, PORT, 4, width));
		EXPECT_EQ(1, event_comes(right));
	}
	ASSERT_TRUE(vp_halts(vp));
	EXPECT_EQ(0, event_count(wrong));
}

static __guest void write_numbers(__u64 address)
{
	__u32 i;

	for (i = 0; i < 8; i++) {
		mmio_write32(address, i);
		out32(PORT, i);
	}
	halt();
}

/* As the queues of a virtio device that share one register */
TEST_F(guest, each_value_has_its_eventfd)
{
	struct vp *vp = vp_new(self->vm, 0);
	int fds[8], i;

	for (i = 0; i < 8; i++)
		fds[i] = ioeventfd_match(self->vm, MMIO, 4, i);
	vp_start(vp, write_numbers, MMIO);
	for (i = 0; i < 8; i++) {
		ASSERT_TRUE(vp_writes_port(vp, PORT, 4, i));
		EXPECT_EQ(1, event_comes(fds[i]));
	}
	ASSERT_TRUE(vp_halts(vp));
	for (i = 0; i < 8; i++)
		EXPECT_EQ(0, event_count(fds[i]));
}

static __guest void write_around(__u64 address)
{
	mmio_write32(address - 4, 1);
	mmio_write32(address - 1, 2);
	mmio_write32(address + 1, 3);
	mmio_write32(address + 4, 4);
	mmio_write32(address, 5);
	halt();
}

TEST_F(guest, writes_beside_it_reach_the_vmm)
{
	const __u64 gpa = MMIO + 0x100;
	struct vp *vp = vp_new(self->vm, 0);
	int fd = ioeventfd_any(self->vm, gpa, 4);

	vp_start(vp, write_around, gpa);
	ASSERT_TRUE(vp_writes_mmio(vp, gpa - 4, 4, 1));
	ASSERT_TRUE(vp_writes_mmio(vp, gpa - 1, 4, 2));
	ASSERT_TRUE(vp_writes_mmio(vp, gpa + 1, 4, 3));
	ASSERT_TRUE(vp_writes_mmio(vp, gpa + 4, 4, 4));
	EXPECT_EQ(0, event_count(fd));
	ASSERT_TRUE(vp_halts(vp));
	EXPECT_EQ(1, event_comes(fd));
}

static __guest void write_across(__u64 address)
{
	mmio_write64(address, 1);
	halt();
}

/* It begins in memory and ends at the address. */
TEST_F(guest, write_that_ends_there_reaches_the_vmm)
{
	struct vp *vp = vp_new(self->vm, 0);
	int fds[2] = {
		ioeventfd_any(self->vm, GUEST_RAM_SIZE, 4),
		ioeventfd_any(self->vm, GUEST_RAM_SIZE, 0),
	};

	vp_start(vp, write_across, GUEST_RAM_SIZE - 4);
	ASSERT_TRUE(vp_touches(vp, HV_MSG_UNMAPPED_GPA, GUEST_RAM_SIZE,
			       HV_ACCESS_WRITE));
	EXPECT_EQ(0, event_count(fds[0]));
	EXPECT_EQ(0, event_count(fds[1]));
}

/* What compilers and assemblers make of a store; each value is another one. */
static __guest void write_in_each_form(__u64 address)
{
	__u64 rax = address + 0x10;

	asm volatile("movabs $0x1817161514131211, %%r9\n"
		     "movb %%ch, 0x01(%1)\n"
		     "movb %%sil, 0x02(%1)\n"
		     "movw %%r9w, 0x04(%1,%3)\n"
		     "movl %%r9d, -0x78(%1,%4,8)\n"
		     "movq %%r9, (%0)\n"
		     "movb $0x21, 0x18(%1)\n"
		     "movw $0x2322, 0x1a(%1)\n"
		     "movl $0x27262524, 0x1c(%1)\n"
		     "movq $-0x28, 0x20(%1)\n"
		     "movq $0x29, 0x1000(%1)\n"
		     "addr32 movl %%ecx, 0x30(%%edi)\n"
		     "fs movl %%ecx, 0x34(%1)\n"
		     "mov $0x37363534, %%eax\n"
		     "movabs %%eax, 0xfc000040\n"
		     : "+a"(rax)
		     : "D"(address), "c"(0x1211), "d"(0x0UL), "b"(0x10UL),
		       "S"(0x13)
		     : "r9", "memory");
	halt();
}

TEST_F(guest, store_in_each_form_signals)
{
	static const struct {
		__u32 offset;
		__u32 width;
		__u64 value;
	} stores[] = {
		{ 0x01, 1, 0x12 },
		{ 0x02, 1, 0x13 },
		{ 0x04, 2, 0x1211 },
		{ 0x08, 4, 0x14131211 },
		{ 0x10, 8, 0x1817161514131211 },
		{ 0x18, 1, 0x21 },
		{ 0x1a, 2, 0x2322 },
		{ 0x1c, 4, 0x27262524 },
		{ 0x20, 8, -0x28 },
		{ 0x1000, 8, 0x29 },
		{ 0x30, 4, 0x1211 },
		{ 0x34, 4, 0x1211 },
		{ 0x40, 4, 0x37363534 },
	};
	struct vp *vp = vp_new(self->vm, 0);
	int fds[ARRAY_SIZE(stores)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(stores); i++)
		fds[i] = ioeventfd_match(self->vm, MMIO + stores[i].offset,
					 stores[i].width, stores[i].value);
	vp_start(vp, write_in_each_form, MMIO);
	ASSERT_TRUE(vp_halts(vp));
	for (i = 0; i < ARRAY_SIZE(stores); i++)
		EXPECT_EQ(1, event_comes(fds[i]))
			TH_LOG("at %#x", stores[i].offset);
}

GUEST16(real_write,
	"mov $0x10, %di\n"
	"mov $0x12345678, %eax\n"
	"movb %al, (%di)\n"
	"movw %ax, (%di)\n"
	"movl %eax, (%di)\n"
	"movl $0x9abcdef0, 4(%di)\n"
	"hlt\n");

TEST_F(guest, stores_in_real_mode_signal)
{
	const __u64 gpa = GUEST_HOLE + 0x10;
	struct vp *vp = vp_new(self->vm, 0);
	int fds[] = {
		ioeventfd_match(self->vm, gpa, 1, 0x78),
		ioeventfd_match(self->vm, gpa, 2, 0x5678),
		ioeventfd_match(self->vm, gpa, 4, 0x12345678),
		ioeventfd_match(self->vm, gpa + 4, 4, 0x9abcdef0),
	};
	size_t i;

	vp_start_real(vp, real_write, GUEST_HOLE);
	ASSERT_TRUE(vp_halts(vp));
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		EXPECT_EQ(1, event_comes(fds[i]));
}

static __guest void write_again_and_again(__u64 address)
{
	for (;;) {
		mmio_write32(address, 1);
		out32(PORT, 1);
	}
}

TEST_F(guest, deassigned_write_reaches_the_vmm)
{
	struct vp *vp = vp_new(self->vm, 0);
	struct mshv_user_ioeventfd args = {
		.addr = MMIO,
		.len = 4,
		.fd = ioeventfd_any(self->vm, MMIO, 4),
	};
	int i;

	vp_start(vp, write_again_and_again, MMIO);
	for (i = 0; i < 10; i++) {
		ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 1));
		EXPECT_EQ(1, event_comes(args.fd));

		args.flags = IOEVENTFD_DEASSIGN;
		ASSERT_EQ(0, ioeventfd(self->vm, &args));
		ASSERT_EQ(-ENOENT, ioeventfd(self->vm, &args));
		ASSERT_TRUE(vp_writes_mmio(vp, MMIO, 4, 1));
		ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 1));
		EXPECT_EQ(0, event_count(args.fd));

		args.flags = 0;
		ASSERT_EQ(0, ioeventfd(self->vm, &args));
	}
}

TEST_F(guest, one_eventfd_for_all)
{
	struct vp *vp = vp_new(self->vm, 0);
	struct mshv_user_ioeventfd args = { .fd = event_new() };
	__u64 count = 0;
	int i;

	for (i = 0; i < 4; i++) {
		args.addr = MMIO + 0x10 * i;
		args.len = 1 << i;
		ASSERT_EQ(0, ioeventfd(self->vm, &args));
	}
	vp_start(vp, write_each_width, MMIO);
	ASSERT_TRUE(vp_halts(vp));
	while (count < 4) {
		__u64 more = event_comes(args.fd);

		ASSERT_NE(0, more);
		count += more;
	}
	EXPECT_EQ(4, count);
}

TEST_F(guest, eventfd_closed_first)
{
	struct vp *vp = vp_new(self->vm, 0);
	int i;

	for (i = 0; i < 4; i++)
		close(ioeventfd_any(self->vm, MMIO + 0x10 * i, 1 << i));
	vp_start(vp, write_each_width, MMIO);
	ASSERT_TRUE(vp_halts(vp));
}

TEST_HARNESS_MAIN

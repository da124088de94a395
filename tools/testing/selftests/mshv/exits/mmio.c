// SPDX-License-Identifier: GPL-2.0-only
/* Accesses to guest memory that is not there, or not for that, reach the VMM. */
#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/vp.h"

#define PORT		0x80
#define MMIO		0xfc000000UL	/* a multiple of 2 MiB */
#define RETURN_OPCODE	0xc3

static __guest void write_mmio(__u64 address)
{
	mmio_write8(address, 0xa1);
	mmio_write16(address + 2, 0xb2b1);
	mmio_write32(address + 4, 0xc4c3c2c1);
	mmio_write64(address + 8, 0xd8d7d6d5d4d3d2d1);
	halt();
}

TEST_F(guest, mmio_write_of_each_width)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start(vp, write_mmio, MMIO);
	ASSERT_TRUE(vp_writes_mmio(vp, MMIO, 1, 0xa1));
	ASSERT_TRUE(vp_writes_mmio(vp, MMIO + 2, 2, 0xb2b1));
	ASSERT_TRUE(vp_writes_mmio(vp, MMIO + 4, 4, 0xc4c3c2c1));
	ASSERT_TRUE(vp_writes_mmio(vp, MMIO + 8, 8, 0xd8d7d6d5d4d3d2d1));
	ASSERT_TRUE(vp_halts(vp));
}

static __guest void read_mmio(__u64 address)
{
	__u64 value;

	out32(PORT, mmio_read8(address));
	out32(PORT, mmio_read16(address + 2));
	out32(PORT, mmio_read32(address + 4));
	value = mmio_read64(address + 8);
	out32(PORT, value);
	out32(PORT, value >> 32);
	halt();
}

TEST_F(guest, mmio_read_of_each_width)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start(vp, read_mmio, MMIO);
	ASSERT_TRUE(vp_reads_mmio(vp, MMIO, 1, 0xa1));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0xa1));
	ASSERT_TRUE(vp_reads_mmio(vp, MMIO + 2, 2, 0xb2b1));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0xb2b1));
	ASSERT_TRUE(vp_reads_mmio(vp, MMIO + 4, 4, 0xc4c3c2c1));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0xc4c3c2c1));
	ASSERT_TRUE(vp_reads_mmio(vp, MMIO + 8, 8, 0xd8d7d6d5d4d3d2d1));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0xd4d3d2d1));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0xd8d7d6d5));
	ASSERT_TRUE(vp_halts(vp));
}

GUEST16(real_use_mmio,
	"mov $0x10, %di\n"
	"mov $0x12345678, %eax\n"
	"movb %al, (%di)\n"
	"movw %ax, (%di)\n"
	"movl %eax, (%di)\n"
	"movb (%di), %al\n"
	"outb %al, $0x80\n"
	"movw (%di), %ax\n"
	"outw %ax, $0x80\n"
	"movl (%di), %eax\n"
	"outl %eax, $0x80\n"
	"hlt\n");

TEST_F(guest, mmio_in_real_mode)
{
	struct vp *vp = vp_new(self->vm, 0);
	const __u64 gpa = GUEST_HOLE + 0x10;

	vp_start_real(vp, real_use_mmio, GUEST_HOLE);
	ASSERT_TRUE(vp_writes_mmio(vp, gpa, 1, 0x78));
	ASSERT_TRUE(vp_writes_mmio(vp, gpa, 2, 0x5678));
	ASSERT_TRUE(vp_writes_mmio(vp, gpa, 4, 0x12345678));
	ASSERT_TRUE(vp_reads_mmio(vp, gpa, 1, 0x9a));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 0x9a));
	ASSERT_TRUE(vp_reads_mmio(vp, gpa, 2, 0x89ab));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 2, 0x89ab));
	ASSERT_TRUE(vp_reads_mmio(vp, gpa, 4, 0x89abcdef));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0x89abcdef));
	ASSERT_TRUE(vp_halts(vp));
}

/* By way of another virtual address, so that GVA and GPA differ. */
static __guest void read_elsewhere(__u64 page_directory)
{
	store(page_directory + 8, 0x83 | MMIO);
	flush_tlb();
	mmio_read32(GUEST_MORE + 0x18);
	halt();
}

TEST_F(guest, message_has_both_addresses_and_the_instruction)
{
	struct vp *vp = vp_new(self->vm, 0);
	const struct hv_memory_intercept *memory = &vp->message.memory;
	const __u64 gpa = MMIO + 0x18;

	vp_start(vp, read_elsewhere, GUEST_PAGE_TABLES + 2 * PAGE_SIZE);
	ASSERT_TRUE(vp_touches(vp, HV_MSG_UNMAPPED_GPA, gpa, HV_ACCESS_READ));
	EXPECT_EQ(GUEST_MORE + 0x18, memory->gva);
	EXPECT_LT(1, memory->instruction_bytes_valid);
	EXPECT_GE(16, memory->instruction_bytes_valid);
	EXPECT_EQ(0, memcmp((char *)self->vm->ram + memory->head.rip,
			    memory->instruction_bytes,
			    memory->instruction_bytes_valid));
}

static __guest void write_words(__u64 address)
{
	__u64 i;

	for (i = 0; ; i++) {
		mmio_write64(address, i);
		out32(PORT, i);
	}
}

TEST_F(guest, touching_a_page_just_unmapped)
{
	struct vm *vm = self->vm;
	struct vp *vp = vp_new(vm, 0);
	__u64 *memory = vm_add_memory(vm, GUEST_MORE, PAGE_SIZE, REGION_ALL);

	vp_start(vp, write_words, GUEST_MORE);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));
	EXPECT_EQ(0, *memory);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 1));
	EXPECT_EQ(1, *memory);

	vm_unmap(vm, GUEST_MORE, memory, PAGE_SIZE);
	ASSERT_TRUE(vp_touches(vp, HV_MSG_UNMAPPED_GPA, GUEST_MORE,
			       HV_ACCESS_WRITE));
	EXPECT_EQ(1, *memory);

	/* Mapped again, the same write goes through. */
	vm_map(vm, GUEST_MORE, memory, PAGE_SIZE, REGION_ALL);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 2));
	EXPECT_EQ(2, *memory);
}

static __guest void read_then_write(__u64 address)
{
	out32(PORT, mmio_read32(address));
	mmio_write32(address, 0x5555);
	out32(PORT, mmio_read32(address));
	halt();
}

TEST_F(guest, write_to_read_only_memory_reaches_the_vmm)
{
	struct vm *vm = self->vm;
	struct vp *vp = vp_new(vm, 0);
	__u32 *memory = memory_new(PAGE_SIZE);

	*memory = 0xaaaa;
	vm_map(vm, GUEST_MORE, memory, PAGE_SIZE, REGION_EXECUTE);

	vp_start(vp, read_then_write, GUEST_MORE);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0xaaaa));
	ASSERT_TRUE(vp_touches(vp, HV_MSG_GPA_INTERCEPT, GUEST_MORE,
			       HV_ACCESS_WRITE));
	EXPECT_EQ(0xaaaa, *memory);

	/* It is no accident: nothing has changed, so it happens again. */
	ASSERT_TRUE(vp_touches(vp, HV_MSG_GPA_INTERCEPT, GUEST_MORE,
			       HV_ACCESS_WRITE));

	/* And it is no trap for good. */
	vm_unmap(vm, GUEST_MORE, memory, PAGE_SIZE);
	vm_map(vm, GUEST_MORE, memory, PAGE_SIZE, REGION_ALL);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0x5555));
	ASSERT_TRUE(vp_halts(vp));
	EXPECT_EQ(0x5555, *memory);
}

/* Memory that the VMM itself may only read can be a read-only region. */
TEST_F(guest, vmm_memory_may_be_read_only_too)
{
	struct vm *vm = self->vm;
	struct vp *vp = vp_new(vm, 0);
	__u32 *memory = memory_new(PAGE_SIZE);

	*memory = 0xaaaa;
	ASSERT_EQ(0, mprotect(memory, PAGE_SIZE, PROT_READ));
	vm_map(vm, GUEST_MORE, memory, PAGE_SIZE, REGION_READ);

	vp_start(vp, read_then_write, GUEST_MORE);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0xaaaa));
	ASSERT_TRUE(vp_touches(vp, HV_MSG_GPA_INTERCEPT, GUEST_MORE,
			       HV_ACCESS_WRITE));
}

/* In a region that the guest may write to, only its writes reach the VMM. */
TEST_F(guest, read_only_memory_in_a_writable_region_is_read)
{
	struct vm *vm = self->vm;
	struct vp *vp = vp_new(vm, 0);
	__u32 *memory = memory_new(PAGE_SIZE);

	*memory = 0xaaaa;
	ASSERT_EQ(0, mprotect(memory, PAGE_SIZE, PROT_READ));
	vm_map(vm, GUEST_MORE, memory, PAGE_SIZE, REGION_ALL);
	vp_start(vp, read_then_write, GUEST_MORE);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0xaaaa));
	ASSERT_TRUE(vp_touches(vp, HV_MSG_GPA_INTERCEPT, GUEST_MORE,
			       HV_ACCESS_WRITE));
	ASSERT_EQ(0, mprotect(memory, PAGE_SIZE, PROT_READ | PROT_WRITE));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0x5555));
	ASSERT_TRUE(vp_halts(vp));
	EXPECT_EQ(0x5555, *memory);
}

static __guest void jump_there_and_back(__u64 address)
{
	out32(PORT, 1);
	asm volatile("call *%0" : : "r"(address) : "memory");
	out32(PORT, 2);
	halt();
}

TEST_F(guest, execution_of_no_execute_memory_reaches_the_vmm)
{
	struct vm *vm = self->vm;
	struct vp *vp = vp_new(vm, 0);
	unsigned char *memory = vm_add_memory(vm, GUEST_MORE, PAGE_SIZE,
					      REGION_WRITE);

	*memory = RETURN_OPCODE;
	vp_start(vp, jump_there_and_back, GUEST_MORE);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 1));
	ASSERT_TRUE(vp_touches(vp, HV_MSG_GPA_INTERCEPT, GUEST_MORE,
			       HV_ACCESS_EXECUTE));
	ASSERT_TRUE(vp_touches(vp, HV_MSG_GPA_INTERCEPT, GUEST_MORE,
			       HV_ACCESS_EXECUTE));

	vm_unmap(vm, GUEST_MORE, memory, PAGE_SIZE);
	vm_map(vm, GUEST_MORE, memory, PAGE_SIZE, REGION_EXECUTE);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 2));
	ASSERT_TRUE(vp_halts(vp));
}

TEST_F(guest, memory_gone_from_the_vmm_reaches_the_vmm)
{
	struct vm *vm = self->vm;
	struct vp *vp = vp_new(vm, 0);
	__u64 *memory = vm_add_memory(vm, GUEST_MORE, PAGE_SIZE, REGION_ALL);

	vp_start(vp, write_words, GUEST_MORE);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));
	ASSERT_EQ(0, munmap(memory, PAGE_SIZE));
	ASSERT_TRUE(vp_touches(vp, HV_MSG_GPA_INTERCEPT, GUEST_MORE,
			       HV_ACCESS_WRITE));

	/* Other memory at the same address takes its place. */
	ASSERT_EQ(memory, mmap(memory, PAGE_SIZE, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 1));
	EXPECT_EQ(1, *memory);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/* Guest memory is the VMM's memory, and a guest computes correctly with it. */
#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/vp.h"

#define PORT		0x80
#define PRIME_LIMIT	20000
#define PRIMES		2262	/* below PRIME_LIMIT */
#define LARGE_REGION	(4 * LARGE_PAGE_SIZE)

static __guest void invert_words(__u64 address)
{
	__u64 i;

	for (i = 0; i < PAGE_SIZE; i += 8)
		store(address + i, ~load(address + i));
	out8(PORT, 1);
	halt();
}

TEST_F(guest, memory_is_seen_both_ways)
{
	struct vp *vp = vp_new(self->vm, 0);
	__u64 *memory = vm_add_memory(self->vm, GUEST_MORE, PAGE_SIZE,
				      REGION_ALL);
	__u64 i;

	for (i = 0; i < PAGE_SIZE / 8; i++)
		memory[i] = i * 0x0101010101010101;

	vp_start(vp, invert_words, GUEST_MORE);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 1));
	for (i = 0; i < PAGE_SIZE / 8; i++)
		if (memory[i] != ~(i * 0x0101010101010101))
			break;
	EXPECT_EQ(PAGE_SIZE / 8, i);
}

/* Sieve: PRIME_LIMIT bytes of memory, and enough work for many ticks. */
static __guest void count_primes(__u64 sieve)
{
	__u8 *composite = (__u8 *)sieve;
	__u32 i, j, count = 0;

	for (i = 2; i < PRIME_LIMIT; i++) {
		if (composite[i])
			continue;
		count++;
		for (j = 2 * i; j < PRIME_LIMIT; j += i)
			composite[j] = 1;
	}
	out32(PORT, count);
	halt();
}

TEST_F(guest, long_computation_is_right)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start(vp, count_primes, GUEST_SCRATCH);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, PRIMES));
	ASSERT_TRUE(vp_halts(vp));
}

/* All registers live across an exit that the VMM takes no interest in. */
static __guest void keep_registers(__u64 seed)
{
	__u64 sum;

	asm volatile("lea 1(%1), %%rbx\n\t"
		     "lea 2(%1), %%rsi\n\t"
		     "lea 3(%1), %%rdi\n\t"
		     "lea 4(%1), %%r8\n\t"
		     "lea 5(%1), %%r9\n\t"
		     "lea 6(%1), %%r10\n\t"
		     "lea 7(%1), %%r11\n\t"
		     "lea 8(%1), %%r12\n\t"
		     "lea 9(%1), %%r13\n\t"
		     "lea 10(%1), %%r14\n\t"
		     "lea 11(%1), %%r15\n\t"
		     "xor %%eax, %%eax\n\t"
		     "outb %%al, $0x80\n\t"
		     "lea (%%rbx, %%rsi), %0\n\t"
		     "add %%rdi, %0\n\t"
		     "add %%r8, %0\n\t"
		     "add %%r9, %0\n\t"
		     "add %%r10, %0\n\t"
		     "add %%r11, %0\n\t"
		     "add %%r12, %0\n\t"
		     "add %%r13, %0\n\t"
		     "add %%r14, %0\n\t"
		     "add %%r15, %0"
		     : "=&a"(sum)
		     : "d"(seed)
		     : "rbx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12",
		       "r13", "r14", "r15", "memory");
	out32(PORT, sum);
	halt();
}

TEST_F(guest, registers_survive_an_exit)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start(vp, keep_registers, 1000);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 0));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 11 * 1000 + 66));
	ASSERT_TRUE(vp_halts(vp));
}

/*
 * Maps the 2 MiB at GUEST_MORE to two places in turn, by writing to its own
 * page directory, and reads what it finds there.
 */
static __guest void remap_itself(__u64 page_directory)
{
	__u64 i, frame;

	for (i = 0; i < 10; i++) {
		frame = i % 2 ? 2 * LARGE_PAGE_SIZE : LARGE_PAGE_SIZE;
		store(page_directory + 8, frame | 0x83);
		flush_tlb();
		out32(PORT, load(GUEST_MORE));
	}
	halt();
}

TEST_F(guest, guest_rewrites_its_page_tables)
{
	struct vm *vm = self->vm;
	struct vp *vp = vp_new(vm, 0);
	__u64 *first = vm_add_memory(vm, LARGE_PAGE_SIZE, PAGE_SIZE,
				     REGION_ALL);
	__u64 *second = vm_add_memory(vm, 2 * LARGE_PAGE_SIZE, PAGE_SIZE,
				      REGION_ALL);
	int i;

	*first = 0x1111;
	*second = 0x2222;
	vp_start(vp, remap_itself, GUEST_PAGE_TABLES + 2 * PAGE_SIZE);
	for (i = 0; i < 5; i++) {
		ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0x1111));
		ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0x2222));
	}
	ASSERT_TRUE(vp_halts(vp));
}

/* The guest patches the operand of its own MOV. */
static __guest void modify_itself(__u64 unused)
{
	__u32 i, value;

	for (i = 1; i <= 5; i++) {
		asm volatile("lea 1f(%%rip), %%rdx\n\t"
			     "movl %1, 1(%%rdx)\n\t"
			     "jmp 1f\n"
			     "1:\n\t"
			     ".byte 0xb8, 0, 0, 0, 0\n\t"
			     "movl %%eax, %0"
			     : "=r"(value) : "r"(i * 100)
			     : "rax", "rdx", "memory");
		out32(PORT, value);
	}
	halt();
}

TEST_F(guest, guest_modifies_its_code)
{
	struct vp *vp = vp_new(self->vm, 0);
	int i;

	vp_start(vp, modify_itself, 0);
	for (i = 1; i <= 5 && vp_writes_port(vp, PORT, 4, i * 100); i++)
		;
	ASSERT_EQ(6, i);
	ASSERT_TRUE(vp_halts(vp));
}

static __guest void write_page_numbers(__u64 end)
{
	__u64 gpa;

	for (gpa = GUEST_MORE; gpa < end; gpa += PAGE_SIZE)
		store(gpa + gpa / PAGE_SIZE % 512 * 8, gpa);
	out8(PORT, 1);
	halt();
}

/* Where each of the guest's words must be, and that nothing else is there. */
static bool pages_are_numbered(const __u64 *memory, __u64 size)
{
	__u64 i, expected, gpa;

	for (i = 0; i < size / 8; i++) {
		gpa = GUEST_MORE + (i * 8 & -PAGE_SIZE);
		expected = i % 512 == gpa / PAGE_SIZE % 512 ? gpa : 0;
		if (memory[i] != expected)
			return false;
	}
	return true;
}

TEST_F(guest, memory_in_huge_pages)
{
	struct vp *vp = vp_new(self->vm, 0);
	__u64 *memory = memory_new(LARGE_REGION);

	ASSERT_EQ(0, madvise(memory, LARGE_REGION, MADV_HUGEPAGE));
	vm_map(self->vm, GUEST_MORE, memory, LARGE_REGION, REGION_ALL);
	vp_start(vp, write_page_numbers, GUEST_MORE + LARGE_REGION);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 1));
	EXPECT_TRUE(pages_are_numbered(memory, LARGE_REGION));
}

/* A large page of the VMM that is not aligned so in the guest, and a tail. */
TEST_F(guest, memory_out_of_step_with_huge_pages)
{
	const __u64 size = LARGE_REGION - 3 * PAGE_SIZE;
	struct vp *vp = vp_new(self->vm, 0);
	__u64 *memory = memory_new(LARGE_REGION);

	ASSERT_EQ(0, madvise(memory, LARGE_REGION, MADV_HUGEPAGE));
	vm_map(self->vm, GUEST_MORE, memory + PAGE_SIZE / 8, size, REGION_ALL);
	vp_start(vp, write_page_numbers, GUEST_MORE + size);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 1));
	EXPECT_EQ(0, memory[0]);
	EXPECT_TRUE(pages_are_numbered(memory + PAGE_SIZE / 8, size));
}

/* The same page twice: the guest sees one memory through two regions. */
TEST_F(guest, two_regions_share_memory)
{
	struct vm *vm = self->vm;
	struct vp *vp = vp_new(vm, 0);
	__u64 *memory = memory_new(PAGE_SIZE);

	vm_map(vm, GUEST_MORE, memory, PAGE_SIZE, REGION_ALL);
	vm_map(vm, GUEST_MORE + PAGE_SIZE, memory, PAGE_SIZE, REGION_ALL);
	vp_start(vp, invert_words, GUEST_MORE);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 1));
	EXPECT_EQ(~0ULL, *memory);
	vp_start(vp, invert_words, GUEST_MORE + PAGE_SIZE);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 1));
	EXPECT_EQ(0, *memory);
}

TEST_F(guest, shared_memory_of_the_vmm)
{
	struct vp *vp = vp_new(self->vm, 0);
	__u64 *memory = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, memory);
	vm_map(self->vm, GUEST_MORE, memory, PAGE_SIZE, REGION_ALL);
	vp_start(vp, invert_words, GUEST_MORE);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 1));
	EXPECT_EQ(~0ULL, *memory);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VMM is told before a guest writes its control registers, the registers of
 * its descriptor tables or some MSRs, and decides what becomes of it.
 */
#include "lib/fixture.h"
#include "lib/guest_interrupts.h"
#include "lib/interrupts.h"
#include "lib/misuse.h"
#include "lib/vp.h"

#define PORT		0x80
#define TABLE		GUEST_SCRATCH	/* limit and base, for LGDT and LIDT */
#define SELECTOR	(GUEST_SCRATCH + 0x10)
#define STORED		(GUEST_SCRATCH + 0x20)
#define BASE		0x1234560ULL
#define LIMIT		0x2f

#define CR0_PE		_BITULL(0)
#define CR0_MP		_BITULL(1)
#define CR0_TS		_BITULL(3)
#define CR0_WP		_BITULL(16)
#define CR4_PSE		_BITULL(4)
#define CR4_PAE		_BITULL(5)
#define CR4_PGE		_BITULL(7)
#define CR4_RESERVED	_BITULL(40)

#define MSR_MISC_ENABLE	0x1a0

static __always_inline __in_guest __u64 read_cr0(void)
{
	__u64 value;

	asm volatile("mov %%cr0, %0" : "=r"(value));
	return value;
}

static __always_inline __in_guest void write_cr0(__u64 value)
{
	asm volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static __always_inline __in_guest __u64 read_cr4(void)
{
	__u64 value;

	asm volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

static __always_inline __in_guest void write_cr4(__u64 value)
{
	asm volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static struct vp *start(struct vm *vm, __u64 watch,
			void (*function)(__u64 argument), __u64 argument)
{
	struct vp *vp = vp_new(vm, 0);

	vp_set(vp, HV_REG_CR_INTERCEPT_CONTROL, watch);
	vp_start(vp, function, argument);
	return vp;
}

/* The VP stands in front of a write to a register, of this length. */
static bool vp_writes_register(struct vp *vp, __u32 name, __u64 value,
			       unsigned int length)
{
	const struct hv_register_intercept *reg = &vp->message.reg;

	if (!vp_runs_into(vp, HV_MSG_REGISTER))
		return false;
	if (reg->name == name && reg->head.access == HV_ACCESS_WRITE &&
	    !reg->in_memory && !reg->unused && reg->source[0] == value &&
	    !reg->source[1] && reg->head.instruction_length == length &&
	    reg->head.rip == vp_get(vp, HV_REG_RIP))
		return true;
	complain("register %#x: access %u, memory %u, %#llx, length %u",
		 reg->name, reg->head.access, reg->in_memory, reg->source[0],
		 reg->head.instruction_length);
	return false;
}

/* As above, with the operand in memory. */
static bool vp_loads_register(struct vp *vp, __u32 name, __u64 address)
{
	const struct hv_register_intercept *reg = &vp->message.reg;

	if (!vp_runs_into(vp, HV_MSG_REGISTER))
		return false;
	if (reg->name == name && reg->head.access == HV_ACCESS_WRITE &&
	    reg->in_memory && reg->source[0] == address && !reg->source[1])
		return true;
	complain("register %#x: access %u, memory %u, %#llx", reg->name,
		 reg->head.access, reg->in_memory, reg->source[0]);
	return false;
}

static __guest void toggle_cr0(__u64 bits)
{
	write_cr0(read_cr0() ^ bits);
	out32(PORT, read_cr0());
	halt();
}

TEST_F(guest, vmm_decides_about_cr0)
{
	struct vp *vp = start(self->vm, HV_WATCH_CR0_WRITE, toggle_cr0, CR0_WP);
	__u64 cr0 = vp_get(vp, HV_REG_CR0);

	vp_set(vp, HV_REG_CR_INTERCEPT_CR0_MASK, CR0_WP);
	ASSERT_TRUE(vp_writes_register(vp, HV_REG_CR0, cr0 ^ CR0_WP, 3));
	EXPECT_EQ(cr0, vp_get(vp, HV_REG_CR0));
	/* It does something else, to be seen. */
	vp_set(vp, HV_REG_CR0, cr0 | CR0_MP);
	vp_skip(vp);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, cr0 | CR0_MP));
	ASSERT_TRUE(vp_halts(vp));
}

TEST_F(guest, other_bits_of_cr0_are_the_guests)
{
	struct vp *vp = start(self->vm, HV_WATCH_CR0_WRITE, toggle_cr0,
			      CR0_TS | CR0_MP);
	__u64 cr0 = vp_get(vp, HV_REG_CR0);

	vp_set(vp, HV_REG_CR_INTERCEPT_CR0_MASK, CR0_WP | CR0_PE);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, cr0 ^ (CR0_TS | CR0_MP)));
	ASSERT_TRUE(vp_halts(vp));
}

static __guest void use_short_forms(__u64 unused)
{
	write_cr0(read_cr0() | CR0_TS);
	asm volatile("clts");
	asm volatile("lmsw %w0" : : "r"((__u32)(CR0_TS | CR0_MP)));
	asm volatile("lmsw %0" : : "m"(*(__u16 *)SELECTOR));
	out32(PORT, read_cr0());
	halt();
}

/* CLTS and LMSW write CR0, too. */
TEST_F(guest, cr0_has_short_forms)
{
	struct vp *vp = start(self->vm, HV_WATCH_CR0_WRITE, use_short_forms, 0);
	__u64 cr0 = vp_get(vp, HV_REG_CR0);
	__u16 *word = self->vm->ram + SELECTOR;

	*word = CR0_MP;
	vp_set(vp, HV_REG_CR_INTERCEPT_CR0_MASK, CR0_TS);
	ASSERT_TRUE(vp_writes_register(vp, HV_REG_CR0, cr0 | CR0_TS, 3));
	vp_set(vp, HV_REG_CR0, cr0 | CR0_TS);
	vp_skip(vp);
	ASSERT_TRUE(vp_writes_register(vp, HV_REG_CR0, cr0, 2));
	vp_set(vp, HV_REG_CR0, cr0);
	vp_skip(vp);
	ASSERT_TRUE(vp_writes_register(vp, HV_REG_CR0,
				       cr0 | CR0_TS | CR0_MP, 3));
	vp_skip(vp);
	/* The last one changes no bit that is watched. */
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, cr0 | CR0_MP));
	ASSERT_TRUE(vp_halts(vp));
}

static __guest void toggle_cr4(__u64 bits)
{
	write_cr4(read_cr4() ^ bits);
	out32(PORT, read_cr4());
	halt();
}

TEST_F(guest, vmm_decides_about_cr4)
{
	struct vp *vp = start(self->vm, HV_WATCH_CR4_WRITE, toggle_cr4, CR4_PGE);

	vp_set(vp, HV_REG_CR_INTERCEPT_CR4_MASK, CR4_PGE);
	ASSERT_TRUE(vp_writes_register(vp, HV_REG_CR4, CR4_PAE | CR4_PGE, 3));
	EXPECT_EQ(CR4_PAE, vp_get(vp, HV_REG_CR4));
	vp_skip(vp);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, CR4_PAE));

	vp_start(vp, toggle_cr4, CR4_PSE);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, CR4_PAE | CR4_PSE));
	ASSERT_TRUE(vp_halts(vp));
}

static __guest_handler void catch_fault(struct interrupt_frame *frame)
{
	out8(PORT, 13);
	halt();
}

/* What the VMM does not want to know of is still done right, or not at all. */
TEST_F(guest, guest_may_not_write_nonsense)
{
	static const struct {
		const char *row;
		void (*function)(__u64 bits);
		__u64 bits;
	} rows[] = {
		{ "no protection", toggle_cr0, CR0_PE },
		{ "no paging in 64-bit code", toggle_cr0, _BITULL(31) },
		{ "upper half", toggle_cr0, _BITULL(32) },
		{ "no PAE in long mode", toggle_cr4, CR4_PAE },
		{ "reserved bit", toggle_cr4, CR4_RESERVED },
	};
	struct vp *vp = start(self->vm, HV_WATCH_CR0_WRITE | HV_WATCH_CR4_WRITE,
			      toggle_cr0, 0);
	size_t i;

	/* A general protection fault */
	vm_handle(self->vm, 13, catch_fault);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		vp_start(vp, rows[i].function, rows[i].bits);
		vp_use_tables(vp);
		EXPECT_TRUE(vp_writes_port(vp, PORT, 1, 13))
			TH_LOG("%s", rows[i].row);
	}
}

static __guest void load_tables(__u64 unused)
{
	asm volatile("lgdt (%0)" : : "r"(TABLE));
	asm volatile("sgdt (%0)" : : "r"(STORED) : "memory");
	asm volatile("lidt (%0)" : : "r"(TABLE));
	asm volatile("lldt %w0" : : "r"(0));
	asm volatile("lldt (%0)" : : "r"(SELECTOR));
	asm volatile("ltr %w0" : : "r"(0x18));
	out32(PORT, load(STORED));
	halt();
}

static void set_table(struct vm *vm)
{
	__u16 *limit = vm->ram + TABLE;
	__u64 base = BASE;

	*limit = LIMIT;
	memcpy(limit + 1, &base, sizeof(base));
}

/*
 * What the guest loads from memory the VMM reads there. It leaves the tables as
 * they are, so the guest does not see what it has loaded.
 */
TEST_F(guest, vmm_decides_about_tables)
{
	struct vp *vp = start(self->vm, HV_WATCH_GDTR_WRITE |
			      HV_WATCH_IDTR_WRITE | HV_WATCH_LDTR_WRITE |
			      HV_WATCH_TR_WRITE, load_tables, 0);
	__u16 *stored = self->vm->ram + STORED;

	set_table(self->vm);
	ASSERT_TRUE(vp_loads_register(vp, HV_REG_GDTR, TABLE));
	vp_skip(vp);
	ASSERT_TRUE(vp_loads_register(vp, HV_REG_IDTR, TABLE));
	vp_skip(vp);
	ASSERT_TRUE(vp_writes_register(vp, HV_REG_LDTR, 0, 3));
	vp_skip(vp);
	ASSERT_TRUE(vp_loads_register(vp, HV_REG_LDTR, SELECTOR));
	vp_skip(vp);
	ASSERT_TRUE(vp_writes_register(vp, HV_REG_TR, 0x18, 3));
	vp_skip(vp);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));
	EXPECT_EQ(0, *stored);
	ASSERT_TRUE(vp_halts(vp));
}

static __guest void load_gdt(__u64 unused)
{
	asm volatile("lgdt (%0)" : : "r"(TABLE));
	asm volatile("sgdt (%0)" : : "r"(STORED) : "memory");
	out32(PORT, load(STORED));
	halt();
}

TEST_F(guest, tables_are_the_guests_unless_asked_for)
{
	struct vp *vp = start(self->vm, HV_WATCH_IDTR_WRITE | HV_WATCH_TR_WRITE,
			      load_gdt, 0);

	set_table(self->vm);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, (__u32)(BASE << 16) | LIMIT));
	ASSERT_TRUE(vp_halts(vp));
}

GUEST16(enter_protected_mode,
	"lgdtw 0x10(%di)\n"
	"mov %cr0, %eax\n"
	"or $1, %al\n"
	"mov %eax, %cr0\n"
	"mov $0x34, %al\n"
	"outb %al, $0x80\n"
	"hlt\n");

/* The operands of 16-bit code are found as well. */
TEST_F(guest, vmm_is_told_in_real_mode)
{
	struct vp *vp = vp_new(self->vm, 0);
	__u64 cr0;

	vp_set(vp, HV_REG_CR_INTERCEPT_CONTROL, HV_WATCH_CR0_WRITE |
						HV_WATCH_GDTR_WRITE);
	vp_set(vp, HV_REG_CR_INTERCEPT_CR0_MASK, CR0_PE);
	vp_start_real(vp, enter_protected_mode, GUEST_SCRATCH);
	vp_set(vp, HV_REG_RDI, 0x20);
	cr0 = vp_get(vp, HV_REG_CR0);
	ASSERT_TRUE(vp_loads_register(vp, HV_REG_GDTR, GUEST_SCRATCH + 0x30));
	vp_skip(vp);
	ASSERT_TRUE(vp_writes_register(vp, HV_REG_CR0, cr0 | CR0_PE, 3));
	vp_skip(vp);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 0x34));
	EXPECT_EQ(cr0, vp_get(vp, HV_REG_CR0));
}

/* MSRs that a processor has, each with a value that it takes */
static const struct {
	__u32 msr;
	__u64 write, read;
	__u64 value;
} msrs[] = {
	{ 0x01b, HV_WATCH_APIC_BASE_WRITE, HV_WATCH_APIC_BASE_READ,
	  0xfee00800 },
	{ 0x174, HV_WATCH_SYSENTER_CS_WRITE, 0, 0x10 },
	{ 0x175, HV_WATCH_SYSENTER_ESP_WRITE, 0, 0x11000 },
	{ 0x176, HV_WATCH_SYSENTER_EIP_WRITE, 0, 0x12000 },
	{ 0x1a0, HV_WATCH_MISC_ENABLE_WRITE, HV_WATCH_MISC_ENABLE_READ, 9 },
	{ 0xc0000080, HV_WATCH_EFER_WRITE, HV_WATCH_EFER_READ, 0xd00 },
	{ 0xc0000081, HV_WATCH_STAR_WRITE, HV_WATCH_STAR_READ,
	  0x0010000800000000 },
	{ 0xc0000082, HV_WATCH_LSTAR_WRITE, HV_WATCH_LSTAR_READ, 0x14000 },
	{ 0xc0000083, HV_WATCH_CSTAR_WRITE, HV_WATCH_CSTAR_READ, 0x15000 },
	{ 0xc0000084, HV_WATCH_SFMASK_WRITE, 0, 0x700 },
	{ 0xc0000103, HV_WATCH_TSC_AUX_WRITE, 0, 7 },
};

static __guest void use_msr(__u64 argument)
{
	__u32 msr = load(argument);
	__u64 value;

	write_msr(msr, load(argument + 8));
	value = read_msr(msr);
	out32(PORT, value);
	out32(PORT, value >> 32);
	halt();
}

static void start_msr(struct vp *vp, struct vm *vm, size_t i, __u64 watch)
{
	__u64 *argument = vm->ram + GUEST_SCRATCH;

	argument[0] = msrs[i].msr;
	argument[1] = msrs[i].value;
	vp_set(vp, HV_REG_CR_INTERCEPT_CONTROL, watch);
	vp_start(vp, use_msr, GUEST_SCRATCH);
}

static bool shows(struct vp *vp, __u64 value)
{
	return vp_writes_port(vp, PORT, 4, value) &&
	       vp_writes_port(vp, PORT, 4, value >> 32) && vp_halts(vp);
}

TEST_F(guest, vmm_decides_about_msrs)
{
	const __u64 invented = 0x1122334455667788;
	struct vp *vp = vp_new(self->vm, 0);
	size_t i;

	vp_set(vp, HV_REG_CR_INTERCEPT_MISC_MASK, ~0ULL);
	for (i = 0; i < ARRAY_SIZE(msrs); i++) {
		TH_LOG("MSR %#x", msrs[i].msr);
		/* Only what is done with this one */
		start_msr(vp, self->vm, i, msrs[i].write);
		ASSERT_TRUE(vp_writes_msr(vp, msrs[i].msr, msrs[i].value));
		ASSERT_TRUE(vp_runs_into(vp, HV_MSG_IO_PORT));
		EXPECT_NE(msrs[i].value, vp->message.port.rax);

		if (!msrs[i].read)
			continue;
		start_msr(vp, self->vm, i, msrs[i].read);
		ASSERT_TRUE(vp_reads_msr(vp, msrs[i].msr, invented));
		ASSERT_TRUE(shows(vp, invented));
	}
}

TEST_F(guest, msrs_are_the_guests_unless_asked_for)
{
	struct vp *vp = vp_new(self->vm, 0);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(msrs); i++) {
		TH_LOG("MSR %#x", msrs[i].msr);
		start_msr(vp, self->vm, i, HV_WATCH_ALL & ~msrs[i].write &
					   ~msrs[i].read);
		ASSERT_TRUE(shows(vp, msrs[i].value));
	}
}

/* Of this MSR some bits can be watched, too. */
TEST_F(guest, other_bits_of_an_msr_are_the_guests)
{
	struct vp *vp = vp_new(self->vm, 0);
	size_t i = 0;

	while (msrs[i].msr != MSR_MISC_ENABLE)
		i++;
	vp_set(vp, HV_REG_CR_INTERCEPT_MISC_MASK, 2);
	start_msr(vp, self->vm, i, HV_WATCH_MISC_ENABLE_WRITE);
	ASSERT_TRUE(shows(vp, msrs[i].value));
	vp_set(vp, HV_REG_CR_INTERCEPT_MISC_MASK, 1);
	ASSERT_TRUE(shows((start_msr(vp, self->vm, i,
				     HV_WATCH_MISC_ENABLE_WRITE), vp),
			  msrs[i].value));
}

TEST_F(guest, registers_of_intercepts_keep_values)
{
	struct vp *vp = vp_new(self->vm, 0), *other = vp_new(self->vm, 1);
	__u32 name;

	for (name = HV_REG_CR_INTERCEPT_CONTROL;
	     name <= HV_REG_CR_INTERCEPT_MISC_MASK; name++) {
		EXPECT_EQ(0, vp_get(vp, name));
		vp_set(vp, name, name & HV_WATCH_ALL);
	}
	for (name--; name >= HV_REG_CR_INTERCEPT_CONTROL; name--) {
		EXPECT_EQ(name & HV_WATCH_ALL, vp_get(vp, name));
		EXPECT_EQ(0, vp_get(other, name));
	}
}

TEST_HARNESS_MAIN

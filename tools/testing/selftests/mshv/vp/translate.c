// SPDX-License-Identifier: GPL-2.0-only
/* Addresses of a guest are translated as its processor would. */
#include "lib/fixture.h"
#include "lib/guest_interrupts.h"
#include "lib/interrupts.h"
#include "lib/misuse.h"
#include "lib/require.h"
#include "lib/vp.h"

#define PTE_PRESENT	0x01
#define PTE_WRITABLE	0x02
#define PTE_USER	0x04
#define PTE_ACCESSED	0x20
#define PTE_DIRTY	0x40
#define PTE_PAT_LARGE	0x1000
#define PTE_NX		_BITULL(63)
#define EFER_LONG_NXE	0xd00
#define CR4_PAE		_BITULL(5)
#define CR4_SMEP	_BITULL(20)
#define CR4_SMAP	_BITULL(21)
#define RFLAGS_ALWAYS	_BITULL(1)
#define RFLAGS_AC	_BITULL(18)

#define USERS_DATA	0xc0f3		/* a segment of privilege level 3 */

#define PORT		0x80
#define PAGE_FAULT	14

/* 4 KiB pages at 2 MiB, in the place of a large one: by this table */
#define TABLE		GUEST_SCRATCH
#define DIRECTORY	(GUEST_PAGE_TABLES + 2 * PAGE_SIZE)
#define BASE		LARGE_PAGE_SIZE
#define TARGET		0x12345000ULL

static __guest void do_nothing(__u64 unused)
{
	halt();
}

/* One page for each kind of entry */
static const struct {
	const char *row;
	__u64 entry;
	__u64 flags;
	__u32 result;
} rows[] = {
	{ "readable", PTE_PRESENT, HV_TRANSLATE_READ, HV_TRANSLATED },
	{ "writable", PTE_PRESENT | PTE_WRITABLE, HV_TRANSLATE_WRITE,
	  HV_TRANSLATED },
	{ "read-only", PTE_PRESENT, HV_TRANSLATE_WRITE, HV_TRANSLATE_PRIVILEGE },
	{ "read-only, exempt", PTE_PRESENT,
	  HV_TRANSLATE_WRITE | HV_TRANSLATE_EXEMPT, HV_TRANSLATED },
	{ "not present", PTE_WRITABLE, HV_TRANSLATE_READ,
	  HV_TRANSLATE_NOT_PRESENT },
	{ "not present, exempt", PTE_WRITABLE, HV_TRANSLATE_EXEMPT,
	  HV_TRANSLATE_NOT_PRESENT },
	{ "no execute", PTE_PRESENT | PTE_NX, HV_TRANSLATE_EXECUTE,
	  HV_TRANSLATE_PRIVILEGE },
	{ "no execute, read", PTE_PRESENT | PTE_NX, HV_TRANSLATE_READ,
	  HV_TRANSLATED },
	{ "executable", PTE_PRESENT, HV_TRANSLATE_EXECUTE, HV_TRANSLATED },
	{ "supervisor's, for a user", PTE_PRESENT,
	  HV_TRANSLATE_READ | HV_TRANSLATE_AS_USER, HV_TRANSLATE_PRIVILEGE },
	{ "user's, for a user", PTE_PRESENT | PTE_USER,
	  HV_TRANSLATE_READ | HV_TRANSLATE_AS_USER, HV_TRANSLATED },
	{ "supervisor's, for one", PTE_PRESENT,
	  HV_TRANSLATE_READ | HV_TRANSLATE_AS_SUPERVISOR, HV_TRANSLATED },
};

/* The entries of all levels have to allow a user's access. */
static void use_small_pages(struct vm *vm)
{
	__u64 *pml4 = vm->ram + GUEST_PAGE_TABLES;
	__u64 *pdpt = vm->ram + GUEST_PAGE_TABLES + PAGE_SIZE;
	__u64 *directory = vm->ram + DIRECTORY;
	__u64 *table = vm->ram + TABLE;
	size_t i;

	pml4[0] |= PTE_USER;
	pdpt[0] |= PTE_USER;
	directory[1] = TABLE | PTE_PRESENT | PTE_WRITABLE | PTE_USER;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		table[i] = (TARGET + i * PAGE_SIZE) | rows[i].entry;
}

/*
 * A VP in long mode that has run: only then are its page tables there, because
 * memory comes when it is touched.
 */
static struct vp *new_vp(struct vm *vm)
{
	struct vp *vp = vp_new(vm, 0);

	vp_start(vp, do_nothing, 0);
	require(vp_halts(vp), "run a VP");
	return vp;
}

static int try_translate(struct vp *vp, __u64 gva, __u64 flags,
			 struct hv_translated *out)
{
	struct hv_translate in = {
		.vp_index = vp->index,
		.flags = flags,
		.gva_page = gva / PAGE_SIZE,
	};
	struct mshv_root_hvcall args = {
		.code = HVCALL_TRANSLATE_VIRTUAL_ADDRESS,
		.in_sz = sizeof(in),
		.out_sz = sizeof(*out),
		.in_ptr = (uintptr_t)&in,
		.out_ptr = (uintptr_t)out,
	};

	*out = (struct hv_translated){};
	return hvcall(vp->fd, &args);
}

static struct hv_translated translate(struct vp *vp, __u64 gva, __u64 flags)
{
	struct hv_translated out;

	require(!try_translate(vp, gva, flags, &out), "translation of %#llx",
		gva);
	return out;
}

TEST_F(guest, entries_are_obeyed)
{
	struct vp *vp;
	size_t i;

	use_small_pages(self->vm);
	vp = new_vp(self->vm);
	vp_set(vp, HV_REG_EFER, EFER_LONG_NXE);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		__u64 gpa = TARGET + i * PAGE_SIZE;
		struct hv_translated out = translate(vp, BASE + i * PAGE_SIZE,
						     rows[i].flags);

		EXPECT_TRUE(comes_of(rows[i].row, rows[i].result, out.result));
		if (rows[i].result == HV_TRANSLATED)
			EXPECT_EQ(gpa / PAGE_SIZE, out.gpa_page);
	}
	/* No memory of the guest is behind them, and it need not be. */
}

TEST_F(guest, bits_are_set_when_asked_for)
{
	__u64 *table = self->vm->ram + TABLE;
	struct vp *vp;

	use_small_pages(self->vm);
	vp = new_vp(self->vm);
	translate(vp, BASE + PAGE_SIZE, HV_TRANSLATE_WRITE);
	EXPECT_EQ(0, table[1] & (PTE_ACCESSED | PTE_DIRTY));
	translate(vp, BASE + PAGE_SIZE, HV_TRANSLATE_READ | HV_TRANSLATE_SET_BITS);
	EXPECT_EQ(PTE_ACCESSED, table[1] & (PTE_ACCESSED | PTE_DIRTY));
	translate(vp, BASE + PAGE_SIZE, HV_TRANSLATE_WRITE | HV_TRANSLATE_SET_BITS);
	EXPECT_EQ(PTE_ACCESSED | PTE_DIRTY, table[1] & (PTE_ACCESSED | PTE_DIRTY));
}

/* The entries of all levels have to allow an access. */
TEST_F(guest, upper_levels_count)
{
	__u64 *directory = self->vm->ram + DIRECTORY;
	__u64 *table = self->vm->ram + TABLE;
	struct vp *vp;

	use_small_pages(self->vm);
	table[1] |= PTE_USER;
	vp = new_vp(self->vm);
	EXPECT_EQ(HV_TRANSLATED,
		  translate(vp, BASE + PAGE_SIZE,
			    HV_TRANSLATE_WRITE | HV_TRANSLATE_AS_USER).result);
	directory[1] &= ~PTE_WRITABLE;
	EXPECT_EQ(HV_TRANSLATE_PRIVILEGE,
		  translate(vp, BASE + PAGE_SIZE, HV_TRANSLATE_WRITE).result);
	directory[1] &= ~PTE_USER;
	EXPECT_EQ(HV_TRANSLATE_PRIVILEGE,
		  translate(vp, BASE + PAGE_SIZE,
			    HV_TRANSLATE_READ | HV_TRANSLATE_AS_USER).result);
}

static void become_a_user(struct vp *vp)
{
	struct {
		struct hv_vp_registers head;
		struct hv_register reg;
	} in = {
		.head.vp_index = vp->index,
		.reg.name = HV_REG_SS,
		.reg.value.segment = {
			.limit = ~0, .selector = 0x13, .attributes = USERS_DATA,
		},
	};
	struct mshv_root_hvcall args = {
		.code = HVCALL_SET_VP_REGISTERS,
		.reps = 1,
		.in_sz = sizeof(in),
		.in_ptr = (uintptr_t)&in,
	};

	require(!hvcall(vp->fd, &args), "set the stack segment, status %#x",
		args.status);
}

/* Who the VP works for counts, unless something else is asked for. */
TEST_F(guest, vp_works_for_a_user)
{
	struct vp *vp;

	use_small_pages(self->vm);
	vp = new_vp(self->vm);
	EXPECT_EQ(HV_TRANSLATED, translate(vp, BASE, HV_TRANSLATE_READ).result);
	become_a_user(vp);
	EXPECT_EQ(HV_TRANSLATE_PRIVILEGE,
		  translate(vp, BASE, HV_TRANSLATE_READ).result);
	EXPECT_EQ(HV_TRANSLATED,
		  translate(vp, BASE, HV_TRANSLATE_READ |
				      HV_TRANSLATE_AS_SUPERVISOR).result);
}

TEST_F(guest, large_pages_and_absent_tables)
{
	__u64 *directory = self->vm->ram + DIRECTORY;
	struct vp *vp = new_vp(self->vm);
	struct hv_translated out;

	out = translate(vp, 5 * LARGE_PAGE_SIZE + 7 * PAGE_SIZE, HV_TRANSLATE_READ);
	EXPECT_EQ(HV_TRANSLATED, out.result);
	EXPECT_EQ(5 * 512 + 7, out.gpa_page);

	/* Its bit 12 is not part of the address, but about caching. */
	directory[5] |= PTE_PAT_LARGE;
	out = translate(vp, 5 * LARGE_PAGE_SIZE + 6 * PAGE_SIZE, HV_TRANSLATE_READ);
	EXPECT_EQ(HV_TRANSLATED, out.result);
	EXPECT_EQ(5 * 512 + 6, out.gpa_page);

	/* A table where the guest has no memory */
	directory[6] = GUEST_HOLE | PTE_PRESENT;
	out = translate(vp, 6 * LARGE_PAGE_SIZE, HV_TRANSLATE_READ);
	EXPECT_EQ(HV_TRANSLATE_GPA_UNMAPPED, out.result);
}

/* A page of users, seen by a supervisor: the last one of the table */
#define USER_PAGE	(BASE + 511 * PAGE_SIZE)
#define USER_GPA	(TARGET + 511 * PAGE_SIZE)

static const struct {
	const char *row;
	__u64 cr4;
	__u64 rflags;
	__u64 flags;
	__u32 result;
} keeping[] = {
	{ "neither", 0, 0, HV_TRANSLATE_READ, HV_TRANSLATED },
	{ "SMAP, read", CR4_SMAP, 0, HV_TRANSLATE_READ, HV_TRANSLATE_PRIVILEGE },
	{ "SMAP, write", CR4_SMAP, 0, HV_TRANSLATE_WRITE,
	  HV_TRANSLATE_PRIVILEGE },
	{ "SMAP, AC", CR4_SMAP, RFLAGS_AC, HV_TRANSLATE_READ, HV_TRANSLATED },
	{ "SMAP, AC, write", CR4_SMAP, RFLAGS_AC, HV_TRANSLATE_WRITE,
	  HV_TRANSLATED },
	{ "SMAP, execute", CR4_SMAP, 0, HV_TRANSLATE_EXECUTE, HV_TRANSLATED },
	{ "SMEP, execute", CR4_SMEP, 0, HV_TRANSLATE_EXECUTE,
	  HV_TRANSLATE_PRIVILEGE },
	{ "SMEP, read", CR4_SMEP, 0, HV_TRANSLATE_READ, HV_TRANSLATED },
	{ "SMAP, AC, enforced", CR4_SMAP, RFLAGS_AC,
	  HV_TRANSLATE_READ | HV_TRANSLATE_ENFORCE_SMAP,
	  HV_TRANSLATE_PRIVILEGE },
	{ "enforced without SMAP", 0, 0,
	  HV_TRANSLATE_READ | HV_TRANSLATE_ENFORCE_SMAP, HV_TRANSLATED },
	{ "SMAP, overridden", CR4_SMAP, 0,
	  HV_TRANSLATE_READ | HV_TRANSLATE_OVERRIDE_SMAP, HV_TRANSLATED },
	{ "SMEP, overridden", CR4_SMEP, 0,
	  HV_TRANSLATE_EXECUTE | HV_TRANSLATE_OVERRIDE_SMAP,
	  HV_TRANSLATE_PRIVILEGE },
	{ "SMAP, for a user", CR4_SMAP, 0,
	  HV_TRANSLATE_READ | HV_TRANSLATE_AS_USER, HV_TRANSLATED },
	{ "SMAP, exempt", CR4_SMAP, 0,
	  HV_TRANSLATE_READ | HV_TRANSLATE_EXEMPT, HV_TRANSLATED },
};

static void start_supervisor(struct vp *vp, size_t row, __u64 address,
			     void (*function)(__u64))
{
	vp_start(vp, function, address);
	vp_use_tables(vp);
	vp_set(vp, HV_REG_CR4, CR4_PAE | keeping[row].cr4);
	vp_set(vp, HV_REG_RFLAGS, RFLAGS_ALWAYS | keeping[row].rflags);
}

static struct vp *new_supervisor(struct vm *vm)
{
	__u64 *table = vm->ram + TABLE;

	use_small_pages(vm);
	table[511] = USER_GPA | PTE_PRESENT | PTE_WRITABLE | PTE_USER;
	return new_vp(vm);
}

TEST_F(guest, pages_of_users_are_kept_from_supervisors)
{
	struct vp *vp = new_supervisor(self->vm);
	struct hv_translated out;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keeping); i++) {
		start_supervisor(vp, i, 0, do_nothing);
		out = translate(vp, USER_PAGE, keeping[i].flags);
		EXPECT_TRUE(comes_of(keeping[i].row, keeping[i].result,
				     out.result));
		/* That of a supervisor is not for a user, and no one else. */
		out = translate(vp, BASE, keeping[i].flags &
					  ~HV_TRANSLATE_AS_USER &
					  ~HV_TRANSLATE_WRITE);
		EXPECT_EQ(HV_TRANSLATED, out.result);
	}
	EXPECT_EQ(-EINVAL, try_translate(vp, USER_PAGE,
					 HV_TRANSLATE_ENFORCE_SMAP |
					 HV_TRANSLATE_OVERRIDE_SMAP, &out));
	EXPECT_EQ(-EINVAL, try_translate(vp, USER_PAGE, _BITULL(11), &out));
}

static __guest_handler void catch_fault(struct interrupt_frame *frame)
{
	out8(PORT, PAGE_FAULT);
	halt();
}

static __guest void read_page(__u64 address)
{
	load(address);
	halt();
}

static __guest void write_page(__u64 address)
{
	store(address, 1);
	halt();
}

static __guest void execute_page(__u64 address)
{
	((void (*)(void))address)();
	halt();
}

/*
 * The processor of the guest agrees. Where the page may be touched, the VMM sees
 * that no memory is behind it.
 */
TEST_F(guest, processors_keep_pages_of_users_as_translations_do)
{
	static void (*const functions[])(__u64) = {
		[HV_TRANSLATE_READ] = read_page,
		[HV_TRANSLATE_WRITE] = write_page,
		[HV_TRANSLATE_EXECUTE] = execute_page,
	};
	static const __u8 accesses[] = {
		[HV_TRANSLATE_READ] = HV_ACCESS_READ,
		[HV_TRANSLATE_WRITE] = HV_ACCESS_WRITE,
		[HV_TRANSLATE_EXECUTE] = HV_ACCESS_EXECUTE,
	};
	struct vp *vp = new_supervisor(self->vm);
	size_t i;

	vm_handle(self->vm, PAGE_FAULT, catch_fault);
	for (i = 0; i < ARRAY_SIZE(keeping); i++) {
		__u64 flags = keeping[i].flags;

		if (flags > HV_TRANSLATE_EXECUTE)
			continue;
		start_supervisor(vp, i, USER_PAGE, functions[flags]);
		EXPECT_TRUE(keeping[i].result == HV_TRANSLATED ?
			    vp_touches(vp, HV_MSG_UNMAPPED_GPA, USER_GPA,
				       accesses[flags]) :
			    vp_writes_port(vp, PORT, 1, PAGE_FAULT))
			TH_LOG("%s", keeping[i].row);
	}
}

TEST_HARNESS_MAIN

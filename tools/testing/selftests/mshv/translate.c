// SPDX-License-Identifier: GPL-2.0-only
/* Addresses of a guest are translated as its processor would. */
#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/misuse.h"
#include "lib/require.h"
#include "lib/vp.h"

#define PTE_PRESENT	0x01
#define PTE_WRITABLE	0x02
#define PTE_USER	0x04
#define PTE_ACCESSED	0x20
#define PTE_DIRTY	0x40
#define PTE_NX		_BITULL(63)
#define EFER_LONG_NXE	0xd00

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

static struct hv_translated translate(struct vp *vp, __u64 gva, __u64 flags)
{
	struct hv_translate in = {
		.vp_index = vp->index,
		.flags = flags,
		.gva_page = gva / PAGE_SIZE,
	};
	struct hv_translated out = {};
	struct mshv_root_hvcall args = {
		.code = HVCALL_TRANSLATE_VIRTUAL_ADDRESS,
		.in_sz = sizeof(in),
		.out_sz = sizeof(out),
		.in_ptr = (uintptr_t)&in,
		.out_ptr = (uintptr_t)&out,
	};

	require(!hvcall(vp->fd, &args), "translation of %#llx, status %#x", gva,
		args.status);
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

TEST_F(guest, large_pages_and_absent_tables)
{
	__u64 *directory = self->vm->ram + DIRECTORY;
	struct vp *vp = new_vp(self->vm);
	struct hv_translated out;

	out = translate(vp, 5 * LARGE_PAGE_SIZE + 7 * PAGE_SIZE, HV_TRANSLATE_READ);
	EXPECT_EQ(HV_TRANSLATED, out.result);
	EXPECT_EQ(5 * 512 + 7, out.gpa_page);

	/* A table where the guest has no memory */
	directory[6] = GUEST_HOLE | PTE_PRESENT;
	out = translate(vp, 6 * LARGE_PAGE_SIZE, HV_TRANSLATE_READ);
	EXPECT_EQ(HV_TRANSLATE_GPA_UNMAPPED, out.result);
}

TEST_HARNESS_MAIN

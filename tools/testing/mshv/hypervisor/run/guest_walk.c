// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's page tables, walked as its processor would: the processor tells
 * neither the instruction that caused an exit nor its virtual address.
 *
 * Only memory that the guest itself can read is looked at.
 */
#include "run.h"

#define ADDRESS_MASK	0x000ffffffffff000UL
#define PTE_NX		BIT(63)
#define USER_LEVEL	3

/* How a paging mode cuts an address */
struct paging {
	u32 levels;
	u32 bits;		/* of the address, for each level */
	u32 entry_size;
	bool large_at_2;	/* entries of the last but one level may be large */
	bool large_at_3;
	bool nx;
	u64 root;
};

static bool paging_mode(const struct vmcb *vmcb, struct paging *mode)
{
	if (!(vmcb->cr0 & CR0_PG))
		return false;
	if (vmcb->efer & EFER_LMA)
		*mode = (struct paging) {
			.levels = 4, .bits = 9, .entry_size = 8,
			.large_at_2 = true, .large_at_3 = true,
			.root = vmcb->cr3 & ADDRESS_MASK,
		};
	else if (vmcb->cr4 & CR4_PAE)
		*mode = (struct paging) {
			.levels = 3, .bits = 9, .entry_size = 8,
			.large_at_2 = true,
			.root = vmcb->cr3 & 0xffffffe0,
		};
	else
		*mode = (struct paging) {
			.levels = 2, .bits = 10, .entry_size = 4,
			.large_at_2 = vmcb->cr4 & CR4_PSE,
			.root = vmcb->cr3 & 0xfffff000,
		};
	mode->nx = vmcb->efer & EFER_NXE;
	return true;
}

static u32 entry_address(const struct child_vp *vp, u64 gpa, u32 access,
			 void **entry)
{
	struct npt_page page = child_npt_lookup(vp->child, gpa);

	if (!page.mapped || (page.access & NPT_NO_ACCESS))
		return HV_TRANSLATE_GPA_UNMAPPED;
	if (!(page.access & NPT_READ))
		return HV_TRANSLATE_GPA_NO_READ;
	if ((access & HV_TRANSLATE_SET_BITS) && !(page.access & NPT_WRITE))
		return HV_TRANSLATE_GPA_NO_WRITE;
	*entry = (void *)page.hpa;
	return HV_TRANSLATE_SUCCESS;
}

static u64 read_entry(const void *entry, u32 size)
{
	return size == 8 ? *(const u64 *)entry : *(const u32 *)entry;
}

/* SMEP and SMAP: what belongs to users is not for a supervisor. */
static bool kept_from_supervisor(const struct vmcb *vmcb, u32 access)
{
	if ((access & HV_TRANSLATE_EXECUTE) && (vmcb->cr4 & CR4_SMEP))
		return true;
	if (!(access & (HV_TRANSLATE_READ | HV_TRANSLATE_WRITE)) ||
	    !(vmcb->cr4 & CR4_SMAP) || (access & HV_TRANSLATE_OVERRIDE_SMAP))
		return false;
	return (access & HV_TRANSLATE_ENFORCE_SMAP) ||
	       !(vmcb->rflags & RFLAGS_AC);
}

/* What all levels together allow; the entries of PAE's top level allow all. */
static bool allowed(const struct vmcb *vmcb, u64 rights, bool nx, u32 access)
{
	bool user = vmcb->cpl == USER_LEVEL;

	if (access & HV_TRANSLATE_EXEMPT)
		return true;
	if (access & HV_TRANSLATE_AS_SUPERVISOR)
		user = false;
	if (access & HV_TRANSLATE_AS_USER)
		user = true;
	if (user && !(rights & X86_PTE_USER))
		return false;
	if (!user && (rights & X86_PTE_USER) &&
	    kept_from_supervisor(vmcb, access))
		return false;
	if ((access & HV_TRANSLATE_WRITE) && !(rights & X86_PTE_WRITE) &&
	    (user || (vmcb->cr0 & CR0_WP)))
		return false;
	return !((access & HV_TRANSLATE_EXECUTE) && nx);
}

static bool is_large(const struct paging *mode, u32 level, u64 pte)
{
	return (pte & X86_PTE_LARGE) && ((level == 2 && mode->large_at_2) ||
					 (level == 3 && mode->large_at_3));
}

/* Where a large page of 4 MiB keeps the upper bits of its address */
static u64 page_base(const struct paging *mode, u32 level, u64 pte)
{
	if (mode->entry_size == 4 && level == 2)
		return (pte & 0xffc00000) | (pte & 0x1fe000) << 19;
	return pte & ADDRESS_MASK;
}

static u32 walk(const struct child_vp *vp, const struct paging *mode, u64 gva,
		u32 access, u64 *gpa)
{
	u64 table = mode->root, rights = X86_PTE_WRITE | X86_PTE_USER;
	bool nx = false;
	u32 level;

	for (level = mode->levels; ; level--) {
		u32 shift = PAGE_SHIFT + mode->bits * (level - 1);
		u64 index = gva >> shift & (BIT(mode->bits) - 1);
		bool leaf, top_of_pae = mode->levels == 3 && level == 3;
		u64 entry_gpa = table + index * mode->entry_size, pte;
		u32 result, state;
		void *entry;

		result = entry_address(vp, entry_gpa, access, &entry);
		if (result)
			return result;
		pte = read_entry(entry, mode->entry_size);
		if (!(pte & X86_PTE_PRESENT))
			return HV_TRANSLATE_NOT_PRESENT;
		if (!top_of_pae)
			rights &= pte;
		if (pte & PTE_NX) {
			if (!mode->nx || mode->entry_size == 4)
				return HV_TRANSLATE_INVALID_FLAGS;
			nx = true;
		}

		leaf = level == 1 || is_large(mode, level, pte);
		if (leaf && !allowed(vp->vmcb, rights, nx, access))
			return HV_TRANSLATE_PRIVILEGE;
		if ((access & HV_TRANSLATE_SET_BITS) && !top_of_pae) {
			child_npt_access(vp->child, entry_gpa >> PAGE_SHIFT, 0,
					 NPT_ACCESSED | NPT_DIRTY, &state);
			*(u32 *)entry |= X86_PTE_ACCESSED |
				(leaf && (access & HV_TRANSLATE_WRITE) ?
				 X86_PTE_DIRTY : 0);
		}
		if (leaf) {
			*gpa = align_down(page_base(mode, level, pte),
					  BIT(shift)) |
			       (gva & (BIT(shift) - 1));
			return HV_TRANSLATE_SUCCESS;
		}
		table = pte & ADDRESS_MASK;
	}
}

/**
 * guest_walk() - Translate a virtual address
 * @vp: a VP that is not in guest mode
 * @gva: linear address: the base of the segment is already in it
 * @access: HV_TRANSLATE_*
 * @gpa: set to the guest physical address on success
 *
 * Context: children_lock held.
 * Return: HV_TRANSLATE_SUCCESS, or what is in the way.
 */
u32 guest_walk(const struct child_vp *vp, u64 gva, u32 access, u64 *gpa)
{
	struct paging mode;

	if (!(vp->vmcb->efer & EFER_LMA))
		gva = (u32)gva;
	if (!paging_mode(vp->vmcb, &mode)) {
		*gpa = gva;
		return HV_TRANSLATE_SUCCESS;
	}
	return walk(vp, &mode, gva, access, gpa);
}

/**
 * guest_fetch() - Read bytes of an instruction
 * @vp: a VP that is not in guest mode
 * @gva: linear address
 * @bytes: where they go
 * @size: how many
 *
 * Context: children_lock held.
 * Return: how many could be read.
 */
u32 guest_fetch(const struct child_vp *vp, u64 gva, u8 *bytes, u32 size)
{
	u32 done = 0;

	while (done < size) {
		u32 part = min(size - done, PAGE_SIZE - (gva + done) % PAGE_SIZE);
		struct npt_page page;
		u64 gpa;

		if (guest_walk(vp, gva + done, HV_TRANSLATE_EXEMPT, &gpa))
			break;
		page = child_npt_lookup(vp->child, gpa);
		if (!page.mapped || (page.access & NPT_NO_ACCESS) ||
		    !(page.access & NPT_READ))
			break;
		memcpy(bytes + done, (void *)page.hpa, part);
		done += part;
	}
	return done;
}

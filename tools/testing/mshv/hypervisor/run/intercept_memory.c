// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses to guest memory that is not there, or not for that.
 *
 * The processor tells the guest physical address and nothing else. Of the
 * virtual address there is only a guess: an operand of the instruction which the
 * guest's page tables translate into that very address is the one.
 */
#include "intercept.h"

static u8 access_of(u64 info)
{
	if (info & SVM_NPF_FETCH)
		return HV_ACCESS_EXECUTE;
	return info & SVM_NPF_WRITE ? HV_ACCESS_WRITE : HV_ACCESS_READ;
}

static bool leads_to(const struct child_vp *vp, u64 gva, u64 gpa)
{
	u64 found;

	return !guest_walk(vp, gva, HV_TRANSLATE_EXEMPT, &found) && found == gpa;
}

/* An operand may also begin on one page and fault on the next. */
static bool find_gva(const struct child_vp *vp,
		     const struct hv_memory_intercept *memory, u64 *gva)
{
	u64 candidates[GUEST_OPERANDS];
	u32 i, n;

	if (memory->header.access == HV_ACCESS_EXECUTE) {
		candidates[0] = vp->vmcb->cs.base + vp->vmcb->rip;
		n = 1;
	} else {
		n = guest_operands(vp, memory->instruction_bytes,
				   memory->instruction_byte_count, candidates);
	}

	for (i = 0; i < n; i++) {
		*gva = candidates[i];
		if (leads_to(vp, *gva, memory->gpa))
			return true;
		*gva = align_up(candidates[i], PAGE_SIZE);
		if (leads_to(vp, *gva, memory->gpa))
			return true;
	}
	*gva = 0;
	return false;
}

static struct hv_memory_intercept *begin(struct child_vp *vp,
					 struct hv_message *message, u64 gpa,
					 u8 access)
{
	struct hv_memory_intercept *memory;
	u32 type = child_npt_lookup(vp->child, gpa).mapped ?
		   HV_MESSAGE_GPA_INTERCEPT : HV_MESSAGE_UNMAPPED_GPA;

	memory = intercept_begin(vp, message, type, sizeof(*memory), access, 0);
	memory->cache_type = HV_CACHE_WRITE_BACK;
	memory->tpr_priority = vp->vmcb->interrupt_control & 0xf;
	memory->gpa = gpa;
	if (access != HV_ACCESS_EXECUTE)
		memory->instruction_byte_count =
			intercept_bytes(vp, memory->instruction_bytes);
	return memory;
}

/**
 * intercept_memory() - An access that the nested page table does not allow
 * @vp: the VP
 */
void intercept_memory(struct child_vp *vp)
{
	const struct vmcb *vmcb = vp->vmcb;
	struct hv_memory_intercept *memory;
	struct hv_message message = { 0 };

	spin_lock(&children_lock);
	memory = begin(vp, &message, vmcb->exit_info2,
		       access_of(vmcb->exit_info1));
	if (!(vmcb->exit_info1 & SVM_NPF_WALK) &&
	    find_gva(vp, memory, &memory->gva))
		memory->access_info = HV_MEMORY_GVA_VALID |
				      HV_MEMORY_GVA_GPA_VALID;
	intercept_end(vp, &message);
	spin_unlock(&children_lock);
}

/**
 * intercept_gpa() - The hypervisor cannot do for the guest what it asked for
 * @vp: the VP
 * @gpa: the address in the way; the guest did not use a virtual one
 * @access: HV_ACCESS_*
 */
void intercept_gpa(struct child_vp *vp, u64 gpa, u8 access)
{
	struct hv_message message = { 0 };

	spin_lock(&children_lock);
	begin(vp, &message, gpa, access);
	intercept_end(vp, &message);
	spin_unlock(&children_lock);
}

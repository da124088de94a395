// SPDX-License-Identifier: GPL-2.0-only
/* A hypercall of a child that is its parent's affair. */
#include "intercept.h"
#include "tlfs_guest_call.h"

#define VMMCALL_LENGTH	3

/* Vector registers of a VP that has just left guest mode are still loaded. */
static void read_xmm(struct hv_value xmm[6])
{
	asm volatile("movups %%xmm0, %0" : "=m" (xmm[0]));
	asm volatile("movups %%xmm1, %0" : "=m" (xmm[1]));
	asm volatile("movups %%xmm2, %0" : "=m" (xmm[2]));
	asm volatile("movups %%xmm3, %0" : "=m" (xmm[3]));
	asm volatile("movups %%xmm4, %0" : "=m" (xmm[4]));
	asm volatile("movups %%xmm5, %0" : "=m" (xmm[5]));
}

/**
 * intercept_hypercall() - Let the parent do a hypercall
 * @vp: the VP
 */
void intercept_hypercall(struct child_vp *vp)
{
	struct hv_hypercall_intercept *hypercall;
	struct hv_message message = { 0 };

	spin_lock(&children_lock);
	hypercall = intercept_begin(vp, &message, HV_MESSAGE_HYPERCALL,
				    sizeof(*hypercall), HV_ACCESS_EXECUTE,
				    VMMCALL_LENGTH);
	hypercall->rax = vp->vmcb->rax;
	hypercall->rbx = vp->regs.rbx;
	hypercall->rcx = vp->regs.rcx;
	hypercall->rdx = vp->regs.rdx;
	hypercall->r8 = vp->regs.r8;
	hypercall->rsi = vp->regs.rsi;
	hypercall->rdi = vp->regs.rdi;
	read_xmm(hypercall->xmm);
	intercept_end(vp, &message);
	spin_unlock(&children_lock);
}

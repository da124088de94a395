// SPDX-License-Identifier: GPL-2.0-only
/*
 * NMIs: a processor is taken from the parent by one, and the parent has its own.
 */
#include "hv.h"

/**
 * vp_must_stop() - Does another processor want this VP off its processor?
 * @vp: the VP
 *
 * Return: true when the VP must not be entered again.
 */
bool vp_must_stop(struct vp *vp)
{
	return READ_ONCE(vp->stop);
}

static void inject_nmi(struct vp *vp)
{
	vp->nmi_masked = true;
	vp->vmcb->intercept_misc1 |= SVM_MISC1_IRET;
	vmcb_inject_nmi(vp->vmcb);
}

/**
 * vp_take_nmi() - An NMI arrived for the processor of a VP
 * @vp: the VP
 *
 * It is a kick from another processor, or it is the parent's. The machine does
 * not know that the parent is in its NMI handler, so that is remembered here,
 * and that ends with the next IRET.
 *
 * Return: true when it was a kick.
 */
bool vp_take_nmi(struct vp *vp)
{
	if (cpu_take_nmi(vp->cpu))
		return true;
	if (vp->nmi_masked)
		vp->nmi_pending = true;
	else
		inject_nmi(vp);
	return false;
}

/**
 * vp_leaves_nmi_handler() - A VP is about to do the IRET after an NMI
 * @vp: the VP
 *
 * An NMI that waited comes one instruction early, on top of the frame of the
 * first. Linux is made for that: its handler unmasks NMIs by itself whenever
 * it takes an exception.
 */
void vp_leaves_nmi_handler(struct vp *vp)
{
	vp->nmi_masked = false;
	vp->vmcb->intercept_misc1 &= ~SVM_MISC1_IRET;
	if (vp->nmi_pending) {
		vp->nmi_pending = false;
		inject_nmi(vp);
	}
}

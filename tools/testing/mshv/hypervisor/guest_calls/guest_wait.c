// SPDX-License-Identifier: GPL-2.0-only
/* A guest waits for another of its VPs, and does not want to be in its way. */
#include "guest_call.h"

/**
 * guest_long_spin_wait() - HvCallNotifyLongSpinWait
 * @call: the call; how long it has waited does not matter
 *
 * The VP leaves its processor to others that are ready.
 *
 * Return: HV_STATUS_SUCCESS.
 */
enum hv_status guest_long_spin_wait(struct hypercall *call)
{
	call->yields = true;
	return HV_STATUS_SUCCESS;
}

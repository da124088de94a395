// SPDX-License-Identifier: GPL-2.0-only
/*
 * Puts the layers together: what a lower one calls in a higher one.
 */
#include "boot/layers.h"
#include "child/child_upcalls.h"
#include "guest_call.h"
#include "machine/machine_upcalls.h"
#include "parent/parent_upcalls.h"
#include "run/run_upcalls.h"

/**
 * layers_connect() - Register all upcalls
 *
 * Context: boot processor, before there is any other.
 */
void layers_connect(void)
{
	machine_upcalls = (struct machine_upcalls) {
		.run_parent = vp_run,
		.run_ready_vps = run_ready_vps,
		.wake_sleepers = timer_wake_sleepers,
		.arm_timer = timer_arm,
	};
	child_upcalls = (struct child_upcalls) {
		.stop = run_stop,
		.flush = run_flush,
		.update = run_update,
		.forget = run_forget,
		.init_vmcb = run_vmcb_init,
		.cpuid = run_cpuid,
		.post_message = message_post,
		.cancel_message = message_cancel,
	};
	parent_upcalls = (struct parent_upcalls) {
		.hypercall = exit_vmmcall,
		.wake_sleepers = timer_wake_sleepers,
		.debug_write = debug_write,
		.debug_read = debug_read,
		.log_ledger = ledger_log,
		.reset_doorbells = doorbell_reset,
		.retry_doorbells = doorbell_retry,
		.raise_message = message_raise,
		.retry_messages = message_retry,
		.message_slot = message_slot,
	};
	run_upcalls = (struct run_upcalls) {
		.may_call = guest_may_call,
		.call = guest_call,
	};
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* The debug channel of the test hypervisor. */
#ifndef _MSHV_LIB_HYPERVISOR_H
#define _MSHV_LIB_HYPERVISOR_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* An answer of the test hypervisor is never longer. */
#define HYPERVISOR_REPLY	32768

/**
 * hypervisor_present() - whether this runs on the test hypervisor
 *
 * Return: true; false on any other hypervisor, where there is no channel.
 */
bool hypervisor_present(void);

/**
 * hypervisor_ask() - send a command, and get the answer
 * @command: as in Documentation/virt/hyperv/mshv-test-knobs.rst
 * @reply: %HYPERVISOR_REPLY bytes for the answer
 *
 * Return: whether the command succeeded.
 */
bool hypervisor_ask(const char *command, char *reply);

/**
 * hypervisor_calls() - how often a hypercall was made
 * @code: HVCALL_*
 *
 * Return: that number.
 */
unsigned long hypervisor_calls(__u16 code);

/**
 * hypervisor_messages() - how often the hypervisor sent a message
 * @type: HV_MSG_*, of those that go to the driver
 *
 * Return: that number.
 */
unsigned long hypervisor_messages(__u32 type);

/* In the environment: what the lines of a ledger that do not matter begin with */
#define LEDGER_EXCEPT		"LEDGER_EXCEPT"

/**
 * hypervisor_ledger() - what the hypervisor holds of this system's
 * @ledger: %HYPERVISOR_REPLY bytes for it
 */
void hypervisor_ledger(char *ledger);

/**
 * ledger_becomes() - wait until the hypervisor holds what it held before
 * @before: from hypervisor_ledger()
 *
 * Waits %PATIENCE_TO_FREE_US at most: the end of a process frees things a little later
 * than the process is gone.
 *
 * Return: true; false, with the difference printed, if it holds something else.
 */
bool ledger_becomes(const char *before);

#endif /* _MSHV_LIB_HYPERVISOR_H */

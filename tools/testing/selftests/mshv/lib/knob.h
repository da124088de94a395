/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a test tells the test hypervisor to do otherwise: it lasts until the end
 * of that test, however it ends.
 */
#ifndef _MSHV_LIB_KNOB_H
#define _MSHV_LIB_KNOB_H

#include <linux/types.h>

/* Which call is to fail: every one, or the next one */
#define ALWAYS	0
#define NEXT	1

/**
 * knob_turn() - turn a knob
 * @name: as in Documentation/virt/hyperv/mshv-test-knobs.rst
 * @value: the value
 */
void knob_turn(const char *name, __u64 value);

/**
 * make_fail() - let a hypercall fail
 * @code: HVCALL_*
 * @nth: the how manieth from now on, %ALWAYS or %NEXT
 * @status: HV_STATUS_* that it fails with
 */
void make_fail(__u16 code, int nth, __u16 status);

/**
 * no_more_faults() - no more faults
 */
void no_more_faults(void);

/**
 * knobs_restore() - undo what the last test did with any of these
 *
 * For the process that waited for the test.
 */
void knobs_restore(void);

#endif /* _MSHV_LIB_KNOB_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VPs that run while the test does something else: each in a thread of its own,
 * until its guest reports that all is well. Meanwhile the test looks at counters
 * in guest memory.
 */
#ifndef _MSHV_LIB_BACKGROUND_H
#define _MSHV_LIB_BACKGROUND_H

#include <pthread.h>
#include <stdbool.h>
#include <linux/types.h>

#include "vm.h"
#include "vp.h"

#define RESULT_PORT	0x20		/* where guests report, 32 bits */
#define ALL_WELL	0x600d

#define COUNT		GUEST_SCRATCH	/* counted by handlers */
#define STARTED		(GUEST_SCRATCH + 16) /* counted by VPs that are ready */

/**
 * vp_new_at() - make a VP that takes interrupts, and start it
 * @vm: the VM
 * @index: index of the VP
 * @function: a function in section "guest"
 * @argument: its argument
 *
 * Return: the VP.
 */
struct vp *vp_new_at(struct vm *vm, __u32 index, void (*function)(__u64),
		     __u64 argument);

/**
 * vp_begin() - let a VP run in a thread
 * @vp: the VP; it is to write %ALL_WELL to %RESULT_PORT in the end
 *
 * Return: the thread.
 */
pthread_t vp_begin(struct vp *vp);

/**
 * vp_ends_well() - wait for the end of such a thread
 * @thread: the thread
 *
 * Return: whether the guest reported that all is well.
 */
bool vp_ends_well(pthread_t thread);

/**
 * counter() - a word of guest memory
 * @vm: the VM
 * @gpa: its guest physical address
 *
 * Return: its value at this moment.
 */
__u64 counter(struct vm *vm, __u64 gpa);

/**
 * set_counter() - write to a word of guest memory
 * @vm: the VM
 * @gpa: its guest physical address
 * @value: the value
 */
void set_counter(struct vm *vm, __u64 gpa, __u64 value);

/**
 * counts_to() - wait until a word of guest memory has a value
 * @vm: the VM
 * @gpa: its guest physical address
 * @value: the value
 *
 * Return: whether it came to that, and not further.
 */
bool counts_to(struct vm *vm, __u64 gpa, __u64 value);

#endif /* _MSHV_LIB_BACKGROUND_H */

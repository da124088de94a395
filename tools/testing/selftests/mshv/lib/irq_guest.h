/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest that takes interrupts and counts them, by vector and VP, until it is
 * told to stop. A thread runs it.
 */
#ifndef _MSHV_LIB_IRQ_GUEST_H
#define _MSHV_LIB_IRQ_GUEST_H

#include <pthread.h>
#include <stdbool.h>
#include <linux/types.h>

#include "vm.h"
#include "vp.h"

/* Vectors that it has handlers for */
#define EDGE		0x41	/* counts */
#define OTHER_EDGE	0x52	/* so does this one */
#define LEVEL		0x63	/* counts, and ends when the VMM lets it */
#define NMI		2	/* counts */

/**
 * enum guest_mood - what it does between interrupts
 * @WAITING: it waits for the next one
 * @BUSY: it runs in a circle
 * @EXITING: it writes to a port all the time
 */
enum guest_mood { WAITING, BUSY, EXITING };

/**
 * struct irq_guest - such a guest, running
 * @vm: its VM
 * @vp: its VP
 * @thread: the thread that runs it
 * @interrupted: how often a signal (SIGUSR1) interrupted the thread
 * @leave: end when that happens, instead of going on
 * @left: it did
 * @right: it never did anything else than it should
 */
struct irq_guest {
	struct vm *vm;
	struct vp *vp;
	pthread_t thread;
	__u64 interrupted;
	bool leave;
	bool left;
	bool right;
};

/**
 * irq_guest_count() - in a guest: count an interrupt
 * @vector: its vector
 * @index: index of this VP
 *
 * For handlers of a test's own.
 */
void irq_guest_count(__u64 vector, __u64 index);

/**
 * irq_guest_handle() - install the handlers
 * @vm: the VM
 */
void irq_guest_handle(struct vm *vm);

/**
 * irq_guest_start() - let a guest run, and wait until it takes interrupts
 * @guest: to be filled in
 * @vm: the VM, with its handlers
 * @index: index of the VP, a new one, 0 to 7
 * @mood: what it does between interrupts
 */
void irq_guest_start(struct irq_guest *guest, struct vm *vm, __u32 index,
		     enum guest_mood mood);

/**
 * irq_guest_begin() - run a guest that was left
 * @guest: the guest
 */
void irq_guest_begin(struct irq_guest *guest);

/**
 * irq_guest_leave() - stop the VP wherever it is, to run it again later
 * @guest: the guest
 */
void irq_guest_leave(struct irq_guest *guest);

/**
 * irq_guest_stop() - end a guest
 * @guest: the guest
 *
 * Return: whether all went well.
 */
bool irq_guest_stop(struct irq_guest *guest);

/**
 * irq_rest() - while waiting in a loop: let guests run, whoever schedules them
 */
void irq_rest(void);

/**
 * irq_count() - how many interrupts all VPs of a VM took
 * @vm: the VM
 * @vector: of this vector
 *
 * Return: that number.
 */
__u64 irq_count(struct vm *vm, __u8 vector);

/**
 * irq_count_of() - how many interrupts a VP took
 * @vm: the VM
 * @index: index of the VP
 *
 * Return: that number, of all vectors.
 */
__u64 irq_count_of(struct vm *vm, __u32 index);

/**
 * irq_count_becomes() - wait for interrupts, for ten seconds at most
 * @vm: the VM
 * @vector: of this vector
 * @count: how many since the beginning
 *
 * Return: whether there are as many, and not more.
 */
bool irq_count_becomes(struct vm *vm, __u8 vector, __u64 count);

/**
 * irq_hold() - let the handler of %LEVEL wait before it acknowledges
 * @vm: the VM
 * @hold: wait, or wait no longer
 */
void irq_hold(struct vm *vm, bool hold);

#endif /* _MSHV_LIB_IRQ_GUEST_H */

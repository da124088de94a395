/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest that goes over its memory round and round: it checks what it wrote in
 * the round before and writes the next. A thread of the VMM listens.
 */
#ifndef _MSHV_LIB_VERIFIER_H
#define _MSHV_LIB_VERIFIER_H

#include <pthread.h>
#include <stdbool.h>
#include <linux/types.h>

#include "vp.h"

/* The memory, at %GUEST_MORE; a word of each page is used */
#define VERIFIER_PAGES	1024UL
#define VERIFIER_SIZE	(VERIFIER_PAGES * PAGE_SIZE)

/**
 * struct verifier - such a guest, running
 * @vp: its VP
 * @thread: the thread that runs it
 * @rounds: how many of them went well
 * @stop: no more after this one
 * @ended: there are no more, for any reason
 * @right: all went well
 */
struct verifier {
	struct vp *vp;
	pthread_t thread;
	__u32 rounds;
	bool stop;
	bool ended;
	bool right;
};

/**
 * verifier_begin() - let it run, and wait for its first round
 * @verifier: to be filled in
 * @vm: the VM, with %VERIFIER_SIZE of memory at %GUEST_MORE and without VP 0
 */
void verifier_begin(struct verifier *verifier, struct vm *vm);

/**
 * verifier_wait() - wait until it has gone over all memory
 * @verifier: the verifier
 * @rounds: how many times
 *
 * Return: whether it did; false when it stopped or takes too long.
 */
bool verifier_wait(struct verifier *verifier, __u32 rounds);

/**
 * verifier_finish() - go over all memory once more, and stop
 * @verifier: the verifier
 * @memory: where its memory is in this process
 *
 * Return: whether all rounds went well and the VMM sees what the guest wrote.
 */
bool verifier_finish(struct verifier *verifier, const __u64 *memory);

/**
 * verifier_add() - guest function: add to a word of each page, and halt
 * @gpa: the memory
 */
void verifier_add(__u64 gpa);

/**
 * verifier_added() - what verifier_add() adds
 * @page: number of the page
 *
 * Return: the summand.
 */
__u64 verifier_added(__u64 page);

#endif /* _MSHV_LIB_VERIFIER_H */

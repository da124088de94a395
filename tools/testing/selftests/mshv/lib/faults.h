/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System calls in which memory, or a copy from or to user space, fails: the first
 * time it is asked for, the second time, and so on until the call is through
 * without a failure. See Documentation/fault-injection of the kernel.
 */
#ifndef _MSHV_LIB_FAULTS_H
#define _MSHV_LIB_FAULTS_H

#include <stdbool.h>
#include <linux/types.h>

#define FAULT_SETTINGS	8

/* How the kernel was set before, see faults_begin() */
struct fault_settings {
	char value[FAULT_SETTINGS][16];
};

/**
 * faults_begin() - let every allocation be one that can fail, in silence
 * @settings: filled in for faults_end()
 *
 * Return: true; false if the kernel was built without fault injection.
 */
bool faults_begin(struct fault_settings *settings);

/**
 * faults_end() - undo faults_begin()
 * @settings: how it was before
 */
void faults_end(const struct fault_settings *settings);

/**
 * struct swept_call - a system call, and what has to be done around it
 * @name: for the report
 * @before: makes what the call needs, each time; or NULL
 * @call: one system call. Returns what it returns, or a negative errno
 * @after: undoes the call, which returned @result and succeeded; or NULL
 * @no_memory: it may fail with ENOMEM
 * @no_copy: it may fail with EFAULT
 * @hungry: a hypercall that it makes, and at which the test hypervisor asks for
 *	    memory, which is deposited; or 0
 * @nth: which call of it that is; 0: the next one
 * @status: how the hypervisor asks; 0: HV_STATUS_INSUFFICIENT_MEMORY
 * @tidy: when the call has failed the hypervisor holds what it held before
 * @alike: so many of its allocations are for the same purpose: between the first
 *	   few and the last few of them none fails, to save time; or 0
 */
struct swept_call {
	const char *name;
	void (*before)(void *object);
	int (*call)(void *object);
	void (*after)(void *object, int result);
	bool no_memory;
	bool no_copy;
	__u16 hungry;
	unsigned int nth;
	__u16 status;
	bool tidy;
	unsigned int alike;
};

/**
 * sweep() - let each allocation and each copy of a call fail, one after the other
 * @call: the call
 * @object: for its functions
 *
 * Either the call succeeds all the same, or it fails with one of the errnos that
 * it may fail with; then it succeeds when it is made again.
 *
 * Return: whether that is so and something failed at least once. If not it says
 *	   what came instead.
 */
bool sweep(const struct swept_call *call, void *object);

#endif /* _MSHV_LIB_FAULTS_H */

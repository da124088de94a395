/* SPDX-License-Identifier: GPL-2.0-only */
/* The system that the tests run on: processors, time, files, the module. */
#ifndef _MSHV_LIB_HOST_H
#define _MSHV_LIB_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* How long to wait for what must happen: only a hang takes longer. */
#define PATIENCE_US	120000000ULL

/*
 * The same for what the kernel frees a little after its last user is gone. It is
 * shorter, since a driver that never does is one that the tests have to bear.
 */
#define PATIENCE_TO_FREE_US	30000000ULL

/**
 * now_us() - monotonic time
 *
 * Return: microseconds.
 */
__u64 now_us(void);

/**
 * sleep_us() - sleep, signals or not
 * @us: microseconds
 */
void sleep_us(__u64 us);

/**
 * peek() - read a word that a guest may be writing to
 * @address: the word
 *
 * Return: its value at this moment.
 */
__u64 peek(const __u64 *address);

/**
 * processors() - number of processors online
 *
 * Return: that.
 */
unsigned int processors(void);

/**
 * move_to_processor() - let a thread run on one processor only
 * @tid: thread id, 0 for the caller
 * @number: the processor
 */
void move_to_processor(int tid, unsigned int number);

/**
 * read_file() - read a small file
 * @path: the file
 * @buffer: where its content goes, as a string without a newline at the end
 * @size: of @buffer, in bytes
 *
 * Return: true; false if it cannot be read.
 */
bool read_file(const char *path, char *buffer, size_t size);

/**
 * write_file() - write to a file
 * @path: the file
 * @text: what to write
 *
 * Return: 0, or a negative errno.
 */
int write_file(const char *path, const char *text);

/**
 * read_number() - find "KEY NUMBER" in a file
 * @path: the file
 * @key: what the line begins with; NULL for the first number of the file
 *
 * Return: the number, or -1 if there is none.
 */
long long read_number(const char *path, const char *key);

/**
 * linux_dispatches() - who picks the VP to run
 *
 * Return: true where Linux does (root and integrated scheduler), false where
 *	   the hypervisor does.
 */
bool linux_dispatches(void);

/**
 * unload_module() - try to unload mshv_root
 *
 * Return: 0, or a negative errno.
 */
int unload_module(void);

#endif /* _MSHV_LIB_HOST_H */

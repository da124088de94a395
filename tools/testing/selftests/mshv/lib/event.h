/* SPDX-License-Identifier: GPL-2.0-only */
/* Eventfds, and writes of a guest that signal them. */
#ifndef _MSHV_LIB_EVENT_H
#define _MSHV_LIB_EVENT_H

#include <stdbool.h>
#include <linux/const.h>
#include <linux/mshv.h>
#include <linux/types.h>

#include "vm.h"

#define IOEVENTFD_MATCH		_BITUL(MSHV_IOEVENTFD_BIT_DATAMATCH)
#define IOEVENTFD_PIO		_BITUL(MSHV_IOEVENTFD_BIT_PIO)
#define IOEVENTFD_DEASSIGN	_BITUL(MSHV_IOEVENTFD_BIT_DEASSIGN)

/**
 * event_new() - make an eventfd
 *
 * Return: its descriptor; reading does not block.
 */
int event_new(void);

/**
 * event_signal() - signal an eventfd once
 * @fd: the eventfd
 */
void event_signal(int fd);

/**
 * event_count() - take the signals that an eventfd has got
 * @fd: the eventfd
 *
 * Return: how many since the last time.
 */
__u64 event_count(int fd);

/**
 * event_comes() - wait until an eventfd is signalled, %PATIENCE_US at most
 * @fd: the eventfd
 *
 * Return: how many signals it got, or 0 if none came.
 */
__u64 event_comes(int fd);

/**
 * ioeventfd() - MSHV_IOEVENTFD as it is
 * @vm: the VM
 * @args: the argument
 *
 * Return: 0, or a negative errno.
 */
int ioeventfd(struct vm *vm, const struct mshv_user_ioeventfd *args);

/**
 * ioeventfd_any() - signal an eventfd at every write of a width
 * @vm: the VM
 * @gpa: where
 * @width: in bytes, or 0 for every width
 *
 * Return: the eventfd, a new one.
 */
int ioeventfd_any(struct vm *vm, __u64 gpa, unsigned int width);

/**
 * ioeventfd_match() - signal an eventfd at writes of one value
 * @vm: the VM
 * @gpa: where
 * @width: in bytes, or 0 for every width
 * @value: the value
 *
 * Return: the eventfd, a new one.
 */
int ioeventfd_match(struct vm *vm, __u64 gpa, unsigned int width, __u64 value);

#endif /* _MSHV_LIB_EVENT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupts that come from eventfds, and where they go. */
#ifndef _MSHV_LIB_IRQFD_H
#define _MSHV_LIB_IRQFD_H

#include <linux/const.h>
#include <linux/mshv.h>
#include <linux/types.h>

#include "event.h"
#include "vm.h"

#define IRQFD_DEASSIGN		_BITUL(MSHV_IRQFD_BIT_DEASSIGN)
#define IRQFD_RESAMPLE		_BITUL(MSHV_IRQFD_BIT_RESAMPLE)

/* How many routes there can be */
#define MAX_ROUTES		4096

/* Data of a message besides its vector */
#define MSI_LOWEST		0x100
#define MSI_NMI			0x400
#define MSI_EXTINT		0x700
#define MSI_LEVEL		0x8000

struct route_table {
	struct mshv_user_irq_table head;
	struct mshv_user_irq_entry entries[MAX_ROUTES + 1];
};

/**
 * msi() - a route
 * @gsi: number of the interrupt
 * @destination: APIC id
 * @data: vector, %MSI_NMI, %MSI_LEVEL
 *
 * Return: the entry for the table.
 */
struct mshv_user_irq_entry msi(__u32 gsi, __u8 destination, __u32 data);

/**
 * set_routes() - MSHV_SET_MSI_ROUTING as it is
 * @vm: the VM
 * @table: the argument
 *
 * Return: 0, or a negative errno.
 */
int set_routes(struct vm *vm, const void *table);

/**
 * vm_routes() - let a VM have some routes and no others
 * @vm: the VM
 * @entries: the routes
 * @count: how many
 */
void vm_routes(struct vm *vm, const struct mshv_user_irq_entry *entries,
	       __u32 count);

/**
 * vm_route() - let a VM have one route and no other
 * @vm: the VM
 * @gsi: number of the interrupt
 * @destination: APIC id
 * @data: vector, %MSI_NMI, %MSI_LEVEL
 */
void vm_route(struct vm *vm, __u32 gsi, __u8 destination, __u32 data);

/**
 * vm_route_logical() - as vm_route(), for a set of VPs
 * @vm: the VM
 * @gsi: number of the interrupt
 * @set: logical destination: a bit for each of the first eight VPs
 * @data: vector, %MSI_LOWEST
 */
void vm_route_logical(struct vm *vm, __u32 gsi, __u8 set, __u32 data);

/**
 * vm_route_none() - let a VM have no route
 * @vm: the VM
 */
void vm_route_none(struct vm *vm);

/**
 * irqfd() - MSHV_IRQFD as it is
 * @vm: the VM
 * @fd: eventfd
 * @resamplefd: eventfd, with %IRQFD_RESAMPLE
 * @gsi: number of the interrupt
 * @flags: %IRQFD_DEASSIGN, %IRQFD_RESAMPLE
 *
 * Return: 0, or a negative errno.
 */
int irqfd(struct vm *vm, int fd, int resamplefd, __u32 gsi, __u32 flags);

/**
 * irqfd_new() - connect an eventfd to an interrupt
 * @vm: the VM
 * @gsi: number of the interrupt
 *
 * Return: the eventfd, a new one.
 */
int irqfd_new(struct vm *vm, __u32 gsi);

#endif /* _MSHV_LIB_IRQFD_H */

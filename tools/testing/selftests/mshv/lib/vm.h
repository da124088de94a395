/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small VMM: a partition with memory, and functions of the test program to
 * run in it. Whatever goes wrong in here ends the test (see require.h).
 */
#ifndef _MSHV_LIB_VM_H
#define _MSHV_LIB_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/const.h>
#include <linux/mshv.h>
#include <linux/types.h>

#define PAGE_SIZE		4096UL
#define LARGE_PAGE_SIZE		0x200000UL

/*
 * Memory of every VM. In long mode the first 4 GiB are mapped one to one,
 * whether there is memory or not.
 */
#define GUEST_GDT		0x500UL		/* code 8, data 0x10 */
#define GUEST_PAGE_TABLES	0x1000UL	/* PML4, PDPT, 4 page directories */
#define GUEST_REAL_STACK	0x7000UL	/* grows down */
#define GUEST_IDT		0x7000UL	/* see interrupts.h */
#define GUEST_REAL_CODE		0x8000UL	/* section "guest16" */
#define GUEST_CODE		0x10000UL	/* section "guest" */
#define GUEST_STACKS		0x40000UL	/* a page for each VP, 64 of them */
#define GUEST_SCRATCH		0x80000UL	/* for the tests */
#define GUEST_SCRATCH_SIZE	0x20000UL
#define GUEST_RAM_SIZE		0xa0000UL
#define GUEST_HOLE		0xd0000UL	/* nothing there, below 1 MiB */
#define GUEST_MORE		0x200000UL	/* where tests add memory */

/* What a guest may do with a region */
#define REGION_READ		0
#define REGION_WRITE		_BITUL(MSHV_SET_MEM_BIT_WRITABLE)
#define REGION_EXECUTE		_BITUL(MSHV_SET_MEM_BIT_EXECUTABLE)
#define REGION_ALL		(REGION_WRITE | REGION_EXECUTE)
#define REGION_UNMAP		_BITUL(MSHV_SET_MEM_BIT_UNMAP)

/**
 * struct vm - a virtual machine
 * @device: descriptor of /dev/mshv
 * @fd: descriptor of the partition
 * @ram: guest memory from address 0, %GUEST_RAM_SIZE bytes
 */
struct vm {
	int device;
	int fd;
	void *ram;
};

/**
 * vm_new() - make a VM that is ready for VPs
 *
 * It has %GUEST_RAM_SIZE of memory with the guest functions and page tables in
 * it, and no local interrupt controllers, so that HLT reaches the VMM.
 *
 * Return: the VM.
 */
struct vm *vm_new(void);

/**
 * vm_new_with() - make a VM like vm_new(), but for some features
 * @flags: bits of MSHV_PT_BIT_* that are to be set as well
 *
 * Return: the VM.
 */
struct vm *vm_new_with(__u64 flags);

/**
 * vm_new_enlightened() - make a VM whose guest may use the hypervisor's interface
 * @flags: as for vm_new_with()
 * @features: HV_FEATURE_*
 *
 * Return: the VM.
 */
struct vm *vm_new_enlightened(__u64 flags, __u64 features);

/**
 * vm_close() - close the partition and the device
 * @vm: the VM, gone afterwards; its VPs may live on
 */
void vm_close(struct vm *vm);

/**
 * device_open() - open /dev/mshv
 *
 * Return: the descriptor.
 */
int device_open(void);

/**
 * partition_create() - make a partition that is not initialised
 * @device: descriptor of /dev/mshv
 *
 * Return: descriptor of the partition.
 */
int partition_create(int device);

/**
 * partition_initialize() - initialise a partition
 * @fd: descriptor of the partition
 */
void partition_initialize(int fd);

/**
 * memory_new() - get memory for a region
 * @size: in bytes
 *
 * Return: its address, aligned as a large page.
 */
void *memory_new(size_t size);

/**
 * vm_set_memory() - MSHV_SET_GUEST_MEMORY as it is
 * @vm: the VM
 * @gpa: guest physical address
 * @host: address in this process
 * @size: in bytes
 * @flags: %REGION_WRITE and so on
 *
 * Return: 0, or a negative errno.
 */
int vm_set_memory(struct vm *vm, __u64 gpa, void *host, __u64 size,
		  unsigned int flags);

/**
 * vm_map() - give memory to the guest
 * @vm: the VM
 * @gpa: guest physical address
 * @host: address in this process
 * @size: in bytes
 * @flags: %REGION_WRITE, %REGION_EXECUTE
 */
void vm_map(struct vm *vm, __u64 gpa, void *host, __u64 size,
	    unsigned int flags);

/**
 * vm_unmap() - take memory back, all of what one vm_map() gave
 * @vm: the VM
 * @gpa: guest physical address
 * @host: address in this process
 * @size: in bytes
 */
void vm_unmap(struct vm *vm, __u64 gpa, void *host, __u64 size);

/**
 * vm_add_memory() - get memory and give it to the guest
 * @vm: the VM
 * @gpa: guest physical address
 * @size: in bytes
 * @flags: %REGION_WRITE, %REGION_EXECUTE
 *
 * Return: its address in this process.
 */
void *vm_add_memory(struct vm *vm, __u64 gpa, __u64 size, unsigned int flags);

/**
 * vm_intercept() - let the guest trap into the VMM on something
 * @vm: the VM
 * @type: HV_INTERCEPT_*
 * @access_mask: HV_INTERCEPT_MASK_*
 * @parameter: what the type wants: number of a CPUID leaf, or 0
 */
void vm_intercept(struct vm *vm, __u32 type, __u32 access_mask,
		  __u64 parameter);

/**
 * vm_get_property() - HVCALL_GET_PARTITION_PROPERTY
 * @vm: the VM
 * @code: HV_PROPERTY_*
 *
 * Return: its value.
 */
__u64 vm_get_property(struct vm *vm, __u32 code);

/**
 * vm_set_property() - HVCALL_SET_PARTITION_PROPERTY
 * @vm: the VM
 * @code: HV_PROPERTY_*
 * @value: new value
 *
 * Return: 0, or a negative errno.
 */
int vm_set_property(struct vm *vm, __u32 code, __u64 value);

/**
 * hvcall() - MSHV_ROOT_HVCALL
 * @fd: any descriptor that knows it
 * @args: the argument
 *
 * Return: 0, or a negative errno.
 */
int hvcall(int fd, struct mshv_root_hvcall *args);

/**
 * guest_address() - where a guest function lies in every VM
 * @function: a function in section "guest" or "guest16" of the program
 *
 * Return: the guest physical address.
 */
__u64 guest_address(const void *function);

#endif /* _MSHV_LIB_VM_H */

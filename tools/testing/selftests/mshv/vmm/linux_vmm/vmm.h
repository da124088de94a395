/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VMM that boots Linux: a partition with memory and VPs, a serial port with
 * an interrupt, an I/O APIC, ACPI tables, and power-off. Nothing else that a PC
 * has is there; ports without a device read as ones.
 *
 * Each VP has a thread that runs it. devices_lock is held while one of them
 * handles what its guest did, so the devices need no locks of their own.
 */
#ifndef _MSHV_LINUX_VMM_H
#define _MSHV_LINUX_VMM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "hv.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#define attribute(...)		__attribute__((__VA_ARGS__))
#define __packed		attribute(packed)
#define __aligned(bytes)	attribute(aligned(bytes))

#define MAX_CPUS		16

/* Guest memory below 1 MiB; the rest of it is for Linux */
#define GUEST_GDT		0x500UL
#define GUEST_PAGE_TABLES	0x1000UL
#define GUEST_BOOT_PARAMS	0x7000UL
#define GUEST_COMMAND_LINE	0x8000UL
#define GUEST_LOW_END		0x9f000UL
#define GUEST_ACPI		0xe0000UL
#define GUEST_HIGH_START	0x100000UL

#define IOAPIC_ADDRESS		0xfec00000UL
#define IOAPIC_PINS		24

/* Interrupts of the ISA bus are pins of the I/O APIC. */
#define IRQ_SERIAL		4
#define IRQ_ACPI		9

#define PORT_PM1_EVENT		0x600
#define PORT_PM1_CONTROL	0x604
#define SLEEP_TYPE_OFF		5

/* Exit status of the program */
enum {
	EXIT_POWER_OFF,
	EXIT_TROUBLE,
	EXIT_RESET,
};

/**
 * struct machine - the virtual machine
 * @partition: its descriptor
 * @ram: guest memory from address 0
 * @ram_size: in bytes
 * @cpus: number of VPs
 * @vps: descriptors of the VPs
 */
struct machine {
	int partition;
	char *ram;
	size_t ram_size;
	unsigned int cpus;
	int vps[MAX_CPUS];
};

/* Held while a device is at work. */
extern pthread_mutex_t devices_lock;

/**
 * machine_create() - make the partition, its memory and its VPs
 * @machine: to be filled in; the VPs stand where RESET puts them
 * @cpus: number of VPs, at most %MAX_CPUS
 * @ram_size: in bytes
 * @features: HV_FEATURE_* that Linux may use, besides those that it needs
 */
void machine_create(struct machine *machine, unsigned int cpus,
		    size_t ram_size, __u64 features);

/**
 * boot_linux() - put Linux into memory, and VP 0 at its entry
 * @machine: the machine
 * @kernel: path of a bzImage
 * @initramfs: path of an initramfs
 * @command_line: for Linux, less than a page
 */
void boot_linux(struct machine *machine, const char *kernel,
		const char *initramfs, const char *command_line);

/**
 * acpi_write_tables() - put the ACPI tables into memory
 * @machine: the machine
 *
 * Return: guest physical address of the RSDP.
 */
__u64 acpi_write_tables(struct machine *machine);

/**
 * vcpu_run() - run a VP
 * @machine: the machine
 * @index: which
 *
 * Does not return: the program ends when the guest powers off, wants a reset, or
 * does what nobody here understands.
 */
void vcpu_run(struct machine *machine, unsigned int index);

/**
 * port_read() - the guest reads an I/O port
 * @port: the port
 * @width: in bytes, 1, 2 or 4
 *
 * Context: devices_lock.
 * Return: what it sees; only the lowest @width bytes count.
 */
__u32 port_read(__u16 port, unsigned int width);

/**
 * port_write() - the guest writes to an I/O port
 * @port: the port
 * @width: in bytes, 1, 2 or 4
 * @value: what it writes
 *
 * Context: devices_lock. May end the program: power-off, reset.
 */
void port_write(__u16 port, unsigned int width, __u32 value);

/**
 * uart_read() - read a register of the serial port
 * @offset: of its first port
 *
 * Context: devices_lock.
 * Return: its value.
 */
__u32 uart_read(__u16 offset);

/**
 * uart_write() - write a register of the serial port
 * @offset: of its first port
 * @value: the value; what is sent is printed
 *
 * Context: devices_lock.
 */
void uart_write(__u16 offset, __u32 value);

/**
 * uart_receive() - a byte comes to the serial port
 * @byte: the byte
 *
 * Waits until the guest has taken the one before.
 *
 * Context: devices_lock is not held.
 */
void uart_receive(__u8 byte);

/**
 * rtc_read() - read a port of the clock
 * @offset: 0: the index, 1: the register there
 *
 * Context: devices_lock.
 * Return: its value.
 */
__u32 rtc_read(__u16 offset);

/**
 * rtc_write() - write a port of the clock
 * @offset: 0: the index; the rest is ignored
 * @value: the value
 *
 * Context: devices_lock.
 */
void rtc_write(__u16 offset, __u32 value);

/**
 * ioapic_init() - make an I/O APIC with all of its pins masked
 * @machine: the machine
 */
void ioapic_init(struct machine *machine);

/**
 * ioapic_read() - the guest reads a register of the I/O APIC
 * @offset: from its address, in bytes
 *
 * Context: devices_lock.
 * Return: its value.
 */
__u32 ioapic_read(__u64 offset);

/**
 * ioapic_write() - the guest writes a register of the I/O APIC
 * @offset: from its address, in bytes
 * @value: the value
 *
 * Context: devices_lock.
 */
void ioapic_write(__u64 offset, __u32 value);

/**
 * ioapic_raise() - an edge comes to a pin
 * @pin: which, 0 to %IOAPIC_PINS - 1
 */
void ioapic_raise(unsigned int pin);

/**
 * struct mov - a MOV between a register and memory
 * @length: of the instruction, in bytes
 * @width: of the access, in bytes
 * @clear: how many bytes of the register it changes, at least @width
 * @write: it is to memory
 * @high: the register is bits 8 to 15 of @reg
 * @reg: number of the register; -1: @immediate is written
 * @immediate: see @reg
 */
struct mov {
	unsigned int length;
	unsigned int width;
	unsigned int clear;
	bool write;
	bool high;
	int reg;
	__u64 immediate;
};

/**
 * mov_decode() - decode an instruction
 * @bytes: the instruction, and maybe more
 * @size: how many bytes there are
 * @mov: what it is
 *
 * Return: whether it is a MOV.
 */
bool mov_decode(const __u8 *bytes, unsigned int size, struct mov *mov);

#endif /* _MSHV_LINUX_VMM_H */

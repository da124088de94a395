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

extern pthread_mutex_t devices_lock;

/* machine.c */
void machine_create(struct machine *machine, unsigned int cpus,
		    size_t ram_size);

/* boot.c: put Linux into memory and VP 0 at its entry */
void boot_linux(struct machine *machine, const char *kernel,
		const char *initramfs, const char *command_line);

/* acpi.c: returns the address of the RSDP */
__u64 acpi_write_tables(struct machine *machine);

/* vcpu.c: run a VP; does not return but by ending the program */
void vcpu_run(struct machine *machine, unsigned int index);

/*
 * ports.c: what a guest reads from a port and writes to it.
 * @width: in bytes, 1, 2 or 4
 */
__u32 port_read(__u16 port, unsigned int width);
void port_write(__u16 port, unsigned int width, __u32 value);

/* uart.c: the serial port; its output is the program's */
__u32 uart_read(__u16 offset);
void uart_write(__u16 offset, __u32 value);

/* rtc.c */
__u32 rtc_read(__u16 offset);
void rtc_write(__u16 offset, __u32 value);

/* ioapic.c */
void ioapic_init(struct machine *machine);
__u32 ioapic_read(__u64 offset);
void ioapic_write(__u64 offset, __u32 value);
void ioapic_raise(unsigned int pin);

/*
 * mov.c: a MOV between a register and memory
 * @length: of the instruction, in bytes
 * @width: of the access, in bytes
 * @write: to memory
 * @reg: number of the register; -1: @immediate is written
 * @high: bits 8 to 15 of the register
 * @clear: how many bytes of the register the access changes, at least @width
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

bool mov_decode(const __u8 *bytes, unsigned int size, struct mov *mov);

#endif /* _MSHV_LINUX_VMM_H */

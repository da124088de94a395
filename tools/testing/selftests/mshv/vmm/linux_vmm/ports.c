// SPDX-License-Identifier: GPL-2.0-only
/*
 * I/O ports: which device is behind which. Where there is none, reads give
 * ones and writes are lost; that is also how a guest learns that there is no
 * PCI bus and no keyboard.
 */
#include <stdio.h>
#include <unistd.h>

#include "vmm.h"

#define PM1_ENABLE		2	/* offset in the event registers */
#define PM1_CONTROL_ACPI	0x0001	/* SCI_EN: ACPI is switched on */
#define PM1_SLEEP_ENABLE	0x2000
#define PM1_SLEEP_TYPE(value)	((value) >> 10 & 7)

#define KEYBOARD_RESET		0xfe
#define RESET_NOW		0x04

static void end(int status)
{
	fflush(stdout);
	_exit(status);
}

/* Events never happen. Which of them Linux wants to know of can be read back. */
static __u32 pm1_enabled;

static __u32 pm1_event_read(__u16 offset)
{
	return offset == PM1_ENABLE ? pm1_enabled : 0;
}

static void pm1_event_write(__u16 offset, __u32 value)
{
	if (offset == PM1_ENABLE)
		pm1_enabled = value;
}

static __u32 pm1_control_read(__u16 offset)
{
	return PM1_CONTROL_ACPI;
}

static void pm1_control_write(__u16 offset, __u32 value)
{
	if ((value & PM1_SLEEP_ENABLE) &&
	    PM1_SLEEP_TYPE(value) == SLEEP_TYPE_OFF)
		end(EXIT_POWER_OFF);
}

/* Not busy, and nothing to read */
static __u32 keyboard_read(__u16 offset)
{
	return 0;
}

static void keyboard_write(__u16 offset, __u32 value)
{
	if (value == KEYBOARD_RESET)
		end(EXIT_RESET);
}

static void reset_write(__u16 offset, __u32 value)
{
	if (value & RESET_NOW)
		end(EXIT_RESET);
}

static __u32 ones(__u16 offset)
{
	return ~0U;
}

static const struct {
	__u16 first, count;
	__u32 (*read)(__u16 offset);
	void (*write)(__u16 offset, __u32 value);
} devices[] = {
	{ 0x064, 1, keyboard_read, keyboard_write },
	{ 0x070, 2, rtc_read, rtc_write },
	{ 0x3f8, 8, uart_read, uart_write },
	{ PORT_PM1_EVENT, 4, pm1_event_read, pm1_event_write },
	{ PORT_PM1_CONTROL, 2, pm1_control_read, pm1_control_write },
	{ 0xcf9, 1, ones, reset_write },
};

__u32 port_read(__u16 port, unsigned int width)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(devices); i++)
		if (port - devices[i].first < devices[i].count &&
		    port >= devices[i].first)
			return devices[i].read(port - devices[i].first);
	return ones(port);
}

void port_write(__u16 port, unsigned int width, __u32 value)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(devices); i++)
		if (port - devices[i].first < devices[i].count &&
		    port >= devices[i].first)
			devices[i].write(port - devices[i].first, value);
}

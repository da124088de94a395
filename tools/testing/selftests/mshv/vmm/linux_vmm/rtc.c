// SPDX-License-Identifier: GPL-2.0-only
/* The clock of a PC, MC146818: tells the time, in BCD, and cannot be set. */
#include <time.h>

#include "vmm.h"

#define INDEX		0
#define DATA		1

#define REG_A		0x0a		/* no update in progress */
#define REG_B		0x0b
#define REG_D		0x0d
#define REG_CENTURY	0x32

#define B_24_HOURS	0x02
#define D_BATTERY_GOOD	0x80

static __u8 selected;

static __u8 bcd(int value)
{
	return value / 10 % 10 << 4 | value % 10;
}

static __u8 read_register(__u8 reg)
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	switch (reg) {
	case 0:
		return bcd(tm.tm_sec);
	case 2:
		return bcd(tm.tm_min);
	case 4:
		return bcd(tm.tm_hour);
	case 6:
		return bcd(tm.tm_wday + 1);
	case 7:
		return bcd(tm.tm_mday);
	case 8:
		return bcd(tm.tm_mon + 1);
	case 9:
		return bcd(tm.tm_year);
	case REG_B:
		return B_24_HOURS;
	case REG_D:
		return D_BATTERY_GOOD;
	case REG_CENTURY:
		return bcd((tm.tm_year + 1900) / 100);
	case REG_A:
	default:
		return 0;
	}
}

__u32 rtc_read(__u16 offset)
{
	return offset == DATA ? read_register(selected) : selected;
}

void rtc_write(__u16 offset, __u32 value)
{
	if (offset == INDEX)
		selected = value & 0x7f;
}

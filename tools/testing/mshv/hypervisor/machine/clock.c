// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time. The TSC and the local APIC timer are measured once against the ACPI
 * power-management timer; after that the reference time of the partition is
 * a function of the TSC alone:
 *
 *	time = (tsc * scale >> 64) + offset		(100 ns)
 *
 * Invariant: the reference counter register and the reference TSC page both
 * use that formula with the same scale and offset, so that a parent may mix
 * them.
 */
#include "hv.h"

#define MEASURE_TICKS	(PM_TIMER_HZ / 20)	/* 50 ms */
#define TRIES		64
#define SEQUENCES	1000		/* how many numbers there are */

/* All three clocks as read at one moment, and how vague that moment is */
struct moment {
	u64 tsc;
	u32 pm;
	u32 apic;
	u64 vagueness;
};

static u64 tsc_hz;
static u64 apic_hz;
static u64 scale;
static u64 offset;

/* The least disturbed of many readings: this machine is itself emulated. */
static struct moment read_clocks(void)
{
	struct moment best = { .vagueness = ~0UL };
	u16 port = acpi_pm_timer();
	u32 i;

	for (i = 0; i < TRIES; i++) {
		u64 before = read_tsc();
		u32 pm = inl(port) & PM_TIMER_MASK;
		u32 apic = lapic_read(LAPIC_TIMER_CURRENT);
		u64 after = read_tsc();

		if (after - before < best.vagueness)
			best = (struct moment) {
				before + (after - before) / 2, pm, apic,
				after - before
			};
	}
	return best;
}

/**
 * clock_init() - Measure the clocks and start the reference time at 0
 */
void clock_init(void)
{
	struct moment first, last;
	u32 ticks, timeout = ~0U;

	lapic_write(LAPIC_SVR, LAPIC_SVR_ENABLE | 0xff);
	lapic_write(LAPIC_LVT_TIMER, LAPIC_LVT_MASKED);
	lapic_write(LAPIC_TIMER_DIVIDE, LAPIC_DIVIDE_BY_1);
	lapic_write(LAPIC_TIMER_INITIAL, ~0U);

	first = read_clocks();
	do {
		cpu_relax();
		ticks = (inl(acpi_pm_timer()) - first.pm) & PM_TIMER_MASK;
	} while (ticks < MEASURE_TICKS && --timeout);
	last = read_clocks();
	lapic_write(LAPIC_TIMER_INITIAL, 0);

	ticks = (last.pm - first.pm) & PM_TIMER_MASK;
	if (ticks < MEASURE_TICKS)
		end_of_run(END_SETUP, "the power-management timer stands still");
	tsc_hz = (last.tsc - first.tsc) * PM_TIMER_HZ / ticks;
	apic_hz = (u64)(first.apic - last.apic) * PM_TIMER_HZ / ticks;
	if (tsc_hz <= HV_REFERENCE_HZ)
		end_of_run(END_SETUP, "a TSC of %lu Hz is too slow", tsc_hz);

	scale = div_shift_64(HV_REFERENCE_HZ, tsc_hz);
	offset = -mul_shift_64(read_tsc(), scale);
	hv_print("TSC %lu kHz, APIC timer %lu kHz", tsc_hz / 1000,
		 apic_hz / 1000);
}

/**
 * clock_reference_at() - The reference time of a moment
 * @tsc: the moment
 *
 * Return: time in units of 100 ns.
 */
u64 clock_reference_at(u64 tsc)
{
	return mul_shift_64(tsc, scale) + offset;
}

/**
 * clock_reference() - The partition's reference time
 *
 * Return: time in units of 100 ns.
 */
u64 clock_reference(void)
{
	return clock_reference_at(read_tsc());
}

/**
 * clock_tsc_hz() - TSC frequency
 *
 * Return: ticks per second.
 */
u64 clock_tsc_hz(void)
{
	return tsc_hz;
}

/**
 * clock_apic_hz() - Local APIC timer frequency
 *
 * Return: ticks per second without divider.
 */
u64 clock_apic_hz(void)
{
	return apic_hz;
}

/**
 * clock_fill_reference_page() - Let a partition compute the time by itself
 * @page: its reference TSC page
 * @ahead: how far its reference time is ahead of clock_reference_at(), 100 ns
 *
 * The sequence number comes last: until it is non-zero the page is not valid. It
 * is another one each time, so that who is reading meanwhile begins again.
 */
void clock_fill_reference_page(struct hv_reference_tsc_page *page, u64 ahead)
{
	u32 sequence = page->sequence;

	WRITE_ONCE(page->sequence, 0);
	page->scale = scale;
	page->offset = offset + ahead;
	WRITE_ONCE(page->sequence, sequence % SEQUENCES + 1);
}

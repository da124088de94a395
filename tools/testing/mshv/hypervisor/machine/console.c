// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the hypervisor says: one line at a time on the debug console, the last
 * of which tells why the run ended. Also the formatter behind it and the spin
 * lock that keeps lines of several processors apart.
 *
 * Invariants: nothing follows the line "end of run"; nothing waits for ever.
 */
#include "hv.h"

#define LINE_SIZE	512
#define LOCK_PATIENCE	(40UL * 1000 * 1000 * 1000)	/* TSC ticks */

static struct spinlock console_lock;
static u32 ending;

static bool spin_lock_patiently(struct spinlock *lock)
{
	u64 start = read_tsc();

	while (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE)) {
		if (read_tsc() - start > LOCK_PATIENCE)
			return false;
		cpu_relax();
	}
	return true;
}

/**
 * spin_lock() - Take a lock
 * @lock: the lock
 *
 * A lock that is not free within seconds is a fault of the hypervisor and
 * ends the run.
 */
void spin_lock(struct spinlock *lock)
{
	if (!spin_lock_patiently(lock))
		end_of_run(END_HYPERVISOR, "a lock at %lx is stuck",
			   (u64)lock);
}

/**
 * spin_unlock() - Give a lock back
 * @lock: the lock
 */
void spin_unlock(struct spinlock *lock)
{
	__atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
}

static void add_char(struct text *text, char c)
{
	if (text->length + 1 < text->size)
		text->buffer[text->length++] = c;
}

static void add_number(struct text *text, u64 value, u32 base, u32 width,
		       char pad)
{
	char digits[24];
	u32 n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	for (; width > n; width--)
		add_char(text, pad);
	while (n)
		add_char(text, digits[--n]);
}

/* Understands %s %c %u %x %lu %lx, a width, and 0 before it. */
static void add_formatted(struct text *text, const char *format, va_list args)
{
	for (; *format; format++) {
		bool is_long = false;
		const char *s;
		char pad = ' ';
		u32 width = 0;
		u64 value;

		if (*format != '%') {
			add_char(text, *format);
			continue;
		}
		if (*++format == '0')
			pad = '0';
		while (*format >= '0' && *format <= '9')
			width = width * 10 + *format++ - '0';
		if (*format == 'l') {
			is_long = true;
			format++;
		}

		switch (*format) {
		case 'c':
			add_char(text, va_arg(args, int));
			break;
		case 's':
			for (s = va_arg(args, const char *); *s; s++)
				add_char(text, *s);
			break;
		case 'u':
		case 'x':
			if (is_long)
				value = va_arg(args, u64);
			else
				value = va_arg(args, u32);
			add_number(text, value, *format == 'u' ? 10 : 16,
				   width, pad);
			break;
		default:
			add_char(text, *format);
		}
	}
	text->buffer[text->length] = '\0';
}

/**
 * text_add() - Append to a text
 * @text: the text; what does not fit is dropped
 * @format: as printf(), but only %s %c %u %x %lu %lx
 */
void text_add(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_formatted(text, format, args);
	va_end(args);
}

static void write_line(const char *line)
{
	const char *prefix = "hv: ";

	while (*prefix)
		outb(PORT_DEBUGCON, *prefix++);
	while (*line)
		outb(PORT_DEBUGCON, *line++);
	outb(PORT_DEBUGCON, '\n');
}

/**
 * hv_print() - Say a line
 * @format: as text_add(), without the newline
 */
void hv_print(const char *format, ...)
{
	char buffer[LINE_SIZE];
	struct text line = { buffer, sizeof(buffer), 0 };
	va_list args;

	va_start(args, format);
	add_formatted(&line, format, args);
	va_end(args);

	spin_lock(&console_lock);
	write_line(buffer);
	spin_unlock(&console_lock);
}

/**
 * end_of_run() - Say why, and leave QEMU
 * @code: what isa-debug-exit is given
 * @format: the reason, as text_add()
 *
 * The first processor to come here wins; the console lock is not given back,
 * so that its reason is the last line.
 */
void end_of_run(enum end_code code, const char *format, ...)
{
	char buffer[LINE_SIZE];
	struct text line = { buffer, sizeof(buffer), 0 };
	va_list args;

	if (!__atomic_exchange_n(&ending, 1, __ATOMIC_ACQ_REL)) {
		text_add(&line, "end of run: ");
		va_start(args, format);
		add_formatted(&line, format, args);
		va_end(args);

		spin_lock_patiently(&console_lock);
		write_line(buffer);
		outl(PORT_EXIT, code);
	}
	for (;;)
		asm volatile("cli; hlt");
}

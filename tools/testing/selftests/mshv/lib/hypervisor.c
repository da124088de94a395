// SPDX-License-Identifier: GPL-2.0-only
/*
 * The debug channel: a CPUID leaf, one byte at a time. A command is a line;
 * the last line of its answer is "ok" or "error: WHY".
 */
#include <cpuid.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>

#include "host.h"
#include "hypervisor.h"
#include "require.h"

#define LEAF_HYPERVISOR		0x40000000
#define LEAF_DEBUG		0x4ed00000
#define DEBUG_WRITE		0x100

#define OVERLAY			"overlay "

#define PAUSE_US		10000

static unsigned int cpuid_eax(unsigned int leaf, unsigned int subleaf)
{
	unsigned int eax, ebx, ecx, edx;

	__cpuid_count(leaf, subleaf, eax, ebx, ecx, edx);
	return eax;
}

/*
 * The channel does not know its users: one command at a time, as far as the
 * kernel has file locks. Without them, tests that run one after the other do.
 */
static int lock_channel(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	require(fd >= 0, "open the program");
	/* Best effort: a kernel may have been built without file locks. */
	(void)flock(fd, LOCK_EX);
	return fd;
}

static void exchange(const char *command, char *reply)
{
	size_t length = 0;
	char c;

	while (*command)
		cpuid_eax(LEAF_DEBUG, DEBUG_WRITE | (unsigned char)*command++);
	cpuid_eax(LEAF_DEBUG, DEBUG_WRITE | '\n');

	while ((c = cpuid_eax(LEAF_DEBUG, 0)))
		if (length + 1 < HYPERVISOR_REPLY)
			reply[length++] = c;
	reply[length] = '\0';
}

/* Takes the verdict off the end of an answer. */
static bool succeeded(char *reply)
{
	size_t length = strlen(reply);

	if (length < 3 || strcmp(reply + length - 3, "ok\n"))
		return false;
	if (length > 3 && reply[length - 4] != '\n')
		return false;
	reply[length - 3] = '\0';
	return true;
}

bool hypervisor_ask(const char *command, char *reply)
{
	int lock = lock_channel();

	exchange(command, reply);
	close(lock);
	return succeeded(reply);
}

bool hypervisor_present(void)
{
	static char reply[HYPERVISOR_REPLY];
	static int present = -1;	/* not known: the answer is long */

	if (present < 0)
		present = cpuid_eax(LEAF_HYPERVISOR, 0) >= LEAF_HYPERVISOR &&
			  hypervisor_ask("knobs", reply);
	return present;
}

/* Finds "KEY NUMBER" in an answer. */
static unsigned long ask_number(const char *command, unsigned long key)
{
	static char reply[HYPERVISOR_REPLY];
	char *line, *rest = reply;

	require(hypervisor_ask(command, reply), "%s: %s", command, reply);
	while ((line = strsep(&rest, "\n"))) {
		if (*line && strtoul(line, &line, 16) == key)
			return strtoul(line, NULL, 10);
	}
	return 0;
}

unsigned long hypervisor_calls(__u16 code)
{
	return ask_number("counters", code);
}

unsigned long hypervisor_messages(__u32 type)
{
	return ask_number("messages", type);
}

/* Leaves out the lines that begin with @start. */
static void leave_out(char *text, const char *start)
{
	char *to = text;

	while (*text) {
		size_t length = strcspn(text, "\n");

		length += text[length] == '\n';
		if (strncmp(text, start, strlen(start))) {
			memmove(to, text, length);
			to += length;
		}
		text += length;
	}
	*to = '\0';
}

/*
 * A processor that went and came again has other pages for its interrupt
 * controller: overlays are compared without their address, the last word.
 */
static void drop_addresses(char *ledger)
{
	char *line, *to = ledger;

	for (line = strtok(ledger, "\n"); line; line = strtok(NULL, "\n")) {
		size_t length = strlen(line);

		if (!strncmp(line, OVERLAY, strlen(OVERLAY)))
			length = strrchr(line, ' ') - line;
		memmove(to, line, length);
		to += length;
		*to++ = '\n';
	}
	*to = '\0';
}

void hypervisor_ledger(char *ledger)
{
	const char *except = getenv(LEDGER_EXCEPT);

	require(hypervisor_ask("ledger", ledger), "ledger: %s", ledger);
	drop_addresses(ledger);
	if (except && *except)
		leave_out(ledger, except);
}

static bool has_line(const char *text, const char *line, size_t length)
{
	for (;;) {
		size_t here = strcspn(text, "\n");

		if (here == length && !memcmp(text, line, length))
			return true;
		if (!text[here])
			return false;
		text += here + 1;
	}
}

/* Prints the lines of @left that @right has not. */
static void print_only_in(const char *left, const char *right, char sign)
{
	while (*left) {
		size_t length = strcspn(left, "\n");

		if (!has_line(right, left, length))
			complain("ledger: %c %.*s", sign, (int)length, left);
		left += length + (left[length] == '\n');
	}
}

bool ledger_becomes(const char *before)
{
	static char now[HYPERVISOR_REPLY];
	__u64 end = now_us() + PATIENCE_TO_FREE_US;

	for (;;) {
		hypervisor_ledger(now);
		if (!strcmp(now, before))
			return true;
		if (now_us() > end)
			break;
		sleep_us(PAUSE_US);
	}
	print_only_in(before, now, '-');
	print_only_in(now, before, '+');
	return false;
}

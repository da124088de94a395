// SPDX-License-Identifier: GPL-2.0-only
/*
 * hvctl COMMAND [ARGUMENT]... - talk to the test hypervisor from the parent
 *
 * Sends one command over the debug channel and prints the answer without its
 * closing "ok". The channel is a CPUID leaf that only the test hypervisor
 * knows, because a CPUID instruction reaches it from any process of any
 * kernel, whereas I/O ports need a kernel option that small kernels leave out.
 *
 * Exit status: 0, or 1 when the hypervisor reports an error or is not there.
 */
#include <cpuid.h>
#include <stdio.h>
#include <string.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#define HV_LEAF			0x40000000
#define HV_LEAF_INTERFACE	0x40000001
#define HV_INTERFACE		0x31237648	/* "Hv#1" */
#define DEBUG_LEAF		0x4ed00000
#define DEBUG_WRITE		0x100

static unsigned int debug_cpuid(unsigned int leaf, unsigned int subleaf)
{
	unsigned int eax, ebx, ecx, edx;

	__cpuid_count(leaf, subleaf, eax, ebx, ecx, edx);
	return eax;
}

static void send(const char *text)
{
	while (*text)
		debug_cpuid(DEBUG_LEAF, DEBUG_WRITE | (unsigned char)*text++);
}

/* One command at a time: the channel itself does not know its users. */
static void lock_channel(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);

	if (fd >= 0)
		flock(fd, LOCK_EX);
}

/* Prints all lines but the last, and tells whether that is "ok". */
static int receive(void)
{
	char line[512];
	size_t length = 0;
	char c;

	line[0] = '\0';
	while ((c = debug_cpuid(DEBUG_LEAF, 0))) {
		if (length && line[length - 1] == '\n') {
			fputs(line, stdout);
			length = 0;
		}
		if (length + 1 < sizeof(line))
			line[length++] = c;
		line[length] = '\0';
	}
	if (!strcmp(line, "ok\n"))
		return 0;
	fprintf(stderr, "hvctl: %s", length ? line : "no answer\n");
	return 1;
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 2) {
		fprintf(stderr, "usage: hvctl COMMAND [ARGUMENT]...\n");
		return 1;
	}
	if (debug_cpuid(HV_LEAF, 0) < HV_LEAF_INTERFACE ||
	    debug_cpuid(HV_LEAF_INTERFACE, 0) != HV_INTERFACE) {
		fprintf(stderr, "hvctl: not on the test hypervisor\n");
		return 1;
	}

	lock_channel();
	for (i = 1; i < argc; i++) {
		send(argv[i]);
		send(i + 1 < argc ? " " : "\n");
	}
	return receive();
}

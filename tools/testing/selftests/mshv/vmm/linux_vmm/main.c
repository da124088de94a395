// SPDX-License-Identifier: GPL-2.0-only
/*
 * linux_vmm KERNEL INITRAMFS [CPUS [COMMAND LINE [FEATURES]]]
 *
 * Boots Linux in a partition. What the guest prints on its serial port is
 * printed, and standard input is what the port receives. The exit status is 0
 * when it powered off, 2 when it wanted a reset, 1 when something went wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "require.h"
#include "vmm.h"

#define RAM_SIZE	(128UL << 20)

static struct machine machine;

static void *run(void *arg)
{
	vcpu_run(&machine, (unsigned long)arg);
	return NULL;
}

static void *listen_to_input(void *unused)
{
	char c;

	while (read(STDIN_FILENO, &c, 1) == 1)
		uart_receive(c);
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned long index, cpus = argc > 3 ? strtoul(argv[3], NULL, 0) : 1;
	pthread_t thread;

	if (argc < 3 || argc > 6 || !cpus || cpus > MAX_CPUS) {
		fprintf(stderr, "usage: %s KERNEL INITRAMFS [CPUS [COMMAND LINE [FEATURES]]]\n",
			argv[0]);
		return EXIT_TROUBLE;
	}

	machine_create(&machine, cpus, RAM_SIZE,
		       argc > 5 ? strtoull(argv[5], NULL, 0) : 0);
	ioapic_init(&machine);
	boot_linux(&machine, argv[1], argv[2], argc > 4 ? argv[4] : "");

	for (index = 1; index < cpus; index++)
		require(!pthread_create(&thread, NULL, run, (void *)index),
			"start a thread for VP %lu", index);
	require(!pthread_create(&thread, NULL, listen_to_input, NULL),
		"start a thread for the input");
	vcpu_run(&machine, 0);
	return EXIT_TROUBLE;
}

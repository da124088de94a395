// SPDX-License-Identifier: GPL-2.0-only
/*
 * Knobs and faults. What was turned is noted in memory that a test shares with
 * the process that waits for it, before it is turned.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "hypervisor.h"
#include "knob.h"
#include "require.h"

#define MAX_KNOBS	8
#define NAME_SIZE	32

static struct {
	bool faults;
	struct {
		char name[NAME_SIZE];
		__u64 before;
	} knobs[MAX_KNOBS];
} *turned;

static void __attribute__((constructor)) begin_notes(void)
{
	turned = mmap(NULL, sizeof(*turned), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	require(turned != MAP_FAILED, "map notes on knobs");
}

static void tell(const char *command)
{
	static char reply[HYPERVISOR_REPLY];

	require(hypervisor_ask(command, reply), "%s: %s", command, reply);
}

static __u64 knob_value(const char *name)
{
	static char reply[HYPERVISOR_REPLY];
	const size_t length = strlen(name);
	char *line, *rest = reply;

	require(hypervisor_ask("knobs", reply), "knobs: %s", reply);
	while ((line = strsep(&rest, "\n")))
		if (!strncmp(line, name, length) && line[length] == '=')
			return strtoull(line + length + 1, NULL, 0);
	require(false, "find knob %s", name);
	return 0;
}

static void set_knob(const char *name, __u64 value)
{
	char command[64];

	snprintf(command, sizeof(command), "knob %s %llu", name, value);
	tell(command);
}

static void note(const char *name)
{
	int i;

	for (i = 0; i < MAX_KNOBS && turned->knobs[i].name[0]; i++)
		if (!strcmp(turned->knobs[i].name, name))
			return;
	require(i < MAX_KNOBS, "remember the value of another knob");
	turned->knobs[i].before = knob_value(name);
	snprintf(turned->knobs[i].name, NAME_SIZE, "%s", name);
}

void knob_turn(const char *name, __u64 value)
{
	note(name);
	set_knob(name, value);
}

void make_fail(__u16 code, int nth, __u16 status)
{
	char command[64];

	turned->faults = true;
	snprintf(command, sizeof(command), "fault %#x %d %#x", code, nth,
		 status);
	tell(command);
}

void no_more_faults(void)
{
	tell("fault clear");
	turned->faults = false;
}

void knobs_restore(void)
{
	int i;

	if (turned->faults)
		no_more_faults();
	for (i = 0; i < MAX_KNOBS && turned->knobs[i].name[0]; i++)
		set_knob(turned->knobs[i].name, turned->knobs[i].before);
	memset(turned->knobs, 0, sizeof(turned->knobs));
}

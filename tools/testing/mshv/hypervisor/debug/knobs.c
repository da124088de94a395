// SPDX-License-Identifier: GPL-2.0-only
/*
 * Knobs: what a test sets on the hypervisor's command line or, most of them,
 * at run time.
 */
#include "hv.h"

/* Pages that an object costs for nothing */
#define MAX_STINGY	10000

struct choice {
	const char *name;
	u64 value;
};

struct knob {
	const char *name;
	u64 *value;
	u64 min, max;
	const struct choice *choices;	/* names that stand for numbers */
	bool only_names;		/* a number is no answer */
	bool fixed;			/* not at run time */
};

static const struct choice partition_types[] = {
	{ "l1vh", PARTITION_L1VH },
	{ "root", PARTITION_ROOT },
	{ "guest", PARTITION_GUEST },
	{ "isolated", PARTITION_ISOLATED },
	{ NULL, 0 }
};

static const struct choice schedulers[] = {
	{ "classic", 1 },
	{ "classic-smt", 2 },
	{ "core", 3 },
	{ "root", 4 },
	{ NULL, 0 }
};

/* processors: 0 until it is set, which stands for all */
static const struct knob table[] = {
	{ "partition", &knobs.partition, 0, 0, partition_types, true, true },
	{ "scheduler", &knobs.scheduler, 0, 0xffffffff, schedulers,
	  false, false },
	{ "vmm-capabilities", &knobs.vmm_capabilities, 0, ~0UL, NULL,
	  false, false },
	{ "vmm-capabilities-banks", &knobs.vmm_capabilities_banks, 0, 0xffff,
	  NULL, false, false },
	{ "vmm-capabilities-status", &knobs.vmm_capabilities_status,
	  0, 0xffff, NULL, false, false },
	{ "integrated-scheduler", &knobs.integrated_scheduler, 0, ~0UL, NULL,
	  false, false },
	{ "integrated-scheduler-status", &knobs.integrated_scheduler_status,
	  0, 0xffff, NULL, false, false },
	{ "build", &knobs.build, 0, 0xffffffff, NULL, false, true },
	{ "partition-id", &knobs.partition_id, 0, 1, NULL, false, true },
	{ "processors", &knobs.processors, 1, MAX_CPUS, NULL, false, true },
	{ "signal-sets", &knobs.signal_sets, 0, 1, NULL, false, false },
	{ "stingy", &knobs.stingy, 0, MAX_STINGY, NULL, false, false },
	{ "async-properties", &knobs.async_properties, 0, 2, NULL,
	  false, false },
	{ "lazy-doorbells", &knobs.lazy_doorbells, 0, 2, NULL,
	  false, false },
	{ "crash-ends", &knobs.crash_ends, 0, 1, NULL, false, false },
	{ "large-xsave", &knobs.large_xsave, 0, 1, NULL, false, false },
	{ "small-elements", &knobs.small_elements, 0, 1, NULL, false, false },
	{ "vmbus", &knobs.vmbus, 0, 1, NULL, false, true },
};

static const struct knob *find_knob(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

static bool set_knob(const struct knob *knob, const char *word)
{
	const struct choice *choice;
	u64 value;

	for (choice = knob->choices; choice && choice->name; choice++)
		if (!strcmp(choice->name, word)) {
			*knob->value = choice->value;
			return true;
		}

	if (knob->only_names || !parse_u64(word, 10, &value) ||
	    value < knob->min || value > knob->max)
		return false;
	*knob->value = value;
	return true;
}

/* CODE:NTH:STATUS */
static bool set_fault(char *word)
{
	u64 numbers[3];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		char *field = next_word(&word, ":");

		if (!field || !parse_u64(field, 10, &numbers[i]))
			return false;
	}
	return !*word && !fault_add(numbers[0], numbers[1], numbers[2]);
}

/**
 * knobs_parse() - Read the hypervisor's command line
 * @command_line: program name, then name=value words; is cut into pieces
 *
 * An unknown name or a bad value ends the run.
 */
void knobs_parse(char *command_line)
{
	char *word;

	next_word(&command_line, " ");
	while ((word = next_word(&command_line, " "))) {
		char *value = word;
		char *name = next_word(&value, "=");
		const struct knob *knob = name ? find_knob(name) : NULL;
		bool good;

		if (knob)
			good = set_knob(knob, value);
		else if (name && !strcmp(name, "fault"))
			good = set_fault(value);
		else
			end_of_run(END_SETUP, "unknown knob '%s'", word);
		if (!good)
			end_of_run(END_SETUP, "bad value of knob '%s'", name);
	}
}

/**
 * knob_change() - Turn a knob at run time
 * @name: which
 * @value: as on the command line
 *
 * Return: NULL, or what is wrong.
 */
const char *knob_change(const char *name, const char *value)
{
	const struct knob *knob = find_knob(name);

	if (!knob)
		return "unknown knob";
	if (knob->fixed)
		return "this knob cannot be changed at run time";
	if (!set_knob(knob, value))
		return "bad value";
	completions_release();
	return NULL;
}

/**
 * knobs_print() - All knobs as the command line would have them
 * @text: where they go
 */
void knobs_print(struct text *text)
{
	const struct choice *choice;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		u64 value = *table[i].value;

		if (table[i].value == &knobs.processors)
			value = parent.num_vps;
		choice = table[i].choices;
		while (choice && choice->name && choice->value != value)
			choice++;
		if (choice && choice->name)
			text_add(text, "%s=%s\n", table[i].name, choice->name);
		else if (table[i].max == ~0UL)
			text_add(text, "%s=0x%lx\n", table[i].name, value);
		else
			text_add(text, "%s=%lu\n", table[i].name, value);
	}
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bring-up, in order: what the loader gave us, memory, processors, the parent
 * partition, Linux. Everything after that happens in exit handlers.
 */
#include "boot/layers.h"
#include "hv.h"

#define LINE_SIZE		4096
#define MULTIBOOT_HAS_MODULES	BIT(3)
#define MULTIBOOT_HAS_MAP	BIT(6)

struct multiboot_info {
	u32 flags;
	u32 unused0[3];
	u32 command_line;
	u32 num_modules;
	u32 modules;
	u32 unused1[4];
	u32 map_size;
	u32 map;
};

struct multiboot_module {
	u32 start;
	u32 end;
	u32 string;
	u32 reserved;
};

/* The loader's strings lie in memory that Linux is loaded over. */
static char own_command_line[LINE_SIZE];
static char linux_command_line[LINE_SIZE];

static void copy_line(char *to, u32 from)
{
	size_t length = strlen((char *)(u64)from);

	if (length >= LINE_SIZE)
		end_of_run(END_SETUP, "a command line is too long");
	memcpy(to, (char *)(u64)from, length + 1);
}

/* A module's string is its file name, then the command line. */
static const char *skip_file_name(const char *line)
{
	while (*line && *line != ' ')
		line++;
	while (*line == ' ')
		line++;
	return line;
}

static void read_modules(const struct multiboot_info *info,
			 struct boot_module modules[2])
{
	const struct multiboot_module *m = (void *)(u64)info->modules;
	u32 i;

	if (!(info->flags & MULTIBOOT_HAS_MODULES) || !info->num_modules)
		end_of_run(END_SETUP, "no kernel was given");
	for (i = 0; i < min(info->num_modules, 2U); i++) {
		modules[i].start = m[i].start;
		modules[i].size = m[i].end - m[i].start;
	}
	copy_line(linux_command_line, m[0].string);
	modules[0].command_line = skip_file_name(linux_command_line);
}

/**
 * hv_main() - First C code of the boot processor
 * @info: what the multiboot loader says
 */
void hv_main(const struct multiboot_info *info)
{
	struct boot_module modules[2] = { { 0 }, { 0 } };

	layers_connect();
	if (!(info->flags & MULTIBOOT_HAS_MAP))
		end_of_run(END_SETUP, "the loader gave no memory map");
	copy_line(own_command_line, info->command_line);
	read_modules(info, modules);
	memory_init((void *)(u64)info->map, info->map_size);

	knobs_parse(own_command_line);
	acpi_init();
	clock_init();
	svm_init();
	run_init();
	msr_init();
	svm_intercept_port(DEBUG_PORT);
	cpu_init_boot();
	cpu_start_others();

	parent_create();
	linux_boot(&parent.vps[0], &modules[0], &modules[1]);
	parent.vps[0].state = VP_RUNNING;
	hv_print("starting the parent, %u processors", parent.num_vps);
	vp_run(&parent.vps[0]);
}

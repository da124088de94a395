// SPDX-License-Identifier: GPL-2.0-only
/*
 * The debug channel: a test in the parent writes a line of text, byte by byte,
 * and reads the answer, byte by byte, until a 0. The last line of an answer is
 * "ok" or "error: WHY".
 *
 * There is one channel for all processors. The lock makes each byte whole;
 * that commands do not mix is for those who send them to see to.
 */
#include "vmbus.h"

#define COMMAND_SIZE	256
#define REPLY_SIZE	32768
#define MAX_ARGUMENTS	4

static char command[COMMAND_SIZE];
static char reply_buffer[REPLY_SIZE];
static struct text reply = { reply_buffer, REPLY_SIZE, 0 };
static u32 command_length;
static u32 reply_read;
static struct spinlock debug_lock;

static const char *do_fault(u32 argc, char **argv)
{
	u64 code, nth, status;

	if (argc == 1 && !strcmp(argv[0], "clear")) {
		fault_clear();
		return NULL;
	}
	if (argc != 3 || !parse_u64(argv[0], 10, &code) ||
	    !parse_u64(argv[1], 10, &nth) || !parse_u64(argv[2], 10, &status))
		return "fault CODE NTH STATUS | fault clear";
	return fault_add(code, nth, status);
}

static const char *do_knob(u32 argc, char **argv)
{
	if (argc != 2)
		return "knob NAME VALUE";
	return knob_change(argv[0], argv[1]);
}

static const char *do_knobs(u32 argc, char **argv)
{
	if (argc)
		return "knobs";
	knobs_print(&reply);
	return NULL;
}

static const char *do_counters(u32 argc, char **argv)
{
	if (!argc)
		counters_print(&reply, false);
	else if (argc == 1 && !strcmp(argv[0], "children"))
		counters_print(&reply, true);
	else if (argc == 1 && !strcmp(argv[0], "clear"))
		counters_clear();
	else
		return "counters | counters children | counters clear";
	return NULL;
}

static const char *do_ledger(u32 argc, char **argv)
{
	if (argc)
		return "ledger";
	ledger_print(&reply);
	return NULL;
}

static const char *do_log(u32 argc, char **argv)
{
	if (!argc)
		calllog_print(&reply);
	else if (argc == 1 && !strcmp(argv[0], "clear"))
		calllog_clear();
	else
		return "log | log clear";
	return NULL;
}

static const char *do_messages(u32 argc, char **argv)
{
	if (!argc)
		messages_print(&reply);
	else if (argc == 1 && !strcmp(argv[0], "clear"))
		messages_clear();
	else
		return "messages | messages clear";
	return NULL;
}

static const char *do_vps(u32 argc, char **argv)
{
	if (argc)
		return "vps";
	vps_print(&reply);
	return NULL;
}

static const char *do_vmbus(u32 argc, char **argv)
{
	u64 number;

	if (!argc) {
		vmbus_print(&reply);
		return NULL;
	}
	if (argc == 2 && parse_u64(argv[1], 10, &number)) {
		if (!strcmp(argv[0], "offer"))
			return vmbus_offer(number);
		if (!strcmp(argv[0], "rescind"))
			return vmbus_rescind(number);
		if (!strcmp(argv[0], "churn"))
			return vmbus_churn(number);
		if (!strcmp(argv[0], "hold"))
			return vmbus_hold(number, true);
		if (!strcmp(argv[0], "let-go"))
			return vmbus_hold(number, false);
	}
	return "vmbus [offer|rescind CHANNEL, churn 0|1, hold|let-go VP]";
}

/* A command returns NULL, or what is wrong. */
static const struct {
	const char *name;
	const char *(*run)(u32 argc, char **argv);
} commands[] = {
	{ "fault",	do_fault },
	{ "knob",	do_knob },
	{ "knobs",	do_knobs },
	{ "counters",	do_counters },
	{ "ledger",	do_ledger },
	{ "log",	do_log },
	{ "messages",	do_messages },
	{ "vps",	do_vps },
	{ "vmbus",	do_vmbus },
};

static const char *run_command(void)
{
	char *argv[MAX_ARGUMENTS + 1] = { NULL };
	char *rest = command;
	char *name = next_word(&rest, " ");
	u32 argc, i;

	for (argc = 0; argc <= MAX_ARGUMENTS; argc++) {
		argv[argc] = next_word(&rest, " ");
		if (!argv[argc])
			break;
	}
	if (!name)
		return "no command";
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, name))
			return commands[i].run(argc, argv);
	return "unknown command";
}

/**
 * debug_write() - The parent sends a byte
 * @byte: the byte; a newline ends the command and runs it
 */
void debug_write(u8 byte)
{
	const char *error;

	spin_lock(&debug_lock);
	if (byte != '\n') {
		if (command_length + 1 < COMMAND_SIZE)
			command[command_length++] = byte;
	} else {
		command[command_length] = '\0';
		command_length = 0;
		reply.length = 0;
		reply_read = 0;
		error = run_command();
		if (error)
			text_add(&reply, "error: %s\n", error);
		else
			text_add(&reply, "ok\n");
	}
	spin_unlock(&debug_lock);
}

/**
 * debug_read() - The parent asks for a byte
 *
 * Return: the next byte of the reply, 0 at its end.
 */
u8 debug_read(void)
{
	u8 byte = 0;

	spin_lock(&debug_lock);
	if (reply_read < reply.length)
		byte = reply_buffer[reply_read++];
	spin_unlock(&debug_lock);
	return byte;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fault injection by /proc/thread-self/fail-nth: a number there is counted down
 * by whatever can fail in this thread, and what makes it zero fails.
 */
#include <fcntl.h>
#include <stdlib.h>

#include "faults.h"
#include "host.h"
#include "hv.h"
#include "hypervisor.h"
#include "require.h"

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define DEBUGFS		"/sys/kernel/debug/"

/* No call of the driver's has as many places to fail in. */
#define MOST_FAULTS	2000

/* How many of those that are alike, at either end */
#define FEW		8

static const struct {
	const char *file;
	const char *value;
} settings[FAULT_SETTINGS] = {
	{ DEBUGFS "failslab/ignore-gfp-wait",		 "N" },
	{ DEBUGFS "failslab/cache-filter",		 "N" },
	{ DEBUGFS "failslab/verbose",			 "0" },
	{ DEBUGFS "fail_page_alloc/ignore-gfp-wait",	 "N" },
	{ DEBUGFS "fail_page_alloc/ignore-gfp-highmem",	 "N" },
	{ DEBUGFS "fail_page_alloc/min-order",		 "0" },
	{ DEBUGFS "fail_page_alloc/verbose",		 "0" },
	{ DEBUGFS "fail_usercopy/verbose",		 "0" },
};

bool faults_begin(struct fault_settings *before)
{
	size_t i;

	for (i = 0; i < FAULT_SETTINGS; i++)
		if (!read_file(settings[i].file, before->value[i],
			       sizeof(before->value[i])))
			return false;
	if (access(FAIL_NTH, R_OK | W_OK))
		return false;
	for (i = 0; i < FAULT_SETTINGS; i++)
		require(!write_file(settings[i].file, settings[i].value),
			"set %s", settings[i].file);
	return true;
}

void faults_end(const struct fault_settings *before)
{
	size_t i;

	for (i = 0; i < FAULT_SETTINGS; i++)
		require(!write_file(settings[i].file, before->value[i]),
			"restore %s", settings[i].file);
}

static int fail_nth_file(void)
{
	static int fd = -1;

	/* A test is a process of its own, and so is its thread. */
	if (fd < 0)
		fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	require(fd >= 0, "open " FAIL_NTH);
	return fd;
}

/* Makes the call; @struck: whether something failed in it. */
static int call_with_fault(const struct swept_call *call, void *object,
			   unsigned int n, bool *struck)
{
	const int fd = fail_nth_file();
	char text[16];
	ssize_t length = snprintf(text, sizeof(text), "%u", n);
	int ret;

	require(pwrite(fd, text, length, 0) == length, "write " FAIL_NTH);
	ret = call->call(object);
	length = pread(fd, text, sizeof(text) - 1, 0);

	/* Reading copies as well. If that is what failed, the call did not. */
	require(length > 0 || errno == EFAULT, "read " FAIL_NTH);
	text[length > 0 ? length : 0] = '\0';
	*struck = length > 0 && !strtoul(text, NULL, 10);
	while (pwrite(fd, "0", 1, 0) != 1)
		require(errno == EFAULT, "clear " FAIL_NTH);
	return ret;
}

static void ask(const char *command)
{
	static char reply[HYPERVISOR_REPLY];

	require(hypervisor_ask(command, reply), "%s: %s", command, reply);
}

static void make_hungry(const struct swept_call *call, bool hungry)
{
	char command[64];

	if (!call->hungry || !hypervisor_present())
		return;
	ask("fault clear");
	if (!hungry)
		return;
	snprintf(command, sizeof(command), "fault %#x %u %#x", call->hungry,
		 call->nth ?: 1,
		 call->status ?: HV_STATUS_INSUFFICIENT_MEMORY);
	ask(command);
}

static void begin(const struct swept_call *call, void *object)
{
	if (call->before)
		call->before(object);
}

static void end(const struct swept_call *call, void *object, int result)
{
	if (call->after)
		call->after(object, result);
}

static bool may_fail(const struct swept_call *call, int result)
{
	return (result == -ENOMEM && call->no_memory) ||
	       (result == -EFAULT && call->no_copy);
}

/* Without a fault: it succeeds. */
static bool succeeds(const struct swept_call *call, void *object, const char *when)
{
	int ret = call->call(object);

	if (ret < 0) {
		complain("%s: %d %s", call->name, ret, when);
		return false;
	}
	end(call, object, ret);
	return true;
}

/* After a call that failed: it may, it left nothing, and it works again. */
static bool fails_well(const struct swept_call *call, void *object,
		       const char *ledger, int ret)
{
	return may_fail(call, ret) && (!*ledger || ledger_becomes(ledger)) &&
	       succeeds(call, object, "after a failure");
}

/* Behind the @n-th the next one that is worth a try */
static unsigned int next_fault(const struct swept_call *call, unsigned int n)
{
	if (n == FEW && call->alike > 2 * FEW)
		return call->alike - FEW;
	return n + 1;
}

bool sweep(const struct swept_call *call, void *object)
{
	static char ledger[HYPERVISOR_REPLY];
	unsigned int n, faults = 0;
	bool struck = true;

	/* The first time brings in what the rest of the process needs. */
	begin(call, object);
	if (!succeeds(call, object, "without a fault"))
		return false;

	for (n = 1; struck; n = next_fault(call, n)) {
		int ret;

		require(n < MOST_FAULTS, "%s comes to no end", call->name);
		begin(call, object);
		*ledger = '\0';
		if (call->tidy && hypervisor_present())
			hypervisor_ledger(ledger);

		make_hungry(call, true);
		ret = call_with_fault(call, object, n, &struck);
		make_hungry(call, false);

		faults += struck;
		if (ret >= 0) {
			end(call, object, ret);
		} else if (!struck || !fails_well(call, object, ledger, ret)) {
			complain("%s: %d of fault %u", call->name, ret, n);
			return false;
		}
	}
	if (!faults)
		complain("%s: nothing failed in it", call->name);
	return faults;
}

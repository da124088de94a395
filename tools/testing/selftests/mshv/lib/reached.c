// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record of what was reached. If the environment variable MSHV_REACHED names
 * a file, the program appends lines to it when it ends:
 *
 *	PROGRAM.FIXTURE.TEST IOCTL WHAT
 *
 * where WHAT is the name of an errno, or "success", or the name of a flag or
 * value in the argument of a call that did not fail for another reason.
 *
 * Tests run in processes of their own, which may end in every way. So the record
 * is in memory that they share with the process that started them, and only that
 * one writes the file. It is bytes which are never set back: no lock.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/mshv.h>

#include "hv.h"
#include "reached.h"
#include "require.h"
#include "vm.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define MAX_TESTS	64
#define MAX_ERRNO	134
#define NAME_SIZE	80

/*
 * Not ioctls, but counted like them: mmap(), and a hypercall that an ioctl was
 * asked to make and that failed. No ioctl has these numbers.
 */
#define MMAP		0
#define HYPERCALL	1

#define ROW(cmd)	{ cmd, #cmd }

static const struct {
	unsigned long cmd;
	const char *name;
} calls[] = {
	{ MMAP, "mmap" },
	{ HYPERCALL, "hypercall" },
	ROW(MSHV_CREATE_PARTITION),
	ROW(MSHV_INITIALIZE_PARTITION),
	ROW(MSHV_CREATE_VP),
	ROW(MSHV_SET_GUEST_MEMORY),
	ROW(MSHV_IRQFD),
	ROW(MSHV_IOEVENTFD),
	ROW(MSHV_SET_MSI_ROUTING),
	ROW(MSHV_GET_GPAP_ACCESS_BITMAP),
	ROW(MSHV_ROOT_HVCALL),
	ROW(MSHV_RUN_VP),
	ROW(MSHV_GET_VP_STATE),
	ROW(MSHV_SET_VP_STATE),
	ROW(MSHV_CHECK_EXTENSION),
	ROW(MSHV_CREATE_VTL),
	ROW(MSHV_ADD_VTL0_MEMORY),
	ROW(MSHV_SET_POLL_FILE),
	ROW(MSHV_RETURN_TO_LOWER_VTL),
	ROW(MSHV_GET_VP_REGISTERS),
	ROW(MSHV_SET_VP_REGISTERS),
	ROW(MSHV_SINT_SIGNAL_EVENT),
	ROW(MSHV_SINT_POST_MESSAGE),
	ROW(MSHV_SINT_SET_EVENTFD),
	ROW(MSHV_SINT_PAUSE_MESSAGE_STREAM),
	ROW(MSHV_HVCALL_SETUP),
	ROW(MSHV_HVCALL),
};

/* Fields of arguments, and the number of the page that mmap() wants */
enum field {
	PT_FLAGS,
	PT_ISOLATION,
	MEMORY_FLAGS,
	IRQFD_FLAGS,
	IOEVENTFD_FLAGS,
	ACCESS_TYPE,
	ACCESS_OP,
	GET_STATE,
	SET_STATE,
	MMAP_PAGE,
};

#define ARGUMENT(type, field)	.offset = offsetof(struct type, field)

/* Of a field of @flags each bit means something, of others the whole */
static const struct {
	unsigned long cmd;
	size_t offset;
	size_t size;
	bool flags;
} fields[] = {
	[PT_FLAGS] = { MSHV_CREATE_PARTITION, .size = 8, .flags = true,
		       ARGUMENT(mshv_create_partition, pt_flags) },
	[PT_ISOLATION] = { MSHV_CREATE_PARTITION, .size = 8,
			   ARGUMENT(mshv_create_partition, pt_isolation) },
	[MEMORY_FLAGS] = { MSHV_SET_GUEST_MEMORY, .size = 1, .flags = true,
			   ARGUMENT(mshv_user_mem_region, flags) },
	[IRQFD_FLAGS] = { MSHV_IRQFD, .size = 4, .flags = true,
			  ARGUMENT(mshv_user_irqfd, flags) },
	[IOEVENTFD_FLAGS] = { MSHV_IOEVENTFD, .size = 4, .flags = true,
			      ARGUMENT(mshv_user_ioeventfd, flags) },
	[ACCESS_TYPE] = { MSHV_GET_GPAP_ACCESS_BITMAP, .size = 1,
			  ARGUMENT(mshv_gpap_access_bitmap, access_type) },
	[ACCESS_OP] = { MSHV_GET_GPAP_ACCESS_BITMAP, .size = 1,
			ARGUMENT(mshv_gpap_access_bitmap, access_op) },
	[GET_STATE] = { MSHV_GET_VP_STATE, .size = 1,
			ARGUMENT(mshv_get_set_vp_state, type) },
	[SET_STATE] = { MSHV_SET_VP_STATE, .size = 1,
			ARGUMENT(mshv_get_set_vp_state, type) },
	[MMAP_PAGE] = { MMAP },
};

#define MEANING(field, name)	{ field, #name, name }

static const struct {
	enum field field;
	const char *name;
	unsigned int number;
} meanings[] = {
	MEANING(PT_FLAGS, MSHV_PT_BIT_LAPIC),
	MEANING(PT_FLAGS, MSHV_PT_BIT_X2APIC),
	MEANING(PT_FLAGS, MSHV_PT_BIT_GPA_SUPER_PAGES),
	MEANING(PT_FLAGS, MSHV_PT_BIT_CPU_AND_XSAVE_FEATURES),
	MEANING(PT_FLAGS, MSHV_PT_BIT_NESTED_VIRTUALIZATION),
	MEANING(PT_FLAGS, MSHV_PT_BIT_SMT_ENABLED_GUEST),
	MEANING(PT_ISOLATION, MSHV_PT_ISOLATION_NONE),
	MEANING(MEMORY_FLAGS, MSHV_SET_MEM_BIT_WRITABLE),
	MEANING(MEMORY_FLAGS, MSHV_SET_MEM_BIT_EXECUTABLE),
	MEANING(MEMORY_FLAGS, MSHV_SET_MEM_BIT_UNMAP),
	MEANING(IRQFD_FLAGS, MSHV_IRQFD_BIT_DEASSIGN),
	MEANING(IRQFD_FLAGS, MSHV_IRQFD_BIT_RESAMPLE),
	MEANING(IOEVENTFD_FLAGS, MSHV_IOEVENTFD_BIT_DATAMATCH),
	MEANING(IOEVENTFD_FLAGS, MSHV_IOEVENTFD_BIT_PIO),
	MEANING(IOEVENTFD_FLAGS, MSHV_IOEVENTFD_BIT_DEASSIGN),
	MEANING(ACCESS_TYPE, MSHV_GPAP_ACCESS_TYPE_ACCESSED),
	MEANING(ACCESS_TYPE, MSHV_GPAP_ACCESS_TYPE_DIRTY),
	MEANING(ACCESS_OP, MSHV_GPAP_ACCESS_OP_NOOP),
	MEANING(ACCESS_OP, MSHV_GPAP_ACCESS_OP_CLEAR),
	MEANING(ACCESS_OP, MSHV_GPAP_ACCESS_OP_SET),
	MEANING(GET_STATE, MSHV_VP_STATE_LAPIC),
	MEANING(GET_STATE, MSHV_VP_STATE_XSAVE),
	MEANING(GET_STATE, MSHV_VP_STATE_SIMP),
	MEANING(GET_STATE, MSHV_VP_STATE_SIEFP),
	MEANING(GET_STATE, MSHV_VP_STATE_SYNTHETIC_TIMERS),
	MEANING(SET_STATE, MSHV_VP_STATE_LAPIC),
	MEANING(SET_STATE, MSHV_VP_STATE_XSAVE),
	MEANING(SET_STATE, MSHV_VP_STATE_SIMP),
	MEANING(SET_STATE, MSHV_VP_STATE_SIEFP),
	MEANING(SET_STATE, MSHV_VP_STATE_SYNTHETIC_TIMERS),
	MEANING(MMAP_PAGE, MSHV_VP_MMAP_OFFSET_REGISTERS),
	MEANING(MMAP_PAGE, MSHV_VP_MMAP_OFFSET_INTERCEPT_MESSAGE),
	MEANING(MMAP_PAGE, MSHV_VP_MMAP_OFFSET_GHCB),
};

struct test {
	char name[NAME_SIZE];
	__u8 results[ARRAY_SIZE(calls)][MAX_ERRNO];
	__u8 meanings[ARRAY_SIZE(meanings)];
};

static struct test *tests;
static struct test *current;
static pid_t writer;

static void note_result(unsigned long cmd, int result)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		if (calls[i].cmd == cmd && result < MAX_ERRNO)
			current->results[i][result] = 1;
}

static void note_field(enum field field, __u64 value)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(meanings); i++) {
		if (meanings[i].field != field)
			continue;
		if (fields[field].flags ? value >> meanings[i].number & 1 :
					  value == meanings[i].number)
			current->meanings[i] = 1;
	}
}

static void note_argument(unsigned long cmd, const void *arg)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		__u64 value = 0;

		if (fields[i].cmd != cmd)
			continue;
		memcpy(&value, arg + fields[i].offset, fields[i].size);
		note_field(i, value);
	}
}

/* Whether what the call asked for was understood; then it can be read, too. */
static bool understood(int result)
{
	return !result || result == EOPNOTSUPP;
}

/* A status tells an error of the hypervisor from a refusal by the driver. */
static void note_hypercall(const struct mshv_root_hvcall *args, int result)
{
	if (result != EFAULT && result != ENOTTY && args->status)
		note_result(HYPERCALL, result);
}

int __real_ioctl(int fd, unsigned long cmd, void *arg);

int __wrap_ioctl(int fd, unsigned long cmd, ...)
{
	int ret, result;
	va_list list;
	void *arg;

	va_start(list, cmd);
	arg = va_arg(list, void *);
	va_end(list);

	ret = __real_ioctl(fd, cmd, arg);
	result = ret < 0 ? errno : 0;
	if (_IOC_TYPE(cmd) != MSHV_IOCTL || !current)
		return ret;

	note_result(cmd, result);
	if (understood(result) && _IOC_SIZE(cmd))
		note_argument(cmd, arg);
	if (cmd == MSHV_ROOT_HVCALL && result)
		note_hypercall(arg, result);
	errno = result ?: errno;
	return ret;
}

static bool is_vp(int fd)
{
	char link[32], target[32] = "";

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return readlink(link, target, sizeof(target) - 1) > 0 &&
	       !strcmp(target, "anon_inode:mshv_vp");
}

void *__real_mmap(void *address, size_t size, int protection, int flags,
		  int fd, off_t offset);

void *__wrap_mmap(void *address, size_t size, int protection, int flags,
		  int fd, off_t offset)
{
	void *ret = __real_mmap(address, size, protection, flags, fd, offset);
	int result = ret == MAP_FAILED ? errno : 0;

	if (fd < 0 || !current || !is_vp(fd)) {
		errno = result ?: errno;
		return ret;
	}
	note_result(MMAP, result);
	if (!result || result == ENODEV)
		note_field(MMAP_PAGE, offset / PAGE_SIZE);
	errno = result ?: errno;
	return ret;
}

static const char *name_of(unsigned long cmd)
{
	size_t i = 0;

	while (calls[i].cmd != cmd)
		i++;
	return calls[i].name;
}

static void write_test(FILE *file, const struct test *test)
{
	const char *program = program_invocation_short_name;
	size_t i;
	int e;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		for (e = 0; e < MAX_ERRNO; e++)
			if (test->results[i][e])
				fprintf(file, "%s.%s %s %s\n", program,
					test->name, calls[i].name,
					e ? strerrorname_np(e) : "success");
	for (i = 0; i < ARRAY_SIZE(meanings); i++)
		if (test->meanings[i])
			fprintf(file, "%s.%s %s %s\n", program, test->name,
				name_of(fields[meanings[i].field].cmd),
				meanings[i].name);
}

static void __attribute__((destructor)) write_record(void)
{
	const char *path = getenv("MSHV_REACHED");
	FILE *file;
	size_t i;

	if (!path || getpid() != writer)
		return;
	file = fopen(path, "a");
	require(file, "open %s", path);
	for (i = 0; i < MAX_TESTS && tests[i].name[0]; i++)
		write_test(file, &tests[i]);
	require(!fclose(file), "write %s", path);
}

static void __attribute__((constructor)) begin_record(void)
{
	tests = __real_mmap(NULL, MAX_TESTS * sizeof(*tests),
			    PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	require(tests != MAP_FAILED, "map a record");
	writer = getpid();
}

/* Tests of a program run one after the other. */
void reached_by(const char *fixture, const char *test)
{
	size_t i = 0;

	while (i < MAX_TESTS && tests[i].name[0])
		i++;
	require(i < MAX_TESTS, "note what %s.%s reaches", fixture, test);
	snprintf(tests[i].name, NAME_SIZE, "%s.%s", fixture, test);
	current = &tests[i];
}

void reached_elsewhere(unsigned long cmd, int result)
{
	if (current)
		note_result(cmd, result);
}

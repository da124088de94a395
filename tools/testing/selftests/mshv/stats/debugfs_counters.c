// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of the hypervisor in debugfs: they are there while their object is,
 * they have names, and they count.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/require.h"
#include "lib/vp.h"

#define TOP		"/sys/kernel/debug/mshv"
#define PARTITIONS	TOP "/partition"
#define PATH_SIZE	512
#define STATS_SIZE	65536
#define MAX_PARTITIONS	32

#define PORT		0x80
#define WRITES		50
#define ROUNDS		20

static __guest void write_forever(__u64 unused)
{
	for (;;)
		out8(PORT, 1);
}

/* Names of the directories of partitions, in no order */
struct names {
	int count;
	char name[MAX_PARTITIONS][NAME_MAX + 1];
};

static void list_partitions(struct names *names)
{
	DIR *dir = opendir(PARTITIONS);
	struct dirent *entry;

	require(dir, "list " PARTITIONS);
	names->count = 0;
	while ((entry = readdir(dir)) && names->count < MAX_PARTITIONS)
		if (entry->d_name[0] != '.')
			snprintf(names->name[names->count++], NAME_MAX + 1,
				 "%s", entry->d_name);
	closedir(dir);
}

static bool has_name(const struct names *names, const char *name)
{
	int i;

	for (i = 0; i < names->count; i++)
		if (!strcmp(names->name[i], name))
			return true;
	return false;
}

/* A further VM; @path is its directory, the one that was not there before. */
static struct vm *vm_new_in(char path[PATH_SIZE])
{
	struct names before, after;
	struct vm *vm;
	int i;

	list_partitions(&before);
	vm = vm_new();
	list_partitions(&after);
	for (i = 0; i < after.count; i++)
		if (!has_name(&before, after.name[i])) {
			snprintf(path, PATH_SIZE, PARTITIONS "/%s",
				 after.name[i]);
			return vm;
		}
	require(false, "find the directory of a partition");
	return NULL;
}

static bool exists(const char *directory, const char *name)
{
	char path[PATH_SIZE + NAME_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return !access(path, F_OK);
}

/* The value of a counter, or -1 where there is no such counter */
static long long counter(const char *directory, const char *file,
			 const char *name)
{
	static char text[STATS_SIZE];
	char path[PATH_SIZE + NAME_MAX], *line, *rest = text;
	size_t length = strlen(name);

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	require(read_file(path, text, sizeof(text)), "read %s", path);
	while ((line = strsep(&rest, "\n")))
		if (!strncmp(line, name, length) && strchr(" :", line[length]))
			return strtoll(strchr(line, ':') + 1, NULL, 10);
	return -1;
}

TEST_F(guest, directory_lives_as_long_as_its_partition)
{
	char path[PATH_SIZE];
	struct vm *vm = vm_new_in(path);
	struct vp *vp;

	EXPECT_TRUE(exists(path, "stats"));
	EXPECT_FALSE(exists(path, "vp/0"));
	vp = vp_new(vm, 0);
	EXPECT_TRUE(exists(path, "vp/0/stats"));
	vp_close(vp);
	EXPECT_TRUE(exists(path, "vp/0/stats"));
	vm_close(vm);
	EXPECT_NE(0, access(path, F_OK));
}

TEST_F(guest, counters_are_for_root_only)
{
	char path[PATH_SIZE];
	struct vm *vm = vm_new_in(path);
	struct stat stat;

	strcat(path, "/stats");
	ASSERT_EQ(0, lstat(path, &stat));
	EXPECT_EQ(S_IFREG | 0400, stat.st_mode);
	EXPECT_EQ(0, stat.st_uid);
	vm_close(vm);
}

/* What a VP does on its way from one exit to the next, and the least of it */
static const struct vp_counter {
	const char *name;
	long long least;
} vp_counters[] = {
	{ "VpIoInstructionsCount", WRITES },
	{ "VpIoInterceptMessages", WRITES },
	{ "VpLogicalProcessorDispatches", WRITES },
	{ "VpTotalRunTime", 1 },
};

#define VP_COUNTERS	ARRAY_SIZE(vp_counters)

static void read_vp_counters(const char *directory,
			     long long values[VP_COUNTERS])
{
	size_t i;

	for (i = 0; i < VP_COUNTERS; i++)
		values[i] = counter(directory, "vp/0/stats",
				    vp_counters[i].name);
}

static bool has_counted(const struct vp_counter *counter, long long before,
			long long after)
{
	if (before >= 0 && after - before >= counter->least)
		return true;
	complain("%s was %lld, is %lld", counter->name, before, after);
	return false;
}

TEST_F(guest, counters_of_a_vp_count)
{
	long long before[VP_COUNTERS], after[VP_COUNTERS];
	char path[PATH_SIZE];
	struct vm *vm = vm_new_in(path);
	struct vp *vp = vp_new(vm, 0);
	size_t i;

	read_vp_counters(path, before);
	vp_start(vp, write_forever, 0);
	for (i = 0; i < WRITES; i++)
		ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 1));
	read_vp_counters(path, after);
	for (i = 0; i < VP_COUNTERS; i++)
		EXPECT_TRUE(has_counted(&vp_counters[i], before[i], after[i]));
	vm_close(vm);
}

TEST_F(guest, counters_of_a_partition_count)
{
	char path[PATH_SIZE];
	struct vm *vm = vm_new_in(path);
	long long pages = counter(path, "stats", "PtDepositedPages");

	EXPECT_EQ(0, counter(path, "stats", "PtVirtualProcessors"));
	EXPECT_LT(0, pages);
	vp_new(vm, 0);
	vp_new(vm, 5);
	EXPECT_EQ(2, counter(path, "stats", "PtVirtualProcessors"));
	EXPECT_LE(pages, counter(path, "stats", "PtDepositedPages"));
	EXPECT_EQ(strtoll(strrchr(path, '/') + 1, NULL, 10),
		  counter(path, "stats", "PtPartitionId"));
	vm_close(vm);
}

/* Who owns the machine sees its counters. */
TEST_F(guest, counters_of_the_hypervisor_are_the_roots)
{
	char type[16] = "";
	long long before;
	struct vm *vm;

	read_file("/sys/class/misc/mshv/partition_type", type, sizeof(type));
	if (strcmp(type, ""))
		ASSERT_EQ(!strcmp(type, "root"), exists(TOP, "stats"));
	if (!exists(TOP, "stats")) {
		EXPECT_FALSE(exists(TOP, "lp"));
		return;
	}

	before = counter(TOP, "stats", "HvPartitions");
	vm = vm_new();
	EXPECT_EQ(before + 1, counter(TOP, "stats", "HvPartitions"));
	vm_close(vm);
	EXPECT_TRUE(exists(TOP, "lp/0/stats"));
	EXPECT_LT(0, counter(TOP, "lp/0/stats", "LpGlobalTime"));
}

/* Of our driver only, which has attributes. */
TEST_F(guest, messages_of_the_hypervisor_make_sense)
{
	char type[16] = "";

	if (read_file("/sys/class/misc/mshv/partition_type", type, sizeof(type)))
		EXPECT_EQ(0, read_number(TOP "/bad_messages", NULL));
}

static size_t name_length(const char *text)
{
	size_t length = 0;

	while (isalnum(text[length]))
		length++;
	return length;
}

static bool is_number(const char *text)
{
	return isdigit(*text) && !text[strspn(text, "0123456789")];
}

/* Each line is a name that comes once, a colon, and a number. */
static bool well_formed(char *text)
{
	char *seen[STATS_SIZE / 8], *line;
	int count = 0, i;

	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		size_t length = name_length(line);
		const char *rest = line + length + strspn(line + length, " ");

		if (!length || strncmp(rest, ": ", 2) || !is_number(rest + 2))
			return false;
		line[length] = '\0';
		for (i = 0; i < count; i++)
			if (!strcmp(seen[i], line))
				return false;
		seen[count++] = line;
	}
	return count;
}

static int files;

static int check_file(const char *path, const struct stat *stat, int type,
		      struct FTW *ftw)
{
	static char text[STATS_SIZE];

	if (type != FTW_F || strcmp(path + ftw->base, "stats"))
		return 0;
	files++;
	if (read_file(path, text, sizeof(text)) && well_formed(text))
		return 0;
	complain("%s is not well formed", path);
	return 1;
}

TEST_F(guest, every_counter_has_a_name)
{
	vp_new(self->vm, 0);
	EXPECT_EQ(0, nftw(TOP, check_file, 8, FTW_PHYS));
	/* At least those of this partition and its VP, and of the child's */
	EXPECT_LE(4, files);
}

TEST_F(guest, own_counters_are_there)
{
	struct names names;
	int i;

	vm_close(self->vm);
	list_partitions(&names);
	ASSERT_LE(1, names.count);
	for (i = 0; i < names.count; i++) {
		char path[PATH_SIZE];

		snprintf(path, sizeof(path), PARTITIONS "/%s", names.name[i]);
		EXPECT_TRUE(exists(path, "stats"));
		EXPECT_TRUE(exists(path, "vp/0/stats"));
	}
}

static int read_any(const char *path, const struct stat *stat, int type,
		    struct FTW *ftw)
{
	static char text[STATS_SIZE];

	if (type == FTW_F)
		read_file(path, text, sizeof(text));
	return 0;
}

static bool stop_reading;

static void *read_everything(void *unused)
{
	while (!__atomic_load_n(&stop_reading, __ATOMIC_RELAXED))
		nftw(TOP, read_any, 8, FTW_PHYS);
	return NULL;
}

TEST_F(guest, readers_race_with_removal)
{
	pthread_t reader;
	int i;

	ASSERT_EQ(0, pthread_create(&reader, NULL, read_everything, NULL));
	for (i = 0; i < ROUNDS; i++) {
		struct vm *vm = vm_new();

		vp_close(vp_new(vm, 0));
		vp_close(vp_new(vm, 1));
		vm_close(vm);
	}
	__atomic_store_n(&stop_reading, true, __ATOMIC_RELAXED);
	ASSERT_EQ(0, pthread_join(reader, NULL));
}

TEST_F(guest, open_file_outlives_its_partition)
{
	char path[PATH_SIZE], text[64];
	struct vm *vm = vm_new_in(path);
	int fd, early;

	vp_close(vp_new(vm, 0));
	strcat(path, "/vp/0/stats");
	fd = open(path, O_RDONLY);
	early = open(path, O_RDONLY);
	ASSERT_LE(0, fd);
	ASSERT_LE(0, early);
	EXPECT_EQ(sizeof(text), read(fd, text, sizeof(text)));

	vm_close(vm);
	EXPECT_EQ(-1, read(fd, text, sizeof(text)));
	EXPECT_EQ(-1, read(early, text, sizeof(text)));
	EXPECT_EQ(0, close(fd));
	EXPECT_EQ(0, close(early));
}

TEST_F(guest, module_stays_while_a_file_is_open)
{
	char path[PATH_SIZE];
	struct names names;
	int fd;

	vm_close(self->vm);
	list_partitions(&names);
	ASSERT_LE(1, names.count);
	snprintf(path, sizeof(path), PARTITIONS "/%s/stats", names.name[0]);
	fd = open(path, O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EWOULDBLOCK, unload_module());
	EXPECT_EQ(0, close(fd));
}

TEST_HARNESS_MAIN

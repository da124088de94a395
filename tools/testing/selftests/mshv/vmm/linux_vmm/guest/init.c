// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first and only process of a Linux guest: tells how many processors there
 * are and which interrupts come, sees its memory change from two processors, says
 * a word after the VMM, and powers off.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define MAX_CPUS	16
#define NAPS		5
#define NAP_NS		20000000
#define PATIENCE_S	300	/* only a hang takes longer */
#define PAGE_SIZE	4096
#define MOVES		50

/* How often an interrupt came, on each processor */
struct counts {
	unsigned long cpu[MAX_CPUS];
	unsigned long all;
};

static void must(int result, const char *what)
{
	if (result >= 0)
		return;
	printf("guest: cannot %s: %s\n", what, strerror(errno));
	reboot(RB_POWER_OFF);
}

static void add_line(struct counts *counts, char *numbers, unsigned int cpus)
{
	unsigned int cpu;

	for (cpu = 0; cpu < cpus && cpu < MAX_CPUS; cpu++) {
		unsigned long count = strtoul(numbers, &numbers, 10);

		counts->cpu[cpu] += count;
		counts->all += count;
	}
}

/* Adds up the lines of /proc/interrupts that one of the words is in. */
static struct counts read_counts(const char *const words[], unsigned int cpus)
{
	FILE *file = fopen("/proc/interrupts", "r");
	struct counts counts = {};
	char line[512];
	int i;

	must(file ? 0 : -1, "read /proc/interrupts");
	while (fgets(line, sizeof(line), file))
		for (i = 0; words[i]; i++)
			if (strstr(line, words[i]) && strchr(line, ':'))
				add_line(&counts, strchr(line, ':') + 1, cpus);
	fclose(file);
	return counts;
}

/* Whichever timer the kernel has found */
static const char *const timer[] = {
	"Local timer interrupts",
	"Hyper-V stimer0 interrupts",
	NULL
};

static const char *const serial[] = { "ttyS0", NULL };

/* A processor that sleeps is woken by its own timer. */
static void move_to(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	must(sched_setaffinity(0, sizeof(set), &set), "move");
}

static void sleep_on(unsigned int cpu)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };
	int i;

	move_to(cpu);
	for (i = 0; i < NAPS; i++)
		nanosleep(&nap, NULL);
}

/* A word that another processor looks at; it is never less than @least. */
struct view {
	unsigned long *address;
	unsigned long least;
	unsigned long stale;
	unsigned long looks;
	int enough;
};

static unsigned long load(const unsigned long *word)
{
	return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static void *look(void *arg)
{
	struct view *view = arg;

	move_to(1);
	while (!__atomic_load_n(&view->enough, __ATOMIC_SEQ_CST)) {
		unsigned long least = load(&view->least);

		view->stale += load(view->address) < least;
		__atomic_add_fetch(&view->looks, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static unsigned long *new_page(void)
{
	void *page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(page == MAP_FAILED ? -1 : 0, "get a page");
	return page;
}

/* Puts one page after the other at an address that another processor looks at. */
static void change_memory(void)
{
	struct view view = { .address = new_page() };
	unsigned long looks, i;
	pthread_t thread;
	void *moved;

	move_to(0);
	must(-pthread_create(&thread, NULL, look, &view), "start a thread");
	for (i = 1; i <= MOVES; i++) {
		unsigned long *page = new_page();

		*page = i;
		moved = mremap(page, PAGE_SIZE, PAGE_SIZE,
			       MREMAP_MAYMOVE | MREMAP_FIXED, view.address);
		must(moved == MAP_FAILED ? -1 : 0, "move a page");
		__atomic_store_n(&view.least, i, __ATOMIC_SEQ_CST);
		looks = load(&view.looks);
		while (load(&view.looks) - looks < 2)
			sched_yield();
	}
	__atomic_store_n(&view.enough, 1, __ATOMIC_SEQ_CST);
	pthread_join(thread, NULL);
	printf("guest: %lu looks at pages that were gone\n", view.stale);
}

static void ignore(int number)
{
	(void)number;
}

/* The kernel sends its own messages without interrupts. */
static void report_lost_interrupt(void)
{
	FILE *log = fopen("/dev/kmsg", "w");

	must(log ? 0 : -1, "open /dev/kmsg");
	fprintf(log, "<0>guest: an interrupt of the serial port is lost\n");
	fclose(log);
	reboot(RB_POWER_OFF);
}

/*
 * The driver sends what fits into the queue of the port, and the rest at the
 * interrupt that says that the queue is empty. One that is lost stops it for
 * good.
 */
static void wait_until_sent(void)
{
	const struct sigaction action = { .sa_handler = ignore };

	must(sigaction(SIGALRM, &action, NULL), "handle an alarm");
	alarm(PATIENCE_S);
	if (tcdrain(STDOUT_FILENO))
		report_lost_interrupt();
	alarm(0);
}

/*
 * Nothing is sent meanwhile, not even an echo: so that the word can only have
 * come by interrupts of its own.
 */
static void hear_a_word(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	struct termios mode;
	char word[64];

	must(tcgetattr(STDIN_FILENO, &mode), "see the mode of the terminal");
	mode.c_lflag &= ~ECHO;
	must(tcsetattr(STDIN_FILENO, TCSANOW, &mode), "switch off the echo");
	printf("guest: what is the word?\n");
	if (poll(&input, 1, PATIENCE_S * 1000) > 0 && fgets(word, sizeof(word), stdin))
		printf("guest: the word is %s", word);
	else
		printf("guest: nothing was said\n");
}

int main(void)
{
	unsigned int cpus = sysconf(_SC_NPROCESSORS_ONLN), cpu;
	struct counts before, after;

	setvbuf(stdout, NULL, _IOLBF, 0);
	must(mount("proc", "/proc", "proc", 0, NULL), "mount /proc");
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	printf("guest: %u processors\n", cpus);

	before = read_counts(timer, cpus);
	for (cpu = 0; cpu < cpus; cpu++)
		sleep_on(cpu);
	after = read_counts(timer, cpus);
	for (cpu = 0; cpu < cpus && cpu < MAX_CPUS; cpu++)
		printf("guest: processor %u: %lu timer interrupts\n", cpu,
		       after.cpu[cpu] - before.cpu[cpu]);

	if (cpus > 1)
		change_memory();

	wait_until_sent();
	before = read_counts(serial, cpus);
	printf("guest: this line is sent by interrupts\n");
	wait_until_sent();
	after = read_counts(serial, cpus);
	printf("guest: %lu serial interrupts\n", after.all - before.all);
	hear_a_word();

	wait_until_sent();
	reboot(RB_POWER_OFF);
	return 1;
}

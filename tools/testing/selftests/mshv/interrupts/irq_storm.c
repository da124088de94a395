// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts while everything around them changes, and none lost.
 *
 * A signal that comes before the guest has taken the previous one need not
 * become an interrupt of its own. So no eventfd is signalled again, and no vector
 * raised again, before the guest has counted the one before: then each must be
 * counted, and no other.
 */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>

#include "lib/guest_interrupts.h"
#include "lib/host.h"
#include "lib/irq_fixture.h"
#include "lib/irq_guest.h"
#include "lib/irqfd.h"
#include "lib/require.h"

/*
 * How many interrupts a storm has. The great one, 20 s under emulation, is for two
 * processors. It would prove no more on one, where nothing happens at the same
 * time, and on four, which an emulator may give one turn after the other.
 */
#define GREAT_STORM	100000
#define SMALLER_STORM	10000
#define ONE_BY_ONE	1000	/* each with a thread to be woken up */
#define INTERRUPTED	100	/* a signal to the thread takes longer */

#define GSI		5

#define TEXT(x)		#x
#define STRING(x)	TEXT(x)

/* Of the great storm: each interrupt has two vectors, which are no others'. */
#define SOURCES		64
#define FIRST_VECTOR	0x70
#define VECTORS		(2 * SOURCES)

/* A thread that disturbs until it is told to stop */
struct disturber {
	struct vm *vm;
	struct irq_guest *guest;
	void (*disturb)(struct disturber *disturber);
	pthread_t thread;
	unsigned int rounds;
	int fd;
	bool stop;
};

static void *disturb(void *argument)
{
	struct disturber *disturber = argument;

	while (!__atomic_load_n(&disturber->stop, __ATOMIC_SEQ_CST)) {
		disturber->disturb(disturber);
		__atomic_fetch_add(&disturber->rounds, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void disturber_begin(struct disturber *disturber)
{
	require(!pthread_create(&disturber->thread, NULL, disturb, disturber),
		"start a thread");
}

static void disturber_end(struct disturber *disturber)
{
	__atomic_store_n(&disturber->stop, true, __ATOMIC_SEQ_CST);
	require(!pthread_join(disturber->thread, NULL), "join a thread");
}

/* One after the other; counts what came of them. */
static bool each_signal_counts(struct vm *vm, int fd, __u64 signals)
{
	__u64 sent, end;

	for (sent = 1; sent <= signals; sent++) {
		event_signal(fd);
		end = now_us() + 10000000;
		while (irq_count(vm, EDGE) + irq_count(vm, OTHER_EDGE) < sent) {
			if (now_us() > end) {
				complain("interrupt %llu is lost", sent);
				return false;
			}
			irq_rest();
		}
	}
	sent = irq_count(vm, EDGE) + irq_count(vm, OTHER_EDGE);
	if (sent == signals)
		return true;
	complain("%llu interrupts for %llu signals", sent, signals);
	return false;
}

/* Another vector, another VP, a table that is longer or shorter */
static void change_routes(struct disturber *disturber)
{
	const __u32 round = disturber->rounds;
	struct mshv_user_irq_entry entries[] = {
		msi(GSI, round & 1, round & 2 ? EDGE : OTHER_EDGE),
		msi(round % MAX_ROUTES, 0, EDGE),
	};

	vm_routes(disturber->vm, entries, entries[1].gsi == GSI ? 1 : 2);
	irq_rest();
}

TEST_F(irq, no_interrupt_is_lost_when_routes_change)
{
	struct disturber router = {
		.vm = self->vm,
		.disturb = change_routes,
	};
	struct irq_guest guests[2];
	int fd, i;

	for (i = 0; i < 2; i++)
		irq_guest_start(&guests[i], self->vm, i, WAITING);
	change_routes(&router);
	fd = irqfd_new(self->vm, GSI);
	disturber_begin(&router);
	EXPECT_TRUE(each_signal_counts(self->vm, fd, ONE_BY_ONE));
	disturber_end(&router);
	TH_LOG("%u tables, %llu and %llu interrupts on the two VPs",
	       router.rounds, irq_count_of(self->vm, 0),
	       irq_count_of(self->vm, 1));
	for (i = 0; i < 2; i++) {
		EXPECT_LT(100, irq_count_of(self->vm, i));
		EXPECT_TRUE(irq_guest_stop(&guests[i]));
	}
	EXPECT_LT(100, irq_count(self->vm, EDGE));
	EXPECT_LT(100, irq_count(self->vm, OTHER_EDGE));
}

/* To ask for the index of the VP takes an exit; its stack is a page of its own. */
static __guest void take_storm(__u64 vector, __u64 stack)
{
	irq_guest_count(vector, (stack - GUEST_STACKS) / PAGE_SIZE);
	write_msr(MSR_X2APIC + APIC_EOI, 0);
}

/*
 * A gate for each vector: it says which one it is, and goes on to the same code
 * as all the others.
 */
#define GATE_SIZE	16

static __guest __attribute__((naked)) void storm_gates(void)
{
	asm volatile(".set vector, " STRING(FIRST_VECTOR) "\n\t"
		     ".rept " STRING(VECTORS) "\n\t"
		     ".balign " STRING(GATE_SIZE) "\n\t"
		     "pushq $vector\n\t"
		     "jmp 1f\n\t"
		     ".set vector, vector + 1\n\t"
		     ".endr\n"
		     "1:\n\t"
		     "push %rax; push %rcx; push %rdx; push %rsi; push %rdi\n\t"
		     "push %r8; push %r9; push %r10; push %r11\n\t"
		     "mov 72(%rsp), %rdi\n\t"
		     "mov %rsp, %rsi\n\t"
		     "cld\n\t"
		     "call take_storm\n\t"
		     "pop %r11; pop %r10; pop %r9; pop %r8\n\t"
		     "pop %rdi; pop %rsi; pop %rdx; pop %rcx; pop %rax\n\t"
		     "add $8, %rsp\n\t"
		     "iretq");
}

static void handle_storm(struct vm *vm)
{
	int i;

	/* Functions begin at such an address anyway. */
	require(!((uintptr_t)storm_gates % GATE_SIZE), "align the gates");
	for (i = 0; i < VECTORS; i++)
		vm_handle(vm, FIRST_VECTOR + i,
			  (const char *)storm_gates + GATE_SIZE * i);
}

static __u8 vector_of(__u32 source, bool other)
{
	return FIRST_VECTOR + source + (other ? SOURCES : 0);
}

/* Another vector, another VP, a table that is longer or shorter: for each source */
static void change_all_routes(struct disturber *disturber)
{
	const __u32 round = disturber->rounds;
	struct mshv_user_irq_entry entries[SOURCES + 1];
	__u32 i;

	for (i = 0; i < SOURCES; i++)
		entries[i] = msi(i, (round + i) & 1,
				 vector_of(i, ((round >> 1) + i) & 1));
	entries[SOURCES] = msi(SOURCES + round % (MAX_ROUTES - SOURCES), 0,
			       EDGE);
	vm_routes(disturber->vm, entries, SOURCES + (round >> 2 & 1));
	irq_rest();
}

static __u64 count_of(struct vm *vm, __u32 source)
{
	return irq_count(vm, vector_of(source, false)) +
	       irq_count(vm, vector_of(source, true));
}

/* Signals all sources at once, time and again, and looks for what came of each. */
static bool all_signals_count(struct vm *vm, const int fds[], __u64 signals)
{
	const __u64 batches = signals / SOURCES + 1;
	__u64 batch, end;
	__u32 i;

	for (batch = 1; batch <= batches; batch++) {
		for (i = 0; i < SOURCES; i++)
			event_signal(fds[i]);
		end = now_us() + 10000000;
		for (i = 0; i < SOURCES; i++)
			while (count_of(vm, i) != batch) {
				if (now_us() > end) {
					complain("interrupt %u: %llu of %llu",
						 i, count_of(vm, i), batch);
					return false;
				}
				irq_rest();
			}
	}
	return true;
}

static __u64 storm_size(void)
{
	return processors() == 2 ? GREAT_STORM : SMALLER_STORM;
}

TEST_F(irq, no_interrupt_of_a_storm_is_lost_when_routes_change)
{
	struct disturber router = {
		.vm = self->vm,
		.disturb = change_all_routes,
	};
	struct irq_guest guests[2];
	int fds[SOURCES], i;

	handle_storm(self->vm);
	for (i = 0; i < 2; i++)
		irq_guest_start(&guests[i], self->vm, i, WAITING);
	change_all_routes(&router);
	for (i = 0; i < SOURCES; i++)
		fds[i] = irqfd_new(self->vm, i);
	disturber_begin(&router);
	EXPECT_TRUE(all_signals_count(self->vm, fds, storm_size()));
	disturber_end(&router);
	TH_LOG("%u tables, %llu and %llu interrupts on the two VPs",
	       router.rounds, irq_count_of(self->vm, 0),
	       irq_count_of(self->vm, 1));
	for (i = 0; i < 2; i++) {
		EXPECT_LT(1000, irq_count_of(self->vm, i));
		EXPECT_TRUE(irq_guest_stop(&guests[i]));
	}
	EXPECT_LT(100, router.rounds);
}

/* The thread leaves MSHV_RUN_VP all the time, and comes back. */
static void interrupt_thread(struct disturber *disturber)
{
	pthread_kill(disturber->guest->thread, SIGUSR1);
	sleep_us(disturber->rounds % 8 * 50);
}

TEST_F(irq, no_interrupt_is_lost_when_the_thread_is_interrupted)
{
	static const enum guest_mood moods[] = { WAITING, BUSY, EXITING };
	struct irq_guest guest;
	struct disturber killer = {
		.guest = &guest,
		.disturb = interrupt_thread,
	};
	__u64 count = 0;
	size_t i;
	int fd;

	fd = irqfd_new(self->vm, GSI);
	for (i = 0; i < ARRAY_SIZE(moods); i++) {
		const __u64 enough = count + INTERRUPTED;
		struct disturber d = killer;

		vm_route(self->vm, GSI, i, EDGE);
		irq_guest_start(&guest, self->vm, i, moods[i]);
		disturber_begin(&d);
		/* However seldom the killer gets its turn. */
		while (count < enough || peek(&guest.interrupted) <= 10) {
			event_signal(fd);
			ASSERT_TRUE(irq_count_becomes(self->vm, EDGE,
						      ++count));
		}
		disturber_end(&d);
		EXPECT_TRUE(irq_guest_stop(&guest));
	}
}

static void signal_all_the_time(struct disturber *disturber)
{
	event_signal(disturber->fd);
	irq_rest();
}

/*
 * Deassigned in the middle of signals that do not end. What was raised before
 * can still come, but not after an interrupt of lower priority.
 */
TEST_F(irq, deassigned_irqfd_is_silent)
{
	struct disturber signaller = {
		.disturb = signal_all_the_time,
		.fd = event_new(),
	};
	struct irq_guest guest;
	__u64 count, before = 0;
	int i;

	vm_route(self->vm, GSI, 0, OTHER_EDGE);
	irq_guest_start(&guest, self->vm, 0, WAITING);
	disturber_begin(&signaller);
	for (i = 1; i <= 20; i++) {
		ASSERT_EQ(0, irqfd(self->vm, signaller.fd, -1, GSI, 0));
		while (irq_count(self->vm, OTHER_EDGE) == before)
			irq_rest();
		ASSERT_EQ(0, irqfd(self->vm, signaller.fd, -1, GSI,
				   IRQFD_DEASSIGN));
		vm_interrupt(self->vm, HV_INTERRUPT_FIXED, 0, 0, EDGE);
		ASSERT_TRUE(irq_count_becomes(self->vm, EDGE, i));
		count = irq_count(self->vm, OTHER_EDGE);
		sleep_us(5000);
		ASSERT_EQ(count, irq_count(self->vm, OTHER_EDGE));
		before = count;
	}
	disturber_end(&signaller);
	EXPECT_TRUE(irq_guest_stop(&guest));
}

/* The VM of a process that is killed; its parent goes on signalling. */
static void run_victim(int fd, int resamplefd)
{
	struct vm *vm = vm_new_with(VM_X2APIC);
	struct disturber router = { .vm = vm, .disturb = change_routes };
	struct irq_guest guests[2];
	int i;

	irq_guest_handle(vm);
	for (i = 0; i < 2; i++)
		irq_guest_start(&guests[i], vm, i, WAITING);
	vm_route(vm, LEVEL, 0, MSI_LEVEL | LEVEL);
	require(!irqfd(vm, event_new(), resamplefd, LEVEL, IRQFD_RESAMPLE),
		"make a resampling irqfd");
	require(!irqfd(vm, fd, -1, GSI, 0), "make an irqfd");
	disturber_begin(&router);
	event_signal(resamplefd);
	for (;;)
		vm_interrupt(vm, HV_INTERRUPT_FIXED, HV_INTERRUPT_LEVEL, 0,
			     LEVEL);
}

TEST_F(irq, partition_goes_in_the_middle_of_it)
{
	struct disturber signaller = {
		.disturb = signal_all_the_time,
		.fd = event_new(),
	};
	int resamplefd = event_new(), i;
	pid_t victim;

	disturber_begin(&signaller);
	for (i = 0; i < 10; i++) {
		victim = fork();
		ASSERT_LE(0, victim);
		if (!victim)
			run_victim(signaller.fd, resamplefd);
		ASSERT_LT(0, event_comes(resamplefd));
		sleep_us(i * 3000);
		ASSERT_EQ(0, kill(victim, SIGKILL));
		ASSERT_EQ(victim, waitpid(victim, NULL, 0));
		event_count(resamplefd);
	}
	disturber_end(&signaller);
}

/* The eventfd is closed in the middle of signals by another process. */
TEST_F(irq, eventfd_goes_in_the_middle_of_it)
{
	struct irq_guest guest;
	int i;

	vm_route(self->vm, GSI, 0, EDGE);
	irq_guest_start(&guest, self->vm, 0, WAITING);
	for (i = 0; i < 20; i++) {
		__u64 before = irq_count(self->vm, EDGE);
		int fd = irqfd_new(self->vm, GSI);
		pid_t child = fork();

		ASSERT_LE(0, child);
		while (!child) {
			event_signal(fd);
			irq_rest();
		}
		close(fd);
		while (irq_count(self->vm, EDGE) < before + 3)
			irq_rest();
		ASSERT_EQ(0, kill(child, SIGKILL));
		ASSERT_EQ(child, waitpid(child, NULL, 0));
	}
	EXPECT_TRUE(irq_guest_stop(&guest));
}

TEST_HARNESS_MAIN

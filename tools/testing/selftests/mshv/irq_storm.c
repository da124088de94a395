// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts while everything around them changes, and none lost.
 *
 * A signal that comes before the guest has taken the previous one need not
 * become an interrupt of its own. So each signal waits until the guest has
 * counted the one before: then each must be counted, and no other.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "lib/host.h"
#include "lib/irq_fixture.h"
#include "lib/irq_guest.h"
#include "lib/irqfd.h"
#include "lib/require.h"

/*
 * How long a storm is. The long one takes a minute under emulation. So it is for
 * one number of processors, the first with which a signal, a change of the routes
 * and the guest can meet at the same time, and for the run loop that has two
 * ways to raise an interrupt.
 */
#define LONG_STORM	100000
#define SHORT_STORM	1000
#define INTERRUPTED	100	/* a signal to the thread takes longer */

#define GSI		5

static __u64 storm_size(void)
{
	return processors() == 2 && linux_dispatches() ? LONG_STORM :
							 SHORT_STORM;
}

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

TEST_F_TIMEOUT(irq, no_interrupt_is_lost_when_routes_change, 300)
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
	EXPECT_TRUE(each_signal_counts(self->vm, fd, storm_size()));
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

/* The thread leaves MSHV_RUN_VP all the time, and comes back. */
static void interrupt_thread(struct disturber *disturber)
{
	pthread_kill(disturber->guest->thread, SIGUSR1);
	sleep_us(disturber->rounds % 8 * 50);
}

TEST_F_TIMEOUT(irq, no_interrupt_is_lost_when_the_thread_is_interrupted, 120)
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
		struct disturber d = killer;

		vm_route(self->vm, GSI, i, EDGE);
		irq_guest_start(&guest, self->vm, i, moods[i]);
		disturber_begin(&d);
		while (count < (i + 1) * INTERRUPTED) {
			event_signal(fd);
			ASSERT_TRUE(irq_count_becomes(self->vm, EDGE,
						      ++count));
		}
		disturber_end(&d);
		EXPECT_LT(10, guest.interrupted);
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
TEST_F_TIMEOUT(irq, deassigned_irqfd_is_silent, 120)
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

TEST_F_TIMEOUT(irq, partition_goes_in_the_middle_of_it, 120)
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
TEST_F_TIMEOUT(irq, eventfd_goes_in_the_middle_of_it, 120)
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Eventfds interrupt a guest, by the route that their interrupt has.
 *
 * The number of a level-triggered interrupt is its vector, where that does not
 * matter: the kernel's own driver knows no others.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "lib/host.h"
#include "lib/hypervisor.h"
#include "lib/irq_fixture.h"
#include "lib/irq_guest.h"
#include "lib/irqfd.h"
#include "lib/require.h"

#define ROUNDS		20

/* Long enough for an interrupt that must not come to be noticed */
#define QUIET_US	20000

/* Numbers of interrupts */
#define GSI		5
#define OTHER_GSI	77

static const enum guest_mood moods[] = { WAITING, BUSY, EXITING };

/* One signal, one interrupt, whatever the guest does when it comes. */
TEST_F(irq, signal_interrupts_the_guest)
{
	struct irq_guest guest;
	__u64 count = 0;
	__u32 i, round;
	int fd;

	fd = irqfd_new(self->vm, GSI);
	for (i = 0; i < ARRAY_SIZE(moods); i++) {
		vm_route(self->vm, GSI, i, EDGE);
		irq_guest_start(&guest, self->vm, i, moods[i]);
		for (round = 0; round < ROUNDS; round++) {
			event_signal(fd);
			ASSERT_TRUE(irq_count_becomes(self->vm, EDGE,
						      ++count));
		}
		ASSERT_TRUE(irq_guest_stop(&guest));
		EXPECT_EQ(ROUNDS, irq_count_of(self->vm, i));
	}
	EXPECT_EQ(0, event_count(fd));
}

/* The guest sleeps, on another processor if there is one. */
TEST_F(irq, signal_wakes_a_guest_that_waits)
{
	struct irq_guest guest;
	int fd, i;

	vm_route(self->vm, GSI, 0, EDGE);
	fd = irqfd_new(self->vm, GSI);
	move_to_processor(0, processors() - 1);
	irq_guest_start(&guest, self->vm, 0, WAITING);
	move_to_processor(0, 0);
	for (i = 1; i <= 5; i++) {
		sleep_us(QUIET_US);
		ASSERT_EQ(i - 1, irq_count(self->vm, EDGE));
		event_signal(fd);
		ASSERT_TRUE(irq_count_becomes(self->vm, EDGE, i));
	}
	EXPECT_TRUE(irq_guest_stop(&guest));
}

static unsigned long assertions(void)
{
	return hypervisor_calls(HVCALL_ASSERT_VIRTUAL_INTERRUPT);
}

/* Where Linux dispatches, a VP that waits is not interrupted by hypercall. */
TEST_F(irq, short_way_over_the_register_page)
{
	struct irq_guest guest;
	unsigned long before;
	int fd, i;

	vm_route(self->vm, GSI, 0, EDGE);
	fd = irqfd_new(self->vm, GSI);
	irq_guest_start(&guest, self->vm, 0, WAITING);
	sleep_us(QUIET_US);
	before = assertions();
	for (i = 1; i <= 5; i++) {
		event_signal(fd);
		ASSERT_TRUE(irq_count_becomes(self->vm, EDGE, i));
		sleep_us(QUIET_US);
	}
	EXPECT_EQ(before + (linux_dispatches() ? 0 : 5), assertions());
	EXPECT_TRUE(irq_guest_stop(&guest));
}

/* Nobody runs the VP: the interrupt waits for it. */
TEST_F(irq, signal_before_the_guest_runs)
{
	struct irq_guest guest;
	int fd;

	vm_route(self->vm, GSI, 0, EDGE);
	fd = irqfd_new(self->vm, GSI);
	irq_guest_start(&guest, self->vm, 0, WAITING);
	irq_guest_leave(&guest);
	event_signal(fd);
	sleep_us(QUIET_US);
	EXPECT_EQ(0, irq_count(self->vm, EDGE));
	irq_guest_begin(&guest);
	ASSERT_TRUE(irq_count_becomes(self->vm, EDGE, 1));
	EXPECT_TRUE(irq_guest_stop(&guest));
}

static void set_priority(int policy, int priority)
{
	const struct sched_param param = { .sched_priority = priority };

	require(!sched_setscheduler(0, policy, &param), "set the priority");
}

/*
 * The thread of the VP is interrupted by a signal, and before it can see that,
 * the guest by an eventfd. Its VP may be saved now: no interrupt is left where it
 * would not be looked for.
 */
TEST_F(irq, nothing_is_left_on_the_register_page)
{
	const struct hv_register_page *page;
	struct irq_guest guest;
	int fd, i;

	vm_route(self->vm, GSI, 0, EDGE);
	fd = irqfd_new(self->vm, GSI);
	move_to_processor(0, 0);
	irq_guest_start(&guest, self->vm, 0, WAITING);
	page = vp_map_page(guest.vp, MSHV_VP_MMAP_OFFSET_REGISTERS);
	for (i = 1; i <= ROUNDS; i++) {
		sleep_us(2000);
		guest.leave = true;
		set_priority(SCHED_FIFO, 1);
		pthread_kill(guest.thread, SIGUSR1);
		event_signal(fd);
		set_priority(SCHED_OTHER, 0);
		irq_guest_leave(&guest);
		ASSERT_EQ(0, page->interrupts);
		irq_guest_begin(&guest);
		ASSERT_TRUE(irq_count_becomes(self->vm, EDGE, i));
	}
	EXPECT_TRUE(irq_guest_stop(&guest));
}

/* However often it was. */
TEST_F(irq, signal_before_the_connection_interrupts_once)
{
	struct irq_guest guest;
	int fd = event_new();

	vm_route(self->vm, GSI, 0, EDGE);
	irq_guest_start(&guest, self->vm, 0, WAITING);
	event_signal(fd);
	event_signal(fd);
	ASSERT_EQ(0, irqfd(self->vm, fd, -1, GSI, 0));
	ASSERT_TRUE(irq_count_becomes(self->vm, EDGE, 1));
	event_signal(fd);
	ASSERT_TRUE(irq_count_becomes(self->vm, EDGE, 2));
	sleep_us(QUIET_US);
	EXPECT_EQ(2, irq_count(self->vm, EDGE));
	EXPECT_TRUE(irq_guest_stop(&guest));
}

TEST_F(irq, irqfd_follows_its_route)
{
	struct irq_guest guests[2];
	int fd, i;

	for (i = 0; i < 2; i++)
		irq_guest_start(&guests[i], self->vm, i, WAITING);
	fd = irqfd_new(self->vm, GSI);
	event_signal(fd);

	vm_route(self->vm, OTHER_GSI, 0, EDGE);
	event_signal(fd);
	vm_route(self->vm, GSI, 0, EDGE);
	event_signal(fd);
	ASSERT_TRUE(irq_count_becomes(self->vm, EDGE, 1));
	vm_route(self->vm, GSI, 1, OTHER_EDGE);
	event_signal(fd);
	ASSERT_TRUE(irq_count_becomes(self->vm, OTHER_EDGE, 1));
	vm_route_none(self->vm);
	event_signal(fd);
	sleep_us(QUIET_US);
	EXPECT_EQ(1, irq_count_of(self->vm, 0));
	EXPECT_EQ(1, irq_count_of(self->vm, 1));
	for (i = 0; i < 2; i++)
		EXPECT_TRUE(irq_guest_stop(&guests[i]));
}

/* Not every interrupt is a vector for one VP. */
TEST_F(irq, other_types_of_interrupts)
{
	struct irq_guest guests[2];
	int fd, i;

	for (i = 0; i < 2; i++)
		irq_guest_start(&guests[i], self->vm, i, WAITING);
	fd = irqfd_new(self->vm, GSI);

	vm_route(self->vm, GSI, 1, MSI_NMI);
	event_signal(fd);
	ASSERT_TRUE(irq_count_becomes(self->vm, NMI, 1));
	EXPECT_EQ(1, irq_count_of(self->vm, 1));

	vm_route_logical(self->vm, GSI, 3, EDGE);
	event_signal(fd);
	ASSERT_TRUE(irq_count_becomes(self->vm, EDGE, 2));
	EXPECT_EQ(1, irq_count_of(self->vm, 0));
	EXPECT_EQ(2, irq_count_of(self->vm, 1));

	vm_route_logical(self->vm, GSI, 2, MSI_LOWEST | EDGE);
	event_signal(fd);
	ASSERT_TRUE(irq_count_becomes(self->vm, EDGE, 3));
	EXPECT_EQ(3, irq_count_of(self->vm, 1));
	for (i = 0; i < 2; i++)
		EXPECT_TRUE(irq_guest_stop(&guests[i]));
}

/* The eventfd is closed instead of being disconnected; its number is reused. */
TEST_F(irq, closed_eventfd_is_disconnected)
{
	struct irq_guest guest;
	__u64 count = 0;
	int i;

	vm_route(self->vm, GSI, 0, EDGE);
	irq_guest_start(&guest, self->vm, 0, WAITING);
	for (i = 0; i < ROUNDS; i++) {
		int fd = irqfd_new(self->vm, GSI);

		event_signal(fd);
		ASSERT_TRUE(irq_count_becomes(self->vm, EDGE, ++count));
		close(fd);
	}
	EXPECT_TRUE(irq_guest_stop(&guest));
}

/*
 * Level-triggered interrupts
 */

/* The line stays up for a few rounds; a device with two lines is two devices. */
TEST_F(irq, level_interrupt_comes_until_the_line_is_down)
{
	struct irq_guest guest;
	int fd = event_new(), resamplefd = event_new(), i;

	vm_route(self->vm, LEVEL, 0, MSI_LEVEL | LEVEL);
	ASSERT_EQ(0, irqfd(self->vm, fd, resamplefd, LEVEL, IRQFD_RESAMPLE));
	irq_guest_start(&guest, self->vm, 0, WAITING);
	for (i = 1; i <= ROUNDS; i++) {
		event_signal(fd);
		ASSERT_EQ(1, event_comes(resamplefd));
		EXPECT_EQ(i, irq_count(self->vm, LEVEL));
	}
	sleep_us(QUIET_US);
	EXPECT_EQ(0, event_count(resamplefd));
	EXPECT_EQ(ROUNDS, irq_count(self->vm, LEVEL));
	EXPECT_TRUE(irq_guest_stop(&guest));
}

TEST_F(irq, acknowledgment_comes_when_the_guest_gives_it)
{
	struct irq_guest guest;
	int fd = event_new(), resamplefd = event_new();

	irq_hold(self->vm, true);
	vm_route(self->vm, LEVEL, 0, MSI_LEVEL | LEVEL);
	ASSERT_EQ(0, irqfd(self->vm, fd, resamplefd, LEVEL, IRQFD_RESAMPLE));
	irq_guest_start(&guest, self->vm, 0, WAITING);
	event_signal(fd);
	ASSERT_TRUE(irq_count_becomes(self->vm, LEVEL, 1));
	sleep_us(QUIET_US);
	EXPECT_EQ(0, event_count(resamplefd));
	irq_hold(self->vm, false);
	EXPECT_EQ(1, event_comes(resamplefd));
	EXPECT_TRUE(irq_guest_stop(&guest));
}

/* An edge that the guest takes on the same VP acknowledges nothing. */
TEST_F(irq, edge_is_no_acknowledgment)
{
	struct irq_guest guest;
	int fd = event_new(), resamplefd = event_new(), edge;
	struct mshv_user_irq_entry entries[] = {
		msi(LEVEL, 0, MSI_LEVEL | LEVEL), msi(GSI, 0, EDGE),
	};

	vm_routes(self->vm, entries, 2);
	ASSERT_EQ(0, irqfd(self->vm, fd, resamplefd, LEVEL, IRQFD_RESAMPLE));
	edge = irqfd_new(self->vm, GSI);
	irq_guest_start(&guest, self->vm, 0, WAITING);
	event_signal(edge);
	ASSERT_TRUE(irq_count_becomes(self->vm, EDGE, 1));
	sleep_us(QUIET_US);
	EXPECT_EQ(0, event_count(resamplefd));
	EXPECT_TRUE(irq_guest_stop(&guest));
}

/* Two devices share a line: each looks whether it is the one. */
TEST_F(irq, all_devices_of_a_line_are_asked)
{
	struct irq_guest guest;
	int fds[2], resamplefds[2], i;

	vm_route(self->vm, LEVEL, 0, MSI_LEVEL | LEVEL);
	for (i = 0; i < 2; i++) {
		fds[i] = event_new();
		resamplefds[i] = event_new();
		ASSERT_EQ(0, irqfd(self->vm, fds[i], resamplefds[i], LEVEL,
				   IRQFD_RESAMPLE));
	}
	irq_guest_start(&guest, self->vm, 0, WAITING);
	event_signal(fds[0]);
	EXPECT_EQ(1, event_comes(resamplefds[0]));
	EXPECT_EQ(1, event_comes(resamplefds[1]));

	/* One of them goes. */
	ASSERT_EQ(0, irqfd(self->vm, fds[0], -1, LEVEL, IRQFD_DEASSIGN));
	event_signal(fds[1]);
	EXPECT_EQ(1, event_comes(resamplefds[1]));
	EXPECT_EQ(0, event_count(resamplefds[0]));
	EXPECT_TRUE(irq_guest_stop(&guest));
}

/* Both lines are up: the guest is done with one of them only. */
TEST_F(irq, acknowledgment_is_for_one_line)
{
	struct irq_guest guest;
	int fds[2], resamplefds[2], i;
	struct mshv_user_irq_entry entries[] = {
		msi(LEVEL, 0, MSI_LEVEL | LEVEL), msi(EDGE, 0, MSI_LEVEL | EDGE),
	};

	vm_routes(self->vm, entries, 2);
	for (i = 0; i < 2; i++) {
		fds[i] = event_new();
		resamplefds[i] = event_new();
		ASSERT_EQ(0, irqfd(self->vm, fds[i], resamplefds[i],
				   entries[i].gsi, IRQFD_RESAMPLE));
	}
	irq_guest_start(&guest, self->vm, 0, WAITING);
	event_signal(fds[1]);
	EXPECT_EQ(1, event_comes(resamplefds[1]));
	sleep_us(QUIET_US);
	EXPECT_EQ(0, event_count(resamplefds[0]));
	event_signal(fds[0]);
	EXPECT_EQ(1, event_comes(resamplefds[0]));
	sleep_us(QUIET_US);
	EXPECT_EQ(0, event_count(resamplefds[1]));
	EXPECT_TRUE(irq_guest_stop(&guest));
}

/* A line of the legacy controller stays up in the hypervisor until it is cleared. */
TEST_F(irq, line_of_the_legacy_controller_is_cleared)
{
	struct irq_guest guest;
	int fd = event_new(), resamplefd = event_new();
	unsigned long before = 0;

	vm_route(self->vm, LEVEL, 0, MSI_LEVEL | MSI_EXTINT | LEVEL);
	ASSERT_EQ(0, irqfd(self->vm, fd, resamplefd, LEVEL, IRQFD_RESAMPLE));
	irq_guest_start(&guest, self->vm, 0, WAITING);
	if (self->has_ledger)
		before = hypervisor_calls(HVCALL_CLEAR_VIRTUAL_INTERRUPT);
	vm_interrupt(self->vm, HV_INTERRUPT_FIXED, HV_INTERRUPT_LEVEL, 0, LEVEL);
	EXPECT_EQ(1, event_comes(resamplefd));
	if (self->has_ledger)
		EXPECT_EQ(before + 1,
			  hypervisor_calls(HVCALL_CLEAR_VIRTUAL_INTERRUPT));
	EXPECT_TRUE(irq_guest_stop(&guest));
}

/* The number of the interrupt says nothing about its vector. */
TEST_F(irq, acknowledgment_is_found_by_vector)
{
	struct irq_guest guest;
	int fd = event_new(), resamplefd = event_new();

	vm_route(self->vm, OTHER_GSI, 0, MSI_LEVEL | LEVEL);
	ASSERT_EQ(0, irqfd(self->vm, fd, resamplefd, OTHER_GSI,
			   IRQFD_RESAMPLE));
	irq_guest_start(&guest, self->vm, 0, WAITING);
	event_signal(fd);
	EXPECT_EQ(1, event_comes(resamplefd));
	EXPECT_TRUE(irq_guest_stop(&guest));
}

/* The route changes while the guest handles the interrupt. */
TEST_F(irq, acknowledgment_survives_a_change_of_route)
{
	struct irq_guest guest;
	int fd = event_new(), resamplefd = event_new();

	irq_hold(self->vm, true);
	vm_route(self->vm, OTHER_GSI, 0, MSI_LEVEL | LEVEL);
	ASSERT_EQ(0, irqfd(self->vm, fd, resamplefd, OTHER_GSI,
			   IRQFD_RESAMPLE));
	irq_guest_start(&guest, self->vm, 0, WAITING);
	event_signal(fd);
	ASSERT_TRUE(irq_count_becomes(self->vm, LEVEL, 1));
	vm_route_none(self->vm);
	irq_hold(self->vm, false);
	EXPECT_EQ(1, event_comes(resamplefd));
	EXPECT_TRUE(irq_guest_stop(&guest));
}

/* Nobody waits for an acknowledgment: it must not get in the way of others. */
TEST_F(irq, acknowledgment_that_nobody_wants)
{
	struct irq_guest guest;
	int i;

	irq_guest_start(&guest, self->vm, 0, EXITING);
	for (i = 1; i <= ROUNDS; i++) {
		vm_interrupt(self->vm, HV_INTERRUPT_FIXED, HV_INTERRUPT_LEVEL,
			     0, LEVEL);
		ASSERT_TRUE(irq_count_becomes(self->vm, LEVEL, i));
	}
	EXPECT_TRUE(irq_guest_stop(&guest));
}

TEST_HARNESS_MAIN

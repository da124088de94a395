// SPDX-License-Identifier: GPL-2.0-only
/*
 * The time that a guest runs in the thread of its VP is guest time: of the
 * process, and of the system. The clock that ends each test is the processor
 * time of the thread itself.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/require.h"
#include "lib/vp.h"

#define PORT	0x80
#define TICKS	50

static __guest void spin(__u64 unused)
{
	out32(PORT, 0);
	for (;;)
		asm volatile("pause");
}

static void ignore(int number)
{
}

/* The number that is @field fields after the last @behind in a line */
static long long field_behind(const char *text, char behind, int field)
{
	const char *at = strrchr(text, behind);

	require(at, "find '%c'", behind);
	for (; field; field--) {
		at = strchr(at + 1, ' ');
		require(at, "find a field");
	}
	return atoll(at);
}

/* Ticks of this process */
static long long own_ticks(int field)
{
	char text[1024];

	require(read_file("/proc/self/stat", text, sizeof(text)), "read stat");
	return field_behind(text, ')', field - 2);
}

#define USER	14
#define SYSTEM	15
#define GUEST	43

/* Ticks of the system as guest, from the first line: "cpu  user nice ..." */
static long long system_guest_ticks(void)
{
	char text[4096];
	char *end;

	require(read_file("/proc/stat", text, sizeof(text)), "read stat");
	end = strchr(text, '\n');
	if (end)
		*end = 0;
	return field_behind(text, 'u', 10);
}

static long long ticks_of_processor(void)
{
	return own_ticks(USER) + own_ticks(SYSTEM);
}

/* Runs the guest until the process has used that many more ticks. */
static bool spends(struct vp *vp, int ticks)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGUSR1 };
	struct itimerspec when = { .it_value.tv_nsec = 20000000,
				   .it_interval.tv_nsec = 20000000 };
	long long end = ticks_of_processor() + ticks;
	timer_t timer;
	int ret = -EINTR;

	signal(SIGUSR1, ignore);
	require(!timer_create(CLOCK_MONOTONIC, &event, &timer) &&
		!timer_settime(timer, 0, &when, NULL), "set a timer");
	while (ret == -EINTR && ticks_of_processor() < end)
		ret = vp_run(vp);
	timer_delete(timer);
	return ret == -EINTR;
}

TEST_F_TIMEOUT(guest, guest_time_is_of_the_process, 180)
{
	struct vp *vp = vp_new(self->vm, 0);
	long long guest, system;

	if (!linux_dispatches())
		SKIP(return, "the hypervisor dispatches");

	vp_start(vp, spin, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));
	guest = own_ticks(GUEST);
	system = own_ticks(SYSTEM);
	ASSERT_TRUE(spends(vp, TICKS));
	guest = own_ticks(GUEST) - guest;
	system = own_ticks(SYSTEM) - system;

	TH_LOG("%lld ticks guest, %lld system", guest, system);
	EXPECT_LT(TICKS / 2, guest);
	EXPECT_GT(guest, system);
}

TEST_F_TIMEOUT(guest, guest_time_is_of_the_system, 180)
{
	struct vp *vp = vp_new(self->vm, 0);
	long long guest;

	if (!linux_dispatches())
		SKIP(return, "the hypervisor dispatches");

	vp_start(vp, spin, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));
	guest = system_guest_ticks();
	ASSERT_TRUE(spends(vp, TICKS));
	guest = system_guest_ticks() - guest;

	TH_LOG("%lld ticks guest", guest);
	EXPECT_LT(TICKS / 2, guest);
}

TEST_HARNESS_MAIN

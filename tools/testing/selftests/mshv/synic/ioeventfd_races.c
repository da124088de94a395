// SPDX-License-Identifier: GPL-2.0-only
/*
 * Doorbells that ring while something else happens: each write is told, and told
 * once, and nothing is left of them afterwards.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "lib/event.h"
#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/require.h"
#include "lib/vp.h"

#define PORT		0x80
#define MMIO		0xfc000000UL
#define STRIDE		0x10

#define PLAYERS		2
#define ROUNDS		200	/* of a ball that is thrown back each time */
#define STORM		2000	/* writes of each VP that waits for nobody */
#define CLOSINGS	5
#define DEASSIGNMENTS	10
#define OFFLININGS	4
#define RING		63	/* entries of an event ring */
#define SOME		20	/* doorbells: fewer than that */
#define SETTLE_US	10000

#define OFFLINE_FILE	"/sys/devices/system/cpu/cpu1/online"

/* What a VP and its host tell each other in the memory of the guest */
#define BALL(vp)	(GUEST_SCRATCH + (vp) * PAGE_SIZE)
#define THROWN		0
#define RETURNED	8
#define STOP		16

/* A VP, the thread that runs it, and the eventfd that it rings */
struct player {
	struct vm *vm;
	struct vp *vp;
	int fd;
	pthread_t thread;
	bool halted;
	unsigned int done;
};

static __u64 *word(const struct player *player, __u64 offset)
{
	return (__u64 *)((char *)player->vm->ram + BALL(player->vp->index) +
			 offset);
}

static void poke(__u64 *address, __u64 value)
{
	__atomic_store_n(address, value, __ATOMIC_RELEASE);
}

static void *run_until_halt(void *arg)
{
	struct player *player = arg;

	player->halted = vp_halts(player->vp);
	return NULL;
}

static void begin(struct player *player, struct vm *vm, __u32 index, int fd,
		  void (*function)(__u64 argument))
{
	*player = (struct player){
		.vm = vm,
		.vp = vp_new(vm, index),
		.fd = fd,
	};
	vp_start(player->vp, function, index);
	require(!pthread_create(&player->thread, NULL, run_until_halt, player),
		"start a thread");
}

static __guest void throw_and_wait(__u64 vp)
{
	const __u64 address = MMIO + vp * STRIDE;
	__u64 i;

	for (i = 1; !load(BALL(vp) + STOP); i++) {
		store(BALL(vp) + THROWN, i);
		mmio_write32(address, i);
		while (load(BALL(vp) + RETURNED) != i)
			asm volatile("pause");
	}
	halt();
}

/* One ball: it must come, once, and it is thrown back. */
static bool play(struct player *player, __u64 round, bool last)
{
	if (event_comes(player->fd) != 1) {
		complain("VP %u, round %llu: thrown %llu, not told once",
			 player->vp->index, round,
			 peek(word(player, THROWN)));
		return false;
	}
	if (peek(word(player, THROWN)) != round)
		return false;
	poke(word(player, STOP), last);
	poke(word(player, RETURNED), round);
	return true;
}

TEST_F(guest, each_of_two_vps_is_heard)
{
	struct player players[PLAYERS];
	__u64 round;
	int i;

	for (i = 0; i < PLAYERS; i++)
		begin(&players[i], self->vm, i,
		      ioeventfd_any(self->vm, MMIO + i * STRIDE, 4),
		      throw_and_wait);
	for (round = 1; round <= ROUNDS; round++)
		for (i = 0; i < PLAYERS; i++)
			ASSERT_TRUE(play(&players[i], round, round == ROUNDS));
	for (i = 0; i < PLAYERS; i++) {
		pthread_join(players[i].thread, NULL);
		EXPECT_TRUE(players[i].halted);
		EXPECT_EQ(0, event_count(players[i].fd));
	}
}

static __guest void storm(__u64 vp)
{
	__u64 i;

	for (i = 1; i <= STORM; i++) {
		store(BALL(vp) + THROWN, i);
		mmio_write16(MMIO, i);
	}
	halt();
}

/*
 * Two VPs write to the same address. Whoever waits for the eventfd and then looks
 * at the memory never waits in vain, and sees everything in the end.
 */
TEST_F(guest, last_write_of_a_storm_is_told)
{
	int fd = ioeventfd_any(self->vm, MMIO, 2), i;
	struct player players[PLAYERS];
	__u64 seen = 0, told = 0;

	for (i = 0; i < PLAYERS; i++)
		begin(&players[i], self->vm, i, fd, storm);
	while (seen < PLAYERS * STORM) {
		__u64 count = event_comes(fd);

		ASSERT_NE(0, count);
		told += count;
		seen = 0;
		for (i = 0; i < PLAYERS; i++)
			seen += peek(word(&players[i], THROWN));
	}
	for (i = 0; i < PLAYERS; i++) {
		pthread_join(players[i].thread, NULL);
		EXPECT_TRUE(players[i].halted);
	}
	sleep_us(SETTLE_US);
	EXPECT_GE(PLAYERS * STORM, told + event_count(fd));
}

static __guest void ring_all(__u64 doorbells)
{
	__u64 i;

	for (i = 0; i < doorbells; i++)
		mmio_write64(MMIO + i * STRIDE, i);
	out32(PORT, doorbells);
	/* Something that has a signal of its own */
	mmio_write32(MMIO + i * STRIDE, 1);
	halt();
}

/*
 * The hypervisor of the tests can be told not to interrupt for doorbells. Each
 * processor has a ring, and there are more doorbells than all of them hold: at
 * least one overflows before the first event is read.
 */
TEST_F(guest, more_doorbells_than_a_ring_holds)
{
	const unsigned int many = processors() * RING + 1;
	struct vp *vp = vp_new(self->vm, 0);
	unsigned long before = 0;
	unsigned int i;
	int last, *fds;

	fds = calloc(many, sizeof(*fds));
	ASSERT_NE(NULL, fds);
	for (i = 0; i < many; i++)
		fds[i] = ioeventfd_match(self->vm, MMIO + i * STRIDE, 8, i);
	last = ioeventfd_any(self->vm, MMIO + many * STRIDE, 4);
	if (self->has_ledger) {
		before = hypervisor_calls(HVCALL_NOTIFY_PORT_RING_EMPTY);
		knob_turn("lazy-doorbells", 2);
	}

	vp_start(vp, ring_all, many);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, many));
	if (self->has_ledger)
		knob_turn("lazy-doorbells", 0);
	ASSERT_TRUE(vp_halts(vp));

	EXPECT_EQ(1, event_comes(last));
	for (i = 0; i < many; i++)
		EXPECT_EQ(1, event_comes(fds[i]))
			TH_LOG("doorbell %u", i);
	if (self->has_ledger)
		EXPECT_LT(before,
			  hypervisor_calls(HVCALL_NOTIFY_PORT_RING_EMPTY));
	free(fds);
}

static __guest void ring_some(__u64 unused)
{
	__u32 i;

	for (;;) {
		for (i = 0; i < SOME; i++)
			mmio_write64(MMIO + i * STRIDE, i);
		out32(PORT, SOME);
	}
}

static __guest void write_once(__u64 unused)
{
	mmio_write32(MMIO, 1);
	halt();
}

static __guest void write_on_and_on(__u64 unused)
{
	for (;;)
		mmio_write32(MMIO, 1);
}

/* Takes the writes that reach the VMM, as it must while nobody is connected. */
static void *run_until_stop(void *arg)
{
	struct player *player = arg;

	while (!peek(word(player, STOP)))
		if (!vp_writes_mmio(player->vp, MMIO, 4, 1))
			return NULL;
	player->halted = true;
	return NULL;
}

TEST_F(guest, deassigned_while_the_guest_writes)
{
	struct mshv_user_ioeventfd args = {
		.addr = MMIO,
		.len = 4,
		.fd = ioeventfd_any(self->vm, MMIO, 4),
	};
	struct player player = { .vm = self->vm, .vp = vp_new(self->vm, 0) };
	int i;

	vp_start(player.vp, write_on_and_on, 0);
	ASSERT_EQ(0, pthread_create(&player.thread, NULL, run_until_stop,
				    &player));
	for (i = 0; i < DEASSIGNMENTS; i++) {
		ASSERT_NE(0, event_comes(args.fd));
		args.flags = IOEVENTFD_DEASSIGN;
		ASSERT_EQ(0, ioeventfd(self->vm, &args));

		event_count(args.fd);
		sleep_us(SETTLE_US);
		EXPECT_EQ(0, event_count(args.fd));

		args.flags = 0;
		ASSERT_EQ(0, ioeventfd(self->vm, &args));
	}
	args.flags = IOEVENTFD_DEASSIGN;
	ASSERT_EQ(0, ioeventfd(self->vm, &args));
	poke(word(&player, STOP), 1);
	pthread_join(player.thread, NULL);
	EXPECT_TRUE(player.halted);
}

static void ignore(int number)
{
}

/*
 * Runs until it is interrupted, and closes the last file of the partition. A
 * driver may end the connections when the file of the partition is closed: then
 * the write comes here.
 */
static void *run_and_close(void *arg)
{
	struct player *player = arg;
	int ret = vp_run(player->vp);

	player->halted = ret == -EINTR ||
			 (!ret && player->vp->message.type ==
				  HV_MSG_UNMAPPED_GPA);
	if (!player->halted)
		complain("the VP was not interrupted: %d", ret);
	vp_close(player->vp);
	__atomic_store_n(&player->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

TEST_F(guest, partition_closed_while_the_guest_writes)
{
	struct sigaction action = { .sa_handler = ignore };
	struct player player;
	struct vm *vm;
	int i, fd;

	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	for (i = 0; i < CLOSINGS; i++) {
		vm = vm_new();
		fd = ioeventfd_any(vm, MMIO, 4);
		player = (struct player){ .vm = vm, .vp = vp_new(vm, 0) };
		vp_start(player.vp, write_on_and_on, 0);
		ASSERT_EQ(0, pthread_create(&player.thread, NULL,
					    run_and_close, &player));
		ASSERT_NE(0, event_comes(fd));
		/* Half of them see their eventfd go first. */
		if (i % 2)
			close(fd);
		vm_close(vm);
		while (!__atomic_load_n(&player.done, __ATOMIC_ACQUIRE)) {
			pthread_kill(player.thread, SIGUSR1);
			sleep_us(SETTLE_US);
		}
		pthread_join(player.thread, NULL);
		EXPECT_TRUE(player.halted);
		if (!(i % 2)) {
			event_count(fd);
			sleep_us(SETTLE_US);
			EXPECT_EQ(0, event_count(fd));
			close(fd);
		}
	}
}

TEST_F(guest, process_killed_while_the_guest_writes)
{
	int fd = event_new(), status;
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid) {
		struct mshv_user_ioeventfd args = { .addr = MMIO, .fd = fd };
		struct vm *vm = vm_new();
		struct vp *vp = vp_new(vm, 0);

		vp_start(vp, write_on_and_on, 0);
		require(!ioeventfd(vm, &args), "connect an eventfd");
		vp_run(vp);
		_exit(1);
	}
	EXPECT_NE(0, event_comes(fd));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
}

static void set_online(const char *how)
{
	int ret = write_file(OFFLINE_FILE, how);

	require(!ret, "write %s to " OFFLINE_FILE ": %d", how, ret);
}

/* The VP rings on processor 1 as long as there is one, and elsewhere else. */
TEST_F(guest, processor_goes_while_the_guest_writes)
{
	struct player player;
	__u64 round = 0;
	int i, j;

	if (processors() < 2)
		SKIP(return, "there is only one processor");

	begin(&player, self->vm, 0, ioeventfd_any(self->vm, MMIO, 4),
	      throw_and_wait);
	for (i = 0; i < 2 * OFFLININGS; i++) {
		for (j = 0; j < ROUNDS / 10; j++)
			ASSERT_TRUE(play(&player, ++round, false));
		set_online(i % 2 ? "1" : "0");
	}
	ASSERT_TRUE(play(&player, ++round, true));
	pthread_join(player.thread, NULL);
	EXPECT_TRUE(player.halted);
}

/*
 * The hypervisor of the tests can be told not to interrupt for doorbells. Those
 * that wait on processor 1 are told when it goes, or else nobody would.
 */
TEST_F(guest, processor_goes_with_doorbells_in_its_ring)
{
	int fds[SOME], last = ioeventfd_any(self->vm, MMIO, 4), i;
	struct vp *vp = vp_new(self->vm, 0);

	if (processors() < 2)
		SKIP(return, "there is only one processor");
	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor can be told to");

	for (i = 0; i < SOME; i++)
		fds[i] = ioeventfd_match(self->vm, MMIO + i * STRIDE, 8, i);
	knob_turn("lazy-doorbells", 2);
	move_to_processor(0, 1);
	vp_start(vp, ring_some, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, SOME));
	set_online("0");
	set_online("1");
	knob_turn("lazy-doorbells", 0);

	/* Doorbells on another processor wait for the next one there. */
	vp_start(vp, write_once, 0);
	ASSERT_TRUE(vp_halts(vp));
	EXPECT_EQ(1, event_comes(last));
	for (i = 0; i < SOME; i++)
		EXPECT_EQ(1, event_comes(fds[i]))
			TH_LOG("doorbell %d", i);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/* The same ioctl from eight threads at once: as if one came after the other. */
#include <pthread.h>
#include <sys/ioctl.h>

#include "lib/event.h"
#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/irqfd.h"
#include "lib/require.h"
#include "lib/vp.h"

#define PORT	0x80
#define MMIO	0xfc000000UL
#define RACERS	8
#define HEATS	20

/* What the threads do, and how each of them ended */
struct race {
	int (*run)(struct race *race, int racer);
	struct vm *vm;
	struct vp *vp;
	void *memory;
	int fd;
	int event;
	unsigned int heat;
	int results[RACERS];
	pthread_barrier_t start;
};

struct racer {
	struct race *race;
	int number;
};

static void *run_racer(void *arg)
{
	struct racer *racer = arg;
	struct race *race = racer->race;

	pthread_barrier_wait(&race->start);
	race->results[racer->number] = race->run(race, racer->number);
	return NULL;
}

static void run_heat(struct race *race)
{
	struct racer racers[RACERS];
	pthread_t threads[RACERS];
	int i;

	require(!pthread_barrier_init(&race->start, NULL, RACERS),
		"make a barrier");
	for (i = 0; i < RACERS; i++) {
		racers[i] = (struct racer){ .race = race, .number = i };
		require(!pthread_create(&threads[i], NULL, run_racer,
					&racers[i]), "start thread %d", i);
	}
	for (i = 0; i < RACERS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&race->start);
	race->heat++;
}

static int with_result(const struct race *race, int result)
{
	int i, count = 0;

	for (i = 0; i < RACERS; i++)
		if (race->results[i] == result)
			count++;
	return count;
}

static int with_descriptor(const struct race *race)
{
	int i, count = 0;

	for (i = 0; i < RACERS; i++)
		if (race->results[i] >= 0)
			count++;
	return count;
}

static int create_partition(struct race *race, int racer)
{
	struct mshv_create_partition args = {};
	int fd = ioctl(race->vm->device, MSHV_CREATE_PARTITION, &args);

	if (fd < 0)
		return -errno;
	if (ioctl(fd, MSHV_INITIALIZE_PARTITION))
		return -errno;
	return close(fd);
}

TEST_F(guest, partitions_come_and_go)
{
	struct race race = { .run = create_partition, .vm = self->vm };

	while (race.heat < HEATS) {
		run_heat(&race);
		ASSERT_EQ(RACERS, with_result(&race, 0));
	}
}

static int initialize(struct race *race, int racer)
{
	return ioctl(race->vm->fd, MSHV_INITIALIZE_PARTITION) ? -errno : 0;
}

TEST_F(guest, one_partition_is_initialized_once)
{
	struct vm vm = { .device = self->vm->device };
	struct race race = { .run = initialize, .vm = &vm };

	while (race.heat < HEATS) {
		vm.fd = partition_create(vm.device);
		run_heat(&race);
		ASSERT_EQ(RACERS, with_result(&race, 0));
		close(vm.fd);
	}
}

static int create_vp(struct race *race, int racer)
{
	struct mshv_create_vp args = { .vp_index = race->heat };
	int fd = ioctl(race->vm->fd, MSHV_CREATE_VP, &args);

	return fd < 0 ? -errno : fd;
}

TEST_F(guest, one_index_makes_one_vp)
{
	struct race race = { .run = create_vp, .vm = self->vm };

	while (race.heat < HEATS) {
		run_heat(&race);
		ASSERT_EQ(1, with_descriptor(&race));
		ASSERT_EQ(RACERS - 1, with_result(&race, -EEXIST));
	}
}

static int map(struct race *race, int racer)
{
	return vm_set_memory(race->vm, GUEST_MORE, race->memory, PAGE_SIZE,
			     REGION_ALL);
}

static int unmap(struct race *race, int racer)
{
	return vm_set_memory(race->vm, GUEST_MORE, race->memory, PAGE_SIZE,
			     REGION_UNMAP);
}

TEST_F(guest, one_region_is_mapped_and_unmapped_once)
{
	struct race race = {
		.vm = self->vm,
		.memory = memory_new(PAGE_SIZE),
	};

	while (race.heat < 2 * HEATS) {
		race.run = map;
		run_heat(&race);
		ASSERT_EQ(1, with_result(&race, 0));
		ASSERT_EQ(RACERS - 1, with_result(&race, -EEXIST));
		race.run = unmap;
		run_heat(&race);
		ASSERT_EQ(1, with_result(&race, 0));
		ASSERT_EQ(RACERS - 1, with_result(&race, -ENOENT));
	}
}

static int map_beside(struct race *race, int racer)
{
	__u64 gpa = GUEST_MORE + racer * PAGE_SIZE;
	int i, ret = 0;

	for (i = 0; i < 20 && !ret; i++) {
		ret = vm_set_memory(race->vm, gpa, race->memory, PAGE_SIZE,
				    REGION_ALL);
		if (!ret)
			ret = vm_set_memory(race->vm, gpa, race->memory,
					    PAGE_SIZE, REGION_UNMAP);
	}
	return ret;
}

TEST_F(guest, regions_side_by_side)
{
	struct race race = {
		.run = map_beside,
		.vm = self->vm,
		.memory = memory_new(PAGE_SIZE),
	};

	while (race.heat < HEATS) {
		run_heat(&race);
		ASSERT_EQ(RACERS, with_result(&race, 0));
	}
}

static int connect(struct race *race, int racer)
{
	const struct mshv_user_ioeventfd args = {
		.addr = MMIO,
		.len = 4,
		.fd = race->event,
	};

	return ioeventfd(race->vm, &args);
}

static int disconnect(struct race *race, int racer)
{
	const struct mshv_user_ioeventfd args = {
		.addr = MMIO,
		.len = 4,
		.flags = IOEVENTFD_DEASSIGN,
		.fd = race->event,
	};

	return ioeventfd(race->vm, &args);
}

TEST_F(guest, one_address_is_connected_and_disconnected_once)
{
	struct race race = { .vm = self->vm, .event = event_new() };

	while (race.heat < 2 * HEATS) {
		race.run = connect;
		run_heat(&race);
		ASSERT_EQ(1, with_result(&race, 0));
		ASSERT_EQ(RACERS - 1, with_result(&race, -EEXIST));
		race.run = disconnect;
		run_heat(&race);
		ASSERT_EQ(1, with_result(&race, 0));
		ASSERT_EQ(RACERS - 1, with_result(&race, -ENOENT));
	}
}

static int connect_beside(struct race *race, int racer)
{
	struct mshv_user_ioeventfd args = {
		.addr = MMIO,
		.len = 4,
		.datamatch = racer,
		.fd = race->event,
	};
	int i, ret = 0;

	for (i = 0; i < 10 && !ret; i++) {
		args.flags = IOEVENTFD_MATCH;
		ret = ioeventfd(race->vm, &args);
		args.flags |= IOEVENTFD_DEASSIGN;
		if (!ret)
			ret = ioeventfd(race->vm, &args);
	}
	return ret;
}

TEST_F(guest, values_of_one_address_side_by_side)
{
	struct race race = {
		.run = connect_beside,
		.vm = self->vm,
		.event = event_new(),
	};

	while (race.heat < HEATS / 4) {
		run_heat(&race);
		ASSERT_EQ(RACERS, with_result(&race, 0));
	}
}

static __guest void repeat(__u64 unused)
{
	for (;;)
		out32(PORT, 0x12345678);
}

/* No racer completes the exit, so each gets a message of the same kind. */
static int run_vp(struct race *race, int racer)
{
	struct vp vp = *race->vp;
	int i, ret;

	for (i = 0; i < 20; i++) {
		ret = vp_run(&vp);
		if (ret)
			return ret;
		if (vp.message.type != HV_MSG_IO_PORT ||
		    (__u32)vp.message.port.rax != 0x12345678)
			return -EBADMSG;
	}
	return 0;
}

TEST_F(guest, one_vp_is_run_by_all)
{
	struct race race = {
		.run = run_vp,
		.vm = self->vm,
		.vp = vp_new(self->vm, 0),
	};

	vp_start(race.vp, repeat, 0);
	while (race.heat < HEATS / 4) {
		run_heat(&race);
		ASSERT_EQ(RACERS, with_result(&race, 0));
	}
}

static int use_registers(struct race *race, int racer)
{
	int i;

	for (i = 0; i < 50; i++) {
		vp_set(race->vp, HV_REG_RBX, racer);
		if (vp_get(race->vp, HV_REG_RBX) >= RACERS)
			return -EBADMSG;
	}
	return 0;
}

TEST_F(guest, registers_are_used_by_all)
{
	struct race race = {
		.run = use_registers,
		.vm = self->vm,
		.vp = vp_new(self->vm, 0),
	};

	while (race.heat < HEATS / 4) {
		run_heat(&race);
		ASSERT_EQ(RACERS, with_result(&race, 0));
	}
}

static int connect_eventfd(struct race *race, int racer)
{
	return irqfd(race->vm, race->fd, -1, 5, 0);
}

static int disconnect_eventfd(struct race *race, int racer)
{
	return irqfd(race->vm, race->fd, -1, 5, IRQFD_DEASSIGN);
}

TEST_F(guest, one_eventfd_is_connected_once)
{
	struct race race = { .vm = self->vm, .fd = event_new() };

	while (race.heat < 2 * HEATS) {
		race.run = connect_eventfd;
		run_heat(&race);
		ASSERT_EQ(1, with_result(&race, 0));
		ASSERT_EQ(RACERS - 1, with_result(&race, -EBUSY));
		race.run = disconnect_eventfd;
		run_heat(&race);
		ASSERT_EQ(RACERS, with_result(&race, 0));
	}
}

/* Each racer has interrupts of its own, and no other table has routes for them. */
static int set_own_routes(struct race *race, int racer)
{
	const struct mshv_user_irq_entry entries[] = {
		msi(racer, 0, MSI_LEVEL | 0x31),
		msi(RACERS + racer, 0, MSI_LEVEL | 0x32),
	};
	int i;

	for (i = 0; i < 20; i++)
		vm_routes(race->vm, entries, ARRAY_SIZE(entries));
	return 0;
}

static bool is_routed(struct vm *vm, __u32 gsi)
{
	int fd = event_new(), resamplefd = event_new();
	int ret = irqfd(vm, fd, resamplefd, gsi, IRQFD_RESAMPLE);

	require(!ret || ret == -EINVAL, "make a resampling irqfd");
	close(fd);
	close(resamplefd);
	return !ret;
}

TEST_F(guest, one_table_of_routes_is_left)
{
	struct race race = { .run = set_own_routes, .vm = self->vm };
	int i, left;

	while (race.heat < HEATS / 4) {
		run_heat(&race);
		for (i = 0, left = 0; i < RACERS; i++) {
			left += is_routed(self->vm, i);
			ASSERT_EQ(is_routed(self->vm, i),
				  is_routed(self->vm, RACERS + i));
		}
		ASSERT_EQ(1, left);
	}
}

/* Whatever is connected, disconnected, signalled and routed at the same time */
static int do_anything(struct race *race, int racer)
{
	int i, ret;

	for (i = 0; i < 50; i++) {
		switch ((i + racer) % 4) {
		case 0:
			ret = connect_eventfd(race, racer);
			break;
		case 1:
			ret = disconnect_eventfd(race, racer);
			break;
		case 2:
			ret = set_own_routes(race, racer);
			break;
		default:
			event_signal(race->fd);
			ret = 0;
		}
		if (ret && ret != -EBUSY)
			return ret;
	}
	return 0;
}

TEST_F(guest, irqfds_and_routes_by_all)
{
	struct race race = {
		.run = do_anything,
		.vm = self->vm,
		.fd = event_new(),
	};

	while (race.heat < HEATS / 4) {
		run_heat(&race);
		ASSERT_EQ(RACERS, with_result(&race, 0));
	}
}

TEST_HARNESS_MAIN

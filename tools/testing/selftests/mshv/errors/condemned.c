// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypervisor does not take memory away from a guest. The memory goes to
 * somebody else, so the guest must never run again.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/mman.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/hv.h"
#include "lib/knob.h"
#include "lib/misuse.h"
#include "lib/require.h"
#include "lib/vp.h"

#define STEP_PORT	0x82

static __guest void count_for_ever(__u64 gpa)
{
	__u64 i;

	out32(STEP_PORT, 0);
	for (i = 1; ; i++)
		store(gpa, i);
}

static void *run(void *vp)
{
	return (void *)(long)vp_run(vp);
}

/* The guest writes to its memory all the time; then it is not its own any more. */
static void condemn_running(struct __test_metadata *_metadata, struct vm *vm,
			    struct vp *vp, __u16 code)
{
	__u64 *memory = vm_add_memory(vm, GUEST_MORE, LARGE_PAGE_SIZE, REGION_ALL);
	pthread_t thread;
	void *result;

	vp_start(vp, count_for_ever, GUEST_MORE);
	ASSERT_TRUE(vp_writes_port(vp, STEP_PORT, 4, 0));
	ASSERT_EQ(0, pthread_create(&thread, NULL, run, vp));
	while (!peek(memory))
		sleep_us(1000);

	make_fail(code, ALWAYS, HV_STATUS_ACCESS_DENIED);
	if (code == HVCALL_MAP_GPA_PAGES)
		require(!madvise(memory, PAGE_SIZE, MADV_DONTNEED), "advise");
	else
		vm_unmap(vm, GUEST_MORE, memory, LARGE_PAGE_SIZE);
	ASSERT_EQ(0, pthread_join(thread, &result));
	EXPECT_EQ(-ESHUTDOWN, (long)result);
	no_more_faults();
}

TEST_F_TIMEOUT(guest, memory_is_not_taken_away, 60)
{
	struct mshv_create_vp create = { .vp_index = 1 };
	struct vp *vp = vp_new(self->vm, 0);

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor can be told to");

	condemn_running(_metadata, self->vm, vp, HVCALL_MAP_GPA_PAGES);
	EXPECT_EQ(-ESHUTDOWN, vp_run(vp));
	EXPECT_EQ(-ESHUTDOWN, try(self->vm->fd, MSHV_CREATE_VP, &create));
}

TEST_F_TIMEOUT(guest, memory_is_not_unmapped, 60)
{
	struct vp *vp = vp_new(self->vm, 0);

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor can be told to");

	condemn_running(_metadata, self->vm, vp, HVCALL_UNMAP_GPA_PAGES);
	EXPECT_EQ(-ESHUTDOWN, vp_run(vp));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What seldom happens to a VMM: the hypervisor refuses what was in order, has
 * never enough memory, memory cannot be pinned, or the system has no file left.
 * Each ioctl gives the errno that include/uapi/linux/mshv.h documents, and works
 * the next time.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/interrupts.h"
#include "lib/knob.h"
#include "lib/misuse.h"
#include "lib/require.h"
#include "lib/vp.h"

#define PIN	"/sys/module/mshv_root/parameters/pin_guest_memory"
#define FILE_MAX	"/proc/sys/fs/file-max"
#define NOBODY		65534

static __guest void do_nothing(__u64 unused)
{
	halt();
}

static int try_partition(int device)
{
	struct mshv_create_partition args = {};

	return try(device, MSHV_CREATE_PARTITION, &args);
}

static int try_vp(struct vm *vm, __u32 index)
{
	struct mshv_create_vp args = { .vp_index = index };

	return try(vm->fd, MSHV_CREATE_VP, &args);
}

TEST_F(guest, creation_is_refused)
{
	int device = self->vm->device, partition;

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor can be told to");

	make_fail(HVCALL_CREATE_PARTITION, NEXT, HV_STATUS_ACCESS_DENIED);
	EXPECT_EQ(-EACCES, try_partition(device));
	partition = try_partition(device);
	ASSERT_LE(0, partition);

	make_fail(HVCALL_INITIALIZE_PARTITION, NEXT, HV_STATUS_ACCESS_DENIED);
	EXPECT_EQ(-EACCES, try(partition, MSHV_INITIALIZE_PARTITION, NULL));
	EXPECT_EQ(0, try(partition, MSHV_INITIALIZE_PARTITION, NULL));

	make_fail(HVCALL_CREATE_VP, NEXT, HV_STATUS_ACCESS_DENIED);
	EXPECT_EQ(-EACCES, try_vp(self->vm, 3));
	EXPECT_LE(0, try_vp(self->vm, 3));
}

/* By the first hypercall that each run loop makes. */
TEST_F(guest, running_is_refused)
{
	struct vp *vp = vp_new(self->vm, 0);

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor can be told to");

	vp_start(vp, do_nothing, 0);
	ASSERT_TRUE(vp_halts(vp));
	vp_start(vp, do_nothing, 0);
	make_fail(linux_dispatches() ? HVCALL_DISPATCH_VP :
				       HVCALL_SET_VP_REGISTERS,
		  NEXT, HV_STATUS_ACCESS_DENIED);
	EXPECT_EQ(-EACCES, vp_run(vp));
	EXPECT_TRUE(vp_halts(vp));
}

TEST_F(guest, status_of_a_hypercall_has_an_errno)
{
	static const struct {
		const char *name;
		int nth, status, expected;
	} rows[] = {
		{ "invalid parameter", NEXT, HV_STATUS_INVALID_PARAMETER,
		  -EINVAL },
		{ "access denied", NEXT, HV_STATUS_ACCESS_DENIED, -EACCES },
		{ "operation denied", NEXT, HV_STATUS_OPERATION_DENIED,
		  -EACCES },
		{ "never enough memory", ALWAYS, HV_STATUS_INSUFFICIENT_MEMORY,
		  -ENOMEM },
		{ "feature not supported", NEXT,
		  HV_STATUS_FEATURE_NOT_SUPPORTED, -EOPNOTSUPP },
		{ "no resources", NEXT, HV_STATUS_NO_RESOURCES, -EIO },
		{ "finished later", NEXT, HV_STATUS_CALL_PENDING, -EBADFD },
	};
	struct hv_get_property in = {
		.code = HV_PROPERTY_SYNTHETIC_PROC_FEATURES,
	};
	size_t i;

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor can be told to");

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		__u64 out;
		struct mshv_root_hvcall args = {
			.code = HVCALL_GET_PARTITION_PROPERTY,
			.in_sz = sizeof(in),
			.out_sz = sizeof(out),
			.in_ptr = (uintptr_t)&in,
			.out_ptr = (uintptr_t)&out,
		};

		make_fail(args.code, rows[i].nth, rows[i].status);
		EXPECT_TRUE(comes_of(rows[i].name, rows[i].expected,
				     hvcall(self->vm->fd, &args)));
		EXPECT_EQ(rows[i].status, args.status);
		no_more_faults();
		args.status = 0;
		EXPECT_EQ(0, hvcall(self->vm->fd, &args));
	}
}

/* The hypervisor asks for memory each time, whatever it is given. */
TEST_F(guest, memory_of_the_hypervisor_is_never_enough)
{
	struct vm *vm = self->vm;
	__u8 bits;
	struct mshv_gpap_access_bitmap access = {
		.page_count = 8,
		.bitmap_ptr = (uintptr_t)&bits,
	};
	struct mshv_user_ioeventfd ioeventfd = {
		.addr = GUEST_HOLE,
		.len = 4,
		.fd = eventfd(0, 0),
	};

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor can be told to");

	make_fail(HVCALL_CREATE_VP, ALWAYS, HV_STATUS_INSUFFICIENT_MEMORY);
	EXPECT_EQ(-ENOMEM, try_vp(vm, 7));
	make_fail(HVCALL_GET_GPA_PAGES_ACCESS_STATES, ALWAYS,
		  HV_STATUS_INSUFFICIENT_MEMORY);
	EXPECT_EQ(-ENOMEM, try(vm->fd, MSHV_GET_GPAP_ACCESS_BITMAP, &access));
	make_fail(HVCALL_CREATE_PORT, ALWAYS, HV_STATUS_INSUFFICIENT_MEMORY);
	EXPECT_EQ(-ENOMEM, try(vm->fd, MSHV_IOEVENTFD, &ioeventfd));
	no_more_faults();
	EXPECT_LE(0, try_vp(vm, 7));
	EXPECT_EQ(0, try(vm->fd, MSHV_IOEVENTFD, &ioeventfd));
}

static struct mshv_get_set_vp_state state_of(void *buffer)
{
	return (struct mshv_get_set_vp_state){
		.type = MSHV_VP_STATE_LAPIC,
		.buf_sz = PAGE_SIZE,
		.buf_ptr = (uintptr_t)buffer,
	};
}

TEST_F(guest, state_of_a_vp_is_refused)
{
	void *buffer = memory_new(PAGE_SIZE);
	struct vm *vm = vm_new_with(VM_X2APIC);
	struct vp *vp = vp_new(vm, 0);
	struct mshv_get_set_vp_state args;

	if (!self->has_ledger)
		SKIP(return, "only the test hypervisor can be told to");

	make_fail(HVCALL_GET_VP_STATE, NEXT, HV_STATUS_ACCESS_DENIED);
	args = state_of(buffer);
	EXPECT_EQ(-EACCES, try(vp->fd, MSHV_GET_VP_STATE, &args));
	make_fail(HVCALL_GET_VP_STATE, ALWAYS, HV_STATUS_INSUFFICIENT_MEMORY);
	args = state_of(buffer);
	EXPECT_EQ(-ENOMEM, try(vp->fd, MSHV_GET_VP_STATE, &args));
	no_more_faults();
	make_fail(HVCALL_GET_VP_STATE, NEXT, HV_STATUS_INSUFFICIENT_MEMORY);
	args = state_of(buffer);
	EXPECT_EQ(0, try(vp->fd, MSHV_GET_VP_STATE, &args));

	make_fail(HVCALL_SET_VP_STATE, NEXT, HV_STATUS_ACCESS_DENIED);
	args = state_of(buffer);
	EXPECT_EQ(-EACCES, try(vp->fd, MSHV_SET_VP_STATE, &args));
	make_fail(HVCALL_SET_VP_STATE, ALWAYS, HV_STATUS_INSUFFICIENT_MEMORY);
	args = state_of(buffer);
	EXPECT_EQ(-ENOMEM, try(vp->fd, MSHV_SET_VP_STATE, &args));
	no_more_faults();
	make_fail(HVCALL_SET_VP_STATE, NEXT, HV_STATUS_INSUFFICIENT_MEMORY);
	args = state_of(buffer);
	EXPECT_EQ(0, try(vp->fd, MSHV_SET_VP_STATE, &args));
}

/* Of two pages the second one is not there. */
TEST_F(guest, memory_cannot_be_pinned)
{
	char *memory = memory_new(3 * PAGE_SIZE);
	char before[8];

	if (!read_file(PIN, before, sizeof(before)))
		SKIP(return, "this driver does not pin on demand");
	ASSERT_EQ(0, write_file(PIN, "1"));
	ASSERT_EQ(0, mprotect(memory + PAGE_SIZE, PAGE_SIZE, PROT_NONE));
	EXPECT_EQ(-ENOMEM, vm_set_memory(self->vm, GUEST_MORE, memory,
					 2 * PAGE_SIZE, REGION_ALL));
	EXPECT_EQ(-EFAULT, vm_set_memory(self->vm, GUEST_MORE,
					 memory + PAGE_SIZE, PAGE_SIZE,
					 REGION_ALL));
	if (self->has_ledger) {
		make_fail(HVCALL_MAP_GPA_PAGES, NEXT, HV_STATUS_ACCESS_DENIED);
		EXPECT_EQ(-EACCES, vm_set_memory(self->vm, GUEST_MORE, memory,
						 PAGE_SIZE, REGION_ALL));
	}
	EXPECT_EQ(0, vm_set_memory(self->vm, GUEST_MORE, memory, PAGE_SIZE,
				   REGION_ALL));
	ASSERT_EQ(0, write_file(PIN, before));
}

FIXTURE(few_files)
{
	struct vm *vm;
	bool has_ledger;
	char ledger[HYPERVISOR_REPLY];
	char file_max[32];
};

FIXTURE_SETUP(few_files)
{
	reached_by(_metadata->fixture->name, _metadata->name);
	self->has_ledger = hypervisor_present();
	if (self->has_ledger)
		hypervisor_ledger(self->ledger);
	require(read_file(FILE_MAX, self->file_max, sizeof(self->file_max)),
		"read %s", FILE_MAX);
	self->vm = vm_new();
}

FIXTURE_TEARDOWN_PARENT(few_files)
{
	EXPECT_EQ(0, write_file(FILE_MAX, self->file_max));
	if (self->has_ledger)
		EXPECT_TRUE(ledger_becomes(self->ledger));
}

/* Who administers the system may open files beyond the limit. */
static bool nobody_gets_a_file(struct vm *vm)
{
	pid_t pid = fork();
	int status;

	require(pid >= 0, "fork");
	if (!pid) {
		require(!setresuid(NOBODY, NOBODY, NOBODY), "be nobody");
		_exit(!(comes_of("partition", -ENFILE,
				 try_partition(vm->device)) &
			comes_of("VP", -ENFILE, try_vp(vm, 3))));
	}
	require(waitpid(pid, &status, 0) == pid, "wait for a process");
	return !status;
}

TEST_F(few_files, system_has_no_file_left)
{
	ASSERT_EQ(0, write_file(FILE_MAX, "0"));
	EXPECT_TRUE(nobody_gets_a_file(self->vm));
	ASSERT_EQ(0, write_file(FILE_MAX, self->file_max));
	EXPECT_LE(0, try_partition(self->vm->device));
	EXPECT_LE(0, try_vp(self->vm, 3));
}

static const __u64 pt_flags[] = {
	_BITULL(MSHV_PT_BIT_NESTED_VIRTUALIZATION),
	_BITULL(MSHV_PT_BIT_SMT_ENABLED_GUEST),
};

/* Not a refusal: nothing else in these tests wants such partitions. */
TEST_F(guest, partitions_of_other_kinds_are_made)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pt_flags); i++) {
		struct mshv_create_partition args = { .pt_flags = pt_flags[i] };
		int fd = try(self->vm->device, MSHV_CREATE_PARTITION, &args);

		EXPECT_LE(0, fd);
		close(fd);
	}
}

TEST_HARNESS_MAIN

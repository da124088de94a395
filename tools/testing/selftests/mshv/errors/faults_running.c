// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is not there while a guest runs, or when it goes: each allocation,
 * and each copy from or to user space, fails once in every call about the memory
 * of a guest and about its VPs. What a call cannot do it says; what has to be done,
 * as at the end of a partition, is done without.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>

#include "lib/fault_fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/knob.h"
#include "lib/misuse.h"
#include "lib/require.h"
#include "lib/sata.h"
#include "lib/state.h"

#define PIN	"/sys/module/mshv_root/parameters/pin_guest_memory"
#define PORT	0x80
#define PAGES	1024UL		/* two large ones */
#define SIZE	(PAGES * PAGE_SIZE)

/* Writes to a page in each half of a large one, over and over. */
static __guest void touch(__u64 gpa)
{
	__u64 i;

	for (i = 0; ; i++) {
		store(gpa + (i & 3) * LARGE_PAGE_SIZE / 2, i);
		out32(PORT, i);
	}
}

/* What the calls of this file work with */
struct subject {
	struct vm *vm;
	struct vp *vp;
	char *memory;
	size_t size;
	void *buffer;
	__u8 state;
};

/* Memory of the guest */

static int map_memory(void *object)
{
	struct subject *subject = object;

	return vm_set_memory(subject->vm, GUEST_MORE, subject->memory,
			     subject->size, REGION_ALL);
}

static int unmap_memory(void *object)
{
	struct subject *subject = object;

	return vm_set_memory(subject->vm, GUEST_MORE, subject->memory,
			     subject->size, REGION_UNMAP);
}

static void unmap_after(void *object, int result)
{
	require(!unmap_memory(object), "unmap the memory");
}

static void step(struct subject *subject)
{
	require(vp_runs_into(subject->vp, HV_MSG_IO_PORT), "the guest goes on");
	vp_skip(subject->vp);
}

/* The guest has used its memory, as large pages where it can. */
static void use_memory(struct subject *subject)
{
	int i;

	for (i = 0; i < 4; i++)
		step(subject);
}

static void map_and_use(void *object)
{
	require(!map_memory(object), "map the memory");
	use_memory(object);
}

/* New memory of the size, in large pages if @huge */
static void new_memory(struct subject *subject, size_t size, bool huge)
{
	subject->size = size;
	subject->memory = memory_new(size);
	require(!madvise(subject->memory, size,
			 huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE), "advise");
}

/* @cuts: to unmap it the hypervisor may have to cut up large pages. */
static bool memory_sweeps(struct subject *subject, bool cuts)
{
	const struct swept_call map = {
		.name = "map memory", .call = map_memory,
		.after = unmap_after, .no_memory = true, .no_copy = true,
		.hungry = HVCALL_MAP_GPA_PAGES,
	};
	const struct swept_call unmap = {
		.name = "unmap memory", .before = map_and_use,
		.call = unmap_memory, .no_copy = true,
		.hungry = cuts ? HVCALL_MAP_GPA_PAGES : 0,
	};

	return sweep(&map, subject) && sweep(&unmap, subject);
}

TEST_F(fault, memory_is_mapped_and_unmapped)
{
	struct subject subject = { .vm = self->vm, .vp = self->vp };

	vp_start(self->vp, touch, GUEST_MORE);
	new_memory(&subject, SIZE, false);
	EXPECT_TRUE(memory_sweeps(&subject, false));
	new_memory(&subject, SIZE, true);
	EXPECT_TRUE(memory_sweeps(&subject, true));
}

TEST_F(fault, memory_is_pinned_and_unpinned)
{
	struct subject subject = { .vm = self->vm, .vp = self->vp };
	char before[8];

	if (!read_file(PIN, before, sizeof(before)))
		SKIP(return, "this driver does not pin on demand");
	ASSERT_EQ(0, write_file(PIN, "1"));
	vp_start(self->vp, touch, GUEST_MORE);
	new_memory(&subject, SIZE, false);
	EXPECT_TRUE(memory_sweeps(&subject, false));
	new_memory(&subject, SIZE, true);
	EXPECT_TRUE(memory_sweeps(&subject, false));
	ASSERT_EQ(0, write_file(PIN, before));
}

/* Registers of a device: nothing of them is touched. */
TEST_F(fault, device_is_mapped_and_unmapped)
{
	struct subject subject = {
		.vm = self->vm,
		.memory = (char *)sata_map_registers(NULL),
		.size = PAGE_SIZE,
	};
	const struct swept_call map = {
		.name = "map a device", .call = map_memory,
		.after = unmap_after, .no_memory = true, .no_copy = true,
		.hungry = HVCALL_MAP_GPA_PAGES,
	};

	EXPECT_TRUE(sweep(&map, &subject));
}

/* The VMM takes away memory, a part of a large page, that the guest uses. */
static void use_again(void *object)
{
	struct subject *subject = object;

	require(!madvise(subject->memory, subject->size, MADV_DONTNEED), "advise");
	use_memory(subject);
}

static int take_a_part(struct subject *subject)
{
	return madvise(subject->memory + LARGE_PAGE_SIZE / 2, 4 * PAGE_SIZE,
		       MADV_DONTNEED) ? -errno : 0;
}

/* The guest writes to the page that the VMM has there now. */
static void guest_sees(struct subject *subject)
{
	const void *page = subject->memory + LARGE_PAGE_SIZE / 2;

	use_memory(subject);
	require(peek(page), "the guest has the page of the VMM");
}

/* It must leave, also where there is no memory to cut the large page up. */
TEST_F(fault, memory_leaves_a_guest)
{
	struct subject subject = { .vm = self->vm, .vp = self->vp };

	vp_start(self->vp, touch, GUEST_MORE);
	new_memory(&subject, SIZE, true);
	map_and_use(&subject);
	use_again(&subject);
	make_fail(HVCALL_MAP_GPA_PAGES, NEXT, HV_STATUS_INSUFFICIENT_MEMORY);
	EXPECT_EQ(0, take_a_part(&subject));
	no_more_faults();
	guest_sees(&subject);
}

/* Running */

static void drop_memory(void *object)
{
	struct subject *subject = object;

	require(!madvise(subject->memory, subject->size, MADV_DONTNEED), "advise");
}

static int run(void *object)
{
	struct subject *subject = object;

	return vp_run(subject->vp);
}

static void skip_after(void *object, int result)
{
	struct subject *subject = object;

	require(subject->vp->message.type == HV_MSG_IO_PORT,
		"the guest writes to its port");
	vp_skip(subject->vp);
}

TEST_F(fault, vp_is_run)
{
	struct subject subject = { .vm = self->vm, .vp = self->vp };
	const struct swept_call exits = {
		.name = "run", .call = run, .after = skip_after,
		.no_memory = true, .no_copy = true,
	};
	const struct swept_call touches = {
		.name = "run and touch", .before = drop_memory, .call = run,
		.after = skip_after, .no_memory = true, .no_copy = true,
		.hungry = HVCALL_MAP_GPA_PAGES,
	};

	vp_start(self->vp, touch, GUEST_MORE);
	new_memory(&subject, SIZE, false);
	map_and_use(&subject);
	EXPECT_TRUE(sweep(&exits, &subject));
	EXPECT_TRUE(sweep(&touches, &subject));
	unmap_after(&subject, 0);

	new_memory(&subject, SIZE, true);
	map_and_use(&subject);
	EXPECT_TRUE(sweep(&touches, &subject));
}

/* State */

static int get_vp_state(void *object)
{
	struct subject *subject = object;
	__u32 size = PAGE_SIZE;

	return state_call(subject->vp, MSHV_GET_VP_STATE, subject->state,
			  subject->buffer, &size);
}

static int set_vp_state(void *object)
{
	struct subject *subject = object;

	return set_state(subject->vp, subject->state, subject->buffer);
}

/* So that it has to be brought in, or that a copy has to be made */
static void drop_buffer(void *object)
{
	struct subject *subject = object;

	require(!madvise(subject->buffer, PAGE_SIZE, MADV_DONTNEED), "advise");
}

static void read_state(void *object)
{
	require(!get_vp_state(object), "read the state");
}

TEST_F(fault, state_of_a_vp_is_read_and_written)
{
	static const __u8 states[] = {
		MSHV_VP_STATE_LAPIC, MSHV_VP_STATE_XSAVE,
		MSHV_VP_STATE_SYNTHETIC_TIMERS,
	};
	struct vm *vm = vm_new_enlightened(VM_X2APIC, HV_FEATURE_PRESENT |
					   HV_FEATURE_SYNIC | HV_FEATURE_TIMERS);
	struct subject subject = {
		.vp = vp_new(vm, 0),
		.buffer = memory_new(PAGE_SIZE),
	};
	const struct swept_call get = {
		.name = "read a state", .before = drop_buffer,
		.call = get_vp_state, .no_memory = true, .no_copy = true,
		.hungry = HVCALL_GET_VP_STATE,
	};
	const struct swept_call set = {
		.name = "write a state", .before = read_state,
		.call = set_vp_state, .no_memory = true, .no_copy = true,
		.hungry = HVCALL_SET_VP_STATE,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		subject.state = states[i];
		EXPECT_TRUE(sweep(&get, &subject)) TH_LOG("state %u", states[i]);
		EXPECT_TRUE(sweep(&set, &subject)) TH_LOG("state %u", states[i]);
	}
}

/* Hypercalls, and the bits of pages */

static int get_property(void *object)
{
	struct hv_get_property in = {
		.code = HV_PROPERTY_SYNTHETIC_PROC_FEATURES,
	};
	struct subject *subject = object;
	__u64 out;
	struct mshv_root_hvcall args = {
		.code = HVCALL_GET_PARTITION_PROPERTY,
		.in_sz = sizeof(in),
		.out_sz = sizeof(out),
		.in_ptr = (uintptr_t)&in,
		.out_ptr = (uintptr_t)&out,
	};

	return hvcall(subject->vm->fd, &args);
}

/* On the device: of this system itself */
static int get_capabilities(void *object)
{
	struct hv_get_property_ex in = { .code = HV_PROPERTY_VMM_CAPABILITIES };
	struct subject *subject = object;
	__u64 out[2];
	struct mshv_root_hvcall args = {
		.code = HVCALL_GET_PARTITION_PROPERTY_EX,
		.in_sz = sizeof(in),
		.out_sz = sizeof(out),
		.in_ptr = (uintptr_t)&in,
		.out_ptr = (uintptr_t)&out,
	};

	return hvcall(subject->vm->device, &args);
}

static int set_property(void *object)
{
	struct subject *subject = object;

	return vm_set_property(subject->vm, HV_PROPERTY_TIME_FREEZE, 0);
}

static int get_register(void *object)
{
	struct {
		struct hv_vp_registers head;
		__u32 name;
	} in = { .name = HV_REG_RIP };
	struct subject *subject = object;
	union hv_value out;
	struct mshv_root_hvcall args = {
		.code = HVCALL_GET_VP_REGISTERS,
		.reps = 1,
		.in_sz = sizeof(in.head) + sizeof(in.name),
		.out_sz = sizeof(out),
		.in_ptr = (uintptr_t)&in,
		.out_ptr = (uintptr_t)&out,
	};

	return hvcall(subject->vp->fd, &args);
}

static int get_bits(void *object)
{
	struct subject *subject = object;
	struct mshv_gpap_access_bitmap args = {
		.access_type = MSHV_GPAP_ACCESS_TYPE_DIRTY,
		.access_op = MSHV_GPAP_ACCESS_OP_CLEAR,
		.page_count = PAGES,
		.gpap_base = GUEST_MORE / PAGE_SIZE,
		.bitmap_ptr = (uintptr_t)subject->buffer,
	};

	return try(subject->vm->fd, MSHV_GET_GPAP_ACCESS_BITMAP, &args);
}

#define HYPERCALL(of, function, code) {					\
	.name = of, .call = function, .hungry = code,			\
	.no_memory = true, .no_copy = true,				\
}

TEST_F(fault, hypercalls_are_made)
{
	static const struct swept_call calls[] = {
		HYPERCALL("capabilities", get_capabilities,
			  HVCALL_GET_PARTITION_PROPERTY_EX),
		HYPERCALL("get a property", get_property,
			  HVCALL_GET_PARTITION_PROPERTY),
		HYPERCALL("set a property", set_property,
			  HVCALL_SET_PARTITION_PROPERTY),
		HYPERCALL("get a register", get_register,
			  HVCALL_GET_VP_REGISTERS),
	};
	struct subject subject = { .vm = self->vm, .vp = self->vp };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		EXPECT_TRUE(sweep(&calls[i], &subject));
}

TEST_F(fault, bits_of_pages_are_read)
{
	struct subject subject = {
		.vm = self->vm, .vp = self->vp, .buffer = memory_new(PAGE_SIZE),
	};
	const struct swept_call bits = {
		.name = "bits of large pages", .before = use_again,
		.call = get_bits, .no_memory = true, .no_copy = true,
		.hungry = HVCALL_GET_GPA_PAGES_ACCESS_STATES,
	};

	vp_start(self->vp, touch, GUEST_MORE);
	new_memory(&subject, SIZE, true);
	map_and_use(&subject);
	ASSERT_EQ(0, vm_set_property(self->vm, HV_PROPERTY_PAGE_ACCESS_TRACKING,
				     1));
	EXPECT_TRUE(sweep(&bits, &subject));
}

/* Pages of a VP */

static int map_page(void *object)
{
	struct subject *subject = object;

	subject->buffer = mmap(NULL, PAGE_SIZE, PROT_READ, MAP_SHARED,
			       subject->vp->fd, MSHV_VP_MMAP_OFFSET_REGISTERS);
	return subject->buffer == MAP_FAILED ? -errno : 0;
}

static void look_at_page(void *object, int result)
{
	struct subject *subject = object;
	const struct hv_register_page *page = subject->buffer;

	require(page->version == 1, "the page is that of a VP");
	require(!munmap(subject->buffer, PAGE_SIZE), "unmap it");
}

TEST_F(fault, page_of_a_vp_is_mapped)
{
	struct subject subject = { .vm = self->vm, .vp = self->vp };
	const struct swept_call map = {
		.name = "map a page of a VP", .call = map_page,
		.after = look_at_page, .no_memory = true,
	};

	vp_start(self->vp, touch, GUEST_MORE);
	new_memory(&subject, SIZE, false);
	map_and_use(&subject);
	EXPECT_TRUE(sweep(&map, &subject));
}

/* The end */

static void make_used_machine(void *object)
{
	struct subject *subject = object;

	subject->vm = vm_new();
	subject->vp = vp_new(subject->vm, 0);
	vp_start(subject->vp, touch, GUEST_MORE);
	map_and_use(subject);
	vp_close(subject->vp);
}

static int close_machine(void *object)
{
	struct subject *subject = object;

	return close(subject->vm->fd) ? -errno : 0;
}

static void close_device(void *object, int result)
{
	struct subject *subject = object;

	require(!close(subject->vm->device), "close the device");
}

/* No part of it can fail: there is nobody to say so to. */
TEST_F(fault, partition_goes)
{
	struct subject subject = {};
	const struct swept_call goes = {
		.name = "close a partition", .before = make_used_machine,
		.call = close_machine, .after = close_device,
		/* The first one is for the memory below, in small pages. */
		.hungry = HVCALL_MAP_GPA_PAGES, .nth = 2,
	};

	new_memory(&subject, SIZE, true);
	EXPECT_TRUE(sweep(&goes, &subject));
}

TEST_HARNESS_MAIN

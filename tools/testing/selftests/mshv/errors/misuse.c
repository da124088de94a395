// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every ioctl with every field out of range gives the errno that
 * include/uapi/linux/mshv.h documents, and changes nothing.
 */
#include <sys/resource.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/misuse.h"
#include "lib/require.h"
#include "lib/vp.h"

static __guest void do_nothing(__u64 unused)
{
	halt();
}

/* After all the misuse the VM is as good as new. */
static bool still_works(struct vp *vp)
{
	vp_start(vp, do_nothing, 0);
	return vp_halts(vp);
}

/* All ioctls of the header; where they exist, and how a NULL argument fails */
static const struct {
	const char *name;
	unsigned int cmd;
	int kinds;
} ioctls[] = {
	/* Numbers of the VTL driver that no other ioctl has */
	{ "MSHV_CREATE_VTL",		  MSHV_CREATE_VTL,		0 },
	{ "MSHV_ADD_VTL0_MEMORY",	  MSHV_ADD_VTL0_MEMORY,		0 },
	{ "MSHV_SET_POLL_FILE",		  MSHV_SET_POLL_FILE,		0 },
	{ "MSHV_RETURN_TO_LOWER_VTL",	  MSHV_RETURN_TO_LOWER_VTL,	0 },
	{ "MSHV_GET_VP_REGISTERS",	  MSHV_GET_VP_REGISTERS,	0 },
	{ "MSHV_SET_VP_REGISTERS",	  MSHV_SET_VP_REGISTERS,	0 },
	{ "MSHV_CHECK_EXTENSION",	  MSHV_CHECK_EXTENSION,		0 },
	{ "MSHV_SINT_POST_MESSAGE",	  MSHV_SINT_POST_MESSAGE,	0 },
	{ "MSHV_SINT_SET_EVENTFD",	  MSHV_SINT_SET_EVENTFD,	0 },
	{ "MSHV_SINT_SIGNAL_EVENT",	  MSHV_SINT_SIGNAL_EVENT,	0 },
	{ "MSHV_HVCALL_SETUP",		  MSHV_HVCALL_SETUP,		0 },
	{ "MSHV_HVCALL",		  MSHV_HVCALL,			0 },
	{ "MSHV_CREATE_PARTITION",	  MSHV_CREATE_PARTITION,	DEVICE },
	{ "MSHV_ROOT_HVCALL",		  MSHV_ROOT_HVCALL,
	  DEVICE | PARTITION | VP },
	{ "MSHV_CREATE_VP",		  MSHV_CREATE_VP,		PARTITION },
	{ "MSHV_SET_GUEST_MEMORY",	  MSHV_SET_GUEST_MEMORY,	PARTITION },
	{ "MSHV_IRQFD",			  MSHV_IRQFD,			PARTITION },
	{ "MSHV_SET_MSI_ROUTING",	  MSHV_SET_MSI_ROUTING,		PARTITION },
	{ "MSHV_GET_GPAP_ACCESS_BITMAP",  MSHV_GET_GPAP_ACCESS_BITMAP,	PARTITION },
	{ "MSHV_IOEVENTFD",		  MSHV_IOEVENTFD,		PARTITION },
	{ "MSHV_GET_VP_STATE",		  MSHV_GET_VP_STATE,		VP },
	{ "MSHV_SET_VP_STATE",		  MSHV_SET_VP_STATE,		VP },
	{ "a number that is not used",	  _IO(MSHV_IOCTL, 0xff),	0 },
	{ "another type",		  _IO('k', 0x00),		0 },
	{ "a size that is not right",	  _IOW(MSHV_IOCTL, 0x01, __u64), 0 },
	{ "a direction that is not right", _IOR(MSHV_IOCTL, 0x02,
						struct mshv_user_mem_region), 0 },
};

TEST_F(guest, ioctls_exist_where_they_should)
{
	struct vp *vp = vp_new(self->vm, 0);
	const int fds[] = { self->vm->device, self->vm->fd, vp->fd };
	size_t i, kind;

	for (i = 0; i < ARRAY_SIZE(ioctls); i++)
		for (kind = 0; kind < ARRAY_SIZE(fds); kind++)
			EXPECT_TRUE(comes_of(ioctls[i].name,
					     ioctls[i].kinds & 1 << kind ?
					     -EFAULT : -ENOTTY,
					     try(fds[kind], ioctls[i].cmd,
						 NULL)));

	/* These take no argument, or look at it last. */
	EXPECT_EQ(-ENOTTY, try(self->vm->device, MSHV_INITIALIZE_PARTITION, 0));
	EXPECT_EQ(-ENOTTY, try(vp->fd, MSHV_INITIALIZE_PARTITION, 0));
	EXPECT_EQ(-ENOTTY, try(self->vm->device, MSHV_RUN_VP, NULL));
	EXPECT_EQ(-ENOTTY, try(self->vm->fd, MSHV_RUN_VP, NULL));
	EXPECT_TRUE(still_works(vp));
}

static int try_create(int device, struct mshv_create_partition_v2 *args)
{
	int ret = try(device, MSHV_CREATE_PARTITION, args);

	if (ret < 0)
		return ret;
	close(ret);
	return 0;
}

#define FLAG(name)	_BITULL(MSHV_PT_BIT_##name)
#define V2		FLAG(CPU_AND_XSAVE_FEATURES)

static struct {
	const char *name;
	struct mshv_create_partition_v2 args;
	int expected;
} partitions[] = {
	{ "no flags", { .pt_flags = 0 }, 0 },
	{ "flags that QEMU sets", {
		.pt_flags = FLAG(LAPIC) | FLAG(X2APIC) | FLAG(GPA_SUPER_PAGES),
	}, 0 },
	{ "first unknown flag", {
		.pt_flags = 1ULL << MSHV_PT_BIT_COUNT }, -EINVAL },
	{ "last flag", { .pt_flags = 1ULL << 63 }, -EINVAL },
	{ "first unknown isolation", {
		.pt_isolation = MSHV_PT_ISOLATION_COUNT }, -EINVAL },
	{ "isolation over 32 bits", { .pt_isolation = 1ULL << 32 }, -EINVAL },
	{ "short form with nonsense behind it", {
		.pt_num_cpu_fbanks = 77, .pt_rsvd = { 1 } }, 0 },
	{ "long form", {
		.pt_flags = V2,
		.pt_num_cpu_fbanks = MSHV_NUM_CPU_FEATURES_BANKS }, 0 },
	{ "no feature banks", { .pt_flags = V2 }, -EINVAL },
	{ "one feature bank", {
		.pt_flags = V2, .pt_num_cpu_fbanks = 1 }, -EINVAL },
	{ "three feature banks", {
		.pt_flags = V2, .pt_num_cpu_fbanks = 3 }, -EINVAL },
	{ "first reserved byte", {
		.pt_flags = V2, .pt_num_cpu_fbanks = 2,
		.pt_rsvd = { 1 } }, -EINVAL },
	{ "last reserved byte", {
		.pt_flags = V2, .pt_num_cpu_fbanks = 2,
		.pt_rsvd = { 0, 0, 0, 0, 0, 1 } }, -EINVAL },
	{ "first reserved word", {
		.pt_flags = V2, .pt_num_cpu_fbanks = 2,
		.pt_rsvd1 = { 1 } }, -EINVAL },
	{ "last reserved word", {
		.pt_flags = V2, .pt_num_cpu_fbanks = 2,
		.pt_rsvd1 = { 0, 1ULL << 63 } }, -EINVAL },
};

TEST_F(guest, create_partition)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(partitions); i++)
		EXPECT_TRUE(comes_of(partitions[i].name,
				     partitions[i].expected,
				     try_create(self->vm->device,
						&partitions[i].args)));
}

/* An argument at the very end of what can be read */
static void *last_bytes(const void *content, size_t size)
{
	char *pages = mmap(NULL, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	require(pages != MAP_FAILED, "map two pages");
	require(!munmap(pages + PAGE_SIZE, PAGE_SIZE), "unmap the second");
	return memcpy(pages + PAGE_SIZE - size, content, size);
}

TEST_F(guest, create_partition_reads_no_more_than_it_needs)
{
	struct mshv_create_partition_v2 args = {
		.pt_num_cpu_fbanks = MSHV_NUM_CPU_FEATURES_BANKS,
	};
	const size_t short_form = sizeof(struct mshv_create_partition);
	int device = self->vm->device;

	EXPECT_EQ(0, try_create(device, last_bytes(&args, short_form)));
	args.pt_flags = V2;
	EXPECT_EQ(0, try_create(device, last_bytes(&args, sizeof(args))));
	EXPECT_EQ(-EFAULT,
		  try_create(device, last_bytes(&args, sizeof(args) - 1)));
	EXPECT_EQ(-EFAULT, try_create(device, last_bytes(&args, short_form)));
	EXPECT_EQ(-EFAULT,
		  try_create(device, last_bytes(&args, short_form - 1)));
}

static void limit_descriptors(rlim_t limit)
{
	struct rlimit limits;

	require(!getrlimit(RLIMIT_NOFILE, &limits), "get the limit");
	limits.rlim_cur = limit;
	require(!setrlimit(RLIMIT_NOFILE, &limits), "set the limit");
}

TEST_F(guest, no_descriptor_left)
{
	struct mshv_create_partition partition = {};
	struct mshv_create_vp first = { .vp_index = 1 };
	int next = dup(0);

	ASSERT_LE(0, next);
	close(next);
	limit_descriptors(next);
	EXPECT_EQ(-EMFILE,
		  try(self->vm->device, MSHV_CREATE_PARTITION, &partition));
	EXPECT_EQ(-EMFILE, try(self->vm->fd, MSHV_CREATE_VP, &first));

	/* The VP was not made by halves: its index is free. */
	limit_descriptors(next + 1);
	EXPECT_EQ(next, try(self->vm->fd, MSHV_CREATE_VP, &first));
}

TEST_F(guest, initialize_partition)
{
	struct mshv_create_vp args = { .vp_index = 0 };
	int fd = partition_create(self->vm->device);

	EXPECT_EQ(-EIO, try(fd, MSHV_CREATE_VP, &args));
	EXPECT_EQ(0, try(fd, MSHV_INITIALIZE_PARTITION, NULL));
	EXPECT_EQ(0, try(fd, MSHV_INITIALIZE_PARTITION, NULL));
	EXPECT_LE(0, try(fd, MSHV_CREATE_VP, &args));
}

static const struct {
	const char *name;
	__u32 index;
	int expected;
} vps[] = {
	{ "index that is taken",	0,		-EEXIST },
	{ "first index too high",	256,		-EINVAL },
	{ "index with 256 as factor",	0x10000,	-EINVAL },
	{ "negative index",		0xffffffff,	-EINVAL },
};

TEST_F(guest, create_vp)
{
	struct vp *vp = vp_new(self->vm, 0);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vps); i++) {
		struct mshv_create_vp args = { .vp_index = vps[i].index };

		EXPECT_TRUE(comes_of(vps[i].name, vps[i].expected,
				     try(self->vm->fd, MSHV_CREATE_VP,
					 &args)));
	}
	EXPECT_TRUE(still_works(vp));
}

#define GFN_LIMIT	_BITULL(52)	/* page numbers of 64-bit addresses */

/* Addresses are relative to 16 pages of memory, at guest page 1024. */
static const struct {
	const char *name;
	__u64 size;
	__u64 gfn;
	__u64 address;
	__u8 flags;
	int expected;
} regions[] = {
	{ "no size", 0, 0, 0, REGION_ALL, -EINVAL },
	{ "size of one byte", 1, 0, 0, REGION_ALL, -EINVAL },
	{ "size of a page and a byte", PAGE_SIZE + 1, 0, 0, REGION_ALL,
	  -EINVAL },
	{ "size that wraps around", -PAGE_SIZE, 0, 0, REGION_ALL, -EINVAL },
	{ "half of all addresses", 1ULL << 63, 0, 0, REGION_ALL, -EINVAL },
	{ "odd address", PAGE_SIZE, 0, 1, REGION_ALL, -EINVAL },
	{ "address of half a page", PAGE_SIZE, 0, PAGE_SIZE / 2, REGION_ALL,
	  -EINVAL },
	{ "unknown flag", PAGE_SIZE, 0, 0, 1 << MSHV_SET_MEM_BIT_COUNT,
	  -EINVAL },
	{ "highest flag", PAGE_SIZE, 0, 0, 0x80, -EINVAL },
	{ "unknown flag while unmapping", PAGE_SIZE, 0, 0,
	  REGION_UNMAP | 0x80, -EINVAL },
	{ "page number that wraps around", 2 * PAGE_SIZE, -1ULL, 0,
	  REGION_ALL, -EINVAL },
	{ "last page number of all", PAGE_SIZE, -1ULL, 0, REGION_ALL,
	  -EINVAL },
	{ "first page number without an address", PAGE_SIZE, GFN_LIMIT, 0,
	  REGION_ALL, -EINVAL },
	{ "region past the last address", 2 * PAGE_SIZE, GFN_LIMIT - 1, 0,
	  REGION_ALL, -EINVAL },
	{ "same page", PAGE_SIZE, 1024, 0, REGION_ALL, -EEXIST },
	{ "last page", PAGE_SIZE, 1024 + 15, 0, REGION_ALL, -EEXIST },
	{ "overlap at the beginning", 2 * PAGE_SIZE, 1023, 0, REGION_ALL,
	  -EEXIST },
	{ "overlap at the end", 2 * PAGE_SIZE, 1024 + 15, 0, REGION_ALL,
	  -EEXIST },
	{ "around it", 18 * PAGE_SIZE, 1023, 0, REGION_ALL, -EEXIST },
	{ "inside it", 2 * PAGE_SIZE, 1025, 0, REGION_ALL, -EEXIST },
	{ "unmap where nothing is", PAGE_SIZE, 1023, 0, REGION_UNMAP,
	  -ENOENT },
	{ "unmap behind it", PAGE_SIZE, 1024 + 16, 0, REGION_UNMAP, -ENOENT },
	{ "unmap another size", PAGE_SIZE, 1024, 0, REGION_UNMAP, -EINVAL },
	{ "unmap too much", 17 * PAGE_SIZE, 1024, 0, REGION_UNMAP, -EINVAL },
	{ "unmap another address", 16 * PAGE_SIZE, 1024, PAGE_SIZE,
	  REGION_UNMAP, -EINVAL },
	{ "unmap the middle", PAGE_SIZE, 1025, PAGE_SIZE, REGION_UNMAP,
	  -EINVAL },
	{ "unmap at last", 16 * PAGE_SIZE, 1024, 0,
	  REGION_UNMAP | REGION_ALL, 0 },
	{ "unmap once too often", 16 * PAGE_SIZE, 1024, 0, REGION_UNMAP,
	  -ENOENT },
};

TEST_F(guest, set_guest_memory)
{
	struct vp *vp = vp_new(self->vm, 0);
	char *memory = vm_add_memory(self->vm, 1024 * PAGE_SIZE,
				     16 * PAGE_SIZE, REGION_ALL);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(regions); i++) {
		struct mshv_user_mem_region args = {
			.size = regions[i].size,
			.guest_pfn = regions[i].gfn,
			.userspace_addr = (uintptr_t)memory +
					  regions[i].address,
			.flags = regions[i].flags,
		};

		EXPECT_TRUE(comes_of(regions[i].name, regions[i].expected,
				     try(self->vm->fd, MSHV_SET_GUEST_MEMORY,
					 &args)));
	}
	EXPECT_TRUE(still_works(vp));
}

TEST_F(guest, set_guest_memory_reserved_bytes)
{
	size_t i;

	for (i = 0; i < 7; i++) {
		struct mshv_user_mem_region args = {
			.size = PAGE_SIZE,
			.guest_pfn = 1024,
			.userspace_addr = (uintptr_t)self->vm->ram,
			.flags = REGION_ALL,
		};

		args.rsvd[i] = 1;
		EXPECT_EQ(-EINVAL,
			  try(self->vm->fd, MSHV_SET_GUEST_MEMORY, &args));
	}
}

TEST_F(guest, set_guest_memory_outside_of_user_space)
{
	struct vm *vm = self->vm;
	void *hole = memory_new(PAGE_SIZE);
	void *kernel = (void *)(1UL << 63);
	void *edge = (void *)0x7fffffffe000;

	ASSERT_EQ(0, munmap(hole, PAGE_SIZE));
	EXPECT_EQ(-EINVAL, vm_set_memory(vm, GUEST_MORE, hole, PAGE_SIZE, 0));
	EXPECT_EQ(-EINVAL, vm_set_memory(vm, GUEST_MORE, kernel, PAGE_SIZE, 0));
	EXPECT_EQ(-EINVAL, vm_set_memory(vm, GUEST_MORE, (void *)-PAGE_SIZE,
					 PAGE_SIZE, 0));
	EXPECT_EQ(-EINVAL, vm_set_memory(vm, GUEST_MORE, edge,
					 4 * PAGE_SIZE, 0));
}

/* The message could not be stored, but it is not lost. */
TEST_F(guest, run_vp_without_a_buffer)
{
	struct vp *vp = vp_new(self->vm, 0);
	const struct hv_message *page =
		vp_map_page(vp, MSHV_VP_MMAP_OFFSET_INTERCEPT_MESSAGE);

	vp_start(vp, do_nothing, 0);
	EXPECT_EQ(-EFAULT, try(vp->fd, MSHV_RUN_VP, BAD_ADDRESS));
	EXPECT_EQ(HV_MSG_HALT, page->type);
	EXPECT_TRUE(still_works(vp));
}

TEST_F(guest, other_operations_on_descriptors)
{
	struct vp *vp = vp_new(self->vm, 0);
	const int fds[] = { self->vm->device, self->vm->fd, vp->fd };
	char byte = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		EXPECT_EQ(-1, read(fds[i], &byte, 1));
		EXPECT_EQ(EINVAL, errno);
		EXPECT_EQ(-1, write(fds[i], &byte, 1));
		EXPECT_EQ(EINVAL, errno);
	}
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE_SIZE, PROT_READ, MAP_SHARED,
				   self->vm->fd, 0));
	EXPECT_EQ(ENODEV, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE_SIZE, PROT_READ, MAP_SHARED,
				   self->vm->device, 0));
	EXPECT_EQ(ENODEV, errno);
	EXPECT_TRUE(still_works(vp));
}

TEST_HARNESS_MAIN

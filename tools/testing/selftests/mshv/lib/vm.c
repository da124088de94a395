// SPDX-License-Identifier: GPL-2.0-only
/* A partition with memory and guest functions in it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "guest.h"
#include "hv.h"
#include "require.h"
#include "vm.h"

#define PTE_PRESENT	0x01
#define PTE_WRITABLE	0x02
#define PTE_LARGE	0x80
#define PTES		512

/* Both sections exist in every program, so that the linker marks their ends. */
asm(".pushsection guest, \"ax\"; hlt; .popsection");
asm(".pushsection guest16, \"ax\"; hlt; .popsection");

int device_open(void)
{
	int fd = open("/dev/mshv", O_RDWR | O_CLOEXEC);

	require(fd >= 0, "open /dev/mshv");
	return fd;
}

static int new_partition(int device, __u64 flags)
{
	struct mshv_create_partition args = {
		.pt_flags = _BITUL(MSHV_PT_BIT_GPA_SUPER_PAGES) | flags,
		.pt_isolation = MSHV_PT_ISOLATION_NONE,
	};
	int fd = ioctl(device, MSHV_CREATE_PARTITION, &args);

	require(fd >= 0, "create a partition");
	return fd;
}

int partition_create(int device)
{
	return new_partition(device, 0);
}

void partition_initialize(int fd)
{
	require(!ioctl(fd, MSHV_INITIALIZE_PARTITION),
		"initialise the partition");
}

void *memory_new(size_t size)
{
	size_t padded = size + LARGE_PAGE_SIZE;
	void *memory = mmap(NULL, padded, PROT_READ | PROT_WRITE | PROT_EXEC,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uintptr_t address = (uintptr_t)memory;

	require(memory != MAP_FAILED, "map %zu bytes", padded);
	address = (address + LARGE_PAGE_SIZE - 1) & -LARGE_PAGE_SIZE;
	return (void *)address;
}

int vm_set_memory(struct vm *vm, __u64 gpa, void *host, __u64 size,
		  unsigned int flags)
{
	struct mshv_user_mem_region args = {
		.size = size,
		.guest_pfn = gpa / PAGE_SIZE,
		.userspace_addr = (uintptr_t)host,
		.flags = flags,
	};

	return ioctl(vm->fd, MSHV_SET_GUEST_MEMORY, &args) ? -errno : 0;
}

void vm_map(struct vm *vm, __u64 gpa, void *host, __u64 size,
	    unsigned int flags)
{
	require(!vm_set_memory(vm, gpa, host, size, flags),
		"map %#llx bytes at %#llx", size, gpa);
}

void vm_unmap(struct vm *vm, __u64 gpa, void *host, __u64 size)
{
	require(!vm_set_memory(vm, gpa, host, size, REGION_UNMAP),
		"unmap %#llx bytes at %#llx", size, gpa);
}

void *vm_add_memory(struct vm *vm, __u64 gpa, __u64 size, unsigned int flags)
{
	void *memory = memory_new(size);

	vm_map(vm, gpa, memory, size, flags);
	return memory;
}

int hvcall(int fd, struct mshv_root_hvcall *args)
{
	return ioctl(fd, MSHV_ROOT_HVCALL, args) ? -errno : 0;
}

void vm_intercept(struct vm *vm, __u32 type, __u32 access_mask,
		  __u64 parameter)
{
	struct hv_install_intercept in = {
		.access_mask = access_mask,
		.type = type,
		.parameter = parameter,
	};
	struct mshv_root_hvcall args = {
		.code = HVCALL_INSTALL_INTERCEPT,
		.in_sz = sizeof(in),
		.in_ptr = (uintptr_t)&in,
	};

	require(!hvcall(vm->fd, &args), "install intercept %u, status %#x",
		type, args.status);
}

__u64 vm_get_property(struct vm *vm, __u32 code)
{
	struct hv_get_property in = { .code = code };
	__u64 value = 0;
	struct mshv_root_hvcall args = {
		.code = HVCALL_GET_PARTITION_PROPERTY,
		.in_sz = sizeof(in),
		.out_sz = sizeof(value),
		.in_ptr = (uintptr_t)&in,
		.out_ptr = (uintptr_t)&value,
	};

	require(!hvcall(vm->fd, &args), "get property %#x, status %#x", code,
		args.status);
	return value;
}

int vm_set_property(struct vm *vm, __u32 code, __u64 value)
{
	struct hv_set_property in = { .code = code, .value = value };
	struct mshv_root_hvcall args = {
		.code = HVCALL_SET_PARTITION_PROPERTY,
		.in_sz = sizeof(in),
		.in_ptr = (uintptr_t)&in,
	};

	return hvcall(vm->fd, &args);
}

__u64 guest_address(const void *function)
{
	const char *place = function;

	if (place >= __start_guest && place < __stop_guest)
		return GUEST_CODE + (place - __start_guest);
	require(place >= __start_guest16 && place < __stop_guest16,
		"%p is no guest function", function);
	return GUEST_REAL_CODE + (place - __start_guest16);
}

static void load_block(struct vm *vm, __u64 gpa, const char *start,
		       const char *stop, __u64 limit)
{
	require(gpa + (stop - start) <= limit, "too many guest functions");
	memcpy((char *)vm->ram + gpa, start, stop - start);
}

static void build_page_tables(struct vm *vm)
{
	__u64 *pml4 = (__u64 *)((char *)vm->ram + GUEST_PAGE_TABLES);
	__u64 *pdpt = pml4 + PTES;
	__u64 *directories = pdpt + PTES;
	__u64 gpa = GUEST_PAGE_TABLES;
	__u64 i;

	pml4[0] = (gpa + PAGE_SIZE) | PTE_PRESENT | PTE_WRITABLE;
	for (i = 0; i < 4; i++)
		pdpt[i] = (gpa + (2 + i) * PAGE_SIZE) | PTE_PRESENT |
			  PTE_WRITABLE;
	for (i = 0; i < 4 * PTES; i++)
		directories[i] = i * LARGE_PAGE_SIZE | PTE_PRESENT |
				 PTE_WRITABLE | PTE_LARGE;
}

static void set_features(int fd, __u64 features)
{
	struct hv_set_property in = {
		.code = HV_PROPERTY_SYNTHETIC_PROC_FEATURES,
		.value = features,
	};
	struct mshv_root_hvcall args = {
		.code = HVCALL_SET_PARTITION_PROPERTY,
		.in_sz = sizeof(in),
		.in_ptr = (uintptr_t)&in,
	};

	require(!hvcall(fd, &args), "allow features %#llx, status %#x",
		features, args.status);
}

struct vm *vm_new_enlightened(__u64 flags, __u64 features)
{
	struct vm *vm = calloc(1, sizeof(*vm));

	require(vm, "allocate a VM");
	vm->device = device_open();
	vm->fd = new_partition(vm->device, flags);
	if (features)
		set_features(vm->fd, features);
	partition_initialize(vm->fd);
	vm->ram = vm_add_memory(vm, 0, GUEST_RAM_SIZE, REGION_ALL);

	load_block(vm, GUEST_REAL_CODE, __start_guest16, __stop_guest16,
		   GUEST_CODE);
	load_block(vm, GUEST_CODE, __start_guest, __stop_guest, GUEST_STACKS);
	build_page_tables(vm);
	return vm;
}

struct vm *vm_new_with(__u64 flags)
{
	return vm_new_enlightened(flags, 0);
}

struct vm *vm_new(void)
{
	return vm_new_with(0);
}

void vm_close(struct vm *vm)
{
	require(!close(vm->fd), "close the partition");
	require(!close(vm->device), "close /dev/mshv");
	free(vm);
}

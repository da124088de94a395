// SPDX-License-Identifier: GPL-2.0-only
/* The partition: its memory and its VPs. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/mshv.h>

#include "require.h"
#include "vm.h"
#include "vmm.h"

/*
 * What of the hypervisor's interface Linux may use. Without the first five it
 * does not believe in it; the sixth tells it how fast its clocks are.
 */
static void allow_interface(int partition, __u64 more)
{
	struct hv_set_property in = {
		.code = HV_PROPERTY_SYNTHETIC_PROC_FEATURES,
		.value = HV_FEATURE_PRESENT | HV_FEATURE_HV1 |
			 HV_FEATURE_APIC_MSRS | HV_FEATURE_HYPERCALL_MSRS |
			 HV_FEATURE_VP_INDEX | HV_FEATURE_FREQUENCY_MSRS | more,
	};
	struct mshv_root_hvcall args = {
		.code = HVCALL_SET_PARTITION_PROPERTY,
		.in_sz = sizeof(in),
		.in_ptr = (uintptr_t)&in,
	};

	require(!hvcall(partition, &args),
		"set the synthetic processor features, status %#x",
		args.status);
}

/* The hypervisor provides the local APICs. */
static int create_partition(__u64 features)
{
	struct mshv_create_partition args = {
		.pt_flags = _BITULL(MSHV_PT_BIT_LAPIC) |
			    _BITULL(MSHV_PT_BIT_X2APIC) |
			    _BITULL(MSHV_PT_BIT_GPA_SUPER_PAGES),
		.pt_isolation = MSHV_PT_ISOLATION_NONE,
	};
	int fd = ioctl(device_open(), MSHV_CREATE_PARTITION, &args);

	require(fd >= 0, "create a partition");
	allow_interface(fd, features);
	partition_initialize(fd);
	return fd;
}

/* In huge pages where there are some, on this side and on the guest's. */
static void add_memory(struct machine *machine)
{
	struct mshv_user_mem_region args = {
		.size = machine->ram_size,
		.flags = REGION_ALL,
	};

	machine->ram = memory_new(machine->ram_size);
	/* A kernel may have been built without them. */
	(void)madvise(machine->ram, machine->ram_size, MADV_HUGEPAGE);
	args.userspace_addr = (uintptr_t)machine->ram;
	require(!ioctl(machine->partition, MSHV_SET_GUEST_MEMORY, &args),
		"give the guest %zu bytes", machine->ram_size);
}

/* MSRs that the hypervisor does not know must not end in an exception. */
static void intercept_msrs(struct machine *machine)
{
	struct hv_install_intercept in = {
		.access_mask = HV_INTERCEPT_MASK_READ | HV_INTERCEPT_MASK_WRITE,
		.type = HV_INTERCEPT_MSR,
	};
	struct mshv_root_hvcall args = {
		.code = HVCALL_INSTALL_INTERCEPT,
		.in_sz = sizeof(in),
		.in_ptr = (uintptr_t)&in,
	};

	require(!hvcall(machine->partition, &args),
		"intercept MSRs, status %#x", args.status);
}

void machine_create(struct machine *machine, unsigned int cpus,
		    size_t ram_size, __u64 features)
{
	struct mshv_create_vp args;
	unsigned int i;

	machine->cpus = cpus;
	machine->ram_size = ram_size;
	machine->partition = create_partition(features);
	add_memory(machine);
	intercept_msrs(machine);

	for (i = 0; i < cpus; i++) {
		args.vp_index = i;
		machine->vps[i] = ioctl(machine->partition, MSHV_CREATE_VP,
					&args);
		require(machine->vps[i] >= 0, "create VP %u", i);
	}
}

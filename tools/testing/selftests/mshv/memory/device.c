// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest uses a device that the VMM has mapped: here the SATA controller that
 * every machine of the rig has, and that nobody else uses.
 */
#include <sys/mman.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/sata.h"
#include "lib/vp.h"

#define PORT		0x80
#define DEVICE_GPA	0xfc000000UL

/* Its registers, see the AHCI specification */
#define CAPABILITIES	0x00
#define VERSION		0x10
#define COMMAND_LIST	0x100	/* of port 0; holds a multiple of 1 KiB */

static __u32 read_register(const __u32 *device, unsigned int offset)
{
	return __atomic_load_n(device + offset / sizeof(*device),
			       __ATOMIC_RELAXED);
}

static __guest void use_device(__u64 device)
{
	out32(PORT, mmio_read32(device + CAPABILITIES));
	out32(PORT, mmio_read32(device + VERSION));
	mmio_write32(device + COMMAND_LIST, 0x12345400);
	out32(PORT, mmio_read32(device + COMMAND_LIST));
	halt();
}

TEST_F(guest, registers_of_a_device_are_the_guests)
{
	__u32 *device = sata_map_registers(NULL);
	struct vp *vp = vp_new(self->vm, 0);

	ASSERT_NE(0, read_register(device, VERSION));
	__atomic_store_n(device + COMMAND_LIST / 4, 0, __ATOMIC_RELAXED);
	vm_map(self->vm, DEVICE_GPA, device, PAGE_SIZE, REGION_WRITE);

	vp_start(vp, use_device, DEVICE_GPA);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4,
				   read_register(device, CAPABILITIES)));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4,
				   read_register(device, VERSION)));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0x12345400));
	EXPECT_EQ(0x12345400, read_register(device, COMMAND_LIST));
	ASSERT_TRUE(vp_halts(vp));
}

TEST_F(guest, device_taken_away_is_gone)
{
	__u32 *device = sata_map_registers(NULL);
	struct vp *vp = vp_new(self->vm, 0);

	vm_map(self->vm, DEVICE_GPA, device, PAGE_SIZE, REGION_WRITE);
	vp_start(vp, use_device, DEVICE_GPA);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4,
				   read_register(device, CAPABILITIES)));

	vm_unmap(self->vm, DEVICE_GPA, device, PAGE_SIZE);
	ASSERT_TRUE(vp_reads_mmio(vp, DEVICE_GPA + VERSION, 4, 0x4711));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0x4711));
}

TEST_F(guest, region_may_not_pass_the_end_of_a_device)
{
	__u32 *device = sata_map_registers(NULL);
	void *behind = mmap((char *)device + PAGE_SIZE, PAGE_SIZE,
			    PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	ASSERT_NE(MAP_FAILED, behind);
	EXPECT_EQ(-EINVAL, vm_set_memory(self->vm, DEVICE_GPA, device,
					 2 * PAGE_SIZE, REGION_WRITE));
}

/* A region is one device in one piece: not the same page twice. */
TEST_F(guest, region_must_be_contiguous_in_a_device)
{
	char *memory = memory_new(2 * PAGE_SIZE);

	sata_map_registers(memory);
	sata_map_registers(memory + PAGE_SIZE);
	EXPECT_EQ(-EINVAL, vm_set_memory(self->vm, DEVICE_GPA, memory,
					 2 * PAGE_SIZE, REGION_WRITE));
	EXPECT_EQ(0, vm_set_memory(self->vm, DEVICE_GPA, memory, PAGE_SIZE,
				   REGION_WRITE));
}

TEST_HARNESS_MAIN

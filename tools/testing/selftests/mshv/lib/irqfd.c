// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts that come from eventfds, and where they go. */
#include <stdlib.h>
#include <sys/ioctl.h>

#include "irqfd.h"
#include "require.h"

#define MSI_ADDRESS		0xfee00000
#define MSI_DESTINATION_SHIFT	12
#define MSI_LOGICAL		4

struct mshv_user_irq_entry msi(__u32 gsi, __u8 destination, __u32 data)
{
	return (struct mshv_user_irq_entry){
		.gsi = gsi,
		.address_lo = MSI_ADDRESS | destination << MSI_DESTINATION_SHIFT,
		.data = data,
	};
}

int set_routes(struct vm *vm, const void *table)
{
	return ioctl(vm->fd, MSHV_SET_MSI_ROUTING, table) ? -errno : 0;
}

void vm_routes(struct vm *vm, const struct mshv_user_irq_entry *entries,
	       __u32 count)
{
	size_t size = count * sizeof(*entries);
	struct mshv_user_irq_table *table = malloc(sizeof(*table) + size);

	require(table, "allocate a table");
	*table = (struct mshv_user_irq_table){ .nr = count };
	memcpy(table->entries, entries, size);
	require(!set_routes(vm, table), "set %u routes", count);
	free(table);
}

void vm_route(struct vm *vm, __u32 gsi, __u8 destination, __u32 data)
{
	const struct mshv_user_irq_entry entry = msi(gsi, destination, data);

	vm_routes(vm, &entry, 1);
}

void vm_route_logical(struct vm *vm, __u32 gsi, __u8 set, __u32 data)
{
	struct mshv_user_irq_entry entry = msi(gsi, set, data);

	entry.address_lo |= MSI_LOGICAL;
	vm_routes(vm, &entry, 1);
}

void vm_route_none(struct vm *vm)
{
	vm_routes(vm, NULL, 0);
}

int irqfd(struct vm *vm, int fd, int resamplefd, __u32 gsi, __u32 flags)
{
	struct mshv_user_irqfd args = {
		.fd = fd,
		.resamplefd = resamplefd,
		.gsi = gsi,
		.flags = flags,
	};

	return ioctl(vm->fd, MSHV_IRQFD, &args) ? -errno : 0;
}

int irqfd_new(struct vm *vm, __u32 gsi)
{
	int fd = event_new();

	require(!irqfd(vm, fd, -1, gsi, 0), "connect an eventfd to interrupt %u",
		gsi);
	return fd;
}

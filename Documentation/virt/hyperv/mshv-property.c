// SPDX-License-Identifier: GPL-2.0-only
/* Asks the hypervisor about the integrated scheduler. See mshv-vmm.rst. */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <linux/mshv.h>

#define GET_PARTITION_PROPERTY_EX	0x101
#define VMM_CAPABILITIES		0x00090007
#define INTEGRATED_SCHEDULER_ENABLED	0x00020005

/* Input of the hypercall; the driver fills in the partition. */
struct input {
	__u64 partition;
	__u32 code, padding;
	__u64 argument;
};

struct capabilities {
	__u16 banks, reserved[3];
	__u64 bank0;
};

static void get_property(int fd, __u32 property, void *value, size_t size)
{
	struct input input = { .code = property };
	struct mshv_root_hvcall call = {
		.code = GET_PARTITION_PROPERTY_EX,
		.in_sz = sizeof(input), .in_ptr = (unsigned long)&input,
		.out_sz = size, .out_ptr = (unsigned long)value,
	};

	if (ioctl(fd, MSHV_ROOT_HVCALL, &call))
		err(1, "property %#x, status %#x", property, call.status);
}

int main(void)
{
	struct capabilities caps;
	__u64 enabled;
	int fd = open("/dev/mshv", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(1, "/dev/mshv");

	get_property(fd, VMM_CAPABILITIES, &caps, sizeof(caps));
	printf("VMM capabilities: %u bank%s, 0x%016llx\n", caps.banks,
	       caps.banks == 1 ? "" : "s", (unsigned long long)caps.bank0);

	if (!caps.banks || !(caps.bank0 & (1 << 6))) {
		printf("integrated scheduler: not offered\n");
		return 0;
	}
	get_property(fd, INTEGRATED_SCHEDULER_ENABLED, &enabled, sizeof(enabled));
	printf("integrated scheduler: %s\n", enabled ? "on" : "off");
	return 0;
}

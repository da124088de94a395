// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starts another kernel in place of the running one, without firmware:
 *
 *	kexec KERNEL INITRAMFS COMMAND-LINE
 *
 * The other kernel must be of the same build: it is told of the machine what the
 * running one was told. Both the format of KERNEL and what it finds in memory
 * are described in Documentation/arch/x86/boot.rst of Linux.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <asm/bootparam.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define PARAMETERS	"/sys/kernel/boot_params/data"
#define SECTOR		512
#define PAGE		4096UL
#define RAM		1

/* Where things go; above what the firmware and the hypervisor keep. */
#define JUMP_AT		0x03000000UL
#define LINE_AT		0x03001000UL
#define PARAMETERS_AT	0x03002000UL
#define KERNEL_AT	0x04000000UL
#define INITRAMFS_AT	0x08000000UL

/* In a 64-bit kernel, behind the 32-bit entry */
#define ENTRY_OFFSET	0x200
#define LOADER_OTHER	0xff

#define require(condition, what) do {					\
	if (!(condition)) {						\
		fprintf(stderr, "kexec: %s: %s\n", what, strerror(errno)); \
		exit(1);						\
	}								\
} while (0)

struct file {
	void *data;
	size_t size;
};

static struct file read_whole(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct file file;
	struct stat stat;
	size_t done = 0;
	ssize_t got;

	require(fd >= 0 && !fstat(fd, &stat), path);
	file.size = stat.st_size;
	file.data = malloc(file.size);
	require(file.data, path);
	while (done < file.size) {
		got = read(fd, file.data + done, file.size - done);
		require(got > 0, path);
		done += got;
	}
	close(fd);
	return file;
}

static size_t whole_pages(size_t size)
{
	return (size + PAGE - 1) / PAGE * PAGE;
}

/* Nobody else tells the kernel where its parameters are. */
static void make_jump(uint8_t code[PAGE])
{
	static const uint8_t load_rsi[] = { 0x48, 0xbe };
	static const uint8_t load_rax[] = { 0x48, 0xb8 };
	static const uint8_t jump_rax[] = { 0xff, 0xe0 };
	const uint64_t parameters = PARAMETERS_AT;
	const uint64_t entry = KERNEL_AT + ENTRY_OFFSET;

	memcpy(code, load_rsi, 2);
	memcpy(code + 2, &parameters, 8);
	memcpy(code + 10, load_rax, 2);
	memcpy(code + 12, &entry, 8);
	memcpy(code + 20, jump_rax, 2);
}

static void change_parameters(struct boot_params *parameters,
			      const struct setup_header *header,
			      size_t initramfs_size)
{
	parameters->sentinel = 0;
	parameters->hdr = *header;
	parameters->hdr.type_of_loader = LOADER_OTHER;
	parameters->hdr.ramdisk_image = INITRAMFS_AT;
	parameters->hdr.ramdisk_size = initramfs_size;
	parameters->hdr.cmd_line_ptr = LINE_AT;
	parameters->hdr.setup_data = 0;
	parameters->ext_ramdisk_image = 0;
	parameters->ext_ramdisk_size = 0;
	parameters->ext_cmd_line_ptr = 0;
}

/* One range of RAM has to hold everything. */
static int has_ram(const struct boot_params *parameters, uint64_t end)
{
	int i;

	for (i = 0; i < parameters->e820_entries; i++) {
		const struct boot_e820_entry *range =
			&parameters->e820_table[i];

		if (range->type == RAM && range->addr <= JUMP_AT &&
		    range->addr + range->size >= end)
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static char line[PAGE], jump[PAGE];
	struct boot_params *parameters;
	const struct setup_header *header;
	struct file kernel, initramfs;
	size_t setup_size;

	errno = EINVAL;
	require(argc == 4 && strlen(argv[3]) < PAGE, "what?");
	kernel = read_whole(argv[1]);
	initramfs = read_whole(argv[2]);
	parameters = read_whole(PARAMETERS).data;
	memcpy(line, argv[3], strlen(argv[3]));
	make_jump((uint8_t *)jump);

	header = kernel.data + offsetof(struct boot_params, hdr);
	setup_size = (header->setup_sects + 1) * SECTOR;
	change_parameters(parameters, header, initramfs.size);

	struct kexec_segment segments[] = {
		{ jump, PAGE, (void *)JUMP_AT, PAGE },
		{ line, PAGE, (void *)LINE_AT, PAGE },
		{ parameters, sizeof(*parameters), (void *)PARAMETERS_AT,
		  PAGE },
		{ kernel.data + setup_size, kernel.size - setup_size,
		  (void *)KERNEL_AT, whole_pages(header->init_size) },
		{ initramfs.data, initramfs.size, (void *)INITRAMFS_AT,
		  whole_pages(initramfs.size) },
	};

	errno = ENOSPC;
	require(header->init_size <= INITRAMFS_AT - KERNEL_AT &&
		has_ram(parameters, INITRAMFS_AT + whole_pages(initramfs.size)),
		"no place for it");
	require(!syscall(SYS_kexec_load, JUMP_AT,
			 ARRAY_SIZE(segments), segments, KEXEC_ARCH_DEFAULT),
		"load");
	sync();
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_KEXEC, NULL);
	require(0, "start");
	return 1;
}

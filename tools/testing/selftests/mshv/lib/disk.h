/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A disk in memory: a loop device over a file. Unlike a compressed disk it is
 * not synchronous, so Linux keeps the copy on it when a page is swapped in.
 */
#ifndef _MSHV_LIB_DISK_H
#define _MSHV_LIB_DISK_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct disk - a disk
 * @path: its device node
 */
struct disk {
	char path[32];
};

/**
 * disk_begin() - make a disk
 * @disk: to be filled in
 * @size: in bytes
 *
 * Return: whether the system has loop devices.
 */
bool disk_begin(struct disk *disk, size_t size);

/**
 * disk_end() - undo disk_begin(), in whatever process
 * @disk: the disk, which nothing uses any more
 */
void disk_end(struct disk *disk);

/**
 * swap_begin() - make a disk and swap to it
 * @disk: to be filled in
 * @size: in bytes
 *
 * Return: whether the system has loop devices.
 */
bool swap_begin(struct disk *disk, size_t size);

/**
 * swap_end() - undo swap_begin(), in whatever process
 * @disk: the disk
 */
void swap_end(struct disk *disk);

/**
 * swap_format() - make a device ready for swap
 * @fd: descriptor of the device
 * @size: of the device, in bytes
 */
void swap_format(int fd, size_t size);

#endif /* _MSHV_LIB_DISK_H */

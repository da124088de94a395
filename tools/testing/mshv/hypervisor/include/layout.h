/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lies where below the first megabyte. Shared by C and assembly.
 *
 * The parent is given its boot parameters in a corner of its own memory. The
 * trampoline stays ours for ever, because the parent may restart a processor
 * at any time. Behind it is memory for the pages that the hypervisor provides
 * to the parent; it begins with the header by which Linux reserves it.
 */
#ifndef HV_LAYOUT_H
#define HV_LAYOUT_H

#define BOOT_ZERO_PAGE		0x10000
#define BOOT_COMMAND_LINE	0x11000
#define BOOT_GDT		0x12000
#define BOOT_PML4		0x13000
#define BOOT_PDPT		0x14000

#define TRAMPOLINE		0x40000
#define PARENT_PAGES		0x41000
#define PARENT_PAGES_END	0x90000

#endif /* HV_LAYOUT_H */

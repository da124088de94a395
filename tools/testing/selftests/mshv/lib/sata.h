/* SPDX-License-Identifier: GPL-2.0-only */
/* A device that every machine of the rig has, and that nobody else uses. */
#ifndef _MSHV_LIB_SATA_H
#define _MSHV_LIB_SATA_H

#include <linux/types.h>

/**
 * sata_map_registers() - map the registers of the SATA controller
 * @where: at this address, or NULL for any
 *
 * Return: where they are in this process, a page.
 */
__u32 *sata_map_registers(void *where);

#endif /* _MSHV_LIB_SATA_H */

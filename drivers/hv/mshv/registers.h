/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers of virtual processors. */
#ifndef _MSHV_REGISTERS_H
#define _MSHV_REGISTERS_H

#include <linux/types.h>
#include <hyperv/hvhdk.h>

int mshv_get_vp_registers(u64 partition_id, u32 vp_index, u16 count,
			  struct hv_register_assoc *registers);
int mshv_set_vp_registers(u64 partition_id, u32 vp_index, u16 count,
			  const struct hv_register_assoc *registers);

int mshv_get_vp_register(u64 partition_id, u32 vp_index, u32 name, u64 *value);
int mshv_set_vp_register(u64 partition_id, u32 vp_index, u32 name, u64 value);

#endif /* _MSHV_REGISTERS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables from names of registers to the functions that know where they are: what
 * child/registers.c shares with the files that have some of them.
 */
#ifndef HV_CHILD_REGISTERS_H
#define HV_CHILD_REGISTERS_H

#include "child.h"

/**
 * struct access - A register to be read or written
 * @vp: whose; it does not run
 * @name: HV_REGISTER_*
 * @n: how far @name is into its range
 */
struct access {
	struct child_vp *vp;
	u32 name;
	u32 n;
};

/**
 * struct register_range - Registers with consecutive names
 * @first: name of the first one
 * @last: name of the last one
 * @get: read one; the value is zeroed before
 * @set: write one; false: it does not take the value; NULL: read only
 */
struct register_range {
	u32 first, last;
	void (*get)(const struct access *a, struct hv_value *value);
	bool (*set)(const struct access *a, const struct hv_value *value);
};

extern const struct register_range child_event_registers[];
extern const u32 child_num_event_registers;
extern const struct register_range child_watch_registers[];
extern const u32 child_num_watch_registers;
extern const struct register_range child_synthetic_registers[];
extern const u32 child_num_synthetic_registers;

#endif /* HV_CHILD_REGISTERS_H */

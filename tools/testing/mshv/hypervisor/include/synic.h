/* SPDX-License-Identifier: GPL-2.0-only */
/* What the SynICs of the parent and of its children have in common. */
#ifndef HV_SYNIC_H
#define HV_SYNIC_H

#include "types.h"

struct hv_message;

bool sint_write(u64 *sint, u64 value);
bool slot_is_free(struct hv_message *slot);

#endif /* HV_SYNIC_H */

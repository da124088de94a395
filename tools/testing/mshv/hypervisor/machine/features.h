/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processor in the words of the hypervisor's interface.
 */
#ifndef HV_FEATURES_H
#define HV_FEATURES_H

#include "hv.h"

u64 processor_features(u32 bank);
u64 processor_xsave_features(void);
u64 processor_xsave_states(void);
bool processor_property(u32 code, u64 *value);

#endif /* HV_FEATURES_H */

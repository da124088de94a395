// SPDX-License-Identifier: GPL-2.0-only
/*
 * Upcalls of parent/: what an exit of the parent reaches above it.
 */
#include "parent/parent_upcalls.h"

struct parent_upcalls parent_upcalls;

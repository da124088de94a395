// SPDX-License-Identifier: GPL-2.0-only
/*
 * Upcalls of machine/: what a processor does that has been set up.
 */
#include "machine/machine_upcalls.h"

struct machine_upcalls machine_upcalls;

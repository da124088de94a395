// SPDX-License-Identifier: GPL-2.0-only
/*
 * Upcalls of run/: hypercalls of children.
 */
#include "run/run_upcalls.h"

struct run_upcalls run_upcalls;

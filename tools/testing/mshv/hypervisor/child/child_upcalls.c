// SPDX-License-Identifier: GPL-2.0-only
/*
 * Upcalls of child/: VPs that run while their state changes, and messages.
 */
#include "child/child_upcalls.h"

struct child_upcalls child_upcalls;

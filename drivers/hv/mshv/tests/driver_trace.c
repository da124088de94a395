// SPDX-License-Identifier: GPL-2.0-only
/* The tracepoints of the suites' own copy of the driver: a unit by nature. */
#include "../trace.c"

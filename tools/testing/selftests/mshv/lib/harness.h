/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The harness of the kernel's selftests, with a patience of our own: a test must
 * not depend on how fast a machine emulates, so deadlines only tell a hang.
 */
#ifndef _MSHV_LIB_HARNESS_H
#define _MSHV_LIB_HARNESS_H

#include "kselftest_harness.h"

/* Of each test, in seconds; that of the kernel is 30. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	600

#endif /* _MSHV_LIB_HARNESS_H */

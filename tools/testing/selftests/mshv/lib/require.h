/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Preconditions of a test. What a test is about it asserts itself; what has to
 * work before it can begin is required by the library, which saves every test
 * the handling of errors that prove nothing.
 */
#ifndef _MSHV_LIB_REQUIRE_H
#define _MSHV_LIB_REQUIRE_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/**
 * require() - end the test as failed unless @condition holds
 * @condition: what must be true
 * @format: what was tried, like printf(); the errno is added
 */
#define require(condition, format, ...) do {				\
	if (!(condition)) {						\
		fprintf(stderr, "# %s:%d: " format ": %s\n", __FILE__,	\
			__LINE__, ##__VA_ARGS__, strerror(errno));	\
		_exit(1);						\
	}								\
} while (0)

/**
 * complain() - say why an expectation is not met
 * @format: what was expected and what came, like printf()
 */
#define complain(format, ...) \
	fprintf(stderr, "# " format "\n", ##__VA_ARGS__)

#endif /* _MSHV_LIB_REQUIRE_H */

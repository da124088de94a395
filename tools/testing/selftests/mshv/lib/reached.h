/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which ioctls, flags and errnos of the UAPI a program reaches. Nothing is
 * declared: the linker puts lib/reached.c between the program and ioctl() and
 * mmap(), which notes what is called and what comes of it.
 */
#ifndef _MSHV_LIB_REACHED_H
#define _MSHV_LIB_REACHED_H

/**
 * reached_by() - what this process reaches from now on is reached by this test
 * @fixture: its fixture
 * @test: its name
 */
void reached_by(const char *fixture, const char *test);

/**
 * reached_elsewhere() - the test has seen what an ioctl comes to that never returns
 * @cmd: the ioctl
 * @result: an errno
 */
void reached_elsewhere(unsigned long cmd, int result);

#endif /* _MSHV_LIB_REACHED_H */

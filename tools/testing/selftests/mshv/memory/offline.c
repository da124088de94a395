// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that the hypervisor has are out of reach, and marked offline as long as
 * it has them: who walks through the memory of the system leaves them out.
 */
#include <fcntl.h>
#include <stdio.h>

#include "lib/fixture.h"
#include "lib/host.h"
#include "lib/require.h"
#include "lib/vp.h"

/* A word for each page, see Documentation/admin-guide/mm/pagemap.rst of Linux */
#define FLAGS		"/proc/kpageflags"
#define OFFLINE		_BITULL(23)

#define ROUNDS		5

static long offline_pages(void)
{
	static __u64 flags[65536];
	int fd = open(FLAGS, O_RDONLY);
	long count = 0;
	ssize_t got;

	require(fd >= 0, "open " FLAGS);
	while ((got = read(fd, flags, sizeof(flags))) > 0)
		for (size_t i = 0; i < got / sizeof(flags[0]); i++)
			count += !!(flags[i] & OFFLINE);
	require(!got, "read " FLAGS);
	close(fd);
	return count;
}

/* What the ledger says of pools, this partition's and the children's */
static long deposited_pages(void)
{
	static char ledger[HYPERVISOR_REPLY];
	char *line, *rest = ledger;
	long count = 0, a, b;

	hypervisor_ledger(ledger);
	while ((line = strsep(&rest, "\n")))
		if (sscanf(line, "deposited %*s %ld", &a) == 1)
			count += a;
		else if (sscanf(line, "partition %*s %*s pages %ld %ld",
				&a, &b) == 2)
			count += a + b;
	return count;
}

TEST_F(guest, pages_are_offline_while_the_hypervisor_has_them)
{
	long others;

	if (!self->has_ledger)
		SKIP(return, "no ledger");

	others = offline_pages() - deposited_pages();
	for (int i = 0; i < ROUNDS; i++) {
		vp_close(vp_new(self->vm, i));
		EXPECT_EQ(others + deposited_pages(), offline_pages());
	}
	vm_close(self->vm);
	EXPECT_EQ(others + deposited_pages(), offline_pages());
}

TEST_HARNESS_MAIN

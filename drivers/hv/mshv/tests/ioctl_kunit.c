// SPDX-License-Identifier: GPL-2.0-only
/* The ioctl dispatcher: what it copies, what it refuses. */
#include <linux/ioctl.h>
#include <linux/mman.h>
#include <linux/uaccess.h>
#include <kunit/test.h>

#include "../ioctl.h"

struct number {
	u64 value;
};

#define NUMBER_IN	_IOW('t', 1, struct number)
#define NUMBER_OUT	_IOR('t', 2, struct number)
#define NUMBER_BOTH	_IOWR('t', 3, struct number)
#define NUMBER_NONE	_IO('t', 4)
#define NUMBER_FAILING	_IOWR('t', 5, struct number)

/* Takes the number to the object and leaves the next one in the argument. */
static long take_number(void *object, void *arg)
{
	u64 *seen = object;
	struct number *number = arg;

	*seen = number->value++;
	return 17;
}

static long fail_after_taking(void *object, void *arg)
{
	take_number(object, arg);
	return -EUCLEAN;
}

static const struct mshv_ioctl table[] = {
	{ NUMBER_IN,		take_number },
	{ NUMBER_OUT,		take_number },
	{ NUMBER_BOTH,		take_number },
	{ NUMBER_NONE,		take_number },
	{ NUMBER_FAILING,	fail_after_taking },
};

static const struct ioctl_row {
	const char *name;
	unsigned int cmd;
	bool bad_pointer;
	long ret;
	u64 seen;	/* by the handler, if userspace passed 41 */
	u64 left;	/* in userspace afterwards */
} ioctl_rows[] = {
	{ "written argument",	NUMBER_IN,	false,	17,	41,	41 },
	{ "read argument",	NUMBER_OUT,	false,	17,	0,	1 },
	{ "both ways",		NUMBER_BOTH,	false,	17,	41,	42 },
	{ "no argument",	NUMBER_NONE,	true,	17,	0,	41 },
	{ "failing, read back",	NUMBER_FAILING,	false,	-EUCLEAN, 41,	42 },
	{ "cannot read",	NUMBER_IN,	true,	-EFAULT, 99,	41 },
	{ "cannot write",	NUMBER_OUT,	true,	-EFAULT, 0,	41 },
	{ "unknown number",	_IO('t', 6),	false,	-ENOTTY, 99,	41 },
	{ "unknown type",	_IOW('u', 1, struct number),
						false,	-ENOTTY, 99,	41 },
	{ "unknown size",	_IOW('t', 1, u32), false, -ENOTTY, 99,	41 },
	{ "unknown direction",	_IOR('t', 1, struct number),
						false,	-ENOTTY, 99,	41 },
};

KUNIT_ARRAY_PARAM_DESC(ioctl, ioctl_rows, name);

static void ioctl_row_holds(struct kunit *test)
{
	const struct ioctl_row *row = test->param_value;
	struct number number = { 41 };
	u64 seen = 99;
	unsigned long page = kunit_vm_mmap(test, NULL, 0, PAGE_SIZE,
					   PROT_READ | PROT_WRITE,
					   MAP_ANONYMOUS | MAP_PRIVATE, 0);
	void __user *good = (void __user *)page;
	void __user *bad = (void __user *)1UL;

	KUNIT_ASSERT_NE(test, page, 0);
	KUNIT_ASSERT_EQ(test, copy_to_user(good, &number, sizeof(number)), 0);

	KUNIT_EXPECT_EQ(test, mshv_ioctl(table, ARRAY_SIZE(table), &seen, row->cmd,
					 row->bad_pointer ? bad : good),
			row->ret);
	KUNIT_EXPECT_EQ(test, seen, row->seen);
	KUNIT_ASSERT_EQ(test, copy_from_user(&number, good, sizeof(number)), 0);
	KUNIT_EXPECT_EQ(test, number.value, row->left);
}

static struct kunit_case ioctl_cases[] = {
	KUNIT_CASE_PARAM(ioctl_row_holds, ioctl_gen_params),
	{}
};

static struct kunit_suite ioctl_suite = {
	.name = "mshv-ioctl",
	.test_cases = ioctl_cases,
};

kunit_test_suite(ioctl_suite);

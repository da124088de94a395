// SPDX-License-Identifier: GPL-2.0-only
/* Each step of the probe failing in turn undoes what came before it, no more. */
#include <linux/string.h>
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>

#include "../debugfs.h"
#include "../hvcall.h"
#include "../hvcall_pages.h"
#include "../mshv_root.h"
#include "../power.h"
#include "../shared_page.h"
#include "../synic.h"

/* What happened, as words: "a" done, "a!" failed, "-a" undone. */
struct diary {
	const char *failing;
	int err;
	char text[256];
};

static void note(const char *prefix, const char *word, const char *suffix)
{
	struct diary *diary = kunit_get_current_test()->priv;
	size_t len = strlen(diary->text);

	snprintf(diary->text + len, sizeof(diary->text) - len, "%s%s%s%s",
		 len ? " " : "", prefix, word, suffix);
}

static int happen(const char *word)
{
	struct diary *diary = kunit_get_current_test()->priv;
	bool fail = diary->failing && !strcmp(diary->failing, word);

	note("", word, fail ? "!" : "");
	return fail ? diary->err : 0;
}

#define STEP(word)							\
	static int do_##word(struct mshv_root *root)			\
	{								\
		return happen(#word);					\
	}
#define STEP_WITH_UNDO(word)						\
	STEP(word)							\
	static void undo_##word(struct mshv_root *root)			\
	{								\
		note("-", #word, "");					\
	}

STEP(type)
STEP_WITH_UNDO(hvcall)
STEP(caps)
STEP(sched)
STEP(pages)
STEP_WITH_UNDO(synic)
STEP_WITH_UNDO(loop)
STEP_WITH_UNDO(debugfs)
STEP_WITH_UNDO(power)
STEP_WITH_UNDO(dev)

static void replace_steps(struct kunit *test)
{
	kunit_activate_static_stub(test, mshv_partition_type_start, do_type);
	kunit_activate_static_stub(test, mshv_hvcall_start, do_hvcall);
	kunit_activate_static_stub(test, mshv_hvcall_stop, undo_hvcall);
	kunit_activate_static_stub(test, mshv_caps_start, do_caps);
	kunit_activate_static_stub(test, mshv_sched_start, do_sched);
	kunit_activate_static_stub(test, mshv_shared_page_start, do_pages);
	kunit_activate_static_stub(test, mshv_synic_start, do_synic);
	kunit_activate_static_stub(test, mshv_synic_stop, undo_synic);
	kunit_activate_static_stub(test, mshv_sched_loop_start, do_loop);
	kunit_activate_static_stub(test, mshv_sched_loop_stop, undo_loop);
	kunit_activate_static_stub(test, mshv_debugfs_start, do_debugfs);
	kunit_activate_static_stub(test, mshv_debugfs_stop, undo_debugfs);
	kunit_activate_static_stub(test, mshv_power_start, do_power);
	kunit_activate_static_stub(test, mshv_power_stop, undo_power);
	kunit_activate_static_stub(test, mshv_dev_start, do_dev);
	kunit_activate_static_stub(test, mshv_dev_stop, undo_dev);
}

/* What was done before, and what is undone, when a step fails */
static const struct unwind_row {
	const char *failing;
	const char *done;
	const char *undone;
} unwind_rows[] = {
	{ "type", "", "" },
	{ "hvcall", "type ", "" },
	{ "caps", "type hvcall ", " -hvcall" },
	{ "sched", "type hvcall caps ", " -hvcall" },
	{ "pages", "type hvcall caps sched ", " -hvcall" },
	{ "synic", "type hvcall caps sched pages ", " -hvcall" },
	{ "loop", "type hvcall caps sched pages synic ", " -synic -hvcall" },
	{ "debugfs", "type hvcall caps sched pages synic loop ",
	  " -loop -synic -hvcall" },
	{ "power", "type hvcall caps sched pages synic loop debugfs ",
	  " -debugfs -loop -synic -hvcall" },
	{ "dev", "type hvcall caps sched pages synic loop debugfs power ",
	  " -power -debugfs -loop -synic -hvcall" },
};

KUNIT_ARRAY_PARAM_DESC(unwind, unwind_rows, failing);

static void failing_step_unwinds(struct kunit *test)
{
	const struct unwind_row *row = test->param_value;
	struct diary diary = { .failing = row->failing, .err = -EUCLEAN };
	struct mshv_root root = {};
	char expected[sizeof(diary.text)];

	test->priv = &diary;
	replace_steps(test);

	KUNIT_EXPECT_EQ(test, mshv_probe(&root), -EUCLEAN);
	snprintf(expected, sizeof(expected), "%s%s!%s", row->done, row->failing,
		 row->undone);
	KUNIT_EXPECT_STREQ(test, diary.text, expected);
}

static void remove_is_the_exact_reverse(struct kunit *test)
{
	struct mshv_root root = {};
	struct diary diary = {};

	test->priv = &diary;
	replace_steps(test);

	KUNIT_EXPECT_EQ(test, mshv_probe(&root), 0);
	KUNIT_EXPECT_STREQ(test, diary.text,
			   "type hvcall caps sched pages synic loop debugfs power dev");
	diary.text[0] = '\0';
	mshv_remove(&root);
	KUNIT_EXPECT_STREQ(test, diary.text,
			   "-dev -power -debugfs -loop -synic -hvcall");
}

static int do_pages_init(void)
{
	return happen("init");
}

static void undo_pages_init(void)
{
	note("-", "init", "");
}

static int do_pages_create(struct mshv_hvcall_pages *pages)
{
	return happen("create");
}

static void undo_pages_create(struct mshv_hvcall_pages *pages)
{
	note("-", "create", "");
}

static void replace_pages(struct kunit *test)
{
	kunit_activate_static_stub(test, mshv_hvcall_pages_init, do_pages_init);
	kunit_activate_static_stub(test, mshv_hvcall_pages_exit, undo_pages_init);
	kunit_activate_static_stub(test, mshv_hvcall_pages_create, do_pages_create);
	kunit_activate_static_stub(test, mshv_hvcall_pages_destroy,
				   undo_pages_create);
}

/* The step that itself has two steps. */
static void hvcall_step_unwinds(struct kunit *test)
{
	struct diary no_init = { .failing = "init", .err = -ENOSPC };
	struct diary no_pages = { .failing = "create", .err = -ENOMEM };
	struct diary all = {};

	replace_pages(test);

	test->priv = &no_init;
	KUNIT_EXPECT_EQ(test, mshv_hvcall_start(NULL), -ENOSPC);
	KUNIT_EXPECT_STREQ(test, no_init.text, "init!");

	test->priv = &no_pages;
	KUNIT_EXPECT_EQ(test, mshv_hvcall_start(NULL), -ENOMEM);
	KUNIT_EXPECT_STREQ(test, no_pages.text, "init create! -init");

	test->priv = &all;
	KUNIT_EXPECT_EQ(test, mshv_hvcall_start(NULL), 0);
	mshv_hvcall_stop(NULL);
	KUNIT_EXPECT_STREQ(test, all.text, "init create -create -init");
}

/* Dispatch pages exist under the root loop and under no other. */
static void dispatch_pages_follow_the_loop(struct kunit *test)
{
	static const struct mshv_scheduler by_linux = {
		.ops = &mshv_sched_root_ops,
	};
	static const struct mshv_scheduler by_hypervisor = {
		.ops = &mshv_sched_hv_ops,
	};
	struct mshv_root root = { .scheduler = &by_linux };
	struct diary no_pages = { .failing = "create", .err = -ENOMEM };
	struct diary pages = {}, none = {};

	replace_pages(test);

	test->priv = &no_pages;
	KUNIT_EXPECT_EQ(test, mshv_sched_loop_start(&root), -ENOMEM);
	KUNIT_EXPECT_STREQ(test, no_pages.text, "create!");

	test->priv = &pages;
	KUNIT_EXPECT_EQ(test, mshv_sched_loop_start(&root), 0);
	mshv_sched_loop_stop(&root);
	KUNIT_EXPECT_STREQ(test, pages.text, "create -create");

	root.scheduler = &by_hypervisor;
	test->priv = &none;
	KUNIT_EXPECT_EQ(test, mshv_sched_loop_start(&root), 0);
	mshv_sched_loop_stop(&root);
	KUNIT_EXPECT_STREQ(test, none.text, "");
}

static struct kunit_case probe_cases[] = {
	KUNIT_CASE_PARAM(failing_step_unwinds, unwind_gen_params),
	KUNIT_CASE(remove_is_the_exact_reverse),
	KUNIT_CASE(hvcall_step_unwinds),
	KUNIT_CASE(dispatch_pages_follow_the_loop),
	{}
};

static struct kunit_suite probe_suite = {
	.name = "mshv-probe",
	.test_cases = probe_cases,
};

kunit_test_suite(probe_suite);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Raw hypercalls for the conformance suites.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/static_call.h>
#include <linux/string.h>

#include "call.h"

#define DEBUG_PORT	0xed00

/**
 * this_role() - What may this partition do?
 *
 * Return: its role, by the privileges that CPUID shows.
 */
enum role this_role(void)
{
	if (ms_hyperv.priv_high & HV_CPU_MANAGEMENT)
		return ROLE_ROOT;
	if (ms_hyperv.priv_high & HV_CREATE_PARTITIONS)
		return ROLE_PARENT;
	return ROLE_GUEST;
}

/**
 * pages_init() - Set up the pages of a test; the init function of the suites
 * @test: the test; its private data is a struct pages afterwards
 *
 * Return: 0 or -ENOMEM.
 */
int pages_init(struct kunit *test)
{
	struct pages *pages = kunit_kzalloc(test, sizeof(*pages), GFP_KERNEL);

	if (!pages)
		return -ENOMEM;
	test->priv = pages;
	pages->in = (void *)get_zeroed_page(GFP_KERNEL);
	pages->out = (void *)get_zeroed_page(GFP_KERNEL);
	if (!pages->in || !pages->out)
		return -ENOMEM;
	pages->in_gpa = virt_to_phys(pages->in);
	pages->out_gpa = virt_to_phys(pages->out);
	memset64(pages->out, OUT_FILL, PAGE_SIZE / sizeof(u64));
	return 0;
}

/**
 * pages_exit() - Free the pages of a test; the exit function of the suites
 * @test: the test
 */
void pages_exit(struct kunit *test)
{
	struct pages *pages = test->priv;

	if (!pages)
		return;
	free_page((unsigned long)pages->in);
	free_page((unsigned long)pages->out);
}

/**
 * raw_call() - Make a hypercall
 * @control: control word
 * @in_gpa: address of the input, or input itself in a fast call
 * @out_gpa: address of the output, or more input in a fast call
 *
 * Return: what the hypervisor returns.
 */
u64 raw_call(u64 control, u64 in_gpa, u64 out_gpa)
{
	return static_call_mod(hv_hypercall)(control, in_gpa, out_gpa);
}

/**
 * page_call() - Make a hypercall with the pages of a test
 * @test: the test
 * @control: control word
 *
 * Return: what the hypervisor returns.
 */
u64 page_call(struct kunit *test, u64 control)
{
	const struct pages *pages = test->priv;

	return raw_call(control, pages->in_gpa, pages->out_gpa);
}

/**
 * debug_accepts() - Tell the hypervisor something on its debug channel
 * @command: a command without output
 *
 * Return: whether it was done.
 */
bool debug_accepts(const char *command)
{
	char reply[64];
	size_t length = 0;

	while (*command)
		outb(*command++, DEBUG_PORT);
	outb('\n', DEBUG_PORT);
	do
		reply[length] = inb(DEBUG_PORT);
	while (reply[length] && ++length < sizeof(reply) - 1);
	reply[length] = '\0';
	return !strcmp(reply, "ok\n");
}

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Conformance suite of the test hypervisor");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Per-CPU pages for hypercalls.
 *
 * The driver owns its pages: the kernel's hyperv_pcpu_output_arg does not exist
 * where the core was built without CONFIG_MSHV_ROOT.
 *
 * Each set of pages is an instance of one CPU hotplug state of the "prepare"
 * kind: its callbacks run on a processor that is up, before the other one
 * starts and after it died.
 */
#include <linux/cpuhotplug.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/topology.h>
#include <kunit/static_stub.h>

#include "hvcall_pages.h"

static enum cpuhp_state hotplug_state;

static struct mshv_hvcall_page_pair *
pair_of(unsigned int cpu, struct hlist_node *node)
{
	return per_cpu_ptr(hlist_entry(node, struct mshv_hvcall_pages, node)->pair,
			   cpu);
}

static void free_pair(struct mshv_hvcall_page_pair *pair)
{
	free_page((unsigned long)pair->in);
	free_page((unsigned long)pair->out);
	*pair = (struct mshv_hvcall_page_pair){};
}

static void *alloc_page_near(unsigned int cpu)
{
	struct page *page = alloc_pages_node(cpu_to_node(cpu),
					     GFP_KERNEL | __GFP_ZERO, 0);

	return page ? page_address(page) : NULL;
}

static int cpu_prepare(unsigned int cpu, struct hlist_node *node)
{
	struct mshv_hvcall_page_pair *pair = pair_of(cpu, node);

	pair->in = alloc_page_near(cpu);
	pair->out = alloc_page_near(cpu);
	if (!pair->in || !pair->out) {
		free_pair(pair);
		return -ENOMEM;
	}
	return 0;
}

static int cpu_dead(unsigned int cpu, struct hlist_node *node)
{
	free_pair(pair_of(cpu, node));
	return 0;
}

/**
 * mshv_hvcall_pages_init() - make it possible to create sets of pages
 *
 * Context: Process context, may sleep.
 * Return: 0, or the errno of cpuhp_setup_state_multi().
 */
int mshv_hvcall_pages_init(void)
{
	int state;

	KUNIT_STATIC_STUB_REDIRECT(mshv_hvcall_pages_init);

	state = cpuhp_setup_state_multi(CPUHP_BP_PREPARE_DYN,
					"hyperv/mshv:prepare",
					cpu_prepare, cpu_dead);
	if (state < 0)
		return state;

	hotplug_state = state;
	return 0;
}

/**
 * mshv_hvcall_pages_exit() - undo mshv_hvcall_pages_init()
 *
 * Every set has been destroyed.
 *
 * Context: Process context, may sleep.
 */
void mshv_hvcall_pages_exit(void)
{
	KUNIT_STATIC_STUB_REDIRECT(mshv_hvcall_pages_exit);

	cpuhp_remove_multi_state(hotplug_state);
}

/**
 * mshv_hvcall_pages_create() - give every processor a pair of pages
 * @pages: the set
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM, and nothing was allocated.
 */
int mshv_hvcall_pages_create(struct mshv_hvcall_pages *pages)
{
	int ret;

	KUNIT_STATIC_STUB_REDIRECT(mshv_hvcall_pages_create, pages);

	pages->pair = alloc_percpu(struct mshv_hvcall_page_pair);
	if (!pages->pair)
		return -ENOMEM;

	INIT_HLIST_NODE(&pages->node);
	ret = cpuhp_state_add_instance(hotplug_state, &pages->node);
	if (ret) {
		free_percpu(pages->pair);
		pages->pair = NULL;
	}
	return ret;
}

/**
 * mshv_hvcall_pages_destroy() - undo mshv_hvcall_pages_create()
 * @pages: the set; nobody uses it any more
 *
 * Context: Process context, may sleep.
 */
void mshv_hvcall_pages_destroy(struct mshv_hvcall_pages *pages)
{
	KUNIT_STATIC_STUB_REDIRECT(mshv_hvcall_pages_destroy, pages);

	cpuhp_state_remove_instance(hotplug_state, &pages->node);
	free_percpu(pages->pair);
	pages->pair = NULL;
}

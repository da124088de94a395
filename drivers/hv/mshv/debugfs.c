// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of the hypervisor in debugfs, by name.
 * Documented in Documentation/ABI/testing/debugfs-mshv.
 *
 * A file shows one object's counters, straight from its pages of statistics,
 * which the hypervisor keeps up to date whether anybody looks or not. It appears
 * when the pages are mapped. It goes before they are unmapped, and
 * debugfs_remove() waits for those who are just reading it.
 *
 * Nothing fails for lack of a counter: what the hypervisor refuses, or what
 * there is no memory for, is not there.
 */
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <kunit/static_stub.h>
#include <asm/mshyperv.h>

#include "counters.h"
#include "debugfs.h"
#include "deposit.h"
#include "mshv_root.h"
#include "partition.h"
#include "synic.h"
#include "vp.h"

/* What the hypervisor says it has is not believed beyond this. */
#define MAX_LOGICAL_PROCESSORS	2048

/* The number of a partition, in decimal */
#define ID_LEN	sizeof("18446744073709551615")

/**
 * struct lasting_stats - counters of what is there as long as the driver
 * @node: in lasting_stats
 * @stats: the counters
 *
 * The machine's, and this partition's own.
 */
struct lasting_stats {
	struct list_head node;
	struct mshv_stats stats;
};

/* Change in the probe, and when a processor comes online. */
static LIST_HEAD(lasting_stats);
static struct cpumask shown_cpus;

/* Change in the probe only. */
static struct dentry *debugfs_top;
static struct dentry *debugfs_partitions;
static struct dentry *debugfs_own_vps;
static enum cpuhp_state hotplug_state = CPUHP_INVALID;

static int stats_show(struct seq_file *m, void *unused)
{
	const struct mshv_stats *stats = m->private;
	const struct mshv_counter_set *set = mshv_counters_of(stats->type);

	for (size_t i = 0; i < set->count; i++)
		seq_printf(m, "%-*s: %llu\n", MSHV_COUNTER_NAME_LEN,
			   set->counters[i].name,
			   mshv_stats_read(stats, set->counters[i].index));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

static void add_stats_file(struct dentry *dir, struct mshv_stats *stats)
{
	debugfs_create_file("stats", 0400, dir, stats, &stats_fops);
}

static struct dentry *add_numbered_dir(struct dentry *parent, u64 number)
{
	char name[ID_LEN];

	snprintf(name, sizeof(name), "%llu", number);
	return debugfs_create_dir(name, parent);
}

/* Maps, and keeps in mind to unmap. */
static struct mshv_stats *
map_lasting(u32 type, union hv_stats_object_identity identity)
{
	struct lasting_stats *lasting = kzalloc_obj(*lasting);

	if (!lasting)
		return NULL;
	if (mshv_stats_map(&lasting->stats, type, &identity)) {
		kfree(lasting);
		return NULL;
	}
	list_add(&lasting->node, &lasting_stats);
	return &lasting->stats;
}

/* The hypervisor and the processors of the machine are the root's to see. */
static void add_machine(void)
{
	union hv_stats_object_identity identity = {};
	struct mshv_stats *stats;
	struct dentry *dir;
	u32 count;

	stats = map_lasting(HV_STATS_OBJECT_HYPERVISOR, identity);
	if (!stats)
		return;
	add_stats_file(debugfs_top, stats);

	count = min(mshv_stats_read(stats, MSHV_COUNTER_LOGICAL_PROCESSORS),
		    MAX_LOGICAL_PROCESSORS);
	dir = debugfs_create_dir("lp", debugfs_top);
	for (u32 i = 0; i < count; i++) {
		identity.lp.lp_index = i;
		stats = map_lasting(HV_STATS_OBJECT_LOGICAL_PROCESSOR, identity);
		if (stats)
			add_stats_file(add_numbered_dir(dir, i), stats);
	}
}

/*
 * A processor's VP is there, and goes on counting, from the first time that the
 * processor is online: also while it is offline.
 */
static int show_own_vp(unsigned int cpu)
{
	union hv_stats_object_identity identity = {
		.vp = {
			.partition_id = hv_current_partition_id,
			.vp_index = hv_vp_index[cpu],
		},
	};
	struct mshv_stats *stats;

	if (cpumask_test_and_set_cpu(cpu, &shown_cpus))
		return 0;

	stats = map_lasting(HV_STATS_OBJECT_VP, identity);
	if (stats)
		add_stats_file(add_numbered_dir(debugfs_own_vps,
						hv_vp_index[cpu]), stats);
	return 0;
}

/* Those of the processors that have been online until now, then of others. */
static void add_own_vps(void)
{
	unsigned int cpu;
	int ret;

	for_each_present_cpu(cpu)
		if (hv_vp_index[cpu] != VP_INVAL)
			show_own_vp(cpu);

	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "hyperv/mshv:debugfs",
				show_own_vp, NULL);
	if (ret >= 0)
		hotplug_state = ret;
}

static void add_own_partition(void)
{
	const union hv_stats_object_identity identity = {
		.partition.partition_id = hv_current_partition_id,
	};
	struct mshv_stats *stats;
	struct dentry *dir;

	/* A partition that may not know its number has none. */
	if (hv_current_partition_id == HV_PARTITION_ID_SELF)
		dir = debugfs_create_dir("self", debugfs_partitions);
	else
		dir = add_numbered_dir(debugfs_partitions,
				       hv_current_partition_id);

	stats = map_lasting(HV_STATS_OBJECT_PARTITION, identity);
	if (stats)
		add_stats_file(dir, stats);
	debugfs_own_vps = debugfs_create_dir("vp", dir);
	add_own_vps();
}

/**
 * mshv_debugfs_start() - probe step: show the counters
 * @root: @partition_type is valid
 *
 * Context: Process context, may sleep.
 * Return: 0, also where there is no debugfs.
 */
int mshv_debugfs_start(struct mshv_root *root)
{
	KUNIT_STATIC_STUB_REDIRECT(mshv_debugfs_start, root);

	debugfs_top = debugfs_create_dir("mshv", NULL);
	if (IS_ERR(debugfs_top))
		return 0;

	debugfs_create_atomic_t("bad_messages", 0400, debugfs_top,
				&mshv_bad_messages);
	if (root->partition_type == MSHV_PARTITION_ROOT)
		add_machine();
	debugfs_partitions = debugfs_create_dir("partition", debugfs_top);
	add_own_partition();
	return 0;
}

/**
 * mshv_debugfs_stop() - undo mshv_debugfs_start()
 * @root: the driver's state
 *
 * Being stopped already is no error.
 *
 * Context: Process context, may sleep.
 */
void mshv_debugfs_stop(struct mshv_root *root)
{
	struct lasting_stats *lasting, *next;

	KUNIT_STATIC_STUB_REDIRECT(mshv_debugfs_stop, root);

	if (hotplug_state != CPUHP_INVALID)
		cpuhp_remove_state(hotplug_state);
	hotplug_state = CPUHP_INVALID;

	debugfs_remove(debugfs_top);
	debugfs_top = NULL;
	debugfs_partitions = NULL;
	cpumask_clear(&shown_cpus);
	list_for_each_entry_safe(lasting, next, &lasting_stats, node) {
		list_del(&lasting->node);
		mshv_stats_unmap(&lasting->stats);
		kfree(lasting);
	}
	/* Their pages may have cost some. */
	mshv_withdraw_own();
}

/**
 * mshv_debugfs_add_partition() - show the counters of a child
 * @partition: the child, which the hypervisor knows
 *
 * Context: Process context, may sleep.
 */
void mshv_debugfs_add_partition(struct mshv_partition *partition)
{
	struct mshv_debugfs_partition *debugfs = &partition->debugfs;
	const union hv_stats_object_identity identity = {
		.partition.partition_id = partition->id,
	};

	if (IS_ERR_OR_NULL(debugfs_partitions))
		return;

	debugfs->dir = add_numbered_dir(debugfs_partitions, partition->id);
	debugfs->vps = debugfs_create_dir("vp", debugfs->dir);
	if (!mshv_stats_map(&debugfs->stats, HV_STATS_OBJECT_PARTITION,
			    &identity))
		add_stats_file(debugfs->dir, &debugfs->stats);
}

/**
 * mshv_debugfs_remove_partition() - undo mshv_debugfs_add_partition()
 * @partition: the child, with all its VPs
 *
 * Nobody reads the counters of any of them afterwards.
 *
 * Context: Process context, may sleep.
 */
void mshv_debugfs_remove_partition(struct mshv_partition *partition)
{
	debugfs_remove(partition->debugfs.dir);
	mshv_stats_unmap(&partition->debugfs.stats);
}

/**
 * mshv_debugfs_add_vp() - show the counters of a VP, until its partition goes
 * @vp: the VP, with its counters mapped; the lock of its partition is held
 *
 * Context: Process context, may sleep.
 */
void mshv_debugfs_add_vp(struct mshv_vp *vp)
{
	struct dentry *vps = vp->partition->debugfs.vps;

	if (IS_ERR_OR_NULL(vps))
		return;
	add_stats_file(add_numbered_dir(vps, vp->index), &vp->stats);
}

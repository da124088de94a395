// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ledger: everything of the parent's that the hypervisor holds, in an
 * order that depends on nothing else. A test that gives everything back reads
 * the same ledger before and after.
 */
#include "port.h"
#include "vmbus.h"

#define LOG_SIZE	16384

static void print_overlay(struct text *text, u32 vp, const char *name, u64 reg)
{
	if (reg & HV_OVERLAY_ENABLE)
		text_add(text, "overlay %u %s %lx\n", vp, name,
			 HV_OVERLAY_GPA(reg));
}

static void print_vp_overlays(struct text *text, const struct vp *vp)
{
	u32 i = vp->index;

	/* Pages of the partition as a whole are shown with its first VP. */
	if (!i) {
		print_overlay(text, i, "hypercall", vp->partition->hypercall);
		print_overlay(text, i, "reference-tsc",
			      vp->partition->reference_tsc);
	}
	print_overlay(text, i, "siefp", vp->synic.siefp);
	print_overlay(text, i, "simp", vp->synic.simp);
	print_overlay(text, i, "sirbp", vp->synic.sirbp);
	print_overlay(text, i, "vp-assist", vp->vp_assist);
}

static void print_vp_sints(struct text *text, const struct vp *vp)
{
	u32 i;

	for (i = 0; i < HV_NUM_SINTS; i++) {
		u64 sint = vp->synic.sint[i];

		if (!(sint & HV_SINT_MASKED))
			text_add(text, "sint %u %u %lx\n", vp->index, i,
				 HV_SINT_VECTOR(sint));
	}
}

static const char *state_name(enum child_state state)
{
	switch (state) {
	case CHILD_CREATED:
		return "created";
	case CHILD_ACTIVE:
		return "active";
	default:
		return "finalized";
	}
}

static void print_ports(struct text *text)
{
	const struct port *port;

	for (port = ports; port; port = port->next)
		text_add(text, "port %u %lu\n", port->id, port->child);
}

static void print_child(struct text *text, const struct child *child)
{
	const struct connection *connection;
	u32 i;

	text_add(text, "partition %lu %s pages %u %u\n", child->id,
		 state_name(child->state), child->pool.free, child->pool.used);
	for (i = 0; i < MAX_CHILD_VPS; i++)
		if (child->vps[i])
			text_add(text, "vp %lu %u\n", child->id, i);
	if (child->mapped)
		text_add(text, "mapped %lu %lu\n", child->id, child->mapped);
	for (connection = child->connections; connection;
	     connection = connection->next)
		text_add(text, "connection %lu %u\n", child->id,
			 connection->id);
}

static void print_children(struct text *text)
{
	u32 i;

	spin_lock(&children_lock);
	if (parent_pool.free + parent_pool.used)
		text_add(text, "deposited %lu %u\n", parent.id,
			 parent_pool.free + parent_pool.used);
	print_ports(text);
	for (i = 0; i < MAX_CHILDREN; i++)
		if (children[i])
			print_child(text, children[i]);
	spin_unlock(&children_lock);
}

/**
 * ledger_print() - Print the ledger
 * @text: where it goes
 */
void ledger_print(struct text *text)
{
	u32 i;

	for (i = 0; i < parent.num_vps; i++)
		print_vp_overlays(text, &parent.vps[i]);
	for (i = 0; i < parent.num_vps; i++)
		print_vp_sints(text, &parent.vps[i]);
	vmbus_print_ledger(text);
	print_children(text);
}

static void print_run_times(struct text *text, const struct child *child)
{
	u32 i;

	for (i = 0; i < MAX_CHILD_VPS; i++) {
		const struct child_vp *vp = child->vps[i];

		if (vp)
			text_add(text, "%lu %u %lu\n", child->id, i,
				 READ_ONCE(vp->counters[COUNT_RUN_TIME]));
	}
}

/**
 * vps_print() - Print how long each VP of a child has run
 * @text: where it goes
 */
void vps_print(struct text *text)
{
	u32 i;

	spin_lock(&children_lock);
	for (i = 0; i < MAX_CHILDREN; i++)
		if (children[i])
			print_run_times(text, children[i]);
	spin_unlock(&children_lock);
}

/**
 * ledger_log() - Put the ledger into the log
 *
 * For the end of a run, when nobody can ask for it any more: a parent that goes
 * down in order has left nothing.
 */
void ledger_log(void)
{
	static char buffer[LOG_SIZE];
	struct text text = { buffer, sizeof(buffer), 0 };
	char *rest = buffer, *line;

	ledger_print(&text);
	buffer[text.length] = '\0';
	while ((line = next_word(&rest, "\n")))
		hv_print("ledger: %s", line);
}

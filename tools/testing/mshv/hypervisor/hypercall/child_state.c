// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls that read and write what a VP has besides registers. Of most kinds
 * the caller names pages that it is to be copied to or from.
 */
#include "child.h"
#include "hypercall.h"

#define VTL_USE_TARGET	0x10

/* On its way. Under children_lock. */
static u64 words[(1 + XSAVE_LARGE_PAGES) * PAGE_SIZE / sizeof(u64)];
static u8 *const copy = (u8 *)words;

/**
 * struct state_type - A kind of state
 * @type: HV_STATE_*
 * @size: of it, in bytes, at most that of words[]; 0: the VP has no such state, or
 *	not as the caller wants it
 * @get: write that many bytes to @data, which is zeroed
 * @set: read them from there; false: they make no sense
 *
 * With the VP at hand and children_lock held.
 */
struct state_type {
	u32 type;
	u32 (*size)(const struct child_vp *vp,
		    const struct hv_state_data *which);
	void (*get)(struct child_vp *vp, const struct hv_state_data *which,
		    void *data);
	bool (*set)(struct child_vp *vp, const struct hv_state_data *which,
		    void *data);
};

static u32 xsave_size(const struct child_vp *vp,
		      const struct hv_state_data *which)
{
	u32 size;

	if (which->xsave_flags ||
	    (which->xsave_states & ~child_xsave_states(vp->child)) ||
	    (which->xsave_states & HV_XSAVE_ALWAYS) != HV_XSAVE_ALWAYS)
		return 0;
	size = child_xsave_size(which->xsave_states);
	return size <= sizeof(words) ? size : 0;
}

static void get_xsave(struct child_vp *vp, const struct hv_state_data *which,
		      void *data)
{
	child_xsave_get(vp, which->xsave_states, data);
}

static bool set_xsave(struct child_vp *vp, const struct hv_state_data *which,
		      void *data)
{
	return child_xsave_set(vp, which->xsave_states, data);
}

static u32 lapic_size(const struct child_vp *vp,
		      const struct hv_state_data *which)
{
	return child_has_apic(vp->child) ? sizeof(struct hv_apic_state) : 0;
}

static void get_lapic(struct child_vp *vp, const struct hv_state_data *which,
		      void *data)
{
	child_apic_get_state(vp, data);
}

static bool set_lapic(struct child_vp *vp, const struct hv_state_data *which,
		      void *data)
{
	return child_apic_set_state(vp, data);
}

static struct overlay *synic_page(struct child_vp *vp,
				  const struct hv_state_data *which)
{
	return which->type == HV_STATE_SIMP ? &vp->synic.messages :
					      &vp->synic.flags;
}

static u32 synic_size(const struct child_vp *vp,
		      const struct hv_state_data *which)
{
	return PAGE_SIZE;
}

static void get_synic(struct child_vp *vp, const struct hv_state_data *which,
		      void *data)
{
	memcpy(data, synic_page(vp, which)->page, PAGE_SIZE);
}

static bool set_synic(struct child_vp *vp, const struct hv_state_data *which,
		      void *data)
{
	memcpy(synic_page(vp, which)->page, data, PAGE_SIZE);
	return true;
}

static u32 timers_size(const struct child_vp *vp,
		       const struct hv_state_data *which)
{
	return sizeof(struct hv_timers_state);
}

static void get_timers(struct child_vp *vp, const struct hv_state_data *which,
		       void *data)
{
	child_stimer_get_state(vp, data);
}

static bool set_timers(struct child_vp *vp, const struct hv_state_data *which,
		       void *data)
{
	return child_stimer_set_state(vp, data);
}

static const struct state_type types[] = {
	{ HV_STATE_SIMP, synic_size, get_synic, set_synic },
	{ HV_STATE_SIEFP, synic_size, get_synic, set_synic },
	{ HV_STATE_TIMERS, timers_size, get_timers, set_timers },
	{ HV_STATE_LAPIC, lapic_size, get_lapic, set_lapic },
	{ HV_STATE_XSAVE, xsave_size, get_xsave, set_xsave },
};

static const struct state_type *find_type(u32 type)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].type == type)
			return &types[i];
	return NULL;
}

static bool valid_input(const struct hv_in_state *in)
{
	const struct hv_state_data *which = &in->which;

	if ((in->vtl && in->vtl != VTL_USE_TARGET) ||
	    !all_zero(in->reserved, sizeof(in->reserved)) || which->reserved)
		return false;
	return which->type == HV_STATE_XSAVE ||
	       (!which->xsave_flags && !which->xsave_states);
}

/* Exactly as many pages as needed or more, all of them the caller's own */
static bool valid_pages(const u64 *gfns, u32 count, u32 size)
{
	u32 i;

	if (size > count * PAGE_SIZE)
		return false;
	for (i = 0; i < count; i++)
		if (gfns[i] >= BIT(52) ||
		    !parent_owns(gfns[i] << PAGE_SHIFT, PAGE_SIZE))
			return false;
	return true;
}

static void copy_pages(const u64 *gfns, u32 size, bool set)
{
	u32 done, part;

	for (done = 0; done < size; done += part) {
		void *page = (void *)(gfns[done / PAGE_SIZE] << PAGE_SHIFT);

		part = min(size - done, PAGE_SIZE);
		if (set)
			memcpy(copy + done, page, part);
		else
			memcpy(page, copy + done, part);
	}
}

static enum hv_status transfer(struct hypercall *call, struct child_vp *vp,
			       const struct state_type *type, bool set)
{
	const struct hv_in_state *in = call->input;
	const u64 *list = (const u64 *)(in + 1);
	u32 size = type->size(vp, &in->which);
	bool by_pages = type->type & HV_STATE_BY_PAGES;

	if (!size)
		return HV_STATUS_INVALID_PARAMETER;
	if (by_pages && !valid_pages(list, call->varhead / sizeof(*list), size))
		return HV_STATUS_INVALID_PARAMETER;
	if (!by_pages && call->varhead != (set ? align_up(size, sizeof(u64)) : 0))
		return HV_STATUS_INVALID_PARAMETER;

	memset(words, 0, size);
	if (!set) {
		type->get(vp, &in->which, copy);
		if (by_pages)
			copy_pages(list, size, false);
		else
			memcpy(call->output, copy, size);
		return HV_STATUS_SUCCESS;
	}

	if (by_pages)
		copy_pages(list, size, true);
	else
		memcpy(copy, list, size);
	if (!type->set(vp, &in->which, copy))
		return HV_STATUS_INVALID_PARAMETER;
	register_page_refresh(vp);
	return HV_STATUS_SUCCESS;
}

static enum hv_status state_call(struct hypercall *call, bool set)
{
	const struct hv_in_state *in = call->input;
	const struct state_type *type = find_type(in->which.type);
	enum hv_status status;
	struct child_vp *vp;

	if (!type || !valid_input(in))
		return HV_STATUS_INVALID_PARAMETER;
	status = child_vp_get(in->partition_id, in->vp_index, &vp);
	if (status)
		return status;
	status = transfer(call, vp, type, set);
	child_vp_put(vp);
	return status;
}

/**
 * call_get_vp_state() - HvCallGetVpState
 * @call: the call; a list of pages, or the state itself is the output
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (also: the VP has no such
 * state, or the pages are too few), or as child_vp_get().
 */
enum hv_status call_get_vp_state(struct hypercall *call)
{
	return state_call(call, false);
}

/**
 * call_set_vp_state() - HvCallSetVpState
 * @call: the call; a list of pages, or the state itself
 *
 * Return: as call_get_vp_state().
 */
enum hv_status call_set_vp_state(struct hypercall *call)
{
	return state_call(call, true);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the parent has said in advance about CPUID and MSRs of a VP, so that it need
 * not be asked when the guest uses them: kept in pages of the child's pool.
 */
#include "child.h"

struct result_page {
	struct result_page *next;
	u32 count;
	struct hv_intercept_result results[];
};

#define RESULTS_PER_PAGE \
	((PAGE_SIZE - sizeof(struct result_page)) / \
	 sizeof(struct hv_intercept_result))

/* Whether a result takes the place of another one */
static bool same_key(const struct hv_intercept_result *a,
		     const struct hv_intercept_result *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == HV_INTERCEPT_MSR)
		return a->msr.index == b->msr.index &&
		       a->msr.access == b->msr.access;
	return a->cpuid.eax == b->cpuid.eax &&
	       a->cpuid.subleaf_specific == b->cpuid.subleaf_specific &&
	       (!a->cpuid.subleaf_specific || a->cpuid.ecx == b->cpuid.ecx);
}

static struct hv_intercept_result *
find(struct child_vp *vp, const struct hv_intercept_result *key)
{
	struct result_page *page;
	u32 i;

	for (page = vp->results; page; page = page->next)
		for (i = 0; i < page->count; i++)
			if (same_key(&page->results[i], key))
				return &page->results[i];
	return NULL;
}

static struct hv_intercept_result *add(struct child_vp *vp)
{
	struct result_page *page = vp->results;
	u64 new;

	if (!page || page->count == RESULTS_PER_PAGE) {
		if (!pool_take(&vp->child->pool, 1, &new))
			return NULL;
		page = (struct result_page *)new;
		page->next = vp->results;
		vp->results = page;
	}
	return &page->results[page->count++];
}

/**
 * child_result_set() - Note a result
 * @vp: for which VP, at hand
 * @result: the result
 *
 * It takes the place of one for the same leaf or register.
 *
 * Return: HV_STATUS_SUCCESS or HV_STATUS_INSUFFICIENT_MEMORY.
 */
enum hv_status child_result_set(struct child_vp *vp,
				const struct hv_intercept_result *result)
{
	struct hv_intercept_result *place = find(vp, result);

	if (!place)
		place = add(vp);
	if (!place)
		return HV_STATUS_INSUFFICIENT_MEMORY;
	*place = *result;
	return HV_STATUS_SUCCESS;
}

/**
 * child_results_delete() - Forget all results
 * @vp: a VP that is being deleted
 */
void child_results_delete(struct child_vp *vp)
{
	struct result_page *page, *next;

	for (page = vp->results; page; page = next) {
		next = page->next;
		pool_return(&vp->child->pool, (u64)page);
	}
	vp->results = NULL;
}

/**
 * child_result_cpuid() - Change what CPUID tells, as the parent wants it
 * @vp: the VP that asks
 * @leaf: EAX
 * @subleaf: ECX
 * @out: EAX to EDX as they are without it
 *
 * A result for the very subleaf goes before one for all of them.
 *
 * Return: whether the parent wants anything, and so need not be asked.
 */
bool child_result_cpuid(struct child_vp *vp, u32 leaf, u32 subleaf, u32 out[4])
{
	struct hv_intercept_result key = {
		.type = HV_INTERCEPT_CPUID,
		.cpuid = { .eax = leaf, .ecx = subleaf, .subleaf_specific = 1 },
	};
	const struct hv_intercept_result *result = find(vp, &key);
	u32 i;

	if (!result) {
		key.cpuid.subleaf_specific = 0;
		result = find(vp, &key);
	}
	if (!result)
		return false;
	for (i = 0; i < 4; i++)
		out[i] = (out[i] & ~result->cpuid.out[i].mask) |
			 (result->cpuid.out[i].value & result->cpuid.out[i].mask);
	return true;
}

/**
 * child_result_msr() - What is to become of an access to an MSR that is not there?
 * @vp: the VP
 * @msr: the register
 * @write: it is written
 * @action: set to HV_UNIMPLEMENTED_MSR_*
 *
 * Return: whether the parent has said so for this register.
 */
bool child_result_msr(struct child_vp *vp, u32 msr, bool write, u32 *action)
{
	struct result_page *page;
	u32 i, access = write ? HV_INTERCEPT_ACCESS_WRITE :
				HV_INTERCEPT_ACCESS_READ;

	for (page = vp->results; page; page = page->next)
		for (i = 0; i < page->count; i++) {
			const struct hv_intercept_result *r = &page->results[i];

			if (r->type != HV_INTERCEPT_MSR ||
			    r->msr.index != msr || !(r->msr.access & access))
				continue;
			*action = r->msr.action;
			return true;
		}
	return false;
}

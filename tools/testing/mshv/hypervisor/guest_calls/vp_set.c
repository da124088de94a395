// SPDX-License-Identifier: GPL-2.0-only
/* Sets of VPs, as guests name them. */
#include "guest_call.h"

/**
 * vp_set_all() - Make it all that there are
 * @set: the set
 */
void vp_set_all(struct vp_set *set)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(set->banks); i++)
		set->banks[i] = ~0UL;
}

/**
 * vp_set_first() - Make it some of the first ones
 * @set: the set
 * @mask: a bit for each of the first 64 VPs
 */
void vp_set_first(struct vp_set *set, u64 mask)
{
	*set = (struct vp_set) { .banks = { mask } };
}

/**
 * vp_set_read() - Read one that has a format
 * @set: to be filled in
 * @from: the end of a call's fixed input; the variable header follows
 * @size: of the variable header, in bytes
 *
 * Banks of VPs that cannot be are left out.
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER (no such format), or
 * HV_STATUS_INVALID_INPUT (the header does not have a word for each valid bank).
 */
enum hv_status vp_set_read(struct vp_set *set, const struct hv_vp_set *from,
			   u32 size)
{
	const u64 *bank = (const u64 *)(from + 1);
	const u64 *end = bank + size / sizeof(u64);
	u32 i;

	if (from->format == HV_VP_SET_ALL) {
		vp_set_all(set);
		return HV_STATUS_SUCCESS;
	}
	if (from->format != HV_VP_SET_SPARSE)
		return HV_STATUS_INVALID_PARAMETER;

	vp_set_first(set, 0);
	for (i = 0; i < 64; i++) {
		if (!(from->valid_banks & BIT(i)))
			continue;
		if (bank == end)
			return HV_STATUS_INVALID_INPUT;
		if (i < ARRAY_SIZE(set->banks))
			set->banks[i] = *bank;
		bank++;
	}
	return bank == end ? HV_STATUS_SUCCESS : HV_STATUS_INVALID_INPUT;
}

/**
 * vp_set_has() - Is a VP in it?
 * @set: the set
 * @index: its index
 *
 * Return: whether it is.
 */
bool vp_set_has(const struct vp_set *set, u32 index)
{
	return set->banks[index / VP_SET_BANK] & BIT(index % VP_SET_BANK);
}

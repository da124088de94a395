// SPDX-License-Identifier: GPL-2.0-only
/* Reading properties of partitions and of the whole system. */
#include <asm/mshyperv.h>

#include "hvcall.h"
#include "property.h"

/**
 * mshv_get_partition_property_ex() - read a property of any length
 * @partition_id: the partition; HV_PARTITION_ID_SELF for this one
 * @property: property code
 * @value: out, on success only
 * @size: bytes to read, at most HV_HYP_PAGE_SIZE
 *
 * Context: Any, after mshv_hvcall_start().
 * Return: 0, or the errno for the hypercall's status as mshv_hvcall_errno()
 *	   has it: -EINVAL for a property or partition that does not exist,
 *	   -EACCES without the privilege, -EIO for most others.
 */
int mshv_get_partition_property_ex(u64 partition_id, u32 property,
				   void *value, size_t size)
{
	const struct hv_input_get_partition_property_ex in = {
		.partition_id	= partition_id,
		.property_code	= property,
	};

	return mshv_hvcall_errno(mshv_hvcall(HVCALL_GET_PARTITION_PROPERTY_EX,
					      &in, sizeof(in), value, size));
}

/**
 * mshv_get_system_property() - read a property of the whole system
 * @property: enum hv_system_property; one whose value is a 32-bit or 64-bit
 *	      number
 * @value: out, on success only
 *
 * Only the root partition has the privilege.
 *
 * Context: Any, after mshv_hvcall_start().
 * Return: 0, or the errno for the hypercall's status, see
 *	   mshv_get_partition_property_ex().
 */
int mshv_get_system_property(u32 property, u64 *value)
{
	const struct hv_input_get_system_property in = {
		.property_id	= property,
	};

	return mshv_hvcall_errno(mshv_hvcall(HVCALL_GET_SYSTEM_PROPERTY,
					      &in, sizeof(in),
					      value, sizeof(*value)));
}

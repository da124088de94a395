// SPDX-License-Identifier: GPL-2.0-only
/* What a VMM asks for when it creates a partition. */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/mshv.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/mshyperv.h>

#include "partition_args.h"

/* Features of the second version are those that the VMM wants disabled. */
static int args_copy_features(const struct mshv_create_partition_v2 *args,
			      struct hv_partition_creation_properties *properties)
{
	static_assert(MSHV_NUM_CPU_FEATURES_BANKS ==
		      HV_PARTITION_PROCESSOR_FEATURES_BANKS);

	if (args->pt_num_cpu_fbanks != MSHV_NUM_CPU_FEATURES_BANKS ||
	    memchr_inv(args->pt_rsvd, 0, sizeof(args->pt_rsvd)) ||
	    memchr_inv(args->pt_rsvd1, 0, sizeof(args->pt_rsvd1)))
		return -EINVAL;

	for (int i = 0; i < MSHV_NUM_CPU_FEATURES_BANKS; i++)
		properties->disabled_processor_features.as_uint64[i] =
			args->pt_cpu_fbanks[i];
	properties->disabled_processor_xsave_features.as_uint64 =
		args->pt_disabled_xsave;
	return 0;
}

static u64 args_creation_flags(u64 flags)
{
	static const struct {
		u64 user;
		u64 hypervisor;
	} map[] = {
		{ BIT_ULL(MSHV_PT_BIT_LAPIC),
		  HV_PARTITION_CREATION_FLAG_LAPIC_ENABLED },
		{ BIT_ULL(MSHV_PT_BIT_X2APIC),
		  HV_PARTITION_CREATION_FLAG_X2APIC_CAPABLE },
		{ BIT_ULL(MSHV_PT_BIT_GPA_SUPER_PAGES),
		  HV_PARTITION_CREATION_FLAG_GPA_SUPER_PAGES_ENABLED },
		{ BIT_ULL(MSHV_PT_BIT_NESTED_VIRTUALIZATION),
		  HV_PARTITION_CREATION_FLAG_NESTED_VIRTUALIZATION_CAPABLE },
		{ BIT_ULL(MSHV_PT_BIT_SMT_ENABLED_GUEST),
		  HV_PARTITION_CREATION_FLAG_SMT_ENABLED_GUEST },
	};
	u64 result = HV_PARTITION_CREATION_FLAG_EXO_PARTITION |
		     HV_PARTITION_CREATION_FLAG_INTERCEPT_MESSAGE_PAGE_ENABLED;

	for (size_t i = 0; i < ARRAY_SIZE(map); i++)
		if (flags & map[i].user)
			result |= map[i].hypervisor;
	return result;
}

/**
 * mshv_partition_args_read() - read the argument of MSHV_CREATE_PARTITION
 * @user_arg: the argument, of either version; a flag of the first version tells
 *	      whether the second follows
 * @in: out: the input of HVCALL_CREATE_PARTITION
 *
 * Context: Process context, may sleep.
 * Return: 0; -EFAULT if it cannot be read; -EINVAL for flags or banks that are not
 *	   known, or reserved bits.
 */
int mshv_partition_args_read(const void __user *user_arg,
			     struct hv_input_create_partition *in)
{
	struct mshv_create_partition_v2 args = {};
	const size_t v1_size = sizeof(struct mshv_create_partition);

	if (copy_from_user(&args, user_arg, v1_size))
		return -EFAULT;
	if (args.pt_flags & ~MSHV_PT_FLAGS_MASK ||
	    args.pt_isolation >= MSHV_PT_ISOLATION_COUNT)
		return -EINVAL;

	*in = (struct hv_input_create_partition){
		.flags = args_creation_flags(args.pt_flags),
		.compatibility_version = HV_COMPATIBILITY_21_H2,
	};
	if (!(args.pt_flags & BIT_ULL(MSHV_PT_BIT_CPU_AND_XSAVE_FEATURES)))
		return 0;

	/* Only what follows the first version: that is not read twice. */
	if (copy_from_user((void *)&args + v1_size, user_arg + v1_size,
			   sizeof(args) - v1_size))
		return -EFAULT;
	return args_copy_features(&args, &in->partition_creation_properties);
}

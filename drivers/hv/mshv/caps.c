// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers of the hypervisor about itself and this partition: the partition type,
 * properties, and the VMM capabilities.
 *
 * The driver finds the partition type by itself: the kernel's own
 * hv_root_partition() and friends are constant false when the core was built
 * without CONFIG_MSHV_ROOT, and an L1VH needs nothing of what that option adds to
 * the core.
 */
#define pr_fmt(fmt) "mshv_root: " fmt

#include <linux/crash_dump.h>
#include <linux/err.h>
#include <linux/printk.h>
#include <kunit/static_stub.h>
#include <asm/mshyperv.h>

#include "hvcall.h"
#include "mshv_root.h"

/* The hypervisor builds that this driver was tried on. */
#define MSHV_VALIDATED_BUILD_MIN	27744
#define MSHV_VALIDATED_BUILD_MAX	27751

/**
 * mshv_partition_classify() - decide what kind of parent partition this is
 * @env: what was found
 * @type: out: the kind, when NULL is returned
 *
 * Context: Any; a pure function of @env.
 * Return: NULL, or why this system cannot be a parent, as a message.
 */
const char *mshv_partition_classify(const struct mshv_environment *env,
				    enum mshv_partition_type *type)
{
	if (!env->on_hypervisor)
		return "not running on the Microsoft Hypervisor";
	if (!(env->privileges & HV_CREATE_PARTITIONS))
		return "this partition may not create partitions (plain guest)";
	/*
	 * A confidential VM must not let its hypervisor talk it into mapping
	 * its memory elsewhere, whatever privileges it is offered.
	 */
	if (env->privileges & HV_ISOLATION)
		return "an isolated partition cannot be a parent";
	if (env->kdump)
		return "a kdump kernel runs no virtual machines";

	if (!(env->privileges & HV_CPU_MANAGEMENT)) {
		*type = MSHV_PARTITION_L1VH;
		return NULL;
	}

	if (!env->core_knows_root)
		return "a root partition needs a kernel built with CONFIG_MSHV_ROOT";
	*type = MSHV_PARTITION_ROOT;
	return NULL;
}

/**
 * mshv_environment_read() - find out what the driver runs in
 * @env: out
 *
 * Context: Process context.
 */
void mshv_environment_read(struct mshv_environment *env)
{
	KUNIT_STATIC_STUB_REDIRECT(mshv_environment_read, env);

	env->on_hypervisor = hv_is_hyperv_initialized() &&
			     !hv_get_hypervisor_version(&env->version);
	env->privileges = ms_hyperv.priv_high;
	env->kdump = is_kdump_kernel();
	env->core_knows_root = IS_ENABLED(CONFIG_MSHV_ROOT);
}

/**
 * mshv_partition_type_start() - probe step: identify partition and hypervisor
 * @root: out: @partition_type and @version
 *
 * Context: Process context.
 * Return: 0, or -ENODEV when this system cannot be a parent; a line in the
 *	   kernel log then says which precondition is missing.
 */
int mshv_partition_type_start(struct mshv_root *root)
{
	struct mshv_environment env;
	const char *refusal;
	u32 build;

	KUNIT_STATIC_STUB_REDIRECT(mshv_partition_type_start, root);

	mshv_environment_read(&env);
	refusal = mshv_partition_classify(&env, &root->partition_type);
	if (refusal) {
		pr_info("%s\n", refusal);
		return -ENODEV;
	}

	root->version = env.version;
	build = env.version.build_number;
	if (build < MSHV_VALIDATED_BUILD_MIN || build > MSHV_VALIDATED_BUILD_MAX)
		pr_warn("hypervisor build %u is outside the validated range %u..%u\n",
			build, MSHV_VALIDATED_BUILD_MIN, MSHV_VALIDATED_BUILD_MAX);
	return 0;
}

/**
 * mshv_partition_type_name() - a partition type in one word
 * @type: the type
 *
 * Return: "l1vh" or "root".
 */
const char *mshv_partition_type_name(enum mshv_partition_type type)
{
	return type == MSHV_PARTITION_ROOT ? "root" : "l1vh";
}

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

/**
 * mshv_caps_start() - probe step: read the VMM capabilities
 * @root: @partition_type is valid; out: @caps
 *
 * An L1VH cannot do without them: its scheduler is one of them. A root
 * partition can, and goes on with none when the hypervisor does not tell.
 *
 * A hypervisor newer than this driver may have more banks than one; they are
 * none of our business. One that filled none has no capability to offer,
 * whatever the memory of the first bank contains.
 *
 * Context: Process context.
 * Return: 0, or on an L1VH the errno of the hypercall.
 */
int mshv_caps_start(struct mshv_root *root)
{
	struct hv_vmm_capabilities property;
	int ret;

	KUNIT_STATIC_STUB_REDIRECT(mshv_caps_start, root);

	root->caps = (struct mshv_vmm_caps){};

	ret = mshv_get_partition_property_ex(HV_PARTITION_ID_SELF,
					     HV_VMM_CAPABILITIES_PROPERTY,
					     &property, sizeof(property));
	if (ret && root->partition_type == MSHV_PARTITION_L1VH) {
		pr_err("cannot read the VMM capabilities: %pe\n", ERR_PTR(ret));
		return ret;
	}
	if (ret)
		return 0;

	root->caps.known = true;
	if (property.bank_count)
		root->caps.bank0 = property.bank0;
	return 0;
}

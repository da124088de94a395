// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls about children as a whole.
 */
#include "machine/features.h"
#include "child.h"
#include "hypercall.h"

/* What a child may be told to use; not all of it has an effect. */
#define SYNTHETIC_FEATURES	0xffffffffUL

/**
 * call_create_partition() - HvCallCreatePartition
 * @call: the call
 *
 * The properties of the child tell which features of the processor its parent
 * disabled; in CPUID the parent hides them itself. Only partitions without
 * isolation are made.
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER, or as
 * child_create().
 */
enum hv_status call_create_partition(struct hypercall *call)
{
	const struct hv_in_create_partition *in = call->input;
	enum hv_status status;

	if ((in->flags & ~HV_CREATE_FLAGS) || !(in->flags & HV_CREATE_EXO) ||
	    in->padding || in->proximity_flags || in->isolation ||
	    in->compatibility < HV_COMPATIBILITY_MIN ||
	    in->compatibility > HV_COMPATIBILITY_MAX)
		return HV_STATUS_INVALID_PARAMETER;
	status = child_create(in, call->output);
	stats_show_children();
	return status;
}

/**
 * call_initialize_partition() - HvCallInitializePartition
 * @call: the call
 *
 * Return: as child_initialize().
 */
enum hv_status call_initialize_partition(struct hypercall *call)
{
	return child_initialize(*(const u64 *)call->input);
}

/**
 * call_finalize_partition() - HvCallFinalizePartition
 * @call: the call
 *
 * Return: as child_finalize().
 */
enum hv_status call_finalize_partition(struct hypercall *call)
{
	return child_finalize(*(const u64 *)call->input);
}

/**
 * call_delete_partition() - HvCallDeletePartition
 * @call: the call
 *
 * Return: as child_delete().
 */
enum hv_status call_delete_partition(struct hypercall *call)
{
	enum hv_status status = child_delete(*(const u64 *)call->input);

	stats_show_children();
	return status;
}

/* Without tracking no page may be left of which something is not noted. */
static enum hv_status check_tracking(const struct child *child, u64 value)
{
	return value || child_npt_all_accessed(child) ?
	       HV_STATUS_SUCCESS : HV_STATUS_OPERATION_DENIED;
}

static enum hv_status check_frozen(const struct child *child, u64 value)
{
	return child->time_freeze ? HV_STATUS_SUCCESS :
				    HV_STATUS_INVALID_PARTITION_STATE;
}

/* A property that can be set; without functions for that it is a word */
static const struct property {
	u32 code;
	u32 offset;			/* of the word, in struct child */
	u64 max;			/* also the mask of what may be set */
	bool early;			/* only before initialization */
	enum hv_status (*check)(const struct child *child, u64 value);
	u64 (*get)(const struct child *child);
	void (*set)(struct child *child, u64 value);
} properties[] = {
	{
		.code = HV_PROPERTY_SYNTHETIC_FEATURES,
		.offset = offsetof(struct child, synthetic_features),
		.max = SYNTHETIC_FEATURES,
		.early = true,
	}, {
		.code = HV_PROPERTY_TIME_FREEZE,
		.offset = offsetof(struct child, time_freeze),
		.max = 1,
		.set = child_time_freeze,
	}, {
		.code = HV_PROPERTY_REFERENCE_TIME,
		.max = ~0UL,
		.check = check_frozen,
		.get = child_reference_get,
		.set = child_reference_set,
	}, {
		.code = HV_PROPERTY_PAGE_ACCESS_TRACKING,
		.offset = offsetof(struct child, page_access_tracking),
		.max = 1,
		.check = check_tracking,
	}, {
		.code = HV_PROPERTY_PROCESSORS_PER_SOCKET,
		.offset = offsetof(struct child, processors_per_socket),
		.max = MAX_CHILD_VPS,
		.early = true,
	}, {
		.code = HV_PROPERTY_UNIMPLEMENTED_MSR_ACTION,
		.offset = offsetof(struct child, unimplemented_msr_action),
		.max = HV_UNIMPLEMENTED_MSR_IGNORE,
	},
};

static const struct property *find_property(u32 code)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(properties); i++)
		if (properties[i].code == code)
			return &properties[i];
	return NULL;
}

static u64 *word_of(struct child *child, const struct property *property)
{
	return (void *)child + property->offset;
}

static u64 get_value(struct child *child, const struct property *property)
{
	return property->get ? property->get(child) : *word_of(child, property);
}

static void set_value(struct child *child, const struct property *property,
		      u64 value)
{
	if (property->set)
		property->set(child, value);
	else
		*word_of(child, property) = value;
}

static enum hv_status get_constant(const struct child *child, u32 code,
				   u64 *value)
{
	u32 bank = code - HV_PROPERTY_PROCESSOR_FEATURES0;

	if (processor_property(code, value))
		return HV_STATUS_SUCCESS;
	switch (code) {
	case HV_PROPERTY_PRIVILEGE_FLAGS:
		*value = child_privileges(child);
		return HV_STATUS_SUCCESS;
	case HV_PROPERTY_COMPATIBILITY_VERSION:
		*value = child->compatibility;
		return HV_STATUS_SUCCESS;
	case HV_PROPERTY_GUEST_OS_ID:
		*value = child->guest_os_id;
		return HV_STATUS_SUCCESS;
	case HV_PROPERTY_PROCESSOR_FEATURES0:
	case HV_PROPERTY_PROCESSOR_FEATURES1:
		*value = processor_features(bank) &
			 ~child->disabled_features[bank];
		return HV_STATUS_SUCCESS;
	case HV_PROPERTY_XSAVE_FEATURES:
		*value = child_xsave_features(child);
		return HV_STATUS_SUCCESS;
	case HV_PROPERTY_XSAVE_STATES:
		*value = child_xsave_states(child);
		return HV_STATUS_SUCCESS;
	case HV_PROPERTY_XSAVE_MAX_SIZE:
		*value = child_xsave_size(child_xsave_states(child));
		return HV_STATUS_SUCCESS;
	}
	return HV_STATUS_UNKNOWN_PROPERTY;
}

/**
 * child_get_property() - Read a property of a child
 * @id: its id
 * @code: HV_PROPERTY_*
 * @value: set to its value
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARTITION_ID or
 * HV_STATUS_UNKNOWN_PROPERTY.
 */
enum hv_status child_get_property(u64 id, u32 code, u64 *value)
{
	const struct property *property = find_property(code);
	enum hv_status status = HV_STATUS_SUCCESS;
	struct child *child;

	spin_lock(&children_lock);
	child = child_find(id);
	if (!child)
		status = HV_STATUS_INVALID_PARTITION_ID;
	else if (property)
		*value = get_value(child, property);
	else
		status = get_constant(child, code, value);
	spin_unlock(&children_lock);
	return status;
}

/* Values of the knob */
enum { COMPLETE_AT_ONCE, COMPLETE_LATER, COMPLETE_WHEN_TURNED };

/* The property is set at once; what comes later is the word about it. */
static enum hv_status complete_later(struct child *child)
{
	const struct hv_async_completion completion = {
		.partition_id = child->id,
		.status = HV_STATUS_SUCCESS,
		.completion_count = 1,
	};
	struct message *message = &child->completion;

	message->type = HV_MESSAGE_ASYNC_COMPLETION;
	message->sender = child->id;
	message->size = sizeof(completion);
	memcpy(message->payload, &completion, sizeof(completion));
	if (knobs.async_properties == COMPLETE_WHEN_TURNED)
		child->completion_held = true;
	else
		message_post(message);
	return HV_STATUS_CALL_PENDING;
}

/**
 * completions_release() - Send what the knob does not hold back any more
 *
 * Context: children_lock not held.
 */
void completions_release(void)
{
	u32 i;

	if (knobs.async_properties == COMPLETE_WHEN_TURNED)
		return;
	spin_lock(&children_lock);
	for (i = 0; i < MAX_CHILDREN; i++)
		if (children[i] && children[i]->completion_held) {
			children[i]->completion_held = false;
			message_post(&children[i]->completion);
		}
	spin_unlock(&children_lock);
}

static enum hv_status set_property(struct child *child, u32 code, u64 value)
{
	const struct property *property = find_property(code);
	u64 constant;

	if (!child)
		return HV_STATUS_INVALID_PARTITION_ID;
	if (code == HV_PROPERTY_PRIVILEGE_FLAGS && child->state != CHILD_CREATED)
		return HV_STATUS_INVALID_PARTITION_STATE;
	if (!property)
		return get_constant(child, code, &constant) ?
		       HV_STATUS_UNKNOWN_PROPERTY : HV_STATUS_OPERATION_DENIED;
	if (child->state == CHILD_FINALIZED ||
	    (property->early && child->state != CHILD_CREATED))
		return HV_STATUS_INVALID_PARTITION_STATE;
	if (child->completion_held)
		return HV_STATUS_OBJECT_IN_USE;
	if (value > property->max)
		return HV_STATUS_VALUE_OUT_OF_RANGE;
	if (property->check) {
		enum hv_status status = property->check(child, value);

		if (status)
			return status;
	}

	set_value(child, property, value);
	return knobs.async_properties == COMPLETE_AT_ONCE ?
	       HV_STATUS_SUCCESS : complete_later(child);
}

/**
 * call_set_partition_property() - HvCallSetPartitionProperty
 * @call: the call
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_CALL_PENDING (knob),
 * HV_STATUS_INVALID_PARAMETER (reserved field), HV_STATUS_INVALID_PARTITION_ID,
 * HV_STATUS_INVALID_PARTITION_STATE, HV_STATUS_OBJECT_IN_USE (another call is
 * pending), HV_STATUS_UNKNOWN_PROPERTY, HV_STATUS_OPERATION_DENIED (read only,
 * or something is in the way) or HV_STATUS_VALUE_OUT_OF_RANGE.
 */
enum hv_status call_set_partition_property(struct hypercall *call)
{
	const struct hv_in_set_partition_property *in = call->input;
	enum hv_status status;
	struct child *child;

	if (in->padding)
		return HV_STATUS_INVALID_PARAMETER;
	spin_lock(&children_lock);
	while (in->code == HV_PROPERTY_TIME_FREEZE && in->value &&
	       (child = child_find(in->partition_id)) &&
	       !child_time_stops(child)) {
		spin_unlock(&children_lock);
		cpu_relax();
		spin_lock(&children_lock);
	}
	status = set_property(child_find(in->partition_id), in->code,
			      in->value);
	spin_unlock(&children_lock);
	return status;
}

static enum hv_status install(struct child *child,
			      const struct hv_in_install_intercept *in)
{
	u32 exceptions = (u32)BIT(in->parameter & 31);

	switch (in->type) {
	case HV_INTERCEPT_EXCEPTION:
		if (in->parameter > 31)
			return HV_STATUS_INVALID_PARAMETER;
		child->exceptions = in->access ?
				    child->exceptions | exceptions :
				    child->exceptions & ~exceptions;
		return HV_STATUS_SUCCESS;
	case HV_INTERCEPT_HYPERCALL:
	case HV_INTERCEPT_UNKNOWN_CONNECTION:
		if (in->access & ~HV_INTERCEPT_ACCESS_EXECUTE)
			return HV_STATUS_INVALID_PARAMETER;
		child->intercepts[in->type] = in->access;
		return HV_STATUS_SUCCESS;
	case HV_INTERCEPT_IO_PORT:
	case HV_INTERCEPT_MSR:
	case HV_INTERCEPT_CPUID:
		child->intercepts[in->type] = in->access;
		return HV_STATUS_SUCCESS;
	}
	return HV_STATUS_INVALID_PARAMETER;
}

/**
 * call_install_intercept() - HvCallInstallIntercept
 * @call: the call
 *
 * The parameter of ports and CPUID leaves is not looked at: an intercept is for
 * all of them.
 *
 * Return: HV_STATUS_SUCCESS, HV_STATUS_INVALID_PARAMETER,
 * HV_STATUS_INVALID_PARTITION_ID or HV_STATUS_INVALID_PARTITION_STATE.
 */
enum hv_status call_install_intercept(struct hypercall *call)
{
	const struct hv_in_install_intercept *in = call->input;
	enum hv_status status;
	struct child *child;

	if (in->access & ~(HV_INTERCEPT_ACCESS_READ |
			   HV_INTERCEPT_ACCESS_WRITE |
			   HV_INTERCEPT_ACCESS_EXECUTE))
		return HV_STATUS_INVALID_PARAMETER;
	status = child_get_active(in->partition_id, &child);
	if (status)
		return status;
	status = install(child, in);
	spin_unlock(&children_lock);
	return status;
}

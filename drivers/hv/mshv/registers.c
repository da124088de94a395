// SPDX-License-Identifier: GPL-2.0-only
/* Reading and writing the registers of virtual processors. */
#include <linux/string.h>
#include <asm/mshyperv.h>

#include "hvcall.h"
#include "registers.h"

/* A repeated call over an array of registers. */
struct register_call {
	struct mshv_hvcall_reps call;
	u64 partition_id;
	u32 vp_index;
	struct hv_register_assoc *out;
	const struct hv_register_assoc *in;
};

static void get_fill(const struct mshv_hvcall_reps *call, void *in, u16 n)
{
	const struct register_call *get =
		container_of_const(call, struct register_call, call);
	struct hv_input_get_vp_registers *input = in;

	*input = (struct hv_input_get_vp_registers){
		.partition_id = get->partition_id,
		.vp_index = get->vp_index,
	};
	for (u16 i = 0; i < n; i++)
		input->names[i] = get->out[call->done + i].name;
}

static void get_collect(struct mshv_hvcall_reps *call, const void *out, u16 n)
{
	struct register_call *get = container_of(call, struct register_call, call);
	const union hv_register_value *values = out;

	for (u16 i = 0; i < n; i++)
		get->out[call->done + i].value = values[i];
}

/**
 * mshv_get_vp_registers() - read registers of a VP
 * @partition_id: the partition
 * @vp_index: the VP
 * @count: how many registers
 * @registers: in: names; out: values
 *
 * Context: Any, after mshv_hvcall_start().
 * Return: 0, or the errno for the hypercall's status: -EINVAL for a register,
 *	   VP or partition that does not exist.
 */
int mshv_get_vp_registers(u64 partition_id, u32 vp_index, u16 count,
			  struct hv_register_assoc *registers)
{
	struct register_call get = {
		.call = {
			.code	 = HVCALL_GET_VP_REGISTERS,
			.pool	 = MSHV_NO_POOL,
			.count	 = count,
			.batch	 = HV_HYP_PAGE_SIZE /
				   sizeof(union hv_register_value),
			.fill	 = get_fill,
			.collect = get_collect,
		},
		.partition_id = partition_id,
		.vp_index = vp_index,
		.out = registers,
	};

	return mshv_hvcall_reps(&get.call);
}

static void set_fill(const struct mshv_hvcall_reps *call, void *in, u16 n)
{
	const struct register_call *set =
		container_of_const(call, struct register_call, call);
	struct hv_input_set_vp_registers *input = in;

	*input = (struct hv_input_set_vp_registers){
		.partition_id = set->partition_id,
		.vp_index = set->vp_index,
	};
	memcpy(input->elements, set->in + call->done,
	       n * sizeof(input->elements[0]));
}

/**
 * mshv_set_vp_registers() - write registers of a VP, in order
 * @partition_id: the partition
 * @vp_index: the VP
 * @count: how many registers
 * @registers: names and values
 *
 * Context: Any, after mshv_hvcall_start().
 * Return: 0, or the errno for the hypercall's status: -EINVAL for a register,
 *	   VP or partition that does not exist, or a value that the register
 *	   cannot have. Registers before the one that failed have been written.
 */
int mshv_set_vp_registers(u64 partition_id, u32 vp_index, u16 count,
			  const struct hv_register_assoc *registers)
{
	struct register_call set = {
		.call = {
			.code	= HVCALL_SET_VP_REGISTERS,
			.pool	= MSHV_NO_POOL,
			.count	= count,
			.batch	= (HV_HYP_PAGE_SIZE -
				   sizeof(struct hv_input_set_vp_registers)) /
				  sizeof(struct hv_register_assoc),
			.fill	= set_fill,
		},
		.partition_id = partition_id,
		.vp_index = vp_index,
		.in = registers,
	};

	return mshv_hvcall_reps(&set.call);
}

/**
 * mshv_get_vp_register() - read one 64-bit register of a VP
 * @partition_id: the partition
 * @vp_index: the VP
 * @name: the register, HV_REGISTER_* or HV_X64_REGISTER_*
 * @value: out, on success only
 *
 * Context: Any, after mshv_hvcall_start().
 * Return: see mshv_get_vp_registers().
 */
int mshv_get_vp_register(u64 partition_id, u32 vp_index, u32 name, u64 *value)
{
	struct hv_register_assoc reg = { .name = name };
	int ret = mshv_get_vp_registers(partition_id, vp_index, 1, &reg);

	if (!ret)
		*value = reg.value.reg64;
	return ret;
}

/**
 * mshv_set_vp_register() - write one 64-bit register of a VP
 * @partition_id: the partition
 * @vp_index: the VP
 * @name: the register, HV_REGISTER_* or HV_X64_REGISTER_*
 * @value: the value
 *
 * Context: Any, after mshv_hvcall_start().
 * Return: see mshv_set_vp_registers().
 */
int mshv_set_vp_register(u64 partition_id, u32 vp_index, u32 name, u64 value)
{
	const struct hv_register_assoc reg = {
		.name = name,
		.value.reg64 = value,
	};

	return mshv_set_vp_registers(partition_id, vp_index, 1, &reg);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSHV_ROOT_HVCALL passes on what include/uapi/linux/mshv.h says, refuses the
 * rest, and reports truly how far it came.
 */
#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/misuse.h"
#include "lib/vp.h"

static __guest void do_nothing(__u64 unused)
{
	halt();
}

/* A request that is fine but for one field of it */
static const struct {
	const char *name;
	struct mshv_root_hvcall args;	/* what is added to a good request */
	bool no_input, no_output;
	int expected;
} requests[] = {
	{ "nothing wrong", {}, .expected = 0 },
	{ "status", { .status = 1 }, .expected = -EINVAL },
	{ "first reserved byte", { .rsvd = { 1 } }, .expected = -EINVAL },
	{ "last reserved byte", { .rsvd = { 0, 0, 0, 0, 0, 1 } },
	  .expected = -EINVAL },
	{ "no input", {}, .no_input = true, .expected = -EINVAL },
	{ "size without output", {}, .no_output = true, .expected = -EINVAL },
	{ "input too long", { .in_sz = PAGE_SIZE }, .expected = -EINVAL },
	{ "output too long", { .out_sz = PAGE_SIZE }, .expected = -EINVAL },
	{ "repetitions", { .reps = 1 }, .expected = -EINVAL },
};

static int ask_capabilities(int fd, const struct mshv_root_hvcall *add,
			    bool no_input, bool no_output)
{
	static char out[2 * PAGE_SIZE];
	struct hv_get_property_ex in = { .code = HV_PROPERTY_VMM_CAPABILITIES };
	struct mshv_root_hvcall args = *add;

	args.code = HVCALL_GET_PARTITION_PROPERTY_EX;
	args.in_sz += sizeof(in);
	args.out_sz += 16;
	args.in_ptr = no_input ? 0 : (uintptr_t)&in;
	args.out_ptr = no_output ? 0 : (uintptr_t)out;
	return try(fd, MSHV_ROOT_HVCALL, &args);
}

TEST_F(guest, hvcall_fields)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++)
		EXPECT_TRUE(comes_of(requests[i].name, requests[i].expected,
				     ask_capabilities(self->vm->device,
						      &requests[i].args,
						      requests[i].no_input,
						      requests[i].no_output)));
}

TEST_F(guest, hvcall_short_input)
{
	__u64 in[2] = {}, out;
	struct mshv_root_hvcall args = {
		.code = HVCALL_GET_PARTITION_PROPERTY,
		.in_ptr = (uintptr_t)in,
		.out_sz = sizeof(out),
		.out_ptr = (uintptr_t)&out,
	};

	for (args.in_sz = 0; args.in_sz < 8; args.in_sz++)
		EXPECT_EQ(-EINVAL, hvcall(self->vm->device, &args));
}

TEST_F(guest, hvcall_output_without_size)
{
	struct hv_get_property in = {};
	__u64 out;
	struct mshv_root_hvcall args = {
		.code = HVCALL_GET_PARTITION_PROPERTY,
		.in_sz = sizeof(in),
		.in_ptr = (uintptr_t)&in,
		.out_ptr = (uintptr_t)&out,
	};

	EXPECT_EQ(-EINVAL, hvcall(self->vm->device, &args));
}

TEST_F(guest, hvcall_bad_addresses)
{
	struct hv_get_property_ex in = { .code = HV_PROPERTY_VMM_CAPABILITIES };
	struct mshv_root_hvcall good = {
		.code = HVCALL_GET_PARTITION_PROPERTY_EX,
		.in_sz = sizeof(in),
		.in_ptr = (uintptr_t)&in,
		.out_sz = 16,
		.out_ptr = 1,
	}, args = good;

	EXPECT_EQ(-EFAULT, hvcall(self->vm->device, &args));
	args = good;
	args.in_ptr = 1;
	EXPECT_EQ(-EFAULT, hvcall(self->vm->device, &args));
	EXPECT_EQ(-EFAULT, try(self->vm->device, MSHV_ROOT_HVCALL,
			       BAD_ADDRESS));
}

static const struct {
	const char *name;
	__u16 code;
	int kinds;
} calls[] = {
	{ "get property", HVCALL_GET_PARTITION_PROPERTY,
	  DEVICE | PARTITION | VP },
	{ "get property ex", HVCALL_GET_PARTITION_PROPERTY_EX,
	  DEVICE | PARTITION | VP },
	{ "set property", HVCALL_SET_PARTITION_PROPERTY, PARTITION },
	{ "install intercept", HVCALL_INSTALL_INTERCEPT, PARTITION | VP },
	{ "get registers", HVCALL_GET_VP_REGISTERS, PARTITION | VP },
	{ "set registers", HVCALL_SET_VP_REGISTERS, PARTITION | VP },
	{ "translate", HVCALL_TRANSLATE_VIRTUAL_ADDRESS, PARTITION | VP },
	{ "clear interrupt", HVCALL_CLEAR_VIRTUAL_INTERRUPT, PARTITION | VP },
	{ "intercept result", HVCALL_REGISTER_INTERCEPT_RESULT,
	  PARTITION | VP },
	{ "assert interrupt", HVCALL_ASSERT_VIRTUAL_INTERRUPT, PARTITION | VP },
	{ "access states", HVCALL_GET_GPA_PAGES_ACCESS_STATES, PARTITION | VP },
	{ "signal event", HVCALL_SIGNAL_EVENT_DIRECT, PARTITION | VP },
	{ "post message", HVCALL_POST_MESSAGE_DIRECT, PARTITION | VP },
	{ "CPUID values", HVCALL_GET_VP_CPUID_VALUES, PARTITION | VP },
	{ "create partition", HVCALL_CREATE_PARTITION, 0 },
	{ "deposit", HVCALL_DEPOSIT_MEMORY, 0 },
	{ "map pages", HVCALL_MAP_GPA_PAGES, 0 },
	{ "dispatch", HVCALL_DISPATCH_VP, 0 },
	{ "number 0", 0, 0 },
	{ "highest number", 0xffff, 0 },
};

/*
 * An input that cannot be read tells a call that is allowed, and whose input is
 * therefore looked for, from one that is not. No hypercall is made.
 */
TEST_F(guest, hvcalls_are_allowed_where_they_should)
{
	struct vp *vp = vp_new(self->vm, 0);
	const int fds[] = { self->vm->device, self->vm->fd, vp->fd };
	size_t i, kind;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		for (kind = 0; kind < ARRAY_SIZE(fds); kind++) {
			struct mshv_root_hvcall args = {
				.code = calls[i].code,
				.in_sz = 8,
				.in_ptr = 1,
			};

			EXPECT_TRUE(comes_of(calls[i].name,
					     calls[i].kinds & 1 << kind ?
					     -EFAULT : -EINVAL,
					     hvcall(fds[kind], &args)));
		}
	}
}

/* A refusal by the hypervisor leaves its status, one by the driver none. */
TEST_F(guest, hvcall_reports_the_status)
{
	struct hv_vp_registers in = { .vp_index = 200 };
	__u32 names[] = { HV_REG_RIP };
	char buffer[sizeof(in) + sizeof(names)];
	union hv_value out = {};
	struct mshv_root_hvcall args = {
		.code = HVCALL_GET_VP_REGISTERS,
		.reps = 1,
		.in_sz = sizeof(buffer),
		.in_ptr = (uintptr_t)buffer,
		.out_sz = sizeof(out),
		.out_ptr = (uintptr_t)&out,
	};

	memcpy(buffer, &in, sizeof(in));
	memcpy(buffer + sizeof(in), names, sizeof(names));
	EXPECT_EQ(-EINVAL, hvcall(self->vm->fd, &args));
	EXPECT_NE(0, args.status);
	EXPECT_EQ(0, args.reps);
}

/* Of many registers one is wrong: those before it count as done. */
TEST_F(guest, hvcall_reports_repetitions)
{
	struct vp *vp = vp_new(self->vm, 0);
	struct {
		struct hv_vp_registers head;
		struct hv_register registers[3];
	} in = {
		.registers = {
			{ .name = HV_REG_RBX, .value.u64 = 1 },
			{ .name = HV_REG_RCX, .value.u64 = 2 },
			{ .name = 0xfffffff0 },
		},
	};
	struct mshv_root_hvcall args = {
		.code = HVCALL_SET_VP_REGISTERS,
		.reps = 3,
		.in_sz = sizeof(in),
		.in_ptr = (uintptr_t)&in,
	};

	EXPECT_EQ(-EINVAL, hvcall(vp->fd, &args));
	EXPECT_NE(0, args.status);
	EXPECT_EQ(2, args.reps);
	EXPECT_EQ(1, vp_get(vp, HV_REG_RBX));
	EXPECT_EQ(2, vp_get(vp, HV_REG_RCX));
}

/* The partition id in the input is nobody's business but the driver's. */
TEST_F(guest, hvcall_reaches_no_other_partition)
{
	struct vm *other = vm_new();
	struct vp *mine = vp_new(self->vm, 0);
	struct vp *theirs = vp_new(other, 0);
	struct {
		struct hv_vp_registers head;
		struct hv_register reg;
	} in = {
		.reg = { .name = HV_REG_RBX, .value.u64 = 0x5555 },
	};
	struct mshv_root_hvcall args = {
		.code = HVCALL_SET_VP_REGISTERS,
		.reps = 1,
		.in_sz = sizeof(in),
		.in_ptr = (uintptr_t)&in,
	};

	vp_start(theirs, do_nothing, 0);
	ASSERT_TRUE(vp_halts(theirs));
	vp_set(theirs, HV_REG_RBX, 1);
	in.head.partition_id = theirs->message.sender;
	ASSERT_EQ(0, hvcall(self->vm->fd, &args));
	EXPECT_EQ(1, vp_get(theirs, HV_REG_RBX));
	EXPECT_EQ(0x5555, vp_get(mine, HV_REG_RBX));
}

TEST_HARNESS_MAIN

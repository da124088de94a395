// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers that the VMM gives once and for all, so that it is not asked: about
 * CPUID, and about MSRs that the hypervisor does not have. And time that stands
 * still.
 */
#include <pthread.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/host.h"
#include "lib/misuse.h"
#include "lib/require.h"
#include "lib/vp.h"

#define PORT		0x80
#define LEAF		5		/* zero: the guest has no MONITOR */
#define NO_MSR		0x12345
#define OTHER_MSR	0x12346

static int call(struct vp *vp, __u16 code, void *in, __u16 size)
{
	struct mshv_root_hvcall args = {
		.code = code,
		.in_sz = size,
		.in_ptr = (uintptr_t)in,
	};

	return hvcall(vp->fd, &args);
}

static int answer_cpuid(struct vp *vp, const struct hv_cpuid_result *result)
{
	struct hv_cpuid_result in = *result;

	in.vp_index = vp->index;
	in.type = HV_INTERCEPT_CPUID;
	return call(vp, HVCALL_REGISTER_INTERCEPT_RESULT, &in, sizeof(in));
}

static int answer_msr(struct vp *vp, __u32 msr, __u32 access, __u32 action)
{
	struct hv_msr_result in = {
		.vp_index = vp->index,
		.type = HV_INTERCEPT_MSR,
		.msr = msr,
		.access_mask = access,
		.action = action,
	};

	return call(vp, HVCALL_REGISTER_INTERCEPT_RESULT, &in, sizeof(in));
}

static __always_inline __in_guest void show_cpuid(__u32 leaf, __u32 subleaf)
{
	__u32 eax = leaf, ebx, ecx = subleaf, edx;

	asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	out32(PORT, eax);
	out32(PORT, ebx);
	out32(PORT, ecx);
	out32(PORT, edx);
}

static __guest void ask_twice(__u64 leaf)
{
	show_cpuid(leaf, 0);
	show_cpuid(leaf, 1);
	halt();
}

static bool shows(struct vp *vp, __u32 a, __u32 b, __u32 c, __u32 d)
{
	return vp_writes_port(vp, PORT, 4, a) && vp_writes_port(vp, PORT, 4, b) &&
	       vp_writes_port(vp, PORT, 4, c) && vp_writes_port(vp, PORT, 4, d);
}

TEST_F(guest, cpuid_is_answered_without_an_intercept)
{
	struct vp *vp = vp_new(self->vm, 0), *other = vp_new(self->vm, 1);
	const struct hv_cpuid_result all = {
		.leaf = LEAF,
		.eax = { 0x11111111, ~0 }, .ebx = { 0x22222222, ~0 },
		.ecx = { 0x33333333, ~0 }, .edx = { 0x44444444, 0xffff },
	};
	const struct hv_cpuid_result second = {
		.leaf = LEAF, .subleaf = 1, .subleaf_specific = 1,
		.ebx = { 0x55555555, ~0 },
	};
	static const __u32 asked[4] = { 1, 2, 3, 4 };

	vm_intercept(self->vm, HV_INTERCEPT_CPUID, HV_INTERCEPT_MASK_EXECUTE, 0);
	ASSERT_EQ(0, answer_cpuid(vp, &all));
	ASSERT_EQ(0, answer_cpuid(vp, &second));
	vp_start(vp, ask_twice, LEAF);
	/* Only what is in the mask is changed, and all of the leaf is zero. */
	ASSERT_TRUE(shows(vp, 0x11111111, 0x22222222, 0x33333333, 0x4444));
	ASSERT_TRUE(shows(vp, 0, 0x55555555, 0, 0));
	ASSERT_TRUE(vp_halts(vp));

	/* It is the answer for one VP; the others ask. */
	vp_start(other, ask_twice, LEAF);
	ASSERT_TRUE(vp_asks_cpuid(other, LEAF, asked));
	ASSERT_TRUE(shows(other, 1, 2, 3, 4));
	ASSERT_TRUE(vp_asks_cpuid(other, LEAF, asked));
}

TEST_F(guest, answers_can_be_asked_for)
{
	struct vp *vp = vp_new(self->vm, 0);
	const struct hv_cpuid_result result = {
		.leaf = LEAF, .ecx = { 0xabcd, ~0 },
	};
	struct hv_cpuid_values in = {
		.vp_index = 0,
		.leaves = { { .leaf = LEAF }, { .leaf = 0x4fffffff } },
	};
	__u32 out[2][4];
	struct mshv_root_hvcall args = {
		.code = HVCALL_GET_VP_CPUID_VALUES,
		.reps = 2,
		.in_sz = sizeof(in),
		.out_sz = sizeof(out),
		.in_ptr = (uintptr_t)&in,
		.out_ptr = (uintptr_t)out,
	}, again = args;

	ASSERT_EQ(0, answer_cpuid(vp, &result));
	ASSERT_EQ(0, hvcall(vp->fd, &args));
	EXPECT_EQ(2, args.reps);
	EXPECT_EQ(0, out[0][2]);
	in.flags = HV_CPUID_VALUES_REGISTERED;
	ASSERT_EQ(0, hvcall(vp->fd, &again));
	EXPECT_EQ(0xabcd, out[0][2]);
	EXPECT_EQ(0, out[0][0]);
}

/* More answers than there is memory for: the driver deposits it. */
TEST_F(guest, many_answers_are_kept)
{
	struct vp *vp = vp_new(self->vm, 0);
	struct hv_cpuid_result result = { .eax = { .mask = ~0 } };
	__u32 i;

	for (i = 0; i < 1000; i++) {
		result.leaf = 0x80001000 + i;
		result.eax.value = i;
		ASSERT_EQ(0, answer_cpuid(vp, &result));
	}
	vp_start(vp, ask_twice, 0x80001000 + 999);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 999));
}

static __guest void use_msrs(__u64 unused)
{
	write_msr(NO_MSR, 1);
	out32(PORT, read_msr(NO_MSR));
	write_msr(OTHER_MSR, 1);
	out32(PORT, read_msr(OTHER_MSR));
	halt();
}

TEST_F(guest, absent_msrs_fault)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start(vp, use_msrs, 0);
	ASSERT_TRUE(vp_crashes(vp));
}

TEST_F(guest, absent_msrs_are_ignored)
{
	struct vp *vp = vp_new(self->vm, 0);

	ASSERT_EQ(0, vm_set_property(self->vm,
				     HV_PROPERTY_UNIMPLEMENTED_MSR_ACTION,
				     HV_MSR_IGNORE));
	vp_start(vp, use_msrs, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));
	ASSERT_TRUE(vp_halts(vp));
	EXPECT_EQ(-EINVAL, vm_set_property(self->vm,
					   HV_PROPERTY_UNIMPLEMENTED_MSR_ACTION,
					   HV_MSR_IGNORE + 1));
}

/* An answer for one of them, an intercept for the others */
TEST_F(guest, one_absent_msr_is_ignored)
{
	const __u32 both = HV_INTERCEPT_MASK_READ | HV_INTERCEPT_MASK_WRITE;
	struct vp *vp = vp_new(self->vm, 0);

	vm_intercept(self->vm, HV_INTERCEPT_MSR, both, 0);
	ASSERT_EQ(0, answer_msr(vp, NO_MSR, both, HV_MSR_IGNORE));
	vp_start(vp, use_msrs, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));
	ASSERT_TRUE(vp_writes_msr(vp, OTHER_MSR, 1));
	ASSERT_TRUE(vp_reads_msr(vp, OTHER_MSR, 0x77));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0x77));

	/* And the other way round: this one faults. */
	ASSERT_EQ(0, answer_msr(vp, NO_MSR, both, HV_MSR_FAULT));
	vp_start(vp, use_msrs, 0);
	ASSERT_TRUE(vp_crashes(vp));
}

/* An answer to one kind of access is none to the other. */
TEST_F(guest, only_reads_are_ignored)
{
	struct vp *vp = vp_new(self->vm, 0);

	vm_intercept(self->vm, HV_INTERCEPT_MSR,
		     HV_INTERCEPT_MASK_READ | HV_INTERCEPT_MASK_WRITE, 0);
	ASSERT_EQ(0, answer_msr(vp, NO_MSR, HV_INTERCEPT_MASK_READ,
				HV_MSR_IGNORE));
	vp_start(vp, use_msrs, 0);
	ASSERT_TRUE(vp_writes_msr(vp, NO_MSR, 1));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));
	ASSERT_TRUE(vp_writes_msr(vp, OTHER_MSR, 1));
}

TEST_F(guest, bad_answers_are_refused)
{
	struct vp *vp = vp_new(self->vm, 0);
	const struct hv_cpuid_result bad = { .leaf = LEAF, .padding = 1 };
	struct hv_msr_result type = { .type = 9, .access_mask = 1 };

	EXPECT_EQ(-EINVAL, answer_cpuid(vp, &bad));
	EXPECT_EQ(-EINVAL, answer_msr(vp, NO_MSR, 0, HV_MSR_IGNORE));
	EXPECT_EQ(-EINVAL, answer_msr(vp, NO_MSR, HV_INTERCEPT_MASK_READ, 2));
	EXPECT_EQ(-EINVAL, call(vp, HVCALL_REGISTER_INTERCEPT_RESULT, &type,
				sizeof(type)));
}

static __guest void count_until_told(__u64 unused)
{
	while (!load(GUEST_SCRATCH + 8))
		store(GUEST_SCRATCH, load(GUEST_SCRATCH) + 1);
	halt();
}

static void *run(void *arg)
{
	vp_run(arg);
	return NULL;
}

static bool goes_on(const __u64 *word)
{
	__u64 before = peek(word), end = now_us() + PATIENCE_US;

	while (peek(word) == before && now_us() < end)
		sleep_us(1000);
	return peek(word) != before;
}

#define FROZEN_US	200000

TEST_F(guest, frozen_time_stands_still)
{
	struct vm *vm = self->vm;
	struct vp *vp = vp_new(vm, 0), *idle = vp_new(vm, 1);
	__u64 *words = vm->ram + GUEST_SCRATCH;
	__u64 per_us = vm_get_property(vm, HV_PROPERTY_PROCESSOR_CLOCK_FREQUENCY) /
		       1000000;
	__u64 count, frozen, thawed, tsc, took;
	pthread_t thread;

	vp_start(vp, count_until_told, 0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, run, vp));
	ASSERT_TRUE(goes_on(words));

	ASSERT_EQ(0, vm_set_property(vm, HV_PROPERTY_TIME_FREEZE, 1));
	EXPECT_EQ(1, vm_get_property(vm, HV_PROPERTY_TIME_FREEZE));
	count = peek(words);
	frozen = vp_get(idle, HV_REG_TSC);
	sleep_us(FROZEN_US);
	EXPECT_EQ(count, peek(words));
	EXPECT_EQ(frozen, vp_get(idle, HV_REG_TSC));

	thawed = now_us();
	ASSERT_EQ(0, vm_set_property(vm, HV_PROPERTY_TIME_FREEZE, 0));
	EXPECT_TRUE(goes_on(words));
	/* The TSC goes on from where it was, and not from where it would be. */
	tsc = vp_get(idle, HV_REG_TSC);
	took = now_us() - thawed;
	EXPECT_LE(frozen, tsc);
	EXPECT_GE(frozen + (took + FROZEN_US / 2) * per_us, tsc);

	__atomic_store_n(words + 1, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	EXPECT_EQ(HV_MSG_HALT, vp->message.type);
	EXPECT_EQ(-EINVAL, vm_set_property(vm, HV_PROPERTY_TIME_FREEZE, 2));
}

/* A VM whose time stands still can be closed like any other. */
TEST_F(guest, frozen_guest_ends)
{
	struct vp *vp = vp_new(self->vm, 0);

	ASSERT_EQ(0, vm_set_property(self->vm, HV_PROPERTY_TIME_FREEZE, 1));
	vp_start(vp, count_until_told, 0);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypervisor's own interface, as a guest sees it: CPUID leaves, MSRs and the
 * hypercall page, as far as the synthetic processor features of the partition
 * allow.
 */
#include <stdint.h>

#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/vp.h"

#define PORT		0x80
#define LEAF_VENDOR	0x40000000
#define LEAF_INTERFACE	0x40000001
#define LEAF_FEATURES	0x40000003

#define HV_INTERFACE	0x31237648	/* "Hv#1" */
#define VENDOR_EBX	0x7263694d	/* "Micr" */
#define VENDOR_ECX	0x666f736f	/* "osof" */
#define VENDOR_EDX	0x76482074	/* "t Hv" */

#define FEATURES	(HV_FEATURE_PRESENT | HV_FEATURE_HV1 |		\
			 HV_FEATURE_HYPERCALL_MSRS |			\
			 HV_FEATURE_VP_INDEX | HV_FEATURE_FREQUENCY_MSRS)

/* In EAX of LEAF_FEATURES */
#define MAY_HYPERCALL	0x0020
#define MAY_VP_INDEX	0x0040
#define MAY_FREQUENCY	0x0800

#define OS_ID		0x8100000000000000
#define ENABLE		1
#define INVALID_CODE	2

static __guest void tell_leaves(__u64 unused)
{
	__u32 out[4];

	cpuid(LEAF_VENDOR, out);
	out32(PORT, out[1]);
	out32(PORT, out[2]);
	out32(PORT, out[3]);
	cpuid(LEAF_INTERFACE, out);
	out32(PORT, out[0]);
	cpuid(LEAF_FEATURES, out);
	out32(PORT, out[0]);
	halt();
}

TEST_F(guest, hypervisor_says_who_it_is)
{
	const __u32 some = MAY_HYPERCALL | MAY_VP_INDEX | MAY_FREQUENCY;
	struct vm *vm = vm_new_enlightened(0, FEATURES);
	struct vp *vp = vp_new(vm, 0);

	vp_start(vp, tell_leaves, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, VENDOR_EBX));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, VENDOR_ECX));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, VENDOR_EDX));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, HV_INTERFACE));
	ASSERT_TRUE(vp_runs_into(vp, HV_MSG_IO_PORT));
	EXPECT_EQ(some, vp->message.port.rax & some);
	vp_skip(vp);
	ASSERT_TRUE(vp_halts(vp));
}

TEST_F(guest, hypervisor_hides_without_features)
{
	struct vp *vp = vp_new(self->vm, 0);
	int i;

	vp_start(vp, tell_leaves, 0);
	for (i = 0; i < 5; i++)
		ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));
	ASSERT_TRUE(vp_halts(vp));
}

static __guest void read_one(__u64 msr)
{
	__u64 value = read_msr(msr);

	out32(PORT, value);
	out32(PORT, value >> 32);
	halt();
}

/* Without the feature it is as any MSR that nobody has: the VMM's business. */
TEST_F(guest, msrs_are_there_if_their_feature_is)
{
	static const struct {
		__u32 msr;
		__u64 feature;
	} msrs[] = {
		{ HV_MSR_GUEST_OS_ID,	 HV_FEATURE_HYPERCALL_MSRS },
		{ HV_MSR_HYPERCALL,	 HV_FEATURE_HYPERCALL_MSRS },
		{ HV_MSR_VP_INDEX,	 HV_FEATURE_VP_INDEX },
		{ HV_MSR_TSC_FREQUENCY,	 HV_FEATURE_FREQUENCY_MSRS },
		{ HV_MSR_APIC_FREQUENCY, HV_FEATURE_FREQUENCY_MSRS },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(msrs); i++) {
		struct vm *with = vm_new_enlightened(0, FEATURES);
		struct vm *without = vm_new_enlightened(0, FEATURES &
							   ~msrs[i].feature);
		struct vp *vp = vp_new(with, 0);

		vm_intercept(with, HV_INTERCEPT_MSR, HV_INTERCEPT_MASK_READ, 0);
		vp_start(vp, read_one, msrs[i].msr);
		EXPECT_TRUE(vp_runs_into(vp, HV_MSG_IO_PORT));

		vp = vp_new(without, 0);
		vm_intercept(without, HV_INTERCEPT_MSR, HV_INTERCEPT_MASK_READ,
			     0);
		vp_start(vp, read_one, msrs[i].msr);
		EXPECT_TRUE(vp_reads_msr(vp, msrs[i].msr, 0));
	}
}

TEST_F(guest, msrs_tell_index_and_frequencies)
{
	struct vm *vm = vm_new_enlightened(0, FEATURES);
	struct vp *vp = vp_new(vm, 5);
	const struct hv_get_property in = {
		.code = HV_PROPERTY_PROCESSOR_CLOCK_FREQUENCY,
	};
	__u64 hz = 0;
	struct mshv_root_hvcall args = {
		.code = HVCALL_GET_PARTITION_PROPERTY,
		.in_sz = sizeof(in),
		.out_sz = sizeof(hz),
		.in_ptr = (uintptr_t)&in,
		.out_ptr = (uintptr_t)&hz,
	};

	vp_start(vp, read_one, HV_MSR_VP_INDEX);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 5));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0));

	ASSERT_EQ(0, hvcall(vm->fd, &args));
	ASSERT_LT(0, hz);
	vp_start(vp, read_one, HV_MSR_TSC_FREQUENCY);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, hz));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, hz >> 32));
}

static __guest void make_hypercall(__u64 page)
{
	__u64 result;

	write_msr(HV_MSR_GUEST_OS_ID, OS_ID);
	write_msr(HV_MSR_HYPERCALL, page | ENABLE);
	asm volatile("call *%1" : "=a"(result)
		     : "r"(page), "c"(0), "d"(0), "a"(0) : "memory");
	out32(PORT, result);
	halt();
}

/* The page is memory that nobody has touched yet. */
TEST_F(guest, hypercall_page_calls_the_hypervisor)
{
	struct vm *vm = vm_new_enlightened(0, FEATURES);
	struct vp *vp = vp_new(vm, 0);

	vm_add_memory(vm, GUEST_MORE, PAGE_SIZE, REGION_ALL);
	vp_start(vp, make_hypercall, GUEST_MORE);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, INVALID_CODE));
	ASSERT_TRUE(vp_halts(vp));
}

/* The page is the hypervisor's, and lies over whatever is there. */
TEST_F(guest, hypercall_page_needs_no_memory)
{
	struct vm *vm = vm_new_enlightened(0, FEATURES);
	struct vp *vp = vp_new(vm, 0);

	vp_start(vp, make_hypercall, GUEST_MORE);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, INVALID_CODE));
	ASSERT_TRUE(vp_halts(vp));
}

static __guest void call_without_a_page(__u64 unused)
{
	asm volatile("vmmcall" : : "a"(0), "c"(0) : "memory");
	halt();
}

TEST_F(guest, hypercall_needs_the_page)
{
	struct vm *vm = vm_new_enlightened(0, FEATURES);
	struct vp *vp = vp_new(vm, 0);

	vp_start(vp, call_without_a_page, 0);
	ASSERT_TRUE(vp_crashes(vp));
}

static __guest void find_invariant_tsc(__u64 unused)
{
	__u32 out[4];

	write_msr(HV_MSR_TSC_INVARIANT, 1);
	cpuid(0x80000007, out);
	out32(PORT, out[3] >> 8 & 1);
	halt();
}

TEST_F(guest, tsc_is_invariant_for_who_asks)
{
	struct vm *vm = vm_new_enlightened(0, FEATURES);
	struct vp *vp = vp_new(vm, 0);

	vp_start(vp, find_invariant_tsc, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 1));
	ASSERT_TRUE(vp_halts(vp));
}

TEST_HARNESS_MAIN

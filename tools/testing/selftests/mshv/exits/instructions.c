// SPDX-License-Identifier: GPL-2.0-only
/* Instructions that concern the VMM: CPUID, RDMSR, WRMSR, HLT; and crashes. */
#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/vp.h"

#define PORT		0x80
#define CPUID_LEAF	0x40404040
#define UNKNOWN_MSR	0x1234

static __guest void ask_cpuid(__u64 leaf)
{
	__u32 eax = leaf, ebx = 0, ecx = 0, edx = 0;

	asm volatile("cpuid" : "+a"(eax), "+b"(ebx), "+c"(ecx), "+d"(edx));
	out32(PORT, eax);
	out32(PORT, ebx);
	out32(PORT, ecx);
	out32(PORT, edx);
	halt();
}

TEST_F(guest, vmm_answers_cpuid)
{
	const __u32 answer[4] = { 0x11111111, 0x22222222, 0x33333333, 0x4 };
	struct vp *vp = vp_new(self->vm, 0);
	int i;

	vm_intercept(self->vm, HV_INTERCEPT_CPUID, HV_INTERCEPT_MASK_EXECUTE,
		     CPUID_LEAF);
	vp_start(vp, ask_cpuid, CPUID_LEAF);
	ASSERT_TRUE(vp_asks_cpuid(vp, CPUID_LEAF, answer));
	for (i = 0; i < 4 && vp_writes_port(vp, PORT, 4, answer[i]); i++)
		;
	ASSERT_EQ(4, i);
	ASSERT_TRUE(vp_halts(vp));
}

TEST_F(guest, cpuid_without_intercept_stays_in_the_guest)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start(vp, ask_cpuid, 0);
	ASSERT_TRUE(vp_runs_into(vp, HV_MSG_IO_PORT));
	EXPECT_LT(0, (__u32)vp->message.port.rax);
}

static __guest void use_msr(__u64 msr)
{
	__u64 value;

	write_msr(msr, 0x1122334455667788);
	value = read_msr(msr);
	out32(PORT, value);
	out32(PORT, value >> 32);
	halt();
}

TEST_F(guest, vmm_emulates_an_msr)
{
	struct vp *vp = vp_new(self->vm, 0);

	vm_intercept(self->vm, HV_INTERCEPT_MSR,
		     HV_INTERCEPT_MASK_READ | HV_INTERCEPT_MASK_WRITE, 0);
	vp_start(vp, use_msr, UNKNOWN_MSR);
	ASSERT_TRUE(vp_writes_msr(vp, UNKNOWN_MSR, 0x1122334455667788));
	ASSERT_TRUE(vp_reads_msr(vp, UNKNOWN_MSR, 0x99aabbccddeeff00));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0xddeeff00));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0x99aabbcc));
	ASSERT_TRUE(vp_halts(vp));
}

GUEST16(real_use_msr,
	"mov $0x1234, %ecx\n"
	"mov $0x55667788, %eax\n"
	"mov $0x11223344, %edx\n"
	"wrmsr\n"
	"rdmsr\n"
	"outl %eax, $0x80\n"
	"hlt\n");

TEST_F(guest, vmm_emulates_an_msr_in_real_mode)
{
	struct vp *vp = vp_new(self->vm, 0);

	vm_intercept(self->vm, HV_INTERCEPT_MSR,
		     HV_INTERCEPT_MASK_READ | HV_INTERCEPT_MASK_WRITE, 0);
	vp_start_real(vp, real_use_msr, 0);
	ASSERT_TRUE(vp_writes_msr(vp, UNKNOWN_MSR, 0x1122334455667788));
	ASSERT_TRUE(vp_reads_msr(vp, UNKNOWN_MSR, 0x99));
	ASSERT_TRUE(vp_writes_port(vp, PORT, 4, 0x99));
	ASSERT_TRUE(vp_halts(vp));
}

static __guest void do_nothing(__u64 unused)
{
	halt();
}

TEST_F(guest, halt_reaches_the_vmm)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start(vp, do_nothing, 0);
	ASSERT_TRUE(vp_halts(vp));
}

GUEST16(real_do_nothing,
	"hlt\n");

TEST_F(guest, halt_reaches_the_vmm_in_real_mode)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start_real(vp, real_do_nothing, 0);
	ASSERT_TRUE(vp_halts(vp));
}

TEST_F(guest, vp_starts_over_after_a_halt)
{
	struct vp *vp = vp_new(self->vm, 0);
	int i;

	for (i = 0; i < 3; i++) {
		vp_start(vp, do_nothing, 0);
		ASSERT_TRUE(vp_halts(vp));
		vp_start_real(vp, real_do_nothing, 0);
		ASSERT_TRUE(vp_halts(vp));
	}
}

static __guest void crash(__u64 unused)
{
	out8(PORT, 1);
	asm volatile("ud2");
	out8(PORT, 2);
	halt();
}

/* The guest has no interrupt table: any exception becomes a triple fault. */
TEST_F(guest, triple_fault_reaches_the_vmm)
{
	struct vp *vp = vp_new(self->vm, 0);

	vp_start(vp, crash, 0);
	ASSERT_TRUE(vp_writes_port(vp, PORT, 1, 1));
	ASSERT_TRUE(vp_crashes(vp));
}

TEST_F(guest, other_vps_go_on_after_a_triple_fault)
{
	struct vp *crashing = vp_new(self->vm, 0);
	struct vp *running = vp_new(self->vm, 1);

	vp_start(crashing, crash, 0);
	ASSERT_TRUE(vp_writes_port(crashing, PORT, 1, 1));
	ASSERT_TRUE(vp_crashes(crashing));

	vp_start(running, do_nothing, 0);
	ASSERT_TRUE(vp_halts(running));
}

TEST_HARNESS_MAIN

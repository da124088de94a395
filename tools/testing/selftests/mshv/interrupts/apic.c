// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts that the VMM asserts reach the handlers of the guest in the order of
 * their priority.
 */
#include "lib/apic_fixture.h"
#include "lib/background.h"
#include "lib/guest_interrupts.h"
#include "lib/host.h"
#include "lib/vp.h"

#define READY_PORT	0x10		/* the guest is where the VMM waits for it */

#define LOW		0x41
#define HIGH		0x82
#define NMI		2

/* Counters that handlers share with their guest */
#define LOG		(GUEST_SCRATCH + 8)

#define LONG_US		50000		/* a VP that is not woken by then sleeps */

static __guest_handler void count(struct interrupt_frame *frame)
{
	add(COUNT, 1);
	apic_eoi();
}

static __guest_handler void count_nmi(struct interrupt_frame *frame)
{
	add(COUNT, 1);
}

/* Shifts its vector into a log; the last one to run is in the lowest byte. */
static __guest_handler void log_low(struct interrupt_frame *frame)
{
	store(LOG, load(LOG) << 8 | LOW);
	apic_eoi();
}

static __guest_handler void log_high(struct interrupt_frame *frame)
{
	store(LOG, load(LOG) << 8 | HIGH);
	apic_eoi();
}

static __guest void wait_for_one(__u64 x2apic)
{
	apic_enable(x2apic);
	out8(READY_PORT, 0);
	interrupts_on();
	wait_for(COUNT, 1);
	out32(RESULT_PORT, load(COUNT));
	halt();
}

TEST_F(apic, handler_runs_and_counts)
{
	struct vp *vp = vp_new_at(self->vm, 0, wait_for_one, variant->x2apic);

	vm_handle(self->vm, LOW, count);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	vm_interrupt(self->vm, HV_INTERRUPT_FIXED, 0, 0, LOW);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
}

static __guest void wait_in_hlt(__u64 x2apic)
{
	apic_enable(x2apic);
	add(STARTED, 1);
	while (load(COUNT) < 3)
		wait_for_interrupt();
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

TEST_F(apic, interrupt_ends_a_halt)
{
	struct vp *vp = vp_new_at(self->vm, 0, wait_in_hlt, variant->x2apic);
	pthread_t thread = vp_begin(vp);
	int i;

	vm_handle(self->vm, LOW, count);
	ASSERT_TRUE(counts_to(self->vm, STARTED, 1));
	for (i = 1; i <= 3; i++) {
		sleep_us(LONG_US);
		EXPECT_EQ(i - 1, counter(self->vm, COUNT));
		vm_interrupt(self->vm, HV_INTERRUPT_FIXED, 0, 0, LOW);
		ASSERT_TRUE(counts_to(self->vm, COUNT, i));
	}
	EXPECT_TRUE(vp_ends_well(thread));
}

static __guest void spin(__u64 x2apic)
{
	apic_enable(x2apic);
	interrupts_on();
	add(STARTED, 1);
	wait_for(COUNT, 20);
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

TEST_F(apic, interrupt_reaches_a_vp_that_runs)
{
	struct vp *vp = vp_new_at(self->vm, 0, spin, variant->x2apic);
	pthread_t thread = vp_begin(vp);
	int i;

	vm_handle(self->vm, LOW, count);
	ASSERT_TRUE(counts_to(self->vm, STARTED, 1));
	for (i = 1; i <= 20; i++) {
		vm_interrupt(self->vm, HV_INTERRUPT_FIXED, 0, 0, LOW);
		ASSERT_TRUE(counts_to(self->vm, COUNT, i));
	}
	EXPECT_TRUE(vp_ends_well(thread));
}

static __guest void take_both(__u64 x2apic)
{
	apic_enable(x2apic);
	out8(READY_PORT, 0);
	out32(RESULT_PORT, apic_has(APIC_IRR, LOW) << 1 |
			   apic_has(APIC_IRR, HIGH));
	interrupts_on();
	wait_for(LOG, HIGH << 8 | LOW);
	out32(RESULT_PORT, load(LOG));
	halt();
}

TEST_F(apic, higher_vector_comes_first)
{
	struct vp *vp = vp_new_at(self->vm, 0, take_both, variant->x2apic);

	vm_handle(self->vm, LOW, log_low);
	vm_handle(self->vm, HIGH, log_high);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	vm_interrupt(self->vm, HV_INTERRUPT_FIXED, 0, 0, LOW);
	vm_interrupt(self->vm, HV_INTERRUPT_FIXED, 0, 0, HIGH);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 3));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, HIGH << 8 | LOW));
}

/* While it runs the other one comes: at once if higher, afterwards if lower. */
static __guest_handler void send_low(struct interrupt_frame *frame)
{
	apic_send(ICR_TO_SELF | LOW, 0);
	interrupts_on();
	idle(1000);
	interrupts_off();
	store(LOG, load(LOG) << 8 | HIGH);
	apic_eoi();
}

static __guest_handler void send_high(struct interrupt_frame *frame)
{
	apic_send(ICR_TO_SELF | HIGH, 0);
	interrupts_on();
	idle(1000);
	interrupts_off();
	store(LOG, load(LOG) << 8 | LOW);
	apic_eoi();
}

static __guest void send_to_itself(__u64 vector)
{
	apic_enable(true);
	interrupts_on();
	write_msr(MSR_X2APIC + APIC_SELF_IPI, vector);
	wait_for(LOG, 0x100);
	out32(RESULT_PORT, load(LOG));
	halt();
}

TEST_F(apic, lower_vector_waits_for_the_end_of_a_higher_one)
{
	struct vp *vp = vp_new_at(self->vm, 0, send_to_itself, HIGH);

	vm_handle(self->vm, HIGH, send_low);
	vm_handle(self->vm, LOW, log_low);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, HIGH << 8 | LOW));
}

TEST_F(apic, higher_vector_interrupts_a_lower_one)
{
	struct vp *vp = vp_new_at(self->vm, 0, send_to_itself, LOW);

	vm_handle(self->vm, LOW, send_high);
	vm_handle(self->vm, HIGH, log_high);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, HIGH << 8 | LOW));
}

/* In CR8 and in the register; it masks its own class and those below. */
static __guest void raise_priority(__u64 x2apic)
{
	apic_enable(x2apic);
	interrupts_on();
	write_cr8(LOW >> 4);
	out32(RESULT_PORT, apic_read(APIC_TPR));
	out8(READY_PORT, 0);
	idle(1000);
	out32(RESULT_PORT, load(COUNT));
	write_cr8((LOW >> 4) - 1);
	out32(RESULT_PORT, load(COUNT));

	apic_write(APIC_TPR, LOW);
	out32(RESULT_PORT, read_cr8() << 8 | apic_read(APIC_PPR));
	out8(READY_PORT, 1);
	idle(1000);
	out32(RESULT_PORT, load(COUNT));
	apic_write(APIC_TPR, 0);
	out32(RESULT_PORT, load(COUNT));
	halt();
}

TEST_F(apic, task_priority_masks)
{
	struct vp *vp = vp_new_at(self->vm, 0, raise_priority, variant->x2apic);

	vm_handle(self->vm, LOW, count);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, LOW & 0xf0));
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	vm_interrupt(self->vm, HV_INTERRUPT_FIXED, 0, 0, LOW);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));

	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4,
				   (LOW >> 4) << 8 | LOW));
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 1));
	vm_interrupt(self->vm, HV_INTERRUPT_FIXED, 0, 0, LOW);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 2));
}

static __guest void do_not_enable(__u64 x2apic)
{
	out8(READY_PORT, 0);
	interrupts_on();
	idle(1000);
	apic_enable(x2apic);
	idle(1000);
	out32(RESULT_PORT, load(COUNT));
	halt();
}

TEST_F(apic, controller_that_is_off_loses_interrupts)
{
	struct vp *vp = vp_new_at(self->vm, 0, do_not_enable, variant->x2apic);

	vm_handle(self->vm, LOW, count);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	vm_interrupt(self->vm, HV_INTERRUPT_FIXED, 0, 0, LOW);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0));
}

/* The second one comes while the first is handled. */
static __guest_handler void handle_nmi(struct interrupt_frame *frame)
{
	add(STARTED, 1);
	out8(READY_PORT, load(STARTED));
	idle(1000);
	out32(RESULT_PORT, load(STARTED) << 8 | load(COUNT));
	add(COUNT, 1);
}

static __guest void wait_for_nmis(__u64 x2apic)
{
	out8(READY_PORT, 0);
	wait_for(COUNT, 2);
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

TEST_F(apic, nmi_is_masked_by_nothing_but_itself)
{
	struct vp *vp = vp_new_at(self->vm, 0, wait_for_nmis, variant->x2apic);

	vm_handle(self->vm, NMI, handle_nmi);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	vm_interrupt(self->vm, HV_INTERRUPT_NMI, 0, 0, 0);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 1));
	vm_interrupt(self->vm, HV_INTERRUPT_NMI, 0, 0, 0);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0x100));
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 2));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0x201));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, ALL_WELL));
}

static __guest void halt_for_good(__u64 x2apic)
{
	apic_enable(x2apic);
	add(STARTED, 1);
	asm volatile("hlt");
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

TEST_F(apic, halt_with_interrupts_off_is_ended_by_nmi_only)
{
	struct vp *vp = vp_new_at(self->vm, 0, halt_for_good, variant->x2apic);
	pthread_t thread = vp_begin(vp);

	vm_handle(self->vm, NMI, count_nmi);
	vm_handle(self->vm, LOW, count);
	ASSERT_TRUE(counts_to(self->vm, STARTED, 1));
	vm_interrupt(self->vm, HV_INTERRUPT_FIXED, 0, 0, LOW);
	sleep_us(LONG_US);
	EXPECT_EQ(0, counter(self->vm, COUNT));
	vm_interrupt(self->vm, HV_INTERRUPT_NMI, 0, 0, 0);
	EXPECT_TRUE(vp_ends_well(thread));
	EXPECT_EQ(1, counter(self->vm, COUNT));
}

/* From the controller outside, whatever the local one is told */
static __guest void take_external(__u64 x2apic)
{
	apic_enable(x2apic);
	apic_write(APIC_TPR, 0xff);
	apic_write(APIC_LVT_LINT1, ICR_NMI);
	out8(READY_PORT, 0);
	interrupts_on();
	wait_for(COUNT, 1);
	out32(RESULT_PORT, apic_has(APIC_ISR, LOW));
	out8(READY_PORT, 1);
	wait_for(COUNT, 2);
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

TEST_F(apic, external_and_local_sources)
{
	struct vp *vp = vp_new_at(self->vm, 0, take_external, variant->x2apic);

	vm_handle(self->vm, LOW, count_nmi);
	vm_handle(self->vm, NMI, count_nmi);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	vm_interrupt(self->vm, HV_INTERRUPT_EXTINT, 0, 0, LOW);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0));
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 1));
	vm_interrupt(self->vm, HV_INTERRUPT_LINT1, 0, 0, 0);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, ALL_WELL));
}

/* The forms in which operating systems access the page of the controller */
static __guest void use_each_form(__u64 page)
{
	__u32 value;

	apic_enable(false);
	asm volatile("movl $0x10, 0x80(%0)" : : "r"(page) : "memory");
	asm volatile("movabsl 0xfee00080, %%eax" : "=a"(value) : : "memory");
	out32(RESULT_PORT, value);
	asm volatile("movabsl %%eax, 0xfee00080" : : "a"(0x20) : "memory");
	asm volatile("movl 0x80(,%1), %0" : "=r"(value) : "r"(page) : "memory");
	out32(RESULT_PORT, value);
	asm volatile("movl %1, %%r9d; movl %%r9d, 0x1000(%0,%2,8)"
		     : : "r"(page - 0x1000), "r"(0x30), "r"(0x10UL)
		     : "r9", "memory");
	value = 0x40;
	asm volatile("xchgl %0, 0x80(%1)" : "+r"(value) : "r"(page) : "memory");
	out32(RESULT_PORT, value);
	out32(RESULT_PORT, apic_read(APIC_TPR));
	halt();
}

TEST_F(apic, page_is_accessed_in_many_forms)
{
	struct vp *vp = vp_new_at(self->vm, 0, use_each_form, APIC_PAGE);
	__u32 i;

	for (i = 0x10; i <= 0x40; i += 0x10)
		ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, i));
}

static __guest void read_identity(__u64 x2apic)
{
	apic_enable(x2apic);
	out32(RESULT_PORT, apic_read(APIC_ID));
	out32(RESULT_PORT, apic_read(APIC_VERSION) & 0xff);
	halt();
}

TEST_F(apic, identity)
{
	struct vp *vp = vp_new_at(self->vm, 3, read_identity, variant->x2apic);

	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4,
				   variant->x2apic ? 3 : 3 << 24));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0x14));
}

/* Interrupts are off until the VMM has taken its request back. */
static __guest void see_what_comes(__u64 x2apic)
{
	apic_enable(x2apic);
	out8(READY_PORT, 0);
	interrupts_on();
	idle(1000);
	out32(RESULT_PORT, load(COUNT));
	out8(READY_PORT, 1);
	idle(1000);
	out32(RESULT_PORT, load(COUNT));
	halt();
}

TEST_F(apic, external_request_is_taken_back)
{
	struct vp *vp = vp_new_at(self->vm, 0, see_what_comes, variant->x2apic);

	vm_handle(self->vm, LOW, count_nmi);
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 0));
	vm_interrupt(self->vm, HV_INTERRUPT_EXTINT, 0, 0, LOW);
	vm_clear_interrupt(self->vm);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0));
	ASSERT_TRUE(vp_writes_port(vp, READY_PORT, 1, 1));
	vm_interrupt(self->vm, HV_INTERRUPT_EXTINT, 0, 0, LOW);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * VPs interrupt and start each other; a destination means those that it should.
 */
#include "lib/apic_fixture.h"
#include "lib/background.h"
#include "lib/guest_interrupts.h"
#include "lib/host.h"
#include "lib/vp.h"

#define VECTOR		0x41
#define DONE		(GUEST_SCRATCH + 8)	/* set when VPs may end */
#define LONG_US		50000

static __guest_handler void count(struct interrupt_frame *frame)
{
	add(COUNT, 1);
	apic_eoi();
}

/*
 * Two VPs pass the ball back and forth. Each is told whom to send to, and with
 * how many of them it is done.
 */
#define ROUNDS		50

static __guest void play(__u64 argument)
{
	__u32 self = argument & 1;

	apic_enable(argument >> 1);
	add(STARTED, 1);
	wait_for(STARTED, 2);
	while (load(COUNT) < 2 * ROUNDS) {
		if ((load(COUNT) & 1) == self) {
			__u64 before = load(COUNT);

			apic_send(ICR_FIXED | VECTOR, !self);
			wait_for(COUNT, before + 1);
		} else {
			interrupts_on();
			idle(1);
			interrupts_off();
			asm volatile("pause");
		}
	}
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

TEST_F(apic, vps_interrupt_each_other)
{
	__u64 mode = variant->x2apic << 1;
	pthread_t first, second;

	vm_handle(self->vm, VECTOR, count);
	first = vp_begin(vp_new_at(self->vm, 0, play, mode));
	second = vp_begin(vp_new_at(self->vm, 1, play, mode | 1));
	EXPECT_TRUE(vp_ends_well(first));
	EXPECT_TRUE(vp_ends_well(second));
	EXPECT_EQ(2 * ROUNDS, counter(self->vm, COUNT));
}

static __guest void listen(__u64 x2apic)
{
	apic_enable(x2apic);
	interrupts_on();
	add(STARTED, 1);
	wait_for(DONE, 1);
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

/* Three VPs: 4 of the interrupts are for others, 1 for all, 1 for itself. */
static __guest void send_with_shorthands(__u64 x2apic)
{
	apic_enable(x2apic);
	interrupts_on();
	wait_for(STARTED, 2);
	apic_send(ICR_TO_OTHERS | VECTOR, 0);
	wait_for(COUNT, 2);
	apic_send(ICR_TO_ALL | VECTOR, 0);
	wait_for(COUNT, 5);
	apic_send(ICR_TO_SELF | VECTOR, 0);
	wait_for(COUNT, 6);
	apic_send(ICR_FIXED | VECTOR, x2apic ? 0xffffffff : 0xff);
	wait_for(COUNT, 9);
	store(DONE, 1);
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

TEST_F(apic, shorthands_and_broadcast)
{
	pthread_t threads[3];
	int i;

	vm_handle(self->vm, VECTOR, count);
	for (i = 0; i < 3; i++) {
		struct vp *vp = vp_new_at(self->vm, i,
					  i ? listen : send_with_shorthands,
					  variant->x2apic);

		threads[i] = vp_begin(vp);
	}
	for (i = 0; i < 3; i++)
		EXPECT_TRUE(vp_ends_well(threads[i]));
	EXPECT_EQ(9, counter(self->vm, COUNT));
}

/* Of VPs 0 to 2, the last one has nothing that it does not want interrupted. */
static __guest void set_logical_id(__u64 argument)
{
	__u32 self = argument >> 1;

	apic_enable(argument & 1);
	if (!apic_is_x2apic())
		apic_write(APIC_LDR, 1U << (24 + self));
	if (self < 2)
		apic_write(APIC_TPR, 0x20);
	interrupts_on();
	add(STARTED, 1);
	wait_for(DONE, 1);
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

static __guest_handler void count_by_vp(struct interrupt_frame *frame)
{
	__u32 id = apic_read(APIC_ID);

	add(COUNT, 1ULL << 8 * (apic_is_x2apic() ? id : id >> 24));
	apic_eoi();
}

TEST_F(apic, logical_destinations)
{
	pthread_t threads[3];
	int i;

	vm_handle(self->vm, VECTOR, count_by_vp);
	for (i = 0; i < 3; i++) {
		struct vp *vp = vp_new_at(self->vm, i, set_logical_id,
					  i << 1 | variant->x2apic);

		threads[i] = vp_begin(vp);
	}
	EXPECT_TRUE(counts_to(self->vm, STARTED, 3));

	vm_interrupt(self->vm, HV_INTERRUPT_FIXED, HV_INTERRUPT_LOGICAL, 0x3,
		     VECTOR);
	EXPECT_TRUE(counts_to(self->vm, COUNT, 0x000101));
	vm_interrupt(self->vm, HV_INTERRUPT_LOWEST_PRIORITY,
		     HV_INTERRUPT_LOGICAL, 0x7, VECTOR);
	EXPECT_TRUE(counts_to(self->vm, COUNT, 0x010101));
	set_counter(self->vm, DONE, 1);
	for (i = 0; i < 3; i++)
		EXPECT_TRUE(vp_ends_well(threads[i]));
}

GUEST16(real_result,
	"mov $0x20, %dx\n"
	"mov $0x600d, %eax\n"
	"outl %eax, %dx\n"
	"hlt\n");

static __guest void start_the_other(__u64 argument)
{
	apic_enable(argument >> 8);
	apic_send(ICR_INIT | ICR_ASSERT | ICR_LEVEL, 1);
	apic_send(ICR_SIPI | ICR_ASSERT | (argument & 0xff), 1);
	apic_send(ICR_SIPI | ICR_ASSERT | (argument & 0xff), 1);
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

/* The code of real mode begins on a page that a SIPI can name. */
TEST_F(apic, init_and_sipi_start_a_vp)
{
	__u64 address = guest_address(real_result);
	__u64 argument = variant->x2apic << 8 | address / PAGE_SIZE;
	struct vp *other = vp_new(self->vm, 1);
	pthread_t first, second;

	ASSERT_EQ(0, address % PAGE_SIZE);
	EXPECT_EQ(HV_ACTIVITY_STARTUP, vp_get(other, HV_REG_INTERNAL_ACTIVITY));
	second = vp_begin(other);
	sleep_us(LONG_US);
	first = vp_begin(vp_new_at(self->vm, 0, start_the_other, argument));
	EXPECT_TRUE(vp_ends_well(first));
	EXPECT_TRUE(vp_ends_well(second));
}

TEST_HARNESS_MAIN

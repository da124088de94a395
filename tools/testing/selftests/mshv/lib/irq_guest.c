// SPDX-License-Identifier: GPL-2.0-only
/* A guest that takes interrupts and counts them. */
#include <sched.h>
#include <signal.h>

#include "guest_interrupts.h"
#include "host.h"
#include "interrupts.h"
#include "irq_guest.h"
#include "require.h"

/* Enough for a guest to take an interrupt, and to get going before that */
#define IDLE_US		300

#define BUSY_PORT	0x30
#define RESULT_PORT	0x31

/* Ends a wait; does not count. */
#define NUDGE		0x31

/* Words that the guest and the VMM share */
#define HELD		GUEST_SCRATCH
#define STARTED(index)	(GUEST_SCRATCH + 0x40 + 8 * (index))
#define STOP(index)	(GUEST_SCRATCH + 0x80 + 8 * (index))
#define VP_COUNT(index)	(GUEST_SCRATCH + 0xc0 + 8 * (index))
#define COUNT(vector)	(GUEST_SCRATCH + 0x100 + 8 * (vector))

/* What it is started with: its mood, and from this bit on the index of its VP */
#define INDEX_SHIFT	8

/* Who waits for the count of a vector finds that of the VP already right. */
__guest void irq_guest_count(__u64 vector, __u64 index)
{
	add(VP_COUNT(index), 1);
	add(COUNT(vector), 1);
}

static __always_inline __in_guest void count(__u64 vector)
{
	irq_guest_count(vector, apic_read(APIC_ID));
}

static __guest_handler void take_edge(struct interrupt_frame *frame)
{
	count(EDGE);
	apic_eoi();
}

static __guest_handler void take_other_edge(struct interrupt_frame *frame)
{
	count(OTHER_EDGE);
	apic_eoi();
}

static __guest_handler void take_level(struct interrupt_frame *frame)
{
	count(LEVEL);
	while (load(HELD))
		asm volatile("pause");
	apic_eoi();
}

static __guest_handler void take_nmi(struct interrupt_frame *frame)
{
	count(NMI);
}

static __guest_handler void take_nudge(struct interrupt_frame *frame)
{
	apic_eoi();
}

static __guest void take_interrupts(__u64 argument)
{
	const __u64 index = argument >> INDEX_SHIFT;
	const __u8 mood = argument;

	apic_enable(true);
	store(STARTED(index), 1);
	/* Nothing that would end the waiting comes between the look and it. */
	while (!load(STOP(index))) {
		if (mood == WAITING) {
			wait_for_interrupt();
			continue;
		}
		interrupts_on();
		if (mood == EXITING)
			out8(BUSY_PORT, 0);
		idle(1);
		interrupts_off();
	}
	out8(RESULT_PORT, 0);
	halt();
}

/* The hypervisor runs guests on processors that this system does not use. */
static bool needs_idle_processor;

static __u64 *word(struct vm *vm, __u64 gpa)
{
	return (__u64 *)((char *)vm->ram + gpa);
}

static void set_word(struct vm *vm, __u64 gpa, __u64 value)
{
	__atomic_store_n(word(vm, gpa), value, __ATOMIC_SEQ_CST);
}

void irq_guest_handle(struct vm *vm)
{
	needs_idle_processor = !linux_dispatches();
	vm_handle(vm, EDGE, take_edge);
	vm_handle(vm, OTHER_EDGE, take_other_edge);
	vm_handle(vm, LEVEL, take_level);
	vm_handle(vm, NMI, take_nmi);
	vm_handle(vm, NUDGE, take_nudge);
}

static bool at_port(const struct vp *vp, __u16 port)
{
	return vp->message.type == HV_MSG_IO_PORT &&
	       vp->message.port.port == port;
}

static void *run(void *argument)
{
	struct irq_guest *guest = argument;
	struct vp *vp = guest->vp;
	int ret;

	for (;;) {
		ret = vp_run(vp);
		if (ret == -EINTR) {
			__atomic_fetch_add(&guest->interrupted, 1,
					   __ATOMIC_SEQ_CST);
			if (!__atomic_load_n(&guest->leave, __ATOMIC_SEQ_CST))
				continue;
			__atomic_store_n(&guest->left, true, __ATOMIC_SEQ_CST);
			return NULL;
		}
		if (ret || !at_port(vp, BUSY_PORT))
			break;
		vp_skip(vp);
	}
	guest->right = !ret && at_port(vp, RESULT_PORT);
	if (!guest->right)
		complain("VP %u: MSHV_RUN_VP returns %d, message %#x, RIP %#llx",
			 vp->index, ret, vp->message.type,
			 vp->message.head.rip);
	return NULL;
}

static void do_nothing(int number)
{
}

void irq_guest_begin(struct irq_guest *guest)
{
	const struct sigaction action = { .sa_handler = do_nothing };

	require(!sigaction(SIGUSR1, &action, NULL), "handle a signal");
	guest->leave = false;
	guest->left = false;
	require(!pthread_create(&guest->thread, NULL, run, guest),
		"start a thread");
}

void irq_guest_start(struct irq_guest *guest, struct vm *vm, __u32 index,
		     enum guest_mood mood)
{
	__u64 end = now_us() + PATIENCE_US;

	*guest = (struct irq_guest){
		.vm = vm,
		.vp = vp_new(vm, index),
	};
	vp_start(guest->vp, take_interrupts, mood | index << INDEX_SHIFT);
	vp_use_tables(guest->vp);
	irq_guest_begin(guest);
	while (!peek(word(vm, STARTED(index)))) {
		require(now_us() < end, "start of VP %u", index);
		irq_rest();
	}
}

/* A signal that comes before MSHV_RUN_VP interrupts nothing. */
void irq_guest_leave(struct irq_guest *guest)
{
	__atomic_store_n(&guest->leave, true, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&guest->left, __ATOMIC_SEQ_CST)) {
		pthread_kill(guest->thread, SIGUSR1);
		sleep_us(1000);
	}
	require(!pthread_join(guest->thread, NULL), "join a thread");
}

bool irq_guest_stop(struct irq_guest *guest)
{
	const __u32 index = guest->vp->index;

	set_word(guest->vm, STOP(index), 1);
	vm_interrupt(guest->vm, HV_INTERRUPT_FIXED, 0, index, NUDGE);
	require(!pthread_join(guest->thread, NULL), "join a thread");
	return guest->right;
}

void irq_rest(void)
{
	if (needs_idle_processor)
		sleep_us(IDLE_US);
	else
		sched_yield();
}

__u64 irq_count(struct vm *vm, __u8 vector)
{
	return peek(word(vm, COUNT(vector)));
}

__u64 irq_count_of(struct vm *vm, __u32 index)
{
	return peek(word(vm, VP_COUNT(index)));
}

bool irq_count_becomes(struct vm *vm, __u8 vector, __u64 count)
{
	__u64 end = now_us() + PATIENCE_US;

	while (irq_count(vm, vector) < count && now_us() < end)
		irq_rest();
	if (irq_count(vm, vector) == count)
		return true;
	complain("vector %#x: %llu interrupts, not %llu", vector,
		 irq_count(vm, vector), count);
	return false;
}

void irq_hold(struct vm *vm, bool hold)
{
	set_word(vm, HELD, hold);
}

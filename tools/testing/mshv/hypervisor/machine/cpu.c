// SPDX-License-Identifier: GPL-2.0-only
/*
 * Physical processors: starting them, parking them, and their local APICs.
 *
 * Invariants:
 * - The hypervisor runs with interrupts off and the global interrupt flag
 *   clear. The flag is set, on purpose and for a moment, in cpu_take_nmi()
 *   and while parked.
 * - INIT is sent only to a processor that is parked, so that it never loses a
 *   lock or an update half done.
 * - One processor starts at a time; who starts it waits until it is in C.
 */
#include "machine/machine_upcalls.h"
#include "hv.h"
#include "layout.h"

#define START_PATIENCE_MS	20000
#define SIPI_AGAIN_MS		100

struct idt_gate {
	u16 offset_low;
	u16 selector;
	u16 type;
	u16 offset_middle;
	u32 offset_high;
	u32 reserved;
} __packed;

struct idt_register {
	u16 limit;
	u64 base;
} __packed;

struct exception_frame {
	u64 vector;
	u64 data[5];		/* error code where there is one, RIP, CS... */
};

#define IDT_INTERRUPT_GATE	0x8e00
#define NUM_EXCEPTIONS		32
#define EXCEPTION_STUB_SIZE	8

struct cpu cpus[MAX_CPUS];
u32 num_cpus;

/* Read by machine/trampoline.S */
struct cpu *cpu_starting;

static struct idt_gate idt[NUM_EXCEPTIONS] __aligned(16);

/**
 * lapic_read() - Read a register of this processor's local APIC
 * @reg: offset of the register
 *
 * Return: its value.
 */
u32 lapic_read(u32 reg)
{
	u32 value;

	asm volatile("movl (%1), %0" : "=r" (value)
		     : "r" ((u64)LAPIC_BASE + reg) : "memory");
	return value;
}

/**
 * lapic_write() - Write a register of this processor's local APIC
 * @reg: offset of the register
 * @value: new value
 */
void lapic_write(u32 reg, u32 value)
{
	asm volatile("movl %0, (%1)"
		     : : "r" (value), "r" ((u64)LAPIC_BASE + reg) : "memory");
}

/**
 * lapic_send() - Send an interrupt to another processor
 * @apic_id: whom
 * @icr: lower half of the interrupt command register
 *
 * The parent may be about to send an interrupt itself, by two writes: the half
 * with its destination is left as it was.
 */
void lapic_send(u32 apic_id, u32 icr)
{
	u32 high = lapic_read(LAPIC_ICR_HIGH);

	while (lapic_read(LAPIC_ICR_LOW) & ICR_BUSY)
		cpu_relax();
	lapic_write(LAPIC_ICR_HIGH, apic_id << 24);
	lapic_write(LAPIC_ICR_LOW, icr);
	lapic_write(LAPIC_ICR_HIGH, high);
}

/**
 * host_exception() - The hypervisor itself made a mistake
 * @frame: what the stub and the processor pushed
 */
void host_exception(const struct exception_frame *frame)
{
	end_of_run(END_HYPERVISOR,
		   "exception %lu in the hypervisor: %lx %lx %lx, CR2 %lx",
		   frame->vector, frame->data[0], frame->data[1],
		   frame->data[2], read_cr2());
}

static void idt_init(void)
{
	u32 i;

	for (i = 0; i < NUM_EXCEPTIONS; i++) {
		u64 handler = (u64)host_exceptions + i * EXCEPTION_STUB_SIZE;

		if (i == VECTOR_NMI)
			handler = (u64)host_nmi;
		idt[i] = (struct idt_gate) {
			.offset_low = handler,
			.selector = SEL_CODE64,
			.type = IDT_INTERRUPT_GATE,
			.offset_middle = handler >> 16,
		};
	}
}

/**
 * cpu_init_self() - Make this processor ready to run guests
 * @cpu: this processor
 */
void cpu_init_self(struct cpu *cpu)
{
	const struct idt_register idtr = { sizeof(idt) - 1, (u64)idt };

	asm volatile("lidt %0" : : "m" (idtr));
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);	/* for nested paging */
	write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXSAVE);
	WRITE_ONCE(cpu->kicked, 0);
	svm_init_cpu(cpu);
}

/**
 * cpu_init_boot() - Count the processors and set up the first one
 */
void cpu_init_boot(void)
{
	u32 apic_ids[MAX_CPUS];
	u32 i;

	num_cpus = acpi_processors(apic_ids, MAX_CPUS);
	for (i = 0; i < num_cpus; i++) {
		u8 *stack = page_alloc(STACK_SIZE / PAGE_SIZE);

		cpus[i] = (struct cpu) {
			.stack_top = (u64)stack + STACK_SIZE,
			.index = i,
			.apic_id = apic_ids[i],
			.idle = page_alloc(1),
			.xsave = page_alloc(1),
			.input = page_alloc(1),
			.output = page_alloc(1),
			.guest_input = page_alloc(1),
		};
	}
	if (!num_cpus || cpus[0].apic_id != lapic_read(LAPIC_ID) >> 24)
		end_of_run(END_SETUP,
			   "the first processor of the MADT is not this one");

	idt_init();
	cpu_init_self(&cpus[0]);
}

/**
 * cpu_by_apic_id() - Find a processor
 * @apic_id: its local APIC id
 *
 * Return: the processor, or NULL.
 */
struct cpu *cpu_by_apic_id(u32 apic_id)
{
	u32 i;

	for (i = 0; i < num_cpus; i++)
		if (cpus[i].apic_id == apic_id)
			return &cpus[i];
	return NULL;
}

/**
 * cpu_self() - Which processor is this?
 *
 * Return: this processor.
 */
struct cpu *cpu_self(void)
{
	return cpu_by_apic_id(lapic_read(LAPIC_ID) >> 24);
}

/**
 * cpu_send_init() - Reset a processor and its local APIC
 * @cpu: a parked processor, not this one
 */
void cpu_send_init(struct cpu *cpu)
{
	WRITE_ONCE(cpu->parked, 0);
	lapic_send(cpu->apic_id, ICR_MODE_INIT << ICR_MODE_SHIFT | ICR_ASSERT);
}

static bool wait_alive(struct cpu *cpu, u64 milliseconds)
{
	u64 start = read_tsc(), ticks = clock_tsc_hz() / 1000 * milliseconds;

	while (!READ_ONCE(cpu->alive)) {
		if (read_tsc() - start > ticks)
			return false;
		cpu_relax();
	}
	return true;
}

/**
 * cpu_send_startup() - Let a processor come up through the trampoline
 * @cpu: a processor after cpu_send_init()
 *
 * Returns when it runs on its own stack; the caller sees to it that only one
 * processor starts at a time.
 */
void cpu_send_startup(struct cpu *cpu)
{
	u32 icr = ICR_MODE_SIPI << ICR_MODE_SHIFT | ICR_ASSERT |
		  TRAMPOLINE >> PAGE_SHIFT;

	cpu->alive = 0;
	WRITE_ONCE(cpu_starting, cpu);
	lapic_send(cpu->apic_id, icr);
	if (wait_alive(cpu, SIPI_AGAIN_MS))
		return;
	lapic_send(cpu->apic_id, icr);
	if (!wait_alive(cpu, START_PATIENCE_MS))
		end_of_run(END_HYPERVISOR, "processor %u does not start",
			   cpu->index);
}

/**
 * cpu_start_others() - Start all other processors; they park themselves
 */
void cpu_start_others(void)
{
	u32 i;

	memcpy((void *)TRAMPOLINE, trampoline_begin,
	       trampoline_end - trampoline_begin);
	for (i = 1; i < num_cpus; i++) {
		cpu_send_init(&cpus[i]);
		cpu_send_startup(&cpus[i]);
	}
	hv_print("%u processors", num_cpus);
}

/**
 * cpu_entry() - First C code of a processor that was started
 * @cpu: this processor
 *
 * Called from trampoline.S at bring-up, when there is nothing to run yet, and
 * later whenever the parent starts the VP of this processor.
 */
void cpu_entry(struct cpu *cpu)
{
	cpu_init_self(cpu);
	WRITE_ONCE(cpu->alive, 1);
	if (cpu->vp && READ_ONCE(cpu->vp->state) == VP_RUNNING)
		machine_upcalls.run_parent(cpu->vp);
	cpu_park(cpu);
}

/**
 * cpu_park() - Wait, using no power, until INIT takes this processor away
 * @cpu: this processor
 */
void cpu_park(struct cpu *cpu)
{
	WRITE_ONCE(cpu->parked, 1);
	for (;;) {
		asm volatile("stgi; hlt; clgi" : : : "memory");
		WRITE_ONCE(cpu->kicked, 0);
	}
}

/**
 * cpu_kick() - Make another processor leave guest mode
 * @cpu: a processor, not this one
 *
 * It leaves at once, or as soon as it enters, and then looks at everything that
 * was written before this call.
 */
void cpu_kick(struct cpu *cpu)
{
	if (!__atomic_exchange_n(&cpu->kicked, 1, __ATOMIC_SEQ_CST))
		lapic_send(cpu->apic_id,
			   ICR_MODE_NMI << ICR_MODE_SHIFT | ICR_ASSERT);
}

/**
 * cpu_take_nmi() - Take the NMI that caused an exit
 * @cpu: this processor
 *
 * It is still pending: an intercept only tells of it. Processors that kick
 * send one NMI at a time, so that what is left over is the parent's.
 *
 * Return: true when it was a kick, false when it was meant for the parent.
 */
bool cpu_take_nmi(struct cpu *cpu)
{
	asm volatile("stgi; nop; clgi" : : : "memory");
	return __atomic_exchange_n(&cpu->kicked, 0, __ATOMIC_SEQ_CST);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files that run VPs of children share: run/run_child.c enters and leaves,
 * run/child_exit.c decides what an exit means, run/ and run/doorbell.c tell
 * the parent, run/schedule.c and run/vp_dispatch.c say who runs where.
 */
#ifndef HV_RUN_H
#define HV_RUN_H

#include "child.h"

/**
 * enum run_result - Why a VP left its processor
 * @RUN_ON: it has not: it enters guest mode again
 * @RUN_PREEMPTED: the parent needs the processor
 * @RUN_STOPPED: somebody needs the VP, see @stop of struct child_vp
 * @RUN_HALTED: it waits for an interrupt, or for a SIPI
 * @RUN_YIELDED: it could go on, but others may go first
 * @RUN_INTERCEPT: it is suspended, the message is on its intercept page
 */
enum run_result {
	RUN_ON,
	RUN_PREEMPTED,
	RUN_STOPPED,
	RUN_HALTED,
	RUN_YIELDED,
	RUN_INTERCEPT,
};

/* run/run_child.c */
#define RUN_NO_DEADLINE		(~0UL)
enum run_result run_child(struct cpu *cpu, struct child_vp *vp, u64 deadline);

/* run/child_exit.c */
enum run_result run_exit(struct cpu *cpu, struct child_vp *vp);

/* run/interrupt.c */
enum run_result interrupts_offer(struct child_vp *vp);
void interrupts_recheck(struct child_vp *vp);
void interrupts_taken(struct child_vp *vp);
void interrupts_settle(struct child_vp *vp);
bool interrupts_awaited(struct child_vp *vp);
void interrupts_scan(struct child_vp *vp);
void interrupts_iret(struct child_vp *vp);
bool interrupts_write_cr8(struct child_vp *vp);

/* run/timer.c: see also hv.h */
void timer_watch(struct child_vp *vp);
void timer_forget(struct child_vp *vp);
u64 timer_expire(struct child_vp *vp);

/* run/apic_access.c: an access to the page of the local APIC; false: it is not that */
bool run_apic(struct child_vp *vp);

/* run/msr_access.c: do a RDMSR or WRMSR; false: it is not for the hypervisor to do */
bool run_msr(struct child_vp *vp, bool write);
bool run_absent_msr(struct child_vp *vp, bool write, u32 action);

/* run/interface.c */
void interface_cpuid(const struct child *child, u32 leaf, u32 out[4]);

/* run/schedule.c */
bool schedule_by_parent(void);
void schedule_claim(struct cpu *cpu, struct child_vp *vp);
void schedule_block(struct child_vp *vp);
bool schedule_slice(void);

/* run/intercept.c: suspend a VP that has just left guest mode, and say why */
void intercept_port(struct child_vp *vp);
void intercept_msr(struct child_vp *vp);
void intercept_cpuid(struct child_vp *vp);
void intercept_memory(struct child_vp *vp);
void intercept_gpa(struct child_vp *vp, u64 gpa, u8 access);
void intercept_hypercall(struct child_vp *vp);
void intercept_halt(struct child_vp *vp);
void intercept_exception(struct child_vp *vp);
void intercept_crash(struct child_vp *vp);
void intercept_invalid_state(struct child_vp *vp);

/* run/watch_exit.c */
void watch_registers(struct child_vp *vp);
bool watch_register(struct child_vp *vp);
bool watch_msr(struct child_vp *vp, bool write);

/* run/vmcb.c */
void run_exit_for_msrs(struct child_vp *vp, bool all);

/* run/control.c */
bool control_write(struct child_vp *vp, u32 name, u64 value);

/* run/guest_walk.c: see also child.h */
u32 guest_fetch(const struct child_vp *vp, u64 gva, u8 *bytes, u32 size);

/* run/doorbell.c */
bool doorbell_store(struct child_vp *vp);
void doorbell_flush(void);

/**
 * struct guest_store - What an instruction that only stores does
 * @gva: linear address
 * @value: what is stored, zero-extended
 * @size: bytes
 * @length: of the instruction, in bytes
 */
struct guest_store {
	u64 gva;
	u64 value;
	u32 size;
	u32 length;
};

/**
 * struct guest_source - An instruction of the 0F group, and its ModRM operand
 * @opcode: the byte behind 0F
 * @field: of ModRM: a register, or more of the opcode
 * @in_memory: @gva is where the operand is
 * @gva: linear address
 * @value: of the general register, zero-extended: the operand, not in memory
 * @length: of the instruction, in bytes
 */
struct guest_source {
	u8 opcode;
	u8 field;
	bool in_memory;
	u64 gva;
	u64 value;
	u32 length;
};

/* run/guest_decode.c */
#define GUEST_OPERANDS		4
#define GUEST_CLTS		0x06
#define GUEST_MOV_CR		0x22
u32 guest_operands(const struct child_vp *vp, const u8 *bytes, u32 size,
		   u64 gvas[GUEST_OPERANDS]);
bool guest_store(const struct child_vp *vp, const u8 *bytes, u32 size,
		 struct guest_store *store);
bool guest_source(const struct child_vp *vp, const u8 *bytes, u32 size,
		  struct guest_source *source);

#endif /* HV_RUN_H */

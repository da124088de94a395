/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The objects of the test hypervisor and what its files offer each other.
 *
 * Ownership: a struct cpu belongs to one physical processor and is written
 * only by it, except for the fields marked otherwise. A struct vp belongs to
 * the processor it runs on. What several processors write is under a lock of
 * the file that owns it. No lock is held across svm_enter().
 */
#ifndef HV_HV_H
#define HV_HV_H

#include "svm.h"
#include "tlfs.h"
#include "types.h"
#include "x86.h"

#define MAX_CPUS		8
#define STACK_SIZE		0x4000

/* Why a run ends: the value given to isa-debug-exit */
enum end_code {
	END_POWER_OFF		= 0x10,
	END_CRASH		= 0x11,
	END_TRIPLE_FAULT	= 0x12,
	END_HALTED		= 0x13,
	END_HYPERVISOR		= 0x14,
	END_SETUP		= 0x15,
	END_HIDDEN_MEMORY	= 0x16,
};

enum partition_type {
	PARTITION_L1VH,
	PARTITION_ROOT,
	PARTITION_GUEST,
	PARTITION_ISOLATED,
};

struct spinlock {
	u32 locked;
};

/* General registers that VMRUN does not switch; svm_enter.S knows the order */
struct gprs {
	u64 rbx, rcx, rdx, rdi, rbp;
	u64 r8, r9, r10, r11, r12, r13, r14, r15;
	u64 rsi;			/* last: it points to this struct */
};

/**
 * struct synic - The synthetic interrupt controller of one VP
 * @control: SCONTROL
 * @siefp: event flags page register
 * @simp: message page register
 * @sirbp: event ring page register
 * @sint: SINT registers
 */
struct synic {
	u64 control;
	u64 siefp;
	u64 simp;
	u64 sirbp;
	u64 sint[HV_NUM_SINTS];
};

/**
 * enum vp_state - What a VP of the parent is doing
 * @VP_ABSENT: not created yet (root partition); ignores INIT and SIPI
 * @VP_WAIT_SIPI: its processor is parked until a SIPI
 * @VP_RUNNING: its processor runs it, or idles because it halted
 * @VP_DEAD: it halted with interrupts off; its processor is parked until INIT
 */
enum vp_state {
	VP_ABSENT,
	VP_WAIT_SIPI,
	VP_RUNNING,
	VP_DEAD,
};

/**
 * struct vp - A virtual processor
 * @index: VP index in its partition
 * @partition: the partition it belongs to
 * @cpu: the processor that runs it
 * @state: enum vp_state; changes under the lock of parent/parent_apic.c, except that
 *	its own processor moves it from VP_RUNNING to VP_DEAD
 * @stop: set by another processor that wants this VP to park
 * @nmi_masked: it is in its NMI handler
 * @nmi_pending: another NMI waits for the end of that handler
 * @vmcb: hardware state
 * @regs: general registers while it does not run
 * @vp_assist: VP assist page register
 * @synic: synthetic interrupt controller
 * @npt_seen: see npt_changed()
 */
struct vp {
	u32 index;
	struct partition *partition;
	struct cpu *cpu;
	u32 state;
	u32 stop;
	bool nmi_masked;
	bool nmi_pending;
	struct vmcb *vmcb;
	struct gprs regs;
	u64 vp_assist;
	struct synic synic;
	u32 npt_seen;
};

/**
 * struct partition - A partition
 * @id: its id
 * @type: what the hypervisor made it
 * @privileges: as in CPUID 0x40000003, EAX in the lower half, EBX in the upper
 * @npt: root of its nested page table
 * @num_vps: VPs it may have
 * @vps: its VPs
 * @guest_os_id: what the operating system says it is
 * @hypercall: hypercall page register
 * @reference_tsc: reference TSC page register
 * @crash: crash parameters P0..P4
 */
struct partition {
	u64 id;
	enum partition_type type;
	u64 privileges;
	u64 *npt;
	u32 num_vps;
	struct vp vps[MAX_CPUS];
	u64 guest_os_id;
	u64 hypercall;
	u64 reference_tsc;
	u64 crash[5];
};

/**
 * struct cpu - A physical processor
 * @stack_top: where its stack begins; offset known to machine/trampoline.S
 * @index: its number, 0 is the boot processor
 * @apic_id: local APIC id
 * @alive: it reached C; written by itself, cleared by who starts it
 * @parked: it waits in cpu_park() and holds nothing
 * @lp_added: the root partition added it as a logical processor
 * @vp: the parent's VP that runs on it
 * @idle: the VMCB that it idles in, see machine/svm.c
 * @kicked: another processor has sent it an NMI that it has not taken yet;
 *	changed by anybody, see cpu_kick()
 * @waiting: it idles and wants to know of VPs of children that become ready;
 *	changes under the lock of the children
 * @guest: the child of which it runs a VP in guest mode; read by others
 * @guest_entries: how often it entered guest mode for a child; read by others
 * @xsave: extended state of the parent while a child runs
 * @input: copy of a hypercall's input
 * @output: a hypercall's output until it is known to have succeeded
 * @guest_input: copy of the input of a child's hypercall
 */
struct cpu {
	u64 stack_top;
	u32 index;
	u32 apic_id;
	u32 alive;
	u32 parked;
	bool lp_added;
	struct vp *vp;
	struct vmcb *idle;
	u32 kicked;
	bool waiting;
	struct child *guest;
	u32 guest_entries;
	void *xsave;
	u8 *input;
	u8 *output;
	u8 *guest_input;
};

ASSERT_OFFSET(struct cpu, stack_top, 0);

/* A file that the boot loader brought along */
struct boot_module {
	u64 start, size;
	const char *command_line;
};

#define MAX_RAM_RANGES		32

struct ram_range {
	u64 start, size;
	u32 type;			/* as in the firmware's map, 1 is RAM */
};

struct text {
	char *buffer;
	size_t size, length;
};

extern struct partition parent;
extern struct cpu cpus[MAX_CPUS];
extern u32 num_cpus;

/* Symbols of the assembly files and of machine/link.lds */
extern u8 hv_begin[], hv_end[];
extern u8 trampoline_begin[], trampoline_end[];
extern u8 host_exceptions[], host_nmi[];
extern u8 svm_idle_loop[];

/* Called by the assembly files */
struct multiboot_info;
struct exception_frame;
extern struct cpu *cpu_starting;
__noreturn void hv_main(const struct multiboot_info *info);
__noreturn void cpu_entry(struct cpu *cpu);
__noreturn void host_exception(const struct exception_frame *frame);

/* machine/console.c */
__printf(1, 2) void hv_print(const char *format, ...);
__printf(2, 3) void text_add(struct text *text, const char *format, ...);
__printf(2, 3) __noreturn void end_of_run(enum end_code code,
					  const char *format, ...);
void spin_lock(struct spinlock *lock);
void spin_unlock(struct spinlock *lock);

/* machine/string.c */
void *memset(void *to, int value, size_t size);
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
bool all_zero(const void *data, size_t size);
char *next_word(char **line, const char *separators);
bool parse_u64(const char *word, int base, u64 *value);

/* machine/memory.c */
void memory_init(const void *multiboot_map, u32 size);
void *page_alloc(u32 count);
u64 parent_page_alloc(void);
bool memory_is_ram(u64 gpa, u64 size);
bool memory_is_provided(u64 gpa, u64 size);
u64 memory_end(void);
bool memory_is_hidden(u64 gpa, u64 size);
u32 memory_hidden(const struct ram_range **ranges);
u32 memory_map_of_parent(const struct ram_range **ranges);

/* machine/acpi.c */
void acpi_init(void);
u32 acpi_processors(u32 *apic_ids, u32 max);
u16 acpi_pm_timer(void);
u64 acpi_rsdp(void);
void acpi_add_ssdt(const void *aml, u32 size);

/* machine/clock.c */
void clock_init(void);
u64 clock_reference_at(u64 tsc);
u64 clock_reference(void);
u64 clock_tsc_hz(void);
u64 clock_apic_hz(void);
void clock_fill_reference_page(struct hv_reference_tsc_page *page, u64 ahead);

/* machine/cpu.c */
void cpu_init_boot(void);
void cpu_start_others(void);
void cpu_init_self(struct cpu *cpu);
__noreturn void cpu_park(struct cpu *cpu);
void cpu_kick(struct cpu *cpu);
bool cpu_take_nmi(struct cpu *cpu);
struct cpu *cpu_self(void);
u32 lapic_read(u32 reg);
void lapic_write(u32 reg, u32 value);
void lapic_send(u32 apic_id, u32 icr);
void cpu_send_init(struct cpu *cpu);
void cpu_send_startup(struct cpu *cpu);
struct cpu *cpu_by_apic_id(u32 apic_id);

/* machine/svm.c */
void svm_init(void);
void svm_init_cpu(struct cpu *cpu);
void svm_idle(struct cpu *cpu);
void vmcb_init(struct vp *vp);
void vmcb_reset(struct vp *vp, u32 sipi_vector);
void vmcb_boot(struct vp *vp, u64 rip, u64 zero_page, u64 cr3, u64 gdt);
void vmcb_inject_gp(struct vmcb *vmcb);
void vmcb_inject_nmi(struct vmcb *vmcb);
void vmcb_inject_ud(struct vmcb *vmcb);
void svm_intercept_msr(u32 msr, u32 access);
void svm_intercept_port(u16 port);

/* run/vmcb.c, run/schedule.c: see also child.h */
void run_init(void);
bool run_ready_vps(struct cpu *cpu);

/* run/timer.c: see also run.h */
u64 timer_wake_sleepers(void);
void timer_arm(u64 deadline);

/* run/doorbell.c: see also port.h and run.h */
void doorbell_retry(void);
void doorbell_reset(const struct vp *vp);

/* machine/vp_nmi.c */
bool vp_must_stop(struct vp *vp);
bool vp_take_nmi(struct vp *vp);
void vp_leaves_nmi_handler(struct vp *vp);

/* machine/svm_enter.S */
void svm_enter(struct vmcb *vmcb, struct gprs *regs);

/* core/parent_npt.c */
u64 *npt_build_parent(void);
void npt_set_visible(u64 gpa, bool visible);
bool npt_changed(u32 *generation);

/* core/ownership.c */
enum page_use {
	PAGE_IN_USE_MAPPED,		/* behind a child's memory */
	PAGE_IN_USE_LENT,		/* shared with the hypervisor */
};

void ownership_init(void);
enum hv_status page_deposit(u64 gpa);
void page_withdraw(u64 gpa);
void page_show(u64 gpa, bool visible);
bool page_is_hidden(u64 gpa);
bool parent_owns(u64 gpa, u64 size);
enum hv_status page_use_start(u64 gpa, u64 size, enum page_use use);
void page_use_end(u64 gpa, u64 size, enum page_use use);
void page_set_extra(u64 gpa, u32 extra);
u32 page_take_extra(u64 gpa);

/* parent/parent_vp.c */
void parent_create(void);
__noreturn void vp_run(struct vp *vp);

/* parent/parent_exit.c */
void exit_dispatch(struct vp *vp);

/* parent/parent_cpuid.c */
void exit_cpuid(struct vp *vp);

/* parent/parent_msr.c */
void msr_init(void);
void exit_msr(struct vp *vp);
bool overlay_write(struct vp *vp, u64 *reg, u64 value);

/* parent/parent_synic.c */
void synic_init_vp(struct vp *vp);
bool synic_read(struct vp *vp, u32 msr, u64 *value);
bool synic_write(struct vp *vp, u32 msr, u64 value);

/* parent/parent_apic.c */
bool apic_read(struct vp *vp, u32 msr, u64 *value);
bool apic_write(struct vp *vp, u32 msr, u64 value);
void apic_vp_died(struct vp *vp);
bool apic_create_vp(struct vp *vp, struct vp *target);

/* hypercall/hypercall.c */
void exit_vmmcall(struct vp *vp);

/* core/calllog.c */
const char *fault_add(u64 code, u64 nth, u64 status);
void fault_clear(void);
bool fault_hits(u16 code, u16 *status);
void calllog_record(struct vp *vp, u16 code, u64 input, u16 status);
void calllog_count_child(u16 code, u16 status);
void calllog_print(struct text *text);
void calllog_clear(void);
void counters_print(struct text *text, bool children);
void counters_clear(void);

/* core/knob_values.c */
extern struct knobs {
	u64 partition;
	u64 scheduler;
	u64 vmm_capabilities;
	u64 vmm_capabilities_banks;
	u64 vmm_capabilities_status;
	u64 integrated_scheduler;
	u64 integrated_scheduler_status;
	u64 build;
	u64 partition_id;
	u64 processors;
	u64 signal_sets;
	u64 stingy;
	u64 async_properties;
	u64 lazy_doorbells;
	u64 crash_ends;
	u64 large_xsave;
	u64 small_elements;
	u64 vmbus;
} knobs;

/* debug/knobs.c */
void knobs_parse(char *command_line);
const char *knob_change(const char *name, const char *value);
void knobs_print(struct text *text);

/* debug/debug.c */
#define DEBUG_PORT		0xed00

void debug_write(u8 byte);
u8 debug_read(void);

/* hypercall/child_partition.c */
void completions_release(void);

/* run/message.c */
void messages_print(struct text *text);
void messages_clear(void);

/* debug/ledger.c */
void vps_print(struct text *text);
void ledger_print(struct text *text);
void ledger_log(void);

/* boot/linux_boot.c */
void linux_boot(struct vp *vp, const struct boot_module *kernel,
		const struct boot_module *initramfs);

#endif /* HV_HV_H */

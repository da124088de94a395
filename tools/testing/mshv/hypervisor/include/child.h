/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Child partitions and their VPs: what the files that keep them (child/ and
 * hypercall/) and the files that run them (run/) share.
 *
 * Locks: children_lock covers the table of children, every struct child, all
 * pools, who owns which page, and every VP that no processor runs. It is a leaf
 * lock, but for those of machine/memory.c and of the files that run VPs.
 *
 * A VP in CHILD_VP_RUNNING belongs to its processor alone. It gets there under
 * children_lock and leaves there under it; in between, nobody else touches it
 * but for @stop. So who wants a VP looks it up with child_vp_get(), which asks
 * it to leave and waits, without the lock, until it has.
 *
 * Nested page tables of a child are changed under children_lock while its VPs
 * run. run_flush() makes them notice, and for that waits with children_lock held
 * until no processor is in guest mode with an older state: so a processor that
 * leaves guest mode says so (struct cpu) before it asks for the lock.
 */
#ifndef HV_CHILD_H
#define HV_CHILD_H

#include "child_apic.h"
#include "child_synic.h"
#include "hv.h"
#include "tlfs_child.h"

#define MAX_CHILDREN		128
#define MAX_CHILD_VPS		256

/**
 * enum child_state - Life of a child partition
 * @CHILD_CREATED: may have properties and deposits
 * @CHILD_ACTIVE: initialized: may have memory and VPs
 * @CHILD_FINALIZED: has nothing but its pool; may be deleted
 */
enum child_state {
	CHILD_CREATED,
	CHILD_ACTIVE,
	CHILD_FINALIZED,
};

/**
 * struct pool - Pages of the parent that were deposited for a partition
 * @free: number of them that no object uses
 * @used: number of them that objects use
 * @first: the free ones, linked through their first word; 0: none
 * @extra: used ones that no object needs, see core/pool.c; linked likewise
 */
struct pool {
	u32 free;
	u32 used;
	u64 first;
	u64 extra;
};

/**
 * struct shared_page - A page that the hypervisor writes and the parent reads
 * @page: the page, NULL: not mapped; the hypervisor's address is the parent's
 * @pool: where it goes back to; NULL: the parent provided it
 */
struct shared_page {
	void *page;
	struct pool *pool;
};

/**
 * enum child_vp_activity - Who has a VP
 * @CHILD_VP_IDLE: suspended, blocked, or nobody asked for it
 * @CHILD_VP_READY: hypervisor's scheduler: waits for a processor
 * @CHILD_VP_RUNNING: a processor runs it
 */
enum child_vp_activity {
	CHILD_VP_IDLE,
	CHILD_VP_READY,
	CHILD_VP_RUNNING,
};

/**
 * enum child_offer - What the processor may deliver in guest mode by itself
 * @OFFER_NOTHING: nothing
 * @OFFER_INTERRUPT: an interrupt
 * @OFFER_WINDOW: an interrupt that exits instead: the guest could take one
 */
enum child_offer {
	OFFER_NOTHING,
	OFFER_INTERRUPT,
	OFFER_WINDOW,
};

/**
 * struct message - A message to the parent; part of the object that it is about
 * @next: behind this one in the queue
 * @queued: it waits for its slot to become free
 * @size: bytes of payload
 * @type: HV_MESSAGE_*
 * @sender: id of the partition
 * @payload: what to say
 */
struct message {
	struct message *next;
	bool queued;
	u8 size;
	u32 type;
	u64 sender;
	u64 payload[3];
};

/**
 * enum child_counter - What is counted about a VP
 * @COUNT_RUN_TIME: in guest mode, TSC cycles
 * @COUNT_PORTS: exits for an I/O port
 * @COUNT_HALTS: exits for HLT
 * @COUNT_CPUIDS: exits for CPUID
 * @COUNT_MSRS: exits for an MSR
 * @COUNT_OTHERS: exits that are none of these
 * @COUNT_INTERRUPTS: exits for an interrupt of the machine
 * @COUNT_PORT_MESSAGES: intercept messages of each kind
 * @COUNT_MEMORY_MESSAGES: likewise
 * @COUNT_OTHER_MESSAGES: likewise
 * @COUNT_PAGE_FAULTS: exits for the nested page table
 * @COUNT_DISPATCHES: how often it got a processor
 * @CHILD_COUNTERS: how many these are
 */
enum child_counter {
	COUNT_RUN_TIME,
	COUNT_PORTS,
	COUNT_HALTS,
	COUNT_CPUIDS,
	COUNT_MSRS,
	COUNT_OTHERS,
	COUNT_INTERRUPTS,
	COUNT_PORT_MESSAGES,
	COUNT_MEMORY_MESSAGES,
	COUNT_OTHER_MESSAGES,
	COUNT_PAGE_FAULTS,
	COUNT_DISPATCHES,
	CHILD_COUNTERS
};

/* MSRs neither in the VMCB nor with the hypervisor, see child/msr.c */
#define CHILD_STORED_MSRS	36

/*
 * A component of the extended state that no processor has, for a state that does
 * not fit on a page. No instruction reaches it. See the knob "large-xsave".
 */
#define XSAVE_LARGE		BIT(62)
#define XSAVE_LARGE_PAGES	2

struct result_page;

/**
 * struct register_watch - Which of its control registers a VP is watched for
 * @control: HV_WATCH_*
 * @cr0_mask: bits of CR0 of which a change matters
 * @cr4_mask: likewise, of CR4
 * @misc_enable_mask: likewise, of the MSR
 */
struct register_watch {
	u64 control;
	u64 cr0_mask;
	u64 cr4_mask;
	u64 misc_enable_mask;
};

/**
 * struct child_vp - A VP of a child; lives in a page of the child's pool
 * @index: VP index in its partition
 * @child: the partition
 * @activity: enum child_vp_activity
 * @cpu: the processor that runs it
 * @stop: somebody wants it: it must leave its processor and not start again;
 *	set by anybody, cleared under children_lock
 * @explicit_suspend: HV_REGISTER_EXPLICIT_SUSPEND
 * @intercept_suspend: HV_REGISTER_INTERCEPT_SUSPEND
 * @dispatch_suspend: HV_REGISTER_DISPATCH_SUSPEND
 * @startup_suspend: it waits for a SIPI
 * @halted: it executed HLT and waits for an interrupt
 * @idle: it said that it idles, and waits for an interrupt that it need not take
 * @nmi_masked: it has not returned from its last NMI
 * @blocked: root scheduler: the last dispatch said that it is blocked, and no
 *	signal was sent since
 * @root_signals: HV_REGISTER_VP_ROOT_SIGNAL_COUNT
 * @vmcb: hardware state; RAX, RSP, RIP, RFLAGS and the event to be injected
 *	(HV_X64_REGISTER_PENDING_INTERRUPTION) are here and nowhere else
 * @regs: the other general registers while it does not run
 * @xsave: extended state while it does not run, standard format, one page
 * @large: where its partition has XSAVE_LARGE: that component
 * @xcr0: HV_X64_REGISTER_XFEM
 * @cr8: task priority
 * @dr: debug registers 0 to 3
 * @msrs: see child/msr.c
 * @pending_event: HV_REGISTER_PENDING_EVENT0, if it is an exception
 * @deliverability: HV_REGISTER_DELIVERABILITY
 * @watch: register intercepts, see run/watch_exit.c
 * @apic: its local APIC, where the hypervisor provides it
 * @offer: what the processor was offered when it last entered guest mode
 * @offered: vector of the interrupt that it was offered
 * @offered_external: that is not one of the local APIC's
 * @shadowed_hlt: RIP of a HLT in the shadow of STI that it was to execute when it
 *	last entered guest mode, see run/interrupt.c
 * @synic: its SynIC and synthetic timers
 * @assist: HV_REGISTER_VP_ASSIST_PAGE, without a meaning yet
 * @npt_generation: of the nested page table when it last entered guest mode
 * @flush: its guest wants its TLB flushed before it goes on; set under
 *	children_lock, taken back by whoever enters guest mode
 * @state: state pages, by HV_STATE_PAGE_*
 * @stats: statistics pages, by HV_STATS_AREA_*
 * @counters: by enum child_counter
 * @results: what the parent has said in advance, see child/results.c
 * @intercept_message: tells the parent of an intercept
 * @signal_message: tells the parent that it can be dispatched again
 * @eoi_message: tells the parent of level-triggered interrupts that ended
 * @next: in the queue of VPs that are ready
 * @sleeps: it is in the list of VPs that have halted and whose timers run
 * @next_sleeper: in that list
 */
struct child_vp {
	u32 index;
	struct child *child;
	u32 activity;
	struct cpu *cpu;
	u32 stop;
	bool explicit_suspend;
	bool intercept_suspend;
	bool dispatch_suspend;
	bool startup_suspend;
	bool halted;
	bool idle;
	bool nmi_masked;
	bool blocked;
	u64 root_signals;
	struct vmcb *vmcb;
	struct gprs regs;
	void *xsave;
	u64 *large[XSAVE_LARGE_PAGES];
	u64 xcr0;
	u8 cr8;
	u64 dr[4];
	u64 msrs[CHILD_STORED_MSRS];
	struct hv_value pending_event;
	u64 deliverability;
	struct register_watch watch;
	struct child_apic apic;
	enum child_offer offer;
	u8 offered;
	bool offered_external;
	u64 shadowed_hlt;
	struct child_synic synic;
	u64 assist;
	u32 npt_generation;
	u32 flush;
	struct shared_page state[HV_STATE_PAGES];
	struct shared_page stats[HV_STATS_AREAS];
	u64 counters[CHILD_COUNTERS];
	struct result_page *results;
	struct message intercept_message;
	struct message signal_message;
	struct message eoi_message;
	struct child_vp *next;
	bool sleeps;
	struct child_vp *next_sleeper;
};

/* Of the counters on a VP's statistics pages */
#define HV_COUNTER_DISPATCH_BLOCKED	202

/**
 * struct child - A child partition; lives in a page of the parent's pool
 * @id: its id
 * @state: enum child_state
 * @flags: creation flags
 * @pool: its memory
 * @npt: root of its nested page table
 * @npt_generation: counts changes of that table that must be noticed
 * @npt_stale: there was one that is not counted yet
 * @mapped: 4 KiB pages mapped, those of no access not counted
 * @num_vps: its VPs
 * @compatibility: version that the parent named
 * @disabled_features: what its VPs do not have of processor_features()
 * @disabled_xsave: likewise, of processor_xsave_features()
 * @processors_per_socket: property, told but without effect
 * @large_xsave: its VPs have XSAVE_LARGE
 * @tsc_invariant: MSR: 1: CPUID says that the TSC is invariant
 * @synthetic_features: property
 * @page_access_tracking: property
 * @time_freeze: property
 * @frozen_at: TSC since when it is frozen; 0: it is not
 * @frozen_for: how long it was frozen until it went on last, TSC cycles
 * @ahead: what its parent has added to its reference time, 100 ns
 * @unimplemented_msr_action: property: HV_UNIMPLEMENTED_MSR_*
 * @intercepts: mask of HV_INTERCEPT_ACCESS_* installed, by HV_INTERCEPT_*
 * @exceptions: vectors with an exception intercept
 * @stats: statistics pages, by HV_STATS_AREA_*
 * @completion: tells the parent that an asynchronous call is done
 * @completion_held: but not before the knob is turned
 * @guest_os_id: HV_REGISTER_GUEST_OS_ID
 * @hypercall: the page with the code of a hypercall
 * @reference_tsc: the page of the reference time
 * @crash: HV_REGISTER_CRASH_P0 to _P4
 * @overlays: pages of the hypervisor's over its memory
 * @connections: of its doorbells, see port.h
 * @vps: its VPs by index
 */
struct child {
	u64 id;
	enum child_state state;
	u64 flags;
	struct pool pool;
	u64 *npt;
	u32 npt_generation;
	bool npt_stale;
	u64 mapped;
	u32 num_vps;
	u32 compatibility;
	u64 disabled_features[HV_PROCESSOR_FEATURE_BANKS];
	u64 disabled_xsave;
	u64 processors_per_socket;
	bool large_xsave;
	u64 tsc_invariant;
	u64 synthetic_features;
	u64 page_access_tracking;
	u64 time_freeze;
	u64 frozen_at;
	u64 frozen_for;
	u64 ahead;
	u64 unimplemented_msr_action;
	u8 intercepts[HV_INTERCEPT_TYPES];
	u32 exceptions;
	struct shared_page stats[HV_STATS_AREAS];
	struct message completion;
	bool completion_held;
	u64 guest_os_id;
	struct overlay hypercall;
	struct overlay reference_tsc;
	u64 crash[5];
	struct overlay *overlays;
	struct connection *connections;
	struct child_vp *vps[MAX_CHILD_VPS];
};

COMPILE_ASSERT(sizeof(struct child) <= PAGE_SIZE);
COMPILE_ASSERT(sizeof(struct child_vp) <= PAGE_SIZE);

extern struct child *children[MAX_CHILDREN];
extern struct spinlock children_lock;

/* core/children.c */
struct child **child_slot(u64 id);
struct child *child_find(u64 id);
struct child_vp *child_vp_find(u64 id, u32 index);
enum hv_status child_get_active(u64 id, struct child **child);

/* child/lifecycle.c */
enum hv_status child_vp_get(u64 id, u32 index, struct child_vp **vp);
void child_vp_put(struct child_vp *vp);
enum hv_status child_create(const struct hv_in_create_partition *in, u64 *id);
enum hv_status child_initialize(u64 id);
enum hv_status child_finalize(u64 id);
enum hv_status child_delete(u64 id);

/* child/port.c: the rest is in port.h */
void child_disconnect(struct child *child);

/* core/pool.c */
extern struct pool parent_pool;
bool pool_take(struct pool *pool, u32 count, u64 pages[]);
void pool_return(struct pool *pool, u64 page);
enum hv_status pool_deposit(struct pool *pool, u64 gpa);
enum hv_status pool_withdraw(struct pool *pool, u64 *gpa);
void pool_merge(struct pool *to, struct pool *from);
enum hv_status shared_page_start(struct shared_page *shared, struct pool *pool,
				 u64 provided);
void shared_page_end(struct shared_page *shared);

/* child/npt.c */
#define NPT_READ		BIT(0)	/* HV_MAP_GPA_READABLE */
#define NPT_WRITE		BIT(1)	/* HV_MAP_GPA_WRITABLE */
#define NPT_EXECUTE		BIT(2)	/* HV_MAP_GPA_KERNEL_EXECUTABLE */
#define NPT_NO_ACCESS		BIT(3)	/* HV_MAP_GPA_NO_ACCESS */

/**
 * struct npt_page - What is mapped at a guest physical address
 * @mapped: anything; false: an access is HVMSG_UNMAPPED_GPA
 * @access: NPT_*; what is not there is HVMSG_GPA_INTERCEPT
 * @hpa: machine address of the very byte, unless NPT_NO_ACCESS
 */
struct npt_page {
	bool mapped;
	u32 access;
	u64 hpa;
};

struct npt_page child_npt_lookup(const struct child *child, u64 gpa);
enum hv_status child_npt_map(struct child *child, u64 gfn, u64 hfn, u32 flags);
enum hv_status child_npt_unmap(struct child *child, u64 gfn, u32 flags);
bool child_npt_cover(struct child *child, u64 gfn, u64 page, u64 *covered);
void child_npt_uncover(struct child *child, u64 gfn, const u64 *covered);
#define NPT_ACCESSED		BIT(0)	/* HV_PAGE_ACCESSED */
#define NPT_DIRTY		BIT(1)	/* HV_PAGE_DIRTY */
enum hv_status child_npt_access(struct child *child, u64 gfn, u32 clear,
				u32 set, u32 *state);
bool child_npt_all_accessed(const struct child *child);
void child_npt_settle(struct child *child);
void child_npt_destroy(struct child *child);

/* child/vp.c */
enum hv_status child_vp_create(struct child *child, u32 index);
void child_vp_delete(struct child_vp *vp);
void child_vp_count(struct child_vp *vp, u32 counter, u64 value);

/* child/stats.c */
void child_stats_add(struct child_vp *vp, enum child_counter counter, u64 by);
void child_stats_exit(struct child_vp *vp, u64 code);
void child_stats_message(struct child_vp *vp, u32 type);
void child_stats_show_vp(struct child_vp *vp);
void child_stats_show(const struct child *child);

/*
 * child/msr.c: where an MSR of a child is kept, in the VMCB or in @msrs; NULL:
 * nowhere. Whoever writes checks the value with child_msr_valid().
 */
u64 *child_msr(struct child_vp *vp, u32 msr);
bool child_msr_valid(u32 msr, u64 value);
u64 *child_msr_register(struct child_vp *vp, u32 name, u32 *msr);
void child_msr_reset(struct child_vp *vp);

/* child/registers.c */
u64 *child_general_register(struct child_vp *vp, u32 n);
enum hv_status child_register_get(struct child_vp *vp, u32 name,
				  struct hv_value *value);
enum hv_status child_register_set(struct child_vp *vp, u32 name,
				  const struct hv_value *value);

/* child/state.c: what the processor keeps in another form than the interface */
struct hv_segment child_segment_get(const struct child_vp *vp, u32 n);
bool child_segment_set(struct child_vp *vp, u32 n,
		       const struct hv_segment *segment);
u64 child_pending_get(const struct child_vp *vp);
bool child_pending_set(struct child_vp *vp, u64 pending);
u64 child_interrupt_state_get(const struct child_vp *vp);

/* child/time.c */
bool child_time_stops(struct child *child);
void child_time_freeze(struct child *child, u64 freeze);
u64 child_time_now(const struct child *child);
bool child_tsc_is_own(const struct child_vp *vp);
u64 child_reference_get(const struct child *child);
void child_reference_set(struct child *child, u64 time);
void child_reference_fill(struct child *child);

/* child/results.c: with the VP at hand */
enum hv_status child_result_set(struct child_vp *vp,
				const struct hv_intercept_result *result);
void child_results_delete(struct child_vp *vp);
bool child_result_cpuid(struct child_vp *vp, u32 leaf, u32 subleaf, u32 out[4]);
bool child_result_msr(struct child_vp *vp, u32 msr, bool write, u32 *action);

/* child/xsave.c: extended state in compacted format; with the VP at hand */
void child_xsave_reset(struct child_vp *vp);
u64 child_xsave_features(const struct child *child);
u64 child_xsave_states(const struct child *child);
u32 child_xsave_size(u64 states);
void child_xsave_get(struct child_vp *vp, u64 states, void *compacted);
bool child_xsave_set(struct child_vp *vp, u64 states, void *compacted);

/*
 * child/register_page.c: to be called with the VP at hand, before it enters
 * guest mode for the first time since the parent may have written to the page,
 * and after it left to tell the parent about an intercept.
 */
void register_page_load(struct child_vp *vp);
void register_page_store(struct child_vp *vp);
void register_page_refresh(struct child_vp *vp);

/*
 * run/, for the files that keep. All but run_stop() with children_lock held.
 * run_stop(): ask a VP to leave its processor, don't wait.
 * run_flush(): no processor uses older contents of the nested page table.
 * run_flush_vp(): a VP uses no older contents of its guest's page tables.
 * run_update(): registers of a VP that does not run have changed, which may
 *	make it ready, or the parent wants to know that it is not blocked any more.
 * run_forget(): the VP is about to be deleted; it does not run.
 */
void run_stop(struct child_vp *vp);
void run_flush(struct child *child);
void run_flush_vp(struct child_vp *vp);
void run_update(struct child_vp *vp);
void run_forget(struct child_vp *vp);

/*
 * run/message.c: messages to the parent's SINT0. May be called with and without
 * children_lock. message_post(): @m is filled in by the caller but for @next and
 * @queued; while it is queued a second post does nothing. message_cancel(): @m
 * goes away. message_retry(): the parent may have made room.
 */
void message_post(struct message *m);
void message_post_to(const struct vp *vp, struct message *m);
void message_cancel(struct message *m);
void message_retry(void);
struct hv_message *message_slot(const struct vp *vp, u32 sint);
void message_raise(const struct vp *vp, u32 sint);

/*
 * run/vmcb.c: fill a zeroed VMCB, @vp->vmcb, with the state after RESET; INIT of
 * a VP; SIPI, after which it starts at page @vector.
 */
void run_vmcb_init(struct child_vp *vp);
void run_vmcb_reset(struct child_vp *vp);
void run_vmcb_start(struct child_vp *vp, u8 vector);

/* run/child_cpuid.c: what a VP sees without intercepts; EAX, EBX, ECX, EDX */
void run_cpuid(const struct child_vp *vp, u32 leaf, u32 subleaf, u32 out[4]);

/*
 * run/guest_walk.c: translate an address of a VP that does not run, with
 * children_lock held. @access is HV_TRANSLATE_*; returns HV_TRANSLATE_* result.
 */
u32 guest_walk(const struct child_vp *vp, u64 gva, u32 access, u64 *gpa);

#endif /* HV_CHILD_H */

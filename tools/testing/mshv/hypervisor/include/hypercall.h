/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the dispatcher (hypercall/hypercall.c) and the handlers next to it.
 */
#ifndef HV_HYPERCALL_H
#define HV_HYPERCALL_H

#include "hv.h"

struct child_vp;

/**
 * struct hypercall - One call as its handler sees it
 * @vp: who calls, in the parent
 * @caller: who calls, in a child
 * @input: fixed input, then the variable header, then the list of a rep call;
 *	a copy, which the caller cannot change any more
 * @output: fixed output, or the list of a rep call; zeroed, and copied to the
 *	caller when the handler succeeds
 * @varhead: bytes of the variable header
 * @rep_start: first element to do
 * @rep_count: one past the last element
 * @reps_done: elements that are done, counted from element 0; a handler of a
 *	rep call keeps it up to date, also when it fails in the middle
 * @yields: the child lets others have the processor
 * @is_parents: it is for the parent to do, or to refuse
 */
struct hypercall {
	struct vp *vp;
	struct child_vp *caller;
	void *input;
	void *output;
	u32 varhead;
	u32 rep_start;
	u32 rep_count;
	u32 reps_done;
	bool yields;
	bool is_parents;
};

/* Flags of struct hypercall_def */
#define CALL_REP	BIT(0)		/* works on a list */
#define CALL_VARHEAD	BIT(1)		/* takes a variable header */

/**
 * struct hypercall_def - What is known about a hypercall before it is made
 * @code: call code
 * @name: for messages
 * @handler: does it
 * @input_size: bytes of fixed input
 * @output_size: bytes of fixed output
 * @rep_input_size: bytes of input for each element
 * @rep_output_size: bytes of output for each element
 * @flags: CALL_*
 * @privilege: the caller must have all of these: HV_PRIV_*, and in a child
 *	HV_SYNTHETIC_*
 */
struct hypercall_def {
	u16 code;
	const char *name;
	enum hv_status (*handler)(struct hypercall *call);
	u16 input_size;
	u16 output_size;
	u16 rep_input_size;
	u16 rep_output_size;
	u16 flags;
	u64 privilege;
};

/* core/convention.c */
u32 hypercall_input(const struct hypercall_def *def,
		    const struct hypercall *call);
u32 hypercall_output(const struct hypercall_def *def,
		     const struct hypercall *call);
enum hv_status hypercall_check(const struct hypercall_def *def,
			       const struct hypercall *call, u64 control);

enum hv_status call_get_partition_id(struct hypercall *call);
enum hv_status call_get_partition_property(struct hypercall *call);
enum hv_status call_get_partition_property_ex(struct hypercall *call);

enum hv_status call_get_system_property(struct hypercall *call);
enum hv_status call_set_system_property(struct hypercall *call);
enum hv_status call_enter_sleep_state(struct hypercall *call);
enum hv_status call_notify_partition_event(struct hypercall *call);

enum hv_status call_get_lp_run_time(struct hypercall *call);
enum hv_status call_add_lp(struct hypercall *call);
enum hv_status call_create_vp(struct hypercall *call);
enum hv_status call_get_vp_index_from_apic_id(struct hypercall *call);

enum hv_status call_map_device_interrupt(struct hypercall *call);
enum hv_status call_unmap_device_interrupt(struct hypercall *call);

enum hv_status call_map_stats_page(struct hypercall *call);
enum hv_status call_map_stats_page2(struct hypercall *call);
enum hv_status call_unmap_stats_page(struct hypercall *call);
void stats_show_children(void);

enum hv_status call_dispatch_vp(struct hypercall *call);

enum hv_status call_create_partition(struct hypercall *call);
enum hv_status call_initialize_partition(struct hypercall *call);
enum hv_status call_finalize_partition(struct hypercall *call);
enum hv_status call_delete_partition(struct hypercall *call);
enum hv_status call_set_partition_property(struct hypercall *call);
enum hv_status call_install_intercept(struct hypercall *call);

enum hv_status call_deposit_memory(struct hypercall *call);
enum hv_status call_withdraw_memory(struct hypercall *call);
enum hv_status call_map_gpa_pages(struct hypercall *call);
enum hv_status call_unmap_gpa_pages(struct hypercall *call);
enum hv_status call_get_access_states(struct hypercall *call);

enum hv_status call_create_port(struct hypercall *call);
enum hv_status call_delete_port(struct hypercall *call);
enum hv_status call_connect_port(struct hypercall *call);
enum hv_status call_disconnect_port(struct hypercall *call);
enum hv_status call_notify_port_ring_empty(struct hypercall *call);

enum hv_status call_delete_vp(struct hypercall *call);
enum hv_status call_map_state_page(struct hypercall *call);
enum hv_status call_unmap_state_page(struct hypercall *call);

enum hv_status call_get_vp_registers(struct hypercall *call);
enum hv_status call_set_vp_registers(struct hypercall *call);
enum hv_status call_translate_address(struct hypercall *call);
enum hv_status call_get_cpuid_values(struct hypercall *call);
enum hv_status call_register_result(struct hypercall *call);
enum hv_status call_get_vp_state(struct hypercall *call);
enum hv_status call_set_vp_state(struct hypercall *call);

enum hv_status call_assert_interrupt(struct hypercall *call);
enum hv_status call_clear_interrupt(struct hypercall *call);

enum hv_status call_signal_event(struct hypercall *call);
enum hv_status call_post_message(struct hypercall *call);

enum hv_status call_post_to_connection(struct hypercall *call);

/* Children's part of calls that are also about the parent itself */
enum hv_status child_get_property(u64 id, u32 code, u64 *value);
enum hv_status child_create_vp(const struct hv_in_create_vp *in);
enum hv_status child_map_stats(const struct hv_in_stats_page *key, u64 *gpa);
enum hv_status child_unmap_stats(const struct hv_in_stats_page *key);

#endif /* HV_HYPERCALL_H */

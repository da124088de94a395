// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls that a guest makes: those of the hypervisor, and those that the VMM
 * does in its stead.
 */
#include "lib/synthetic_fixture.h"
#include "lib/background.h"
#include "lib/guest_synthetic.h"
#include "lib/vp.h"

#define VECTOR		0x71
#define NO_SUCH_CALL	0x4321
#define CONNECTION	0x77
#define TYPE		0x1234

/* Calls that a guest is to make, one after the other, and what came of them */
#define CALLS		(GUEST_SCRATCH + 0x1000)
#define INPUT		(GUEST_SCRATCH + 0x2000)

#define CALL_WORDS	7

struct call {
	__u64 control;			/* becomes the result; 0: no more */
	__u64 input[CALL_WORDS];
};

static __guest void make_calls(__u64 unused)
{
	struct call *call = (struct call *)CALLS;

	hypercalls_enable();
	for (; call->control; call++)
		call->control = hypercall(call->control, (__u64)call->input, 0);
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

static struct call *calls_of(struct vm *vm)
{
	return (struct call *)((char *)vm->ram + CALLS);
}

/* Returns the statuses of calls, in place of their control words. */
static const struct call *made(struct vm *vm, const struct call *calls,
			       size_t size)
{
	struct vp *vp = vp_new_at(vm, 0, make_calls, 0);

	memcpy(calls_of(vm), calls, size);
	return vp_writes_port(vp, RESULT_PORT, 4, ALL_WELL) ? calls_of(vm) :
							      NULL;
}

TEST_F(synthetic, calls_need_their_features)
{
	static const struct call calls[] = {
		{ .control = HVCALL_FLUSH_SPACE },
		{ .control = HVCALL_FLUSH_LIST | HVCALL_REPS(1) },
		{ .control = HVCALL_LONG_SPIN_WAIT }, { HVCALL_SEND_IPI, { VECTOR } },
		{ .control = HVCALL_FLUSH_SPACE_EX },
		{ .control = HVCALL_FLUSH_LIST_EX | HVCALL_REPS(1) },
		{ HVCALL_SEND_IPI_EX, { VECTOR } },
		{ HVCALL_SIGNAL_EVENT, { CONNECTION } },
	};
	const __u64 basic = HV_FEATURE_PRESENT | HV_FEATURE_HV1 |
			    HV_FEATURE_HYPERCALL_MSRS;
	struct vm *vm = vm_new_enlightened(VM_X2APIC, basic);
	const struct call *results = made(vm, calls, sizeof(calls));
	size_t i;

	ASSERT_TRUE(!!results);
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		EXPECT_EQ(HV_STATUS_ACCESS_DENIED, (__u16)results[i].control);
}

TEST_F(synthetic, bad_calls_are_refused)
{
	static const struct {
		struct call call;
		__u16 status;
	} rows[] = {
		{ { .control = NO_SUCH_CALL }, HV_STATUS_INVALID_CODE },

		{ { .control = HVCALL_FLUSH_SPACE | _BITULL(27) }, HV_STATUS_INVALID_INPUT },
		{ { .control = HVCALL_FLUSH_SPACE | HVCALL_REPS(1) }, HV_STATUS_INVALID_INPUT },
		{ { .control = HVCALL_FLUSH_SPACE | HVCALL_FAST }, HV_STATUS_INVALID_INPUT },
		{ { .control = HVCALL_FLUSH_SPACE | HVCALL_VARHEAD(1) }, HV_STATUS_INVALID_INPUT },
		{ { HVCALL_FLUSH_SPACE, { 0, 0x10 } }, HV_STATUS_INVALID_PARAMETER },
		{ { HVCALL_FLUSH_SPACE, { 0, HV_FLUSH_EXTENDED_RANGES } },
		  HV_STATUS_INVALID_PARAMETER },
		{ { .control = HVCALL_FLUSH_LIST }, HV_STATUS_INVALID_INPUT },
		{ { HVCALL_FLUSH_LIST | HVCALL_REPS(1),
		    { 0, HV_FLUSH_EXTENDED_RANGES } }, HV_STATUS_INVALID_PARAMETER },
		{ { .control = HVCALL_FLUSH_LIST | HVCALL_REPS(0x200) },
		  HV_STATUS_INVALID_ALIGNMENT },

		{ { HVCALL_FLUSH_SPACE_EX, { 0, 0, 2 } }, HV_STATUS_INVALID_PARAMETER },
		{ { HVCALL_FLUSH_SPACE_EX, { 0, 0, 0, 1 } }, HV_STATUS_INVALID_INPUT },
		{ { HVCALL_FLUSH_SPACE_EX | HVCALL_VARHEAD(2), { 0, 0, 0, 1 } },
		  HV_STATUS_INVALID_INPUT },
		{ { HVCALL_FLUSH_LIST_EX | HVCALL_VARHEAD(1) | HVCALL_REPS(1),
		    { 0, 0x10, 0, 1 } }, HV_STATUS_INVALID_PARAMETER },

		{ { HVCALL_SEND_IPI, { 15 } }, HV_STATUS_INVALID_PARAMETER },
		{ { HVCALL_SEND_IPI, { 256 } }, HV_STATUS_INVALID_PARAMETER },
		{ { HVCALL_SEND_IPI, { VECTOR | 1ULL << 32 } },
		  HV_STATUS_INVALID_PARAMETER },
		{ { HVCALL_SEND_IPI, { VECTOR | 1ULL << 40 } },
		  HV_STATUS_INVALID_PARAMETER },
		{ { HVCALL_SEND_IPI_EX, { 15 } }, HV_STATUS_INVALID_PARAMETER },
		{ { HVCALL_SEND_IPI_EX, { VECTOR, 2 } }, HV_STATUS_INVALID_PARAMETER },
		{ { HVCALL_SEND_IPI_EX | HVCALL_VARHEAD(1), { VECTOR, 0, 3 } },
		  HV_STATUS_INVALID_INPUT },

		{ { HVCALL_POST_MESSAGE, { CONNECTION | 1ULL << 32, TYPE } },
		  HV_STATUS_INVALID_PARAMETER },
		{ { HVCALL_POST_MESSAGE, { CONNECTION, 0 } },
		  HV_STATUS_INVALID_PARAMETER },
		{ { HVCALL_POST_MESSAGE, { CONNECTION, 0x80000000 } },
		  HV_STATUS_INVALID_PARAMETER },
		{ { HVCALL_POST_MESSAGE, { CONNECTION, TYPE | 241ULL << 32 } },
		  HV_STATUS_INVALID_PARAMETER },
		{ { HVCALL_POST_MESSAGE, { CONNECTION, TYPE } },
		  HV_STATUS_INVALID_CONNECTION_ID },
		{ { HVCALL_SIGNAL_EVENT, { CONNECTION | 2048ULL << 32 } },
		  HV_STATUS_INVALID_PARAMETER },
		{ { HVCALL_SIGNAL_EVENT, { CONNECTION | 1ULL << 48 } },
		  HV_STATUS_INVALID_PARAMETER },
		{ { HVCALL_SIGNAL_EVENT, { CONNECTION } },
		  HV_STATUS_INVALID_CONNECTION_ID },
	};
	struct call calls[ARRAY_SIZE(rows)];
	const struct call *results;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		calls[i] = rows[i].call;
	results = made(self->vm, calls, sizeof(calls));
	ASSERT_TRUE(!!results);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(rows[i].status, (__u16)results[i].control) {
			TH_LOG("row %zu", i);
		}
	}
}

TEST_F(synthetic, good_calls_are_made)
{
	static const struct call calls[] = {
		{ HVCALL_FLUSH_SPACE, { 0, HV_FLUSH_ALL_SPACES, 1 } },
		{ HVCALL_FLUSH_SPACE, { 0, HV_FLUSH_ALL_PROCESSORS } },
		{ HVCALL_FLUSH_LIST | HVCALL_REPS(3), { 0, 0, 1 } },
		{ HVCALL_FLUSH_SPACE_EX, { 0, 0, HV_VP_SET_ALL } },
		{ HVCALL_FLUSH_LIST_EX | HVCALL_VARHEAD(2) | HVCALL_REPS(1),
		  { 0, 0, HV_VP_SET_SPARSE, 0x8000000000000001 } },
		{ HVCALL_SEND_IPI_EX | HVCALL_VARHEAD(1), { VECTOR, 0, 1, 0 } },
		{ HVCALL_LONG_SPIN_WAIT, { 1000 } },
	};
	const struct call *results = made(self->vm, calls, sizeof(calls));
	size_t i;

	ASSERT_TRUE(!!results);
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		EXPECT_EQ(0, (__u16)results[i].control) {
			TH_LOG("row %zu", i);
		}
	}
	EXPECT_EQ(3, HVCALL_REPS_DONE(results[2].control));
	EXPECT_EQ(1, HVCALL_REPS_DONE(results[4].control));
}

static __guest_handler void count(struct interrupt_frame *frame)
{
	add(COUNT, 1);
	apic_eoi();
}

static __guest void take_interrupts(__u64 number)
{
	apic_enable(true);
	interrupts_on();
	add(STARTED, 1);
	wait_for(COUNT, number);
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

/* Is in the set, but does not let interrupts in: its own one waits. */
static __guest void interrupt_others(__u64 unused)
{
	__u64 *input = (__u64 *)INPUT, result;

	apic_enable(true);
	hypercalls_enable();
	wait_for(STARTED, 2);
	result = hypercall(HVCALL_SEND_IPI | HVCALL_FAST, VECTOR, 3);
	wait_for(COUNT, 1);

	/* VP 1 again, and VP 66 */
	input[0] = VECTOR;
	input[1] = HV_VP_SET_SPARSE;
	input[2] = 3;
	input[3] = 2;
	input[4] = 4;
	result |= hypercall(HVCALL_SEND_IPI_EX | HVCALL_VARHEAD(2), INPUT, 0);
	wait_for(COUNT, 3);
	if (!result && apic_has(APIC_IRR, VECTOR))
		out32(RESULT_PORT, ALL_WELL);
	halt();
}

TEST_F(synthetic, set_of_vps_is_interrupted)
{
	struct vp *sender = vp_new_at(self->vm, 0, interrupt_others, 0);
	pthread_t threads[2];

	vm_handle(self->vm, VECTOR, count);
	threads[0] = vp_begin(vp_new_at(self->vm, 1, take_interrupts, 3));
	threads[1] = vp_begin(vp_new_at(self->vm, 66, take_interrupts, 3));
	EXPECT_TRUE(vp_writes_port(sender, RESULT_PORT, 4, ALL_WELL));
	EXPECT_TRUE(vp_ends_well(threads[0]));
	EXPECT_TRUE(vp_ends_well(threads[1]));
}

/* Two large pages with another number in each, and a window on one of them */
#define PAGES		GUEST_MORE
#define WINDOW		(PAGES + 2 * LARGE_PAGE_SIZE)
#define WINDOW_ENTRY	(GUEST_PAGE_TABLES + 2 * PAGE_SIZE +		\
			 WINDOW / LARGE_PAGE_SIZE * 8)
#define LARGE_ENTRY	0x83
#define SEEN		(GUEST_SCRATCH + 64)
#define ROUNDS		(GUEST_SCRATCH + 72)
#define ENOUGH		(GUEST_SCRATCH + 80)
#define MOVES		20

static __guest void look_through_window(__u64 unused)
{
	add(STARTED, 1);
	while (!load(ENOUGH)) {
		store(SEEN, load(WINDOW));
		add(ROUNDS, 1);
	}
	out32(RESULT_PORT, ALL_WELL);
	halt();
}

static __guest void move_window(__u64 unused)
{
	__u64 *input = (__u64 *)INPUT, wrong = 0, i;

	hypercalls_enable();
	wait_for(STARTED, 1);
	input[0] = GUEST_PAGE_TABLES;
	input[1] = 0;
	input[2] = 2;
	input[3] = WINDOW;
	for (i = 0; i < MOVES; i++) {
		__u64 page = PAGES + i % 2 * LARGE_PAGE_SIZE;

		store(WINDOW_ENTRY, page | LARGE_ENTRY);
		wrong += (__u16)hypercall(HVCALL_FLUSH_LIST | HVCALL_REPS(1),
					  INPUT, 0);
		wait_for(ROUNDS, load(ROUNDS) + 2);
		wrong += load(SEEN) != load(page);
	}
	store(ENOUGH, 1);
	out32(RESULT_PORT, wrong ? wrong : ALL_WELL);
	halt();
}

TEST_F(synthetic, other_vp_sees_new_translation)
{
	__u64 *pages = vm_add_memory(self->vm, PAGES, 3 * LARGE_PAGE_SIZE,
				     REGION_ALL);
	struct vp *mover = vp_new_at(self->vm, 0, move_window, 0);
	pthread_t thread;

	pages[0] = 1;
	pages[LARGE_PAGE_SIZE / sizeof(*pages)] = 2;
	thread = vp_begin(vp_new_at(self->vm, 1, look_through_window, 0));
	EXPECT_TRUE(vp_writes_port(mover, RESULT_PORT, 4, ALL_WELL));
	EXPECT_TRUE(vp_ends_well(thread));
}

static __guest void call_with_input_at(__u64 input)
{
	hypercalls_enable();
	out32(RESULT_PORT, hypercall(HVCALL_FLUSH_SPACE, input, 0));
	halt();
}

TEST_F(synthetic, input_may_be_where_nobody_has_been)
{
	struct vp *vp = vp_new_at(self->vm, 0, call_with_input_at, GUEST_MORE);

	vm_add_memory(self->vm, GUEST_MORE, LARGE_PAGE_SIZE, REGION_ALL);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0));
}

TEST_F(synthetic, input_outside_of_memory_reaches_the_vmm)
{
	struct vp *vp = vp_new_at(self->vm, 0, call_with_input_at, GUEST_HOLE);

	ASSERT_TRUE(vp_touches(vp, HV_MSG_UNMAPPED_GPA, GUEST_HOLE,
			       HV_ACCESS_READ));
	ASSERT_TRUE(vp_touches(vp, HV_MSG_UNMAPPED_GPA, GUEST_HOLE,
			       HV_ACCESS_READ));
}

static __guest void call_and_tell(__u64 control)
{
	hypercalls_enable();
	for (;;)
		out32(RESULT_PORT, hypercall(control, CONNECTION, 0x1122));
}

/* Does a hypercall for the guest, if that is what it wants. */
static bool vmm_does(struct vp *vp, __u64 control, __u64 result)
{
	const struct hv_hypercall_intercept *call = &vp->message.hypercall;

	if (!vp_runs_into(vp, HV_MSG_HYPERCALL) || call->rcx != control ||
	    call->rdx != CONNECTION || call->r8 != 0x1122)
		return false;
	vp_set(vp, HV_REG_RAX, result);
	vp_skip(vp);
	return vp_writes_port(vp, RESULT_PORT, 4, result);
}

TEST_F(synthetic, unknown_calls_reach_the_vmm)
{
	struct vp *vp = vp_new_at(self->vm, 0, call_and_tell, NO_SUCH_CALL);
	struct vp *other = vp_new_at(self->vm, 1, call_and_tell,
				     HVCALL_SIGNAL_EVENT | HVCALL_FAST);

	vm_intercept(self->vm, HV_INTERCEPT_HYPERCALL,
		     HV_INTERCEPT_MASK_EXECUTE, 0);
	ASSERT_TRUE(vmm_does(vp, NO_SUCH_CALL, 0x99));
	/* Those that the hypervisor knows do not. */
	ASSERT_TRUE(vp_writes_port(other, RESULT_PORT, 4,
				   HV_STATUS_INVALID_CONNECTION_ID));
	vm_intercept(self->vm, HV_INTERCEPT_HYPERCALL, 0, 0);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, HV_STATUS_INVALID_CODE));
}

TEST_F(synthetic, unknown_connections_reach_the_vmm)
{
	const __u64 control = HVCALL_SIGNAL_EVENT | HVCALL_FAST;
	struct vp *vp = vp_new_at(self->vm, 0, call_and_tell, control);

	vm_intercept(self->vm, HV_INTERCEPT_UNKNOWN_CONNECTION,
		     HV_INTERCEPT_MASK_EXECUTE, 0);
	ASSERT_TRUE(vmm_does(vp, control, 0));
	vm_intercept(self->vm, HV_INTERCEPT_UNKNOWN_CONNECTION, 0, 0);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4,
				   HV_STATUS_INVALID_CONNECTION_ID));
}

TEST_HARNESS_MAIN

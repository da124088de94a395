// SPDX-License-Identifier: GPL-2.0-only
/* Children: state of VPs that is not in registers. */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>

#include "child.h"

#define NOT_A_CHILD	0xdead0000
#define LOCAL_APIC_PFN	0xfee00
#define VTL_TARGET	0x10
#define LEGACY		3	/* x87 and SSE */
#define XCOMP_BV	(520 / sizeof(u64))	/* words in the area */
#define XSTATE_BV	(512 / sizeof(u64))

struct state {
	u64 id;
	struct page *page;
	u64 *data;
};

/* A call that is right: the XSAVE state of VP 0, with one page. */
static struct hv_input_get_vp_state *good_input(struct kunit *test,
						const struct state *state)
{
	const struct pages *pages = test->priv;
	struct hv_input_get_vp_state *in = pages->in;

	memset(in, 0, PAGE_SIZE);
	in->partition_id = state->id;
	in->state_data.type = HV_GET_SET_VP_STATE_XSAVE;
	in->state_data.xsave.states.as_uint64 = LEGACY;
	in->output_data_pfns[0] = page_to_pfn(state->page);
	return in;
}

static u64 state_call(struct kunit *test, u16 code, u16 words)
{
	return page_call(test, code | (u64)words << HV_HYPERCALL_VARHEAD_OFFSET);
}

static struct state start(struct kunit *test)
{
	struct state state = {
		.id = active_child(test),
		.page = alloc_page(GFP_KERNEL | __GFP_ZERO),
	};

	KUNIT_ASSERT_NOT_NULL(test, state.page);
	state.data = page_address(state.page);
	EXPECT_STATUS(test, create_vp(test, state.id, 0), HV_STATUS_SUCCESS);
	return state;
}

static void finish(struct kunit *test, struct state *state)
{
	end_child(test, state->id);
	__free_page(state->page);
}

static void requests_are_checked(struct kunit *test)
{
	struct state state = start(test);
	struct hv_input_get_vp_state *in;
	u16 code = HVCALL_GET_VP_STATE;

	for (; code <= HVCALL_SET_VP_STATE; code++) {
		in = good_input(test, &state);
		in->partition_id = NOT_A_CHILD;
		EXPECT_STATUS(test, state_call(test, code, 1),
			      HV_STATUS_INVALID_PARTITION_ID);
		in = good_input(test, &state);
		in->vp_index = 1;
		EXPECT_STATUS(test, state_call(test, code, 1),
			      HV_STATUS_INVALID_VP_INDEX);
		in = good_input(test, &state);
		in->input_vtl = 1;
		EXPECT_STATUS(test, state_call(test, code, 1),
			      HV_STATUS_INVALID_PARAMETER);
		in = good_input(test, &state);
		in->rsvd1 = 1;
		EXPECT_STATUS(test, state_call(test, code, 1),
			      HV_STATUS_INVALID_PARAMETER);
		in = good_input(test, &state);
		in->state_data.rsvd = 1;
		EXPECT_STATUS(test, state_call(test, code, 1),
			      HV_STATUS_INVALID_PARAMETER);
		in = good_input(test, &state);
		in->state_data.type = 1;
		EXPECT_STATUS(test, state_call(test, code, 1),
			      HV_STATUS_INVALID_PARAMETER);
		in = good_input(test, &state);
		in->state_data.type = HV_GET_SET_VP_STATE_LAPIC_STATE;
		EXPECT_STATUS(test, state_call(test, code, 1),
			      HV_STATUS_INVALID_PARAMETER);
		in = good_input(test, &state);
		in->state_data.xsave.flags = 1;
		EXPECT_STATUS(test, state_call(test, code, 1),
			      HV_STATUS_INVALID_PARAMETER);
		in = good_input(test, &state);
		in->state_data.xsave.states.as_uint64 = 1;
		EXPECT_STATUS(test, state_call(test, code, 1),
			      HV_STATUS_INVALID_PARAMETER);
		in = good_input(test, &state);
		in->state_data.xsave.states.as_uint64 |= BIT_ULL(62);
		EXPECT_STATUS(test, state_call(test, code, 1),
			      HV_STATUS_INVALID_PARAMETER);
	}
	finish(test, &state);
}

static void pages_are_checked(struct kunit *test)
{
	struct state state = start(test);
	struct hv_input_get_vp_state *in;
	u16 code = HVCALL_GET_VP_STATE;

	for (; code <= HVCALL_SET_VP_STATE; code++) {
		good_input(test, &state);
		EXPECT_STATUS(test, state_call(test, code, 0),
			      HV_STATUS_INVALID_PARAMETER);
		in = good_input(test, &state);
		in->output_data_pfns[0] = LOCAL_APIC_PFN;
		EXPECT_STATUS(test, state_call(test, code, 1),
			      HV_STATUS_INVALID_PARAMETER);
		/* Also of a page that the state does not reach */
		in = good_input(test, &state);
		in->output_data_pfns[1] = BIT_ULL(52);
		EXPECT_STATUS(test, state_call(test, code, 2),
			      HV_STATUS_INVALID_PARAMETER);
	}
	finish(test, &state);
}

static void extended_state_is_compacted(struct kunit *test)
{
	struct state state = start(test);
	struct hv_input_get_vp_state *in;

	in = good_input(test, &state);
	in->input_vtl = VTL_TARGET;
	EXPECT_STATUS(test, state_call(test, HVCALL_GET_VP_STATE, 1),
		      HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (u16)state.data[0], 0x37f);
	KUNIT_EXPECT_EQ(test, (u32)state.data[3], 0x1f80);
	KUNIT_EXPECT_EQ(test, state.data[XSTATE_BV], LEGACY);
	KUNIT_EXPECT_EQ(test, state.data[XCOMP_BV], BIT_ULL(63) | LEGACY);

	state.data[20] = 0x1122334455667788;	/* XMM0 */
	good_input(test, &state);
	EXPECT_STATUS(test, state_call(test, HVCALL_SET_VP_STATE, 1),
		      HV_STATUS_SUCCESS);
	state.data[20] = 0;
	good_input(test, &state);
	EXPECT_STATUS(test, state_call(test, HVCALL_GET_VP_STATE, 1),
		      HV_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, state.data[20], 0x1122334455667788);

	state.data[XCOMP_BV] = LEGACY;
	good_input(test, &state);
	EXPECT_STATUS(test, state_call(test, HVCALL_SET_VP_STATE, 1),
		      HV_STATUS_INVALID_PARAMETER);
	finish(test, &state);
}

/* A VMM may leave out states, and the bits of those that always have a place. */
static void states_may_be_left_out(struct kunit *test)
{
	struct state state = start(test);

	good_input(test, &state);
	EXPECT_STATUS(test, state_call(test, HVCALL_GET_VP_STATE, 1),
		      HV_STATUS_SUCCESS);
	/* MXCSR_MASK is beside MXCSR; 0 would stand for one without DAZ. */
	KUNIT_EXPECT_NE(test, state.data[3] >> 32, 0ULL);

	state.data[XCOMP_BV] = BIT_ULL(63);
	good_input(test, &state);
	EXPECT_STATUS(test, state_call(test, HVCALL_SET_VP_STATE, 1),
		      HV_STATUS_SUCCESS);

	/* AVX was not asked for. */
	state.data[XCOMP_BV] = BIT_ULL(63) | LEGACY | BIT_ULL(2);
	good_input(test, &state);
	EXPECT_STATUS(test, state_call(test, HVCALL_SET_VP_STATE, 1),
		      HV_STATUS_INVALID_PARAMETER);
	finish(test, &state);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(requests_are_checked),
	KUNIT_CASE(pages_are_checked),
	KUNIT_CASE(extended_state_is_compacted),
	KUNIT_CASE(states_may_be_left_out),
	{}
};

static struct kunit_suite suite = {
	.name = "hv_states",
	.init = child_init,
	.exit = child_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

/* SPDX-License-Identifier: GPL-2.0-only */
/* Dispatching VPs of children, for the suites that do. */
#ifndef HV_CONFORMANCE_DISPATCH_H
#define HV_CONFORMANCE_DISPATCH_H

#include "child.h"

/* What HvCallDispatchVp says in the end, as one number to be compared */
#define DISPATCHED(state, event) \
	((u64)HV_VP_DISPATCH_EVENT_##event << 32 | HV_VP_DISPATCH_STATE_##state)

bool may_dispatch(struct kunit *test);
void needs_dispatch(struct kunit *test);
u64 dispatch(struct kunit *test, u64 id, u32 index, u32 flags);
u64 dispatched(struct kunit *test, u64 id, u32 index, u32 flags);
void set_suspended(struct kunit *test, u64 id, u32 index, u32 name, bool suspend);
u64 register_of(struct kunit *test, u64 id, u32 index, u32 name);

#endif /* HV_CONFORMANCE_DISPATCH_H */

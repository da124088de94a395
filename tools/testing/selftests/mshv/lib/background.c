// SPDX-License-Identifier: GPL-2.0-only
/* VPs in threads of their own. */
#include "background.h"
#include "host.h"
#include "require.h"

struct vp *vp_new_at(struct vm *vm, __u32 index, void (*function)(__u64),
		     __u64 argument)
{
	struct vp *vp = vp_new(vm, index);

	vp_start(vp, function, argument);
	vp_use_tables(vp);
	return vp;
}

static void *run_to_result(void *argument)
{
	struct vp *vp = argument;

	return (void *)(long)vp_writes_port(vp, RESULT_PORT, 4, ALL_WELL);
}

pthread_t vp_begin(struct vp *vp)
{
	pthread_t thread;

	require(!pthread_create(&thread, NULL, run_to_result, vp),
		"start a thread for VP %u", vp->index);
	return thread;
}

bool vp_ends_well(pthread_t thread)
{
	void *well;

	require(!pthread_join(thread, &well), "join the thread of a VP");
	return well;
}

static __u64 *place(struct vm *vm, __u64 gpa)
{
	return (__u64 *)((char *)vm->ram + gpa);
}

__u64 counter(struct vm *vm, __u64 gpa)
{
	return peek(place(vm, gpa));
}

void set_counter(struct vm *vm, __u64 gpa, __u64 value)
{
	__atomic_store_n(place(vm, gpa), value, __ATOMIC_RELAXED);
}

bool counts_to(struct vm *vm, __u64 gpa, __u64 value)
{
	__u64 deadline = now_us() + PATIENCE_US;

	while (counter(vm, gpa) < value && now_us() < deadline)
		sleep_us(500);
	if (counter(vm, gpa) == value)
		return true;
	complain("the counter at %#llx is %#llx instead of %#llx", gpa,
		 counter(vm, gpa), value);
	return false;
}

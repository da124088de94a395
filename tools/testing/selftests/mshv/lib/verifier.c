// SPDX-License-Identifier: GPL-2.0-only
/* A guest that verifies its memory, and the thread that listens to it. */
#include "guest.h"
#include "host.h"
#include "require.h"
#include "verifier.h"

#define GOOD_PORT	0x90	/* a round went well: its number */
#define BAD_PORT	0x91	/* a page has wrong content: its number */

#define ADDED_ROUND	7

/* What the guest has in page @page in round @round, never the same twice */
static __always_inline __in_guest __u64 content(__u64 page, __u64 round)
{
	return (round << 32 | page) * 0x9e3779b97f4a7c15;
}

/* Checks what it wrote in the round before, and writes the next. */
static __guest void verify_forever(__u64 gpa)
{
	__u64 round, page;

	for (page = 0; page < VERIFIER_PAGES; page++)
		store(gpa + page * PAGE_SIZE, content(page, 0));

	for (round = 1; ; round++) {
		for (page = 0; page < VERIFIER_PAGES; page++) {
			__u64 here = gpa + page * PAGE_SIZE;

			if (load(here) != content(page, round - 1)) {
				out32(BAD_PORT, page);
				halt();
			}
			store(here, content(page, round));
		}
		out32(GOOD_PORT, round);
	}
}

static bool round_is_right(struct verifier *verifier)
{
	return vp_writes_port(verifier->vp, GOOD_PORT, 4, verifier->rounds + 1);
}

static void *verify(void *arg)
{
	struct verifier *verifier = arg;
	bool right = true;

	while (right && !__atomic_load_n(&verifier->stop, __ATOMIC_ACQUIRE)) {
		right = round_is_right(verifier);
		if (right)
			__atomic_fetch_add(&verifier->rounds, 1,
					   __ATOMIC_RELEASE);
	}
	verifier->right = right;
	__atomic_store_n(&verifier->ended, true, __ATOMIC_RELEASE);
	return NULL;
}

static __u32 rounds(struct verifier *verifier)
{
	return __atomic_load_n(&verifier->rounds, __ATOMIC_ACQUIRE);
}

bool verifier_wait(struct verifier *verifier, __u32 more)
{
	__u32 goal = rounds(verifier) + more;
	__u64 end = now_us() + PATIENCE_US;

	while (rounds(verifier) < goal && now_us() < end &&
	       !__atomic_load_n(&verifier->ended, __ATOMIC_ACQUIRE))
		sleep_us(1000);
	return rounds(verifier) >= goal;
}

void verifier_begin(struct verifier *verifier, struct vm *vm)
{
	*verifier = (struct verifier){ .vp = vp_new(vm, 0) };
	vp_start(verifier->vp, verify_forever, GUEST_MORE);
	require(!pthread_create(&verifier->thread, NULL, verify, verifier),
		"start a thread");
	require(verifier_wait(verifier, 1), "run the first round");
}

/* Two more rounds, so that all pages are looked at after what was done. */
bool verifier_finish(struct verifier *verifier, const __u64 *memory)
{
	__u64 page;

	if (!verifier_wait(verifier, 2)) {
		complain("the guest makes no rounds any more");
		return false;
	}
	__atomic_store_n(&verifier->stop, true, __ATOMIC_RELEASE);
	pthread_join(verifier->thread, NULL);
	if (!verifier->right)
		return false;

	for (page = 0; page < VERIFIER_PAGES; page++) {
		if (memory[page * PAGE_SIZE / 8] !=
		    content(page, verifier->rounds)) {
			complain("the VMM sees other content in page %llu",
				 page);
			return false;
		}
	}
	return true;
}

__guest void verifier_add(__u64 gpa)
{
	__u64 page;

	for (page = 0; page < VERIFIER_PAGES; page++)
		store(gpa + page * PAGE_SIZE,
		      load(gpa + page * PAGE_SIZE) + content(page, ADDED_ROUND));
	halt();
}

__u64 verifier_added(__u64 page)
{
	return content(page, ADDED_ROUND);
}

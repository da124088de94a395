// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest sees of the hypervisor: the time, and pages over those of its
 * memory.
 */
#include "lib/synthetic_fixture.h"
#include "lib/background.h"
#include "lib/guest_synthetic.h"
#include "lib/vp.h"

/* Both clocks again and again; time never goes back. */
static __guest void read_clocks(__u64 unused)
{
	__u64 last = 0, now, start = read_tsc(), cycles;
	__u32 i;

	write_msr(MSR_REFERENCE_TSC, TIME | PAGE_ENABLED);
	if (!(__u32)load(TIME))
		halt();
	for (i = 0; i < 1000; i++) {
		now = i & 1 ? page_time() : read_msr(MSR_REFERENCE_COUNTER);
		if (now < last)
			halt();
		last = now;
	}

	/* A hundredth of a second in both clocks, within a tenth of that */
	now = page_time();
	start = read_tsc();
	while (page_time() - now < 100000)
		asm volatile("pause");
	cycles = read_tsc() - start;
	out32(RESULT_PORT, cycles * 100 > read_msr(MSR_TSC_FREQUENCY) * 9 / 10);
	out32(RESULT_PORT, !!read_msr(MSR_APIC_FREQUENCY));
	halt();
}

TEST_F(synthetic, clocks_agree)
{
	struct vp *vp = vp_new_at(self->vm, 0, read_clocks, 0);

	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 1));
}

static __guest void cover_memory(__u64 unused)
{
	store(MESSAGES, 0x1111);
	store(EVENTS, 0x2222);
	write_msr(MSR_SIMP, MESSAGES | PAGE_ENABLED);
	out32(RESULT_PORT, load(MESSAGES));
	store(MESSAGES, 0x3333);
	write_msr(MSR_SIMP, EVENTS | PAGE_ENABLED);
	out32(RESULT_PORT, load(MESSAGES));
	out32(RESULT_PORT, load(EVENTS));
	write_msr(MSR_SIMP, EVENTS);
	out32(RESULT_PORT, load(EVENTS));
	halt();
}

TEST_F(synthetic, page_covers_memory_and_keeps_its_contents)
{
	struct vp *vp = vp_new_at(self->vm, 0, cover_memory, 0);

	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0));
	EXPECT_EQ(0x1111, counter(self->vm, MESSAGES));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0x1111));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0x3333));
	EXPECT_EQ(0x2222, counter(self->vm, EVENTS));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0x2222));
}

/* In memory that moves below it, and that goes and comes back */
static __guest void keep_covered(__u64 page)
{
	write_msr(MSR_SIMP, page | PAGE_ENABLED);
	store(page, 0x4444);
	out32(RESULT_PORT, load(page));
	out32(RESULT_PORT, load(page));
	write_msr(MSR_SIMP, page);
	out32(RESULT_PORT, load(page));
	halt();
}

TEST_F(synthetic, memory_below_a_page_may_change)
{
	__u64 *memory = vm_add_memory(self->vm, GUEST_MORE, LARGE_PAGE_SIZE,
				      REGION_ALL);
	struct vp *vp = vp_new_at(self->vm, 0, keep_covered, GUEST_MORE);
	__u64 *other = memory_new(LARGE_PAGE_SIZE);

	memory[0] = 0x5555;
	other[0] = 0x6666;
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0x4444));
	vm_unmap(self->vm, GUEST_MORE, memory, LARGE_PAGE_SIZE);
	vm_map(self->vm, GUEST_MORE, other, LARGE_PAGE_SIZE, REGION_ALL);
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0x4444));
	ASSERT_TRUE(vp_writes_port(vp, RESULT_PORT, 4, 0x6666));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/* The pages that a VP shares with its VMM: registers and intercept message. */
#include "lib/fixture.h"
#include "lib/guest.h"
#include "lib/vp.h"

#define PORT	0x80

static __guest void add_answers(__u64 unused)
{
	__u32 sum = 0;

	for (;;) {
		sum += in32(PORT);
		out32(PORT + 1, sum);
	}
}

TEST_F(guest, message_page_holds_the_message)
{
	struct vp *vp = vp_new(self->vm, 0);
	const void *page = vp_map_page(vp,
				       MSHV_VP_MMAP_OFFSET_INTERCEPT_MESSAGE);
	__u32 i, sum = 0;

	vp_start(vp, add_answers, 0);
	for (i = 1; i < 10; i++) {
		ASSERT_TRUE(vp_reads_port(vp, PORT, 4, i));
		EXPECT_EQ(0, memcmp(page, &vp->message, sizeof(vp->message)));
		sum += i;
		ASSERT_TRUE(vp_writes_port(vp, PORT + 1, 4, sum));
		EXPECT_EQ(0, memcmp(page, &vp->message, sizeof(vp->message)));
	}
}

TEST_F(guest, register_page_shows_the_registers)
{
	struct vp *vp = vp_new(self->vm, 0);
	const struct hv_register_page *page =
		vp_map_page(vp, MSHV_VP_MMAP_OFFSET_REGISTERS);

	vp_start(vp, add_answers, 0);
	ASSERT_TRUE(vp_runs_into(vp, HV_MSG_IO_PORT));
	ASSERT_EQ(1, page->version);
	ASSERT_EQ(1, page->valid);
	EXPECT_EQ(0, page->dirty);
	EXPECT_EQ(vp_get(vp, HV_REG_RIP), page->rip);
	EXPECT_EQ(vp_get(vp, HV_REG_RAX), page->rax);
	EXPECT_EQ(vp_get(vp, HV_REG_RSP), page->rsp);
	EXPECT_EQ(vp_get(vp, HV_REG_RFLAGS), page->rflags);
}

#define CR4_OSFXSR	0x200

static __always_inline __in_guest void allow_vectors(void)
{
	__u64 cr4;

	asm volatile("mov %%cr4, %0" : "=r"(cr4));
	asm volatile("mov %0, %%cr4" : : "r"(cr4 | CR4_OSFXSR));
}

/* Tells what is there from before, and leaves another number. */
static __guest void count_in_a_vector(__u64 unused)
{
	__u64 value = 0, next;

	allow_vectors();
	for (next = 1;; next++) {
		asm volatile("movq %0, %%xmm5" : : "r"(value + next));
		out8(PORT, 0);
		asm volatile("movq %%xmm5, %0" : "=r"(value));
	}
}

static bool shows_in_a_vector(struct vp *vp,
			      const struct hv_register_page *page, __u64 value)
{
	return vp_runs_into(vp, HV_MSG_IO_PORT) && page->xmm[5][0] == value;
}

TEST_F(guest, register_page_has_vectors)
{
	struct vp *vp = vp_new(self->vm, 0);
	struct hv_register_page *page =
		vp_map_page(vp, MSHV_VP_MMAP_OFFSET_REGISTERS);

	vp_start(vp, count_in_a_vector, 0);
	ASSERT_TRUE(shows_in_a_vector(vp, page, 1));
	vp_skip(vp);
	ASSERT_TRUE(shows_in_a_vector(vp, page, 3));
	page->xmm[5][0] = 100;
	page->dirty |= HV_REGISTER_PAGE_XMM;
	vp_skip(vp);
	ASSERT_TRUE(shows_in_a_vector(vp, page, 103));
}

/* Completing an exit with two stores and no system call */
TEST_F(guest, registers_are_set_through_the_page)
{
	struct vp *vp = vp_new(self->vm, 0);
	struct hv_register_page *page =
		vp_map_page(vp, MSHV_VP_MMAP_OFFSET_REGISTERS);
	__u32 i, sum = 0;

	vp_start(vp, add_answers, 0);
	for (i = 1; i < 100; i++) {
		ASSERT_TRUE(vp_runs_into(vp, HV_MSG_IO_PORT));
		page->rax = i;
		page->rip += vp->message.head.instruction_length;
		page->dirty |= HV_REGISTER_PAGE_GENERAL | HV_REGISTER_PAGE_RIP;
		sum += i;
		ASSERT_TRUE(vp_writes_port(vp, PORT + 1, 4, sum));
	}
}

TEST_F(guest, each_vp_has_its_own_pages)
{
	struct vp *first = vp_new(self->vm, 0);
	struct vp *second = vp_new(self->vm, 1);
	unsigned int page;

	for (page = 0; page < MSHV_VP_MMAP_OFFSET_GHCB; page++) {
		vp_start(first, add_answers, 0);
		vp_start(second, add_answers, 0);
		ASSERT_TRUE(vp_reads_port(first, PORT, 4, 1));
		ASSERT_TRUE(vp_reads_port(second, PORT, 4, 2));
		ASSERT_TRUE(vp_runs_into(first, HV_MSG_IO_PORT));
		ASSERT_TRUE(vp_runs_into(second, HV_MSG_IO_PORT));
		EXPECT_NE(0, memcmp(vp_map_page(first, page),
				    vp_map_page(second, page), PAGE_SIZE));
	}
}

static int map_error(struct vp *vp, size_t size, int flags, off_t offset)
{
	void *address = mmap(NULL, size, PROT_READ, flags, vp->fd, offset);

	return address == MAP_FAILED ? errno : 0;
}

TEST_F(guest, only_whole_known_pages_are_mapped)
{
	struct vp *vp = vp_new(self->vm, 0);
	const off_t end = MSHV_VP_MMAP_OFFSET_COUNT * PAGE_SIZE;
	const off_t ghcb = MSHV_VP_MMAP_OFFSET_GHCB * PAGE_SIZE;

	EXPECT_EQ(EINVAL, map_error(vp, PAGE_SIZE, MAP_SHARED, end));
	EXPECT_EQ(EINVAL, map_error(vp, PAGE_SIZE, MAP_SHARED, 1L << 40));
	EXPECT_EQ(ENODEV, map_error(vp, PAGE_SIZE, MAP_SHARED, ghcb));
	EXPECT_EQ(0, map_error(vp, PAGE_SIZE, MAP_SHARED, 0));
}

/* The mapping alone keeps the page, and with it the partition. */
TEST_F(guest, mapping_outlives_the_descriptors)
{
	struct vp *vp = vp_new(self->vm, 0);
	const struct hv_message *page =
		vp_map_page(vp, MSHV_VP_MMAP_OFFSET_INTERCEPT_MESSAGE);

	vp_start(vp, add_answers, 0);
	ASSERT_TRUE(vp_runs_into(vp, HV_MSG_IO_PORT));
	vp_close(vp);
	vm_close(self->vm);
	EXPECT_EQ(HV_MSG_IO_PORT, page->type);
}

TEST_HARNESS_MAIN

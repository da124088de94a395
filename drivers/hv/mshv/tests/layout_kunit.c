// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every byte and bit that the driver shares with the hypervisor or with a VMM
 * is where they expect it.
 *
 * The numbers here are written down by hand and never computed from the
 * headers: that is what makes a slip in a header visible.
 */
#include <linux/bits.h>
#include <linux/mshv.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <kunit/test.h>
#include <hyperv/hvhdk.h>
#include <hyperv/hvhdk_vmm.h>

/* Structures */

struct member {
	const char *name;
	const void *where;
	size_t want_offset;
	size_t size, want_size;
};

struct layout {
	const char *name;
	const void *base;
	size_t size, want_size;
	const struct member *members;
};

#define MEMBER(lvalue, at, bytes) {					\
	.name = #lvalue,						\
	.where = &(lvalue), .want_offset = (at),			\
	.size = sizeof(lvalue), .want_size = (bytes),			\
}

/* An array without a length, at the end of a structure. */
#define MEMBER_OPEN(lvalue, at) {					\
	.name = #lvalue,						\
	.where = &(lvalue), .want_offset = (at),			\
}

#define LAYOUT(object, bytes, table) {					\
	.name = #object,						\
	.base = &(object),						\
	.size = sizeof(object), .want_size = (bytes),			\
	.members = (table),						\
}

/* One object of each type, with the name of the type. */
static const struct hv_vmm_capabilities hv_vmm_capabilities;
static const union hv_vmm_capabilities_bank0 hv_vmm_capabilities_bank0;
static const struct mshv_create_partition mshv_create_partition;
static const struct mshv_create_partition_v2 mshv_create_partition_v2;
static const struct mshv_create_vp mshv_create_vp;
static const struct mshv_user_mem_region mshv_user_mem_region;
static const struct mshv_user_irqfd mshv_user_irqfd;
static const struct mshv_user_ioeventfd mshv_user_ioeventfd;
static const struct mshv_user_irq_entry mshv_user_irq_entry;
static const struct mshv_user_irq_table mshv_user_irq_table;
static const struct mshv_gpap_access_bitmap mshv_gpap_access_bitmap;
static const struct mshv_root_hvcall mshv_root_hvcall;
static const struct mshv_run_vp mshv_run_vp;
static const struct mshv_get_set_vp_state mshv_get_set_vp_state;
static const struct mshv_vp_registers mshv_vp_registers;
static const struct mshv_vtl_set_eventfd mshv_vtl_set_eventfd;
static const struct mshv_vtl_signal_event mshv_vtl_signal_event;
static const struct mshv_vtl_sint_post_msg mshv_vtl_sint_post_msg;
static const struct mshv_vtl_ram_disposition mshv_vtl_ram_disposition;
static const struct mshv_vtl_set_poll_file mshv_vtl_set_poll_file;
static const struct mshv_vtl_hvcall_setup mshv_vtl_hvcall_setup;
static const struct mshv_vtl_hvcall mshv_vtl_hvcall;
static const struct mshv_sint_mask mshv_sint_mask;

static const struct member vmm_capabilities[] = {
	MEMBER(hv_vmm_capabilities.bank_count, 0, 2),
	MEMBER(hv_vmm_capabilities.reserved, 2, 6),
	MEMBER(hv_vmm_capabilities.bank0, 8, 8),
	{}
};

static const struct member vmm_capabilities_bank0[] = {
	MEMBER(hv_vmm_capabilities_bank0.as_uint64, 0, 8),
	{}
};

static const struct member create_partition[] = {
	MEMBER(mshv_create_partition.pt_flags, 0, 8),
	MEMBER(mshv_create_partition.pt_isolation, 8, 8),
	{}
};

static const struct member create_partition_v2[] = {
	MEMBER(mshv_create_partition_v2.pt_flags, 0, 8),
	MEMBER(mshv_create_partition_v2.pt_isolation, 8, 8),
	MEMBER(mshv_create_partition_v2.pt_num_cpu_fbanks, 16, 2),
	MEMBER(mshv_create_partition_v2.pt_rsvd, 18, 6),
	MEMBER(mshv_create_partition_v2.pt_cpu_fbanks, 24, 16),
	MEMBER(mshv_create_partition_v2.pt_rsvd1, 40, 16),
#ifdef CONFIG_X86_64
	MEMBER(mshv_create_partition_v2.pt_disabled_xsave, 56, 8),
#else
	MEMBER(mshv_create_partition_v2.pt_rsvd2, 56, 8),
#endif
	{}
};

static const struct member create_vp[] = {
	MEMBER(mshv_create_vp.vp_index, 0, 4),
	{}
};

static const struct member user_mem_region[] = {
	MEMBER(mshv_user_mem_region.size, 0, 8),
	MEMBER(mshv_user_mem_region.guest_pfn, 8, 8),
	MEMBER(mshv_user_mem_region.userspace_addr, 16, 8),
	MEMBER(mshv_user_mem_region.flags, 24, 1),
	MEMBER(mshv_user_mem_region.rsvd, 25, 7),
	{}
};

static const struct member user_irqfd[] = {
	MEMBER(mshv_user_irqfd.fd, 0, 4),
	MEMBER(mshv_user_irqfd.resamplefd, 4, 4),
	MEMBER(mshv_user_irqfd.gsi, 8, 4),
	MEMBER(mshv_user_irqfd.flags, 12, 4),
	{}
};

static const struct member user_ioeventfd[] = {
	MEMBER(mshv_user_ioeventfd.datamatch, 0, 8),
	MEMBER(mshv_user_ioeventfd.addr, 8, 8),
	MEMBER(mshv_user_ioeventfd.len, 16, 4),
	MEMBER(mshv_user_ioeventfd.fd, 20, 4),
	MEMBER(mshv_user_ioeventfd.flags, 24, 4),
	MEMBER(mshv_user_ioeventfd.rsvd, 28, 4),
	{}
};

static const struct member user_irq_entry[] = {
	MEMBER(mshv_user_irq_entry.gsi, 0, 4),
	MEMBER(mshv_user_irq_entry.address_lo, 4, 4),
	MEMBER(mshv_user_irq_entry.address_hi, 8, 4),
	MEMBER(mshv_user_irq_entry.data, 12, 4),
	{}
};

static const struct member user_irq_table[] = {
	MEMBER(mshv_user_irq_table.nr, 0, 4),
	MEMBER(mshv_user_irq_table.rsvd, 4, 4),
	MEMBER_OPEN(mshv_user_irq_table.entries, 8),
	{}
};

static const struct member gpap_access_bitmap[] = {
	MEMBER(mshv_gpap_access_bitmap.access_type, 0, 1),
	MEMBER(mshv_gpap_access_bitmap.access_op, 1, 1),
	MEMBER(mshv_gpap_access_bitmap.rsvd, 2, 6),
	MEMBER(mshv_gpap_access_bitmap.page_count, 8, 8),
	MEMBER(mshv_gpap_access_bitmap.gpap_base, 16, 8),
	MEMBER(mshv_gpap_access_bitmap.bitmap_ptr, 24, 8),
	{}
};

static const struct member root_hvcall[] = {
	MEMBER(mshv_root_hvcall.code, 0, 2),
	MEMBER(mshv_root_hvcall.reps, 2, 2),
	MEMBER(mshv_root_hvcall.in_sz, 4, 2),
	MEMBER(mshv_root_hvcall.out_sz, 6, 2),
	MEMBER(mshv_root_hvcall.status, 8, 2),
	MEMBER(mshv_root_hvcall.rsvd, 10, 6),
	MEMBER(mshv_root_hvcall.in_ptr, 16, 8),
	MEMBER(mshv_root_hvcall.out_ptr, 24, 8),
	{}
};

static const struct member run_vp[] = {
	MEMBER(mshv_run_vp.msg_buf, 0, 256),
	{}
};

static const struct member get_set_vp_state[] = {
	MEMBER(mshv_get_set_vp_state.type, 0, 1),
	MEMBER(mshv_get_set_vp_state.rsvd, 1, 3),
	MEMBER(mshv_get_set_vp_state.buf_sz, 4, 4),
	MEMBER(mshv_get_set_vp_state.buf_ptr, 8, 8),
	{}
};

static const struct member vp_registers[] = {
	MEMBER(mshv_vp_registers.count, 0, 4),
	MEMBER(mshv_vp_registers.reserved, 4, 4),
	MEMBER(mshv_vp_registers.regs_ptr, 8, 8),
	{}
};

static const struct member vtl_set_eventfd[] = {
	MEMBER(mshv_vtl_set_eventfd.fd, 0, 4),
	MEMBER(mshv_vtl_set_eventfd.flag, 4, 4),
	{}
};

static const struct member vtl_signal_event[] = {
	MEMBER(mshv_vtl_signal_event.connection_id, 0, 4),
	MEMBER(mshv_vtl_signal_event.flag, 4, 4),
	{}
};

static const struct member vtl_sint_post_msg[] = {
	MEMBER(mshv_vtl_sint_post_msg.message_type, 0, 8),
	MEMBER(mshv_vtl_sint_post_msg.connection_id, 8, 4),
	MEMBER(mshv_vtl_sint_post_msg.payload_size, 12, 4),
	MEMBER(mshv_vtl_sint_post_msg.payload_ptr, 16, 8),
	{}
};

static const struct member vtl_ram_disposition[] = {
	MEMBER(mshv_vtl_ram_disposition.start_pfn, 0, 8),
	MEMBER(mshv_vtl_ram_disposition.last_pfn, 8, 8),
	{}
};

static const struct member vtl_set_poll_file[] = {
	MEMBER(mshv_vtl_set_poll_file.cpu, 0, 4),
	MEMBER(mshv_vtl_set_poll_file.fd, 4, 4),
	{}
};

static const struct member vtl_hvcall_setup[] = {
	MEMBER(mshv_vtl_hvcall_setup.bitmap_array_size, 0, 8),
	MEMBER(mshv_vtl_hvcall_setup.allow_bitmap_ptr, 8, 8),
	{}
};

static const struct member vtl_hvcall[] = {
	MEMBER(mshv_vtl_hvcall.control, 0, 8),
	MEMBER(mshv_vtl_hvcall.input_size, 8, 8),
	MEMBER(mshv_vtl_hvcall.input_ptr, 16, 8),
	MEMBER(mshv_vtl_hvcall.status, 24, 8),
	MEMBER(mshv_vtl_hvcall.output_size, 32, 8),
	MEMBER(mshv_vtl_hvcall.output_ptr, 40, 8),
	{}
};

static const struct member sint_mask[] = {
	MEMBER(mshv_sint_mask.mask, 0, 1),
	MEMBER(mshv_sint_mask.reserved, 1, 7),
	{}
};

static const struct layout layouts[] = {
	LAYOUT(hv_vmm_capabilities, 16, vmm_capabilities),
	LAYOUT(hv_vmm_capabilities_bank0, 8, vmm_capabilities_bank0),
	LAYOUT(mshv_create_partition, 16, create_partition),
	LAYOUT(mshv_create_partition_v2, 64, create_partition_v2),
	LAYOUT(mshv_create_vp, 4, create_vp),
	LAYOUT(mshv_user_mem_region, 32, user_mem_region),
	LAYOUT(mshv_user_irqfd, 16, user_irqfd),
	LAYOUT(mshv_user_ioeventfd, 32, user_ioeventfd),
	LAYOUT(mshv_user_irq_entry, 16, user_irq_entry),
	LAYOUT(mshv_user_irq_table, 8, user_irq_table),
	LAYOUT(mshv_gpap_access_bitmap, 32, gpap_access_bitmap),
	LAYOUT(mshv_root_hvcall, 32, root_hvcall),
	LAYOUT(mshv_run_vp, 256, run_vp),
	LAYOUT(mshv_get_set_vp_state, 16, get_set_vp_state),
	LAYOUT(mshv_vp_registers, 16, vp_registers),
	LAYOUT(mshv_vtl_set_eventfd, 8, vtl_set_eventfd),
	LAYOUT(mshv_vtl_signal_event, 8, vtl_signal_event),
	LAYOUT(mshv_vtl_sint_post_msg, 24, vtl_sint_post_msg),
	LAYOUT(mshv_vtl_ram_disposition, 16, vtl_ram_disposition),
	LAYOUT(mshv_vtl_set_poll_file, 8, vtl_set_poll_file),
	LAYOUT(mshv_vtl_hvcall_setup, 16, vtl_hvcall_setup),
	LAYOUT(mshv_vtl_hvcall, 48, vtl_hvcall),
	LAYOUT(mshv_sint_mask, 8, sint_mask),
};

KUNIT_ARRAY_PARAM_DESC(layout, layouts, name);

static void members_are_in_place(struct kunit *test)
{
	const struct layout *layout = test->param_value;
	size_t end = 0;

	KUNIT_EXPECT_EQ(test, layout->size, layout->want_size);

	for (const struct member *m = layout->members; m->name; m++) {
		size_t offset = m->where - layout->base;

		KUNIT_EXPECT_EQ_MSG(test, offset, m->want_offset,
				    "offset of %s", m->name);
		KUNIT_EXPECT_EQ_MSG(test, m->size, m->want_size,
				    "size of %s", m->name);
		/* A gap is a member that has no line in the table. */
		KUNIT_EXPECT_EQ_MSG(test, offset, end,
				    "something lies before %s", m->name);
		end = offset + m->size;
	}
	KUNIT_EXPECT_EQ_MSG(test, layout->size, end,
			    "something lies behind the last member");
}

/* Capabilities */

/* The pieces that bank 0 consists of. */
enum piece {
	MAP_GPA_PRESERVE_ADJUSTABLE,
	OVERLAY_GPFN,
	VP_AFFINITY,
	BIT_3,
	SYNTHETIC_FEATURES,
	RESERVED_5,
	INTEGRATED_SCHEDULER,
	RESERVED_7,
	PIECES
};

static const struct {
	const char *name;
	unsigned int first, width;
	bool reserved;
} pieces[PIECES] = {
	[MAP_GPA_PRESERVE_ADJUSTABLE] = { "map_gpa_preserve_adjustable", 0, 1 },
	[OVERLAY_GPFN] = { "vmm_can_provide_overlay_gpfn", 1, 1 },
	[VP_AFFINITY] = { "vp_affinity_property", 2, 1 },
#ifdef CONFIG_ARM64
	[BIT_3] = { "vmm_can_provide_gic_overlay_locations", 3, 1 },
#else
	[BIT_3] = { "reserved3", 3, 1, true },
#endif
	[SYNTHETIC_FEATURES] = { "assignable_synthetic_proc_features", 4, 1 },
	[RESERVED_5] = { "reserved5", 5, 1, true },
	[INTEGRATED_SCHEDULER] = { "vmm_enable_integrated_scheduler", 6, 1 },
	[RESERVED_7] = { "reserved7", 7, 57, true },
};

static u64 read_piece(const union hv_vmm_capabilities_bank0 *bank,
		      enum piece piece)
{
	switch (piece) {
	case MAP_GPA_PRESERVE_ADJUSTABLE:
		return bank->map_gpa_preserve_adjustable;
	case OVERLAY_GPFN:
		return bank->vmm_can_provide_overlay_gpfn;
	case VP_AFFINITY:
		return bank->vp_affinity_property;
	case BIT_3:
#ifdef CONFIG_ARM64
		return bank->vmm_can_provide_gic_overlay_locations;
#else
		return bank->reserved3;
#endif
	case SYNTHETIC_FEATURES:
		return bank->assignable_synthetic_proc_features;
	case RESERVED_5:
		return bank->reserved5;
	case INTEGRATED_SCHEDULER:
		return bank->vmm_enable_integrated_scheduler;
	case RESERVED_7:
		return bank->reserved7;
	default:
		return 0;
	}
}

/* One element per bit of the raw word; the index is the bit's number. */
static const char raw_bits[64];

static unsigned int bit_number(const char *element)
{
	return element - raw_bits;
}

static void bit_desc(const char *element, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "bit %u", bit_number(element));
}

KUNIT_ARRAY_PARAM(bit, raw_bits, bit_desc);

static void one_raw_bit_is_one_capability(struct kunit *test)
{
	unsigned int bit = bit_number(test->param_value);
	union hv_vmm_capabilities_bank0 bank = { .as_uint64 = BIT_ULL(bit) };
	unsigned int set = 0;

	for (enum piece i = 0; i < PIECES; i++) {
		u64 want = 0;

		if (bit >= pieces[i].first &&
		    bit < pieces[i].first + pieces[i].width)
			want = BIT_ULL(bit - pieces[i].first);
		KUNIT_EXPECT_EQ_MSG(test, read_piece(&bank, i), want, "%s",
				    pieces[i].name);
		if (read_piece(&bank, i))
			set++;
	}
	KUNIT_EXPECT_EQ(test, set, 1);
}

static void reserved_bits_are_5_and_7_to_63(struct kunit *test)
{
	u64 want = 0xffffffffffffffa0ULL;
	u64 found = 0;

	/* Bit 3 has a meaning on Arm. */
	if (!IS_ENABLED(CONFIG_ARM64))
		want |= 0x8;
	KUNIT_EXPECT_EQ(test, (u64)HV_VMM_CAPABILITIES_BANK0_RESERVED, want);

	for (unsigned int bit = 0; bit < 64; bit++) {
		union hv_vmm_capabilities_bank0 bank = {
			.as_uint64 = BIT_ULL(bit),
		};

		for (enum piece i = 0; i < PIECES; i++)
			if (pieces[i].reserved && read_piece(&bank, i))
				found |= BIT_ULL(bit);
	}
	KUNIT_EXPECT_EQ(test, found, want);
}

static void raw_bytes_become_count_reserved_and_bank(struct kunit *test)
{
	static const u8 raw[] = {
		0x02, 0x01,				/* bank count */
		0x12, 0x11, 0x22, 0x21, 0x32, 0x31,	/* reserved words */
		0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80,
	};
	struct hv_vmm_capabilities caps;

	static_assert(sizeof(raw) == sizeof(caps));
	memcpy(&caps, raw, sizeof(caps));

	KUNIT_EXPECT_EQ(test, caps.bank_count, 0x0102);
	KUNIT_ASSERT_EQ(test, ARRAY_SIZE(caps.reserved), 3);
	KUNIT_EXPECT_EQ(test, caps.reserved[0], 0x1112);
	KUNIT_EXPECT_EQ(test, caps.reserved[1], 0x2122);
	KUNIT_EXPECT_EQ(test, caps.reserved[2], 0x3132);
	KUNIT_EXPECT_EQ(test, caps.bank0.as_uint64, 0x8000000000000040ULL);
	KUNIT_EXPECT_TRUE(test, caps.bank0.vmm_enable_integrated_scheduler);
	KUNIT_EXPECT_EQ(test, (u64)caps.bank0.reserved7, BIT_ULL(56));
	KUNIT_EXPECT_EQ(test, HV_VMM_CAPABILITIES_BANKS, 1);
}

static void property_codes_are_the_hypervisors(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, HV_VMM_CAPABILITIES_PROPERTY, 0x00090007);
	KUNIT_EXPECT_EQ(test,
			HV_PARTITION_PROPERTY_HIERARCHICAL_INTEGRATED_SCHEDULER_ENABLED,
			0x00020005);
}

/* Agreement with the kernel's own headers */

static void kernel_agrees_on_property_codes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, HV_VMM_CAPABILITIES_PROPERTY,
			(int)HV_PARTITION_PROPERTY_VMM_CAPABILITIES);
	KUNIT_EXPECT_EQ(test,
			HV_PARTITION_PROPERTY_HIERARCHICAL_INTEGRATED_SCHEDULER_ENABLED,
			(int)HV_PARTITION_PROPERTY_INTEGRATED_SCHEDULER_ENABLED);
}

static void kernel_agrees_on_capabilities(struct kunit *test)
{
	struct hv_partition_property_vmm_capabilities theirs = {};
	struct hv_vmm_capabilities ours;

	KUNIT_ASSERT_EQ(test, sizeof(ours), sizeof(theirs));
	KUNIT_EXPECT_EQ(test, offsetof(typeof(ours), bank_count),
			offsetof(typeof(theirs), bank_count));
	KUNIT_EXPECT_EQ(test, offsetof(typeof(ours), reserved),
			offsetof(typeof(theirs), reserved));
	KUNIT_EXPECT_EQ(test, offsetof(typeof(ours), bank0),
			offsetof(typeof(theirs), as_uint64));
	KUNIT_EXPECT_EQ(test, HV_VMM_CAPABILITIES_BANKS,
			HV_PARTITION_VMM_CAPABILITIES_BANK_COUNT);

	for (unsigned int bit = 0; bit < 64; bit++) {
		theirs.as_uint64[0] = BIT_ULL(bit);
		memcpy(&ours, &theirs, sizeof(ours));

#define EXPECT_SAME(field, their_field)					\
		KUNIT_EXPECT_EQ_MSG(test, (u64)ours.bank0.field,	\
				    (u64)theirs.their_field, "bit %u", bit)
		EXPECT_SAME(map_gpa_preserve_adjustable,
			    map_gpa_preserve_adjustable);
		EXPECT_SAME(vmm_can_provide_overlay_gpfn,
			    vmm_can_provide_overlay_gpfn);
		EXPECT_SAME(vp_affinity_property, vp_affinity_property);
#ifdef CONFIG_ARM64
		EXPECT_SAME(vmm_can_provide_gic_overlay_locations,
			    vmm_can_provide_gic_overlay_locations);
#else
		EXPECT_SAME(reserved3, reservedbit3);
#endif
		EXPECT_SAME(assignable_synthetic_proc_features,
			    assignable_synthetic_proc_features);
		EXPECT_SAME(reserved5, reservedbit5);
		EXPECT_SAME(vmm_enable_integrated_scheduler,
			    vmm_enable_integrated_scheduler);
		EXPECT_SAME(reserved7, reserved0);
#undef EXPECT_SAME
	}
}

static void vmm_interface_agrees_with_hypervisor(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, MSHV_HV_PAGE_SIZE, (int)HV_HYP_PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, MSHV_NUM_CPU_FEATURES_BANKS,
			HV_PARTITION_PROCESSOR_FEATURES_BANKS);
	KUNIT_EXPECT_EQ(test, MSHV_RUN_VP_BUF_SZ,
			(int)sizeof(struct hv_message));
	KUNIT_EXPECT_EQ(test, (int)MSHV_VP_MMAP_OFFSET_REGISTERS,
			(int)HV_VP_STATE_PAGE_REGISTERS);
	KUNIT_EXPECT_EQ(test, (int)MSHV_VP_MMAP_OFFSET_INTERCEPT_MESSAGE,
			(int)HV_VP_STATE_PAGE_INTERCEPT_MESSAGE);
	KUNIT_EXPECT_EQ(test, (int)MSHV_VP_MMAP_OFFSET_GHCB,
			(int)HV_VP_STATE_PAGE_GHCB);
	KUNIT_EXPECT_EQ(test, (int)MSHV_VP_MMAP_OFFSET_COUNT,
			(int)HV_VP_STATE_PAGE_COUNT);
}

static struct kunit_case layout_cases[] = {
	KUNIT_CASE_PARAM(members_are_in_place, layout_gen_params),
	KUNIT_CASE_PARAM(one_raw_bit_is_one_capability, bit_gen_params),
	KUNIT_CASE(reserved_bits_are_5_and_7_to_63),
	KUNIT_CASE(raw_bytes_become_count_reserved_and_bank),
	KUNIT_CASE(property_codes_are_the_hypervisors),
	KUNIT_CASE(kernel_agrees_on_property_codes),
	KUNIT_CASE(kernel_agrees_on_capabilities),
	KUNIT_CASE(vmm_interface_agrees_with_hypervisor),
	{}
};

static struct kunit_suite layout_suite = {
	.name = "mshv-layout",
	.test_cases = layout_cases,
};

kunit_test_suite(layout_suite);

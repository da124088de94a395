// SPDX-License-Identifier: GPL-2.0-only
/*
 * The synthetic interrupt controller of each processor.
 *
 * Three pages, each with an MSR that says where it is and whether it is in use:
 * messages (SIMP), event flags (SIEFP) and event rings (SIRBP). Whose pages
 * they are depends:
 *
 *  - in the root partition the hypervisor provides all three;
 *  - an L1VH provides its own;
 *  - where VMBus is active it owns the first two, and the control register:
 *    they are looked at and not touched.
 *
 * Two interrupt sources are ours: intercepts and what else the hypervisor says
 * about children, and doorbells. Both arrive at the hypervisor callback vector,
 * before VMBus sees it: doorbells do so as a message of the first source, which
 * says that there is something in their event ring.
 */
#include <linux/cpuhotplug.h>
#include <linux/gfp.h>
#include <linux/hyperv.h>
#include <linux/io.h>
#include <linux/local_lock.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/workqueue.h>
#include <kunit/static_stub.h>
#include <asm/mshyperv.h>

#include "event_ring.h"
#include "mshv_root.h"
#include "synic.h"

/* As many doorbells one interrupt deals with. */
#define DOORBELL_BUDGET	64

/* All three page MSRs look alike. */
#define PAGE_ENABLED	BIT_ULL(0)
#define PAGE_FRAME_MASK	GENMASK_ULL(63, 12)

/**
 * struct synic_page - one page of one processor
 * @address: where it is mapped
 * @own: the page, if it is ours
 * @saved: what its MSR was before
 */
struct synic_page {
	void *address;
	struct page *own;
	u64 saved;
};

/*
 * @lock is held while @doorbells are read, which signals eventfds. On a real-time
 * kernel their locks sleep, and so does this one: there the interrupt handler
 * leaves the doorbells to @more_doorbells.
 */
struct synic_cpu {
	local_lock_t lock;	/* see above */
	struct synic_page messages;
	struct synic_page flags;
	struct synic_page rings;
	struct mshv_event_ring doorbells;
	struct work_struct more_doorbells;
	u64 saved_control;
};

static DEFINE_PER_CPU(struct synic_cpu, synic_cpus) = {
	.lock = INIT_LOCAL_LOCK(lock),
};

static enum cpuhp_state hotplug_state;

/* Constant once the probe is over. */
static bool provide_pages;

static int page_start(struct synic_page *page, u32 msr, bool ours)
{
	u64 value = hv_get_non_nested_msr(msr);

	*page = (struct synic_page){ .saved = value };

	if (ours && provide_pages) {
		page->own = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!page->own)
			return -ENOMEM;
		page->address = page_address(page->own);
		value = (value & ~PAGE_FRAME_MASK) | page_to_phys(page->own);
	} else {
		page->address = memremap(value & PAGE_FRAME_MASK,
					 HV_HYP_PAGE_SIZE, MEMREMAP_WB);
		if (!page->address)
			return -ENOMEM;
	}

	if (ours)
		hv_set_non_nested_msr(msr, value | PAGE_ENABLED);
	return 0;
}

static void page_stop(struct synic_page *page, u32 msr, bool ours)
{
	if (!page->address)
		return;

	if (ours)
		hv_set_non_nested_msr(msr, page->saved);
	if (page->own)
		__free_page(page->own);
	else
		memunmap(page->address);
	*page = (struct synic_page){};
}

static void pages_stop(struct synic_cpu *synic)
{
	const bool ours = !hv_vmbus_exists();

	page_stop(&synic->rings, HV_MSR_SIRBP, true);
	page_stop(&synic->flags, HV_MSR_SIEFP, ours);
	page_stop(&synic->messages, HV_MSR_SIMP, ours);
}

static int pages_start(struct synic_cpu *synic)
{
	const bool ours = !hv_vmbus_exists();
	int ret;

	ret = page_start(&synic->messages, HV_MSR_SIMP, ours);
	if (!ret)
		ret = page_start(&synic->flags, HV_MSR_SIEFP, ours);
	if (!ret)
		ret = page_start(&synic->rings, HV_MSR_SIRBP, true);
	if (ret)
		pages_stop(synic);
	return ret;
}

static void sint_start(unsigned int sint, bool as_intercept)
{
	const union hv_synic_sint value = {
		.vector = HYPERVISOR_CALLBACK_VECTOR,
		.auto_eoi = hv_recommend_using_aeoi(),
		.as_intercept = as_intercept,
	};

	hv_set_non_nested_msr(HV_MSR_SINT0 + sint, value.as_uint64);
}

static void sint_stop(unsigned int sint)
{
	union hv_synic_sint value = {
		.as_uint64 = hv_get_non_nested_msr(HV_MSR_SINT0 + sint),
	};

	value.masked = true;
	hv_set_non_nested_msr(HV_MSR_SINT0 + sint, value.as_uint64);
}

/* The rest: in turn with the softirqs of this processor. */
static void leave_doorbells(struct synic_cpu *synic)
{
	queue_work_on(smp_processor_id(), system_bh_wq, &synic->more_doorbells);
}

static void read_doorbells(u32 budget)
{
	struct synic_cpu *synic;
	unsigned long flags;

	local_lock_irqsave(&synic_cpus.lock, flags);
	synic = this_cpu_ptr(&synic_cpus);
	if (mshv_event_ring_read(&synic->doorbells, budget))
		leave_doorbells(synic);
	local_unlock_irqrestore(&synic_cpus.lock, flags);
}

static void read_more_doorbells(struct work_struct *work)
{
	read_doorbells(DOORBELL_BUDGET);
}

/**
 * mshv_synic_read_doorbells() - deal with the doorbells in the event ring
 *
 * Of this processor. If there are very many, the rest is dealt with later.
 *
 * Context: Interrupt handler.
 */
void mshv_synic_read_doorbells(void)
{
	KUNIT_STATIC_STUB_REDIRECT(mshv_synic_read_doorbells);

	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		leave_doorbells(this_cpu_ptr(&synic_cpus));
	else
		read_doorbells(DOORBELL_BUDGET);
}

static void doorbells_start(struct synic_cpu *synic)
{
	struct hv_synic_event_ring_page *rings = synic->rings.address;

	synic->doorbells = (struct mshv_event_ring){
		.ring = &rings->sint_event_ring[HV_SYNIC_DOORBELL_SINT_INDEX],
		.sint = HV_SYNIC_DOORBELL_SINT_INDEX,
	};
	INIT_WORK(&synic->more_doorbells, read_more_doorbells);
}

/* Nothing is added to the ring any more; what is in it counts. */
static void doorbells_stop(struct synic_cpu *synic)
{
	cancel_work_sync(&synic->more_doorbells);
	read_doorbells(U32_MAX);
}

/*
 * Signals of eventfds take spinlocks. That is right in an interrupt handler unless
 * the kernel is a real-time one, for which lockdep checks all kernels.
 */
static DEFINE_WAIT_OVERRIDE_MAP(synic_spinlocks_spin, LD_WAIT_CONFIG);

static void synic_receive(const struct hv_message *message)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		mshv_message_receive(message);
		return;
	}
	lock_map_acquire_try(&synic_spinlocks_spin);
	mshv_message_receive(message);
	lock_map_release(&synic_spinlocks_spin);
}

/*
 * Called at each interrupt on the hypervisor callback vector, VMBus's own
 * included.
 */
static void synic_interrupt(void)
{
	struct hv_message_page *page = this_cpu_ptr(&synic_cpus)->messages.address;
	struct hv_message *message;

	if (unlikely(!page))
		return;

	message = &page->sint_message[HV_SYNIC_INTERCEPTION_SINT_INDEX];
	if (READ_ONCE(message->header.message_type) == HVMSG_NONE)
		return;

	synic_receive(message);

	/*
	 * The slot is free. If the hypervisor had to hold a message back it
	 * says so in the slot, and wants to be told.
	 */
	WRITE_ONCE(message->header.message_type, HVMSG_NONE);
	/* It sees the free slot, or we see that it held something back. */
	mb();
	if (message->header.message_flags.msg_pending)
		hv_set_non_nested_msr(HV_MSR_EOM, 0);
}

static int synic_online(unsigned int cpu)
{
	struct synic_cpu *synic = this_cpu_ptr(&synic_cpus);
	int ret;

	ret = pages_start(synic);
	if (ret)
		return ret;
	doorbells_start(synic);

	sint_start(HV_SYNIC_INTERCEPTION_SINT_INDEX, false);
	sint_start(HV_SYNIC_DOORBELL_SINT_INDEX, true);

	if (!hv_vmbus_exists()) {
		union hv_synic_scontrol control = {
			.as_uint64 = hv_get_non_nested_msr(HV_MSR_SCONTROL),
		};

		synic->saved_control = control.as_uint64;
		control.enable = 1;
		hv_set_non_nested_msr(HV_MSR_SCONTROL, control.as_uint64);
	}
	return 0;
}

static int synic_offline(unsigned int cpu)
{
	struct synic_cpu *synic = this_cpu_ptr(&synic_cpus);

	if (!hv_vmbus_exists())
		hv_set_non_nested_msr(HV_MSR_SCONTROL, synic->saved_control);

	sint_stop(HV_SYNIC_DOORBELL_SINT_INDEX);
	sint_stop(HV_SYNIC_INTERCEPTION_SINT_INDEX);
	/*
	 * Nothing comes here any more: the hypervisor sends elsewhere what it
	 * held back. What has come counts, whether its interrupt arrives or not.
	 */
	scoped_guard(irqsave)
		synic_interrupt();
	doorbells_stop(synic);
	pages_stop(synic);
	return 0;
}

/**
 * mshv_synic_start() - probe step: listen to the hypervisor
 * @root: @partition_type is valid
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, or the errno of cpuhp_setup_state().
 */
int mshv_synic_start(struct mshv_root *root)
{
	int ret;

	KUNIT_STATIC_STUB_REDIRECT(mshv_synic_start, root);

	provide_pages = root->partition_type == MSHV_PARTITION_L1VH;

	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "hyperv/mshv:online",
				synic_online, synic_offline);
	if (ret < 0)
		return ret;
	hotplug_state = ret;

	hv_setup_mshv_handler(synic_interrupt);
	return 0;
}

/**
 * mshv_synic_stop() - undo mshv_synic_start()
 * @root: the driver's state
 *
 * Being stopped already is no error.
 *
 * Context: Process context, may sleep.
 */
void mshv_synic_stop(struct mshv_root *root)
{
	KUNIT_STATIC_STUB_REDIRECT(mshv_synic_stop, root);

	/*
	 * Nobody calls the handler any more once the callbacks have run on
	 * every processor.
	 */
	hv_setup_mshv_handler(NULL);
	if (hotplug_state != CPUHP_INVALID)
		cpuhp_remove_state(hotplug_state);
	hotplug_state = CPUHP_INVALID;
}

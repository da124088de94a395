// SPDX-License-Identifier: GPL-2.0-only
/*
 * Touches physical memory that is not the parent's: hidden memory at an address
 * that it is told, or a page that it has deposited itself. That must end the
 * run.
 *
 *	insmod hv_touch.ko gpa=0x100000
 *	insmod hv_touch.ko deposit=1
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <asm/mshyperv.h>

static unsigned long gpa;
module_param(gpa, ulong, 0400);
MODULE_PARM_DESC(gpa, "physical address to read");

static bool deposit;
module_param(deposit, bool, 0400);
MODULE_PARM_DESC(deposit, "read a page after depositing it");

static int read_gpa(void)
{
	void *page = memremap(gpa & PAGE_MASK, PAGE_SIZE, MEMREMAP_WB);

	if (!page)
		return -ENOMEM;
	pr_info("hv_touch: %#lx has %#x\n", gpa,
		READ_ONCE(*(u8 *)(page + offset_in_page(gpa))));
	memunmap(page);
	return -EAGAIN;		/* nothing to stay for */
}

static int read_deposited(void)
{
	struct hv_deposit_memory *in = (void *)get_zeroed_page(GFP_KERNEL);
	u64 *page = (void *)get_zeroed_page(GFP_KERNEL);
	u64 status;

	if (!in || !page)
		return -ENOMEM;
	in->partition_id = HV_PARTITION_ID_SELF;
	in->gpa_page_list[0] = virt_to_phys(page) >> PAGE_SHIFT;
	status = hv_do_hypercall(HVCALL_DEPOSIT_MEMORY |
				 1ULL << HV_HYPERCALL_REP_COMP_OFFSET, in, NULL);
	free_page((unsigned long)in);
	if (!hv_result_success(status))
		return hv_result_to_errno(status);
	pr_info("hv_touch: a deposited page has %#llx\n", READ_ONCE(*page));
	return -EAGAIN;
}

static int __init hv_touch_init(void)
{
	return deposit ? read_deposited() : read_gpa();
}
module_init(hv_touch_init);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Touches physical memory");

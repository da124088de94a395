// SPDX-License-Identifier: GPL-2.0-only
/*
 * Touches physical memory, wherever it is told to: loaded with the address of
 * hidden memory, it must end the run.
 *
 *	insmod hv_touch.ko gpa=0x200000
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>

static unsigned long gpa;
module_param(gpa, ulong, 0400);
MODULE_PARM_DESC(gpa, "physical address to read");

static int __init hv_touch_init(void)
{
	void *page = memremap(gpa & PAGE_MASK, PAGE_SIZE, MEMREMAP_WB);

	if (!page)
		return -ENOMEM;
	pr_info("hv_touch: %#lx has %#x\n", gpa,
		READ_ONCE(*(u8 *)(page + offset_in_page(gpa))));
	memunmap(page);
	return -EAGAIN;		/* nothing to stay for */
}
module_init(hv_touch_init);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Touches physical memory");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The suites' own copy of the driver: all of it but the module's entry points.
 * Nothing of it is exported, so it does not meet mshv_root.ko when both are
 * loaded.
 */
#define pr_fmt(fmt) "mshv_root: " fmt

#include "../async.c"
#include "../caps.c"
#include "../counters.c"
#include "../debugfs.c"
#include "../deposit.c"
#include "../dev.c"
#include "../event_ring.c"
#include "../gpa.c"
#include "../hvcall.c"
#include "../hvcall_pages.c"
#include "../ioctl.c"
#include "../ioeventfd.c"
#include "../irq.c"
#include "../irq_routing.c"
#include "../irqfd.c"
#include "../message.c"
#include "../partition.c"
#include "../partition_type.c"
#include "../passthru.c"
#include "../port.c"
#include "../probe.c"
#include "../property.c"
#include "../region.c"
#include "../region_mmio.c"
#include "../region_movable.c"
#include "../region_pinned.c"
#include "../registers.c"
#include "../sched.c"
#include "../sched_hv.c"
#include "../sched_root.c"
#include "../shared_page.c"
#include "../stats.c"
#include "../synic.c"
#include "../sysfs.c"
#include "../vp.c"
#include "../vp_file.c"

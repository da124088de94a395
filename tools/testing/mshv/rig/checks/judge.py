# SPDX-License-Identifier: GPL-2.0-only
"""The judge of kernel logs takes what each check of the kernel says for trouble."""

import re

from ..kernel_log import SIGNS, kernel_trouble

# A line by sign, as Linux 7.3 prints it
TROUBLE = {
    "any of them": ("WARNING: kernel/fork.c:1 at copy+0x1/0x2, CPU#0: sh/1", "Call Trace:",
                    "Oops: general protection fault, probably for non-canonical address",
                    "WARNING: possible circular locking dependency detected",
                    "WARNING: inconsistent lock state", "WARNING: suspicious RCU usage"),
    "BUG, KASAN, SLUB, sleeping": (
        "BUG: KASAN: slab-use-after-free in vp_release+0x1/0x2 [mshv_root]",
        "BUG kmalloc-64 (Not tainted): Poison overwritten",
        "BUG: sleeping function called from invalid context at mm/slab.h:1",
        "[ BUG: Invalid wait context ]", "kernel BUG at mm/slub.c:1!",
        "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 30s!"),
    "UBSAN": ("UBSAN: array-index-out-of-bounds in drivers/hv/mshv/irq.c:1:2",),
    "lists": ("list_del corruption. prev->next should be ffff888000000000",),
    "debug objects": ("ODEBUG: free active (active state 0) object: 1 object type: timer_list",
                      "ODEBUG: Out of memory. ODEBUG disabled"),
    "kmemleak": ("kmemleak: 1 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",),
    "lockdep": ("INFO: trying to register non-static key.",),
    "RCU": ("rcu: INFO: rcu_preempt self-detected stall on CPU",
            "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
            "rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-... }"),
    "hung tasks": ("INFO: task sh:1 blocked for more than 120 seconds.",
                   "INFO: task sh:1 is blocked on a mutex likely owned by task sh:2."),
    "lockdep is off": ("turning off the locking correctness validator.",),
    "kmemleak is off": ("kmemleak: Kernel memory leak detector disabled",),
}
# What a good run has
PEACE = (
    "Linux version 7.3.4 (mshv@mshv) #1 SMP PREEMPT",
    "Kernel command line: console=ttyS0 rcupdate.rcu_cpu_stall_timeout=60",
    "rcu: \tRCU CPU stall warnings timeout set to 60 (rcu_cpu_stall_timeout).",
    "rcu: RCU lockdep checking is enabled.",
    "Lock dependency validator: Copyright (c) 2006 Red Hat, Inc., Ingo Molnar",
    "kasan: KernelAddressSanitizer initialized (generic)",
    "kmemleak: Kernel memory leak detector initialized (mem pool available: 15000)",
    "misc mshv: L1VH partition, integrated scheduler: VPs are dispatched by Linux",
)


def tests():
    """Yield (name, function)."""
    yield "judge: the kernel log of a good run is good", peace
    yield "judge: every sign of trouble has an example", complete
    for sign, lines in TROUBLE.items():
        for line in lines:
            yield f"judge: {sign}: {line}", trouble(sign, line)


def peace():
    """Nothing is wrong with what every run has."""
    return kernel_trouble("\n".join(f"[    1.000000] {line}" for line in PEACE))


def complete():
    """A sign without an example may be one that nothing says."""
    return [f"no example of: {sign}" for sign in SIGNS.keys() ^ TROUBLE.keys()]


def trouble(sign, line):
    """A test that LINE is seen, and by the SIGN that it is an example of."""
    def test():
        wrong = []
        if not re.search(SIGNS[sign], line):
            wrong.append("the sign is not in it")
        if kernel_trouble(f"[    1.000000] {line}\nnext") != [f"[    1.000000] {line}"]:
            wrong.append("the judge does not see it")
        return wrong
    return test

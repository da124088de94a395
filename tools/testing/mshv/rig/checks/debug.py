# SPDX-License-Identifier: GPL-2.0-only
"""The debug kernel finds nothing in what matters most: memory, races, faults, lifetime,
interrupts, processors and power.

That it would find something is a test of its own: a module makes one mistake of each kind.
"""

import functools
import re

from .. import artifacts, partition
from ..kernel_log import kernel_trouble
from . import power, selftests

# One for each run loop
MODES = ("l1vh-integrated", "l1vh-core")
PROGRAMS = ("memory", "movable", "reclaim", "races", "faults", "lifetime", "irqfd", "hotplug")
MEMORY = "3G"
# It is slow; a run that hangs is told from one that is slow by nothing else.
CMDLINE = "rcupdate.rcu_cpu_stall_timeout=120"
DEADLINE = 3600

# The kernel leaves alone what is younger than five seconds, and looks twice to be sure.
SCAN = """
leaks=/sys/kernel/debug/kmemleak
sleep 6
echo scan >$leaks && echo scan >$leaks && echo "scanned=yes"
sed 's/^/leak=/' $leaks
"""
# Only what is allocated from now on is looked at.
FORGET = "echo clear >/sys/kernel/debug/kmemleak\n"

# Ioctls in random order: a few, always the same ones, and a million in all modes
FUZZ_SHORT = 20000
FUZZ_LONG = 1000000 // len(selftests.MODES)
FUZZ = FORGET + """
modprobe mshv_root || exit 1
fuzz %d %d
echo "fuzz=$?"
modprobe -r mshv_root || exit 1
""" + SCAN

# What the kernel says to each mistake. Lockdep ends with its first finding, and with
# that of others: what needs it comes first.
MISTAKES = {
    "rcu": r"WARNING: suspicious RCU usage",
    "atomic-sleep": r"BUG: sleeping function called from invalid context",
    "lock-order": r"WARNING: possible circular locking dependency detected",
    "use-after-free": r"BUG: KASAN: slab-use-after-free",
    "out-of-bounds": r"UBSAN: array-index-out-of-bounds",
    "active-timer": r"ODEBUG: free active",
    "list": r"list_(add|del) corruption",
    "hung-task": r"task hv_seeded:\d+ blocked for more than",
    "leak": r"kmemleak: \d+ new suspected memory leak",
}
SEED = FORGET + """
modprobe hv_seeded || exit 1
echo 1 >/proc/sys/kernel/hung_task_timeout_secs
seed() {
	echo "seeded: $1" >/dev/kmsg
	echo $1 >/sys/module/hv_seeded/parameters/mistake || exit 1
	sleep $2
}
for name in rcu atomic-sleep lock-order use-after-free out-of-bounds active-timer list; do
	seed $name 0
done
seed hung-task 4
echo 0 >/proc/sys/kernel/hung_task_timeout_secs
seed leak 0
""" + SCAN + """
echo "seeded: end" >/dev/kmsg
modprobe -r hv_seeded
"""


def tests():
    """Yield (name, function)."""
    yield "debug: every kind of mistake is found", mistakes
    yield from selftests.each_mode("debug", MODES, ("2",), programs, PROGRAMS)
    for mode in MODES:
        yield f"debug: fuzz: {mode}", functools.partial(fuzz, mode, 1, FUZZ_SHORT)
    for mode in MODES:
        yield f"debug: restart with running VPs: {mode}", functools.partial(restart, mode)


def soak_tests():
    """Yield (name, function): every program in every mode."""
    yield from selftests.each_mode("debug", selftests.MODES, ("2", "4"), programs)


def fuzz_tests():
    """Yield (name, function): a million ioctls, each mode with others of them."""
    for number, mode in enumerate(selftests.MODES, 1):
        title = f"fuzz: {mode}, {FUZZ_LONG} ioctls"
        yield title, functools.partial(fuzz, mode, number << 32, FUZZ_LONG)


def findings(console):
    """{mistake: trouble in the kernel log after it was made}."""
    parts = re.split(r"seeded: (\S+)", console)
    return {name: kernel_trouble(text) for name, text in zip(parts[1::2], parts[2::2])}


def mistakes():
    """Each of MISTAKES is found by the check that is there for it."""
    target = artifacts.debug_kernel()
    modules = {"hv_seeded": artifacts.conformance(target)["hv_seeded"]}
    result = partition.run(target, SEED, "partition=l1vh", modules, memory=MEMORY,
                           cmdline=CMDLINE + " kasan_multi_shot", deadline=DEADLINE)
    found = findings(result.console)
    wrong = [f"{name}: not found" for name, sign in MISTAKES.items()
             if not any(re.search(sign, line) for line in found.get(name, ()))]
    if "end" not in found:
        wrong.append("the run did not come to its end")
    before = result.console.partition("seeded: ")[0]
    wrong += [f"before any mistake: {line}" for line in kernel_trouble(before)]
    return wrong + result.story(60).splitlines() if wrong else []


def programs(title, knobs, cpus, names):
    """The programs NAMES pass under KNOBS on CPUS processors, and nothing is found."""
    target = artifacts.debug_kernel()
    job = FORGET + selftests.JOB % {"before": "", "commands": " ".join(names), "after": ""} + SCAN
    machine = partition.boot(target, job, knobs, cpus=cpus, memory=MEMORY, cmdline=CMDLINE,
                             deadline=DEADLINE)
    machine.programs.update(artifacts.selftests())
    result = machine.run()
    cases = selftests.results(names, knobs, cpus, result)
    wrong = selftests.complaints(result, kernel_trouble(result.console))
    wrong += [f"ledger: {line}" for line in result.values("ledger")]
    wrong += [f"leak: {line}" for line in result.values("leak")]
    if result.value("scanned") != "yes":
        wrong.append("the kernel was not asked for leaks")
    return selftests.report(title, cases, wrong, result)


def fuzz(mode, seed, calls):
    """Nothing is found, and nothing left, after so many CALLS, which follow from SEED."""
    machine = partition.boot(artifacts.debug_kernel(), FUZZ % (seed, calls),
                             selftests.MODES[mode], memory=MEMORY, cmdline=CMDLINE,
                             deadline=8 * DEADLINE)
    machine.programs.update(artifacts.selftests())
    result = machine.run()
    print(f"     {mode}: {result.value('fuzzed')}")
    wrong = kernel_trouble(result.console) + [f"leak: {line}" for line in result.values("leak")]
    if not result.succeeded or result.value("fuzz") != "0" or result.value("scanned") != "yes":
        wrong.append("the run did not end well")
    return wrong + result.story(60).splitlines() if wrong else []


def restart(mode):
    """Nothing is found when the system restarts under its VMMs."""
    return power.restart(None, selftests.MODES[mode], artifacts.debug_kernel)()

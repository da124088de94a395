# SPDX-License-Identifier: GPL-2.0-only
"""Linux boots as a guest, under every scheduler of both partition types.

It is the kernel that runs as the parent, too. Its VMM is linux_vmm, its only
process linux_init: that says what it has found, repeats a word, and powers off.
It has no use for hypercalls unless the VMM offers them, and then uses them.
"""

import re

from .. import artifacts, outcome, partition
from ..initramfs import Initramfs
from .selftests import MODES, chosen

GUEST_CPUS = 2
CMDLINE = "console=ttyS0 quiet"
WORD = "Shibboleth"

# Synthetic processor features: to idle by an MSR, sets of more than 64 VPs, and calls
# that flush TLBs, send interrupts and tell of long waits for a lock
HYPERCALLS = 1 << 10 | 1 << 24 | 1 << 25 | 1 << 26 | 1 << 27
HYPERCALL_MODES = ("l1vh-integrated", "root-core")
FLUSHES = ("0002", "0003", "0013", "0014")
INTERRUPTS = ("000b", "0015")

# The guest is told the word when it is idle: when it has asked for it.
JOB = f"""
hvctl counters clear
hvctl ledger >/tmp/before
modprobe mshv_root || exit 1
mkfifo /tmp/input
exec 3<>/tmp/input
linux_vmm /guest/kernel /guest/initramfs {GUEST_CPUS} '{CMDLINE}' FEATURES </tmp/input >/tmp/console 2>&1 &
vmm=$!
until grep -q 'what is the word' /tmp/console || ! kill -0 $vmm; do sleep 0.2; done
echo {WORD} >&3
wait $vmm
echo "vmm=$?"
exec 3<&-
sed 's/^/console=/' /tmp/console
hvctl counters children | sed 's/^/calls=/'
modprobe -r mshv_root || exit 1
hvctl ledger >/tmp/after
cmp -s /tmp/before /tmp/after || diff /tmp/before /tmp/after | sed 's/^/ledger=/'
"""

# What linux_init sleeps on each processor wakes it as often.
NAPS = 5


def tests():
    """Yield (name, function)."""
    for mode in chosen("MODES", MODES):
        yield f"Linux boots as a guest: {mode}", boots(MODES[mode])
    for mode in chosen("MODES", MODES):
        if mode in HYPERCALL_MODES:
            yield f"Linux makes hypercalls as a guest: {mode}", boots(MODES[mode], HYPERCALLS)


def initramfs(program):
    """A guest's user space, which is the one PROGRAM."""
    root = Initramfs()
    root.directory("dev")
    root.directory("proc")
    root.file("init", program.read_bytes(), 0o755)
    return root.pack()


def boots(knobs, features=0):
    """A test that a guest with FEATURES boots and powers off under KNOBS."""
    def test():
        base = artifacts.base_kernel()
        programs = artifacts.selftests()
        boot = partition.boot(base, JOB.replace("FEATURES", str(features)), knobs)
        boot.programs.update(programs)
        boot.files = {"guest/kernel": base.image.read_bytes(),
                      "guest/initramfs": initramfs(programs["linux_init"])}
        result = boot.run()
        wrong = complaints(result) + complaints_of_calls(result, features)
        return wrong + result.story(60).splitlines() if wrong else []
    return test


def complaints(result):
    """What is wrong with the run of a guest."""
    wrong = [f"kernel log: {line}" for line in outcome.kernel_trouble(result.console)]
    wrong += [f"ledger: {line}" for line in result.values("ledger")]
    if not result.succeeded:
        wrong.append("the run did not end well")
    if result.value("vmm") != "0":
        wrong.append(f"the VMM ended with {result.value('vmm')}: the guest did not power off")

    console = "\n".join(result.values("console"))
    wrong += [f"kernel log of the guest: {line}" for line in outcome.kernel_trouble(console)]
    if f"guest: {GUEST_CPUS} processors" not in console:
        wrong.append(f"the guest has not found {GUEST_CPUS} processors")
    for cpu in range(GUEST_CPUS):
        if counted(console, rf"processor {cpu}: (\d+) timer interrupts") < NAPS:
            wrong.append(f"processor {cpu} of the guest has no timer interrupts")
    if "guest: 0 looks at pages that were gone" not in console.splitlines():
        wrong.append("a processor of the guest has seen pages that were gone")
    if not counted(console, r"(\d+) serial interrupts"):
        wrong.append("the guest has no interrupts of the serial port")
    if f"guest: the word is {WORD}" not in console.splitlines():
        wrong.append("the guest has not heard the word")
    return wrong


def complaints_of_calls(result, features):
    """What is wrong with the hypercalls that a guest with FEATURES made."""
    calls = {}
    for line in result.values("calls"):
        code, *numbers = line.split()
        if numbers:
            calls[code] = [int(number) for number in numbers]
    if not features:
        return [f"the guest made hypercalls: {calls}"] if calls else []
    wrong = [f"hypercall {code} of the guest failed {numbers[1]} times"
             for code, numbers in calls.items() if numbers[1]]
    for what, codes in ("flushed TLBs", FLUSHES), ("sent interrupts", INTERRUPTS):
        if not any(code in calls for code in codes):
            wrong.append(f"the guest has not {what} by hypercall: {calls}")
    return wrong


def counted(console, pattern):
    """The number that the guest printed, 0 if it did not."""
    found = re.search(rf"^guest: {pattern}$", console, re.M)
    return int(found.group(1)) if found else 0

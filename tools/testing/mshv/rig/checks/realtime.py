# SPDX-License-Identifier: GPL-2.0-only
"""Our driver on the distribution's real-time kernel, where a spinlock may sleep.

What an interrupt handler must not do there shows in the kernel log. So the programs are those
in which messages, doorbells and acknowledgments arrive.
"""

import re

from .. import artifacts, outcome, partition
from . import selftests

PROGRAMS = ("irqfd", "ioeventfd", "guest_idle")
KERNEL = r"PREEMPT_RT"


def tests():
    """Yield (name, function) of `make check`."""
    yield named("l1vh-integrated")


def soak_tests():
    """The same under both run loops."""
    yield from map(named, ("l1vh-integrated", "l1vh-core"))


def named(mode):
    """The test of MODE, (name, function)."""
    title = f"real-time kernel: {mode}"
    return title, runs_guests(title, selftests.MODES[mode])


def runs_guests(title, knobs):
    """A test that programs pass and the example VMM says hello under KNOBS."""
    def test():
        job = selftests.JOB % {"before": "uname -v | sed 's/^/kernel=/'",
                               "commands": " ".join(PROGRAMS), "after": ""}
        machine = partition.boot(artifacts.realtime_kernel(), job, knobs, cpus=2, deadline=600)
        machine.programs.update(artifacts.selftests())
        result = machine.run()
        cases = selftests.results(PROGRAMS, knobs, 2, result)
        wrong = selftests.complaints(result, outcome.kernel_trouble(result.console))
        wrong += [f"ledger: {line}" for line in result.values("ledger")]
        if not re.search(KERNEL, result.value("kernel") or ""):
            wrong.append(f"it is no real-time kernel: '{result.value('kernel')}'")
        return selftests.report(title, cases, wrong, result)
    return test

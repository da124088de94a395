# SPDX-License-Identifier: GPL-2.0-only
"""However a run ends, it ends: with a reason, a status, and before its deadline."""

import re

from .. import artifacts, partition
from ..boot import DEADLINE

SYSRQ = "echo {} >/proc/sysrq-trigger; sleep 60"

# name, knobs, words for Linux, job, reason, pattern in the hypervisor's log
ENDS = (
    ("power off", "partition=l1vh", "", "true", "power off", None),
    ("kernel panic", "partition=l1vh", "", SYSRQ.format("c"), "parent crashed", "sysrq"),
    ("kernel panic in the root partition", "partition=root", "", SYSRQ.format("c"),
     "parent crashed", "sysrq"),
    ("triple fault", "partition=l1vh", "reboot=triple", "reboot -f; sleep 60",
     "triple fault", None),
    ("every processor halted", "partition=l1vh", "", "halt -f; sleep 60",
     "parent halted", None),
    ("unknown knob", "no-such-knob=1", "", "true", "bad knob", "no-such-knob"),
    ("bad value of a knob", "partition=nonsense", "", "true", "bad knob", "partition"),
    ("too many processors", "processors=9", "", "true", "bad knob", "processors"),
)


def tests():
    """Yield (name, function)."""
    for name, knobs, cmdline, job, reason, pattern in ENDS:
        yield f"end of run: {name}", end(knobs, cmdline, job, reason, pattern)
    yield "end of run: hidden memory is touched", touch("gpa=0x100000")
    yield "end of run: deposited memory is touched", touch("deposit=1")
    yield "end of run: a hung parent meets its deadline", deadline


def end(knobs, cmdline, job, reason, pattern):
    """A test that the run ends for REASON, with a message that says so."""
    def test():
        result = partition.run(artifacts.base_kernel(), job, knobs, {}, cmdline=cmdline)
        wrong = []
        if result.reason != reason:
            wrong.append(f"ended by '{result.reason}', should be '{reason}'")
        if result.status and "hv: end of run:" not in result.hypervisor:
            wrong.append("the hypervisor did not say why the run ended")
        if pattern and not re.search(pattern, result.hypervisor):
            wrong.append(f"the hypervisor's log has no '{pattern}'")
        return wrong + result.story().splitlines() if wrong else []
    return test


def deadline():
    """Kill a run that takes too long, and keep what it printed.

    A slow machine gets more time, until its job has begun.
    """
    for seconds in (25, 50, 100, 200, 400):
        result = partition.run(artifacts.base_kernel(), "echo waiting; sleep 3600",
                               "partition=l1vh", {}, deadline=seconds)
        if "waiting" in result.report:
            break
    wrong = []
    if not result.reason.startswith(DEADLINE):
        wrong.append(f"ended by '{result.reason}'")
    if "waiting" not in result.report:
        wrong.append("the output of the job is lost")
    return wrong + result.story().splitlines() if wrong else []


def touch(what):
    """A test that the parent cannot read WHAT belongs to the hypervisor."""
    def test():
        result = partition.run(artifacts.base_kernel(), f"modprobe hv_touch {what}; sleep 60",
                               "partition=l1vh",
                               {"hv_touch": artifacts.conformance()["hv_touch"]})
        if result.reason == "parent touched hidden memory":
            return []
        return [f"ended by '{result.reason}'"] + result.story().splitlines()
    return test

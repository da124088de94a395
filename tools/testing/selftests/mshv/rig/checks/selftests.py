# SPDX-License-Identifier: GPL-2.0-only
"""The programs that test child partitions, under every scheduler of both partition types.

Guests run real code. The programs print TAP; kunit.py of the kernel source reads
it. After each of their tests they compare the ledger themselves.

The environment can narrow them down: PROGRAMS, MODES and CPUS are lists of words,
and DRIVER=kernel takes the driver that the base kernel brings instead of ours.
"""

import os

from kernels.errors import Problem

from .. import artifacts, outcome, partition
from .kunit import SKIPPED, parse

MODES = {
    "l1vh-integrated": "partition=l1vh",
    "l1vh-core": "partition=l1vh integrated-scheduler=0",
    "root-root": "partition=root scheduler=root",
    "root-classic": "partition=root scheduler=classic",
    "root-core": "partition=root scheduler=core",
}
PROCESSORS = ("1", "2", "4")
DEADLINE = 900

# What cannot be tested everywhere, and where it is not. Skipped elsewhere it has
# failed.
SKIPS = {
    "many.guest.vp_follows_its_thread": lambda knobs, cpus: cpus < 2,
    "signals.guest.storm_from_another_processor": lambda knobs, cpus: cpus < 2,
    "ioeventfd_races.guest.processor_goes_while_the_guest_writes":
        lambda knobs, cpus: cpus < 2,
    "hotplug.guest.no_message_is_lost_with_a_processor": lambda knobs, cpus: cpus < 2,
    "hotplug.guest.thread_moves_away_from_a_processor": lambda knobs, cpus: cpus < 2,
    "ioeventfd_races.guest.processor_goes_with_doorbells_in_its_ring":
        lambda knobs, cpus: cpus < 2,
    "scheduling.guest.limit_of_a_control_group_throttles_the_guest":
        lambda knobs, cpus: not dispatched_by_linux(knobs),
}


def dispatched_by_linux(knobs):
    """Whether Linux schedules the VPs under KNOBS."""
    return knobs in (MODES["l1vh-integrated"], MODES["root-root"])


# One report of all programs, each a suite of it; "$@" are their names.
JOB = """
run() {
	echo "KTAP version 1"
	echo "1..$#"
	number=0
	for name; do
		number=$((number + 1))
		word="not ok"
		$name >/tmp/tap 2>&1 && word=ok
		sed -e 's/^TAP version 13/KTAP version 1/' -e 's/^/    /' /tmp/tap
		echo "$word $number $name"
	done
}
hvctl ledger >/tmp/before
modprobe mshv_root || exit 1
run %s
echo "example=$(example_vmm | tr '\n' '/')"
echo 1 >/sys/module/mshv_root/parameters/pin_guest_memory
memory >/tmp/tap 2>&1
echo "pinned=$?"
modprobe -r mshv_root || exit 1
hvctl ledger >/tmp/after
cmp -s /tmp/before /tmp/after || diff /tmp/before /tmp/after | sed 's/^/ledger=/'
"""

HELLO = "Hello from a partition!/"


def chosen(variable, known):
    """The words in the environment's VARIABLE, of those KNOWN; all when there are none."""
    words = os.environ.get(variable, "").split()
    unknown = [word for word in words if word not in known]
    if unknown:
        raise Problem(f"{variable}: {', '.join(unknown)}: there are: {', '.join(known)}")
    return words or known


def tests():
    """Yield (name, function)."""
    for mode in chosen("MODES", MODES):
        for cpus in chosen("CPUS", PROCESSORS):
            title = f"children: {mode}, {cpus} processor{'s' if cpus > '1' else ''}"
            yield title, run(title, MODES[mode], int(cpus))


def run(title, knobs, cpus):
    """A test that every program passes under KNOBS on CPUS processors."""
    def test():
        names = chosen("PROGRAMS", artifacts.selftest_names())
        boot = partition.boot(artifacts.base_kernel(), JOB % " ".join(names), knobs,
                              cpus=cpus, deadline=DEADLINE)
        if chosen("DRIVER", ["ours", "kernel"])[0] == "kernel":
            boot.modules = artifacts.kernels_own_driver()
        boot.programs.update(artifacts.selftests())
        allowed = [case for case, where in SKIPS.items() if where(knobs, cpus)]
        return judge(title, names, allowed, boot.run())
    return test


def judge(title, names, allowed_skips, result):
    """The results of one boot, {test: complaints}."""
    try:
        cases = parse(result.report)
    except Problem as problem:
        cases = {"results": str(problem).splitlines()}
    found = {case.partition(".")[0] for case in cases}
    for name in names:
        if name not in found:
            cases[name] = ["the program did not run"]
    for case in allowed_skips:
        if cases.get(case) == SKIPPED:
            del cases[case]
    wrong = outcome.kernel_trouble(result.console)
    wrong += [f"ledger: {line}" for line in result.values("ledger")]
    if result.value("pinned") != "0":
        wrong.append("memory fails when guest memory is pinned")
    if result.value("example") != HELLO:
        wrong.append(f"the example VMM printed '{result.value('example')}'")
    if not result.succeeded:
        wrong.append("the run did not end well")
    if wrong or any(cases.values()):
        wrong += result.story(80).splitlines()
    cases["end of the run"] = wrong
    return {f"{title}: {case}": complaints for case, complaints in cases.items()}

# SPDX-License-Identifier: GPL-2.0-only
"""The programs that test child partitions, under every scheduler of both partition types.

Guests run real code. The programs print TAP; kunit.py of the kernel source reads
it. After each of their tests they compare the ledger themselves.

`make check` runs each program once under each run loop of both partition types, on
two processors. Programs that are about processors, or about one more scheduler, run
there as well. `make soak` runs all programs everywhere.

The environment can choose: PROGRAMS, MODES and CPUS are lists of words.
"""

import functools
import os
import re

from kernels.errors import Problem

from .. import artifacts, coverage, outcome, partition
from .kunit import SKIPPED, parse

MODES = {
    "l1vh-integrated": "partition=l1vh",
    "l1vh-core": "partition=l1vh integrated-scheduler=0",
    "root-root": "partition=root scheduler=root",
    "root-classic": "partition=root scheduler=classic",
    "root-core": "partition=root scheduler=core",
}
PROCESSORS = ("1", "2", "4")
DEADLINE = 7200

# What `make check` runs: modes, processors, programs; all programs if there are none.
# One mode stands for each run loop of each partition type.
PLAN = (
    (("l1vh-integrated", "l1vh-core", "root-root", "root-classic"), "2", ()),
    (("l1vh-integrated", "l1vh-core"), "1", ("scale", "signals", "ioeventfd_races")),
    (("root-root", "root-core"), "4", ("scale", "signals", "hotplug", "lifetime")),
)

# What cannot be tested everywhere, and where it is not. Skipped elsewhere it has
# failed.
SKIPS = {
    "scale.guest.vp_follows_its_thread": lambda knobs, cpus: cpus < 2,
    "signals.guest.storm_from_another_processor": lambda knobs, cpus: cpus < 2,
    "ioeventfd_races.guest.processor_goes_while_the_guest_writes":
        lambda knobs, cpus: cpus < 2,
    "hotplug.guest.no_message_is_lost_with_a_processor": lambda knobs, cpus: cpus < 2,
    "hotplug.guest.thread_moves_away_from_a_processor": lambda knobs, cpus: cpus < 2,
    "ioeventfd_races.guest.processor_goes_with_doorbells_in_its_ring":
        lambda knobs, cpus: cpus < 2,
    "guest_time.guest.guest_time_is_of_the_process":
        lambda knobs, cpus: not dispatched_by_linux(knobs),
    "guest_time.guest.guest_time_is_of_the_system":
        lambda knobs, cpus: not dispatched_by_linux(knobs),
    "scheduling.guest.limit_of_a_control_group_throttles_the_guest":
        lambda knobs, cpus: not dispatched_by_linux(knobs),
}


def dispatched_by_linux(knobs):
    """Whether Linux schedules the VPs under KNOBS."""
    return knobs in (MODES["l1vh-integrated"], MODES["root-root"])


# One report of all programs, each a suite of it; "$@" are the commands to run.
JOB = """
run() {
	echo "KTAP version 1"
	echo "1..$#"
	number=0
	for command; do
		number=$((number + 1))
		word="not ok"
		$command >/tmp/tap 2>&1 && word=ok
		sed -e 's/^TAP version 13/KTAP version 1/' -e 's/^/    /' /tmp/tap
		echo "$word $number ${command%%%% *}"
	done
}
hvctl ledger >/tmp/before
modprobe mshv_root || exit 1
%(before)s
run %(commands)s
echo "example=$(example_vmm | tr '\n' '/')"
%(after)s
modprobe -r mshv_root || exit 1
hvctl ledger >/tmp/after
cmp -s /tmp/before /tmp/after || diff /tmp/before /tmp/after | sed 's/^/ledger=/'
"""

# See lib/reached.h of the programs.
RECORD = "export MSHV_REACHED=/tmp/reached"

# Besides, what our driver alone has: pinned memory
REST = """
sort -u $MSHV_REACHED | sed 's/^/reached=/'
echo 1 >/sys/module/mshv_root/parameters/pin_guest_memory
memory >/tmp/tap 2>&1
echo "pinned=$?"
"""

HELLO = "Hello from a partition!/"


def chosen(variable, known, default=None):
    """The words in the environment's VARIABLE, of those KNOWN.

    When there are none, DEFAULT; without that, all.
    """
    words = os.environ.get(variable, "").split()
    unknown = [word for word in words if word not in known]
    if unknown:
        raise Problem(f"{variable}: {', '.join(unknown)}: there are: {', '.join(known)}")
    return words or default or known


def repeat(case):
    """The command that runs the test CASE of this module again, and little else."""
    found = re.match(r"children: (\S+), (\d) processors?: (\w+)\.", case)
    return found and f"make selftests PROGRAMS={found[3]} MODES={found[1]} CPUS={found[2]}"


def is_chosen():
    """Whether the environment says what to run."""
    return any(os.environ.get(name) for name in ("PROGRAMS", "MODES", "CPUS"))


def tests():
    """Yield (name, function) of `make check`."""
    if is_chosen():
        yield from soak_tests()
        return
    for modes, cpus, programs in PLAN:
        for title, run in each_mode("children", modes, (cpus,), ours, programs):
            yield title, coverage.planned("selftests", title, run)


def soak_tests():
    """Yield (name, function): every program in every mode, unless something is chosen."""
    yield from each_mode("children", chosen("MODES", MODES), chosen("CPUS", PROCESSORS), ours,
                         chosen("PROGRAMS", artifacts.selftest_names()))


def each_mode(what, modes, processors, run, programs=()):
    """Yield a test per mode and number of PROCESSORS: RUN(title, knobs, processors, PROGRAMS).

    Without PROGRAMS it runs all of them.
    """
    for mode in modes:
        for cpus in processors:
            title = f"{what}: {mode}, {cpus} processor{'s' if cpus > '1' else ''}"
            names = list(programs) or artifacts.selftest_names()
            yield title, functools.partial(run, title, MODES[mode], int(cpus), names)


def boot(knobs, cpus, driver, **job):
    """The Boot that runs JOB with the modules DRIVER."""
    machine = partition.boot(artifacts.base_kernel(), JOB % job, knobs, driver, cpus=cpus,
                             deadline=DEADLINE)
    machine.programs.update(artifacts.selftests())
    return machine


def ours(title, knobs, cpus, names):
    """Our driver passes the tests of the programs NAMES under KNOBS on CPUS processors."""
    result = boot(knobs, cpus, artifacts.driver(artifacts.base_kernel()),
                  before=RECORD, commands=" ".join(names), after=REST).run()
    coverage.keep(re.sub(r"\W+", "-", title), result.values("reached"))
    cases = results(names, knobs, cpus, result)
    wrong = complaints(result, outcome.kernel_trouble(result.console))
    wrong += [f"ledger: {line}" for line in result.values("ledger")]
    if result.value("pinned") != "0":
        wrong.append("memory fails when guest memory is pinned")
    return report(title, cases, wrong, result)


def results(names, knobs, cpus, result):
    """What the programs NAMES say, {test: complaints}."""
    try:
        cases = parse(result.report)
    except Problem as problem:
        cases = {"results": str(problem).splitlines()}
    found = {case.partition(".")[0] for case in cases}
    for name in names:
        if name not in found:
            cases[name] = ["the program did not run"]
    for case, may_be_skipped in SKIPS.items():
        if may_be_skipped(knobs, cpus) and cases.get(case) == SKIPPED:
            del cases[case]
    for case, lines in diagnostics(result.report).items():
        if cases.get(case):
            cases[case] += lines
    return cases


def diagnostics(text):
    """What each test in the report TEXT says about itself, {test: lines}."""
    found, of_program, lines = {}, {}, []
    for line in text.splitlines():
        program = re.match(r"(?:not )?ok \d+ (\w+)$", line)
        case = re.match(r" +(?:not )?ok \d+ (\S+)", line)
        if program:
            found.update({f"{program[1]}.{test}": said for test, said in of_program.items()})
            of_program, lines = {}, []
        elif case:
            of_program[case[1]], lines = lines, []
        elif not re.match(r" +(#  +(RUN|OK|FAIL) |KTAP|1\.\.|# Starting)", line):
            lines.append(line.strip())
    return found


def complaints(result, trouble):
    """What is wrong with a run as a whole; TROUBLE is in its kernel log."""
    wrong = list(trouble)
    if result.value("example") != HELLO:
        wrong.append(f"the example VMM printed '{result.value('example')}'")
    if not result.succeeded:
        wrong.append("the run did not end well")
    return wrong


def report(title, cases, wrong, result):
    """All of that as the results of one test."""
    if wrong or any(cases.values()):
        wrong += result.story(80).splitlines()
    cases["end of the run"] = wrong
    return {f"{title}: {case}": complaint for case, complaint in cases.items()}

# SPDX-License-Identifier: GPL-2.0-only
"""The programs that test child partitions, with the kernel's own driver.

It has to pass what ours passes, but for what is listed in differences.py.
"""

import fnmatch
import re

from .. import artifacts, differences_page, outcome
from ..differences import BACKTRACES, FAILURES, LEFT_OVER, NOT_RUN
from . import selftests

PROCESSORS = ("2",)
# One per run loop
MODES = ("l1vh-integrated", "root-classic")
BACKTRACE = re.compile(r"^[^\n]*(-\[ cut here \]-.*?-\[ end trace |vmalloc error.*?</TASK>)[^\n]*$",
                       re.M | re.S)


def tests():
    """Yield (name, function)."""
    yield from each(selftests.chosen("MODES", selftests.MODES, MODES))
    yield "kernel's own driver: every listed test is one", listed_tests
    yield "kernel's own driver: every listed difference is documented", documented


def soak_tests():
    """The same in every mode."""
    yield from each(selftests.MODES)


def each(modes):
    """Yield (name, function) for each of MODES."""
    yield from selftests.each_mode("kernel's own driver, children", modes,
                                   selftests.chosen("CPUS", PROCESSORS), run,
                                   selftests.chosen("PROGRAMS", artifacts.selftest_names()))


def run(title, knobs, cpus, names):
    """The kernel's own driver passes and fails under KNOBS what it should of the programs NAMES."""
    names = [name for name in names if is_run(name)]
    commands = " ".join(f"'{without_listed(name)}'" for name in names)
    result = selftests.boot(knobs, cpus, artifacts.kernels_own_driver(), commands=commands,
                            before=f"export LEDGER_EXCEPT='{LEFT_OVER.line}'", after="").run()
    cases = selftests.results(names, knobs, cpus, result)
    wrong = selftests.complaints(result, unlisted_trouble(result.console))
    wrong += left_over(result.values("ledger"))
    return selftests.report(title, expect_failures(names, cases), wrong, result)


def without_listed(program):
    """The command that runs PROGRAM without those of its tests that must not be run."""
    words = [program]
    for case in NOT_RUN:
        of, _, *variant, test = case.split(".")
        if of == program:
            words += ["-V", *variant] if test == "*" else ["-T", test]
    return " ".join(words)


def is_run(program):
    """Whether any test of PROGRAM is run."""
    source = artifacts.selftest_source(program).read_text(encoding="utf-8")
    tests = set(re.findall(r"^TEST_F\w*\(\w+, (\w+)", source, re.M))
    listed = {case.rpartition(".")[2] for case in NOT_RUN if case.startswith(f"{program}.")}
    return not tests or not tests <= listed


def expect_failures(names, cases):
    """CASES with what is listed turned around: it is a failure to pass."""
    for listed in FAILURES:
        if listed.partition(".")[0] not in names:
            continue
        found = fnmatch.filter(cases, listed)
        for case in found:
            if cases[case]:
                del cases[case]
                cases[f"{case} fails, as listed"] = []
            else:
                cases[case] = ["passed: take it out of differences.py"]
        if not found:
            cases[listed] = ["listed in differences.py, but it was not run"]
    return cases


def unlisted_trouble(console):
    """What is wrong with a kernel log but for the backtraces that are listed."""
    def unless_listed(backtrace):
        head = backtrace[0].partition("Call Trace")[0]
        return "" if any(listed in head for listed in BACKTRACES) else backtrace[0]
    return outcome.kernel_trouble(BACKTRACE.sub(unless_listed, console))


def left_over(ledger):
    """What is wrong with the lines in which the LEDGER differs in the end."""
    differing = [line for line in ledger if re.match(r"[-+]\w", line)]
    listed = [line for line in differing if line[1:].startswith(LEFT_OVER.line)]
    wrong = [f"ledger: {line}" for line in differing if line not in listed]
    if not listed:
        wrong.append(f"ledger: '{LEFT_OVER.line}' is as before: take it out of differences.py")
    return wrong


def listed_tests():
    """A listed test that does not exist is not looked at by any run."""
    wrong = []
    for case in (*FAILURES, *NOT_RUN):
        program, fixture, *variant, test = case.split(".")
        source = artifacts.selftest_source(program).read_text(encoding="utf-8")
        if test == "*":
            test = variant[0]
        if f"({fixture}, {test}" not in source:
            wrong.append(f"no test {case}")
    return wrong


def documented():
    """The page about the differences has what is listed."""
    if differences_page.is_fresh():
        return []
    return [f"{differences_page.PAGE.name} is not what differences.py says: make differences"]

# SPDX-License-Identifier: GPL-2.0-only
"""`make check` and `make soak`: run tests, one line each; the last line counts them."""

import dataclasses
import json
import os
import shlex
import sys
import time
import traceback

from kernels.errors import Problem

from . import artifacts, boot, parallel
from .checks import GROUPS, SOAK, selftests

# What each run took the last time
TIMES = artifacts.BUILD / "times.json"


@dataclasses.dataclass
class Group:
    """What became of the tests of a group, and what they took."""

    passed: int = 0
    failed: int = 0
    seconds: float = 0      # of one of the workers
    processor: float = 0    # of QEMU


def attempt(test):
    """Run TEST; returns ({name: complaints}, seconds, seconds of the processor)."""
    _, name, function = test
    start, before = time.monotonic(), boot.processor_time()
    try:
        outcome = function()
    except Problem as problem:
        outcome = str(problem).splitlines()
    except Exception:  # pylint: disable=broad-except # any fault fails the test, not the run
        outcome = traceback.format_exc().splitlines()
    if not isinstance(outcome, dict):
        outcome = {name: outcome}
    return outcome, time.monotonic() - start, boot.processor_time() - before


def again(group, name, case):
    """The command that repeats CASE, one of the results of the test NAME of the GROUP."""
    narrow = selftests.repeat(case) if group == "selftests" else None
    return narrow or f"make check ONLY={group} TEST={shlex.quote(name)}"


def show(group, name, results, seconds):
    """Print RESULTS of the test NAME; a line of its own for the time of several."""
    for case, complaints in results.items():
        took = f"  ({seconds:.1f} s)" if case == name else ""
        print(f"{'FAIL' if complaints else 'ok  '} {case}{took}")
        for complaint in complaints:
            print(f"       {complaint}")
        if complaints:
            print(f"       repeat it with: {again(group, name, case)}")
    if name not in results:
        print(f"     {name}: {len(results)} results  ({seconds:.1f} s)")


class Estimate:
    """How far a run is, and how long the rest takes by what the tests took the last time."""

    def __init__(self, names):
        self.start = time.monotonic()
        self.known = json.loads(TIMES.read_text(encoding="utf-8")) if TIMES.exists() else {}
        self.left = list(names)
        self.total = len(self.left)

    def done(self, name, seconds):
        """The test NAME has taken so long."""
        self.left.remove(name)
        self.known[name] = round(seconds, 1)

    def keep(self):
        """For the next run."""
        TIMES.parent.mkdir(parents=True, exist_ok=True)
        TIMES.write_text(json.dumps(self.known, indent=0, sort_keys=True), encoding="utf-8")

    def line(self):
        """What a person wants to know meanwhile."""
        minutes, rest = divmod(int(time.monotonic() - self.start), 60)
        known = [self.known[name] for name in self.left if name in self.known]
        line = f"---- {self.total - len(self.left)} of {self.total} runs, {minutes}:{rest:02}"
        if self.left and len(known) * 10 >= len(self.left) * 9:
            line += f", about {sum(known) / parallel.workers() / 60:.0f} min to go"
        return line


def show_times(groups):
    """Print where the time went, the most expensive group first."""
    print("\ngroup               tests    run by a worker   of that in QEMU, processor time")
    for name, group in sorted(groups.items(), key=lambda item: -item[1].seconds):
        print(f"{name:<18} {group.passed + group.failed:>6} {group.seconds:>16.0f} s "
              f"{group.processor:>30.0f} s")


def main(*names):
    """Run the tests of the groups NAMES of `make check`, of all when there are none."""
    return run(GROUPS, names)


def soak(*names):
    """The same of `make soak`."""
    return run(SOAK, names)


def run(there_are, names):
    """Run the tests of the groups NAMES, of all that THERE_ARE when there are none."""
    unknown = [name for name in names if name not in there_are]
    if unknown:
        raise Problem(f"no group of tests named {', '.join(unknown)}; "
                      f"there are: {', '.join(there_are)}")
    groups = {name: Group() for name in names or there_are}
    tests = [(name, *test) for name in groups for test in there_are[name]()]
    tests = [test for test in tests if os.environ.get("TEST", "") in test[1]]
    estimate = Estimate(name for _, name, _ in tests)
    print(f"{len(tests)} runs, {parallel.workers()} at a time", flush=True)
    print(estimate.line(), flush=True)
    failed = []
    for done, (test, outcome) in enumerate(parallel.each(attempt, tests, ordered=False), 1):
        results, seconds, processor = outcome
        group = groups[test[0]]
        group.seconds += seconds
        group.processor += processor
        for name, complaints in results.items():
            if complaints:
                failed.append(name)
                group.failed += 1
            else:
                group.passed += 1
        show(test[0], test[1], results, seconds)
        estimate.done(test[1], seconds)
        if seconds > 10 or not done % 20:
            print(estimate.line())
        sys.stdout.flush()

    estimate.keep()
    show_times(groups)
    print(f"\n{time.monotonic() - estimate.start:.0f} seconds")
    if failed:
        print("failed:\n" + "\n".join(f"  {name}" for name in failed))
    passed = sum(group.passed for group in groups.values())
    print(f"{passed} passed, {len(failed)} failed")
    sys.stdout.flush()
    return 0 if passed and not failed else 1

# SPDX-License-Identifier: GPL-2.0-only
"""`make check`: runs tests, one line each; the last line says how many passed."""

import dataclasses
import sys
import time
import traceback

from kernels.errors import Problem

from . import boot, parallel
from .checks import GROUPS


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


def show(progress, name, results, seconds):
    """Print RESULTS of the test NAME; a line of its own for the time of several."""
    for case, complaints in results.items():
        took = f"  ({seconds:.1f} s)" if case == name else ""
        print(f"{'FAIL' if complaints else 'ok  '} {case}{took}")
        for complaint in complaints:
            print(f"       {complaint}")
    if name not in results:
        print(f"     {name}: {len(results)} results  ({seconds:.1f} s)")
    if progress:
        print(progress)
    sys.stdout.flush()


def show_times(groups):
    """Print where the time went, the most expensive group first."""
    print("\ngroup               tests    run by a worker   of that in QEMU, processor time")
    for name, group in sorted(groups.items(), key=lambda item: -item[1].seconds):
        print(f"{name:<18} {group.passed + group.failed:>6} {group.seconds:>16.0f} s "
              f"{group.processor:>30.0f} s")


def main(*names):
    """Run the tests of the groups NAMES, of all when there are none."""
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        raise Problem(f"no group of tests named {', '.join(unknown)}; "
                      f"there are: {', '.join(GROUPS)}")
    start = time.monotonic()
    groups = {name: Group() for name in names or GROUPS}
    tests = [(name, *test) for name in groups for test in GROUPS[name]()]
    print(f"{len(tests)} runs, {parallel.workers()} at a time", flush=True)
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
        # Now and then, for whoever waits
        minutes, rest = divmod(int(time.monotonic() - start), 60)
        progress = f"---- {done} of {len(tests)} runs, {minutes}:{rest:02}"
        show(progress if seconds > 10 or not done % 20 else "", test[1], results, seconds)

    show_times(groups)
    print(f"\n{time.monotonic() - start:.0f} seconds")
    if failed:
        print("failed:\n" + "\n".join(f"  {name}" for name in failed))
    passed = sum(group.passed for group in groups.values())
    print(f"{passed} passed, {len(failed)} failed")
    sys.stdout.flush()
    return 0 if passed and not failed else 1

# SPDX-License-Identifier: GPL-2.0-only
"""`make check`: runs tests, one line each; the last line says how many passed."""

import sys
import time
import traceback

from kernels.errors import Problem

from . import parallel
from .checks import GROUPS


def attempt(test):
    """Run TEST; returns ({name: complaints}, seconds)."""
    name, function = test
    start = time.monotonic()
    try:
        outcome = function()
    except Problem as problem:
        outcome = str(problem).splitlines()
    except Exception:  # pylint: disable=broad-except # any fault fails the test, not the run
        outcome = traceback.format_exc().splitlines()
    if not isinstance(outcome, dict):
        outcome = {name: outcome}
    return outcome, time.monotonic() - start


def main(*groups):
    """Run the tests of GROUPS, of all when there are none."""
    unknown = [group for group in groups if group not in GROUPS]
    if unknown:
        raise Problem(f"no group of tests named {', '.join(unknown)}; "
                      f"there are: {', '.join(GROUPS)}")
    start = time.monotonic()
    passed, failed = 0, []
    tests = [test for group in groups or GROUPS for test in GROUPS[group]()]
    for _, (results, seconds) in parallel.each(attempt, tests):
        for name, complaints in results.items():
            print(f"{'FAIL' if complaints else 'ok  '} {name}  ({seconds:.1f} s)", flush=True)
            for complaint in complaints:
                print(f"       {complaint}", flush=True)
            if complaints:
                failed.append(name)
            else:
                passed += 1

    print(f"\n{time.monotonic() - start:.0f} seconds", flush=True)
    if failed:
        print("failed:\n" + "\n".join(f"  {name}" for name in failed))
    print(f"{passed} passed, {len(failed)} failed")
    sys.stdout.flush()
    return 0 if passed and not failed else 1

# SPDX-License-Identifier: GPL-2.0-only
"""`make demo`: one table, a row for every kind of partition and scheduler."""

import re
import time

from . import artifacts, outcome, parallel
from .matrix import HYPERVISOR, LINUX, ROWS, Loads

HEAD = ("what the hypervisor offers", "what mshv_root says", "run loop", "time")
WIDTHS = (32, 64, 10, 6)


def line(*columns):
    """One line of the table."""
    return "  ".join(f"{text:<{width}}" for text, width in zip(columns, WIDTHS)).rstrip()


def said(result):
    """What the module logged, without what the other columns tell."""
    log = result.values("log")
    if not log:
        return "(nothing)"
    text = re.sub(r" partition, hypervisor [\d.-]+, VMM capabilities", ", capabilities", log[-1])
    text = re.sub(r"0x0+(?=[0-9a-f])", "0x", text)
    return re.sub(r", VPs are dispatched by .*", "", text)


def run_loop(result):
    """Which loop the driver chose, from what it logged and not from what is expected."""
    if not outcome.loaded(result):
        return "-"
    return {LINUX: "root", HYPERVISOR: "hypervisor"}.get(outcome.dispatched_by(result), "?")


def main():
    """Print the table; the status is 1 when a row is not as expected."""
    start = time.monotonic()
    base = artifacts.base_kernel()
    driver = artifacts.driver(base)
    artifacts.programs()
    artifacts.hypervisor()

    print(f"Linux {base.release} boots on the test hypervisor, once per row, "
          "and loads mshv_root.\n", flush=True)
    print(line(*HEAD))
    print(line(*("-" * width for width in WIDTHS)), flush=True)

    rows = [row for row in ROWS if row.demo]
    wrong = []
    for row, result in parallel.each(lambda row: outcome.boot_row(row, base, driver), rows):
        complaints = outcome.complaints(row, result)
        print(line(row.offer, said(result), run_loop(result), f"{result.seconds:4.1f} s")
              + ("   WRONG" if complaints else ""), flush=True)
        if complaints:
            wrong.append((row, result, complaints))

    for row, result, complaints in wrong:
        print(f"\n{row.offer}: not as expected")
        for text in complaints:
            print(f"  {text}")
        print(result.story())

    loads = sum(isinstance(row.expect, Loads) for row in rows)
    print(f"\n{len(rows) - len(wrong)} of {len(rows)} rows as expected "
          f"({loads} load, {len(rows) - loads} refuse) in {time.monotonic() - start:.0f} s.")
    print("'make shell' opens a root shell in an L1VH partition with the module loaded.")
    return 1 if wrong else 0

# SPDX-License-Identifier: GPL-2.0-only
"""`make demo`: what the driver chooses in every kind of partition, and what that means.

Two tables. The first has a row for everything that a hypervisor can offer. The
second has one for each scheduler, under which a small VM prints a line.
"""

import re
import time

from . import artifacts, outcome, parallel, partition
from .matrix import HYPERVISOR, LINUX, ROWS, Loads

HEAD = ("what the hypervisor offers", "what mshv_root says", "run loop", "time")
WIDTHS = (32, 64, 10, 6)

VM_HEAD = ("partition, scheduler", "what the guest says", "exits/s", "exits", "dispatches", "kicks",
           "messages", "time")
VM_WIDTHS = (20, 23, -7, -7, -10, -7, -8, 6)
VM_ROWS = ("l1vh-property-1", "l1vh-property-0", "root-root", "root-classic", "root-core")
VM_JOB = """
modprobe mshv_root || exit 1
mount -t tracefs none /sys/kernel/tracing || exit 1
cd /sys/kernel/tracing
echo 1 >events/mshv/mshv_vp_kick/enable
hvctl counters clear
hvctl messages clear
demo_vm || exit 1
hvctl counters | sed -n 's/^00c2 \\([0-9]*\\) .*/dispatches=\\1/p'
hvctl messages | sed -n 's/.* /messages=/p'
sed -n 's,^# entries-in-buffer/entries-written: [0-9]*/\\([0-9]*\\).*,kicks=\\1,p' trace
"""


def line(columns, widths=WIDTHS):
    """One line of a table; columns of negative width are aligned to the right."""
    cells = (f"{text:<{width}}" if width > 0 else f"{text:>{-width}}"
             for text, width in zip(columns, widths))
    return "  ".join(cells).rstrip()


def head(columns, widths):
    """The two lines that a table begins with."""
    return line(columns, widths) + "\n" + line(["-" * abs(width) for width in widths], widths)


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


def matrix(base, driver):
    """Print the table of what is chosen; returns [(title, Result, complaints)] of bad rows."""
    print(f"Linux {base.release} boots on the test hypervisor, once per row, "
          "and loads mshv_root.\n", flush=True)
    print(head(HEAD, WIDTHS), flush=True)
    start = time.monotonic()
    rows = [row for row in ROWS if row.demo]
    wrong = []
    for row, result in parallel.each(lambda row: outcome.boot_row(row, base, driver), rows):
        complaints = outcome.complaints(row, result)
        print(line((row.offer, said(result), run_loop(result), f"{result.seconds:4.1f} s"))
              + ("   WRONG" if complaints else ""), flush=True)
        if complaints:
            wrong.append((row.offer, result, complaints))

    loads = sum(isinstance(row.expect, Loads) for row in rows)
    print(f"\n{len(rows) - len(wrong)} of {len(rows)} rows as expected "
          f"({loads} load, {len(rows) - loads} refuse) in {time.monotonic() - start:.0f} s.")
    return wrong


def numbers(result):
    """{name: what the VM and the counters say}, for each name a total."""
    names = ("exits-per-second", "exits", "dispatches", "kicks", "messages")
    return {name: sum(map(int, result.values(name))) for name in names}


def vm_complaints(row, result):
    """What does not fit the scheduler of ROW."""
    wrong = [f"kernel log: {text}" for text in outcome.kernel_trouble(result.console)]
    if not result.succeeded:
        return wrong + [f"the run did not end well: {result.reason}, job {result.job_status}"]
    count = numbers(result)
    if row.expect.dispatched_by == LINUX:
        fits = count["dispatches"] >= count["exits"] > count["messages"]
    else:
        fits = count["dispatches"] == 0 and count["messages"] >= count["exits"]
    return wrong if fits else wrong + [f"these counts do not fit the scheduler: {count}"]


def virtual_machines(base):
    """Print the table of a VM under each scheduler; returns bad rows as matrix() does."""
    def boot(row):
        run = partition.boot(base, VM_JOB, row.knobs)
        run.programs.update(artifacts.selftests())
        return run.run()

    print("\nThere a small VM prints a line, byte by byte, for a second. Each byte is an exit.\n"
          "Linux dispatches the VP by hypercall, or hears of its exits by messages.\n", flush=True)
    print(head(VM_HEAD, VM_WIDTHS), flush=True)
    rows = [row for name in VM_ROWS for row in ROWS if row.name == name]
    wrong = []
    for row, result in parallel.each(boot, rows):
        complaints = vm_complaints(row, result)
        title = f"{row.expect.partition}, {row.expect.scheduler}"
        print(line((title, result.value("said") or "(nothing)", *numbers(result).values(),
                    f"{result.seconds:4.1f} s"), VM_WIDTHS)
              + ("   WRONG" if complaints else ""), flush=True)
        if complaints:
            wrong.append((title, result, complaints))
    return wrong


def main():
    """Print both tables; the status is 1 when a row is not as expected."""
    base = artifacts.base_kernel()
    driver = artifacts.driver(base)
    artifacts.programs()
    artifacts.selftests()
    artifacts.hypervisor()

    wrong = matrix(base, driver) + virtual_machines(base)
    for title, result, complaints in wrong:
        print(f"\n{title}: not as expected")
        for text in complaints:
            print(f"  {text}")
        print(result.story())

    print("\n'make shell' opens a root shell in an L1VH partition with the module loaded.")
    return 1 if wrong else 0

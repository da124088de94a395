# SPDX-License-Identifier: GPL-2.0-only
"""`make differences`: the documentation's list of what differences.py holds."""

import textwrap

from . import artifacts
from .differences import BACKTRACES, DIFFERENCES, FAILURES, LEFT_OVER, NOT_RUN

PAGE = artifacts.TOP / "Documentation/virt/hyperv/mshv-differences.inc"
TOP = """.. SPDX-License-Identifier: GPL-2.0-only
.. Made by "make differences" from rig/differences.py.

"""


def entry(names, text):
    """One item of a definition list."""
    lines = textwrap.wrap(text, 74, break_on_hyphens=False)
    return ",\n".join(f"``{name}``" for name in names).replace("\n", " ") + "\n" + "".join(
        f"\t{line}\n" for line in lines)


def grouped(listed):
    """The items of LISTED, {name: reason}; names with the same reason are one item."""
    names = {}
    for name, reason in listed.items():
        names.setdefault(reason, []).append(name)
    return "".join(entry(group, reason) for reason, group in names.items())


def text():
    """The whole list."""
    rows = "".join(entry([name], f"Seen: {row.observed}. {row.reason}")
                   for name, row in DIFFERENCES.items())
    return TOP + "\n".join([
        "Rows of the matrix:\n", rows,
        "Tests that it fails:\n", grouped(FAILURES),
        "Tests that are not run with it:\n", grouped(NOT_RUN),
        "Backtraces in its kernel log, by a word of their first lines:\n", grouped(BACKTRACES),
        "A line of the hypervisor's ledger that is not as before in the end:\n",
        entry([LEFT_OVER.line.strip()], LEFT_OVER.reason)])


def is_fresh():
    """Whether the documentation has that list."""
    return PAGE.exists() and PAGE.read_text(encoding="utf-8") == text()


def main():
    """Write it."""
    PAGE.write_text(text(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(artifacts.TOP)}")
    return 0

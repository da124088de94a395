# SPDX-License-Identifier: GPL-2.0-only
"""Judges a kernel log: what no run may have in it.

Some checks of the kernel end with their first finding, or when they run out of
memory. They say so once, and find nothing from then on: that is trouble as well.
"""

import re

# What each says, by who says it. A test of the group "judge" has an example of each.
SIGNS = {
    "any of them": r"Call Trace:|Oops|Kernel panic|general protection|unable to handle|WARNING:",
    "BUG, KASAN, SLUB, sleeping": r"\bBUG\b",
    "UBSAN": r"UBSAN: ",
    "lists": r"list_(add|del) corruption",
    "debug objects": r"ODEBUG: ",
    "kmemleak": r"kmemleak: \d+ new suspected memory leak",
    "lockdep": r"possible recursive|INFO: trying to register non-static key",
    "RCU": r"(?i:\brcu\w*\b.*\bstall)",
    "hung tasks": r"blocked for more than|blocked on an? ",
    "lockdep is off": r"turning off the locking correctness validator",
    "kmemleak is off": r"Kernel memory leak detector disabled|kmemleak: .*disabled",
}
TROUBLE = re.compile("|".join(SIGNS.values()))
# The kernel prints its command line, and what it was told there.
ECHO = re.compile(r"(?i:command line: )|rcu: \t?RCU CPU stall warnings timeout set")


def kernel_trouble(console):
    """The lines of the kernel log CONSOLE that no run may have."""
    return [line for line in console.splitlines()
            if TROUBLE.search(line) and not ECHO.search(line)]

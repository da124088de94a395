# SPDX-License-Identifier: GPL-2.0-only
"""python3 -m series make | check [BASE]

make    write build/series-VERSION/, patches for the kernel BASE
check   write them, and prove patch by patch that they are in order

BASE is a version (7.3, 7.2), or the directory or git tree of a kernel.
"""

import sys

from kernels.errors import Problem

from . import check, generate


def main():
    """Run one command."""
    words = sys.argv[1:]
    if not words or words[0] not in ("make", "check") or len(words) > 2:
        print(f"usage: {__doc__}", file=sys.stderr)
        return 2
    base = words[1] if len(words) > 1 else "7.3"
    try:
        where, kernel = generate.make(base)
        count = len(list(where.glob("0*.patch"))) - 1
        print(f"{where}: {count} patches for {kernel}")
        return check.main(where, kernel) if words[0] == "check" else 0
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


sys.exit(main())

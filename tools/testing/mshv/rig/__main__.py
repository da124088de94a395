# SPDX-License-Identifier: GPL-2.0-only
"""python3 -m rig demo | check [GROUP...] | soak [GROUP...] | shell | coverage | differences"""

import sys

from kernels.errors import Problem

from . import check, coverage, demo, differences_page, shell

COMMANDS = {"demo": demo.main, "check": check.main, "soak": check.soak, "shell": shell.main,
            "coverage": coverage.main, "differences": differences_page.main}


def main():
    """Run one command."""
    words = sys.argv[1:]
    if not words or words[0] not in COMMANDS:
        print(f"usage: {__doc__}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[words[0]](*words[1:])
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


sys.exit(main())

# SPDX-License-Identifier: GPL-2.0-only
"""Print the directory of a kernel, after making sure that it is there.

    python3 -m kernels base [--version V] [--update] [--where]
    python3 -m kernels debug [--version V] [--update] [--where]
    python3 -m kernels debian [--version V] [--update] [--where]
    python3 -m kernels realtime [--version V] [--update] [--where]
    python3 -m kernels checker [--update] [--where]

base    Linux from Debian's source package, in the project's own configuration;
        the directory holds source/ and build/
debug   the same with checks for faults of many kinds
debian  Debian's cloud kernel of the same version, as it is shipped;
        the directory holds vmlinuz and headers/
realtime
        the same of Debian's real-time kernel (PREEMPT_RT)
checker sparse, new enough for these kernels
"""

import argparse
import os
import sys

from . import base, cache, checker, debian, debug, realtime
from .errors import Problem


def main():
    parser = argparse.ArgumentParser(prog="kernels")
    parser.add_argument("kind", choices=("base", "debug", "debian", "realtime", "checker"))
    parser.add_argument("--version", default=os.environ.get("KERNEL_VERSION") or "7.3")
    parser.add_argument("--update", action="store_true",
                        help="look for a newer revision of the packages")
    parser.add_argument("--where", action="store_true",
                        help="only say where it is; fail when it is not there")
    options = parser.parse_args()

    kind = {"base": base, "debug": debug, "debian": debian, "realtime": realtime,
            "checker": checker}[options.kind]
    try:
        where = None if options.update else kind.find(options.version)
        if where is None and options.where:
            raise Problem(f"no {options.kind} in {cache.top()}")
        if where is None:
            where = kind.provide(options.version)
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(where)
    return 0


sys.exit(main())

# SPDX-License-Identifier: GPL-2.0-only
"""Running programs of another suite: with the loader and libraries they were linked for."""

import subprocess

from . import run

# What kbuild's own programs load, and more than sparse does.
LIBRARIES = ("libc6", "libelf1t64", "libzstd1", "zlib1g")


def unpack(files, root, log):
    """Unpack the package FILES below ROOT."""
    for file in files:
        run.quiet(["dpkg-deb", "-x", str(file), str(root)], log)


def runs(program):
    """Whether this system's loader can start PROGRAM."""
    loaded = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False)
    return "not found" not in loaded.stdout + loaded.stderr


def adapt(program, root):
    """Replace PROGRAM by a script that starts it with the libraries below ROOT, if it needs that."""
    if runs(program):
        return
    libraries = root / "usr/lib/x86_64-linux-gnu"
    original = program.with_name(program.name + ".bin")
    program.rename(original)
    program.write_text("#!/bin/sh\n"
                       f'exec "{libraries}/ld-linux-x86-64.so.2" '
                       f'--library-path "{libraries}" "{original}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)

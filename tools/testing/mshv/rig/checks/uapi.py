# SPDX-License-Identifier: GPL-2.0-only
"""Our <linux/mshv.h> is the interface of the kernel's."""

import subprocess

from kernels.run import environment

from .. import artifacts


def tests():
    """Yield (name, function)."""
    yield "uapi: every number, size and offset is the kernel's", compare


def compare():
    """Run the comparison of uapi/ against the base kernel's source."""
    source = artifacts.base_kernel().where / "source"
    done = subprocess.run(["make", "-s", "-C", str(artifacts.TOP / "tools/testing/mshv/uapi"), "check",
                           f"KERNEL_SOURCE={source}"],
                          capture_output=True, text=True, check=False, env=environment())
    lines = done.stdout.splitlines()
    wrong = [line for line in lines if line.startswith("not ok")]
    if not any(line.startswith("ok ") for line in lines):
        wrong.append("nothing was compared")
    if done.returncode:
        wrong += done.stderr.splitlines()[-20:] or [f"exit status {done.returncode}"]
    return wrong

# SPDX-License-Identifier: GPL-2.0-only
"""Every number of processors comes up, in both kinds of parent partition."""

from .. import artifacts, partition
from ..outcome import kernel_trouble

COUNTS = (1, 2, 4, 8)
JOB = """
echo "processors=$(nproc)"
echo "online=$(cat /sys/devices/system/cpu/online)"
modprobe mshv_root && rmmod mshv_root
"""


def tests():
    """Yield (name, function)."""
    for kind in ("l1vh", "root"):
        for count in COUNTS:
            yield (f"processors: {count} in {kind} partition, base kernel",
                   online(kind, count, artifacts.base_kernel))
    yield ("processors: 4 in l1vh partition, Debian's kernel",
           online("l1vh", 4, artifacts.debian_kernel))
    yield ("processors: 2 of 4 by knob",
           online("l1vh", 2, artifacts.base_kernel, machine=4))


def online(kind, count, kernel, machine=None):
    """A test that COUNT processors are online, of as many that the MACHINE has."""
    def test():
        result = partition.run(kernel(), JOB, f"partition={kind} processors={count}",
                               cpus=machine or count)
        wrong = kernel_trouble(result.console)
        if not result.succeeded:
            wrong.append("the run did not end well")
        if result.value("processors") != str(count):
            wrong.append(f"{result.value('processors')} processors are online")
        return wrong + result.story().splitlines() if wrong else []
    return test

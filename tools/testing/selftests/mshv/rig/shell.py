# SPDX-License-Identifier: GPL-2.0-only
"""`make shell`: a root shell in an L1VH partition."""

import os
import shutil
import sys

from . import artifacts, partition

JOB = """
stty rows %(rows)d cols %(columns)d
modprobe mshv_root
cat <<'EOF'

You are root in an L1VH partition of the test hypervisor; mshv_root is loaded.

  dmesg | grep mshv                       what the driver found and chose
  grep . /sys/class/misc/mshv/*           the same as attributes
  hvctl knobs                             what the hypervisor offers
  hvctl knob integrated-scheduler 0       offer something else, then:
  modprobe -r mshv_root; modprobe mshv_root
  hvctl log                               the last hypercalls
  hvctl ledger                            what the hypervisor holds of this partition
  exit                                    power off

EOF
export PS1='l1vh# '
sh
"""

KNOBS = os.environ.get("KNOBS") or "partition=l1vh"


def main():
    """Run the shell; the status is 0 when the partition was powered off."""
    base = artifacts.base_kernel()
    size = shutil.get_terminal_size()
    boot = partition.boot(base, JOB % {"rows": size.lines, "columns": size.columns}, KNOBS,
                          cpus=int(os.environ.get("CPUS") or 2), cmdline="quiet")
    if not sys.stdin.isatty():
        print("'make shell' needs a terminal", file=sys.stderr)
        return 1
    print("booting Linux as an L1VH partition, a few seconds ...", flush=True)
    return 0 if boot.interact() in (0, 33) else 1

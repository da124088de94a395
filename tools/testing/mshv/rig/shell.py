# SPDX-License-Identifier: GPL-2.0-only
"""`make shell`: a root shell in an L1VH partition, or another one by KNOBS."""

import os
import re
import shutil
import sys

from . import artifacts, partition

JOB = """
stty rows %(rows)d cols %(columns)d
modprobe mshv_root
cat <<'EOF'

You are root in %(what)s of the test hypervisor.

  dmesg | grep misc                       what the driver found and chose
  grep . /sys/class/misc/mshv/*           the same as attributes
  hvctl knobs                             what the hypervisor offers
  hvctl knob integrated-scheduler 0       offer something else, then:
  modprobe -r mshv_root; modprobe mshv_root
  hvctl log                               the last hypercalls
  hvctl ledger                            what the hypervisor holds of this partition
  exit                                    power off

EOF
export PS1='%(kind)s# '
sh
"""

KNOBS = os.environ.get("KNOBS") or "partition=l1vh"
KINDS = {"l1vh": "an L1VH partition", "root": "the root partition",
         "guest": "a plain guest", "isolated": "an isolated guest"}


def main():
    """Run the shell; the status is 0 when the partition was powered off."""
    base = artifacts.base_kernel()
    kind = (re.findall(r"\bpartition=(\w+)", KNOBS) or ["l1vh"])[-1]
    what = KINDS.get(kind, f"a partition of the unknown kind {kind}")
    size = shutil.get_terminal_size()
    job = JOB % {"rows": size.lines, "columns": size.columns, "kind": kind, "what": what}
    boot = partition.boot(base, job, KNOBS, cpus=int(os.environ.get("CPUS") or 2),
                          cmdline="quiet")
    if not sys.stdin.isatty():
        print("'make shell' needs a terminal", file=sys.stderr)
        return 1
    print(f"booting Linux as {what}, a few seconds ...", flush=True)
    return 0 if boot.interact() in (0, 33) else 1

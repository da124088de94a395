# SPDX-License-Identifier: GPL-2.0-only
"""Boots one row of the matrix and says what the driver made of it."""

import re

from . import partition
from .kernel_log import kernel_trouble
from .matrix import HYPERVISOR, LINUX, Loads

# Runs inside; prints KEY=VALUE lines.
JOB = """
attributes=/sys/class/misc/mshv
if [ "$HV" ]; then
	hvctl counters clear
	hvctl ledger | sed 's/^/ledger-before=/'
fi
error=$(modprobe mshv_root 2>&1)
echo "status=$?"
echo "error=$error"
if [ "$HV" ]; then
	hvctl counters | sed 's/^/counter=/'
fi
# The kernel itself speaks in the module's name when it finds it unsigned.
dmesg | sed -n -e '/ taint/d' -e 's/^\\[[^]]*\\] mshv_root: /log=/p' -e 's/^\\[[^]]*\\] misc mshv: /log=/p'
for name in partition_type scheduler vmm_capabilities hypervisor_version; do
	[ -e $attributes/$name ] || continue
	echo "$name=$(cat $attributes/$name)"
	echo "$name-mode=$(stat -c %a $attributes/$name)"
done
if [ -e /dev/mshv ]; then
	echo "device=$(stat -c '%F %a' /dev/mshv)"
fi
if grep -q ^mshv_root /proc/modules; then
	rmmod mshv_root
	echo "unload=$?"
fi
if [ "$HV" ]; then
	hvctl ledger | sed 's/^/ledger-after=/'
fi
echo "device-after=$([ -e /dev/mshv ] && echo there || echo gone)"
"""

# Driver's own words, then those of the kernel's own driver.
DISPATCH = (
    (r"VPs are dispatched by Linux", LINUX),
    (r"VPs are dispatched by the hypervisor", HYPERVISOR),
    (r"Hypervisor using root scheduler", LINUX),
    (r"Hypervisor using (classic|core) scheduler", HYPERVISOR),
)


def boot_row(row, kernel, driver, **options):
    """The Result of booting ROW on KERNEL with the modules DRIVER."""
    job = ("HV=\n" if row.knobs is None else "HV=1\n") + JOB
    return partition.run(kernel, job, row.knobs, driver, cmdline=row.cmdline, **options)


def loaded(result):
    """Whether modprobe succeeded."""
    return result.value("status") == "0"


def failure(result):
    """The errno that loading failed with, by name."""
    return (result.value("error") or "").rpartition(": ")[2] or "unknown error"


def dispatched_by(result):
    """Who dispatches VPs, LINUX or HYPERVISOR, as the driver says; None when it does not."""
    log = "\n".join(result.values("log"))
    for pattern, who in DISPATCH:
        if re.search(pattern, log):
            return who
    return None


def summary(result):
    """The outcome in few words, the same for every driver."""
    if result.value("status") is None:
        return f"run failed: {result.reason}"
    if not loaded(result):
        return f"refuses with {failure(result)}"
    return f"loads, VPs dispatched by {dispatched_by(result)}"


def expected_summary(row):
    """The summary that ROW wants."""
    if isinstance(row.expect, Loads):
        return f"loads, VPs dispatched by {row.expect.dispatched_by}"
    return f"refuses with {row.expect.errno}"


def calls(result, code):
    """How often the hypercall CODE was issued while the driver loaded."""
    for line in result.values("counter"):
        words = line.split()
        if len(words) == 3 and int(words[0], 16) == int(code, 16):
            return int(words[1])
    return 0


def complaints_any_driver(row, result):
    """What is wrong with RESULT by the rules that every driver is held to."""
    wrong = []
    if not result.succeeded:
        wrong.append(f"the run did not end well: {result.reason}, job {result.job_status}")
    wrong += [f"kernel log: {line}" for line in kernel_trouble(result.console)]
    if loaded(result) and result.value("unload") != "0":
        wrong.append("unloading failed")
    if result.value("device-after") != "gone":
        wrong.append("/dev/mshv is still there")
    if row.knobs is not None and result.values("ledger-before") != result.values("ledger-after"):
        wrong.append(f"the hypervisor's ledger was {result.values('ledger-before')}, "
                     f"is {result.values('ledger-after')}")
    return wrong


def complaints(row, result):
    """Everything in which RESULT is not what ROW expects of our driver."""
    wrong = complaints_any_driver(row, result)

    def same(what, got, want):
        if got != want:
            wrong.append(f"{what} is '{got}', should be '{want}'")

    same("outcome", summary(result), expected_summary(row))
    log = result.values("log")
    for pattern in filter(None, (row.message, getattr(row.expect, "message", ""))):
        found = [line for line in log if re.search(pattern, line)]
        same(f"number of messages '{pattern}'", len(found), 1)
    for code, count in row.asked.items():
        same(f"calls of hypercall {code}", calls(result, code), count)

    if isinstance(row.expect, Loads):
        same("partition_type", result.value("partition_type"), row.expect.partition)
        same("scheduler", result.value("scheduler"), row.expect.scheduler)
        same("vmm_capabilities", result.value("vmm_capabilities"), row.expect.capabilities)
        if not re.fullmatch(r"10\.0\.\d+\.\d+-\d+-\d+", result.value("hypervisor_version") or ""):
            wrong.append(f"hypervisor_version is '{result.value('hypervisor_version')}'")
        for name in ("partition_type", "scheduler", "vmm_capabilities", "hypervisor_version"):
            same(f"mode of {name}", result.value(f"{name}-mode"), "444")
        same("/dev/mshv", result.value("device"), "character special file 600")
    else:
        same("/dev/mshv", result.value("device"), None)
        same("number of messages", len(log), 1)
    return wrong

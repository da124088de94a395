# SPDX-License-Identifier: GPL-2.0-only
"""The system goes down with partitions running, starts another kernel, or wants to sleep.

The hypervisor puts its ledger into its log when the parent resets the machine: it must be
the one from before the driver was loaded.
"""

import re

from .. import artifacts, outcome, partition
from .selftests import HELLO, MODES

START = """
hvctl ledger | sed 's/^/before=/'
modprobe mshv_root || exit 1
farewell /tmp/ready &
tries=0
while [ ! -e /tmp/ready ]; do
	sleep 0.1
	tries=$((tries + 1))
	[ $tries -lt 300 ] || exit 1
done
hvctl ledger | sed 's/^/running=/'
"""

# Whoever has to say something gets the time for it.
LINGER = "modprobe hv_linger || exit 1"

REBOOT = LINGER + START + """
reboot -f
sleep 60
"""

KEXEC = LINGER + START + """
kexec /next/kernel /next/initramfs "$(cat /proc/cmdline) second"
sleep 60
"""

# What the second kernel does: all that the first one could.
SECOND = """
echo "second=$(grep -c second /proc/cmdline)"
hvctl ledger | sed 's/^/second-before=/'
modprobe mshv_root || exit 1
echo "example=$(example_vmm | tr '\\n' '/')"
modprobe -r mshv_root || exit 1
hvctl ledger | sed 's/^/second-after=/'
"""

# There is no swap to write an image to. The kernel finds out when everything
# sleeps, and wakes up again.
SLEEP = START + """
# The driver brings its pages anew; where they are does not matter.
shape() { hvctl ledger | sed 's/^\\(overlay [0-9]* si[a-z]*\\) .*/\\1/'; }
doze() { echo disk >/sys/power/state; }
doze 2>/tmp/error && echo "slept=with a partition"
echo "refused=$(cat /tmp/error)"
kill $!
wait
shape >/tmp/before
doze 2>/tmp/error
echo "image=$(cat /tmp/error)"
shape >/tmp/after
diff /tmp/before /tmp/after >/dev/null && echo "pages=the same"
echo "example=$(example_vmm | tr '\\n' '/')"
modprobe -r mshv_root || exit 1
"""

FAREWELLS = (
    "every VP is stopped", "a VP does not run any more", "a partition knows no ioctl",
    "there is no new partition", "a page is gone", "an event does no harm", "a VP is closed",
    "the partition is closed", "the device is closed",
)
# To the driver this is the core scheduler.
ALIKE = ("root-classic",)
# What only a child has, in a line of the ledger
CHILDS = re.compile(r"partition |vp |mapped |port |deposited ")


def tests():
    """Yield (name, function)."""
    for mode, knobs in MODES.items():
        if mode not in ALIKE:
            yield f"power: restart with running VPs: {mode}", restart(knobs)
    for mode in ("l1vh-integrated", "l1vh-core", "root-root"):
        yield f"power: kexec with running VPs: {mode}", kexec(MODES[mode])
    yield "power: no sleep with partitions, and partitions after it", sleep


def boot(job, knobs, **options):
    """A Boot with everything that the jobs need."""
    kernel = artifacts.base_kernel()
    modules = artifacts.driver(kernel) | {"hv_linger": artifacts.conformance()["hv_linger"]}
    machine = partition.boot(kernel, job, knobs, modules, **options)
    machine.programs.update(artifacts.selftests())
    return machine


def last_ledger(result):
    """The lines of the ledger that the hypervisor logged in the end."""
    return re.findall(r"^hv: ledger: (.*)$", result.hypervisor, re.M)


def farewells(result):
    """What is wrong with what the VMM saw."""
    wrong = [f"the VMM did not see: {what}" for what in FAREWELLS
             if f"farewell: {what}: right" not in result.console]
    return wrong + re.findall(r"farewell: .*: WRONG", result.console)


def restart(knobs):
    """A test that nothing is left when the system restarts under its VMMs."""
    def test():
        result = boot(REBOOT, knobs, cmdline="reboot=triple").run()
        wrong = outcome.kernel_trouble(result.console) + farewells(result)
        if result.reason != "triple fault":
            wrong.append(f"ended by '{result.reason}', should be 'triple fault'")
        if not any(CHILDS.match(line) for line in result.values("running")):
            wrong.append("no partition was there in the first place")
        if last_ledger(result) != result.values("before"):
            wrong.append(f"the ledger was {result.values('before')}, "
                         f"is {last_ledger(result)} in the end")
        return wrong + result.story(40).splitlines() if wrong else []
    return test


def kexec(knobs):
    """A test that another kernel takes over, with all memory, and runs a guest."""
    def test():
        second = boot(SECOND, knobs)
        files = {"next/kernel": second.kernel.read_bytes(),
                 "next/initramfs": second.initramfs()}
        result = boot(KEXEC, knobs, files=files, deadline=180).run()
        wrong = outcome.kernel_trouble(result.console) + farewells(result)
        if not result.succeeded:
            wrong.append("the second kernel did not end well")
        if result.value("second") != "1":
            wrong.append("it was not the second kernel")
        if result.value("example") != HELLO:
            wrong.append(f"the example VMM printed '{result.value('example')}'")
        for when in ("second-before", "second-after"):
            wrong += [f"{when}: {line}" for line in result.values(when) if CHILDS.match(line)]
        return wrong + result.story(40).splitlines() if wrong else []
    return test


def sleep():
    """The system does not sleep while there are partitions; with none it does, and wakes."""
    kernel = artifacts.debian_kernel()
    machine = partition.boot(kernel, SLEEP, MODES["l1vh-integrated"])
    machine.programs.update(artifacts.selftests())
    result = machine.run()
    wrong = outcome.kernel_trouble(result.console)
    if not result.succeeded:
        wrong.append("the run did not end well")
    if result.values("slept"):
        wrong.append(f"it slept {result.value('slept')}")
    for key, word in (("refused", "busy"), ("image", "No such device")):
        if word not in (result.value(key) or ""):
            wrong.append(f"{key}: '{result.value(key)}', should have '{word}'")
    if "CPU1 is up" not in result.console:
        wrong.append("it did not sleep when it could")
    if result.value("pages") != "the same":
        wrong.append("the hypervisor holds other pages afterwards")
    if result.value("example") != HELLO:
        wrong.append(f"the example VMM printed '{result.value('example')}'")
    return wrong + result.story(40).splitlines() if wrong else []

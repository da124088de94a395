# SPDX-License-Identifier: GPL-2.0-only
"""The system goes down with partitions running, starts another kernel, crashes, or sleeps.

The hypervisor puts its ledger into its log when the parent resets the machine: it must be
the one from before the driver was loaded.
"""

import re

from .. import artifacts, coverage, outcome, partition
from .selftests import HELLO, MODES

START = """
hvctl ledger | sed 's/^/before=/'
modprobe mshv_root || exit 1
MSHV_REACHED=/dev/ttyS1 shutdown_witness /tmp/ready &
eventually [ -e /tmp/ready ] || exit 1
hvctl ledger | sed 's/^/running=/'
"""

# Whoever has to say something gets the time for it.
LINGER = "modprobe hv_linger || exit 1"

REBOOT = LINGER + START + """
reboot -f
sleep 60
"""

# No memory comes for a thread that has a lock of the driver's.
STUCK = START.replace("shutdown_witness", "stuck_vmm") + """
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

# $state is how. The driver brings its pages anew; where they are does not matter.
SLEEP = START + """
doze() { echo $state >/sys/power/state; }
shape() { hvctl ledger | sed 's/^\\(overlay [0-9]* si[a-z]*\\) .*/\\1/'; }
# How often VPs were dispatched, or set going after an exit
runs() { hvctl counters | sed -n -e '/^00c2 /p' -e '/^0051 /p'; }
doze 2>/tmp/error && echo "slept=with a partition"
echo "refused=$(cat /tmp/error)"
runs >/tmp/before
differ() { runs >/tmp/after; ! cmp -s /tmp/before /tmp/after; }
eventually differ && echo "guests=go on"
kill $!
wait
shape >/tmp/before
hvctl counters clear
doze 2>/tmp/error
echo "woke=$(cat /tmp/error)"
# Pages of statistics that were unmapped
hvctl counters | grep -q '^006d ' && echo "meanwhile=less"
shape >/tmp/after
diff /tmp/before /tmp/after >/dev/null && echo "pages=the same"
echo "example=$(example_vmm | tr '\\n' '/')"
"""
UNLOAD = """
modprobe -r mshv_root || exit 1
"""

# There is no swap to write an image to. The kernel finds out when everything
# sleeps, and wakes up again.
HIBERNATE = "state=disk\n" + SLEEP + UNLOAD

# Who creates a partition on the way to sleep goes on afterwards.
SUSPEND = "state=freeze\nmodprobe hv_wake || exit 1\n" + SLEEP + """
naps() { cat /sys/power/suspend_stats/success; }
echo "first=$(naps)"
while [ ! -e /tmp/enough ]; do
	example_vmm >/tmp/hello || echo "disturbed=$(cat /tmp/hello)"
done &
tries=0
while [ "$(naps)" -lt 4 ]; do
	doze 2>/dev/null
	tries=$((tries + 1))
	[ $tries -lt 200 ] || exit 1
done
touch /tmp/enough
wait
""" + UNLOAD

# Kernel and user space of the second one are loaded into memory that it gets then.
CRASH = START + """
hvctl vps >/tmp/before
differ() { ! hvctl vps | cmp -s - /tmp/before; }
eventually differ && echo "guests=run"
kexec -p /next/kernel /next/initramfs \
	"$(sed 's/crashkernel=[^ ]*//' /proc/cmdline) nr_cpus=1 second" || exit 1
echo c >/proc/sysrq-trigger
sleep 60
"""

DUMP = """
echo "second=$(grep -c second /proc/cmdline)"
hvctl ledger | sed 's/^/lost=/'
hvctl vps >/tmp/before
sleep 0.5
hvctl vps | cmp -s - /tmp/before && echo "guests=stand still"
echo "refused=$(modprobe mshv_root 2>&1)"
readcore /proc/vmcore || exit 1
"""

KCORE = START + """
readcore /proc/kcore || exit 1
kill $!
wait
modprobe -r mshv_root || exit 1
"""

FAREWELLS = (
    "every VP is stopped", "a VP knows no ioctl", "a partition knows no ioctl",
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
            title = f"power: restart with running VPs: {mode}"
            yield title, coverage.planned("power", title, restart(f"power-{mode}", knobs))
    for mode in ("l1vh-integrated", "l1vh-core"):
        yield f"power: restart with a thread that waits for memory: {mode}", stuck(MODES[mode])
    for mode in ("l1vh-integrated", "l1vh-core", "root-root"):
        yield f"power: kexec with running VPs: {mode}", kexec(MODES[mode])
    for mode, knobs in MODES.items():
        if mode not in ALIKE:
            yield f"power: crash with running VPs: {mode}", crash(knobs)
    yield "power: /proc/kcore with running VPs, Debian's kernel", kcore
    for mode in ("l1vh-integrated", "l1vh-core", "root-root"):
        yield (f"power: suspend without partitions only: {mode}",
               sleep(artifacts.base_kernel, MODES[mode], SUSPEND, "", r"(?m)^first=1$"))
    yield ("power: hibernate without partitions only: l1vh-integrated, Debian's kernel",
           sleep(artifacts.debian_kernel, MODES["l1vh-integrated"], HIBERNATE,
                 ".*No such device", "CPU1 is up"))


def boot(job, knobs, kernel=None, **options):
    """A Boot with everything that the jobs need; of the base kernel where none is said."""
    kernel = kernel or artifacts.base_kernel()
    modules = artifacts.driver(kernel)
    if kernel.title != "Debian":
        modules |= {name: artifacts.conformance(kernel)[name]
                    for name in ("hv_linger", "hv_wake")}
    machine = partition.boot(kernel, job, knobs, modules, **options)
    machine.programs.update(artifacts.selftests())
    return machine


def last_ledger(result):
    """The lines of the ledger that the hypervisor logged in the end."""
    return re.findall(r"^hv: ledger: (.*)$", result.hypervisor, re.M)


def witnessed(result):
    """What is wrong with what the VMM saw."""
    wrong = [f"the VMM did not see: {what}" for what in FAREWELLS
             if f"shutdown_witness: {what}: right" not in result.console]
    return wrong + re.findall(r"shutdown_witness: .*: WRONG", result.console)


def restart(record, knobs, kernel=artifacts.base_kernel):
    """A test that nothing is left when the system restarts under its VMMs.

    What one of them reaches meanwhile goes to the RECORD of that name, if there is one.
    """
    def test():
        result = boot(REBOOT, knobs, kernel(), cmdline="reboot=triple").run()
        if record:
            coverage.keep(record, re.findall(r"^(shutdown_witness\.\S+ \S+ \S+)$",
                                             result.report, re.M))
        wrong = outcome.kernel_trouble(result.console) + witnessed(result)
        if result.reason != "triple fault":
            wrong.append(f"ended by '{result.reason}', should be 'triple fault'")
        if not any(CHILDS.match(line) for line in result.values("running")):
            wrong.append("no partition was there in the first place")
        if last_ledger(result) != result.values("before"):
            wrong.append(f"the ledger was {result.values('before')}, "
                         f"is {last_ledger(result)} in the end")
        return wrong + result.story(40).splitlines() if wrong else []
    return test


def stuck(knobs):
    """A test that the system restarts, and leaves nothing, though a thread has a lock."""
    def test():
        result = boot(STUCK, knobs, cmdline="reboot=triple").run()
        wrong = outcome.kernel_trouble(result.console)
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
        result = boot(KEXEC, knobs, files=files).run()
        wrong = outcome.kernel_trouble(result.console) + witnessed(result)
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


def pages_of(ledger):
    """How many pages have been deposited by that LEDGER, lines of it."""
    pages = re.compile(r"deposited \S+ (\d+)|partition \S+ \S+ pages (\d+) (\d+)")
    return sum(int(number) for line in ledger for found in pages.findall(line)
               for number in found if number)


def crash(knobs):
    """A test of a crash with running VPs: what the next kernel finds, and can read."""
    def test():
        second = boot(DUMP, knobs)
        second.programs = {name: artifacts.programs()[name]
                           for name in ("hvctl", "modprobe", "readcore")}
        files = {"next/kernel": second.kernel.read_bytes(),
                 "next/initramfs": second.initramfs()}
        result = boot(CRASH, f"{knobs} crash-ends=0", files=files, cmdline="crashkernel=128M",
                      memory="768M").run()
        running, lost = ([line for line in result.values(key) if CHILDS.match(line)]
                         for key in ("running", "lost"))
        wrong = []
        if not result.succeeded or result.value("second") != "1":
            wrong.append("the second kernel did not end well")
        if result.values("guests") != ["run", "stand still"]:
            wrong.append(f"guests, before and after: {result.values('guests')}")
        if not running or running != lost:
            wrong.append(f"the ledger was {running}, is {lost} after the crash")
        if "ENODEV" not in (result.value("refused") or ""):
            wrong.append(f"loading the driver: '{result.value('refused')}'")
        if "sysrq triggered crash" not in result.hypervisor:
            wrong.append("the hypervisor was not told of the crash")
        offline = pages_of(lost) - pages_of(result.values("before"))
        if result.value("offline") != str(offline) or int(result.value("pages") or 0) < 100000:
            wrong.append(f"{result.value('offline')} pages were marked, of {offline}; "
                         f"{result.value('pages')} were read")
        return wrong + result.story(60).splitlines() if wrong else []
    return test


def kcore():
    """All memory can be read through /proc/kcore while the hypervisor has some of it."""
    result = boot(KCORE, MODES["l1vh-integrated"], artifacts.debian_kernel(),
                  memory="768M").run()
    wrong = outcome.kernel_trouble(result.console)
    if not result.succeeded or int(result.value("pages") or 0) < 100000:
        wrong.append(f"{result.value('pages')} pages could be read")
    return wrong + result.story(40).splitlines() if wrong else []


def sleep(kernel, knobs, job, woke, proof):
    """A test that the system does not sleep while there are partitions, and does with none.

    What the kernel says to JOB then is WOKE, and PROOF is in a log, both regular expressions.
    """
    def test():
        result = boot(job, knobs, kernel()).run()
        wrong = outcome.kernel_trouble(result.console)
        wrong += [f"disturbed by sleep: {line}" for line in result.values("disturbed")]
        if not result.succeeded:
            wrong.append("the run did not end well")
        if result.values("slept"):
            wrong.append(f"it slept {result.value('slept')}")
        if "busy" not in (result.value("refused") or ""):
            wrong.append(f"refused: '{result.value('refused')}', should be busy")
        if not re.fullmatch(woke, result.value("woke") or ""):
            wrong.append(f"woke up with '{result.value('woke')}', should be '{woke}'")
        if not re.search(proof, result.console + result.report):
            wrong.append("it did not sleep when it could")
        for key, want, what in (
                ("guests", "go on", "the guests stopped though it did not sleep"),
                ("meanwhile", "less", "it slept with pages of the hypervisor's"),
                ("pages", "the same", "the hypervisor holds other pages afterwards"),
                ("example", HELLO, "the example VMM did not say hello")):
            if result.value(key) != want:
                wrong.append(f"{what}: '{result.value(key)}'")
        return wrong + result.story(40).splitlines() if wrong else []
    return test

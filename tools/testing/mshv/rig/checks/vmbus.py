# SPDX-License-Identifier: GPL-2.0-only
"""The driver beside an active VMBus, with which it shares the SynIC of each processor.

On the distribution's kernel, which has VMBus built in; the base kernel has none.
"""

from .. import artifacts, outcome, partition
from . import power, selftests

MODES = ("l1vh-integrated", "l1vh-core")

# Whatever the hypervisor says to the driver: intercepts and signals about VPs, the ends of
# interrupts, doorbells, and all of them from processors that go.
PROGRAMS = ("ports", "signals", "irqfd", "ioeventfd", "hotplug")

FUNCTIONS = """
devices() { ls /sys/bus/vmbus/devices | wc -l; }
device_is_there() { [ "$(devices)" = 1 ]; }
channel_is_gone() { ! hvctl vmbus | grep -q "^channel $1"; }
churned() { hvctl vmbus | sed -n 's/^churned //p'; }
# A channel that comes and goes shows that messages reach VMBus, and are answered.
works() {
	hvctl vmbus offer 1 || return
	eventually device_is_there || return
	hvctl vmbus rescind 1 || return
	eventually channel_is_gone 1 || return
	[ "$(devices)" = 0 ]
}
"""

BEGIN = FUNCTIONS + """
echo "version=$(dmesg | sed -n 's/.*Vmbus version://p')"
works && echo "vmbus=works before"
hvctl ledger | sed 's/^/ledger-before=/'
hvctl vmbus churn 1
"""

MEANWHILE = """
before=$(churned)
"""

END = """
echo "meanwhile=$(($(churned) - before))"
"""

JOB = BEGIN + selftests.JOB + """
hvctl vmbus churn 0
eventually channel_is_gone 8
works && echo "vmbus=works after"
hvctl vmbus | sed -n 's/.* ignored //p' | sed 's/^/ignored=/'
hvctl ledger | sed 's/^/ledger-after=/'
"""

KEXEC = power.START + """
kexec /next/kernel /next/initramfs "$(cat /proc/cmdline) second"
sleep 60
"""

SECOND = FUNCTIONS + power.SECOND + """
echo "version=$(dmesg | sed -n 's/.*Vmbus version://p')"
works && echo "vmbus=works"
"""

# A channel that is there before is there afterwards.
BEFORE_SLEEP = FUNCTIONS + """
hvctl vmbus offer 2
"""
AFTER_SLEEP = """
[ "$(devices)" = 1 ] || exit 1
hvctl vmbus rescind 2
until [ "$(devices)" = 0 ]; do
	sleep 0.1
done
works || exit 1
"""
HIBERNATE = BEFORE_SLEEP + power.HIBERNATE + AFTER_SLEEP

# The driver has given the processor up when VMBus refuses, and must take it back.
HOLD = """
shape() { hvctl ledger | sed 's/^\\(overlay [0-9]* si[a-z]*\\) .*/\\1/'; }
cpu=/sys/devices/system/cpu/cpu1/online
modprobe mshv_root || exit 1
shape >/tmp/before
hvctl vmbus hold 1
for again in 1 2 3; do
	echo 0 2>/tmp/error >$cpu && echo "went=$again"
done
echo "refused=$(cat /tmp/error)"
shape >/tmp/after
cmp -s /tmp/before /tmp/after && echo "pages=the same"
echo "example=$(taskset 2 example_vmm | tr '\\n' '/')"
hvctl vmbus let-go 1
echo 0 >$cpu && echo 1 >$cpu && echo "went=in the end"
echo "example=$(taskset 2 example_vmm | tr '\\n' '/')"
modprobe -r mshv_root || exit 1
"""

# The host knows no version that is so old. The SynIC is the driver's own then.
FAILED = """
echo "version=$(dmesg | sed -n 's/.*Vmbus version://p')"
dmesg | grep -q 'Unable to connect to host' && echo "vmbus=failed"
hvctl ledger | sed 's/^/ledger-before=/'
modprobe mshv_root || exit 1
echo "example=$(example_vmm | tr '\\n' '/')"
modprobe -r mshv_root || exit 1
hvctl ledger | sed 's/^/ledger-after=/'
"""
TOO_OLD = "hv_vmbus.max_version=0x40000"

VMBUS = " vmbus=1"
VERSION = "5.3"


def tests():
    """Yield (name, function)."""
    for mode in MODES:
        yield f"beside VMBus: guests run: {mode}", guests(mode)
    yield "beside VMBus: kexec with running VPs", kexec(MODES[0])
    yield "beside VMBus: a processor that it does not let go", hold(MODES[1])
    yield "beside VMBus: one that could not connect", failed
    knobs = selftests.MODES[MODES[0]] + VMBUS
    yield ("beside VMBus: hibernate without partitions only",
           power.sleep(artifacts.debian_kernel, knobs, HIBERNATE, ".*No such device",
                       "CPU1 is up"))


def boot(job, mode, **options):
    """A Boot of the distribution's kernel."""
    kernel = artifacts.debian_kernel()
    machine = partition.boot(kernel, job, selftests.MODES[mode] + VMBUS,
                             artifacts.driver(kernel), **options)
    machine.programs.update(artifacts.selftests())
    return machine


def same(what, got, want):
    """A complaint when GOT is not what it should be."""
    return [] if got == want else [f"{what} is {got}, should be {want}"]


def guests(mode):
    """A test that guests and VMBus do not notice each other, from loading to unloading."""
    def test():
        result = boot(JOB % {"before": MEANWHILE, "commands": " ".join(PROGRAMS), "after": END},
                      mode).run()
        title = f"beside VMBus: guests run: {mode}"
        cases = selftests.results(PROGRAMS, selftests.MODES[mode], 2, result)
        wrong = selftests.complaints(result, outcome.kernel_trouble(result.console))
        wrong += same("VMBus", result.values("vmbus"), ["works before", "works after"])
        wrong += same("its version", result.value("version"), VERSION)
        wrong += same("the number of messages it ignored", result.value("ignored"), "0")
        wrong += same("the ledger", result.values("ledger-after"), result.values("ledger-before"))
        if int(result.value("meanwhile") or 0) < 10:
            wrong.append("too little happened on VMBus meanwhile")
        return selftests.report(title, cases, wrong, result)
    return test


def kexec(mode):
    """A test that VMBus can be left, and found again by another kernel."""
    def test():
        second = boot(SECOND, mode)
        files = {"next/kernel": second.kernel.read_bytes(),
                 "next/initramfs": second.initramfs()}
        result = boot(KEXEC, mode, files=files).run()
        wrong = outcome.kernel_trouble(result.console)
        if not result.succeeded:
            wrong.append("the second kernel did not end well")
        wrong += same("the kernel in the end", result.value("second"), "1")
        wrong += same("what the example VMM printed", result.value("example"), selftests.HELLO)
        wrong += same("VMBus", result.value("vmbus"), "works")
        wrong += same("its version", result.value("version"), VERSION)
        for when in ("second-before", "second-after"):
            wrong += [f"{when}: {line}" for line in result.values(when)
                      if power.CHILDS.match(line)]
        return wrong + result.story(60).splitlines() if wrong else []
    return test


def hold(mode):
    """A test that the driver works on where a processor does not go after all."""
    def test():
        result = boot(HOLD, mode).run()
        wrong = outcome.kernel_trouble(result.console)
        if not result.succeeded:
            wrong.append("the run did not end well")
        if "busy" not in (result.value("refused") or ""):
            wrong.append(f"the refusal was '{result.value('refused')}'")
        wrong += same("when it went", result.values("went"), ["in the end"])
        wrong += same("what the hypervisor holds after a refusal", result.value("pages"),
                      "the same")
        wrong += same("what the example VMM printed", result.values("example"),
                      [selftests.HELLO] * 2)
        return wrong + result.story(40).splitlines() if wrong else []
    return test


def failed():
    """The driver works where there is a VMBus that Linux gave up."""
    result = boot(FAILED, MODES[0], cmdline=TOO_OLD).run()
    wrong = outcome.kernel_trouble(result.console)
    if not result.succeeded:
        wrong.append("the run did not end well")
    wrong += same("VMBus", result.value("vmbus"), "failed")
    wrong += same("its version", result.value("version"), "")
    wrong += same("what the example VMM printed", result.value("example"), selftests.HELLO)
    wrong += same("the ledger", result.values("ledger-after"), result.values("ledger-before"))
    return wrong + result.story(40).splitlines() if wrong else []

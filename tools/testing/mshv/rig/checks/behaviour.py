# SPDX-License-Identifier: GPL-2.0-only
"""Loading and unloading over and over, processors that go and come, what fails meanwhile.

After each the hypervisor holds what it held before, and the kernel log is clean.
"""

from .. import artifacts, outcome, partition

MODES = {
    "L1VH, integrated": "partition=l1vh",
    "L1VH, core": "partition=l1vh integrated-scheduler=0",
    "root, root scheduler": "partition=root scheduler=root",
    "root, core": "partition=root scheduler=core",
}

# Every job begins with these. The first complaint ends it.
LIBRARY = """
complain() { echo "complaint=$*"; exit 1; }
load() { modprobe mshv_root || complain "loading failed: $*"; }
unload() { modprobe -r mshv_root || complain "unloading failed: $*"; }
online() { echo "$2" >/sys/devices/system/cpu/cpu$1/online ||
	complain "processor $1 cannot be set to $2"; }
same() { hvctl ledger >/tmp/now; cmp -s /tmp/$1 /tmp/now || {
	diff /tmp/$1 /tmp/now | sed 's/^/ledger=/'
	complain "the ledger changed: $2"; }; }
keep() { hvctl ledger >/tmp/$1 || complain "no ledger"; }
# The driver brings the pages of a processor of an L1VH, new ones each time that
# it comes up: which pages the hypervisor has must be the same, not where.
shape() { sed 's/^\\(overlay [0-9]* si[a-z]*\\) .*/\\1/' /tmp/$1; }
alike() { hvctl ledger >/tmp/now; shape $1 >/tmp/was.shape; shape now >/tmp/now.shape
	cmp -s /tmp/was.shape /tmp/now.shape || {
	diff /tmp/was.shape /tmp/now.shape | sed 's/^/ledger=/'
	complain "the ledger changed: $2"; }; }
"""

RELOAD = """
keep before
count=0
while [ $count -lt 100 ]; do
	load "time $count"
	unload "time $count"
	count=$((count + 1))
done
same before "after $count times"
echo "count=$count"
"""

HOTPLUG = """
keep before
load "all processors online"
keep loaded
for cpu in 1 2 3; do online $cpu 0; done
for cpu in 3 1 2; do online $cpu 1; done
alike loaded "loaded, processors went and came back"
online 2 0
unload "a processor is offline"
online 2 1
same before "unloaded while a processor was offline"

online 1 0
load "a processor is offline"
online 1 1
alike loaded "loaded while a processor was offline"
unload "all processors online again"
same before "in the end"
echo "count=$(nproc)"
"""

# A processor that is online for the first time after the driver was loaded. Its
# VP has a directory from then on.
LATECOMER = """
has() { grep -q '^VpTotalRunTime *: [0-9]' $1/stats || complain "no counters of VP $1: $2"; }
keep before
load "a processor was never online"
cd /sys/kernel/debug/mshv/partition/[0-9s]*/vp || complain "no directory of VPs"
has 0 "loaded"
[ -e 1 ] && complain "VP 1 is there too early"
online 1 1
has 1 "its processor is online"
online 1 0
has 1 "its processor is offline"
online 1 1
online 1 0
has 1 "its processor came and went again"
cd /
unload "a processor came and went"
same before "in the end"
echo "count=1"
"""

# The hypervisor goes on in its event rings where it was, the driver begins anew.
DOORBELLS = """
count=0
while [ $count -lt 3 ]; do
	load "time $count"
	ioeventfd >/tmp/tap 2>&1 || { cat /tmp/tap; complain "time $count"; }
	unload "time $count"
	count=$((count + 1))
done
echo "count=$count"
"""

# Partition and scheduler, the call that fails and which one of it, its status,
# and what modprobe then says.
FAULTS = (
    ("L1VH, capabilities query", "partition=l1vh", "0x101 1 0x6", "EACCES"),
    ("L1VH, capabilities query, memory", "partition=l1vh", "0x101 1 0xb", "ENOMEM"),
    ("L1VH, property query", "partition=l1vh", "0x101 2 0x6", "EACCES"),
    ("L1VH, property query, parameter", "partition=l1vh", "0x101 2 0x5", "EINVAL"),
    ("root, scheduler query", "partition=root scheduler=root", "0x7b 1 0x6", "EACCES"),
)

FAULT = """
keep before
hvctl fault %s || complain "the fault knob failed"
error=$(modprobe mshv_root 2>&1) && complain "loading succeeded"
echo "error=$error"
[ -e /dev/mshv ] && complain "/dev/mshv is there"
same before "after the failure"
load "after the failure"
unload "after the failure"
same before "in the end"
echo "count=1"
"""

# Every allocation fails once while the module is loaded, from a few before those of
# the driver on: so many are made before a query of the driver's, which fails.
MEMORY = """
set_faults() { echo "$2" >/sys/kernel/debug/$1 || complain "no fault injection: $1"; }
for kind in failslab fail_page_alloc; do
	set_faults $kind/ignore-gfp-wait N
	set_faults $kind/verbose 0
done
set_faults fail_page_alloc/ignore-gfp-highmem N
set_faults fail_page_alloc/min-order 0
set_faults fail_usercopy/verbose 0
"""

# The module is loaded with a fault; "left" is what is left to count down.
LOADING = """
gone() {
	[ -e /dev/mshv ] && complain "/dev/mshv is there: $*"
	[ -e /sys/kernel/debug/mshv ] && complain "debugfs has mshv: $*"
	same before "$*"
}
load_with_fault() {
	if FAIL_NTH=$1 /bin/modprobe mshv_root >/tmp/said 2>/tmp/error; then
		unload "after fault $1"
	elif ! grep -q ": ENOMEM$" /tmp/error; then
		complain "fault $1: $(cat /tmp/error)"
	else
		failed=$((failed + 1))
	fi
	left=$(sed -n 's/^left=//p' /tmp/said)
	gone "fault $1"
}
"""

PROBE = MEMORY + LOADING + """
keep before
hvctl fault %s || complain "the fault knob failed"
left=$(FAIL_NTH=100000 /bin/modprobe mshv_root 2>/dev/null | sed -n 's/^left=//p')
[ "$left" ] || complain "no fault injection"
gone "a query failed"
failed=0
n=$((100000 - left - 30))
load_with_fault $n
while [ "$left" = 0 ]; do
	n=$((n + 1))
	load_with_fault $n
done
echo "failed=$failed"
load "without faults"
unload "without faults"
gone "in the end"
echo "count=1"
"""

# What the hotplug thread of a processor does when the module is loaded: in an L1VH it
# allocates three pages.
THREADS = MEMORY + """
keep before
failed=0
for cpu in 0 1; do
	thread=$(grep -lx cpuhp/$cpu /proc/[0-9]*/comm | cut -d/ -f3)
	fault=/proc/$thread/task/$thread/fail-nth
	n=1
	while :; do
		echo $n >$fault || complain "no fault injection"
		if modprobe mshv_root 2>/tmp/error; then
			unload "processor $cpu, fault $n"
		elif ! grep -q ": ENOMEM$" /tmp/error; then
			complain "processor $cpu, fault $n: $(cat /tmp/error)"
		else
			failed=$((failed + 1))
		fi
		left=$(cat $fault)
		echo 0 >$fault
		same before "processor $cpu, fault $n"
		[ "$left" = 0 ] || break
		n=$((n + 1))
	done
done
echo "failed=$failed"
load "without faults"
unload "without faults"
same before "in the end"
echo "count=1"
"""

# Memory that the hypervisor wanted for the counters that are always there
COUNTERS = """
keep before
hvctl fault 0x6c 1 0xb
load "a hypervisor that is short of memory"
unload "a hypervisor that is short of memory"
same before "in the end"
echo "count=1"
"""


def tests():
    """Yield (name, function)."""
    for mode, knobs in MODES.items():
        yield f"load and unload 100 times: {mode}", behaves(knobs, RELOAD, "100")
    for mode, knobs in MODES.items():
        yield f"processors offline and online: {mode}", behaves(knobs, HOTPLUG, "4", cpus=4)
    for mode in ("L1VH, integrated", "root, root scheduler"):
        yield (f"processor online for the first time: {mode}",
               behaves(MODES[mode], LATECOMER, "1", cmdline="maxcpus=1"))
    yield ("load and unload 100 times: L1VH, integrated, Debian's kernel",
           behaves(MODES["L1VH, integrated"], RELOAD, "100", artifacts.debian_kernel))
    yield ("processors offline and online: L1VH, integrated, Debian's kernel",
           behaves(MODES["L1VH, integrated"], HOTPLUG, "4", artifacts.debian_kernel, cpus=4))
    for name, kernel in (("base kernel", artifacts.base_kernel),
                         ("Debian's kernel", artifacts.debian_kernel)):
        yield (f"doorbells after loading again: L1VH, integrated, {name}",
               behaves(MODES["L1VH, integrated"], DOORBELLS, "3", kernel))
    for name, knobs, fault, errno in FAULTS:
        yield f"hypercall fails: {name}, {errno}", fails(knobs, fault, errno)
    for mode, query in (("L1VH, integrated", "0x101 1 0x6"), ("root, root scheduler", "0x7b 1 0x6")):
        yield (f"memory fails while loading: {mode}",
               runs_out(MODES[mode], PROBE % query, 20))
    yield ("memory fails on each processor while loading: L1VH, integrated",
           runs_out(MODES["L1VH, integrated"], THREADS, 2 * 3))
    yield ("memory of the hypervisor comes back: root, core",
           behaves(MODES["root, core"], COUNTERS, "1"))


def run(knobs, job, kernel=artifacts.base_kernel, **options):
    """Run JOB, LIBRARY before it; the Result and what is wrong by common rules."""
    boot = partition.boot(kernel(), LIBRARY + job, knobs, **options)
    boot.programs.update(artifacts.selftests())
    result = boot.run()
    wrong = outcome.kernel_trouble(result.console) + result.values("complaint")
    if not result.succeeded:
        wrong.append("the run did not end well")
    return result, wrong


def behaves(knobs, job, count, kernel=artifacts.base_kernel, **options):
    """A test that JOB has nothing to complain about and counts up to COUNT."""
    def test():
        result, wrong = run(knobs, job, kernel, **options)
        if result.value("count") != count:
            wrong.append(f"counted {result.value('count')}, should be {count}")
        return wrong + result.story().splitlines() if wrong else []
    return test


def fails(knobs, fault, errno):
    """A test that loading fails with ERRNO after FAULT, without a trace, and then succeeds."""
    def test():
        result, wrong = run(knobs, FAULT % fault)
        if outcome.failure(result) != errno:
            wrong.append(f"loading failed with {outcome.failure(result)}, should be {errno}")
        return wrong + result.story().splitlines() if wrong else []
    return test


def runs_out(knobs, job, at_least):
    """A test that JOB has nothing to complain about, and that loading failed AT_LEAST so often."""
    def test():
        result, wrong = run(knobs, job)
        if int(result.value("failed") or 0) < at_least:
            wrong.append(f"loading failed {result.value('failed')} times")
        if result.value("count") != "1":
            wrong.append("the job did not come to its end")
        return wrong + result.story().splitlines() if wrong else []
    return test

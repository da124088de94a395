# SPDX-License-Identifier: GPL-2.0-only
"""The patches of the series, in the order in which a reviewer reads them.

Every file of this project belongs to exactly one patch, or stays outside the kernel.
"""

import dataclasses
import fnmatch

from kernels.errors import Problem

DRIVER = "drivers/hv/mshv"

# What a kernel has no place for: this repository's own entry points, and the test
# hypervisor with its rig.
OUTSIDE = (".ci/*", ".clang-format", ".editorconfig", ".gitignore", "*.md", "COPYING",
           "Kconfig", "MAINTAINERS", "Makefile", "Documentation/conf.py",
           "Documentation/index.rst", "Documentation/virt/hyperv/index.rst", "packaging/*",
           "scripts/*", "tools/testing/mshv/*", "tools/testing/selftests/mshv/.gitignore")


@dataclasses.dataclass(frozen=True)
class Patch:
    """One patch.

    files       patterns of the files of this tree that it adds
    edits       files of the kernel that it changes, by the rules of edits.py
    tests       whether it may be longer than a reviewer reads at once
    """

    subject: str
    body: str
    files: tuple = ()
    edits: tuple = ()
    tests: bool = False


def driver(*names):
    """Patterns of files of the driver."""
    return tuple(f"{DRIVER}/{name}" for name in names)


PATCHES = (
    Patch("mshv: describe how the hypervisor offers the integrated scheduler", """\
An L1VH learns from two partition properties whether Linux is to schedule
the virtual processors of its guests on the cores that it was given. The
headers in include/hyperv/ do not have all of their values. Add them in a
header that can be included beside the others.
""", ("include/hyperv/*",)),
    Patch("mshv: document the interface for VMMs", """\
Authors of VMMs have no text that says what an ioctl of /dev/mshv expects,
what it answers, and what each errno means. Write that down as kernel-doc
in the header itself. Numbers, sizes and offsets stay as they are, and so
does the part of the VTL driver.
""", edits=("include/uapi/linux/mshv.h",)),
    Patch("mshv: declare the objects of the new driver", """\
The patches that follow bring a driver for parent partitions with one file
per object: partition, virtual processor, region, port, and so on. Start
with the headers. They say what an object consists of, who owns it and
which lock protects it. Nothing uses them yet.
""", driver("*.h")),
    Patch("mshv: add hypercalls, deposits and the choice of the scheduler", """\
One file makes hypercalls: it owns the pages for input and output, repeats
what the hypervisor did in part, and gives it memory when it asks for some.
On top of it, find out which kind of partition this is, what the hypervisor
is capable of, and whether Linux or the hypervisor schedules guests.
""", driver("hvcall*.c", "deposit*.c", "caps.c", "property.c", "registers.c",
            "partition_type.c", "sched.c", "sched_select*.c", "trace.c")),
    Patch("mshv: add guest memory in the hypervisor", """\
Map pages of the parent into the address space of a guest and take them
away again, read and clear the bits that say what a guest has accessed, and
share pages with the hypervisor. A page that the hypervisor does not give
back is not returned to Linux.
""", driver("gpa*.c", "access*.c", "shared_page*.c")),
    Patch("mshv: add the SynIC, messages, ports and statistics", """\
The hypervisor tells the parent about intercepts and events through the
synthetic interrupt controller of each processor, which the driver shares
with VMBus. Route messages to the VP they are about and events to ports,
and show the counters of the hypervisor in debugfs.
""", driver("synic*.c", "message*.c", "event_ring*.c", "port*.c", "counters*.c", "stats*.c",
            "debugfs*.c")),
    Patch("mshv: add regions of guest memory", """\
A region is a part of a VMM's memory that a guest sees. Its pages are pinned
when it is created, or come at the first access and follow what Linux does
to them (movable), or belong to a device. An interval tree finds the region
of a fault.
""", driver("region*.c")),
    Patch("mshv: add interrupts and eventfds", """\
Assert interrupts of a guest, by an ioctl or by an eventfd that a device
model signals (irqfd), resample level-triggered ones when the guest has
handled them, and signal an eventfd when a guest writes to a doorbell
(ioeventfd).
""", driver("irq*.c", "ioeventfd*.c", "eventfd*.c")),
    Patch("mshv: add virtual processors and their run loops", """\
A VP runs in the thread that calls MSHV_RUN_VP. There are two loops behind
the same operations: in one the hypervisor schedules, and the thread waits
for an intercept; in the other Linux schedules, and the thread dispatches
the VP on the processor that it runs on. The second serves the root
scheduler and the integrated one.
""", driver("vp.c", "vp_*.c", "sched_hv*.c", "sched_root*.c")),
    Patch("mshv: add partitions and the tables of ioctls", """\
A partition owns its VPs, regions and eventfds, and goes in the reverse of
the order in which it came. A table for each kind of descriptor says which
ioctls there are; the hypercalls that a VMM may pass on stand in a table,
too.
""", driver("partition.c", "partition_[!t]*.c", "async.c", "ioctl*.c", "dev*.c",
            "passthru*.c")),
    Patch("mshv: add probe, device, power management and Kconfig", """\
Probe the hypervisor in an order that is taken back exactly, and show
/dev/mshv when everything else works. Give up all partitions before a
restart, a kexec and a crash kernel, and refuse to hibernate while there
are any. The Kconfig file becomes part of the configuration in a later
patch.
""", driver("main.c", "probe*.c", "power*.c", "sysfs*.c", "Makefile", "Kconfig")),
    Patch("mshv: test the driver with KUnit", """\
Test layouts, the choice of the scheduler, hypercalls, deposits, messages,
ports, interrupts and more without a hypervisor: the tests answer
hypercalls. Run them with

  tools/testing/kunit/kunit.py run --kunitconfig=drivers/hv/mshv --arch=x86_64
""", driver("tests/*", ".kunitconfig"), tests=True),
    Patch("mshv: offer the new driver by a Kconfig choice", """\
MSHV_ROOT stays the symbol that everything else depends on. Below it a
choice selects which driver becomes mshv_root.ko. An existing configuration
needs no answer: x86-64 gets the new driver, arm64 keeps the present one,
whose files are not touched.
""", edits=("drivers/hv/Kconfig", "drivers/hv/Makefile")),
    Patch("Documentation: hyperv: tell how the parent partition driver is tested", """\
Tell developers how to run the tests, on a Microsoft Hypervisor and on the
test hypervisor that the driver's project has, how to write one, and where
the driver differs from the present one. The next patch adds the pages to
the index.
""", ("Documentation/virt/hyperv/mshv-test*", "Documentation/virt/hyperv/mshv-coverage.inc",
      "Documentation/virt/hyperv/mshv-differences*")),
    Patch("Documentation: hyperv: describe the driver for parent partitions", """\
Tell administrators how to load the driver and what to watch, and tell
authors of VMMs how to create and to run a virtual machine. Describe the
files in sysfs and debugfs.
""", ("Documentation/virt/hyperv/mshv.rst", "Documentation/virt/hyperv/mshv-admin*",
      "Documentation/virt/hyperv/mshv-vmm*", "Documentation/virt/hyperv/mshv-property.c",
      "Documentation/ABI/*"),
          edits=("Documentation/virt/hyperv/index.rst",)),
    Patch("selftests/mshv: test the driver with guests", """\
Test every ioctl with small guests, in every kind of partition and with
both run loops. The tests need a parent partition; elsewhere they are
skipped.
""", ("tools/testing/selftests/mshv/*",), edits=("tools/testing/selftests/Makefile",),
          tests=True),
    Patch("MAINTAINERS: add the driver for parent partitions", """\
Name the files of the new driver, its documentation and its tests, and the
list that is responsible for them.
""", edits=("MAINTAINERS",)),
)


def fits(name, patterns):
    """Whether one of PATTERNS matches NAME; what a pattern ends with may have slashes."""
    for pattern in patterns:
        # "*" of one directory does not reach into those below it.
        deep = pattern.endswith("/*") or pattern.startswith("*")
        if fnmatch.fnmatchcase(name, pattern) and (deep
                                                   or name.count("/") == pattern.count("/")):
            return True
    return False


def assign(names, edited):
    """[(Patch, [name])] for the files NAMES of the tree; EDITED are the kernel's own."""
    homes = {name: [patch for patch in PATCHES if fits(name, patch.files)]
             for name in names if name not in edited}
    wrong = []
    for name, patches in homes.items():
        outside = fits(name, OUTSIDE)
        if not patches and not outside:
            wrong.append(f"{name} is in no patch")
        elif len(patches) + outside > 1:
            where = [f"'{patch.subject}'" for patch in patches] + ["OUTSIDE"] * outside
            wrong.append(f"{name} is in {' and '.join(where)}")
    if wrong:
        raise Problem("scripts/series/table.py gives every file of the tree to one patch, but\n  "
                      + "\n  ".join(wrong))
    return [(patch, [name for name, patches in homes.items() if patches == [patch]])
            for patch in PATCHES]

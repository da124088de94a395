# SPDX-License-Identifier: GPL-2.0-only
"""The matrix: what a hypervisor can offer, and what the driver must make of it.

`make demo` shows the rows marked for it, `make check` asserts all of them.
To add one, add it here; nothing else names a row, but for the file of known
differences of the kernel's own driver.
"""

import dataclasses

# Hypercalls whose number is asserted: what must not be asked is not asked.
PARTITION_PROPERTY_EX = "0x101"
SYSTEM_PROPERTY = "0x7b"

LINUX = "Linux"
HYPERVISOR = "hypervisor"


@dataclasses.dataclass(frozen=True)
class Loads:
    """The driver loads: attributes of the device, and who dispatches VPs."""

    partition: str
    scheduler: str
    dispatched_by: str
    capabilities: str = "0x0000000000000040"


@dataclasses.dataclass(frozen=True)
class Refuses:
    """Loading fails with this errno, and one message matches this pattern."""

    errno: str
    message: str


@dataclasses.dataclass(frozen=True)
class Row:
    """One way to boot, and the outcome.

    name        for files and test names
    offer       what the hypervisor offers, for people
    knobs       for the test hypervisor; None boots without one
    expect      Loads or Refuses
    cmdline     further words for Linux
    asked       {hypercall: number of calls while loading}
    message     pattern of one more message that must be there
    demo        shown by `make demo`
    debian      possible on the distribution's kernel, which cannot be root
    """

    name: str
    offer: str
    knobs: str
    expect: object
    cmdline: str = ""
    asked: dict = dataclasses.field(default_factory=dict)
    message: str = ""
    demo: bool = True
    debian: bool = False


def asked(partition_properties, system_properties):
    """The number of calls of both property hypercalls."""
    return {PARTITION_PROPERTY_EX: partition_properties, SYSTEM_PROPERTY: system_properties}


INTEGRATED = Loads("l1vh", "integrated", LINUX)
CORE = Loads("l1vh", "core", HYPERVISOR)
ACCESS_DENIED = "0x6"
# A header to look for makes it a kdump kernel; there is none where firmware is.
KDUMP = "elfcorehdr=0xf0000"

ROWS = (
    # L1VH: capability bit 6, then the property
    Row("l1vh-off", "L1VH, capability off",
        "partition=l1vh vmm-capabilities=0",
        dataclasses.replace(CORE, capabilities="0x0000000000000000"),
        asked=asked(1, 0), debian=True),
    Row("l1vh-property-0", "L1VH, capability on, property 0",
        "partition=l1vh integrated-scheduler=0", CORE,
        asked=asked(2, 0), debian=True),
    Row("l1vh-property-1", "L1VH, capability on, property 1",
        "partition=l1vh integrated-scheduler=1", INTEGRATED,
        asked=asked(2, 0), debian=True),
    Row("l1vh-property-large", "L1VH, capability on, property 2^32",
        "partition=l1vh integrated-scheduler=0x100000000", INTEGRATED,
        asked=asked(2, 0), demo=False),
    Row("l1vh-property-fails", "L1VH, property query fails",
        f"partition=l1vh integrated-scheduler-status={ACCESS_DENIED}",
        Refuses("EACCES", "cannot read whether the integrated scheduler is enabled: "
                          "-EACCES"),
        asked=asked(2, 0), debian=True),
    Row("l1vh-capabilities-fail", "L1VH, capabilities query fails",
        f"partition=l1vh vmm-capabilities-status={ACCESS_DENIED}",
        Refuses("EACCES", "cannot read the VMM capabilities: -EACCES"),
        asked=asked(1, 0), debian=True),
    Row("l1vh-no-bank", "L1VH, capability on, but no bank",
        "partition=l1vh vmm-capabilities-banks=0",
        dataclasses.replace(CORE, capabilities="0x0000000000000000"),
        asked=asked(1, 0), demo=False, debian=True),
    Row("l1vh-more-banks", "L1VH, more banks than known",
        "partition=l1vh vmm-capabilities-banks=4", INTEGRATED,
        asked=asked(2, 0), demo=False),
    Row("l1vh-other-bits", "L1VH, every capability but bit 6",
        "partition=l1vh vmm-capabilities=0xffffffffffffffbf",
        dataclasses.replace(CORE, capabilities="0xffffffffffffffbf"),
        asked=asked(1, 0), demo=False),
    Row("l1vh-new-build", "L1VH, hypervisor not validated",
        "partition=l1vh build=29000", INTEGRATED,
        message=r"hypervisor build 29000 is outside the validated range 27744\.\.27751",
        demo=False),
    Row("l1vh-kdump", "L1VH, kdump kernel",
        "partition=l1vh", Refuses("ENODEV", "a kdump kernel runs no virtual machines"),
        cmdline=KDUMP, asked=asked(0, 0), demo=False, debian=True),

    # Root: the hypervisor's scheduler, whatever the capabilities
    Row("root-classic", "root, classic scheduler",
        "partition=root scheduler=classic", Loads("root", "classic", HYPERVISOR),
        asked=asked(1, 1)),
    Row("root-classic-smt", "root, classic scheduler with SMT",
        "partition=root scheduler=classic-smt", Loads("root", "classic-smt", HYPERVISOR),
        asked=asked(1, 1)),
    Row("root-core", "root, core scheduler",
        "partition=root scheduler=core", Loads("root", "core", HYPERVISOR),
        asked=asked(1, 1)),
    Row("root-root", "root, root scheduler",
        "partition=root scheduler=root", Loads("root", "root", LINUX),
        asked=asked(1, 1)),
    Row("root-unknown", "root, unknown scheduler 9",
        "partition=root scheduler=9", Refuses("EOPNOTSUPP", "unsupported scheduler type 9"),
        asked=asked(1, 1)),
    Row("root-no-capabilities", "root, capabilities query fails",
        f"partition=root scheduler=root vmm-capabilities-status={ACCESS_DENIED}",
        Loads("root", "root", LINUX, "unknown"),
        asked=asked(1, 1), message="VMM capabilities unknown", demo=False),
    Row("root-capabilities-0", "root, no capability",
        "partition=root scheduler=core vmm-capabilities=0",
        Loads("root", "core", HYPERVISOR, "0x0000000000000000"),
        asked=asked(1, 1), demo=False),
    Row("root-kdump", "root, kdump kernel",
        "partition=root", Refuses("ENODEV", "a kdump kernel runs no virtual machines"),
        cmdline=KDUMP, asked=asked(0, 0), demo=False),

    # Never a parent
    Row("guest", "plain guest", "partition=guest",
        Refuses("ENODEV", r"this partition may not create partitions \(plain guest\)"),
        asked=asked(0, 0), debian=True),
    Row("isolated", "isolated guest", "partition=isolated",
        Refuses("ENODEV", "an isolated partition cannot be a parent"),
        asked=asked(0, 0), debian=True),
    Row("bare", "no hypervisor", None,
        Refuses("ENODEV", "not running on the Microsoft Hypervisor"),
        debian=True),
)

# SPDX-License-Identifier: GPL-2.0-only
"""What include/uapi/linux/mshv.h promises: every ioctl, flag and errno, from its kernel-doc."""

import dataclasses
import errno
import re

COMMENT = re.compile(r"/\*\*\n(.*?)\*/(.*?)(?=/\*|\Z)", re.S)
IOCTL = re.compile(r"#define\s+(MSHV_\w+)\s+_IO(?:R|W|WR)?\(MSHV_IOCTL,\s*\w+"
                   r"(?:,\s*(?:struct\s+)?(\w+))?\)")
# From here on the header is about a driver that is not this one.
OTHER_DRIVER = "Virtual trust levels: the devices of the mshv_vtl driver"
HYPERVISOR = "an error of the hypervisor"
HYPERCALL = "hypercall"     # stands for an ioctl where a hypercall was made and failed
EVERY = "every ioctl"
MMAP = "mmap"
SUCCESS = "success"


@dataclasses.dataclass
class Interface:
    """The promises; calls are names of ioctls, or MMAP.

    errnos      {call: errnos that it documents}
    structs     {call: name of its argument}
    flags       {(struct, field): names of flags or values}; MMAP stands for its offset
    absent      ioctls of the other driver
    common      errnos of every ioctl
    hypercall   errnos of a failed hypercall
    refused     calls that document "an error of the hypervisor"
    everywhere  ioctls of every kind of descriptor
    """

    errnos: dict = dataclasses.field(default_factory=dict)
    structs: dict = dataclasses.field(default_factory=dict)
    flags: dict = dataclasses.field(default_factory=dict)
    absent: list = dataclasses.field(default_factory=list)
    common: list = dataclasses.field(default_factory=list)
    hypercall: list = dataclasses.field(default_factory=list)
    refused: list = dataclasses.field(default_factory=list)
    everywhere: list = dataclasses.field(default_factory=list)


def plain(comment):
    """The text of a COMMENT without the stars in front."""
    return re.sub(r"^ \* ?", "", comment, flags=re.M)


def headings(text):
    """Errnos that stand on a line of their own."""
    return re.findall(r"^(E[A-Z]+)$", text, re.M)


def read_ioctl(interface, text, name, struct):
    """The documentation TEXT of the ioctl NAME."""
    same = re.search(r"answers are those of (MSHV_\w+)", re.sub(r"\s+", " ", text))
    if same:
        interface.errnos[name] = interface.errnos[same.group(1)]
        if same.group(1) in interface.refused:
            interface.refused.append(name)
    else:
        returns = text.partition("\nReturn:\n")[2]
        interface.errnos[name] = sorted(set(re.findall(r"%-(E[A-Z]+)", returns)))
        if HYPERVISOR in returns:
            interface.refused.append(name)
    if "exists on all three" in re.sub(r"\s+", " ", text):
        interface.everywhere.append(name)
    interface.structs[name] = struct


def read_enum(interface, text):
    """The documentation TEXT of an enumeration."""
    names = [name for name in re.findall(r"^@(MSHV_\w+):", text, re.M)
             if not name.endswith("_COUNT")]
    place = re.search(r"&struct (\w+)\.(\w+)", text.partition("\n@")[0])
    if place:
        interface.flags[place.groups()] = names
    elif "mmap()" in text:
        interface.flags[(MMAP, "")] = names
        interface.errnos[MMAP] = headings(text)


def read(header):
    """The Interface that the text of the HEADER documents."""
    interface = Interface()
    end = header.index(OTHER_DRIVER)
    for match in COMMENT.finditer(header):
        text, code = plain(match.group(1)), match.group(2)
        ioctl = IOCTL.search(code)
        if match.start() > end:
            if ioctl:
                interface.absent.append(ioctl.group(1))
        elif text.startswith("DOC: rules for every ioctl"):
            interface.common = headings(text)
        elif text.startswith("DOC: errno of a failed hypercall"):
            interface.hypercall = headings(text)
        elif text.startswith("enum - "):
            read_enum(interface, text)
        elif ioctl and text.startswith("define MSHV_"):
            read_ioctl(interface, text, *ioctl.groups())
    return interface


def understood(interface, code, text):
    """The errnos that were read from a comment, the TEXT in front of the CODE."""
    ioctl = IOCTL.search(code)
    if ioctl:
        return interface.errnos.get(ioctl.group(1), ())
    return {"DOC: rules for every ioctl": interface.common,
            "DOC: errno of a failed hypercall": interface.hypercall,
            "enum - pages of a VP that can be mapped with mmap()": interface.errnos.get(MMAP, ()),
            }.get(text.partition("\n")[0], ())


def overlooked(header, interface):
    """What the text of the HEADER has and the INTERFACE that was read from it has not.

    This looks for names alone, wherever they stand and however that is documented.
    """
    own = header[:header.index(OTHER_DRIVER)]
    known = {*interface.structs, *interface.absent, *sum(interface.flags.values(), [])}
    names = re.findall(r"#define\s+(MSHV_\w+)\s+_IO", header)
    for body in re.findall(r"enum\s*\w*\s*\{(.*?)\}", own, re.S):
        names += [name for name in re.findall(r"MSHV_\w+", body) if not name.endswith("_COUNT")]
    unknown = [name for name in names if name not in known]

    for match in COMMENT.finditer(own):
        text, code = plain(match.group(1)), match.group(2)
        words = set(re.findall(r"\bE[A-Z0-9]+\b", text)) & set(errno.errorcode.values())
        unknown += [f"{word} in '{text.partition(chr(10))[0]}'"
                    for word in sorted(words - set(understood(interface, code, text)))]
    return unknown


def promises(interface):
    """All (call, what) that a test has to reach, in the order of the header."""
    wanted = [(EVERY, errno) for errno in interface.common]
    wanted += [(HYPERCALL, errno) for errno in interface.hypercall]
    for call, errnos in interface.errnos.items():
        wanted.append((call, SUCCESS))
        if call not in (MMAP, *interface.everywhere):
            wanted.append((call, "ENOTTY"))
        if interface.structs.get(call) and "EFAULT" not in errnos:
            wanted.append((call, "EFAULT"))
        wanted += [(call, errno) for errno in errnos]
        if call in interface.refused:
            wanted.append((call, HYPERVISOR))
        struct = MMAP if call == MMAP else interface.structs[call]
        for (owner, _), names in interface.flags.items():
            # The long form of an argument begins with the short one.
            if owner == struct:
                wanted += [(call, name) for name in names]
    return wanted + [(call, "ENOTTY") for call in interface.absent]


def reached(interface, records):
    """{(call, what): tests that reach it}, from RECORDS of (test, call, what)."""
    tests = {}
    for test, call, what in records:
        tests.setdefault((call, what), set()).add(test)
        # Where a call has a reason of its own for an errno, it may be that.
        if what in interface.common and what not in interface.errnos.get(call, ()):
            tests.setdefault((EVERY, what), set()).add(test)
        # Of these errnos the driver itself has no use.
        if (call in interface.refused and what in interface.hypercall
                and what not in interface.errnos[call] and what not in interface.common):
            tests.setdefault((call, HYPERVISOR), set()).add(test)
    return tests

# SPDX-License-Identifier: GPL-2.0-only
"""Debian's kernels as they are shipped, and their headers made usable where they lie.

A kernel comes in flavours: the cloud kernel, and the real-time one.
"""

import re
import shutil
import subprocess

from . import cache, foreign, run
from .archive import Archive

# kbuild's programs, linked for the suite of the kernel.
TOOLS = ("scripts/mod/modpost.real-lsb-64", "tools/objtool/objtool.real-x86",
         "scripts/basic/fixdep", "scripts/mod/modpost", "tools/objtool/objtool")


CLOUD = "cloud"
REALTIME = "rt"


def name(version, flavour):
    """The name in the cache."""
    return f"debian/{version}" if flavour == CLOUD else f"debian/{version}-{flavour}"


def find(version, flavour=CLOUD):
    """The directory of the unpacked kernel, or None."""
    return cache.current(name(version, flavour))


def provide(version, flavour=CLOUD):
    """Fetch and unpack the newest kernel of Linux VERSION in that FLAVOUR."""
    with cache.lock(name(version, flavour)):
        archive = Archive()
        series = re.escape(version) + r"(\.\d+)?([+~][^-]*)?"
        pattern = rf"linux-headers-{series}-{flavour}-amd64"
        names = archive.matching(pattern)
        if not names:
            raise archive.missing(pattern)
        headers, revision = archive.newest(*names)
        release = headers.removeprefix("linux-headers-")
        entry = cache.top() / "debian" / f"{release}-{revision.replace('~', '-')}"
        if not cache.is_complete(entry):
            unpack(entry, archive, release, revision)
        cache.select(name(version, flavour), entry)
        return entry


def unpack(entry, archive, release, revision):
    """Fill ENTRY with the kernel RELEASE."""
    shutil.rmtree(entry, ignore_errors=True)
    entry.mkdir(parents=True)
    log = entry / "log"

    packages = list(kernel_packages(archive, release))
    packages += [archive.newest(library) for library in foreign.LIBRARIES]
    files = [archive.download(*package) for package in packages]

    progress = run.Progress(f"unpacking Debian's Linux {release}")
    root = entry / "root"
    foreign.unpack(files, root, log)
    usr = root / "usr"
    image = next(path for path in (usr / f"lib/modules/{release}/vmlinuz",
                                   root / f"boot/vmlinuz-{release}") if path.exists())
    (entry / "vmlinuz").symlink_to(image.relative_to(entry))
    # Documentation, and the device drivers: VMBus and all else the tests need is built in.
    for waste in ("share/doc", "share/bug", f"lib/modules/{release}/kernel"):
        shutil.rmtree(usr / waste, ignore_errors=True)

    headers = usr / f"src/linux-headers-{release}"
    relocate(headers)
    for kbuild in (usr / "lib").glob("linux-kbuild-*"):
        for tool in TOOLS:
            if (kbuild / tool).exists():
                foreign.adapt(kbuild / tool, root)
    adapt_compiler(headers)
    (entry / "headers").symlink_to(headers.relative_to(entry))
    cache.finish(entry, f"{release} {revision}\n")
    progress.done()


def kernel_packages(archive, release):
    """(package, version) of everything that makes up the kernel RELEASE and its headers.

    The image is linux-image, or what linux-image depends on: the series came to
    be split further into linux-binary, with the image, and linux-modules.
    """
    version = re.sub(r"-\w+-amd64$", "", release)
    binary = archive.versions(f"linux-binary-{release}")
    yield binary[0] if binary else archive.newest(f"linux-image-{release}")
    for package in (f"linux-headers-{release}", f"linux-headers-{version}-common",
                    f"linux-kbuild-{version}"):
        yield archive.newest(package)


def relocate(headers):
    """Replace the absolute paths of the header package by where it lies now."""
    makefile = headers / "Makefile"
    text = makefile.read_text(encoding="utf-8")
    text = text.replace("/usr/src/", f"{headers.parent}/")
    makefile.write_text(text, encoding="utf-8")


def accepts(option):
    """Whether the compiler of this system knows OPTION."""
    return subprocess.run(["gcc", option, "-S", "-x", "c", "/dev/null", "-o", "/dev/null"],
                          capture_output=True, check=False).returncode == 0


def adapt_compiler(headers):
    """Let this system's compiler be used in place of the one of the kernel's suite."""
    variables = headers / ".kernelvariables"
    text = variables.read_text(encoding="utf-8")
    compiler = re.search(r"^CC = .*\$\(CROSS_COMPILE\)(gcc-\d+)", text, re.M)
    if compiler and shutil.which(f"x86_64-linux-gnu-{compiler[1]}"):
        return
    variables.write_text(re.sub(r"^CC = .*$", "CC = gcc", text, flags=re.M), encoding="utf-8")

    # Older compilers align functions by another option, and kbuild asks the
    # configuration, not the compiler, which one to use. Type information for
    # BPF needs a pahole of the kernel's age and is of no use here. Both only
    # concern kbuild: what C sees decides on the layout of structures and stays.
    lost = ["CONFIG_DEBUG_INFO_BTF_MODULES"]
    if not accepts("-fmin-function-alignment=16"):
        lost.append("CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT")
    configuration = headers / "include/config/auto.conf"
    text = configuration.read_text(encoding="utf-8")
    for option in lost:
        text = text.replace(f"\n{option}=y\n", "\n")
    configuration.write_text(text, encoding="utf-8")

# SPDX-License-Identifier: GPL-2.0-only
"""The base kernel: Linux from Debian's source package in a small configuration.

Its flavour "debug" has the same configuration and checks for faults; it shares the
source.
"""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess

from . import cache, run
from .archive import Archive
from .errors import Problem

SCRIPTS = pathlib.Path(__file__).parents[1]
# The parts of the configuration; a later one overrides an earlier one.
FRAGMENTS = {
    "base": ("base.config",),
    "debug": ("base.config", "debug.config"),
}
# What a person is told; only that depends on these.
STEPS = 2150
MINUTES = {"base": 15, "debug": 25}


def text(flavour):
    """The configuration that is asked for."""
    return "".join((SCRIPTS / fragment).read_text(encoding="utf-8")
                   for fragment in FRAGMENTS[flavour])


def name(version, flavour="base"):
    """The name in the cache; another configuration is another name."""
    digest = hashlib.sha256(text(flavour).encode()).hexdigest()[:8]
    return f"{flavour}/{version}-{digest}"


def find(version, flavour="base"):
    """The directory of a finished build, or None."""
    return cache.current(name(version, flavour))


def requested(flavour):
    """The options of the FLAVOUR, {name: value}, "n" for those to be off."""
    options = {}
    for line in text(flavour).splitlines():
        match = re.fullmatch(r"(CONFIG_\w+)=(.+)", line)
        if match:
            options[match[1]] = match[2]
        elif line and not line.startswith("#"):
            raise Problem(f"scripts/{FRAGMENTS[flavour][-1]}: cannot understand '{line}'")
    return options


def check_configuration(path, flavour):
    """Fail when an option of the FLAVOUR is not in the configuration PATH."""
    taken = dict(re.findall(r"^(CONFIG_\w+)=(.+)$", path.read_text(encoding="utf-8"), re.M))
    lost = [f"  {option}={value} became {taken.get(option, 'n')}"
            for option, value in requested(flavour).items() if taken.get(option, "n") != value]
    if lost:
        raise Problem("the kernel does not take these options of "
                      f"scripts/{FRAGMENTS[flavour][-1]}; a dependency is missing there:\n"
                      + "\n".join(lost))


def unpack(package, source, log):
    """Put the tree inside the source PACKAGE at SOURCE, whole or not at all."""
    partial = source.with_name("source.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    progress = run.Progress("unpacking the kernel source")
    run.quiet(["bash", "-o", "pipefail", "-c",
               'dpkg-deb --fsys-tarfile "$1" |'
               ' tar -xO --wildcards "./usr/src/linux-source-*.tar.xz" |'
               ' tar -xJ -C "$2" --strip-components=1', "-", str(package), str(partial)], log)
    os.sync()
    partial.replace(source)
    progress.done()


def configure(source, build, log, flavour):
    """Write the configuration, unless an earlier run did."""
    if (build / ".config").exists():
        return
    make = ["make", "-C", source, f"O={build}"]
    build.mkdir(exist_ok=True)
    run.quiet([*make, "tinyconfig"], log)
    # Not there until it is whole: its presence ends this step.
    config, partial = build / ".config", build / ".config.partial"
    config.replace(partial)
    with open(partial, "a", encoding="utf-8") as file:
        file.write(text(flavour))
    run.quiet([*make, f"KCONFIG_CONFIG={partial}", "olddefconfig"], log)
    check_configuration(partial, flavour)
    partial.replace(config)


def provide(version, flavour="base"):
    """Fetch and build the newest revision of Linux VERSION; resumes where it was cut off."""
    machine = os.uname().machine
    if machine != "x86_64":
        raise Problem(f"the base kernel is built natively for x86_64, this machine is {machine}")

    shared = None
    if flavour != "base":
        shared = (find(version) or provide(version)) / "source"
    wanted = name(version, flavour)
    with cache.lock(wanted):
        archive = Archive()
        package, revision = archive.newest(f"linux-source-{version}")
        digest = wanted.rpartition("-")[2]
        entry = cache.top() / flavour / f"{revision.replace('~', '-')}-{digest}"
        if not cache.is_complete(entry):
            provide_source(entry, shared, archive, package, revision)
            build_entry(entry, flavour)
            cache.finish(entry, f"{package} {revision}\n")
        cache.select(wanted, entry)
        return entry


def provide_source(entry, shared, archive, package, revision):
    """Have the source in ENTRY: the tree SHARED if there is one."""
    entry.mkdir(parents=True, exist_ok=True)
    source = entry / "source"
    if shared:
        source.unlink(missing_ok=True)
        source.symlink_to(os.path.relpath(shared.resolve(), entry))
    elif not source.exists():
        unpack(archive.download(package, revision), source, entry / "log")


def build_entry(entry, flavour):
    """Build what is missing in ENTRY; every step leaves nothing or all of its result."""
    source, build, log = entry / "source", entry / "build", entry / "log"
    configure(source, build, log, flavour)

    release = subprocess.run(["make", "-s", "-C", source, "kernelversion"], check=True,
                             capture_output=True, text=True, env=run.environment()).stdout.strip()
    # kbuild compares every object with the command that made it, so a build
    # that was cut off goes on where it stopped.
    jobs = len(os.sched_getaffinity(0))
    run.build(["make", "-C", source, f"O={build}", f"-j{jobs}", "KBUILD_BUILD_USER=mshv",
               "KBUILD_BUILD_HOST=mshv", "bzImage", "modules"], log,
              run.Progress(f"building Linux {release} ({flavour}) once, about {MINUTES[flavour]} "
                           "minutes of one processor", STEPS))
    for product in ("arch/x86/boot/bzImage", "drivers/hv/mshv_root.ko", "lib/kunit/kunit.ko"):
        if not (build / product).exists():
            raise Problem(f"the kernel build made no {product}; its output: {log}")

# SPDX-License-Identifier: GPL-2.0-only
"""What the rig boots: kernels, modules, the test hypervisor, programs. Built when asked for."""

import dataclasses
import fcntl
import functools
import os
import pathlib
import re
import subprocess
import threading

from kernels import base, checker as sparse, debian, debug, realtime
from kernels.errors import Problem
from kernels.run import environment

TOP = pathlib.Path(__file__).parents[4]
SELFTESTS = TOP / "tools/testing/selftests/mshv"
HYPERVISOR = TOP / "tools/testing/mshv/hypervisor"
CONFORMANCE = HYPERVISOR / "conformance"
BUILD = TOP / "build"
VERSION = os.environ.get("KERNEL_VERSION") or "7.3"


def once(function):
    """Call FUNCTION once per argument, whatever the number of threads that ask.

    All get the same result, or the same exception.
    """
    lock, known = threading.Lock(), {}

    @functools.wraps(function)
    def wrapper(*arguments):
        with lock:
            if arguments not in known:
                try:
                    known[arguments] = function(*arguments), None
                except Problem as problem:
                    known[arguments] = None, problem
        result, problem = known[arguments]
        if problem:
            raise problem
        return result
    return wrapper


@dataclasses.dataclass(frozen=True)
class Kernel:
    """A kernel to boot and to build modules for."""

    title: str
    image: pathlib.Path
    headers: pathlib.Path   # directory to build external modules with
    release: str
    where: pathlib.Path     # its directory in the cache

    @property
    def label(self):
        """For the names of what is built for it: flavours have the same release."""
        return f"{self.release}-debug" if self.title == "debug" else self.release


def kernel(title, where, image, headers):
    """A Kernel from the cache directory WHERE."""
    headers = (where / headers).resolve()
    release = (headers / "include/config/kernel.release").read_text(encoding="utf-8").strip()
    return Kernel(title, where / image, headers, release, where)


@once
def base_kernel():
    """Linux in the project's configuration."""
    where = base.find(VERSION) or base.provide(VERSION)
    return kernel("base", where, "build/arch/x86/boot/bzImage", "build")


@once
def debug_kernel():
    """The same with checks for faults."""
    where = debug.find(VERSION) or debug.provide(VERSION)
    return kernel("debug", where, "build/arch/x86/boot/bzImage", "build")


@once
def debian_kernel():
    """The distribution's kernel."""
    where = debian.find(VERSION) or debian.provide(VERSION)
    return kernel("Debian", where, "vmlinuz", "headers")


@once
def realtime_kernel():
    """The distribution's real-time kernel."""
    where = realtime.find(VERSION) or realtime.provide(VERSION)
    return kernel("Debian's real-time", where, "vmlinuz", "headers")


@once
def checker():
    """The directory of a sparse that understands the kernel."""
    return sparse.find() or sparse.provide()


def build(what, command):
    """Run the build COMMAND; its output is kept in build/log and shown when it fails."""
    log = BUILD / "log" / f"{what}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    # Another make in this tree may be building the same.
    with open(log.with_suffix(".lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", env=environment(), check=False)
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-25:])
        raise Problem(f"building {what} failed with status {done.returncode}:\n{last}\n"
                      f"all of its output: {log}")
    return done.stdout + done.stderr


def make(what, directory, output, *arguments):
    """Run make in DIRECTORY with O=OUTPUT."""
    output.mkdir(parents=True, exist_ok=True)
    return build(what, ["make", "-C", str(directory), f"O={output}", *arguments])


@once
def modules(target):
    """{name: path} of the modules of this project, built for the Kernel TARGET."""
    output = BUILD / "modules" / target.label
    # The debug kernel tells the fuzzer what it reaches of the module.
    coverage = ["KCOV_INSTRUMENT=y"] if target.title == "debug" else []
    build(f"module-{target.label}",
          [str(TOP / "scripts/build-module"), str(target.headers), str(output), *coverage])
    return {path.stem: path for path in output.rglob("*.ko")}


def driver(target):
    """{"mshv_root": path} for the Kernel TARGET."""
    return {"mshv_root": modules(target)["mshv_root"]}


def kernels_own_driver():
    """The same for the driver that the base kernel itself brings."""
    return {"mshv_root": base_kernel().headers / "drivers/hv/mshv_root.ko"}


@once
def hypervisor():
    """The image of the test hypervisor."""
    output = BUILD / "hypervisor"
    make("hypervisor", HYPERVISOR, output)
    return output / "hypervisor.elf"


@once
def conformance(target=None):
    """{name: path} of the modules that test the test hypervisor, for the Kernel TARGET.

    Without one, for the base kernel.
    """
    target = target or base_kernel()
    what = "conformance-debug" if target.title == "debug" else "conformance"
    output = BUILD / what
    output.mkdir(parents=True, exist_ok=True)
    build(what, ["make", "-C", str(target.headers), f"M={CONFORMANCE}", f"MO={output}",
                 "modules"])
    return {path.stem: path for path in output.glob("*.ko")}


def make_selftests(*arguments):
    """Run make for the programs that run in a parent partition; what it says.

    They are static: the rig's user space has no shared libraries.
    """
    output = BUILD / "kselftests"
    output.mkdir(parents=True, exist_ok=True)
    harness = base_kernel().where / "source/tools/testing/selftests"
    return build("kselftests", ["make", "-C", str(SELFTESTS), f"KSELFTEST={harness}",
                                f"OUTPUT={output}", "USERCFLAGS=-Werror",
                                "USERLDFLAGS=-static", *arguments])


@once
def selftest_names():
    """The programs that test child partitions, in order."""
    listed = make_selftests("-s", "--no-print-directory", "COLLECTION=mshv", "emit_tests")
    return re.findall(r"^mshv:(\w+)$", listed, re.M)


def selftest_source(name):
    """The source of the test program NAME."""
    return next(SELFTESTS.glob(f"*/{name}.c"))


@once
def selftests():
    """{name: path} of those programs, of the VMMs, and of the programs() below."""
    make_selftests("all")
    output = BUILD / "kselftests"
    return {path.name: path for path in output.iterdir()
            if path.is_file() and os.access(path, os.X_OK)}


@once
def programs():
    """{name: path} of the programs that the parent partition needs besides."""
    names = [path.stem for path in SELFTESTS.glob("tools/*.c")]
    return {name: selftests()[name] for name in names}

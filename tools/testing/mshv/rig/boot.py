# SPDX-License-Identifier: GPL-2.0-only
"""One run: a kernel, what is in its initramfs, a hypervisor under it, a deadline."""

import dataclasses
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from .initramfs import Initramfs

HERE = pathlib.Path(__file__).parent
BUSYBOX = "/bin/busybox"

# Exit status of QEMU: 0 is an ACPI power-off; the test hypervisor ends a run
# with 2v+1, see Documentation/virt/hyperv/mshv-test-knobs.rst.
END_REASONS = {
    0: "power off",
    33: "power off",
    35: "parent crashed",
    37: "triple fault",
    39: "parent halted",
    41: "hypervisor failure",
    43: "bad knob",
    45: "parent touched hidden memory",
}
DEADLINE = "deadline"
QEMU = os.environ.get("QEMU") or "qemu-system-x86_64"

# One thread for all processors of a machine. Before version 8.1 a thread for each
# is not safe: one can keep a stale translation of code that another is just
# changing. Linux patches its own code while it boots, and about one boot in a
# hundred dies of a breakpoint that is no longer there. In later versions it takes
# twice the time where several machines share a few processors, since a processor
# that waits for another one keeps it from running.
EMULATION = "tcg,thread=single"
METER = threading.local()

# Of a slow machine: seconds from one stop to the next, as of a processor quota
PERIOD = 0.1


def processor_time():
    """Seconds of processor time of every QEMU that the calling thread has waited for."""
    return getattr(METER, "seconds", 0.0)


def slowness():
    """By how much the environment wants an emulated machine to be slower, 1 for not at all."""
    return max(1.0, float(os.environ.get("SLOW") or 1))


def ends(process, deadline):
    """Wait until PROCESS ends; return whether it does before the DEADLINE.

    A slow one is stopped most of the time, while the clocks of its machine go on.
    """
    ended = os.pidfd_open(process.pid)
    try:
        if slowness() == 1:
            return bool(select.select([ended], [], [], deadline)[0])
        end = time.monotonic() + deadline * slowness()
        while time.monotonic() < end:
            os.kill(process.pid, signal.SIGCONT)
            if select.select([ended], [], [], PERIOD / slowness())[0]:
                return True
            os.kill(process.pid, signal.SIGSTOP)
            time.sleep(PERIOD - PERIOD / slowness())
        return False
    finally:
        os.close(ended)


def execute(command, output, deadline):
    """Run COMMAND and return its exit status, None if it is killed at the DEADLINE."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                          stderr=subprocess.STDOUT) as process:
        try:
            in_time = ends(process, deadline)
        finally:
            os.kill(process.pid, signal.SIGKILL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
    METER.seconds = processor_time() + usage.ru_utime + usage.ru_stime
    return process.returncode if in_time else None


@dataclasses.dataclass
class Result:
    """What one run left behind."""

    reason: str         # a value of END_REASONS, DEADLINE, or "qemu status N"
    status: int         # of QEMU, None after a deadline
    console: str        # the kernel log of the parent partition
    report: str         # standard output of the job
    hypervisor: str     # messages of the test hypervisor
    seconds: float

    @property
    def job_status(self):
        """Exit status of the job, None when it did not come to an end."""
        found = re.findall(r"rig: job exit (\d+)", self.console)
        return int(found[-1]) if found else None

    @property
    def succeeded(self):
        """Whether the job ended with 0 and the machine was then powered off."""
        return self.job_status == 0 and self.reason == "power off"

    def values(self, key):
        """Every VALUE of the lines "KEY=VALUE" that the job printed."""
        return re.findall(rf"^{re.escape(key)}=(.*)$", self.report, re.M)

    def value(self, key):
        """The last such value, or None."""
        found = self.values(key)
        return found[-1] if found else None

    def story(self, lines=15):
        """How the run ended, with the last LINES of every log, for a failure report."""
        parts = [f"end of run: {self.reason}, job exit status {self.job_status}, "
                 f"{self.seconds:.1f} s"]
        for title, text in (("job", self.report), ("console", self.console),
                            ("hypervisor", self.hypervisor)):
            # What a test reached tells nothing about what went wrong.
            last = [line for line in text.splitlines()
                    if not line.startswith("reached=")][-lines:]
            if last:
                parts.append(f"--- {title}, last {len(last)} lines")
                parts += last
        return "\n".join(parts)


@dataclasses.dataclass
class Boot:
    """What to boot.

    kernel      a bzImage
    release     its "uname -r"; modules are installed for that
    hypervisor  image of the test hypervisor, None to boot directly on the machine
    knobs       what the test hypervisor is told, "name=value ..."
    cpus        processors of the machine
    modules     {name: path of a .ko}, to be loaded with modprobe
    programs    {name: path of a static program}, installed in /bin
    files       {path: content} besides
    job         shell commands to run as root
    cmdline     further words of Linux's command line
    deadline    seconds after which the run is killed: it hangs
    """

    kernel: os.PathLike
    release: str
    job: str
    hypervisor: os.PathLike = None
    knobs: str = ""
    cpus: int = 2
    memory: str = "2G"
    modules: dict = dataclasses.field(default_factory=dict)
    programs: dict = dataclasses.field(default_factory=dict)
    files: dict = dataclasses.field(default_factory=dict)
    cmdline: str = ""
    deadline: float = 900

    def initramfs(self, interactive=False):
        """The parent partition's user space."""
        root = Initramfs()
        for path in ("proc", "sys", "dev", "tmp", "etc", "root"):
            root.directory(path)
        root.file("init", (HERE / "init").read_text(encoding="utf-8"), 0o755)
        root.file("lib/functions", (HERE / "functions").read_text(encoding="utf-8"))
        root.file("bin/busybox", pathlib.Path(BUSYBOX).read_bytes(), 0o755)
        applets = subprocess.run([BUSYBOX, "--list"], check=True, capture_output=True, text=True)
        for applet in applets.stdout.split():
            if applet != "busybox":
                root.symlink(f"bin/{applet}", "busybox")
        for name, path in self.programs.items():
            root.file(f"bin/{name}", pathlib.Path(path).read_bytes(), 0o755)
        where = f"lib/modules/{self.release}"
        for name, path in self.modules.items():
            root.file(f"{where}/{name}.ko", pathlib.Path(path).read_bytes())
        for path, content in self.files.items():
            root.file(path, content)
        root.file("job", self.job)
        if interactive:
            root.file("interactive", "")
        return root.pack()

    def command(self, initramfs, serial, hypervisor_log):
        """The QEMU command line."""
        accel = os.environ.get("ACCEL") or EMULATION
        cmdline = f"console=ttyS0 panic=-1 {self.cmdline}".strip()
        command = [QEMU, "-machine", "q35", "-smp", str(self.cpus),
                   "-m", self.memory, "-display", "none", "-no-reboot", "-nic", "none",
                   "-nodefaults", *serial]
        emulated = accel.startswith("tcg")
        command += ["-accel", accel,
                    "-cpu", "EPYC,+svm,+npt,-x2apic" if emulated else "host,-x2apic"]
        if self.hypervisor is None:
            return command + ["-kernel", str(self.kernel), "-initrd", str(initramfs),
                              "-append", cmdline]
        module = f"{self.kernel} {cmdline}".replace(",", ",,")
        return command + ["-debugcon", f"file:{hypervisor_log}",
                          "-global", "isa-debugcon.iobase=0x402",
                          "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
                          "-kernel", str(self.hypervisor), "-append", self.knobs,
                          "-initrd", f"{module},{str(initramfs).replace(',', ',,')}"]

    def run(self):
        """Boot, wait for the end or the deadline, and collect what is left."""
        scratch = pathlib.Path(tempfile.mkdtemp(prefix="mshv-rig-"))
        try:
            return self._run(scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _run(self, scratch):
        initramfs = scratch / "initramfs.gz"
        initramfs.write_bytes(self.initramfs())
        logs = {name: scratch / name for name in ("console", "report", "hypervisor", "qemu")}
        for path in logs.values():
            path.touch()
        command = self.command(initramfs, ["-serial", f"file:{logs['console']}",
                                           "-serial", f"file:{logs['report']}"],
                               logs["hypervisor"])
        start = time.monotonic()
        with open(logs["qemu"], "wb") as output:
            status = execute(command, output, self.deadline)
        seconds = time.monotonic() - start
        text = {name: path.read_text(encoding="utf-8", errors="replace").replace("\r", "")
                for name, path in logs.items()}
        if status is None:
            reason = f"{DEADLINE} of {self.deadline:.0f} s"
        else:
            reason = END_REASONS.get(status, f"qemu status {status}")
        hypervisor = self.said(logs["hypervisor"], logs["qemu"])
        return Result(reason, status, text["console"], text["report"], hypervisor, seconds)

    @staticmethod
    def said(hypervisor_log, qemu_log):
        """The messages of the test hypervisor and of QEMU, without the noise around them."""
        def lines(path):
            if not path.exists():
                return []
            return path.read_text(encoding="utf-8", errors="replace").splitlines()

        # The firmware writes to the port of the hypervisor's messages, too; what
        # emulation lacks of the processor model is known and not needed.
        kept = [line for line in lines(hypervisor_log) if line.startswith("hv: ")]
        kept += [line for line in lines(qemu_log)
                 if "TCG doesn't support requested feature" not in line]
        return "".join(f"{line}\n" for line in kept)

    def interact(self):
        """Boot with the console on this terminal; returns QEMU's exit status."""
        scratch = pathlib.Path(tempfile.mkdtemp(prefix="mshv-rig-"))
        # An interrupt typed here belongs to the shell inside.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            initramfs = scratch / "initramfs.gz"
            initramfs.write_bytes(self.initramfs(interactive=True))
            log, messages = scratch / "hypervisor", scratch / "qemu"
            command = self.command(initramfs, ["-chardev", "stdio,id=terminal,signal=off",
                                               "-serial", "chardev:terminal"], log)
            with open(messages, "wb") as file:
                status = subprocess.run(command, stderr=file, check=False).returncode
            if END_REASONS.get(status) != "power off":
                print(f"\nend of run: {END_REASONS.get(status, f'qemu status {status}')}")
                print(self.said(log, messages), end="")
            return status
        finally:
            signal.signal(signal.SIGINT, before)
            shutil.rmtree(scratch, ignore_errors=True)

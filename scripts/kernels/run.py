# SPDX-License-Identifier: GPL-2.0-only
"""Running commands, quietly or with a line of progress."""

import os
import subprocess
import sys
import time

from .errors import Problem

# What an outer make leaves behind would change the meaning of an inner one.
UNWANTED = ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "KDIR", "ARCH",
            "CROSS_COMPILE", "KBUILD_OUTPUT", "KCFLAGS", "KCPPFLAGS", "O", "M", "MO")


def environment(**more):
    """A copy of the environment that is fit for a build of its own."""
    env = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    env.update(LC_ALL="C.UTF-8", **more)
    return env


def tail(path, lines=25):
    """The last LINES lines of the file PATH."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return "".join(file.readlines()[-lines:])


def quiet(command, log, **options):
    """Run COMMAND with its output appended to LOG; a failure shows the end of it."""
    options.setdefault("env", environment())
    with open(log, "ab") as file:
        status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=file,
                                stderr=subprocess.STDOUT, check=False, **options).returncode
    if status:
        sys.stderr.write(tail(log))
        shown = command if isinstance(command, str) else " ".join(map(str, command))
        raise Problem(f"'{shown}' failed with status {status}; all of its output: {log}")


class Progress:
    """One line that keeps changing on a terminal, a line now and then elsewhere."""

    INTERVAL = 30

    def __init__(self, what, total=0):
        self.what, self.total, self.count = what, total, 0
        self.start = self.last = time.monotonic()
        self.terminal = sys.stderr.isatty()
        print(what + " ...", end="" if self.terminal else "\n", file=sys.stderr, flush=True)

    def _text(self):
        minutes, seconds = divmod(int(time.monotonic() - self.start), 60)
        share = ""
        if self.total:
            share = f" {min(99, self.count * 100 // self.total)} %, {self.count} steps,"
        return f"{self.what} ...{share} {minutes}:{seconds:02}"

    def step(self):
        """One more step is done."""
        self.count += 1
        now = time.monotonic()
        if now - self.last < (0.2 if self.terminal else self.INTERVAL):
            return
        self.last = now
        if self.terminal:
            print("\r" + self._text(), end="", file=sys.stderr, flush=True)
        else:
            print("  " + self._text(), file=sys.stderr, flush=True)

    def done(self, word="done"):
        """The last line."""
        minutes, seconds = divmod(int(time.monotonic() - self.start), 60)
        lead = "\r" if self.terminal else "  "
        print(f"{lead}{self.what} ... {word} in {minutes}:{seconds:02}          ",
              file=sys.stderr, flush=True)


def build(command, log, progress):
    """Run the build COMMAND, counting the lines that kbuild prints per step."""
    with open(log, "a", encoding="utf-8") as file:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace",
                              env=environment()) as process:
            for line in process.stdout:
                file.write(line)
                if line.startswith("  "):
                    progress.step()
    if process.returncode:
        progress.done("failed")
        sys.stderr.write(tail(log))
        raise Problem(f"the build failed; all of its output: {log}")
    progress.done()

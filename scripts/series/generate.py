# SPDX-License-Identifier: GPL-2.0-only
"""Writing the patches: a repository of the few files that change, a commit per patch."""

import os
import pathlib
import re
import shutil
import subprocess

from kernels import run, source
from kernels.errors import Problem

from . import edits, table

TOP = pathlib.Path(__file__).parents[2]
COVER = """\
mshv: add a driver for parent partitions with the integrated scheduler

On an L1VH, a guest that creates sibling partitions out of its own resources,
the integrated scheduler of the Microsoft Hypervisor leaves the scheduling of
virtual processors to Linux. This series brings a driver for /dev/mshv that
supports it, and every other scheduler, in the root partition and in an L1VH.

It comes beside the present driver: MSHV_ROOT stays what everything else
depends on, and a choice below it selects one of the two. The interface for
VMMs keeps its numbers, sizes and offsets; what differs on purpose is listed in
Documentation/virt/hyperv/mshv-differences.rst.

The driver has one file per object, tables of ioctls and of scheduler
operations, KUnit tests that need no hypervisor, and selftests with guests.
"""


def base_source(base):
    """The directory of the kernel BASE: a version, or a directory or git tree of one."""
    if re.fullmatch(r"\d+\.\d+", base):
        return source.find(base) or source.provide(base)
    where = pathlib.Path(base).resolve()
    if not (where / "drivers/hv/Kconfig").exists():
        raise Problem(f"BASE={base} is neither a version such as 7.3 nor a kernel source tree")
    return where


def version(kernel):
    """VERSION.PATCHLEVEL of the source KERNEL."""
    text = (kernel / "Makefile").read_text(encoding="utf-8")
    return ".".join(re.search(rf"^{name} = (\d+)$", text, re.M)[1]
                    for name in ("VERSION", "PATCHLEVEL"))


def output(kernel):
    """Where the patches for KERNEL go."""
    return TOP / "build" / f"series-{version(kernel)}"


class Git:
    """A repository, without the configuration of this user and machine."""

    def __init__(self, where):
        self.where = where
        self.env = run.environment(GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1")

    def __call__(self, *words, stdin=None):
        done = subprocess.run(["git", "-C", str(self.where), *map(str, words)], input=stdin,
                              text=True, capture_output=True, check=False, env=self.env)
        if done.returncode:
            raise Problem(f"git {words[0]} failed:\n{done.stdout}{done.stderr}")
        return done.stdout.strip()


def ask(*words):
    """What git says about this tree, nothing if it is none."""
    done = subprocess.run(["git", "-C", str(TOP), *words], text=True, capture_output=True,
                          check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def project_files():
    """Every file of this tree that exists."""
    listed = ask("ls-files", "--cached", "--others", "--exclude-standard")
    if not listed:
        raise Problem("a series is made from a git tree")
    return sorted({name for name in listed.splitlines() if (TOP / name).is_file()})


def put(where, name, text, mode=0o644):
    """Write TEXT to the file NAME below WHERE."""
    path = where / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    path.chmod(mode)


def fill(repository, kernel, patch, names):
    """Change the files of the REPOSITORY as PATCH, with our files NAMES, does."""
    for name in names:
        content = (TOP / name).read_bytes()
        if name.endswith("Makefile"):
            content = edits.own(name, content.decode()).encode()
        put(repository, name, content, 0o755 if os.access(TOP / name, os.X_OK) else 0o644)
    for name in patch.edits:
        text = (kernel / name).read_text(encoding="utf-8")
        put(repository, name, edits.RULES[name](text, TOP).encode())


def begin(work, kernel):
    """A repository in WORK with the kernel's files that the series changes."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    git = Git(work)
    git("init", "-q", "-b", "series")
    name, mail = ask("log", "-1", "--format=%an"), ask("log", "-1", "--format=%ae")
    date = ask("log", "-1", "--format=%aI")
    git("config", "user.name", name)
    git("config", "user.email", mail)
    git.env |= {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    for edited in edits.RULES:
        put(work, edited, (kernel / edited).read_bytes())
    git("add", "-A", "-f")
    git("commit", "-q", "-m", f"Linux {version(kernel)}")
    git("tag", "base")
    return git


def make(base):
    """Write the series for the kernel BASE; returns (its directory, the kernel's source)."""
    kernel = base_source(base)
    assigned = table.assign(project_files(), edits.RULES)
    where = output(kernel)
    work = where.with_name(f"{where.name}.git")
    git = begin(work, kernel)
    for patch, names in assigned:
        if not names and not patch.edits:
            raise Problem(f"scripts/series/table.py: no file is in '{patch.subject}'")
        fill(work, kernel, patch, names)
        git("add", "-A", "-f")
        git("commit", "-q", "-s", "-F", "-", stdin=f"{patch.subject}\n\n{patch.body}")
    shutil.rmtree(where, ignore_errors=True)
    git("config", "branch.series.description", COVER)
    git("format-patch", "-q", "--cover-letter", "--cover-from-description=subject", "--no-renames",
        "--zero-commit", "--no-signature", "--full-index", "-o", where, "base..series")
    prove(where, git)
    return where, kernel


def prove(where, git):
    """Fail unless git am makes of the patches WHERE what they were made from."""
    made = git("rev-parse", "series^{tree}")
    git("checkout", "-q", "-B", "applied", "base")
    git("am", "-q", *sorted(where.glob("0*.patch"))[1:])
    if git("rev-parse", "HEAD^{tree}") != made:
        raise Problem(f"the patches in {where} make another tree than the one they come from")
    git("checkout", "-q", "series")

# SPDX-License-Identifier: GPL-2.0-only
"""What can be said about the sources without running them."""

import os
import re
import subprocess

from kernels.run import environment

from .. import artifacts
from . import layers

# Files that checkpatch has rules for.
CHECKPATCH = re.compile(r"\.(c|h|S|lds|rst)$|(^|/)(Makefile|Kconfig)$")
# Files that have no place for a licence line, or whose text is fixed.
NO_LICENCE_LINE = {"COPYING", "MAINTAINERS"}
# Both need an OCaml compiler. One is about the tables of a driver that it names,
# of the other sparse reports the same: a pointer compared with a plain 0.
NOT_FOR_US = ("check_bq27xxx_data.cocci", "badzero.cocci")
COMPILER_SAYS = re.compile(r"warning:|error:|C=2 specified, but")


def tests():
    """Yield (name, function)."""
    yield "static: sparse and W=1, base kernel", sparse(artifacts.base_kernel)
    yield "static: W=1, Debian's kernel", extra_warnings
    yield from coccinelle_tests()
    yield from layers.tests()
    names = project_files()
    yield "static: every file names its licence", lambda: licences(names)
    for name in names:
        if CHECKPATCH.search(name):
            yield f"static: checkpatch {name}", checkpatch(name)
    for name in names:
        if is_shell(name):
            yield f"static: shellcheck {name}", shellcheck(name)


def run(*command, cwd=artifacts.TOP):
    """Run COMMAND; what it says."""
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
                          check=False, cwd=cwd, env=environment())


def project_files():
    """Every file of the project, by its path in the tree."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard")
    if listed.returncode == 0:
        names = listed.stdout.splitlines()
    else:   # an unpacked release
        names = [str(path.relative_to(artifacts.TOP)) for path in artifacts.TOP.rglob("*")
                 if path.is_file() and artifacts.BUILD not in path.parents
                 and artifacts.TOP / ".git" not in path.parents]
    return sorted(name for name in names if (artifacts.TOP / name).is_file())


def remarks(output, kernel):
    """The lines of a build's OUTPUT that complain.

    But for those about a header of a KERNEL that was made for a newer compiler,
    and about the lack of a pahole.
    """
    return [line for line in output.splitlines()
            if COMPILER_SAYS.search(line) and "pahole version" not in line
            and not (kernel != artifacts.base_kernel() and line.startswith(str(kernel.where)))]


def rebuild(kernel, name, *arguments):
    """Build the module from nothing, with ARGUMENTS for kbuild; what is remarked."""
    output = artifacts.BUILD / name
    run("rm", "-rf", output)
    done = run(artifacts.TOP / "scripts/build-module", kernel.headers, output, *arguments)
    wrong = remarks(done.stdout, kernel)
    if done.returncode:
        wrong += done.stdout.splitlines()[-20:]
    return wrong


def sparse(kernel):
    """A test that sparse and the compiler's further warnings are silent."""
    def test():
        checker = (artifacts.checker() / "sparse")
        return rebuild(kernel(), "static-sparse", "W=1", "C=2", f"CHECK={checker}")
    return test


def extra_warnings():
    """The compiler's further warnings are silent on the distribution's kernel as well."""
    return rebuild(artifacts.debian_kernel(), "static-debian", "W=1")


def coccinelle(scripts):
    """A test that the report SCRIPTS of the kernel source find nothing in the module."""
    def test():
        kernel = artifacts.base_kernel()
        wrong = []
        for script in scripts:
            done = run("make", "-s", "-C", kernel.headers, f"M={artifacts.TOP}/drivers/hv/mshv",
                       f"MO={artifacts.BUILD}/coccinelle", "coccicheck", "MODE=report", "J=1",
                       f"COCCI={script}")
            wrong += [line for line in done.stdout.splitlines()
                      if line.startswith(str(artifacts.TOP))]
            if done.returncode:
                wrong += [f"{script}:"] + done.stdout.splitlines()[-8:]
        return wrong
    return test


def coccinelle_tests():
    """Yield a test per directory of scripts."""
    top = artifacts.base_kernel().where / "source/scripts/coccinelle"
    for directory in sorted(path for path in top.iterdir() if path.is_dir()):
        scripts = [path for path in sorted(directory.glob("*.cocci"))
                   if path.name not in NOT_FOR_US
                   and re.search(r"virtual\s+report", path.read_text(encoding="utf-8"))]
        if scripts:
            yield (f"static: coccinelle, {len(scripts)} scripts of {directory.name}/",
                   coccinelle(scripts))


def licences(names):
    """Every file has an SPDX line near its top."""
    return [f"{name}: no SPDX-License-Identifier in its first lines" for name in names
            if name not in NO_LICENCE_LINE
            and b"SPDX-License-Identifier: " not in (artifacts.TOP / name).read_bytes()[:300]]


def checkpatch(name):
    """A test that checkpatch has nothing to say about the file NAME."""
    def test():
        tool = artifacts.base_kernel().where / "source/scripts/checkpatch.pl"
        # It leaves a file of its own wherever it is started.
        work = artifacts.BUILD / "checkpatch"
        work.mkdir(parents=True, exist_ok=True)
        done = run("perl", tool, "--strict", "--no-tree", "--no-summary", "--terse",
                   "--show-types", "-f", os.path.relpath(artifacts.TOP / name, work), cwd=work)
        return done.stdout.splitlines() or ([f"status {done.returncode}"] if done.returncode
                                            else [])
    return test


def is_shell(name):
    """Whether the file NAME is a shell script."""
    with open(artifacts.TOP / name, "rb") as file:
        return bool(re.match(rb"#!\s*/\S*(bin/sh|bash)\b", file.readline()))


def shellcheck(name):
    """A test that shellcheck has nothing to say about the script NAME."""
    return lambda: run("shellcheck", name).stdout.splitlines()

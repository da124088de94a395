# SPDX-License-Identifier: GPL-2.0-only
"""A whole kernel tree that takes the state after any patch, and is built there.

The tree shares its files with the source that it comes from; what a patch changes is
written anew. Trees and builds stay in the cache, so that a check compiles little.
"""

import json
import os
import re
import shutil
import subprocess

from kernels import cache, checker, run
from kernels.errors import Problem

SAYS = re.compile(r"warning:|error:|Error |C=[12] specified, but")
# Another release's pahole or compiler is no matter of a patch.
NOISE = ("pahole version", "compiler differs from the one used to build the kernel")


def share(source, tree):
    """A copy TREE of the directory SOURCE that takes little space."""
    partial = tree.with_name(f"{tree.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    tree.parent.mkdir(parents=True, exist_ok=True)
    for way in ("-al", "-a"):
        if subprocess.run(["cp", way, source, partial], check=False,
                          capture_output=True).returncode == 0:
            partial.replace(tree)
            return
        shutil.rmtree(partial, ignore_errors=True)
    raise Problem(f"cannot copy {source} to {tree}")


class Tree:
    """The tree for the kernel source KERNEL, with the states of the repository GIT."""

    def __init__(self, kernel, version, git):
        self.kernel, self.git = kernel, git
        self.top = cache.top() / "series" / f"{version}-{abs_name(kernel)}"
        self.path = self.top / "source"
        if not self.path.exists():
            share(kernel, self.path)
        self.record = self.top / "placed"
        self.log = self.top / "log"

    def place(self, commit):
        """Have the files of COMMIT in the tree; files that stay the same are not touched."""
        self.git("checkout", "-q", "--detach", commit)
        now = self.git("ls-tree", "-r", "--name-only", commit).splitlines()
        before = json.loads(self.record.read_text()) if self.record.exists() else []
        self.record.write_text(json.dumps(sorted({*now, *before})))
        for name in before:
            if name not in now:
                (self.path / name).unlink(missing_ok=True)
        for name in now:
            self.put(name, (self.git.where / name).read_bytes(),
                     os.access(self.git.where / name, os.X_OK))
        self.record.write_text(json.dumps(now))

    def put(self, name, content, executable=False):
        """Write CONTENT to the file NAME, unless it is there; never into a shared file."""
        path = self.path / name
        if path.exists() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        path.chmod(0o755 if executable else 0o644)

    def run(self, *command):
        """Run COMMAND in the tree; (status, what it says)."""
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              errors="replace", check=False, cwd=self.path,
                              env=run.environment())
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(map(str, command))}\n{done.stdout}")
        return done.returncode, done.stdout


def abs_name(path):
    """A name for the directory PATH that is one word."""
    return re.sub(r"[^\w.+-]+", "_", str(path.parent.name if path.name == "source"
                                         else path)).strip("_")


class Build:
    """A build directory NAME of TREE, with the text CONFIG on top of tinyconfig."""

    def __init__(self, tree, name, config):
        self.tree, self.where = tree, tree.top / name
        if not (self.where / "ready").exists():
            self.where.mkdir(parents=True, exist_ok=True)
            self.must("tinyconfig")
            with open(self.where / ".config", "a", encoding="utf-8") as file:
                file.write(config)
            self.must("olddefconfig")
            self.must("modules_prepare")
            (self.where / "ready").touch()

    def make(self, *words):
        """(status, output) of make in this directory."""
        jobs = len(os.sched_getaffinity(0))
        return self.tree.run("make", "-C", self.tree.path, f"O={self.where}", f"-j{jobs}",
                             "--no-print-directory", *words)

    def must(self, *words):
        """The output of a make that has to work."""
        status, output = self.make(*words)
        if status:
            raise Problem(f"make {' '.join(words)} failed:\n"
                          + "\n".join(output.splitlines()[-25:]))
        return output

    def checked(self, *words):
        """What compiler (W=1), sparse and make complain about."""
        sparse = (checker.find() or checker.provide()) / "sparse"
        status, output = self.make("W=1", "C=1", f"CHECK={sparse}", *words)
        said = [line for line in output.splitlines()
                if SAYS.search(line) and not any(noise in line for noise in NOISE)]
        if status and not said:
            said = output.splitlines()[-20:]
        return said

    def config(self):
        """{option: value} as it is now."""
        text = (self.where / ".config").read_text(encoding="utf-8")
        return dict(re.findall(r"^CONFIG_(\w+)=(.*)$", text, re.M))

    def choose(self, wanted, other):
        """Set the option WANTED instead of OTHER."""
        path = self.where / ".config"
        text = re.sub(rf"^(CONFIG_({wanted}|{other})=.*|# CONFIG_({wanted}|{other}) is not set)\n",
                      "", path.read_text(encoding="utf-8"), flags=re.M)
        path.write_text(f"{text}CONFIG_{wanted}=y\n", encoding="utf-8")
        self.must("olddefconfig")

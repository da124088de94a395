# SPDX-License-Identifier: GPL-2.0-only
"""Proof, patch by patch, that a series is in order."""

import pathlib
import re
import time

from . import edits, generate, table
from .tree import Build, Tree

LONGEST = 2000      # added lines that a reviewer reads at once
BASE_CONFIG = pathlib.Path(__file__).parents[1] / "base.config"
# The kernel's VTL driver, which has its part of our header.
VTL_CONFIG = """
CONFIG_64BIT=y
CONFIG_SMP=y
CONFIG_PCI=y
CONFIG_ACPI=y
CONFIG_HYPERVISOR_GUEST=y
CONFIG_PARAVIRT=y
CONFIG_MODULES=y
CONFIG_TRANSPARENT_HUGEPAGE=y
CONFIG_MTRR=n
CONFIG_SYSFS=y
CONFIG_SHMEM=y
CONFIG_HYPERV=y
CONFIG_HYPERV_VMBUS=y
CONFIG_HYPERV_VTL_MODE=y
CONFIG_MSHV_VTL=m
"""
# It asks whether MAINTAINERS needs a change, which the last patch brings: the check
# of all files with get_maintainer.pl answers that.
IGNORED = "FILE_PATH_CHANGES"

# One fault for each checker; a checker that does not see it did not run.
SEEDED = """\
// SPDX-License-Identifier: GPL-2.0-only
#include <linux/uaccess.h>

int seeded(void __user *from)
{
	return *(int *)from;
}
"""
SEEN = ("no previous prototype for", "removes address space")
SEEDED_PATCH = """\
From: A <a@example.org>
Subject: [PATCH] seeded: fault

Seeded.

Signed-off-by: A <a@example.org>
---
diff --git a/drivers/hv/hv.c b/drivers/hv/hv.c
--- a/drivers/hv/hv.c
+++ b/drivers/hv/hv.c
@@ -1,1 +1,2 @@
 // SPDX-License-Identifier: GPL-2.0-only
+int  seeded( void );
"""


def kbuild(objects):
    """A makefile for OBJECTS of which there is no module yet."""
    return ("CFLAGS_trace.o := -I$(src)\n"
            + "".join(f"obj-m += {name}\n" for name in objects)).encode()


class Check:
    """The patches in WHERE, made for KERNEL."""

    def __init__(self, where, kernel):
        self.version = generate.version(kernel)
        self.git = generate.Git(where.with_name(f"{where.name}.git"))
        self.patches = sorted(where.glob("0*.patch"))[1:]
        self.commits = self.git("rev-list", "--reverse", "base..series").splitlines()
        self.tree = Tree(kernel, self.version, self.git)
        self.driver = self.tree.path / table.DRIVER
        self.build = None
        self.known = []

    def prepare(self):
        """The tree as the kernel has it; what is remarked there is none of ours."""
        (self.driver / "Kbuild").unlink(missing_ok=True)
        self.tree.place("base")
        self.build = Build(self.tree, "check", BASE_CONFIG.read_text(encoding="utf-8"))
        self.build.must("olddefconfig")
        self.known = self.bare(self.build.checked("drivers/hv/"))

    @staticmethod
    def bare(lines):
        """LINES without the numbers, which a patch may shift."""
        return [re.sub(r":\d+", "", line) for line in lines]

    def objects(self, names):
        """What is remarked on the objects of the driver's sources NAMES."""
        makefile = self.driver / "Kbuild"
        makefile.write_bytes(kbuild(names))
        try:
            return self.build.checked(f"M={self.driver}", f"MO={self.build.where}-objects", *names)
        finally:
            makefile.unlink()

    def compiled(self, changed):
        """What is remarked on what the files CHANGED make the kernel compile."""
        said = []
        sources = sorted(name.removeprefix(f"{table.DRIVER}/").replace(".c", ".o")
                         for name in changed
                         if re.fullmatch(rf"{table.DRIVER}/[^/]+\.c", name))
        if sources:
            said += self.objects(sources)
        if any(name.startswith(f"{table.DRIVER}/tests/") for name in changed):
            said += self.build.checked(
                f"M={self.driver}", f"MO={self.build.where}-objects", "CONFIG_MSHV_ROOT=m",
                "CONFIG_MSHV_ROOT_KUNIT_TEST=m", "mshv_root.o", "tests/mshv_root_kunit.o")
        if any(name.startswith(("include/", "drivers/hv/Kconfig", "drivers/hv/Makefile"))
               for name in changed):
            said += [line for line in self.build.checked("drivers/hv/")
                     if self.bare([line])[0] not in self.known]
        return said

    def checkpatch(self, patch):
        """What checkpatch says about the file PATCH."""
        status, output = self.tree.run(
            "perl", "scripts/checkpatch.pl", "--strict", "--no-summary", "--terse",
            "--show-types", "--ignore", IGNORED, patch)
        return output.splitlines() or ([f"checkpatch: status {status}"] if status else [])

    def patch(self, number):
        """What is wrong with the patch NUMBER."""
        commit, file = self.commits[number], self.patches[number]
        self.tree.place(commit)
        changed = self.git("diff-tree", "-r", "--name-only", "--no-commit-id",
                           commit).splitlines()
        wrong = self.checkpatch(file)
        text = file.read_text(encoding="utf-8")
        added = len(re.findall(r"^\+(?!\+\+ )", text, re.M))
        if added > LONGEST and not table.PATCHES[number].tests:
            wrong.append(f"{added} lines are more than {LONGEST}")
        if not re.search(r"^Signed-off-by: .+ <.+@.+>$", text, re.M):
            wrong.append("no Signed-off-by")
        return wrong + self.compiled(changed)

    def seeded(self):
        """Complaints about a checker that does not see a fault."""
        self.tree.put(f"{table.DRIVER}/seeded.c", SEEDED.encode())
        try:
            said = "\n".join(self.objects(["seeded.o"]))
        finally:
            (self.driver / "seeded.c").unlink()
        for left in self.build.where.with_name("check-objects").glob("*seeded*"):
            left.unlink()
        wrong = [f"a seeded fault was not seen: {text}" for text in SEEN if text not in said]
        patch = self.tree.top / "seeded.patch"
        patch.write_text(SEEDED_PATCH, encoding="utf-8")
        if not any("SPACING" in line for line in self.checkpatch(patch)):
            wrong.append("checkpatch did not see a seeded fault")
        return wrong

    def choice(self):
        """Both drivers are built, from a configuration that knows of no choice."""
        wrong, config = [], self.build.config()
        if config.get("MSHV_ROOT") != "m" or config.get("MSHV_ROOT_INTEGRATED") != "y":
            wrong.append("an existing configuration does not get the new driver")
        drivers = {"MSHV_ROOT_INTEGRATED": "drivers/hv/mshv/mshv_root.ko",
                   "MSHV_ROOT_ORIGINAL": "drivers/hv/mshv_root.ko"}
        for wanted, product in drivers.items():
            other = next(name for name in drivers if name != wanted)
            self.build.choose(wanted, other)
            (self.build.where / product).unlink(missing_ok=True)
            self.build.must("drivers/hv/")
            self.build.must(product)
            order = self.build.where / "drivers/hv/modules.order"
            status, output = self.tree.run("sh", "scripts/modules-check.sh", order)
            if status or output:
                wrong += [f"{wanted}: modules_check:", *output.splitlines()]
            if order.read_text(encoding="utf-8").count("mshv_root.o") != 1:
                wrong.append(f"{wanted}: there is not one mshv_root.ko")
        self.build.choose(*drivers)
        return wrong

    def vtl(self):
        """The kernel's VTL driver is built with our header."""
        build = Build(self.tree, "vtl", VTL_CONFIG)
        build.must("olddefconfig")
        if build.config().get("MSHV_VTL") != "m":
            return ["the configuration does not have MSHV_VTL=m"]
        return build.checked("drivers/hv/mshv_vtl_main.o")

    def maintainers(self):
        """get_maintainer.pl knows who every file of ours belongs to."""
        title, lines = edits.section(generate.TOP)
        address = re.search(r"^L:\t(\S+)", lines, re.M)[1]
        tool = ("perl", "scripts/get_maintainer.pl", "--no-git", "--no-git-fallback",
                "--no-rolestats")
        wrong = []
        for patch, names in table.assign(generate.project_files(), edits.RULES):
            for name in names:
                if not covered(name, lines):
                    wrong.append(f"MAINTAINERS: {title} does not have {name} of '{patch.subject}'")
        for patch in self.patches:
            status, output = self.tree.run(*tool, patch)
            if status or address not in output:
                wrong.append(f"get_maintainer.pl {patch.name}: status {status}, {output}")
        _, output = self.tree.run(*tool, "--self-test=patterns")
        wrong += [line for line in output.splitlines() if "mshv" in line or "hvhdk_vmm" in line]
        return wrong


def covered(name, lines):
    """Whether one of the F: LINES of a section matches the file NAME."""
    for found in re.findall(r"^F:\t(\S+)", lines, re.M):
        expression = re.escape(found).replace(r"\*", "[^/]*")
        if re.match(expression + ("" if found.endswith("/") else "(/|$)"), name):
            return True
    return False


def main(where, kernel):
    """Check the patches in WHERE, made for KERNEL; 0 when all is well."""
    check, failed = Check(where, kernel), 0
    check.prepare()
    steps = [("a seeded fault is seen by compiler, sparse and checkpatch", check.seeded)]
    steps += [(file.name, lambda number=number: check.patch(number))
              for number, file in enumerate(check.patches)]
    steps += [("one choice, two drivers", check.choice), ("the VTL driver", check.vtl),
              ("MAINTAINERS", check.maintainers)]
    for title, step in steps:
        start = time.monotonic()
        wrong = step()
        failed += bool(wrong)
        print(f"{'FAIL' if wrong else 'ok  '} {title}  ({time.monotonic() - start:.1f} s)")
        for line in wrong[:40]:
            print(f"       {line}")
    print(f"{len(steps) - failed} passed, {failed} failed")
    return 1 if failed else 0

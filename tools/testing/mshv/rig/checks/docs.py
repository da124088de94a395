# SPDX-License-Identifier: GPL-2.0-only
"""The documentation builds without a warning, and has all that it is to list."""

import re
import subprocess

from kernels.run import environment

from .. import artifacts
from .kunit import suites_in

# Taken together they are a page tree for Sphinx: ours has no conf.py, since in
# a kernel tree it is part of the kernel's.
CONF = """
project = "mshv"
extensions = []
master_doc = "index"
exclude_patterns = []
"""


def tests():
    """Yield (name, function)."""
    yield "docs: Sphinx builds Documentation/ without a warning", sphinx
    yield "docs: every knob of the test hypervisor is listed", knobs
    yield "docs: every suite about the test hypervisor is listed", suites


def section(name, title):
    """The section TITLE of the page NAME."""
    page = artifacts.TOP / f"Documentation/virt/hyperv/{name}.rst"
    text = page.read_text(encoding="utf-8").partition(f"\n{title}\n===")[2]
    return re.split(r"\n===+\n", text, maxsplit=1)[0]


def differing(there, listed):
    """What is THERE but not LISTED, and the other way round."""
    wrong = [f"{name} is not listed" for name in sorted(there - listed)]
    return wrong + [f"there is no {name}" for name in sorted(listed - there)]


def knobs():
    """The table of knobs has those that the test hypervisor has."""
    source = artifacts.HYPERVISOR / "debug/knobs.c"
    there = re.findall(r'^\t\{ "([\w-]+)", &knobs\.', source.read_text(encoding="utf-8"), re.M)
    listed = re.findall(r"^   \* - ``([\w-]+)``$", section("mshv-test-knobs", "Knobs"), re.M)
    return differing(set(there), set(listed))


def suites():
    """The table of conformance suites has those that there are."""
    there = {name for name in suites_in(artifacts.CONFORMANCE) if not name.endswith("_of_guests")}
    listed = re.findall(r"^``(hv_\w+)``  ",
                        section("mshv-test-hypervisor", "Testing the test hypervisor"), re.M)
    return differing(there, set(listed))


def sphinx():
    """Build the pages of Documentation/ as HTML; every warning is an error."""
    source = artifacts.TOP / "Documentation"
    pages = sorted(path.relative_to(source).with_suffix("") for path in source.rglob("*.rst"))
    if not pages:
        return ["there are no pages"]
    work = artifacts.BUILD / "docs"
    conf = work / "conf"
    conf.mkdir(parents=True, exist_ok=True)
    (conf / "conf.py").write_text(CONF, encoding="utf-8")
    master = next((page for page in pages if page.name == "index"), pages[0])
    done = subprocess.run(["sphinx-build", "-q", "-W", "--keep-going", "-E", "-b", "html",
                           "-c", str(conf), "-D", f"master_doc={master}",
                           "-d", str(work / "doctrees"), str(source), str(work / "html")],
                          capture_output=True, text=True, check=False, env=environment())
    wrong = done.stderr.splitlines()
    if done.returncode and not wrong:
        wrong = done.stdout.splitlines() + [f"exit status {done.returncode}"]
    return wrong

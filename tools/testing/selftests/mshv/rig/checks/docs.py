# SPDX-License-Identifier: GPL-2.0-only
"""The documentation builds without a warning."""

import subprocess

from kernels.run import environment

from .. import artifacts

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

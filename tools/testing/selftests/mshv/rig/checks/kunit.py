# SPDX-License-Identifier: GPL-2.0-only
"""KUnit suites run inside the rig; kunit.py of the kernel source reads their results."""

import json
import re
import subprocess
import sys
import tempfile

from kernels.errors import Problem
from kernels.run import environment

from .. import artifacts, outcome, partition

SUITES = artifacts.TOP / "drivers/hv/mshv/tests"
PASSED = "PASS"


def tests():
    """Yield (name, function)."""
    yield "kunit: driver, in an L1VH partition", driver_suites
    yield "kunit: driver, without a hypervisor", driver_suites_alone


def parse(text):
    """The results in TEXT, a console log or KTAP, as {name: complaints}.

    Every case is one result, those of a parameterised case together; kunit.py
    decides what a line means and what is missing.
    """
    tool = artifacts.base_kernel().where / "source/tools/testing/kunit/kunit.py"
    with tempfile.TemporaryDirectory() as scratch:
        log, report = f"{scratch}/log", f"{scratch}/report"
        with open(log, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run([sys.executable, str(tool), "parse", f"--json={report}", log],
                              capture_output=True, text=True, check=False, cwd=scratch,
                              env=environment(PYTHONDONTWRITEBYTECODE="1"))
        try:
            with open(report, encoding="utf-8") as file:
                tree = json.load(file)
        except (OSError, ValueError) as error:
            raise Problem(f"kunit.py found no results:\n{done.stdout}{done.stderr}") from error
    results = {}
    collect(tree, "", results)
    if done.returncode and not any(results.values()):
        results["kunit.py"] = done.stdout.splitlines()
    return results


def collect(node, path, results):
    """Add the cases below NODE, which stands at PATH, to RESULTS."""
    for case in node.get("test_cases", ()):
        name = f"{path}.{case['name']}".lstrip(".")
        status = case["status"]
        results[name] = [] if status == PASSED else [f"status: {status}"]
    for group in node.get("sub_groups", ()):
        collect(group, f"{path}.{group['name']}".lstrip("."), results)


def suites_in_source():
    """The names of the suites that the source has."""
    names = set()
    for path in SUITES.glob("*_kunit.c"):
        names.update(re.findall(r"struct kunit_suite \w+ = \{\s*\.name = \"([^\"]+)\"",
                                path.read_text(encoding="utf-8")))
    return names


def run(title, knobs):
    """Load the suites and return {test: complaints}."""
    kernel = artifacts.base_kernel()
    built = artifacts.modules(kernel)
    modules = {"kunit": kernel.headers / "lib/kunit/kunit.ko",
               "mshv_root_kunit": built["mshv_root_kunit"]}
    job = "modprobe kunit && modprobe mshv_root_kunit && modprobe -r mshv_root_kunit"
    result = partition.run(kernel, job, knobs, modules, deadline=180)
    try:
        cases = parse(result.console)
    except Problem as problem:
        cases = {"results": str(problem).splitlines()}
    found = {name.partition(".")[0] for name in cases}
    for name in sorted(suites_in_source() - found):
        cases[name] = ["the suite did not run"]
    wrong = outcome.kernel_trouble(result.console)
    if not result.succeeded:
        wrong.append("the run did not end well")
    cases["end of the run"] = wrong
    if any(cases.values()):
        cases["end of the run"] = wrong + result.story(60).splitlines()
    return {f"{title}: {name}": complaints for name, complaints in cases.items()}


def driver_suites():
    """The driver's suites in an L1VH partition."""
    return run("kunit", "partition=l1vh")


def driver_suites_alone():
    """The driver's suites on a machine without a hypervisor: they need none."""
    results = run("kunit", None)
    return [f"{name}: {line}" for name, wrong in results.items() for line in wrong]

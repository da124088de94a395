# SPDX-License-Identifier: GPL-2.0-only
"""KUnit suites run inside the rig; kunit.py of the kernel source reads their results."""

import json
import re
import subprocess
import sys
import tempfile

from kernels.errors import Problem
from kernels.run import environment

from .. import artifacts, coverage, outcome, partition

SUITES = artifacts.TOP / "drivers/hv/mshv/tests"
PASSED = "PASS"
# A case that is skipped is neither passed nor failed, where it may be skipped.
SKIPPED = ["status: SKIP"]

# Suites of the test hypervisor's that have nothing to test in a kind of partition.
PARENTS_SKIP = {"hv_children_of_guests", "hv_ports_of_guests"}
# What a parent does that schedules VPs itself, as an L1VH does here
OTHERS_SCHEDULE_SKIP = {"hv_dispatch", "hv_messages"}
GUESTS_SKIP = {"hv_children", "hv_child_vps", "hv_accesses", "hv_ports",
               "hv_child_interrupts", "hv_child_synic", "hv_states",
               "hv_answers"} | OTHERS_SCHEDULE_SKIP
VMBUS_SKIP = {"hv_vmbus_absent"}
NO_VMBUS_SKIP = {"hv_vmbus"}
# A kind of partition, and knobs that belong to it
CONFORMANCE = {
    "l1vh vmbus=1": PARENTS_SKIP | VMBUS_SKIP,
    "root": PARENTS_SKIP | OTHERS_SCHEDULE_SKIP | NO_VMBUS_SKIP,
    "root scheduler=root": PARENTS_SKIP | NO_VMBUS_SKIP,
    "guest vmbus=1": GUESTS_SKIP | VMBUS_SKIP,
    "isolated": PARENTS_SKIP | NO_VMBUS_SKIP,
}


def tests():
    """Yield (name, function)."""
    title = "kunit: in an L1VH partition"
    yield title, coverage.planned("kunit", title, lambda: driver("partition=l1vh", "kunit"))
    yield "kunit: every suite passes without a hypervisor, too", driver_alone


def conformance_tests():
    """Yield (name, function)."""
    for kind, skips in CONFORMANCE.items():
        yield f"conformance: {kind}", conformance(kind, skips)


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


def suites_in(sources):
    """The names of the suites that the directory SOURCES has."""
    names = set()
    for path in sources.glob("*_kunit.c"):
        names.update(re.findall(r"struct kunit_suite \w+ = \{\s*\.name = \"([^\"]+)\"",
                                path.read_text(encoding="utf-8")))
    return names


def run(title, module, sources, knobs, skips=(), record=None):
    """Load MODULE with the suites of SOURCES and return {test: complaints}.

    The suites SKIPS may skip their cases. What they reach goes to the RECORD of that name.
    """
    kernel = artifacts.base_kernel()
    name = module.stem
    modules = {"kunit": kernel.headers / "lib/kunit/kunit.ko", name: module}
    job = f"modprobe kunit && modprobe {name} && modprobe -r {name}"
    result = partition.run(kernel, job, knobs, modules)
    try:
        cases = parse(result.console)
    except Problem as problem:
        cases = {"results": str(problem).splitlines()}
    found = {case.partition(".")[0] for case in cases}
    for suite in sorted(suites_in(sources) - found):
        cases[suite] = ["the suite did not run"]
    if record:
        coverage.keep(record, coverage.of_kunit(result.console, cases))
    cases = {case: complaints for case, complaints in cases.items()
             if complaints != SKIPPED or case.partition(".")[0] not in skips}
    wrong = outcome.kernel_trouble(result.console)
    if not result.succeeded:
        wrong.append("the run did not end well")
    cases["end of the run"] = wrong
    # Once, with the first that failed.
    for complaints in cases.values():
        if complaints:
            complaints += result.story(60).splitlines()
            break
    return {f"{title}: {case}": complaints for case, complaints in cases.items()}


def driver(knobs, record=None):
    """Run the driver's suites; they need no hypervisor."""
    module = artifacts.modules(artifacts.base_kernel())["mshv_root_kunit"]
    return run("kunit", module, SUITES, knobs, record=record)


def driver_alone():
    """Run them on a machine without one."""
    return [f"{name}: {line}" for name, wrong in driver(None).items() for line in wrong]


def conformance(kind, skips):
    """A test that the test hypervisor answers a partition of this KIND as the interface says."""
    return lambda: run(f"conformance, {kind}", artifacts.conformance()["hv_conformance_kunit"],
                       artifacts.CONFORMANCE, f"partition={kind} partition-id=1", skips)

# SPDX-License-Identifier: GPL-2.0-only
"""The layers of the test hypervisor, as the symbols of its objects show them."""

import collections
import pathlib
import subprocess
import tempfile

from .. import artifacts

# Bottom up: an object needs symbols of its own layer and of those before it.
LAYERS = ("machine", "core", "child", "parent", "run", "guest_calls", "hypercall", "debug", "boot")

# Objects that need each other, and the reason. Each circle may have MAX_CIRCLE of them.
MAX_CIRCLE = 8
CIRCLES = {
    ("machine/clock", "machine/cpu", "machine/svm", "machine/svm_enter", "machine/trampoline",
     "machine/vp_nmi"):
        "a processor starts with its virtualization, whose exits wait for NMIs and the clock; the "
        "clock is measured with the local APIC",
    ("child/npt", "child/overlay"):
        "a page of the hypervisor's covers an entry of the nested page table, and a change of "
        "the entry goes below it",
    ("child/apic/apic", "child/synic/stimer", "child/synic/synic"):
        "a SINT is an interrupt of the local APIC, whose EOI frees the slot, which a timer fills",
    ("child/stats", "child/vp"):
        "a VP keeps what the statistics show, and shows it when it counts",
    ("parent/parent_msr", "parent/parent_synic"):
        "the registers of the SynIC are MSRs, and share the rule for pages over memory",
    ("run/child_exit", "run/interrupt", "run/run_child", "run/schedule", "run/timer"):
        "the loop that runs a VP: an exit may end its time, an interrupt or a timer may end its "
        "wait",
}


def tests():
    """Yield (name, function)."""
    yield "static: layers of the test hypervisor", lambda: faults(objects())
    yield "static: layers, seeded with a symbol from above", faults_with(
        {"machine/seeded": "void run_init(void); void seeded(void) { run_init(); }"},
        ["machine/seeded needs run_init of run/vmcb, a higher layer"])
    yield "static: layers, seeded with a circle", faults_with(
        {"core/seeded_a": "void b(void); void a(void) { b(); }",
         "core/seeded_b": "void a(void); void b(void) { a(); }"},
        ["a circle that has no reason: core/seeded_a core/seeded_b"])


def objects():
    """{name: path} of each object of the test hypervisor."""
    built = artifacts.hypervisor().parent
    names = [path.relative_to(artifacts.HYPERVISOR).with_suffix("")
             for part in LAYERS for kind in ("*.c", "*.S")
             for path in (artifacts.HYPERVISOR / part).rglob(kind)]
    return {name.as_posix(): built / name.parent / (name.name + ".o") for name in names}


def symbols(paths):
    """What each object of PATHS defines and needs: {object: (defined, needed)}."""
    found = {}
    for name, path in paths.items():
        lines = subprocess.run(["nm", path], stdout=subprocess.PIPE, text=True,
                               check=True).stdout.splitlines()
        kinds = [line.split()[-2:] for line in lines]
        found[name] = ({symbol for kind, symbol in kinds if kind.isupper() and kind != "U"},
                       {symbol for kind, symbol in kinds if kind == "U"})
    return found


def layer(name):
    """The number of the layer that object NAME belongs to."""
    return LAYERS.index(name.split("/")[0])


def needs(found):
    """{object: {object that it needs: {symbols}}}."""
    home = {symbol: name for name, (defined, _) in found.items() for symbol in defined}
    edges = {name: collections.defaultdict(set) for name in found}
    for name, (_, needed) in found.items():
        for symbol in needed:
            if symbol in home and home[symbol] != name:
                edges[name][home[symbol]].add(symbol)
    return edges


def reachable(edges, start):
    """All objects that START needs, directly or not."""
    seen, todo = set(), [start]
    while todo:
        for name in edges[todo.pop()]:
            if name not in seen:
                seen.add(name)
                todo.append(name)
    return seen


def circles(edges):
    """The sets of objects that need each other, as sorted tuples."""
    reach = {name: reachable(edges, name) for name in edges}
    return {tuple(sorted(other for other in reach[name] if name in reach[other]))
            for name in edges if name in reach[name]}


def faults(paths):
    """What is wrong with the objects of PATHS, {name: path}."""
    edges = needs(symbols(paths))
    wrong = [f"{name} needs {', '.join(sorted(used))} of {other}, a higher layer"
             for name, others in sorted(edges.items()) for other, used in sorted(others.items())
             if layer(other) > layer(name)]
    seen = circles(edges)
    for circle in sorted(seen):
        if len(circle) > MAX_CIRCLE:
            wrong.append(f"a circle of {len(circle)} objects: {' '.join(circle)}")
        elif circle not in CIRCLES:
            wrong.append(f"a circle that has no reason: {' '.join(circle)}")
    wrong += [f"no circle any more: {' '.join(circle)}" for circle in sorted(set(CIRCLES) - seen)]
    return wrong


def faults_with(sources, expected):
    """A test that further objects, {name: C source}, have just the EXPECTED faults."""
    def test():
        with tempfile.TemporaryDirectory() as scratch:
            paths = objects()
            for name, source in sources.items():
                paths[name] = pathlib.Path(scratch) / f"{name.replace('/', '-')}.o"
                subprocess.run(["gcc", "-x", "c", "-c", "-o", paths[name], "-"], input=source,
                               text=True, check=True)
            said = faults(paths)
        return [] if said == expected else [f"said {said}", f"expected {expected}"]
    return test

# SPDX-License-Identifier: GPL-2.0-only
"""Compare our <linux/mshv.h> with the kernel's.

usage: check.py OUR_HEADER DIR

Every macro, enumerator, structure and member of either header is one test:
it must be in both, with the same value or layout, for x86-64 and for the other
architectures. Before that, the header is compiled on its own and by the
example in the documentation, and the comparison itself is tested: each of a
number of alterations must be found, and where it is.
"""
import os
import shutil
import subprocess
import sys
import tempfile

import interface
from alterations import ALTERATIONS
from ktap import Results

PLACES = ["include/uapi/linux/mshv.h", "usr/include/linux/mshv.h", "linux/mshv.h", "mshv.h"]
LANGUAGES = [("cc", "c", "c90"), ("cc", "c", "gnu11"), ("cxx", "c++", "c++98"),
             ("cxx", "c++", "c++17")]
# The header of a source tree uses a word that the installation spells out.
THEIRS = ["-D__packed=__attribute__((packed))"]
EXAMPLE = "Documentation/virt/hyperv/mshv-property.c"
ARCHITECTURES = [("x86-64", []), ("other", ["-U__x86_64__"])]


def find(directory):
    for place in PLACES:
        header = os.path.join(directory, place)
        if os.path.isfile(header):
            return header
    sys.exit(f"no linux/mshv.h below {directory}: set KERNEL_SOURCE")


def differences(ours, theirs):
    """Names that are not the same in both, with what each side says."""
    return {name: (ours.get(name, "absent"), theirs.get(name, "absent"))
            for name in sorted({*theirs, *ours}) if ours.get(name) != theirs.get(name)}


def check_languages(results, header):
    """The header stands alone, in every dialect a VMM may be written in."""
    compilers = {"cc": os.environ.get("CC", "gcc"), "cxx": os.environ.get("CXX", "g++")}
    for which, language, standard in LANGUAGES:
        name = f"the header alone, twice, as {standard}"
        if not shutil.which(compilers[which].split()[0]):
            results.skip(name, f"no {compilers[which]}")
            continue
        done = subprocess.run(
            [*compilers[which].split(), "-x", language, f"-std={standard}", "-Wall", "-Wextra",
             "-Werror", "-fsyntax-only", "-include", header, "-include", header, os.devnull],
            text=True, capture_output=True, check=False)
        results.test(not done.returncode, name, *done.stderr.splitlines())


def check_example(results, header):
    """The program in the documentation compiles with the header."""
    top = os.path.dirname(header).removesuffix("/include/uapi/linux")
    done = subprocess.run(
        [*os.environ.get("CC", "gcc").split(), "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
         "-I", f"{top}/include/uapi", f"{top}/{EXAMPLE}"],
        text=True, capture_output=True, check=False)
    results.test(not done.returncode, "the example in the documentation compiles",
                 *done.stderr.splitlines())


def check_alterations(results, header):
    """A header altered in one place differs in that place and nowhere else."""
    with open(header, encoding="utf-8") as file:
        text = file.read()
    before = interface.read(header)
    for what, old, new, expected in ALTERATIONS:
        what = f"found: {what}"
        if text.count(old) != 1:
            results.test(False, what, f"{text.count(old)} places in the header, expected one")
            continue
        with tempfile.TemporaryDirectory() as directory:
            altered = os.path.join(directory, "mshv.h")
            with open(altered, "w", encoding="utf-8") as file:
                file.write(text.replace(old, new))
            found = differences(interface.read(altered), before)
        results.test(set(found) == set(expected), what,
                     f"expected: {', '.join(sorted(expected))}",
                     f"found: {', '.join(sorted(found))}")


def check_interface(results, header, other):
    for architecture, options in ARCHITECTURES:
        ours = interface.read(header, options)
        theirs = interface.read(other, [*options, *THEIRS])
        wrong = differences(ours, theirs)
        for name in sorted({*theirs, *ours}):
            if name in wrong:
                results.test(False, f"{architecture}: {name}",
                             f"ours: {wrong[name][0]}", f"theirs: {wrong[name][1]}")
            else:
                results.test(True, f"{architecture}: {name}: {ours[name]}")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    header, other = sys.argv[1], find(sys.argv[2])
    results = Results()
    print(f"# {header}\n# {other}")
    check_languages(results, header)
    check_example(results, header)
    check_alterations(results, header)
    check_interface(results, header, other)
    return results.end()


if __name__ == "__main__":
    sys.exit(main())

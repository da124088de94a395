# SPDX-License-Identifier: GPL-2.0-only
"""Rules by which files that the kernel has already are changed.

Each rule takes the text of the kernel's file and the directory of this tree, and
returns the new text.
"""

import re

from kernels.errors import Problem

KCONFIG = 'source "drivers/hv/mshv/Kconfig"'
# Directories and files that only this repository has.
NOT_IN_A_KERNEL = ("tools/testing/mshv/", ".ci/", "scripts/", "packaging/", "Makefile")


def names(text):
    """What a header defines for others to use."""
    return (set(re.findall(r"^#define\s+(\w+)", text, re.M))
            | set(re.findall(r"^\s*(?:struct|union|enum)\s+(\w+)\s*\{", text, re.M)))


def uapi(text, top):
    """The header of this tree, which must have all that the kernel's has."""
    ours = (top / "include/uapi/linux/mshv.h").read_text(encoding="utf-8")
    lost = names(text) - names(ours) - set(re.findall(r"^\s*(\w+),?.*", ours, re.M))
    if lost:
        raise Problem("include/uapi/linux/mshv.h of the kernel has names that ours lacks: "
                      + ", ".join(sorted(lost)))
    return ours


def kconfig(text, _top):
    """The choice stands below the symbol that it depends on."""
    block = re.search(r"^config MSHV_ROOT\n(?:[ \t].*\n|\n)+", text, re.M)
    if not block:
        raise Problem("drivers/hv/Kconfig of the kernel has no MSHV_ROOT")
    return f"{text[:block.end()]}{KCONFIG}\n\n{text[block.end():]}"


def makefile(text, _top):
    """One of the two drivers is built."""
    line = re.search(r"^obj-\$\(CONFIG_MSHV_ROOT\)(\s*)\+= mshv_root\.o\n", text, re.M)
    if not line:
        raise Problem("drivers/hv/Makefile of the kernel does not build mshv_root.o")
    return (text[:line.start()]
            + "ifdef CONFIG_MSHV_ROOT_INTEGRATED\n"
            + f"obj-$(CONFIG_MSHV_ROOT){line[1]}+= mshv/\n"
            + "else\n" + line[0] + "endif\n" + text[line.end():])


def entries(text):
    """The documents that the first table of contents in TEXT names, and where they end."""
    table = re.search(r"^\.\. toctree::\n(?:[ ]+:.*\n)*\n((?:[ ]+\S+\n)+)", text, re.M)
    if not table:
        raise Problem("Documentation/virt/hyperv/index.rst has no table of contents")
    return table[1].split(), table.end()


def documentation(text, top):
    """Our pages follow the kernel's."""
    ours, _ = entries((top / "Documentation/virt/hyperv/index.rst").read_text(encoding="utf-8"))
    there, end = entries(text)
    added = "".join(f"   {name}\n" for name in ours if name not in there)
    return text[:end] + added + text[end:]


def targets(text, _top):
    """The directory is one of the tests, in the order of the alphabet."""
    lines = [match for match in re.finditer(r"^TARGETS \+= (\S+)\n", text, re.M)]
    if not lines:
        raise Problem("tools/testing/selftests/Makefile of the kernel has no TARGETS")
    after = next((line for line in lines if line[1] > "mshv" and line[1].startswith("n")),
                 None) or next((line for line in lines if line[1] > "mshv"), None)
    where = after.start() if after else lines[-1].end()
    return text[:where] + "TARGETS += mshv\n" + text[where:]


def section(top):
    """The first section of our MAINTAINERS, with what a kernel has."""
    text = (top / "MAINTAINERS").read_text(encoding="utf-8")
    found = re.search(r"^(.+\n)((?:[A-Z]:\t.*\n)+)", text, re.M)
    kept = [line for line in found[2].splitlines()
            if not line.startswith("F:") or not line[2:].strip().startswith(NOT_IN_A_KERNEL)]
    return found[1].strip(), "\n".join(kept) + "\n"


def maintainers(text, top):
    """Our section stands where the alphabet puts it."""
    title, lines = section(top)
    start = text.index("Maintainers List")
    for found in re.finditer(r"(?<=\n\n)(\S.*)\n(?=[A-Z]:\t)", text):
        if found.start() > start and found[1].upper() > title.upper():
            return f"{text[:found.start()]}{title}\n{lines}\n{text[found.start():]}"
    raise Problem("MAINTAINERS of the kernel has no section after ours")


RULES = {
    "include/uapi/linux/mshv.h": uapi,
    "drivers/hv/Kconfig": kconfig,
    "drivers/hv/Makefile": makefile,
    "Documentation/virt/hyperv/index.rst": documentation,
    "tools/testing/selftests/Makefile": targets,
    "MAINTAINERS": maintainers,
}


def own(name, text):
    """The TEXT of our file NAME as it stands in a kernel."""
    if name == "drivers/hv/mshv/Makefile":
        # Only a build outside a kernel tree has headers to prefer.
        return re.sub(r"^ifneq \(\$\(KBUILD_EXTMOD\),\)\n(?:.*\n)*?endif\n\n", "", text,
                      flags=re.M)
    return text

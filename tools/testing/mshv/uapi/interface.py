# SPDX-License-Identifier: GPL-2.0-only
"""What a C header declares, as the compiler sees it.

Nothing is typed in here and no C is parsed: macros come from the preprocessor,
structures and enumerators from the debug information of an object file, and
the values of macros from enumerators which are set to them.
"""
import os
import re
import subprocess
import tempfile

DIE = re.compile(r"<(\d+)><([0-9a-f]+)>: Abbrev Number: \d+(?: \((DW_TAG_\w+)\))?")
ATTRIBUTE = re.compile(r"<[0-9a-f]+>\s+(DW_AT_\w+)\s*:\s*(?:\([^)]*\):?\s*)*(.*)")
MACRO = re.compile(r"#define (\w+)(\([^)]*\))?(?: (.*))?$")


class Entry:
    """One entry of the debug information, with those below it."""

    def __init__(self, tag):
        self.tag = tag
        self.attributes = {}
        self.children = []

    def text(self, name):
        return self.attributes.get(name, "")

    def number(self, name):
        return int(re.match(r"\w+", self.text(name))[0], 0)

    def below(self, tag):
        return [child for child in self.children if child.tag == tag]


class Debug:
    """The debug information of one object file."""

    def __init__(self, dump):
        self.top = Entry("")
        self.by_offset = {}
        path = [self.top]
        for line in dump.splitlines():
            found = DIE.search(line)
            if found:
                depth, offset, tag = int(found[1]), int(found[2], 16), found[3]
                del path[depth + 1:]
                if tag:
                    entry = self.by_offset[offset] = Entry(tag)
                    path[-1].children.append(entry)
                    path.append(entry)
                continue
            found = ATTRIBUTE.search(line)
            if found:
                path[-1].attributes[found[1]] = found[2].strip()

    def entries(self, tag):
        for unit in self.top.children:
            yield from unit.below(tag)

    def type_of(self, entry):
        """Spelling and size in bytes of the type of a member."""
        offset = re.match(r"<0x([0-9a-f]+)>", entry.text("DW_AT_type"))[1]
        target = self.by_offset[int(offset, 16)]
        if target.tag == "DW_TAG_array_type":
            name, size = self.type_of(target)
            for bound in target.below("DW_TAG_subrange_type"):
                known = bound.text("DW_AT_upper_bound")
                count = bound.number("DW_AT_upper_bound") + 1 if known else 0
                name, size = f"{name}[{count or ''}]", size * count
            return name, size
        if target.tag == "DW_TAG_typedef":
            return target.text("DW_AT_name"), self.type_of(target)[1]
        name = target.text("DW_AT_name") or "unnamed"
        if target.tag != "DW_TAG_base_type":
            kind = target.tag.removeprefix("DW_TAG_").removesuffix("_type")
            name = f"{kind} {name}".replace("structure", "struct")
        return name, target.number("DW_AT_byte_size")


def run(*command, **options):
    """The standard output of a command that must not fail."""
    done = subprocess.run(command, text=True, capture_output=True, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout


class Compiler:
    """gcc with fixed options, working in a directory of its own."""

    def __init__(self, options=()):
        self.command = [*os.environ.get("CC", "gcc").split(), "-x", "c", *options]

    def macros(self, source):
        """Name to (parameters, body) of every macro after the source."""
        dump = run(*self.command, "-E", "-dM", "-", input=source)
        found = (MACRO.match(line) for line in dump.splitlines())
        return {m[1]: (m[2], m[3] or "") for m in found if m}

    def debug(self, source):
        with tempfile.TemporaryDirectory() as directory:
            output = os.path.join(directory, "probe.o")
            run(*self.command, "-g", "-gdwarf-4", "-c", "-o", output,
                "-fno-eliminate-unused-debug-types",
                "-fno-eliminate-unused-debug-symbols", "-", input=source)
            return Debug(run("readelf", "--debug-dump=info", "--wide", output))


def enumerators(debug):
    """Name to value, of every enumeration in the object."""
    return {each.text("DW_AT_name"): each.number("DW_AT_const_value")
            for enum in debug.entries("DW_TAG_enumeration_type")
            for each in enum.below("DW_TAG_enumerator")}


def aggregates(debug):
    """Name to entry, of every structure and union in the object."""
    return {f"{word} {entry.text('DW_AT_name')}": entry
            for word in ("struct", "union")
            for entry in debug.entries(f"DW_TAG_{word.replace('struct', 'structure')}_type")
            if entry.text("DW_AT_name")}


def read(header, options=()):
    """Everything that a header declares itself: name to a line of facts.

    What its own #include lines bring in is left out, and so are macros that
    begin with an underscore: include guards differ once a header is installed.
    """
    compiler = Compiler(options)
    with open(header, encoding="utf-8") as file:
        includes = "".join(line for line in file if line.startswith("#include"))
    source = f'#include "{os.path.abspath(header)}"\n'

    before = compiler.macros(includes)
    macros = {name: macro for name, macro in compiler.macros(source).items()
              if name not in before and not name.startswith("_")}
    values = [name for name, (parameters, body) in macros.items()
              if parameters is None and body]
    foreign = aggregates(compiler.debug(includes))
    names = [name for name in aggregates(compiler.debug(source)) if name not in foreign]

    # The macros of ioctl numbers need <linux/ioctl.h>, which a header may
    # leave to its user.
    probe = source + "#include <linux/ioctl.h>\nenum probe {\n"
    probe += "".join(f"\tprobe_macro_{name} = ({name}),\n" for name in values)
    probe += "".join(f"\tprobe_align_{name.replace(' ', '_')} = _Alignof({name}),\n"
                     for name in names)
    probe += "\tprobe_end\n};\n"
    debug = compiler.debug(probe)
    numbers, found = enumerators(debug), aggregates(debug)
    foreign_numbers = enumerators(compiler.debug(includes))

    facts = {}
    for name, (parameters, body) in macros.items():
        if name in values:
            facts[f"define {name}"] = f"{numbers['probe_macro_' + name]:#x}"
        else:
            facts[f"define {name}{parameters or ''}"] = body or "empty"
    for name, value in numbers.items():
        if not name.startswith("probe_") and name not in foreign_numbers:
            facts[f"enumerator {name}"] = str(value)
    for name in names:
        entry = found[name]
        align = numbers["probe_align_" + name.replace(" ", "_")]
        facts[name] = f"{entry.number('DW_AT_byte_size')} bytes, aligned to {align}"
        for member in entry.below("DW_TAG_member"):
            spelling, size = debug.type_of(member)
            facts[f"{name}.{member.text('DW_AT_name')}"] = (
                f"{spelling} at {member.number('DW_AT_data_member_location')}, {size} bytes")
    return facts

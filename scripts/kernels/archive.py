# SPDX-License-Identifier: GPL-2.0-only
"""Packages of other Debian suites, without touching the system's apt.

A private configuration with its own lists and cache names the suites below on
the mirror, and with the keyring and options, that this machine's own Debian
entry has.
"""

import functools
import glob
import pathlib
import re
import shutil
import subprocess
import urllib.parse

from . import cache, run
from .errors import Problem

# Newest kernels last; a Release file of an unreleased suite may have expired on
# a mirror that lags behind.
SUITES = (("trixie", ""), ("trixie-backports", ""), ("forky", "no"))

# Container images switch apt's binary cache off, which costs seconds a query.
CACHE = ("apt-cache", "-o", "Dir::Cache::pkgcache=pkgcache.bin",
         "-o", "Dir::Cache::srcpkgcache=srcpkgcache.bin")

# The names that options of the one-line format have in the other one.
LONG_NAMES = {"arch": "architectures", "lang": "languages", "target": "targets"}
# Fields that the private entry states itself.
OWN_FIELDS = ("types", "suites", "components", "architectures", "enabled",
              "check-valid-until", "pdiffs", "languages", "targets")


def parse_stanzas(text):
    """The stanzas of a deb822 file as dictionaries with lower-case keys."""
    stanzas, fields, last = [], {}, None
    for line in text.splitlines() + [""]:
        if line.startswith("#"):
            continue
        if not line.strip():
            if fields:
                stanzas.append(fields)
            fields, last = {}, None
        elif line[0] in " \t" and last:
            fields[last] += "\n" + line
        else:
            name, _, value = line.partition(":")
            last = name.strip().lower()
            fields[last] = value.strip()
    return stanzas


def parse_lines(text):
    """The entries of a one-line-style file in the same form."""
    stanzas = []
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[([^]]*)\]\s*)?(\S+)\s+(\S+)\s+([^#]*)", line)
        if not match:
            continue
        options, uri, suite, components = match.groups()
        fields = {"types": "deb", "uris": uri, "suites": suite, "components": components.strip()}
        for option in (options or "").split():
            name, _, value = option.partition("=")
            name = name.lower().rstrip("+-")
            fields[LONG_NAMES.get(name, name)] = value.replace(",", " ")
        stanzas.append(fields)
    return stanzas


def system_entries():
    """Every package source of this machine."""
    stanzas = []
    for name in ["/etc/apt/sources.list", *sorted(glob.glob("/etc/apt/sources.list.d/*"))]:
        path = pathlib.Path(name)
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.suffix == ".sources":
            stanzas += parse_stanzas(text)
        elif path.suffix == ".list":
            stanzas += parse_lines(text)
    return [fields for fields in stanzas if fields.get("enabled", "yes").lower() != "no"]


def codename():
    """The code name of the Debian release that this machine runs."""
    for line in pathlib.Path("/etc/os-release").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name == "VERSION_CODENAME":
            return value.strip('"')
    return ""


def debian_entry(entries, release):
    """The one of ENTRIES that the Debian RELEASE itself comes from."""
    def fits(fields):
        return ("deb" in fields.get("types", "").split()
                and release in fields.get("suites", "").split()
                and "main" in fields.get("components", "").split()
                and not fields["uris"].startswith("cdrom:"))

    def rank(fields):
        path = urllib.parse.urlparse(fields["uris"].split()[0]).path
        return ("debian-archive-keyring" not in fields.get("signed-by", ""),
                not path.rstrip("/").endswith("debian"))

    candidates = sorted(filter(fits, entries), key=rank)
    if not candidates:
        raise Problem(f"found no package source for Debian {release} main in /etc/apt; "
                      "kernels are fetched from the same mirror")
    return candidates[0]


def private_sources(entry):
    """Text of a sources file that has SUITES where ENTRY is."""
    kept = {name: value for name, value in entry.items() if name not in OWN_FIELDS}
    stanzas = []
    for suite, check_valid in SUITES:
        lines = ["Types: deb", f"Suites: {suite}", "Components: main", "Architectures: amd64"]
        lines += [f"{name.title()}: {value}" for name, value in kept.items()]
        if check_valid:
            lines.append(f"Check-Valid-Until: {check_valid}")
        stanzas.append("\n".join(lines) + "\n")
    return "\n".join(stanzas)


class Archive:
    """Finds and downloads packages of SUITES."""

    def __init__(self):
        self.top = cache.top() / "apt"
        self.log = self.top / "log"
        for name in ("lists/partial", "cache/archives/partial", "parts"):
            (self.top / name).mkdir(parents=True, exist_ok=True)
        sources = self.top / "mshv.sources"
        sources.write_text(private_sources(debian_entry(system_entries(), codename())),
                           encoding="utf-8")
        (self.top / "apt.conf").write_text(
            f'Dir::State::Lists "{self.top}/lists";\n'
            f'Dir::Cache "{self.top}/cache";\n'
            f'Dir::Etc::SourceList "{sources}";\n'
            f'Dir::Etc::SourceParts "{self.top}/parts";\n'
            'Dir::Etc::Preferences "/dev/null";\n'
            f'Dir::Etc::PreferencesParts "{self.top}/parts";\n'
            'APT::Architecture "amd64";\n'
            'APT::Architectures { "amd64"; };\n'
            'Acquire::Languages "none";\n'
            'Acquire::Retries "3";\n'
            'APT::Sandbox::User "";\n', encoding="utf-8")
        self.env = run.environment(APT_CONFIG=str(self.top / "apt.conf"))
        self.update()

    def update(self):
        """Fetch the package lists; lists of an earlier run serve when that fails."""
        progress = run.Progress("fetching package lists")
        with cache.lock("apt/fetch"), open(self.log, "wb") as file:
            status = subprocess.run(["apt-get", "update"], env=self.env, check=False,
                                    stdin=subprocess.DEVNULL, stdout=file,
                                    stderr=subprocess.STDOUT).returncode
        progress.done("failed" if status else "done")
        self.updated = status == 0

    def missing(self, what):
        """The exception for something that the suites do not have."""
        suites = ", ".join(suite for suite, _ in SUITES)
        text = f"no package {what} in {suites}"
        if not self.updated:
            text += f"; fetching the package lists failed:\n{run.tail(self.log, 8)}"
        return Problem(text)

    def versions(self, *names):
        """(package, version) of everything there is by one of NAMES, newest first."""
        rows = subprocess.run([*CACHE, "madison", *names], env=self.env, check=False,
                              capture_output=True, text=True).stdout
        found = set()
        for row in rows.splitlines():
            name, version, _ = (column.strip() for column in row.split("|"))
            found.add((name, version))
        return sorted(found, key=functools.cmp_to_key(
            lambda a, b: compare(a[1], b[1])), reverse=True)

    def matching(self, pattern):
        """The names of the packages whose whole name matches PATTERN."""
        names = subprocess.run([*CACHE, "pkgnames"], env=self.env, check=False,
                               capture_output=True, text=True).stdout.split()
        return [name for name in names if re.fullmatch(pattern, name)]

    def newest(self, *names):
        """The newest (package, version) of everything by one of NAMES."""
        found = self.versions(*names)
        if not found:
            raise self.missing(" or ".join(names))
        return found[0]

    def download(self, package, version):
        """The path of the package file, fetched unless it is there already."""
        with cache.lock("apt/fetch"):
            return self._download(package, version)

    def _download(self, package, version):
        where = self.top / "cache/archives"
        name = f"{package}_{version.replace(':', '%3a')}_"
        found = list(where.glob(f"{glob.escape(name)}*.deb"))
        if not found:
            partial = self.top / f"partial.{package}"
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            progress = run.Progress(f"fetching {package} {version}")
            run.quiet(["apt-get", "download", "-q", f"{package}={version}"], self.log,
                      cwd=partial, env=self.env)
            progress.done()
            for file in partial.glob("*.deb"):
                found.append(file.replace(where / file.name))
            partial.rmdir()
        return found[0]


def compare(first, second):
    """Compare two Debian versions the way cmp functions do."""
    if first == second:
        return 0
    newer = subprocess.run(["dpkg", "--compare-versions", first, "gt", second], check=False)
    return 1 if newer.returncode == 0 else -1

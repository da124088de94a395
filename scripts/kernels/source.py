# SPDX-License-Identifier: GPL-2.0-only
"""The source of a kernel, not built: what comes with the base kernel, or by itself."""

from . import base, cache
from .archive import Archive


def name(version):
    """The name in the cache."""
    return f"source/{version}"


def find(version):
    """The directory of the source, or None."""
    built, alone = base.find(version), cache.current(name(version))
    if built:
        return (built / "source").resolve()
    return alone / "source" if alone else None


def provide(version):
    """Fetch and unpack the newest source of Linux VERSION."""
    with cache.lock(name(version)):
        archive = Archive()
        package, revision = archive.newest(f"linux-source-{version}")
        entry = cache.top() / "source" / revision.replace("~", "-")
        if not cache.is_complete(entry):
            entry.mkdir(parents=True, exist_ok=True)
            base.unpack(archive.download(package, revision), entry / "source", entry / "log")
            cache.finish(entry, f"{package} {revision}\n")
        cache.select(name(version), entry)
        return entry / "source"

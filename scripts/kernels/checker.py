# SPDX-License-Identifier: GPL-2.0-only
"""A sparse that is as new as the kernel: that of Debian 12 stumbles over its headers."""

import shutil

from . import cache, foreign, run
from .archive import Archive

NAME = "tools/sparse"


def find(_version=None):
    """The directory with the program sparse, or None."""
    return cache.current(NAME)


def provide(_version=None):
    """Fetch and unpack the newest sparse."""
    with cache.lock(NAME):
        archive = Archive()
        package, version = archive.newest("sparse")
        entry = cache.top() / f"{NAME}-{version.replace('~', '-')}"
        if not cache.is_complete(entry):
            shutil.rmtree(entry, ignore_errors=True)
            entry.mkdir(parents=True)
            files = [archive.download(package, version)]
            files += [archive.download(*archive.newest(name)) for name in foreign.LIBRARIES]
            progress = run.Progress(f"unpacking {package} {version}")
            root = entry / "root"
            foreign.unpack(files, root, entry / "log")
            foreign.adapt(root / "usr/bin/sparse", root)
            (entry / "sparse").symlink_to("root/usr/bin/sparse")
            cache.finish(entry, f"{package} {version}\n")
            progress.done()
        cache.select(NAME, entry)
        return entry

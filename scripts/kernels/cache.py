# SPDX-License-Identifier: GPL-2.0-only
"""Where kernels are kept, and how two runs keep out of each other's way.

An entry is a directory that is complete when its stamp file exists; the stamp
is written last. A name such as "base/7.3-1a2b3c4d" is a symbolic link to the
entry in use, replaced atomically.
"""

import contextlib
import fcntl
import os
import pathlib
import sys

STAMP = "complete"


def top():
    """The cache directory of this project."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(base).absolute() / "mshv"


def current(name):
    """The complete entry that NAME points to, or None."""
    link = top() / name
    if (link / STAMP).exists():
        return link.resolve()
    return None


def select(name, entry):
    """Make NAME point to ENTRY."""
    link = top() / name
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    fresh.symlink_to(os.path.relpath(entry, link.parent))
    fresh.replace(link)


def finish(entry, text):
    """Mark ENTRY complete, once everything below it has reached the disk."""
    os.sync()
    fresh = entry / f".{STAMP}"
    fresh.write_text(text)
    fresh.replace(entry / STAMP)


def is_complete(entry):
    """Whether ENTRY needs nothing more."""
    return (entry / STAMP).exists()


@contextlib.contextmanager
def lock(name):
    """Hold the lock NAME; the kernel drops it when the holder dies."""
    path = top() / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waiting for another run that holds {path}", file=sys.stderr)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield

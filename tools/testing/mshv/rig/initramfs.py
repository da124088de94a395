# SPDX-License-Identifier: GPL-2.0-only
"""Writing an initramfs: a gzip-compressed cpio archive in the "newc" format.

Format: Documentation/driver-api/early-userspace/buffer-format.rst of Linux.
"""

import gzip
import stat


class Initramfs:
    """Collects files, then turns them into the bytes of an archive."""

    def __init__(self):
        self._entries = {}

    def directory(self, path):
        """Add the directory PATH and those it is in."""
        parts = path.strip("/").split("/")
        for depth in range(1, len(parts) + 1):
            self._entries.setdefault("/".join(parts[:depth]), (stat.S_IFDIR | 0o755, b""))

    def _add(self, path, mode, data):
        path = path.strip("/")
        if "/" in path:
            self.directory(path.rpartition("/")[0])
        self._entries[path] = (mode, data)

    def file(self, path, data, mode=0o644):
        """Add a file with the content DATA, text or bytes."""
        self._add(path, stat.S_IFREG | mode, data.encode() if isinstance(data, str) else data)

    def symlink(self, path, target):
        """Add a symbolic link to TARGET."""
        self._add(path, stat.S_IFLNK | 0o777, target.encode())

    @staticmethod
    def _record(inode, path, mode, data):
        name = path.encode() + b"\0"
        links = 2 if stat.S_ISDIR(mode) else 1
        fields = (inode, mode, 0, 0, links, 0, len(data), 0, 0, 0, 0, len(name), 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
        return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)

    def pack(self):
        """The compressed archive."""
        records = [self._record(number, path, mode, data)
                   for number, (path, (mode, data)) in enumerate(self._entries.items(), 1)]
        records.append(self._record(0, "TRAILER!!!", 0, b""))
        return gzip.compress(b"".join(records), compresslevel=1, mtime=0)

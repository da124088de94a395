# SPDX-License-Identifier: GPL-2.0-only
"""Every ioctl, flag and errno is reached by the test that the table names for it."""

from .. import coverage
from . import selftests


def tests():
    """Yield (name, function). They come last: one waits for all that leave a record."""
    yield "coverage: the table is about the header", coverage.stale
    if coverage.complete(sum(len(modes) for modes, _, _ in selftests.PLAN)):
        yield "coverage: the tests reach what the table says", reached


def reached():
    """Compare the table with what this run has reached."""
    coverage.wait()
    return coverage.complaints(coverage.kept())

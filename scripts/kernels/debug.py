# SPDX-License-Identifier: GPL-2.0-only
"""The debug kernel: the base kernel in another flavour."""

from . import base


def find(version):
    """The directory of a finished build, or None."""
    return base.find(version, "debug")


def provide(version):
    """Fetch and build it."""
    return base.provide(version, "debug")

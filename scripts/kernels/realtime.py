# SPDX-License-Identifier: GPL-2.0-only
"""Debian's real-time kernel, otherwise as kernels.debian has it."""

import functools

from . import debian

find = functools.partial(debian.find, flavour=debian.REALTIME)
provide = functools.partial(debian.provide, flavour=debian.REALTIME)

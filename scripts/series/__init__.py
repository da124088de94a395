# SPDX-License-Identifier: GPL-2.0-only
"""This tree as patches for a kernel: written, and checked patch by patch."""

# SPDX-License-Identifier: GPL-2.0-only
"""Kernels to build the module for and to boot, kept in a cache outside the tree."""

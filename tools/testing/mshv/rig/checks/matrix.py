# SPDX-License-Identifier: GPL-2.0-only
"""Every row of the matrix: our driver on both kernels, and the kernel's own driver."""

from .. import artifacts, outcome
from ..differences import DIFFERENCES
from ..matrix import ROWS


def base_tests():
    """Our driver on the base kernel."""
    for row in ROWS:
        yield f"matrix: {row.offer}", ours(row, artifacts.base_kernel)


def debian_tests():
    """Our driver on the distribution's kernel, built without a parent's support."""
    for row in ROWS:
        if row.debian:
            yield f"Debian's kernel: {row.offer}", ours(row, artifacts.debian_kernel)


def peer_tests():
    """The kernel's own driver, but for what is listed."""
    for row in ROWS:
        yield f"kernel's own driver: {row.offer}", peer(row)
    yield "kernel's own driver: every listed difference is a row", known_rows


def ours(row, kernel):
    """A test that ROW comes out on KERNEL as it says."""
    def test():
        target = kernel()
        result = outcome.boot_row(row, target, artifacts.driver(target))
        wrong = outcome.complaints(row, result)
        return wrong + result.story().splitlines() if wrong else []
    return test


def peer(row):
    """A test that the kernel's own driver does in ROW what ours does, or what is listed."""
    def test():
        result = outcome.boot_row(row, artifacts.base_kernel(), artifacts.kernels_own_driver())
        wrong = outcome.complaints_any_driver(row, result)
        got, want = outcome.summary(result), outcome.expected_summary(row)
        listed = DIFFERENCES.get(row.name)
        if listed and got == want:
            wrong.append(f"it {got}, as it should: take the row out of differences.py")
        elif got != (listed.observed if listed else want):
            wrong.append(f"it {got}; should be: {listed.observed if listed else want}")
        return wrong + result.story().splitlines() if wrong else []
    return test


def known_rows():
    """A difference that names no row is not looked at by any test."""
    names = {row.name for row in ROWS}
    return [f"no row {name}" for name in DIFFERENCES if name not in names]

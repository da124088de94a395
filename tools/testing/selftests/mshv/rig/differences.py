# SPDX-License-Identifier: GPL-2.0-only
"""Where the kernel's own mshv_root does something else than ours, row by row.

A difference that is not listed fails `make check`, and so does a listed one
that no longer occurs. Explained in Documentation/virt/hyperv/mshv-testing.rst.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Difference:
    """What the kernel's own driver is seen to do, and why ours does not."""

    observed: str
    reason: str


DIFFERENCES = {
    "l1vh-no-bank": Difference(
        "loads, VPs dispatched by Linux",
        "It takes the first bank of capabilities at its word without looking at the "
        "number of banks, which is 0."),
}

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
    "l1vh-other-bits": Difference(
        "refuses with EINVAL",
        "One of the bits makes it map pages of statistics by a newer hypercall. The "
        "test hypervisor refuses an L1VH those that only a parent's parent may see: "
        "with the older hypercall that driver goes on without them, with the newer one "
        "it does not load. Ours maps none while it loads."),
}

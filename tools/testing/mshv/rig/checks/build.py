# SPDX-License-Identifier: GPL-2.0-only
"""Everything builds: the module for both kernels, the test hypervisor, the programs."""

from .. import artifacts


def tests():
    """Yield (name, function)."""
    yield "build: module for the base kernel", module_for(artifacts.base_kernel)
    yield "build: module for Debian's kernel", module_for(artifacts.debian_kernel)
    yield "build: test hypervisor", lambda: artifacts.hypervisor() and []
    yield "build: conformance suite", lambda: artifacts.conformance() and []
    yield "build: programs of the parent partition", lambda: artifacts.programs() and []


def module_for(kernel):
    """A test that builds the module for KERNEL."""
    def test():
        modules = artifacts.modules(kernel())
        return [] if "mshv_root" in modules else ["no mshv_root.ko came out"]
    return test

# SPDX-License-Identifier: GPL-2.0-only
"""A run with everything this project built in its place."""

from . import artifacts
from .boot import Boot


def boot(kernel, job, knobs, modules=None, **options):
    """The Boot of KERNEL that runs JOB, on the test hypervisor unless KNOBS is None."""
    return Boot(kernel=kernel.image, release=kernel.release, job=job, knobs=knobs or "",
                hypervisor=None if knobs is None else artifacts.hypervisor(),
                modules=artifacts.driver(kernel) if modules is None else modules,
                programs=artifacts.programs(), **options)


def run(*arguments, **options):
    """Boot that and wait for the Result."""
    return boot(*arguments, **options).run()

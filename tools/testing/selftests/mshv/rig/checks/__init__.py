# SPDX-License-Identifier: GPL-2.0-only
"""The tests of `make check`, a module per subject.

Each has a function tests() that yields (name, function). The function takes
nothing and returns what is wrong, a list of lines that is empty when nothing
is; or, when one run decides several tests, a dictionary of such lists by test.
An exception fails the test that raised it.
"""

from . import (behaviour, build, docs, ends, kunit, matrix, peer_selftests, power, processors,
               selftests, static, uapi)

# By the name that `make check ONLY=` takes; the order is that of the report.
GROUPS = {
    "build": build.tests,
    "kunit": kunit.tests,
    "conformance": kunit.conformance_tests,
    "static": static.tests,
    "uapi": uapi.tests,
    "docs": docs.tests,
    "ends": ends.tests,
    "processors": processors.tests,
    "behaviour": behaviour.tests,
    "power": power.tests,
    "selftests": selftests.tests,
    "matrix": matrix.base_tests,
    "debian": matrix.debian_tests,
    "peer": matrix.peer_tests,
    "peer-selftests": peer_selftests.tests,
}

# SPDX-License-Identifier: GPL-2.0-only
"""The tests of `make check`, a module per subject.

Each has a function tests() that yields (name, function). The function takes
nothing and returns what is wrong, a list of lines that is empty when nothing
is; or, when one run decides several tests, a dictionary of such lists by test.
An exception fails the test that raised it.
"""

from . import (behaviour, build, coverage, debug, docs, ends, judge, kunit, linux, matrix,
               peer_selftests, power, processors, realtime, selftests, static, uapi, vmbus)

# By the name that `make check ONLY=` takes. They begin in this order: what takes
# long early, so that every processor has something to do until the end.
GROUPS = {
    "build": build.tests,
    "selftests": selftests.tests,
    "peer-selftests": peer_selftests.tests,
    "behaviour": behaviour.tests,
    "static": static.tests,
    "kunit": kunit.tests,
    "conformance": kunit.conformance_tests,
    "docs": docs.tests,
    "uapi": uapi.tests,
    "ends": ends.tests,
    "judge": judge.tests,
    "processors": processors.tests,
    "power": power.tests,
    "vmbus": vmbus.tests,
    "linux": linux.tests,
    "matrix": matrix.base_tests,
    "debian": matrix.debian_tests,
    "realtime": realtime.tests,
    "peer": matrix.peer_tests,
    "coverage": coverage.tests,
}

# The same for `make soak`: repetition, and what takes long.
SOAK = {
    "selftests": selftests.soak_tests,
    "peer-selftests": peer_selftests.soak_tests,
    "debug": debug.tests,
    "debug-all": debug.soak_tests,
    "fuzz": debug.fuzz_tests,
    "realtime": realtime.soak_tests,
}

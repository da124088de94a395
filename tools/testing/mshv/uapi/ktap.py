# SPDX-License-Identifier: GPL-2.0-only
"""Results in the kernel's test format."""


class Results:
    """Prints one line per test as it ends, and the sum."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        print("KTAP version 1")

    def test(self, good, name, *why):
        """Report one test; the lines of why are shown when it failed."""
        number = self.passed + self.failed + self.skipped + 1
        if good:
            self.passed += 1
            print(f"ok {number} - {name}")
            return
        self.failed += 1
        for line in why:
            print(f"# {line}")
        print(f"not ok {number} - {name}")

    def skip(self, name, why):
        self.skipped += 1
        print(f"ok {self.passed + self.failed + self.skipped} - {name} # SKIP {why}")

    def end(self):
        """The plan and the sum; the exit status of the program."""
        print(f"1..{self.passed + self.failed + self.skipped}")
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0

# SPDX-License-Identifier: GPL-2.0-only
"""The one exception that is shown to the user as a message, not a traceback."""


class Problem(Exception):
    """Something the user can act on; the text says what."""

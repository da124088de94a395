# SPDX-License-Identifier: GPL-2.0-only
"""Sphinx configuration for building these pages on their own.

    sphinx-build -W -b html Documentation OUTPUT

Inside a kernel tree the kernel's own configuration takes its place; nothing
here is more than a default.
"""

project = "mshv"
extensions = []
master_doc = "index"
exclude_patterns = ["output"]
highlight_language = "none"
html_theme = "alabaster"
html_theme_options = {"page_width": "auto", "body_max_width": "60em"}

# SPDX-License-Identifier: GPL-2.0-only
"""The rig: boots Linux as a parent partition of the test hypervisor and looks at what it does."""

# SPDX-License-Identifier: GPL-2.0-only
"""Several runs at a time."""

import concurrent.futures
import os


def workers():
    """How many runs to have at once: one per processor of this machine, at most four."""
    return max(1, min(4, len(os.sched_getaffinity(0))))


def each(function, items, ordered=True):
    """Yield (item, function(item)) for every one of ITEMS, as they become known.

    They begin in order. They also come in order, unless that is not ORDERED.
    """
    with concurrent.futures.ThreadPoolExecutor(workers()) as pool:
        futures = {pool.submit(function, item): item for item in items}
        try:
            for future in futures if ordered else concurrent.futures.as_completed(futures):
                yield futures[future], future.result()
        finally:
            for future in futures:
                future.cancel()

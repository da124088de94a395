# SPDX-License-Identifier: GPL-2.0-only
"""Several runs at a time, results in the order they were asked for."""

import concurrent.futures
import os


def workers():
    """How many runs to have at once: one per processor of this machine, at most four."""
    return max(1, min(4, len(os.sched_getaffinity(0))))


def each(function, items):
    """Yield (item, function(item)) for every one of ITEMS, in order, as they become known."""
    items = list(items)
    with concurrent.futures.ThreadPoolExecutor(workers()) as pool:
        futures = [pool.submit(function, item) for item in items]
        try:
            for item, future in zip(items, futures):
                yield item, future.result()
        finally:
            for future in futures:
                future.cancel()

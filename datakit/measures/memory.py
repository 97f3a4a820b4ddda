"""Memory that one batch of samples leaves for the next."""

from __future__ import annotations

from functools import cache

import numpy as np

__all__ = ["keep_freed_memory"]

_KEPT_BYTES = 1 << 24


@cache
def keep_freed_memory() -> None:
    """Have the C library keep freed arrays, up to 32 MB, instead of returning them at once.

    glibc returns memory as soon as what is free is more than twice the largest piece that was ever
    mapped and freed, and fetching it again page by page is a fifth of the time of a batch. Freeing
    one larger piece, which is never touched, raises that bound (mallopt(3), M_TRIM_THRESHOLD);
    other C libraries do not mind.
    """
    np.empty(_KEPT_BYTES, np.uint8)

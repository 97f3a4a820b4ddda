"""Uniform borders (letterboxes) of gray images."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["border_widths", "borders"]

Gray = npt.NDArray[np.uint8]

_TOLERANCE = 10


def borders(gray: Gray, tolerance: int = _TOLERANCE) -> npt.NDArray[np.float64]:
    """Uniform border on each side of n gray images of one size.

    Parameters
    ----------
    gray
        uint8, shape (n, h, w).
    tolerance
        How many levels a line of the border may vary, and may differ from the outermost line.

    Returns
    -------
    ndarray of shape (n, 4)
        Top, bottom, left, right, each a share of the height or width in [0, 0.5].
    """
    n, h, w = gray.shape
    out = np.zeros((n, 4))
    outermost = (gray[:, 0], gray[:, -1], gray[:, :, 0], gray[:, :, -1])
    for side, lines in enumerate(outermost):
        # Most pictures have no border, and their outermost lines tell.
        for i in np.flatnonzero(np.ptp(lines, axis=1) <= tolerance).tolist():
            picture = gray[i] if side < 2 else gray[i].T
            ordered = picture[::-1] if side % 2 else picture
            length = h if side < 2 else w
            out[i, side] = _uniform_lines(ordered, length // 2, tolerance) / length
    return out


def border_widths(gray: Gray, tolerance: int = _TOLERANCE) -> tuple[float, float, float, float]:
    """Top, bottom, left and right border of one gray image, shape (h, w); see `borders`."""
    top, bottom, left, right = borders(gray[None], tolerance)[0].tolist()
    return (top, bottom, left, right)


def _uniform_lines(lines: Gray, limit: int, tolerance: int) -> int:
    """Leading lines that are as uniform as the first one, 0 when it is no border."""
    first = lines[0]
    level, count = int(first[len(first) // 2]), 1
    while count < limit:
        line = lines[count]
        if max(int(line.max()) - level, level - int(line.min())) > tolerance:
            break
        count += 1
    else:
        return 0
    # A bar ends in a line that is picture all along; an even background ends in a few pixels.
    picture = np.abs(lines[min(count + 1, len(lines) - 1)].astype(np.int16) - level) > tolerance
    return count if picture.mean() >= 0.25 else 0

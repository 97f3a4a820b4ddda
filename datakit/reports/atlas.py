"""All thumbnails of a report in one picture."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Atlas", "build_atlas"]

BUDGET = 3_300_000
"""Bytes that the encoded atlas may take in the report."""


@dataclass(frozen=True)
class Atlas:
    """One JPEG with a grid of thumbnails.

    Parameters
    ----------
    source
        The picture as a data URL; "" when there are no thumbnails.
    cell, columns
        Side of a cell in px, and cells a row.
    places
        sample_id -> (number of the cell, width, height of the thumbnail in it).
    """

    source: str
    cell: int
    columns: int
    places: dict[str, tuple[int, int, int]]


def build_atlas(thumbnails: Mapping[str, bytes]) -> Atlas:
    """Put thumbnails side by side, as large and as good as the budget allows.

    Parameters
    ----------
    thumbnails
        sample_id -> JPEG.
    """
    if not thumbnails:
        return Atlas("", 96, 1, {})
    for cell, quality in ((96, 80), (80, 72), (64, 70), (64, 50), (48, 50), (32, 40), (16, 30)):
        atlas = _draw(thumbnails, cell, quality)
        if len(atlas.source) <= BUDGET:
            break
    return atlas


def _draw(thumbnails: Mapping[str, bytes], cell: int, quality: int) -> Atlas:
    from PIL import Image

    columns = math.ceil(math.sqrt(len(thumbnails)))
    rows = math.ceil(len(thumbnails) / columns)
    sheet = Image.new("RGB", (columns * cell, rows * cell), (128, 128, 128))
    places = {}
    for number, (sample_id, data) in enumerate(sorted(thumbnails.items())):
        picture = Image.open(io.BytesIO(data)).convert("RGB")
        picture.thumbnail((cell, cell))
        sheet.paste(picture, (number % columns * cell, number // columns * cell))
        places[sample_id] = (number, *picture.size)
    buffer = io.BytesIO()
    sheet.save(buffer, "JPEG", quality=quality)
    source = "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
    return Atlas(source, cell, columns, places)

"""Captions of images: the measures of a text that matter for a line beside a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from datakit.measures.text import TEXT, measure_block
from datakit.measures.text_block import blocks
from datakit.sample import Column

__all__ = ["CAPTION_COLUMNS", "caption_measures"]

_MEASURED = (
    "n_chars",
    "n_words",
    "alpha_word_rate",
    "control_rate",
    "language",
    "language_score",
    "letter_bits",
    "mojibake_rate",
    "misread_rate",
    "replacement_rate",
    "n_html_tags",
    "n_html_entities",
    "n_pii",
    "n_secrets",
)
_KNOWN = {column.name: column for column in (*TEXT.columns, *TEXT.fingerprints)}

CAPTION_COLUMNS: tuple[Column, ...] = (
    *(
        replace(_KNOWN[name], name=f"caption_{name}", meaning=f"caption: {_KNOWN[name].meaning}")
        for name in _MEASURED
    ),
    replace(
        _KNOWN["text_hash"],
        name="caption_hash",
        meaning=f"caption: {_KNOWN['text_hash'].meaning}",
    ),
    Column(
        "caption_agreement",
        "float",
        "",
        "cosine of the image's and the caption's vectors, with an encoder of both (hub:CLIP)",
        -1,
        1,
        "Radford et al. 2021 (CLIP); Hessel et al. 2021 (CLIPScore)",
    ),
)
"""Columns of an image row that its caption fills."""


def caption_measures(captions: Sequence[str]) -> list[dict[str, Any]]:
    """The values of `CAPTION_COLUMNS` of every caption, the agreement left out.

    Parameters
    ----------
    captions
        Texts that are not blank.
    """
    found: list[dict[str, Any]] = []
    for _, block in blocks(captions):
        columns = measure_block(block)
        wanted = [columns[name] for name in (*_MEASURED, "text_hash")]
        names = [f"caption_{name}" for name in _MEASURED] + ["caption_hash"]
        found += [dict(zip(names, values, strict=True)) for values in zip(*wanted, strict=True)]
    return found

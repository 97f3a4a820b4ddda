"""The thresholds of an issue, as they are in the rules now: pages do not repeat them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Threshold", "markdown", "thresholds"]

# Settings that are no rule: the issue that they are of, what is measured, and how it is compared.
_SETTINGS: dict[str, tuple[str, str, str]] = {
    "odd_size": ("odd_size", "octaves from the median size of the corpus", ">"),
    "odd_mode": ("odd_mode", "share of the images that have the mode", "<"),
    "repeated_caption": ("repeated_caption", "images that share a caption", ">="),
    "outlier": ("outlier", "robust z of the distance to the 5th nearest embedding", ">"),
    "far_from_bulk": ("outlier", "distance to the bulk of the corpus in usual steps", ">"),
    "flat": ("outlier", "share of pixels as light as the next, among photographs", ">"),
    "label_suspect": ("label_suspect", "probability that the label is wrong", ">="),
    "wrong_language": ("wrong_language", "probability of another language", ">="),
    "main_language": ("wrong_language", "share of documents in the expected language", ">="),
    "boilerplate": ("boilerplate", "lines known by their words", ">="),
    "shared_lines": ("boilerplate", "lines that many other documents have too", ">="),
}
_FOUND_IN = {"image": "images", "text": "texts"}
_FAMILY = {
    "spaced": "not in Chinese, Japanese, Korean",
    "unspaced": "in Chinese, Japanese, Korean",
}


@dataclass(frozen=True)
class Threshold:
    """One number that decides an issue.

    Parameters
    ----------
    name
        As it is overridden by; "" for a number that is fixed.
    found_in
        "images", "captions" or "texts".
    quantity
        The column, or in words what is compared.
    sign
        ``<``, ``>`` or ``>=``: how it is compared with the value where it is an issue.
    value
        The number.
    condition
        What else must hold; "" for nothing.
    source
        Where the number comes from; "" where the page says so.
    """

    name: str
    found_in: str
    quantity: str
    sign: str
    value: float
    condition: str = ""
    source: str = ""


def thresholds(issue: str) -> tuple[Threshold, ...]:
    """All thresholds of an issue, images first; none for scores and for other names."""
    from datakit.measures.modality import MODALITIES
    from datakit.profiles.issues import SHARED_SETTINGS, issue_kind

    found: list[Threshold] = []
    for modality in MODALITIES:
        found += _of_rules(issue, modality)
        settings = {**issue_kind(modality).settings, **SHARED_SETTINGS}
        for name, value in settings.items():
            owner, quantity, sign = _SETTINGS.get(name, (name, name, ">"))
            if owner == issue:
                found.append(Threshold(name, _FOUND_IN[modality], quantity, sign, value))
    return (*found, *_fixed(issue))


def _of_rules(issue: str, modality: str) -> Iterator[Threshold]:
    from datakit.profiles.issues import issue_kind
    from datakit.profiles.rules import rule_names

    for name, rule in rule_names(issue_kind(modality).rules).items():
        if rule.issue != issue:
            continue
        also = [f"`{column}` >= {_number(least)}" for column, least in rule.at_least]
        also += [_FAMILY.get(rule.family, rule.family)] if rule.family else []
        also += [f"not {' or '.join(f'`{other}`' for other in rule.unless)}"] if rule.unless else []
        yield Threshold(
            name=name,
            found_in="captions" if rule.column.startswith("caption_") else _FOUND_IN[modality],
            quantity=f"`{rule.column}`",
            sign="<" if rule.below else ">",
            value=rule.threshold,
            condition=", ".join(also),
            source=rule.source,
        )


def _fixed(issue: str) -> tuple[Threshold, ...]:
    """Numbers that no setting changes."""
    if issue == "near_duplicate":
        from datakit.profiles.duplicates import SMALL_GRAY_CORRELATION
        from datakit.profiles.near_duplicates import MIN_CORRELATION, MIN_CROP_CORRELATION
        from datakit.profiles.text_duplicates import MIN_JACCARD

        near = "correlation of thumbnails with close hashes"
        crop = "correlation with a part of the other"
        return (
            Threshold("", "images", near, ">=", MIN_CORRELATION),
            Threshold("", "images", near, ">=", SMALL_GRAY_CORRELATION, "gray, below 64 px"),
            Threshold("", "images", crop, ">=", MIN_CROP_CORRELATION, "without embeddings"),
            Threshold("", "texts", "Jaccard similarity of the shingles", ">=", MIN_JACCARD),
        )
    if issue == "boilerplate":
        from datakit.profiles import shared_lines as lines

        many = "documents with the same line"
        share = "share of the documents with the same line"
        edge = "share of them with it among the first or last lines"
        twice = "counts twice"
        return (
            Threshold("", "texts", many, ">=", lines.MIN_DOCUMENTS),
            Threshold("", "texts", share, ">=", lines.MIN_RATE),
            Threshold("", "texts", many, ">=", lines.FRAME_DOCUMENTS, twice),
            Threshold("", "texts", share, ">=", lines.FRAME_RATE, twice),
            Threshold("", "texts", share, "<=", lines.MOST_RATE, twice),
            Threshold("", "texts", edge, ">=", lines.EDGE_RATE, twice),
        )
    if issue == "unreadable":
        from datakit.measures.image_read import MAX_CODED_PIXELS, MAX_PIXELS
        from datakit.measures.shard import MAX_BYTES

        return (
            Threshold("", "images", "pixels", ">", MAX_PIXELS, "no JPEG"),
            Threshold("", "images", "pixels", ">", MAX_CODED_PIXELS, "JPEG"),
            Threshold("", "images", "bytes", ">", MAX_BYTES),
            Threshold("", "texts", "bytes", ">", MAX_BYTES),
        )
    return ()


def markdown(issue: str) -> str:
    """The thresholds of an issue as the last section of its page."""
    found = thresholds(issue)
    lines = ["## Thresholds in this version", ""]
    if not found:
        return "\n".join([*lines, "None: there is no number to set.", ""])
    for place in dict.fromkeys(one.found_in for one in found):
        lines += [f"In {place}:", ""]
        lines += _listed([one for one in found if one.found_in == place])
        lines += [""]
    return "\n".join([*lines, _how_to_set(found), ""])


def _how_to_set(found: Sequence[Threshold]) -> str:
    """How to give others: an example, or one for each place where their names differ."""
    firsts = {one.found_in: one for one in reversed(found) if one.name}
    if not firsts:
        return "Fixed numbers cannot be set."
    examples = {
        f'`dk.profile(..., thresholds={{"{one.name}": {one.value:g}}})`': place
        for place, one in reversed(firsts.items())
    }
    if len(examples) == 1:
        return f"Set others with {next(iter(examples))}."
    return f"Set others with {', '.join(f'{text} for {at}' for text, at in examples.items())}."


def _listed(found: Sequence[Threshold]) -> list[str]:
    """A list; thresholds with one condition and one source together, those said once."""
    groups: dict[tuple[str, str], list[Threshold]] = {}
    for one in found:
        groups.setdefault((one.condition, one.source), []).append(one)
    lines = []
    for (condition, source), members in groups.items():
        origin = f" ({source})" if source else " (fixed)" if not members[0].name else ""
        note = (f", {condition}" if condition else "") + origin
        if len(members) == 1 or not source:
            lines += [f"- {_compared(one)}{note}" for one in members]
            continue
        lines.append(f"- {note.removeprefix(', ').strip()}")
        lines += [f"    - {_compared(one)}" for one in members]
    return lines


def _compared(one: Threshold) -> str:
    """``name``: quantity > value; the quantity only where the name does not hold it."""
    limit = f"{one.sign} {_number(one.value)}"
    if not one.name:
        return f"{one.quantity} {limit}"
    if one.quantity.strip("`") in one.name.split("."):
        return f"`{one.name}` {limit}"
    return f"`{one.name}`: {one.quantity} {limit}"


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:g}"

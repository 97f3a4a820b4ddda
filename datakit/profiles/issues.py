"""Issues: named findings about samples, from rows and embeddings alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from datakit.errors import InputError
from datakit.profiles.duplicates import exact_groups, near_groups
from datakit.profiles.image_rules import IMAGE_RULES, SETTINGS, Rule
from datakit.profiles.neighbours import nearest_neighbours

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Embeddings

__all__ = ["check_thresholds", "find_issues"]

Mask = npt.NDArray[np.bool_]

_SUFFIXES: dict[str, tuple[str, ...]] = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".mpo"),
    "MPO": (".jpg", ".jpeg", ".mpo"),
    "TIFF": (".tif", ".tiff", ".dng"),
    "JPEG2000": (".jp2", ".j2k", ".jpx", ".jpf", ".j2c", ".jpc"),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
    "BMP": (".bmp", ".dib"),
    "DIB": (".bmp", ".dib"),
    "PNG": (".png", ".apng"),
    "SGI": (".sgi", ".rgb", ".rgba", ".bw"),
    "TGA": (".tga", ".icb", ".vda", ".vst"),
    "AVIF": (".avif", ".avifs"),
    "FLI": (".fli", ".flc"),
}


class _Findings:
    """Issue rows under construction."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self._ids = rows["sample_id"].tolist()
        self._paths = rows["path"].tolist()
        self.found: list[tuple[Any, ...]] = []

    def add(
        self,
        issue: str,
        numbers: Iterable[int],
        values: Iterable[float | None],
        threshold: float | None = None,
        group: str | None = None,
    ) -> None:
        for i, value in zip(numbers, values, strict=True):
            value = None if value is None else float(value)
            self.found.append((self._ids[i], self._paths[i], issue, value, threshold, group))

    def add_mask(self, issue: str, mask: Mask, values: Any, threshold: float | None) -> None:
        numbers = np.flatnonzero(mask)
        self.add(issue, numbers.tolist(), np.asarray(values, float)[numbers].tolist(), threshold)

    def id_of(self, i: int) -> str:
        return str(self._ids[i])


def find_issues(
    rows: pd.DataFrame,
    embeddings: Embeddings | None,
    thresholds: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Find every image issue that one profile can tell.

    Parameters
    ----------
    rows
        The rows with their fingerprints, in the order of ``sample_id``.
    embeddings
        The embeddings, where there are any.
    thresholds
        Issue -> threshold, instead of the defaults of `IMAGE_RULES` and `SETTINGS`.

    Returns
    -------
    DataFrame
        sample_id, path, issue, value, threshold, group; sorted by issue, group, sample_id.

    Raises
    ------
    InputError
        `thresholds` names an issue that has none.
    """
    import pandas as pd

    limits = check_thresholds(thresholds or {})
    found = _Findings(rows)
    _file_issues(found, rows)
    _measured_issues(found, rows, limits)
    _relative_issues(found, rows, limits)
    _group_issues(found, rows, embeddings)
    _embedding_issues(found, rows, embeddings, limits)
    columns = ["sample_id", "path", "issue", "value", "threshold", "group"]
    frame = pd.DataFrame(found.found, columns=columns)
    frame = frame.astype({"value": "float64", "threshold": "float64"})
    order = ["issue", "group", "sample_id"]
    return frame.sort_values(order, kind="stable", na_position="first").reset_index(drop=True)


def check_thresholds(thresholds: Mapping[str, float]) -> dict[str, float]:
    """All thresholds, the given ones in place of the defaults.

    Raises
    ------
    InputError
        One is given for an issue that has none.
    """
    limits = {rule.issue: rule.threshold for rule in IMAGE_RULES} | SETTINGS
    unknown = sorted(set(thresholds) - set(limits))
    if unknown:
        raise InputError(
            f"no threshold for {', '.join(unknown)}: those that have one are "
            f"{', '.join(sorted(limits))}"
        )
    return limits | dict(thresholds)


def _file_issues(found: _Findings, rows: pd.DataFrame) -> None:
    status = rows["status"]
    for issue, value in (("unreadable", "unreadable"), ("empty_file", "empty")):
        mask = (status == value).to_numpy()
        found.add(issue, np.flatnonzero(mask).tolist(), [None] * int(mask.sum()))
    complaint = rows["warning"].fillna("").str.lower()
    cut = (status == "truncated") | complaint.str.contains("premature|corrupt", regex=True)
    found.add("truncated", np.flatnonzero(cut).tolist(), [None] * int(cut.sum()))
    wrong = []
    for i, (form, suffix) in enumerate(zip(rows["format"], rows["suffix"], strict=True)):
        if isinstance(form, str) and suffix and "#" not in suffix:
            allowed = _SUFFIXES.get(form, (f".{form.lower()}",))
            if suffix not in allowed:
                wrong.append(i)
    found.add("wrong_suffix", wrong, [None] * len(wrong))
    captioned = rows["caption"].notna() & (rows["caption"].fillna("").str.strip() != "")
    if captioned.any():
        missing = np.flatnonzero(~captioned)
        found.add("missing_caption", missing.tolist(), [None] * len(missing))


def _derived(rows: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
    """A measured column, or one that follows from several."""
    if column == "aspect":
        sides = rows[["width", "height"]].to_numpy(float, na_value=np.nan)
        return np.asarray(sides.min(axis=1) / np.maximum(sides.max(axis=1), 1))
    if column == "border":
        names = ["border_top", "border_bottom", "border_left", "border_right"]
        top, bottom, left, right = rows[names].to_numpy(float, na_value=np.nan).T
        return np.maximum(np.minimum(top, bottom), np.minimum(left, right))
    return rows[column].to_numpy(float, na_value=np.nan)


def _measured_issues(found: _Findings, rows: pd.DataFrame, limits: dict[str, float]) -> None:
    flagged: dict[str, Mask] = {}
    for rule in IMAGE_RULES:
        values, mask = _apply(rule, rows, limits[rule.issue])
        for other in rule.unless:
            mask &= ~flagged[other]
        flagged[rule.issue] = mask
        found.add_mask(rule.issue, mask, values, limits[rule.issue])


def _apply(
    rule: Rule, rows: pd.DataFrame, threshold: float
) -> tuple[npt.NDArray[np.float64], Mask]:
    values = _derived(rows, rule.column)
    with np.errstate(invalid="ignore"):
        mask = values < threshold if rule.below else values > threshold
        if rule.at_least is not None:
            column, minimum = rule.at_least
            mask &= _derived(rows, column) >= minimum
    return values, np.asarray(mask)


def _relative_issues(found: _Findings, rows: pd.DataFrame, limits: dict[str, float]) -> None:
    """Issues that only the rest of the corpus makes issues."""
    area = rows["width"].to_numpy(float, na_value=np.nan) * rows["height"].to_numpy(
        float, na_value=np.nan
    )
    known = np.isfinite(area)
    if known.sum() >= 2:
        octaves = 0.5 * np.log2(area, where=known, out=np.full(len(area), np.nan))
        q1, median, q3 = np.percentile(octaves[known], [25, 50, 75])
        limit = max(limits["odd_size"], 3 * float(q3 - q1))
        with np.errstate(invalid="ignore"):
            odd = np.abs(octaves - median) > limit
        found.add_mask("odd_size", odd, octaves - median, limit)
    shares = rows["mode"].value_counts(normalize=True)
    if len(shares) > 1 and shares.iloc[0] > 0.5:
        share = rows["mode"].map(shares).to_numpy(float, na_value=np.nan)
        with np.errstate(invalid="ignore"):
            found.add_mask("odd_mode", share < limits["odd_mode"], share, limits["odd_mode"])


def _group_issues(found: _Findings, rows: pd.DataFrame, embeddings: Embeddings | None) -> None:
    exact = exact_groups(rows)
    for group in exact:
        name = found.id_of(group[0])
        found.add("exact_duplicate", group, [1.0] * len(group), 1.0, name)
    near = near_groups(rows, embeddings)
    for members, similarity in near:
        found.add("near_duplicate", members, similarity, None, found.id_of(min(members)))
    for group in exact:
        if rows["label"].iloc[group].dropna().nunique() > 1:
            found.add("label_conflict", group, [None] * len(group), None, found.id_of(group[0]))
    seen: set[int] = set()
    for group in [*exact, *(members for members, _ in near)]:
        if rows["split"].iloc[group].dropna().nunique() > 1:
            new = [i for i in sorted(group) if i not in seen]
            seen.update(new)
            found.add("split_leak", new, [None] * len(new), None, found.id_of(min(group)))


def _embedding_issues(
    found: _Findings,
    rows: pd.DataFrame,
    embeddings: Embeddings | None,
    limits: dict[str, float],
) -> None:
    if embeddings is None or len(embeddings.sample_ids) < 50:
        return  # too few to say what is usual
    place = {sample_id: i for i, sample_id in enumerate(rows["sample_id"])}
    numbers = np.array([place[sample_id] for sample_id in embeddings.sample_ids])
    vectors = embeddings.vectors.astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    nearest, cosines = nearest_neighbours(vectors, 10)
    distance = np.log(np.maximum(1 - cosines[:, 4], 1e-3))
    median = np.median(distance)
    spread = 1.4826 * np.median(np.abs(distance - median))
    z = (distance - median) / max(float(spread), 1e-3)
    far = z > limits["outlier"]
    found.add("outlier", numbers[far].tolist(), z[far].tolist(), limits["outlier"])
    _label_suspects(found, rows["label"].iloc[numbers], numbers, nearest, limits["label_suspect"])


def _label_suspects(
    found: _Findings,
    labels: pd.Series,
    numbers: npt.NDArray[np.int64],
    nearest: npt.NDArray[np.int64],
    limit: float,
) -> None:
    counts = labels.value_counts()
    if len(counts) < 2 or counts.min() < 10:
        return  # every class must be able to win a vote
    codes = labels.astype("category").cat.codes.to_numpy()
    votes = np.stack([(codes[nearest] == c).mean(axis=1) for c in range(len(counts))], axis=1)
    known = codes >= 0
    votes[np.arange(len(codes))[known], codes[known]] = 0
    other = votes.max(axis=1)
    suspect = known & (other >= limit)
    found.add("label_suspect", numbers[suspect].tolist(), other[suspect].tolist(), limit)

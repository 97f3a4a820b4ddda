"""Issues that only images have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.profiles.apart import far_from_bulk, flat_among_detailed
from datakit.profiles.duplicates import SAME_IMAGE, near_image_pairs
from datakit.profiles.findings import Findings
from datakit.profiles.groups import Groups, NearPairs, exact_groups
from datakit.profiles.image_rules import CAPTION_RULES, IMAGE_RULES, IMAGE_SETTINGS
from datakit.profiles.issue_kind import IssueKind
from datakit.profiles.rules import Mask

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Embeddings

__all__ = ["IMAGE_ISSUES"]

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


def _find(
    found: Findings,
    rows: pd.DataFrame,
    limits: Mapping[str, float],
    near: Groups,
    flagged: Mapping[str, Mask],
) -> None:
    _file_issues(found, rows)
    _relative_issues(found, rows, limits)
    _repeated_captions(found, rows, limits["repeated_caption"], near)
    for name, apart in (("flat", flat_among_detailed), ("far_from_bulk", far_from_bulk)):
        numbers, values = apart(rows, flagged, limits[name])
        new = ~found.has("outlier")[numbers]
        found.add("outlier", numbers[new].tolist(), values[new].tolist(), limits[name])


def _file_issues(found: Findings, rows: pd.DataFrame) -> None:
    status = rows["status"]
    found.add_mask("empty_file", (status == "empty").to_numpy())
    complaint = rows["warning"].fillna("").str.lower()
    cut = (status == "truncated") | complaint.str.contains("premature|corrupt", regex=True)
    found.add_mask("truncated", cut.to_numpy())
    wrong = []
    for i, (form, suffix) in enumerate(zip(rows["format"], rows["suffix"], strict=True)):
        if isinstance(form, str) and suffix and "#" not in suffix:
            allowed = _SUFFIXES.get(form, (f".{form.lower()}",))
            if suffix not in allowed:
                wrong.append(i)
    found.add("wrong_suffix", wrong)
    captioned = rows["caption"].notna() & (rows["caption"].fillna("").str.strip() != "")
    if captioned.any():
        found.add_mask("missing_caption", ~captioned.to_numpy())


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


def _relative_issues(found: Findings, rows: pd.DataFrame, limits: Mapping[str, float]) -> None:
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


def _repeated_captions(found: Findings, rows: pd.DataFrame, least: float, near: Groups) -> None:
    """Captions that tell nothing apart: one text on many images that are no copies."""
    hashes = rows["caption_hash"]
    if hashes.isna().all():
        return
    one_of = np.arange(len(rows))
    for group in [*exact_groups(rows, SAME_IMAGE), *(members for members, _ in near)]:
        one_of[group] = one_of[group].min()
    for _, numbers in hashes.dropna().groupby(hashes).indices.items():
        members = rows.index.get_indexer(hashes.dropna().index[numbers])
        n_images = len(np.unique(one_of[members]))
        if n_images >= least:
            name = found.id_of(int(members.min()))
            values = [float(n_images)] * len(members)
            found.add("repeated_caption", members.tolist(), values, least, name)


def _near(rows: pd.DataFrame, embeddings: Embeddings | None, wanted: Mask | None) -> NearPairs:
    return near_image_pairs(rows, embeddings)


IMAGE_ISSUES = IssueKind(
    rules=IMAGE_RULES + CAPTION_RULES,
    derive=_derived,
    settings=IMAGE_SETTINGS,
    find=_find,
    same=SAME_IMAGE,
    near_pairs=_near,
)

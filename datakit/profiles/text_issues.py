"""Issues that only documents have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.measures.text_language import languages
from datakit.profiles.findings import Findings
from datakit.profiles.groups import Groups, NearPairs
from datakit.profiles.issue_kind import IssueKind
from datakit.profiles.rules import Mask, Values
from datakit.profiles.shared_lines import shared_lines
from datakit.profiles.text_duplicates import SAME_TEXT, near_text_pairs
from datakit.profiles.text_rules import TEXT_RULES, TEXT_SETTINGS

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Embeddings

__all__ = ["TEXT_ISSUES"]

_NO_LANGUAGE = ("", "zxx")


def _derived(rows: pd.DataFrame, column: str) -> Values:
    """A measured column, or one that follows from several."""
    return rows[column].to_numpy(float, na_value=np.nan)


def _family(rows: pd.DataFrame) -> npt.NDArray[np.object_]:
    """The family of scripts of every row: "unspaced" for Chinese, Japanese, Korean."""
    names = ["han_rate", "kana_rate", "hangul_rate"]
    unspaced = rows[names].fillna(0).to_numpy(float).sum(axis=1) >= 0.5
    return np.where(unspaced, "unspaced", "spaced").astype(object)


def _find(
    found: Findings,
    rows: pd.DataFrame,
    limits: Mapping[str, float],
    near: Groups,
    flagged: Mapping[str, Mask],
) -> None:
    found.add_mask("empty", (rows["status"] == "empty").to_numpy())
    readable = (rows["status"] == "ok").to_numpy()
    foreign = rows["encoding"].notna() & (rows["encoding"] != "utf-8")
    damaged = rows["warning"].fillna("").str.contains("U+FFFD", regex=False)
    found.add_mask("not_utf8", (foreign | damaged).to_numpy())
    # What was decoded wrongly or is no language is in no other language.
    language = readable & ~flagged["mojibake"] & ~flagged["gibberish"]
    _wrong_language(found, rows, language, limits)
    _boilerplate(found, rows, near, limits)


def _wrong_language(
    found: Findings, rows: pd.DataFrame, readable: Mask, limits: Mapping[str, float]
) -> None:
    """Documents that are surely not in the language that they, or most others, should be in."""
    language = rows["language"].where(readable)
    known = language[~language.isin(_NO_LANGUAGE)].dropna()
    if known.empty:
        return
    shares = known.value_counts(normalize=True)
    main = shares.index[0] if shares.iloc[0] >= limits["main_language"] else None
    declared = rows["declared_language"].astype("string").str.lower().str.split("[-_]").str[0]
    expected = declared.astype(object).where(declared.isin(languages()), main)
    score = rows["language_score"].to_numpy(float, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        sure = score >= limits["wrong_language"]
    # Names can make an English text doubtful, but never Chinese.
    usual = rows["script"].groupby(language).agg(lambda scripts: scripts.mode().iloc[0])
    script = expected.map(usual)
    sure |= (script.notna() & (rows["script"] != script)).to_numpy() & readable
    other = (language.notna() & ~language.isin(_NO_LANGUAGE) & expected.notna()).to_numpy() & (
        language != expected
    ).to_numpy()
    found.add_mask("wrong_language", other & sure, score, limits["wrong_language"])


def _boilerplate(
    found: Findings, rows: pd.DataFrame, near: Groups, limits: Mapping[str, float]
) -> None:
    """Lines of menus, footers and notices: by their words, or because others have them too."""
    found_lines = shared_lines(rows, [members for members, _ in near])
    # A line of the frame is enough, as a known phrase is: it is no chance, so it counts as two.
    shared = found_lines.n_shared + found_lines.n_frame
    named = rows["n_boilerplate_lines"].fillna(0).to_numpy(float)
    by_words = named >= limits["boilerplate"]
    by_others = ~by_words & (shared >= limits["shared_lines"])
    found.add_mask("boilerplate", by_words, named, limits["boilerplate"])
    found.add_mask("boilerplate", by_others, shared, limits["shared_lines"])


def _near(rows: pd.DataFrame, embeddings: Embeddings | None, wanted: Mask | None) -> NearPairs:
    return near_text_pairs(rows, wanted=wanted)


TEXT_ISSUES = IssueKind(
    rules=TEXT_RULES,
    derive=_derived,
    settings=TEXT_SETTINGS,
    find=_find,
    same=SAME_TEXT,
    near_pairs=_near,
    family=_family,
)

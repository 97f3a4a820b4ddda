"""What the HTML report shows of documents: excerpts, comparisons of copies, shared lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from datakit.profiles.issues import issue_kind
from datakit.profiles.line_examples import read_lines
from datakit.profiles.shown_texts import shown_groups, shown_samples
from datakit.reports.distributions import rounded
from datakit.reports.visible import short_path, visible, with_marks
from datakit.reports.word_diff import collapsed, differences, differs_in

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["TextCards", "shared_line_table"]

LINES = 20
_MEMBERS = 8
_COPY_CHARS = 700
_OTHER_BYTES = "other bytes, same text"
_MEANING = {
    "boilerplate": "shared lines",
    "label_suspect": "probability of a wrong label",
    "outlier": "distance",
}
"""What the value of an issue is that no column holds."""

_UNKNOWN = ("", "zxx")

Row = Mapping[str, Any]


class TextCards:
    """Cards of one profile of documents.

    Parameters
    ----------
    profile
        A finished profile.
    """

    def __init__(self, profile: Profile) -> None:
        excerpts = profile.excerpts
        keys = zip(excerpts["sample_id"], excerpts["issue"], strict=True)
        texts = zip(excerpts["text"], excerpts["spans"], strict=True)
        self._excerpts: dict[tuple[str, str], tuple[str, Any]] = dict(zip(keys, texts, strict=True))
        self._frame = profile.rows
        shown = {*profile.issues["sample_id"], *excerpts["sample_id"]}
        kept = self._frame[self._frame["sample_id"].isin(shown)]
        self._place = {sample_id: i for i, sample_id in enumerate(kept["sample_id"])}
        self._rows = kept.reset_index(drop=True)
        self._rules = issue_kind(profile.modality).rules

    def head(self, sample_id: str) -> str:
        """The beginning of a document on the map; "" where it is not known."""
        return visible(self._excerpts.get((sample_id, ""), ("", ()))[0])

    def language(self, sample_id: str) -> str:
        """The language of a document, "" where it has none."""
        return _language(self._row(sample_id))

    def of(self, part: pd.DataFrame) -> dict[str, Any]:
        """The cards of one issue: ``items``, or ``groups`` and ``n_groups``.

        Parameters
        ----------
        part
            The issues of one name.
        """
        if part["group"].notna().any():
            groups = [self._group(group) for group in shown_groups(part, self._frame)]
            return {"n_groups": int(part["group"].nunique()), "groups": groups}
        records = shown_samples(part).to_dict("records")
        return {"items": [self._card({str(k): v for k, v in r.items()}) for r in records]}

    def _row(self, sample_id: str) -> Row:
        place = self._place.get(sample_id)
        if place is None:
            return {}
        return {str(name): value for name, value in self._rows.iloc[place].items()}

    def _card(self, record: Row) -> dict[str, Any]:
        row = self._row(record["sample_id"])
        error = row.get("error")
        text, spans = self._excerpts.get((record["sample_id"], record["issue"]), ("", ()))
        return {
            "path": short_path(record["path"]),
            "why": self._why(record, row),
            "tags": list(_tags(row)),
            "lang": _language(row),
            "text": with_marks(text, spans) if text else None,
            "error": short_path(error) if isinstance(error, str) else None,
        }

    def _why(self, record: Row, row: Row) -> str:
        """The value that made the issue, by the name of its column where one rule tells it."""
        value, limit = rounded(record["value"]), rounded(record["threshold"])
        if value is None:
            return ""
        column = self._column(record, row)
        named = column or _MEANING.get(str(record["issue"]), "")
        parts = [f"{named.removeprefix('n_').replace('_', ' ')} {value:g}".strip()]
        kinds = [name for name in row if column and name.startswith(column + "_")]
        counts = [(name.removeprefix(column + "_"), row[name]) for name in kinds]
        told = [f"{name.replace('_', ' ')} {n:g}" for name, n in counts if pd.notna(n) and n > 0]
        if told:
            parts.append(f"({', '.join(told)})")
        return " ".join(parts) + (f" · limit {limit:g}" if limit is not None else "")

    def _column(self, record: Row, row: Row) -> str:
        """The column that holds the value: that of a rule, or one with a word of the issue."""
        issue, words = str(record["issue"]), str(record["issue"]).split("_")
        ruled = [rule.column for rule in self._rules if rule.issue == issue]
        named = [name for name in row if any(word in name.split("_") for word in words)]
        for name in (*ruled, *named):
            value = row.get(name)
            if isinstance(value, (int, float)) and float(value) == record["value"]:
                return name
        return ""

    def _group(self, group: pd.DataFrame) -> dict[str, Any]:
        records = [{str(k): v for k, v in r.items()} for r in group.to_dict("records")]
        issue = str(records[0]["issue"])
        first, second = (
            self._excerpts.get((record["sample_id"], issue), ("", ()))[0]
            for record in (*records[:2], {"sample_id": ""})[:2]
        )
        entry: dict[str, Any] = {
            "n": len(records),
            "lang": self.language(records[0]["sample_id"]),
            "members": [
                [short_path(record["path"]), self._note(record, records[0])]
                for record in records[:_MEMBERS]
            ],
        }
        if issue == "near_duplicate" or _unlike(records):
            if first and second:
                entry["diff"] = collapsed(differences(first, second))
        elif first and second and records[1]["content_hash"] != records[0]["content_hash"]:
            told = differs_in(first, second) or "encoding"
            note = entry["members"][1][1].replace(_OTHER_BYTES, f"differs in {told}")
            entry["members"][1][1] = note
        if "diff" not in entry and (first or second):
            text = first or second
            piece = text[:_COPY_CHARS]
            entry["text"] = [visible(piece) + "…" * (len(piece) < len(text))]
        return entry

    def _note(self, record: Row, first: Row) -> str:
        """What tells a member from the first of its group."""
        told = [record[name] for name in ("split", "label") if isinstance(record[name], str)]
        value = rounded(record["value"])
        if record is first:
            told.append("centre" if record["issue"] == "near_duplicate" else "")
        elif record["content_hash"] == first["content_hash"]:
            told.append("same bytes")
        elif value is not None and record["issue"] == "near_duplicate":
            told.append(f"similarity {value:.2f}")
        else:
            told.append(_OTHER_BYTES)
        return _joined(*told)


def _unlike(records: list[dict[str, Any]]) -> bool:
    """Whether a group of another issue may hold near duplicates: splits leak through them."""
    return records[0]["issue"] == "split_leak" and (
        len(records) > 1 and records[0]["content_hash"] != records[1]["content_hash"]
    )


def _joined(*parts: str) -> str:
    return " · ".join(visible(part)[:60] for part in parts if part)


def _language(row: Row) -> str:
    language = row.get("language")
    return language if isinstance(language, str) and language not in _UNKNOWN else ""


def _tags(row: Row) -> Iterator[str]:
    if _language(row):
        yield _language(row)
    encoding = row.get("encoding")
    if isinstance(encoding, str) and encoding != "utf-8":
        yield encoding
    for name in ("label", "split"):
        if isinstance(row.get(name), str):
            yield visible(row[name])[:40]


def shared_line_table(profile: Profile) -> list[dict[str, Any]]:
    """The lines that most documents share, with their numbers of documents and an example.

    Parameters
    ----------
    profile
        A finished profile.
    """
    lines = read_lines(profile).head(LINES)
    wanted = profile.rows[profile.rows["sample_id"].isin(set(lines["sample_id"]))]
    paths = dict(zip(wanted["sample_id"], wanted["path"], strict=True))
    languages = dict(zip(wanted["sample_id"], wanted["language"], strict=True))
    return [
        {
            "n": int(line["n_documents"]),
            "rate": int(line["n_documents"]) / max(profile.n_samples, 1),
            "text": visible(str(line["text"])),
            "path": short_path(str(paths.get(line["sample_id"], ""))),
            "lang": _language({"language": languages.get(line["sample_id"])}),
        }
        for line in lines.to_dict("records")
    ]

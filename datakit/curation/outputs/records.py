"""Texts as records of one file: jsonl or csv."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datakit.curation.outputs.fields import Fields, facts_of, fill, json_line
from datakit.curation.outputs.output import Output, Source, Written

__all__ = ["write_csv", "write_jsonl"]


def write_jsonl(source: Source, root: Path) -> Iterator[Written]:
    """One JSON object a line, in data.jsonl: the text, what else its source says, an id."""
    fields = Fields(source)
    with (root / "data.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for number, output in enumerate(source.outputs()):
            record = _named(output, fields) | {source.text_column: output.data().decode()}
            fill(record, facts_of(output.outcome, "text"), fields.facts)
            file.write(json_line(record) + "\n")
            yield _written("data.jsonl", number, output)


def write_csv(source: Source, root: Path) -> Iterator[Written]:
    """One row a text, in data.csv: the columns that any of them has."""
    fields = Fields(source)
    names = list(dict.fromkeys([*fields.columns, source.text_column, *fields.names]))
    names = names if "id" in names else ["id", *names]
    with (root / "data.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for number, output in enumerate(source.outputs()):
            told = {name: _cell(value) for name, value in _named(output, fields).items()}
            fill(told, facts_of(output.outcome, "text"), fields.facts)
            record = told | {source.text_column: output.data().decode()}
            writer.writerow([record.get(name, "") for name in names])
            yield _written("data.csv", number, output)


def _named(output: Output, fields: Fields) -> dict[str, Any]:
    """The source's record, with an id where the source gives none."""
    own = {} if "id" in fields.columns else {"id": output.outcome.parent + output.mark}
    return own | fields.own(output)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.loads(json_line({"": value}))[""]
    text = text if isinstance(text, str) else json_line(text)
    return text.encode("utf-8", "replace").decode()


def _written(file: str, number: int, output: Output) -> Written:
    name = f"{file}#{number:09d}"
    return Written(name, name, output.outcome)

"""README.md of a curated corpus: a dataset card with the front matter that data hubs read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datakit.curation.plan import Plan

__all__ = ["name_of", "splits_of", "write_card"]

_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
_LOADERS = {
    "folder": 'datasets.load_dataset("{kind}folder", data_dir="PATH")',
    "jsonl": 'datasets.load_dataset("json", data_files="PATH/data.jsonl")',
    "csv": 'datasets.load_dataset("csv", data_files="PATH/data.csv")',
    "parquet": 'datasets.load_dataset("PATH")',
    "hf": 'datasets.load_dataset("PATH")',
    "webdataset": 'datasets.load_dataset("webdataset", data_files="PATH/*.tar")',
}


def write_card(root: Path, plan: Plan, facts: Mapping[str, Any]) -> None:
    """Write the card: what was done to how many samples and why, the recipe, how to load it.

    Parameters
    ----------
    root
        The curated corpus.
    plan
        The plan as it was applied.
    facts
        What curation.json says.
    """
    import yaml

    front = yaml.safe_dump(_front_matter(plan, facts), sort_keys=False, allow_unicode=True)
    parts = [f"---\n{front}---", *_body(plan, facts)]
    (root / "README.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def name_of(plan: Plan) -> str:
    """The corpus's name, without its place on this machine."""
    name = plan.location.rstrip("/").rpartition("/")[2].strip("<>.")
    return _line(name) or "corpus"


def _line(text: str) -> str:
    """A text from outside as part of one line: no control characters, no half ones."""
    shown = "".join(mark if mark.isprintable() else " " for mark in text)
    return " ".join(shown.split())


def splits_of(facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Split -> data files, from their names (``train-00000.parquet``)."""
    splits: dict[str, list[str]] = {}
    for file in facts["data"]:
        stem = file.rpartition(".")[0]
        split = stem.rpartition("-")[0] or stem
        splits.setdefault("train" if split == "data" else split, []).append(file)
    return splits


def _front_matter(plan: Plan, facts: Mapping[str, Any]) -> dict[str, Any]:
    n = int(facts["n_out"])
    front: dict[str, Any] = {
        "pretty_name": f"{name_of(plan)}, curated",
        "license": "unknown",
        "tags": ["datakit", facts["modality"]],
        "size_categories": [next((name for most, name in _SIZES if n < most), "n>10M")],
    }
    if facts["layout"] in ("parquet", "hf", "jsonl", "csv"):
        files = [{"split": split, "path": files} for split, files in splits_of(facts).items()]
        front["configs"] = [{"config_name": "default", "data_files": files}]
    return front


def _body(plan: Plan, facts: Mapping[str, Any]) -> list[str]:
    counts = plan.table["edit"].value_counts()
    edits = ", ".join(f"{int(counts.get(edit, 0)):,} {told}" for edit, told in _TOLD.items())
    kind = facts["modality"]
    loader = _LOADERS[facts["layout"]].format(kind=kind)
    return [
        f"# {name_of(plan)}, curated",
        f"{facts['n_in']:,} {kind}s went in, {facts['n_out']:,} came out: {edits}.",
        "## What was done, and why",
        _reasons(plan),
        "## Recipe",
        f"```yaml\n{plan.recipe.strip()}\n```",
        "## How to load it",
        "```python\nimport datakit as dk\n\n"
        f'dataset = dk.torch_dataset("PATH")  # or {loader}\n```',
        "## Where each sample comes from",
        "`lineage.parquet` has one row per sample: its parents in the original corpus, every "
        "change that was made, why it stayed, the seed of its random changes, and the SHA-256 of "
        "its bytes before and after. `plan.parquet` has one row per original sample, with those "
        "that were dropped. `datakit curate` made this corpus from them; the same plan makes the "
        "same bytes.",
        "## What this card does not know",
        "The licence, the origin and the consent behind the original samples. Fill them in before "
        "you share this corpus.",
    ]


_TOLD = {
    "keep": "kept as they were",
    "change": "changed",
    "repeat": "repeated",
    "drop": "dropped",
}


def _reasons(plan: Plan) -> str:
    lines = ["| edit | reason | samples |", "|---|---|---|"]
    for edit, reasons in plan.summary()["reasons"].items():
        for reason, n in reasons.items():
            told = _line(str(reason)).replace("|", "\\|")
            lines.append(f"| {edit} | {told} | {n:,} |")
    return "\n".join(lines)

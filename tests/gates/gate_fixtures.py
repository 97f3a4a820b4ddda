"""Profiles and suites made by hand, so that every value in them is known."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import datakit as dk
from datakit.gates.load import load_suite
from datakit.profiles.files import write_json
from datakit.profiles.row_schema import row_schema
from datakit.profiles.store import Facts, write_profile

__all__ = ["_blurry", "_rule", "make_profile", "suite_of", "write_suite"]

SCORES = {
    name: {"value": v, "low": v - 0.02, "high": v + 0.01, "n": 40, "method": "by hand"}
    for name, v in {"completeness": 0.95, "consistency": 0.9, "usability": 0.8}.items()
}
SCORES["diversity"] = {
    "value": 0.7,
    "low": 0.66,
    "high": 0.73,
    "n": 40,
    "method": "by hand",
    "components": [{"name": "uniqueness", "value": 0.98, "n": 40, "meaning": ""}],
}
SCORES["representativeness"] = {"value": None, "reason": "no reference: give --reference"}
SCORES["accuracy"] = {"value": None, "reason": "no sample has a label"}

ENCODER = {"name": "pixels", "digest": "d", "dim": 2}


@pytest.fixture
def make_profile(tmp_path):
    """Write a profile: columns as lists, issues as {issue: [row numbers]}."""

    def make(
        name="images.profile",
        n=40,
        modality="image",
        columns=None,
        issues=None,
        scores=None,
        encoder=None,
        values=None,
    ):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        schema = row_schema(modality)
        paths = [f"train/{i:03d}.jpg" for i in range(n)]
        known = {
            "sample_id": paths,
            "path": paths,
            "status": ["ok"] * n,
            "bytes": [1000] * n,
            "content_hash": [f"{i:064x}" for i in range(n)],
            "width": [100 + i for i in range(n)],
            "height": [64] * n,
        } | (columns or {})
        arrays = [
            pa.array(known[f.name], f.type) if f.name in known else pa.nulls(n, f.type)
            for f in schema
        ]
        vectors = [np.zeros(2, np.float16).tobytes()] * n if encoder else [None] * n
        table = pa.Table.from_arrays(arrays, schema=schema)
        table = table.append_column("mtime_ns", pa.nulls(n, pa.int64()))
        table = table.append_column("embedding", pa.array(vectors, pa.binary()))
        write_profile(folder, [table], [], Facts("corpus", modality, "by hand", encoder, 100, {}))
        found = [
            (known["sample_id"][i], known["path"][i], issue, float((values or {}).get(i, 1)), 1.0)
            for issue, rows in (issues or {}).items()
            for i in rows
        ]
        frame = pd.DataFrame(found, columns=["sample_id", "path", "issue", "value", "threshold"])
        frame = frame.astype({"value": "float64", "threshold": "float64"})
        frame.assign(group=None).to_parquet(folder / "issues.parquet", index=False)
        write_json(folder / "scores.json", scores or SCORES)
        return dk.load(folder)

    return make


@pytest.fixture
def write_suite(tmp_path):
    """Write a suite from rules, or from the text of the whole file; returns its path."""

    def write(rules, name="mine", modality="image"):
        file = tmp_path / f"{name}.json"
        if isinstance(rules, str):
            file.write_text(rules, encoding="utf-8")
            return file
        content = {"name": name, "expectations": rules}
        if modality:
            content["meta"] = {"datakit": {"format": 1, "modality": modality}}
        file.write_text(json.dumps(content, indent=1), encoding="utf-8")
        return file

    return write


@pytest.fixture
def suite_of(write_suite):
    return lambda *rules, **options: load_suite(write_suite(list(rules), **options))


def rule(kind, severity="critical", table="samples", rule_id=None, needs=None, **kwargs):
    """One expectation as it stands in a file."""
    meta = {"table": table, "why": "the reason", "fix": "what to do", "source": "a paper"}
    if rule_id:
        meta["id"] = rule_id
    if needs:
        meta["needs"] = needs
    return {"type": f"expect_{kind}", "kwargs": kwargs, "severity": severity, "meta": meta}


def blurry(most=0.05, **options):
    return rule(
        "issue_rate_to_be_at_most",
        rule_id="blurry-rate",
        column="is_blurry",
        max_rate=most,
        **options,
    )


@pytest.fixture(name="rule")
def _rule():
    return rule


@pytest.fixture(name="blurry")
def _blurry():
    return blurry

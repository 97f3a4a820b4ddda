"""Plans made by hand, and what must hold of every curated corpus."""

import hashlib
import json
import os
from pathlib import Path

import pandas as pd

import datakit as dk
from datakit.curation.plan import Plan, load_plan
from datakit.curation.recipe import Recipe
from datakit.curation.recipe_file import recipe_yaml

FACTS = ("label", "split", "caption", "language", "date")


def sha(data):
    return hashlib.sha256(data).hexdigest()


def made_plan(corpus, recipe=None, edits=None, changed=()):
    """A plan that keeps everything and tries every step; `edits`: id -> (edit, reason, steps)."""
    recipe = recipe or Recipe(corpus.modality)
    names = list(dict.fromkeys(step.transform.name for step in recipe.clean))
    copies = recipe.augment.copies if recipe.augment else 0
    rows = []
    for sample in corpus:
        edit, reason, steps = "change" if names else "keep", "meets the recipe", list(names)
        if copies:
            edit, steps = "repeat", [*names, f"copies:{copies + 1}"]
        edit, reason, steps = (edits or {}).get(sample.sample_id, (edit, reason, steps))
        try:
            content_hash = None if sample.problem else sha(corpus.read(sample))
        except OSError:
            content_hash = None
        rows.append((sample.sample_id, sample.path, edit, reason, "", steps, content_hash))
    names = ["sample_id", "path", "edit", "reason", "evidence", "steps", "content_hash"]
    columns = zip(*sorted(rows, key=lambda row: row[0]), strict=True)
    table = pd.DataFrame(
        {name: pd.Series(values, dtype=object) for name, values in zip(names, columns, strict=True)}
    )
    text = recipe_yaml(recipe)
    return Plan(table, text, corpus.modality, corpus.location, "", "", recipe.seed)


def curated_of(corpus, out, recipe=None, to=None, workers=0, edits=None):
    plan = made_plan(corpus, recipe, edits)
    return dk.curate(plan, out, corpus=corpus, to=to, workers=workers, measure=False)


def verify(curated, corpus):
    """The laws of lineage, plan and reopening; returns parent id -> reopened samples."""
    opened = dk.open(curated.path)
    samples = list(opened)
    lineage = curated.lineage
    assert [s.sample_id for s in samples] == lineage["sample_id"].tolist()
    assert [s.path for s in samples] == lineage["path"].tolist()
    assert len(opened) == len(samples) == curated.facts["n_out"] == len(curated)
    originals = {s.sample_id: s for s in corpus}
    plan = curated.plan.table
    assert plan["sample_id"].tolist() == sorted(originals)
    assert (plan["reason"].str.len() > 0).all()
    out = {}
    for sample, row in zip(samples, lineage.to_dict("records"), strict=True):
        parent = originals[row["parents"][0]]
        assert set(row["parents"]) <= set(originals)
        assert row["hash_before"] == sha(corpus.read(parent))
        assert row["hash_after"] == sha(opened.read(sample)), row
        for fact in FACTS:
            if fact == "caption" and corpus.modality == "text":
                continue
            assert getattr(sample, fact) == getattr(parent, fact), (fact, sample, parent)
        assert row["reason"]
        out.setdefault(parent.sample_id, []).append(sample)
    for row in plan.to_dict("records"):
        copies = [int(s[7:]) for s in row["steps"] if s.startswith("copies:")]
        n = 0 if row["edit"] == "drop" else copies[0] if copies else 1
        assert len(out.get(row["sample_id"], [])) == n, row
    assert load_plan(curated.path / "plan.parquet") == curated.plan
    return out


def tree(path):
    """Relative name -> bytes of everything below a folder."""
    found = {}
    for folder, _, names in os.walk(os.fsencode(path)):
        for name in names:
            file = os.path.join(folder, name)
            if not os.path.isfile(file):
                continue
            with open(file, "rb") as opened:
                found[os.path.relpath(file, os.fsencode(path))] = opened.read()
    return found


def stamps(path):
    """Everything about a tree that writing into it would change."""
    found = {}
    for folder, folders, names in os.walk(os.fsencode(path)):
        for name in [b".", *folders, *names]:
            facts = os.lstat(os.path.join(folder, name))
            found[os.path.join(folder, name)] = (facts.st_mode, facts.st_size, facts.st_mtime_ns)
    return found | {b"bytes": tree(path)}


def write_jsonl(path, records):
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")

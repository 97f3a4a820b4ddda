"""Profiles made of a few columns, for tests of what only reads rows, issues and embeddings."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd

from datakit.profiles.issue_names import ISSUE_NAMES


class MadeProfile:
    """Looks like a `Profile` to curation: rows in the order of their ids, issues, embeddings."""

    def __init__(self, path, rows, issues=(), vectors=None, modality="image"):
        frame = pd.DataFrame(rows)
        n = len(frame)
        usual = {
            "sample_id": [f"{i:05d}.png" for i in range(n)],
            "status": ["ok"] * n,
            "label": [None] * n,
            "split": [None] * n,
            "content_hash": [f"hash{i}" for i in range(n)],
        }
        for name, values in usual.items():
            if name not in frame:
                frame[name] = pd.Series(values, dtype=object)
        frame["path"] = frame["sample_id"]
        self.rows = frame
        self.n_samples, self.modality = n, modality
        self.path, self.location = path, "made"
        ids = frame["sample_id"].tolist()
        told = [
            {
                "sample_id": ids[i],
                "path": ids[i],
                "issue": issue,
                "value": value,
                "threshold": None,
                "group": group,
            }
            for issue, i, value, group in issues
        ]
        columns = ["sample_id", "path", "issue", "value", "threshold", "group"]
        self.issues = pd.DataFrame(told, columns=columns).astype(
            {"value": float, "threshold": float}
        )
        self.rows_with = {
            issue: self.rows["sample_id"].searchsorted(part["sample_id"])
            for issue, part in self.issues.groupby("issue")
        }
        self.embeddings = self.encoder = None
        if vectors is not None:
            some = [i for i, vector in enumerate(vectors) if vector is not None]
            self.embeddings = SimpleNamespace(
                sample_ids=np.array([ids[i] for i in some], object),
                vectors=np.array([vectors[i] for i in some], np.float16),
            )
            self.encoder = {"name": "made", "digest": "d", "dim": self.embeddings.vectors.shape[1]}
        path.mkdir(exist_ok=True)
        (path / "manifest.json").write_text(json.dumps({"made": n}))
        assert {issue for issue, *_ in issues} <= set(ISSUE_NAMES[modality])


def copies(kind, groups):
    """Issues of groups of duplicates: `groups` are lists of row numbers."""
    return [
        (f"{kind}_duplicate", i, 1.0 if kind == "exact" or i == group[0] else 0.9, f"g{group[0]}")
        for group in groups
        for i in group
    ]

"""Profiles of corpora that never were: rows and embeddings with a known truth."""

import hashlib

import numpy as np
import pandas as pd
import pyarrow as pa

from datakit.profiles.row_schema import rows_to_table
from datakit.profiles.store import Facts, write_profile

ISSUES = ["sample_id", "path", "issue", "value", "threshold", "group"]
NUMBERS = ("luma_mean", "contrast", "colourfulness", "sharpness", "noise", "entropy")


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def image_rows(n, seed, labels=("cat", "dog"), name="s"):
    """Readable samples with independent normal columns."""
    rng = np.random.default_rng(seed)
    columns = {column: rng.normal(0.5, 0.1, n) for column in NUMBERS}
    return [
        {
            "sample_id": f"{name}{seed}-{i:06d}.png",
            "path": f"{name}{seed}-{i:06d}.png",
            "status": "ok",
            "bytes": 1000,
            "content_hash": digest(f"{name} {seed} {i}"),
            "suffix": ".png",
            "label": labels[i % len(labels)],
            "format": "PNG",
            "mode": "RGB",
            "width": 64,
            "height": 64,
        }
        | {column: float(values[i]) for column, values in columns.items()}
        for i in range(n)
    ]


def vectors(n, seed, d=8):
    return np.random.default_rng(seed).normal(0, 1, (n, d)).astype(np.float32)


def profile_of(path, rows, embeddings=None, modality="image", encoder="pixels", basis=None):
    """Write a profile; ``embeddings`` are in the order of the rows."""
    path.mkdir(parents=True)
    order = sorted(range(len(rows)), key=lambda i: rows[i]["sample_id"])
    table = rows_to_table([rows[i] for i in order], modality)
    packed = [None] * len(rows)
    if embeddings is not None:
        packed = [np.asarray(embeddings[i], np.float16).tobytes() for i in order]
    table = table.append_column("mtime_ns", pa.array([0] * len(rows), pa.int64()))
    table = table.append_column("embedding", pa.array(packed, pa.binary()))
    facts = None
    if embeddings is not None:
        facts = {"name": encoder, "digest": basis or "d", "dim": int(np.shape(embeddings)[1])}
    profile = write_profile(
        path, [table], [], Facts(str(path.name), modality, "m", facts, 20_000, {})
    )
    texts = dict.fromkeys(("sample_id", "path", "issue", "group"), pd.Series([], dtype=str))
    numbers = dict.fromkeys(("value", "threshold"), pd.Series([], dtype=float))
    pd.DataFrame(texts | numbers)[ISSUES].to_parquet(path / "issues.parquet")
    if basis is not None:
        np.savez(path / "embeddings" / "encoder.npz", digest=np.array(basis))
    return profile

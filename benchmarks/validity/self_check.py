"""The study's own check: a draw put together from a pool scores as a profile really made of it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from validity.defects import DEFECTS
from validity.drawn_profile import profile_of
from validity.draws import Draw, draw, samples_of
from validity.pools import Pool, open_pool
from validity.study import Study

__all__ = ["check"]

_PARTS = {
    "image": ("near duplicates", "label noise", "captions lost", "wrong suffix", "cut files"),
    "text": ("near duplicates", "other language", "looped share", "empty documents"),
}
N = 100


def check(study: Study) -> dict[str, str]:
    """Compare rows, issues, embeddings and scores; of labelled collections with some of all.

    Raises
    ------
    SystemExit
        Anything differs.
    """
    names = [c.name for c in study.collections if c.name in ("cifar", "english", "chinese")]
    return {name: _check(open_pool(study, name)) for name in names}


def _mixture(pool: Pool) -> Draw:
    """A part of several draws, each name once."""
    mixture, seen = None, set()
    for number, name in enumerate(_PARTS[pool.modality]):
        defect = next(d for d in DEFECTS if d.name == name)
        made = draw(pool, defect, 2, N, number)
        assert made is not None, name
        names = [
            given or pool.measured(version)[0].column("sample_id")[int(i)].as_py()
            for given, version, i in zip(made.names, made.versions, made.numbers, strict=True)
        ]
        new = np.array([i for i, name in enumerate(names) if name not in seen])
        seen.update(names)
        mixture = made.part(new) if mixture is None else mixture.with_more(made.part(new))
    assert mixture is not None
    return mixture


def _check(pool: Pool) -> str:
    import datakit as dk
    from datakit.corpora.memory import Memory
    from datakit.validators.scorecard import scorecard

    mixture = _mixture(pool)
    ours = profile_of(pool, mixture)
    with tempfile.TemporaryDirectory() as folder:
        corpus = Memory(samples_of(pool, mixture))
        real = dk.profile(corpus, Path(folder) / "real", reference=pool.reference, workers=0)
        same = {
            "rows": ours.rows.equals(real.rows),
            "issues": ours.issues.equals(real.issues),
            "embeddings": np.array_equal(ours.embeddings.vectors, real.embeddings.vectors)
            and np.array_equal(ours.embeddings.sample_ids, real.embeddings.sample_ids),
            "scores": scorecard(ours, pool.reference).to_json() == real.scores,
        }
    wrong = [name for name, equal in same.items() if not equal]
    if wrong:
        raise SystemExit(f"{pool.collection.name}: a draw's {', '.join(wrong)} are not a profile's")
    return f"{len(mixture)} samples, {', '.join(same)} equal"

"""Draws: corpora of a given size, put together from a pool, with a defect of a given severity.

Draws with one number share their samples as far as the defect lets them, and the affected samples
of a lesser severity are among those of a greater one.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from validity.alter import N_COPIES
from validity.defects import Defect
from validity.pools import Pool

if TYPE_CHECKING:
    import numpy.typing as npt

    from datakit.sample import Sample

__all__ = ["Draw", "draw", "drawn_from", "samples_of"]


@dataclass
class Draw:
    """Which samples make a corpus.

    Parameters
    ----------
    versions, numbers
        Version and number in the pool of every sample, shape (n,).
    names
        New names; "" keeps the one it has.
    labels
        New labels; "" keeps the one it has.
    captioned
        Whether a sample keeps its caption.
    """

    versions: npt.NDArray[np.object_]
    numbers: npt.NDArray[np.int64]
    names: npt.NDArray[np.object_]
    labels: npt.NDArray[np.object_]
    captioned: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.numbers)

    def part(self, chosen: npt.NDArray[np.int64]) -> Draw:
        """Some of its samples."""
        return Draw(*(values[chosen] for values in vars(self).values()))

    def with_more(self, other: Draw) -> Draw:
        """Its samples and those of another."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Draw(*(np.concatenate(pair) for pair in pairs))


def drawn_from(numbers: npt.NDArray[np.int64], version: str = "clean") -> Draw:
    """The draw of some samples of one version."""
    n = len(numbers)
    blank = np.full(n, "", object)
    return Draw(np.full(n, version, object), numbers, blank, blank.copy(), np.ones(n, bool))


def draw(pool: Pool, defect: Defect | None, level: int, n: int, number: int) -> Draw | None:
    """Draw a corpus.

    Parameters
    ----------
    pool
        Where from.
    defect, level
        What is planted: one of its severities by number; None plants nothing.
    n
        Samples.
    number
        Of the draw: the same number, the same corpus.

    Returns
    -------
    Draw or None
        None when the pool has too few samples.
    """
    entropy = [pool.study.seed, zlib.crc32(pool.collection.name.encode()), n, number]
    rng = np.random.default_rng(entropy)
    base = _base(pool, n, rng)
    if len(base) < n:
        return None
    if defect is None:
        return drawn_from(base)
    severity = defect.levels[level]
    if defect.kind in _BY_CLASS:
        shares = _BY_CLASS[defect.kind](severity, _topics(pool), rng)
        chosen = _by_class(pool, shares, n, rng)
        return None if chosen is None else drawn_from(chosen)
    if defect.kind == "all":
        altered = rng.permutation(pool.n_of(f"{defect.what}-{level}"))
        return drawn_from(altered[:n], f"{defect.what}-{level}") if len(altered) >= n else None
    return _affected(pool, defect, severity, base, rng)


def _base(pool: Pool, n: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """A random corpus whose first part, half if possible, has altered versions."""
    n_pool, n_altered = pool.n_of("clean"), min(pool.n_of("clean"), pool.collection.n_altered)
    first = rng.permutation(n_altered)[: min(-(-n // 2), int(0.9 * n_altered))]
    others = np.setdiff1d(np.arange(n_pool), first)
    return np.concatenate([first, rng.permutation(others)[: n - len(first)]])


def _affected(
    pool: Pool,
    defect: Defect,
    severity: float,
    base: npt.NDArray[np.int64],
    rng: np.random.Generator,
) -> Draw | None:
    """Defects that change or replace the first k samples of a draw."""
    made, n = drawn_from(base), len(base)
    k = round(severity * n)
    if defect.kind == "copies":
        return _copied(pool, base[: n - k], k)
    if defect.kind == "near":
        return _nearly_copied(pool, n, k, rng)
    if defect.kind == "share":
        if base[:k].max(initial=0) >= pool.n_of(defect.what):
            return None
        made.versions[:k] = defect.what
    elif defect.kind == "suffix":
        made.names[:k] = [f"{PurePosixPath(pool.clean_name(i)).stem}.png" for i in base[:k]]
    elif defect.kind == "caption":
        made.captioned[:k] = False
    elif defect.kind == "label":
        names = sorted(set(pool.labels))
        turns = rng.integers(1, len(names), n)
        old = [names.index(pool.labels[i]) for i in base[:k]]
        made.labels[:k] = [names[(o + t) % len(names)] for o, t in zip(old, turns, strict=False)]
    return made


def _copied(pool: Pool, bases: npt.NDArray[np.int64], k: int) -> Draw:
    """k exact copies of the given samples, as many of each as of any other."""
    times, which = np.divmod(np.arange(k), len(bases))
    made = drawn_from(np.concatenate([bases, bases[which]]))
    names = [PurePosixPath(pool.clean_name(i)) for i in bases]
    copies = zip(which, times, strict=True)
    made.names[len(bases) :] = [f"{names[i].stem}+{t}{names[i].suffix}" for i, t in copies]
    return made


def _nearly_copied(pool: Pool, n: int, k: int, rng: np.random.Generator) -> Draw | None:
    """n - k samples and k different near copies of some of them."""
    n_copied = pool.n_of("near") // N_COPIES
    originals = rng.permutation(n_copied)[: n - k]
    if k > len(originals) * N_COPIES:
        return None
    others = rng.permutation(np.setdiff1d(np.arange(pool.n_of("clean")), originals))
    times, which = np.divmod(np.arange(k), len(originals))
    made = drawn_from(np.concatenate([originals, others])[: n - k])
    copies = drawn_from(originals[which] * N_COPIES + times, "near")
    return Draw(
        *(np.concatenate(x) for x in zip(vars(made).values(), vars(copies).values(), strict=True))
    )


# ------------------------------------------------------------------------------ class shares
Shares = dict[str, float]


def _topics(pool: Pool) -> dict[str, int]:
    names, counts = np.unique(np.array(pool.topics, str), return_counts=True)
    return dict(zip(names.tolist(), counts.tolist(), strict=True))


def _dropped(severity: float, topics: dict[str, int], rng: np.random.Generator) -> Shares:
    """A share of the topics is gone, the others keep their proportions."""
    names = rng.permutation(sorted(topics))[round(severity * len(topics)) :].tolist()
    total = sum(topics[name] for name in names)
    return {name: topics[name] / total for name in names}


def _geometric(severity: float, topics: dict[str, int], rng: np.random.Generator) -> Shares:
    """Each topic has 1 - severity as many as the one before."""
    names = rng.permutation(sorted(topics)).tolist()
    weights = (1 - severity) ** np.arange(len(names))
    return dict(zip(names, (weights / weights.sum()).tolist(), strict=True))


def _shifted(severity: float, topics: dict[str, int], rng: np.random.Generator) -> Shares:
    """Half of the topics grow from their proportion towards all of it (severity 0.5: all)."""
    names = rng.permutation(sorted(topics)).tolist()
    total = sum(topics.values())
    shares = {name: topics[name] / total for name in names}
    favoured = names[: -(-len(names) // 2)]
    inside = sum(shares[name] for name in favoured)
    wanted = inside + (1 - inside) * 2 * severity
    gain, loss = wanted / inside, max(0.0, 1 - wanted) / (1 - inside)
    return {name: shares[name] * (gain if name in favoured else loss) for name in names}


_BY_CLASS = {"classes": _dropped, "geometric": _geometric, "prior": _shifted}


def _by_class(
    pool: Pool, shares: dict[str, float], n: int, rng: np.random.Generator
) -> npt.NDArray[np.int64] | None:
    order = rng.permutation(pool.n_of("clean"))
    topics = np.array(pool.topics, str)[order]
    wanted = rng.multinomial(n, list(shares.values()))
    chosen = []
    for name, k in zip(shares, wanted, strict=True):
        members = order[topics == name]
        if len(members) < k:
            return None
        chosen.append(members[:k])
    return np.concatenate(chosen)


# ------------------------------------------------------------------------------- as samples
def samples_of(pool: Pool, made: Draw) -> list[Sample]:
    """The samples of a draw with their bytes, to profile them as anybody would."""
    from dataclasses import replace

    samples = []
    for i in range(len(made)):
        (sample,) = pool.samples(made.versions[i], [made.numbers[i]])
        name = made.names[i] or sample.sample_id
        sample = replace(sample, sample_id=name, path=name, label=made.labels[i] or sample.label)
        samples.append(sample if made.captioned[i] else replace(sample, caption=None))
    return samples

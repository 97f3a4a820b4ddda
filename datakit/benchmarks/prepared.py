"""What the runs of a benchmark need, on disk: the content of every arm and of the hold-out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from datakit.benchmarks.cautions import FROM_RAW
from datakit.benchmarks.descent import made_of, share_from
from datakit.benchmarks.material import Design, save_content
from datakit.benchmarks.models import model_class
from datakit.benchmarks.options import Options, Side, metric_of
from datakit.benchmarks.pictures import Loaded, load_images, load_texts
from datakit.benchmarks.run_task import RUN_VERSION
from datakit.errors import InputError
from datakit.profiles.files import write_json
from datakit.profiles.overlap import near_rows, near_to_rows, same_as_rows

__all__ = ["CONFIG", "key_of", "prepared"]

CONFIG = "bench.json"

Mask = npt.NDArray[np.bool_]

_LEAST = {"image": (100, 100), "text": (20, 20)}
"""Samples that an arm and a hold-out need at least."""

_MOST = 50_000
"""Samples that are read of the largest arm, those with the smallest content hashes; of every other
arm it is the same share, so that their sizes stay in proportion."""


def prepared(
    folder: Path, sides: Mapping[str, Side], holdout: Side | None, options: Options
) -> dict[str, Any]:
    """Read the content of every arm and of the hold-out, no sample of it in both, nor nearly.

    Parameters
    ----------
    folder
        Of the benchmark; what is prepared in it already is not read again.
    sides
        Arm -> corpus and profile.
    holdout
        What models are compared with; None splits it off raw.
    options
        Of the benchmark.

    Returns
    -------
    dict
        What ``bench.json`` holds.

    Raises
    ------
    InputError
        Too few samples are left of an arm or of the hold-out; nothing is written then.
    """
    key = key_of(sides, holdout, options)
    known = _known(folder / CONFIG)
    if known.get("key") == key and "sizes" in known:
        return known
    drawn = _drawn(sides, holdout)
    least_arm, least_held = _LEAST[sides["raw"].profile.modality]
    # Before anything is read, which takes long, and once more after it: some may not be readable.
    _enough_held(int(drawn.held.sum()), least_held)
    sizes = {name: int(wanted.sum()) for name, wanted in drawn.arms.items()}
    for name, n in sizes.items():
        _enough(name, n, least_arm, 1.0)
    halves = drawn.from_raw < FROM_RAW or Design.of(sizes).halves
    share = min(1.0, _MOST / max(sizes.values()))
    reference = _read(sides["raw"] if holdout is None else holdout, drawn.held, _MOST, options)
    _enough_held(len(reference.content), least_held)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    unread = {"holdout": reference.n_unread}
    for name, wanted in drawn.arms.items():
        loaded = _read(sides[name], wanted, round(share * sizes[name]), options)
        _enough(name, len(loaded.content), least_arm, share)
        save_content(folder / "data", name, loaded.content)
        sizes[name] = len(loaded.content)
        unread[name] = loaded.n_unread
    save_content(folder / "data", "holdout", reference.content)
    _save_labels(folder, reference)
    facts = {
        "schema": 1,
        "key": key,
        **asdict(options),
        "training": asdict(model_class(options.model).presets[options.preset]),
        "corpora": {name: side.profile.location for name, side in sides.items()},
        "holdout": None if holdout is None else holdout.profile.location,
        "n_holdout": len(reference.content),
        "near_holdout": drawn.n_taken,
        "n_unsound": drawn.n_unsound,
        "n_split_from": drawn.n_split_from,
        "n_unread": unread,
        "sizes": sizes,
        "share_read": share,
        "from_raw": drawn.from_raw,
        "halves": halves or Design.of(sizes).halves,
        "metric": metric_of(options).name,
    }
    write_json(folder / CONFIG, facts)
    return facts


def key_of(sides: Mapping[str, Side], holdout: Side | None, options: Options) -> str:
    """Changes with whatever the runs depend on: on a GPU, `flow` is another model."""
    from datakit.benchmarks.training import best_device

    training = asdict(model_class(options.model).presets[options.preset])
    told: list[Any] = [RUN_VERSION, sorted(asdict(options).items()), sorted(training.items())]
    told.append(best_device().type)
    for name, side in [*sorted(sides.items()), ("holdout", holdout)]:
        digest = None if side is None else _contents(side)
        told.append([(name, digest)])
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _contents(side: Side) -> str:
    """Changes with what the samples of a corpus are."""
    rows = side.profile.rows[["sample_id", "content_hash"]].astype(str)
    return hashlib.sha256("\n".join(rows.agg(" ".join, axis=1)).encode()).hexdigest()


def _known(file: Path) -> dict[str, Any]:
    """What was prepared before; nothing where that cannot be read."""
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


@dataclass(frozen=True)
class _Drawn:
    """Who is held out, who may be in which arm, and where curated comes from.

    Parameters
    ----------
    held
        Rows of the hold-out in its corpus, shape (n,).
    arms
        Arm -> rows that it may have.
    n_taken
        Arm -> how many it may not have because of the hold-out.
    from_raw
        Share of curated that comes from raw.
    n_unsound, n_split_from
        See `Held`; 0 for a hold-out that is given.
    """

    held: Mask
    arms: dict[str, Mask]
    n_taken: dict[str, int]
    from_raw: float
    n_unsound: int = 0
    n_split_from: int = 0


def _drawn(sides: Mapping[str, Side], holdout: Side | None) -> _Drawn:
    """Choose the hold-out; take it, its copies, and what was made of it out of every arm."""
    raw = sides["raw"]
    share = 1.0 if sides["curated"] is raw else share_from(sides["curated"], raw)
    counts = (0, 0)
    if holdout is not None:
        held = _readable(holdout)
        near = {name: near_rows(side.profile, holdout.profile) for name, side in sides.items()}
    else:
        split = raw.split
        held, counts = split.reference, (split.n_unsound, split.n_split_from)
        near = {
            name: split.family
            if side is raw
            else near_to_rows(side.profile, raw.profile, split.reference)
            | same_as_rows(side.profile, raw.profile, split.family)
            for name, side in sides.items()
        }
    # An edited sample is no copy any more of what it was made of, and the model still knows it.
    taken = {
        name: near[name] if side is raw else near[name] | made_of(side, raw, near["raw"])
        for name, side in sides.items()
    }
    arms = {name: ~taken[name] & _readable(side) for name, side in sides.items()}
    n_taken = {name: int(mask.sum()) for name, mask in taken.items()}
    return _Drawn(held, arms, n_taken, share, *counts)


def _readable(side: Side) -> Mask:
    return np.asarray(side.profile.rows["status"] == "ok", bool)


def _enough_held(n: int, least: int) -> None:
    if n < least:
        raise InputError(
            f"the hold-out has {n} samples, {least} are needed: give a larger --holdout, or a "
            "larger corpus"
        )


def _enough(name: str, n: int, least: int, share: float) -> None:
    if n < least:
        read = "" if share == 1 else f", of which {100 * share:.3g} % are read"
        raise InputError(
            f"{n} samples are left of {name} beside the hold-out{read}, {least} are needed: give a "
            "larger corpus"
        )


def _read(side: Side, wanted: Mask, most: int, options: Options) -> Loaded:
    """The content of some samples, at most so many of them, by content hash."""
    rows = side.profile.rows
    numbers = np.flatnonzero(wanted)
    if len(numbers) > most:
        hashes = rows["content_hash"].to_numpy()[numbers].astype(str)
        numbers = np.sort(numbers[np.argsort(hashes, kind="stable")[:most]])
    ids = set(rows["sample_id"].to_numpy()[numbers].tolist())
    samples = (sample for sample in side.corpus if sample.sample_id in ids)
    if options.model == "lm":
        return load_texts(side.corpus, samples)
    return load_images(side.corpus, samples, options.size, options.n_channels)


def _save_labels(folder: Path, reference: Loaded) -> None:
    """Labels of the hold-out, where there are enough of each to tell classes apart."""
    file = folder / "data" / "labels.json"
    file.unlink(missing_ok=True)
    if any(label is None for label in reference.labels):
        return
    _, counts = np.unique(np.array(reference.labels, str), return_counts=True)
    if len(counts) > 1 and counts.min() >= 10:
        write_json(file, reference.labels)

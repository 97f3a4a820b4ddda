"""What the runs of a benchmark need, on disk: the content of every arm and of the hold-out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from datakit.benchmarks.holdout import hold_out
from datakit.benchmarks.material import save_content
from datakit.benchmarks.models import model_class
from datakit.benchmarks.options import Options, Side, metric_of
from datakit.benchmarks.pictures import Loaded, load_images, load_texts
from datakit.benchmarks.run_task import RUN_VERSION
from datakit.errors import InputError
from datakit.profiles.files import write_json
from datakit.profiles.overlap import near_rows, near_to_rows

__all__ = ["CONFIG", "key_of", "prepared"]

CONFIG = "bench.json"

Mask = npt.NDArray[np.bool_]

_LEAST = {"image": (100, 100), "text": (20, 20)}
"""Samples that an arm and a hold-out need at least."""

_MOST = 50_000
"""Samples of an arm that are read; the ones with the smallest content hashes."""


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
    held, arms = _masks(sides, holdout)
    least_arm, least_held = _LEAST[sides["raw"].profile.modality]
    # Before anything is read, which takes long, and once more after it: some may not be readable.
    _enough_held(int(held.sum()), least_held)
    for name, (wanted, _) in arms.items():
        _enough(name, int(wanted.sum()), least_arm)
    reference = _read(sides["raw"] if holdout is None else holdout, held, options)
    _enough_held(len(reference.content), least_held)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    sizes, unread = {}, {"holdout": reference.n_unread}
    for name, (wanted, _) in arms.items():
        loaded = _read(sides[name], wanted, options)
        _enough(name, len(loaded.content), least_arm)
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
        "near_holdout": {name: n_taken for name, (_, n_taken) in arms.items()},
        "n_unread": unread,
        "sizes": sizes,
        "metric": metric_of(options).name,
    }
    write_json(folder / CONFIG, facts)
    return facts


def key_of(sides: Mapping[str, Side], holdout: Side | None, options: Options) -> str:
    """Changes with whatever the runs depend on."""
    training = asdict(model_class(options.model).presets[options.preset])
    told: list[Any] = [RUN_VERSION, sorted(asdict(options).items()), sorted(training.items())]
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


def _masks(
    sides: Mapping[str, Side], holdout: Side | None
) -> tuple[Mask, dict[str, tuple[Mask, int]]]:
    """Rows of the hold-out, and by arm the rows that it may have and how many it may not."""
    raw = sides["raw"]
    arms = {}
    if holdout is not None:
        held = _readable(holdout)
        frees = {name: ~near_rows(side.profile, holdout.profile) for name, side in sides.items()}
    else:
        split = hold_out(raw.profile)
        held = split.reference
        frees = {
            name: ~(
                split.family
                if side is raw
                else near_to_rows(side.profile, raw.profile, split.family)
            )
            for name, side in sides.items()
        }
    for name, free in frees.items():
        arms[name] = (free & _readable(sides[name]), int((~free).sum()))
    return held, arms


def _readable(side: Side) -> Mask:
    return np.asarray(side.profile.rows["status"] == "ok", bool)


def _enough_held(n: int, least: int) -> None:
    if n < least:
        raise InputError(
            f"the hold-out has {n} samples, {least} are needed: give a larger --holdout, or a "
            "larger corpus"
        )


def _enough(name: str, n: int, least: int) -> None:
    if n < least:
        raise InputError(
            f"{n} samples are left of {name} beside the hold-out, {least} are needed: give a "
            "larger corpus"
        )


def _read(side: Side, wanted: Mask, options: Options) -> Loaded:
    """The content of some samples, at most `_MOST` of them, by content hash."""
    rows = side.profile.rows
    numbers = np.flatnonzero(wanted)
    if len(numbers) > _MOST:
        hashes = rows["content_hash"].to_numpy()[numbers].astype(str)
        numbers = np.sort(numbers[np.argsort(hashes, kind="stable")[:_MOST]])
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

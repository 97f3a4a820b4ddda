"""Models trained on corpora as they are, without curation."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from datakit.benchmarks.material import Design, save_content
from datakit.benchmarks.run_task import RUN_VERSION, RunTask, read_run, run_folder
from datakit.executors import executor

__all__ = ["MODEL", "PRESET", "SPACE", "train"]

MODEL, PRESET, SPACE = "flow", "quick", "efficientnet-lite0"
"""What `datakit bench` does where nothing else is asked for."""

_N_GENERATED = 2_000
_KEY = f"{RUN_VERSION} {MODEL} {PRESET} {SPACE}"

Told = Callable[[str, int, dict[str, Any]], None]


def train(
    held: np.ndarray,
    corpora: Mapping[str, Callable[[], np.ndarray]],
    seeds: Iterable[int],
    place: Path,
    workers: int = 2,
    told: Told = lambda name, seed, found: None,
) -> dict[str, list[dict[str, Any]]]:
    """Train on every corpus alone, on all of it, with the same seeds.

    Every corpus is an arm of one benchmark: the hold-out, its components, the steps, and each
    seed's first weights and noise are common to all, and those of `datakit bench` with the same
    hold-out.

    Parameters
    ----------
    held
        Clean pictures that no corpus holds, shape (n, h, w) or (n, h, w, 3).
    corpora
        Name -> what gives its pictures; only asked for where a run is missing.
    seeds
        Of the runs of each.
    place
        Where runs are kept; finished ones are not done again, unless the model or its code is
        another: another corpus needs another name. Weights are not kept.
    workers
        Runs side by side.
    told
        Called with a corpus' name, a seed, and what its run found, after every new run.

    Returns
    -------
    dict
        Corpus' name -> what each run found, see `RunTask`.
    """
    seeds = list(seeds)
    wanted = [(c, s) for c in corpora for s in seeds if not _run(place, c, s)]
    if wanted:
        data = place / "data"
        data.mkdir(parents=True, exist_ok=True)
        save_content(data, "holdout", _channels_first(held))
        sizes = {}
        for name in dict.fromkeys(name for name, _ in wanted):
            content = _channels_first(corpora[name]())
            save_content(data, name, content)
            sizes[name] = len(content)
        n_generated = min(_N_GENERATED, len(held))
        design = Design(sizes, False)
        task = RunTask(place, MODEL, PRESET, design, SPACE, n_generated, key=_KEY)
        for found in executor(workers).map(task, list(enumerate(wanted))):
            name, seed = found["arm"], found["seed"]
            (run_folder(place, name, seed) / "weights.safetensors").unlink(missing_ok=True)
            told(name, seed, found)
        shutil.rmtree(data)
    return {c: [_run(place, c, s) or {} for s in seeds] for c in corpora}


def _run(place: Path, name: str, seed: int) -> dict[str, Any] | None:
    found = read_run(run_folder(place, name, seed))
    return found if found and found.get("key") == _KEY else None


def _channels_first(images: np.ndarray) -> np.ndarray:
    """(n, H, W) or (n, H, W, 3) as (n, C, H, W)."""
    stacked = images[..., None] if images.ndim == 3 else images
    return np.ascontiguousarray(stacked.transpose(0, 3, 1, 2))

"""One run: a model trained on one arm with one seed, its samples, and how good they are."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from datakit.benchmarks.material import Design, chosen, load_content
from datakit.benchmarks.memory_errors import memory_errors
from datakit.executors.executor import Watch
from datakit.profiles.files import atomic, write_json

__all__ = ["DONE", "RUN_VERSION", "SAMPLES", "RunTask", "read_run", "run_folder"]

RUN_VERSION = 4
"""One more with every change of the code by which a run finds something else: old runs are done
again."""

DONE = "run.json"
SAMPLES = "samples.jsonl"
"""Texts that were drawn: one object with ``text`` a line."""

LIVE_SECONDS = 1.0
N_SHOWN = 64
_TEXT_SAMPLES, _TEXT_BYTES = 64, 256

Shard = tuple[int, tuple[str, int]]


def run_folder(folder: Path, arm: str, seed: int) -> Path:
    """Where a run is saved."""
    return folder / "runs" / f"{arm.replace(' ', '_')}-{seed:03d}"


def read_run(folder: Path) -> dict[str, Any] | None:
    """What a finished run found; None where it is not finished."""
    try:
        found: dict[str, Any] = json.loads((folder / DONE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


@dataclass(frozen=True)
class RunTask:
    """Trains, samples, measures and saves; a run that is saved already is not done again.

    Parameters
    ----------
    folder
        Of the benchmark: ``data/`` with the content of the arms, ``runs/`` for the results.
    model, preset
        Names.
    design
        Which samples an arm trains on.
    space
        Feature space of images, see `FeatureSpace`.
    n_generated
        Images that are drawn and compared.
    seed
        Of the benchmark; a run's own seed is added.
    key
        Of the benchmark: a saved run of another one is done again.
    """

    folder: Path
    model: str
    preset: str
    design: Design
    space: str
    n_generated: int
    seed: int = 0
    key: str = ""

    def __call__(self, shard: Shard, watch: Watch) -> dict[str, Any]:
        """Do one run (arm, seed); returns what was found, and saves it.

        Raises
        ------
        InputError
            Not enough memory.
        """
        from threadpoolctl import threadpool_limits

        from datakit.benchmarks.training import best_device, one_thread

        _, (arm, seed) = shard
        place = run_folder(self.folder, arm, seed)
        known = read_run(place)
        if known is not None and known.get("key") == self.key:
            return known
        place.mkdir(parents=True, exist_ok=True)
        # All of a run, the first weights included: a sum has another last bit on two threads, and
        # a run must find the same in this process as in a worker.
        what = f"carry out the run {place.name} of {self.model}"
        advice = "give a smaller preset, a smaller corpus or fewer workers"
        with threadpool_limits(1), one_thread(best_device()), memory_errors(what, advice):
            found = self._run(place, arm, seed)
        write_json(place / DONE, found)
        (place / "live.json").unlink(missing_ok=True)
        return found

    def _run(self, place: Path, arm: str, seed: int) -> dict[str, Any]:
        from datakit.benchmarks.training import Diverged

        began = time.process_time()
        source, rows = self.design.rows(arm, seed)
        train = chosen(load_content(self.folder / "data", source), rows)
        found: dict[str, Any] = {
            "key": self.key,
            "version": RUN_VERSION,
            "arm": arm,
            "seed": seed,
            "model": self.model,
            "preset": self.preset,
            "n_samples": len(rows),
            "status": "ok",
            "value": None,
        }
        try:
            if self.model == "lm":
                found |= self._text(place, train, seed)
            else:
                found |= self._images(place, train, seed)
        except Diverged as error:
            found |= {"status": "diverged", "reason": str(error)}
        if found.get("fidelity", {}).get("collapsed"):
            found["status"] = "collapsed"
        return found | {"cpu_seconds": round(time.process_time() - began, 2)}

    def _images(self, place: Path, train: Any, seed: int) -> dict[str, Any]:
        from datakit.benchmarks.fidelity_images import image_fidelity, repetition
        from datakit.benchmarks.memorisation import memorised_images
        from datakit.benchmarks.models import model_class
        from datakit.benchmarks.pictures import as_pixels, as_tensor
        from datakit.benchmarks.training import best_device, generator
        from datakit.benchmarks.untrained import untrained_pixels
        from datakit.metrics.frechet import frechet_distance

        device = best_device()
        kind = model_class(self.model)
        preset = kind.presets[self.preset]
        shape = train.shape[1:]
        own = self.seed * 1_000_003 + seed

        def build() -> Any:
            return kind(shape, preset, generator(own, "weights"), device)

        model, images = build(), as_tensor(train)
        self._train(place, model, images, preset, own)
        drawn = model.sample(self.n_generated, generator(own, "samples"))
        pixels = as_pixels(drawn)
        held, space, held_features = _reference(self.folder / "data", self.space)
        rng = np.random.default_rng([own, 3])
        fidelity = image_fidelity(space.features(pixels), held_features, rng)
        components, held_components = _components(self.folder / "data", self.space)
        fidelity |= repetition(components.features(pixels), held_components, rng)
        fidelity |= memorised_images(pixels, held, train, components, rng)
        fidelity |= self._classes(pixels, held)
        save_grid(place / "samples.png", pixels[:N_SHOWN])
        found = {
            "shape": list(shape),
            "value": fidelity["frechet_distance"],
            "fidelity": fidelity,
        }
        if seed == 0:
            start = untrained_pixels(build, images, self.n_generated, generator(own, "samples"))
            found["untrained"] = frechet_distance(space.features(start), held_features)
        return found

    def _classes(
        self, pixels: npt.NDArray[np.uint8], held: npt.NDArray[np.uint8]
    ) -> dict[str, Any]:
        """Against the hold-out's classes, where it has labels."""
        file = self.folder / "data" / "labels.json"
        if not file.exists() or min(held.shape[2:]) < 8:
            return {}
        from datakit.benchmarks.fidelity_images import class_fidelity, classifier_distances
        from datakit.benchmarks.pictures import as_tensor

        images = as_tensor(held)
        judge = _classifier(file, self.space, self.seed)
        new, kept = as_tensor(pixels), images[judge.reference]
        found: dict[str, Any] = class_fidelity(judge.probabilities(new), judge.probabilities(kept))
        rng = np.random.default_rng([self.seed, 4])
        return found | classifier_distances(judge.features(new), judge.features(kept), rng)

    def _text(self, place: Path, train: Any, seed: int) -> dict[str, Any]:
        from datakit.benchmarks.fidelity_texts import text_fidelity
        from datakit.benchmarks.models.lm import Lm, windows
        from datakit.benchmarks.training import best_device, generator

        device = best_device()
        preset = Lm.presets[self.preset]
        own = self.seed * 1_000_003 + seed
        model = Lm(preset, generator(own, "weights"), device)
        self._train(place, model, windows(train, preset.context), preset, own)
        held = load_content(self.folder / "data", "holdout")
        assert isinstance(held, list)
        bits = model.bits_per_byte(held)
        drawn = model.sample(_TEXT_SAMPLES, _TEXT_BYTES, generator(own, "samples"))
        save_texts(place / SAMPLES, drawn)
        return {"value": bits, "fidelity": text_fidelity(drawn, held, train, bits)}

    def _train(self, place: Path, model: Any, data: Any, preset: Any, own: int) -> None:
        from safetensors.torch import save_file

        from datakit.benchmarks.training import Diverged, train

        live = _Live(place / "live.json", preset.steps)
        try:
            curves = train(model, data, preset.steps, preset.batch, own, model.device, live.told)
        except Diverged as error:
            write_json(place / "curves.json", dataclasses.asdict(error.curves))
            raise
        write_json(place / "curves.json", dataclasses.asdict(curves))
        with atomic(place / "weights.safetensors") as temporary:
            save_file(model.state(), str(temporary))


@lru_cache(maxsize=1)
def _reference(data: Path, space: str) -> tuple[npt.NDArray[np.uint8], Any, Any]:
    """Held-out images, the feature space, and their features: the same for every run."""
    from datakit.benchmarks.feature_space import FeatureSpace

    held = load_content(data, "holdout")
    assert isinstance(held, np.ndarray)
    found = FeatureSpace(space, held)
    return held, found, found.features(held)


@lru_cache(maxsize=1)
def _components(data: Path, space: str) -> tuple[Any, Any]:
    """The hold-out's principal components, where copies are looked for, and its coordinates."""
    from datakit.benchmarks.feature_space import PRINCIPAL, FeatureSpace

    held, found, features = _reference(data, space)
    if space == PRINCIPAL:
        return found, features
    components = FeatureSpace(PRINCIPAL, held)
    return components, components.features(held)


@lru_cache(maxsize=1)
def _classifier(labels: Path, space: str, seed: int) -> Any:
    """The classifier of the hold-out: the same for every run, so fitted once a process."""
    from datakit.benchmarks.classifier import fit_classifier
    from datakit.benchmarks.pictures import as_tensor

    held, _, _ = _reference(labels.parent, space)
    return fit_classifier(as_tensor(held), json.loads(labels.read_text(encoding="utf-8")), seed)


class _Live:
    """Says now and then how far a run is; read by whoever shows progress."""

    def __init__(self, file: Path, steps: int) -> None:
        self._file, self._steps = file, steps
        self._next = 0.0

    def told(self, step: int, losses: dict[str, float]) -> None:
        """Take one step's losses."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + LIVE_SECONDS
            shown = {name: round(value, 4) for name, value in losses.items()}
            text = json.dumps({"step": step, "steps": self._steps, "losses": shown})
            self._file.write_text(text, encoding="utf-8")


def save_texts(file: Path, texts: Sequence[bytes]) -> None:
    """Write texts as JSON Lines, with U+FFFD for bytes that are no UTF-8."""
    decoded = (text.decode("utf-8", "replace") for text in texts)
    lines = (json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in decoded)
    file.write_text("".join(lines), encoding="utf-8", newline="\n")


def save_grid(file: Path, pixels: npt.NDArray[np.uint8]) -> None:
    """Write images (n, C, H, W) as one PNG, eight in a row."""
    from PIL import Image

    n, c, h, w = pixels.shape
    side = 8
    rows = -(-n // side)
    sheet = np.full((rows * h, side * w, c), 255, np.uint8)
    for i, image in enumerate(pixels):
        y, x = divmod(i, side)
        sheet[y * h : (y + 1) * h, x * w : (x + 1) * w] = image.transpose(1, 2, 0)
    Image.fromarray(sheet[..., 0] if c == 1 else sheet).save(file, "PNG")

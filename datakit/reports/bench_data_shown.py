"""What the models of a benchmark made, and how they learned, as a page shows it."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from datakit.benchmarks.material import load_content
from datakit.benchmarks.run_task import SAMPLES, run_folder
from datakit.reports.bench_data_saved import SavedBench
from datakit.reports.visible import visible

__all__ = ["curves", "grids", "texts", "typical_seed"]

_N_SHOWN, _IN_A_ROW = 64, 8
_MOST_CHARS = 1_500


def typical_seed(bench: SavedBench) -> int:
    """The seed whose runs are nearest to the median of every arm; the lowest of equal ones.

    One for all arms, as only then they start from the same noise.
    """
    arms = bench.effect.arms.values()
    values = np.array([arm.values for arm in arms], np.float64)
    known = np.isfinite(values).all(axis=0)
    if not known.any():
        return 0
    inside = values[:, known]
    spread = np.maximum(inside.max(axis=1) - inside.min(axis=1), 1e-12)
    off = np.abs(inside - np.median(inside, axis=1, keepdims=True)) / spread[:, None]
    return int(np.flatnonzero(known)[off.mean(axis=0).argmin()])


def grids(bench: SavedBench, seed: int) -> list[dict[str, Any]]:
    """Samples of every arm, and held-out images: name, value of the run, picture in base64."""
    found = []
    for name, arm in bench.effect.arms.items():
        file = run_folder(bench.folder, name, seed) / "samples.png"
        if file.exists():
            value = arm.values[seed]
            known = float(value) if np.isfinite(value) else None
            picture = base64.b64encode(file.read_bytes()).decode()
            found.append({"arm": name, "value": known, "picture": picture})
    held = _held(bench)
    if isinstance(held, np.ndarray) and found:
        found.append({"arm": "holdout", "value": None, "picture": _sheet(held)})
    return found


def texts(bench: SavedBench, seed: int) -> list[dict[str, Any]]:
    """The first samples of every arm, and of the hold-out, without personal data and secrets."""
    found = []
    for name, arm in bench.effect.arms.items():
        file = run_folder(bench.folder, name, seed) / SAMPLES
        if file.exists():
            value = arm.values[seed]
            known = float(value) if np.isfinite(value) else None
            text = "\n\n".join(_drawn(file))
            found.append({"arm": name, "value": known, "text": _shown(text)})
    held = _held(bench)
    if isinstance(held, list) and found:
        text = "\n\n".join(t[:400].decode("utf-8", "ignore") for t in held[:8])
        found.append({"arm": "holdout", "value": None, "text": _shown(text)})
    return found


def curves(bench: SavedBench) -> list[dict[str, Any]]:
    """By loss: of every arm the mean over seeds, and the lowest and highest, by step."""
    by_arm: dict[str, list[dict[str, Any]]] = {}
    for arm, runs in bench.runs.items():
        read = [_curve(run_folder(bench.folder, arm, seed)) for seed in range(len(runs))]
        by_arm[arm] = [one for one in read if one]
    names = list(dict.fromkeys(n for runs in by_arm.values() for r in runs for n in r["losses"]))
    found = []
    for name in names:
        lines = []
        for arm, runs in by_arm.items():
            whole = [r for r in runs if name in r["losses"]]
            # Those of diverged runs end before.
            last = max((r["steps"][-1] for r in whole), default=0)
            whole = [r for r in whole if r["steps"][-1] == last]
            if whole:
                values = np.array([r["losses"][name] for r in whole], np.float64)
                lines.append({"arm": arm, "n": len(whole), "steps": whole[0]["steps"]})
                for key, line in (
                    ("mean", values.mean(axis=0)),
                    ("low", values.min(axis=0)),
                    ("high", values.max(axis=0)),
                ):
                    lines[-1][key] = [float(f"{v:.5g}") for v in line]
        found.append({"loss": name, "lines": lines})
    return found


def _curve(run: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((run / "curves.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    n = len(found["steps"])
    return found if n and all(len(loss) == n for loss in found["losses"].values()) else None


def _drawn(file: Path) -> list[str]:
    """Texts that a run has drawn; without a line that is damaged."""
    found = []
    for line in file.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            found.append(str(json.loads(line)["text"]))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _held(bench: SavedBench) -> Any:
    try:
        return load_content(bench.folder / "data", "holdout")
    except (OSError, ValueError, KeyError):
        return None


def _sheet(images: npt.NDArray[np.uint8]) -> str:
    """Some images (n, C, H, W), from the first to the last, as one picture, in base64."""
    from PIL import Image

    n = min(_N_SHOWN, len(images))
    chosen = images[np.linspace(0, len(images) - 1, n).round().astype(int)]
    c, h, w = chosen.shape[1:]
    sheet = np.full((-(-n // _IN_A_ROW) * h, _IN_A_ROW * w, c), 255, np.uint8)
    for i, image in enumerate(chosen):
        y, x = divmod(i, _IN_A_ROW)
        sheet[y * h : (y + 1) * h, x * w : (x + 1) * w] = image.transpose(1, 2, 0)
    buffer = io.BytesIO()
    Image.fromarray(sheet[..., 0] if c == 1 else sheet).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def _shown(text: str) -> str:
    """The beginning of a text, as a page may show it."""
    from datakit.transforms.text_mask_pii import MaskPII
    from datakit.transforms.text_mask_secrets import MaskSecrets
    from datakit.transforms.transform import Content

    # Cut after masking, so that nothing is shown of what the cut would have made unknown.
    content = Content(text[: 4 * _MOST_CHARS], None, ".txt")
    for step in (MaskSecrets(), MaskPII()):
        content, _ = step.clean(content)
    masked: str = content.value
    return visible(masked[:_MOST_CHARS] + ("…" if len(masked) > _MOST_CHARS else ""))

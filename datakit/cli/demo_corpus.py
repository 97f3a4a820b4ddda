"""A small corpus from packaged images, with planted defects whose number is known."""

from __future__ import annotations

import io
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from datakit.errors import InputError

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["build_demo"]

EACH = 4
SIDE = 128
N_SHEETS = 100
_MARKER = ".datakit-demo"


def build_demo(folder: Path, seed: int) -> dict[str, set[str]]:
    """Write the corpus; returns issue -> the files that have it.

    Crops of scikit-learn's two photographs, and its handwritten digits enlarged, in class
    folders. Defects replace clean files or are added beside them.

    Parameters
    ----------
    folder
        Where to; an earlier demo there is replaced.
    seed
        Of every random choice.

    Raises
    ------
    InputError
        `folder` holds something else than an earlier demo.
    """
    if folder.exists():
        if not (folder / _MARKER).exists():
            raise InputError(f"{folder} exists and is no demo corpus: give another --out")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / _MARKER).touch()
    rng = np.random.default_rng(seed)
    photos, digits = _crops(), _digits(rng)
    files = {name: _jpeg(image) for name, image in (photos | digits).items()}
    planted: dict[str, set[str]] = defaultdict(set)
    pool = [*rng.permutation(sorted(photos)).tolist(), *rng.permutation(sorted(digits)).tolist()]
    _plant_defects(iter(pool), photos | digits, files, planted, rng)
    _plant_copies(iter(reversed(pool)), photos | digits, files, planted)
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return dict(planted)


def _crops() -> dict[str, Image.Image]:
    """Disjoint windows of the two photographs, the flattest third left out."""
    from PIL import Image
    from sklearn.datasets import load_sample_images

    out = {}
    for name, pixels in zip(("temple", "flower"), load_sample_images().images, strict=True):
        picture = Image.fromarray(pixels)
        boxes = [(x, y, x + SIDE, y + SIDE) for y in (0, 140, 290) for x in range(0, 640, SIDE)]
        crops = [picture.crop(box) for box in boxes]
        crops.sort(key=lambda crop: -float(np.abs(np.diff(np.asarray(crop, float), axis=1)).mean()))
        for k, crop in enumerate(crops[:10]):
            out[f"train/{name}/{k:03d}.jpg"] = crop
    return out


def _digits(rng: np.random.Generator) -> dict[str, Image.Image]:
    """Sheets of 4 x 4 handwritten digits, enlarged 4 times, in two colours each."""
    from PIL import Image
    from sklearn.datasets import load_digits

    images = load_digits().images[rng.permutation(1797)] / 16
    out = {}
    for k in range(N_SHEETS):
        sixteen = images[k * 16 : (k + 1) * 16]
        rows = [np.hstack(list(sixteen[i : i + 4])) for i in range(0, 16, 4)]
        share = np.kron(np.vstack(rows), np.ones((4, 4)))[..., None]
        paper, ink = rng.integers(200, 250, 3), rng.integers(10, 60, 3)
        paper[k % 3] -= 90
        pixels = (paper * (1 - share) + ink * share).astype(np.uint8)
        out[f"train/digits/{k:03d}.jpg"] = Image.fromarray(pixels)
    return out


def _jpeg(image: Image.Image, quality: int = 92) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _gain(image: Image.Image, gain: float) -> Image.Image:
    """Change the exposure in linear light."""
    from PIL import Image

    linear = (np.asarray(image, float) / 255) ** 2.2 * gain
    return Image.fromarray((np.clip(linear, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8))


def _plant_defects(
    pool: Iterator[str],
    clean: dict[str, Image.Image],
    files: dict[str, bytes],
    planted: dict[str, set[str]],
    rng: np.random.Generator,
) -> None:
    """Replace clean files by defective ones."""
    from PIL import Image, ImageFilter, ImageOps

    def noise(im: Image.Image) -> Image.Image:
        noisy = np.asarray(im, float) + rng.normal(0, 45, (im.height, im.width, 3))
        return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))

    def flat(im: Image.Image) -> Image.Image:
        return Image.new("RGB", im.size, tuple(rng.integers(90, 160, 3).tolist()))

    def bars(im: Image.Image) -> Image.Image:
        return ImageOps.pad(im.resize((SIDE, 80)), (SIDE, SIDE), color="black")

    changes: dict[str, Callable[[Image.Image], bytes]] = {
        "blurry": lambda im: _jpeg(im.filter(ImageFilter.GaussianBlur(3))),
        "too_dark": lambda im: _jpeg(_gain(im, 1 / 30)),
        "noisy": lambda im: _jpeg(noise(im)),
        "over_compressed": lambda im: _jpeg(im, 4),
        "grayscale": lambda im: _jpeg(im.convert("L").convert("RGB")),
        "letterboxed": lambda im: _jpeg(bars(im)),
        "too_bright": lambda im: _jpeg(_gain(im, 60)),
        "low_information": lambda im: _jpeg(
            Image.new("RGB", im.size, tuple(rng.integers(90, 160, 3)))
        ),
        "odd_size": lambda im: _jpeg(im.resize((1024, 1024), Image.Resampling.NEAREST)),
        "odd_aspect": lambda im: _jpeg(im.crop((0, 50, SIDE, 66)).resize((512, 64))),
        "truncated": lambda im: _jpeg(im)[: len(_jpeg(im)) // 2],
        "unreadable": lambda im: b"<html><body>404 Not Found</body></html>",
        "empty_file": lambda im: b"",
    }
    for issue, change in changes.items():
        for _ in range(EACH if issue not in ("odd_size", "odd_aspect") else 1):
            name = next(pool)
            files[name] = change(clean[name])
            planted[issue].add(name)
    for _ in range(EACH):
        name = next(pool)
        buffer = io.BytesIO()
        clean[name].save(buffer, "PNG")
        files[name] = buffer.getvalue()
        planted["wrong_suffix"].add(name)


def _plant_copies(
    pool: Iterator[str],
    clean: dict[str, Image.Image],
    files: dict[str, bytes],
    planted: dict[str, set[str]],
) -> None:
    """Add copies beside clean files: in the same class, in another class, in another split."""
    from PIL import Image

    for _ in range(EACH):
        name = next(pool)
        copy = name.replace(".jpg", "-copy.jpg")
        files[copy] = files[name]
        planted["exact_duplicate"] |= {name, copy}
    for _ in range(EACH):
        name = next(pool)
        copy = name.replace(".jpg", "-small.jpg")
        files[copy] = _jpeg(clean[name].resize((96, 96), Image.Resampling.LANCZOS), 60)
        planted["near_duplicate"] |= {name, copy}
    for _ in range(EACH):
        name = next(pool)
        copy = f"train/mislabelled/{name.replace('/', '-')}"
        files[copy] = files[name]
        planted["exact_duplicate"] |= {name, copy}
        planted["label_conflict"] |= {name, copy}
    for _ in range(EACH):
        name = next(pool)
        copy = name.replace("train/", "test/")
        files[copy] = files[name]
        planted["exact_duplicate"] |= {name, copy}
        planted["split_leak"] |= {name, copy}

"""A small corpus of handwritten digits with planted defects whose number is known."""

from __future__ import annotations

import io
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from datakit.errors import InputError

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["DIRTY", "HELD", "OTHERS", "Demo", "build_demo"]

DIRTY, HELD = "digits", "holdout"
"""Folders of the demo: the dirty corpus, and clean digits that no step but the benchmark sees."""

SIDE = 32
N_DIGITS, N_HELD = 1_797, 400
_MARKER = ".datakit-demo"
_WRITTEN = (
    *(DIRTY, HELD, f"{DIRTY}.profile"),
    *("curated", "curated.profile", "bench", "index.html"),
)
"""What a demo writes; all that another one takes away."""

N_PLANTED = {
    "blurry": 120,
    "noisy": 120,
    "low_information": 100,
    "over_compressed": 30,
    "too_dark": 30,
    "letterboxed": 30,
    "truncated": 10,
    "unreadable": 10,
    "empty_file": 10,
    "wrong_suffix": 10,
}
"""Digits that are replaced by a spoilt one, by issue."""

N_COPIED, N_COPIES = 30, 8
"""So many digits have so many exact copies each: a crawler that came by again and again."""

N_NEAR, N_CONFLICTS, N_PHOTOS = 60, 15, 40
"""Digits with a recompressed copy, with a copy in another class, and pictures of something else."""

OTHERS = (
    "Others found: files in which nothing was planted. The photographs are found as outliers, "
    "unless they have an issue with a name of its own."
)
"""What is said below the table of what was planted and found."""


@dataclass(frozen=True)
class Demo:
    """What was written.

    Parameters
    ----------
    planted
        Issue -> the files of the dirty corpus that have it.
    foreign
        Files that are no digits at all: outliers, or too dark, or of low contrast ...
    """

    planted: dict[str, set[str]]
    foreign: set[str]


def build_demo(folder: Path, seed: int) -> Demo:
    """Write ``digits/``, a dirty corpus, and ``holdout/``, a clean one.

    The 1,797 handwritten digits that ship inside scikit-learn, 8 x 8 px, are enlarged smoothly and
    sharpened, as ink on paper. Some are held out, the others are spoilt.

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
    _clear(folder)
    rng = np.random.default_rng(seed)
    digits = _digits()
    names = rng.permutation(sorted(digits)).tolist()
    held, pool = names[:N_HELD], names[N_HELD:]
    files = {name: _png(digits[name]) for name in pool}
    planted: dict[str, set[str]] = defaultdict(set)
    _plant_defects(iter(pool), digits, files, planted, rng)
    _plant_copies(iter(reversed(pool)), digits, files, planted)
    foreign = _plant_photographs(files, rng)
    _write(folder / DIRTY, files)
    # Without class folders: no classifier is fitted for every run, which would double the time.
    _write(folder / HELD, {name[2:]: _png(digits[name]) for name in held})
    return Demo(dict(planted), foreign)


def _clear(folder: Path) -> None:
    """Take an earlier demo away, and nothing else."""
    if folder.exists():
        known = folder.is_dir() and ((folder / _MARKER).exists() or not any(folder.iterdir()))
        if not known:
            raise InputError(f"{folder} exists and is no demo: give another --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARKER).touch()
        for name in _WRITTEN:
            place = folder / name
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"--out {folder} cannot be written: {error.strerror}") from error


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def _digits() -> dict[str, Image.Image]:
    """The digits by file name, in a folder per class."""
    from PIL import Image
    from sklearn.datasets import load_digits

    data = load_digits()
    out = {}
    for k, (pixels, label) in enumerate(zip(data.images[:N_DIGITS], data.target, strict=False)):
        small = Image.fromarray(np.pad(pixels / 16, 1).astype(np.float32))
        large = np.asarray(small.resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.float64)
        ink = 1 / (1 + np.exp(-40 * (large - 0.5)))  # sharp edges, as a pen leaves them
        out[f"{label}/{k:04d}.png"] = Image.fromarray((245 - 215 * ink).round().astype(np.uint8))
    return out


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _dark(image: Image.Image) -> Image.Image:
    """A fiftieth of the light."""
    from PIL import Image

    linear = (np.asarray(image, float) / 255) ** 2.2 / 50
    return Image.fromarray((linear ** (1 / 2.2) * 255).astype(np.uint8))


def _plant_defects(
    pool: Iterator[str],
    clean: dict[str, Image.Image],
    files: dict[str, bytes],
    planted: dict[str, set[str]],
    rng: np.random.Generator,
) -> None:
    """Replace clean files by spoilt ones; JPEGs get a JPEG's name."""
    from PIL import Image, ImageFilter, ImageOps

    def noise(im: Image.Image) -> Image.Image:
        noisy = np.asarray(im, float) + rng.normal(0, 50, (SIDE, SIDE))
        return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))

    def blank(im: Image.Image) -> Image.Image:
        page = rng.normal(rng.uniform(130, 240), 1, (SIDE, SIDE))
        return Image.fromarray(page.astype(np.uint8))

    def bars(im: Image.Image) -> Image.Image:
        return ImageOps.pad(im.resize((SIDE, 22)), (SIDE, SIDE), color=0)

    changes: dict[str, Callable[[Image.Image], bytes]] = {
        "blurry": lambda im: _png(im.filter(ImageFilter.GaussianBlur(2.5))),
        "noisy": lambda im: _png(noise(im)),
        "low_information": lambda im: _png(blank(im)),
        "over_compressed": lambda im: _jpeg(im, 5),
        "too_dark": lambda im: _png(_dark(im)),
        "letterboxed": lambda im: _png(bars(im)),
        "truncated": lambda im: _png(im)[: len(_png(im)) // 2],
        "unreadable": lambda im: b"<html><body>404 Not Found</body></html>",
        "empty_file": lambda im: b"",
        "wrong_suffix": lambda im: _jpeg(im, 95),
    }
    for issue, n in N_PLANTED.items():
        for _ in range(n):
            old = next(pool)
            name = old.replace(".png", ".jpg") if issue == "over_compressed" else old
            del files[old]
            files[name] = changes[issue](clean[old])
            planted[issue].add(name)


def _plant_copies(
    pool: Iterator[str],
    clean: dict[str, Image.Image],
    files: dict[str, bytes],
    planted: dict[str, set[str]],
) -> None:
    """Add copies beside clean files, and in another class."""
    for _ in range(N_COPIED):
        name = next(pool)
        copies = [name.replace(".png", f"-{k}.png") for k in range(N_COPIES)]
        files.update(dict.fromkeys(copies, files[name]))
        planted["exact_duplicate"] |= {name, *copies}
    for _ in range(N_NEAR):
        name = next(pool)
        copy = name.replace(".png", "-again.jpg")
        files[copy] = _jpeg(clean[name], 90)
        planted["near_duplicate"] |= {name, copy}
    for _ in range(N_CONFLICTS):
        name = next(pool)
        copy = f"{(int(name[0]) + 1) % 10}/{name[2:].replace('.png', '-copy.png')}"
        files[copy] = files[name]
        planted["exact_duplicate"] |= {name, copy}
        planted["label_conflict"] |= {name, copy}


def _plant_photographs(files: dict[str, bytes], rng: np.random.Generator) -> set[str]:
    """Add windows of two photographs, gray like the digits; returns their names."""
    from PIL import Image
    from sklearn.datasets import load_sample_images

    photographs = [Image.fromarray(pixels).convert("L") for pixels in load_sample_images().images]
    names = set()
    for k in range(N_PHOTOS):
        side = int(rng.integers(64, 200))
        photograph = photographs[k % 2]
        x, y = (int(rng.integers(0, size - side)) for size in photograph.size)
        window = photograph.crop((x, y, x + side, y + side))
        name = f"{k % 10}/photo-{k:02d}.png"
        files[name] = _png(window.resize((SIDE, SIDE), Image.Resampling.BOX))
        names.add(name)
    return names

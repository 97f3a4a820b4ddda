"""Small corpora for all tests."""

import functools
import io
import os
import sys
from pathlib import Path

# One thread for each test process and what it starts: `pytest -n` uses the cores, and threads that
# wait for each other's core cost more than they save. Before numpy and torch, which read this.
os.environ.update(
    dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
)

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent / "executors"))
sys.path.insert(0, str(Path(__file__).parent / "gates"))

from gate_fixtures import *  # noqa: F403 (a second conftest would hide this one)


def textured(seed, size=(96, 64), octaves=5):
    """A random picture with a natural spectrum: no two seeds look alike."""
    rng = np.random.default_rng(seed)
    w, h = size
    out = np.zeros((h, w, 3))
    for k in range(1, octaves + 1):
        small = rng.normal(0, 1, (2**k, 2**k, 3))
        for c in range(3):
            layer = Image.fromarray(small[..., c].astype(np.float32)).resize(size, Image.BICUBIC)
            out[..., c] += np.asarray(layer) / k
    out += rng.normal(0, 0.15, out.shape)
    out = 128 + 45 * (out - out.mean()) / out.std()
    return Image.fromarray(out.clip(0, 255).astype(np.uint8))


def encoded(image, form="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def contents(path):
    """Relative name -> bytes of everything in a profile that is a result."""
    results = ("rows", "issues.parquet", "scores.json", "embeddings", "thumbnails.parquet")
    results += ("excerpts.parquet", "shared_lines.parquet")
    found = {}
    for name in results:
        entry = Path(path) / name
        files = sorted(entry.rglob("*")) if entry.is_dir() else [entry]
        found |= {str(f.relative_to(path)): f.read_bytes() for f in files if f.is_file()}
    return found


@pytest.fixture
def picture():
    return textured


@pytest.fixture
def encode():
    return encoded


@functools.cache
def folder_files():
    """Relative name -> bytes of the corpus of `folder`: drawn and encoded once."""
    files = {}
    for i in range(30):
        split, label = ("train", "test")[i % 5 == 0], ("cat", "dog")[i % 2]
        files[f"{split}/{label}/{i:03d}.jpg"] = encoded(textured(i), "JPEG", quality=92)
    small = textured(4).resize((72, 48), Image.LANCZOS)
    return files | {
        "train/cat/copy.jpg": files["train/cat/002.jpg"],
        "train/cat/small.jpg": encoded(small, "JPEG", quality=80),
        "train/cat/cut.jpg": files["train/cat/006.jpg"][:900],
    }


@pytest.fixture
def folder(tmp_path):
    """Thirty pictures in two classes and two splits, with two copies and a broken file."""
    root = tmp_path / "images"
    for name, data in folder_files().items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return root

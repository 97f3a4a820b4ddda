"""One run of the study: where its data are, and what decides it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from validity.sources import COLLECTIONS, Collection

__all__ = ["Study", "code_digests"]


@dataclass(frozen=True)
class Study:
    """Where data and cache are, and what decides the draws.

    Parameters
    ----------
    images, texts
        Folders of the sources; None leaves their collections out.
    root
        What is measured is kept here, and what is there is not done again.
    seed
        Of every draw.
    quick
        A small part of the study, to see that it runs.
    workers
        Processes.
    scoring, measuring
        Digests of the code that scores and of the code that measures (of each modality): what is
        in the cache under another digest does not count.
    """

    images: Path | None
    texts: Path | None
    root: Path
    seed: int
    quick: bool
    workers: int
    scoring: str
    measuring: tuple[tuple[str, str], ...]

    @property
    def cache(self) -> Path:
        """The folder of this kind of run."""
        return self.root / f"{'quick' if self.quick else 'full'}-{self.seed}"

    def folder(self, modality: str) -> Path | None:
        """Where the data of a modality are."""
        return self.images if modality == "image" else self.texts

    @property
    def collections(self) -> list[Collection]:
        """Those whose data are given."""
        return [c for c in COLLECTIONS if self.folder(c.modality) is not None]


def code_digests() -> tuple[str, tuple[tuple[str, str], ...]]:
    """What `Study` wants to know of the code, as it is now."""
    import datakit
    from datakit.profiles.build import measures_digest

    root, here = Path(datakit.__file__).parent, Path(__file__).parent
    rooms = ("metrics", "profiles", "validators")
    files = [file for room in rooms for file in sorted((root / room).glob("*.py"))]
    ours = [here / name for name in ("sources.py", "alter.py")]
    draws = [here / name for name in ("defects.py", "draws.py", "coverage.py", "shift_tests.py")]
    measuring = tuple(
        (modality, _digest(ours, measures_digest(modality))) for modality in ("image", "text")
    )
    return _digest([*files, *ours, *draws], str(measuring)), measuring


def _digest(files: list[Path], more: str) -> str:
    digest = hashlib.sha256(more.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]

"""A profile on disk, opened: rows, embeddings, thumbnails, issues, scores."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.errors import ProfileError
from datakit.measures.modality import modality
from datakit.profiles.files import sha256_of
from datakit.profiles.integrity import wrong_issues, wrong_scores
from datakit.profiles.issue_names import ISSUE_NAMES

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyarrow.dataset as ds

__all__ = ["SCHEMA_VERSION", "Embeddings", "Profile"]

SCHEMA_VERSION = 1

_FACTS = (
    "parts",
    "modality",
    "n_samples",
    "n_bytes",
    "corpus",
    "measures",
    "encoder",
    "embed_limit",
    "datakit",
)
"""What a manifest has to say."""

_UNREADABLE = (
    AttributeError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    NotImplementedError,
    zipfile.BadZipFile,
)
"""What reading a file raises that is missing, cut short or something else."""


@dataclass(frozen=True)
class Embeddings:
    """Vectors of the embedded samples.

    Parameters
    ----------
    sample_ids
        Shape (n,), the samples' ids in the order of the rows.
    vectors
        Shape (n, d), float16.
    """

    sample_ids: npt.NDArray[np.object_]
    vectors: npt.NDArray[np.float16]


class Profile:
    """One row per sample, one embedding per embedded sample, and where they came from.

    Everything is read from disk when it is first asked for; a file that is missing, damaged, or
    does not fit the manifest is a `ProfileError` then.

    Parameters
    ----------
    path
        The profile's directory.

    Raises
    ------
    ProfileError
        The directory is not a profile, or one of a newer schema.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._unchanged: set[str] = set()
        try:
            text = (self.path / "manifest.json").read_text(encoding="utf-8")
            self.manifest: dict[str, Any] = json.loads(text)
            version = self.manifest["schema"]
            _ = [self.manifest[key] for key in _FACTS]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ProfileError(
                f"{self.path} is not a profile ({type(error).__name__} on manifest.json): "
                "give the directory that `datakit profile` wrote"
            ) from error
        if version != SCHEMA_VERSION:
            raise ProfileError(
                f"{self.path} has profile schema {version}, this datakit reads "
                f"{SCHEMA_VERSION}: profile the corpus again"
            )

    def __repr__(self) -> str:
        return f"Profile({str(self.path)!r}, n_samples={self.n_samples})"

    def __len__(self) -> int:
        return self.n_samples

    @property
    def n_samples(self) -> int:
        """Number of samples (rows)."""
        return int(self.manifest["n_samples"])

    @property
    def n_bytes(self) -> int:
        """Bytes of all samples together."""
        return int(self.manifest["n_bytes"])

    @property
    def modality(self) -> str:
        """What the samples are: "image" or "text"."""
        return str(self.manifest["modality"])

    @property
    def location(self) -> str:
        """Where the corpus was, as it was given."""
        return str(self.manifest["corpus"])

    @property
    def encoder(self) -> dict[str, Any] | None:
        """Name, digest and dim of the encoder, None when nothing was embedded."""
        encoder: dict[str, Any] | None = self.manifest["encoder"]
        return encoder

    @property
    def looked_for(self) -> frozenset[str]:
        """Issues that were looked for; all that are known where an older profile does not say."""
        return frozenset(self.manifest.get("looked_for", ISSUE_NAMES[self.modality]))

    @property
    def has_digests(self) -> bool:
        """Whether issues, scores and embeddings can be told from changed ones; False of old ones.

        Those of the rows are in every manifest.
        """
        return "digests" in self.manifest

    @property
    def table(self) -> ds.Dataset:
        """The rows as a lazy pyarrow dataset: for profiles larger than memory."""
        import pyarrow.dataset as ds

        with self._reading("rows"):
            parts = self.manifest["parts"]
            self._check("rows", sum(int(part["n"]) for part in parts), self.n_samples)
            for part in parts:
                self._check_digest(f"rows/{part['name']}", part["sha256"])
            names = [str(self.path / "rows" / part["name"]) for part in parts]
            return ds.dataset(names, format="parquet")

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows, without the fingerprints, in the order of ``sample_id``."""
        table = self.table
        with self._reading("rows"):
            skipped = {column.name for column in modality(self.modality).fingerprints}
            names = [name for name in table.schema.names if name not in skipped]
            frame: pd.DataFrame = table.to_table(columns=names).to_pandas()
        self._check("rows", len(frame), self.n_samples)
        return frame

    @cached_property
    def issues(self) -> pd.DataFrame:
        """The issues: sample_id, path, issue, value, threshold, group (None unless grouped)."""
        import pandas as pd

        with self._reading("issues.parquet"):
            self._check_digest("issues.parquet")
            frame = pd.read_parquet(self.path / "issues.parquet")
            ids = self.table.to_table(columns=["sample_id"]).column("sample_id")
            self._refuse("issues.parquet", wrong_issues(frame, ids, self.looked_for))
        return frame

    @cached_property
    def rows_with(self) -> dict[str, npt.NDArray[np.int64]]:
        """Issue -> numbers of the rows that have it."""
        place = self.rows["sample_id"].searchsorted(self.issues["sample_id"])
        groups = self.issues.groupby("issue").indices
        return {str(issue): place[numbers] for issue, numbers in groups.items()}

    @cached_property
    def scores(self) -> dict[str, dict[str, Any]]:
        """scores.json: per dimension value, low, high, n, method, or value None with a reason."""
        with self._reading("scores.json"):
            self._check_digest("scores.json")
            text = (self.path / "scores.json").read_text(encoding="utf-8")
            scores: dict[str, dict[str, Any]] = json.loads(text)
            self._refuse("scores.json", wrong_scores(scores))
        return scores

    @cached_property
    def embeddings(self) -> Embeddings | None:
        """The embedded samples, or None when nothing was embedded."""
        import numpy as np
        import pyarrow.parquet as pq

        if self.encoder is None:
            return None
        with self._reading("embeddings/index.parquet"):
            self._check_digest("embeddings/index.parquet")
            ids = pq.read_table(self.path / "embeddings" / "index.parquet").column("sample_id")
        with self._reading("embeddings/vectors.npy"):
            self._check_digest("embeddings/vectors.npy")
            vectors = np.load(self.path / "embeddings" / "vectors.npy", mmap_mode="r")
            n, dim = vectors.shape
            self._check("values of a vector", dim, int(self.encoder["dim"]))
        self._check("vectors", n, len(ids))
        return Embeddings(ids.to_pandas().to_numpy(dtype=object), vectors)

    @cached_property
    def codebook(self) -> tuple[npt.NDArray[np.float32], float] | None:
        """Cells that diversity is counted in: centroids (k, d), and the order-2 effective number
        of the collection they were fitted on; None where the encoder has none.
        """
        import numpy as np

        file = self.path / "embeddings" / "codebook.npz"
        if self.encoder is None or not file.exists():
            return None
        with self._reading("embeddings/codebook.npz"), np.load(file) as arrays:
            return arrays["centroids"].astype(np.float32), float(arrays["hill2"])

    @property
    def has_fitted_encoder(self) -> bool:
        """Whether the encoder was fitted on samples (this corpus's, or a reference's)."""
        return (self.path / "embeddings" / "encoder.npz").exists()

    @cached_property
    def thumbnails(self) -> dict[str, bytes]:
        """sample_id -> JPEG of at most 96 px, for the samples that reports show."""
        import pyarrow.parquet as pq

        file = self.path / "thumbnails.parquet"
        if not file.exists():
            return {}
        with self._reading(file.name):
            table = pq.read_table(file)
            ids, pictures = (table.column(name).to_pylist() for name in ("sample_id", "jpeg"))
        return dict(zip(ids, pictures, strict=True))

    @cached_property
    def excerpts(self) -> pd.DataFrame:
        """sample_id, issue, text, spans: what reports show of texts; empty for images."""
        import pandas as pd

        file = self.path / "excerpts.parquet"
        if not file.exists():
            return pd.DataFrame(columns=["sample_id", "issue", "text", "spans"])
        with self._reading(file.name):
            return pd.read_parquet(file)

    @contextmanager
    def _reading(self, what: str) -> Iterator[None]:
        """Say which file cannot be read."""
        try:
            yield
        except ProfileError:
            raise
        except _UNREADABLE as error:
            told = "missing" if isinstance(error, FileNotFoundError) else type(error).__name__
            raise self._damaged(f"{what}: {told}") from error

    def _check(self, what: str, found: int, expected: int) -> None:
        """Refuse parts of a profile that do not belong together."""
        if found != expected:
            raise self._damaged(f"{found:,} {what}, {expected:,} expected")

    def _check_digest(self, name: str, digest: str | None = None) -> None:
        """Refuse a file that is not the one that the profile was saved with; once for each."""
        if name in self._unchanged or not (digest or self.has_digests):
            return
        if sha256_of(self.path / name) != (digest or self.manifest["digests"].get(name)):
            raise self._damaged(f"{name} was changed after the profile was saved")
        self._unchanged.add(name)

    def _refuse(self, what: str, wrong: str) -> None:
        if wrong:
            raise self._damaged(f"{what}: {wrong}")

    def _damaged(self, what: str) -> ProfileError:
        return ProfileError(
            f"{self.path} is damaged ({what}): copy the whole profile again, or run "
            "`datakit profile` to profile the corpus again"
        )

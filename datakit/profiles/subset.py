"""The profile of a part of a corpus, from that of the whole, without reading a sample again."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from datakit.profiles.build import finish
from datakit.profiles.merge import rows_with_extras
from datakit.profiles.profile import Profile
from datakit.profiles.store import Facts, write_profile

__all__ = ["subset_of"]


def subset_of(profile: Profile, kept: npt.NDArray[np.bool_], stem: Path) -> Profile:
    """The profile of some rows, made once in a folder that is called after them.

    Issues are found anew, since they depend on the whole. Embeddings, scores, shared lines and what
    a report shows are left out: it is there to be planned from.

    Parameters
    ----------
    profile
        Of the whole, n samples.
    kept
        Shape (n,), true for the rows that stay.
    stem
        Where the folder is to be; its name gets a digest of the whole and of the rows behind it.
    """
    import pyarrow as pa

    told = hashlib.sha256((profile.path / "manifest.json").read_bytes() + kept.tobytes())
    folder = stem.with_name(f"{stem.name}-{told.hexdigest()[:8]}.profile")
    if folder.exists():
        return Profile(folder)
    table = rows_with_extras(profile).filter(pa.array(kept))
    place = table.schema.get_field_index("embedding")
    table = table.set_column(place, "embedding", pa.nulls(len(table), pa.binary()))
    facts = Facts(
        corpus=profile.location,
        modality=profile.modality,
        measures=profile.manifest["measures"],
        encoder=None,
        embed_limit=int(profile.manifest["embed_limit"]),
        notes=profile.manifest["notes"],
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{stem.name}-", dir=folder.parent))
    try:
        finish(write_profile(partial, [table], [], facts), {})
        with contextlib.suppress(OSError):  # another process was first: with the same rows
            os.rename(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Profile(folder)

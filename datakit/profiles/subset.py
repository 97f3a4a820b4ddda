"""The profile of a part of a corpus, from that of the whole, without reading a sample again."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt

from datakit.profiles.build import finish
from datakit.profiles.merge import rows_with_extras
from datakit.profiles.profile import Profile
from datakit.profiles.store import Facts, write_profile

__all__ = ["subset_into"]


def subset_into(profile: Profile, kept: npt.NDArray[np.bool_], folder: Path) -> Profile:
    """Write the profile of some rows into a folder; what is in it is lost.

    Issues are found anew, since they depend on the whole. Embeddings, scores, and what a report
    shows are left out.

    Parameters
    ----------
    profile
        Of the whole, n samples.
    kept
        Shape (n,), true for the rows that stay.
    folder
        For the profile.
    """
    import pyarrow as pa

    table = rows_with_extras(profile).filter(pa.array(kept))
    place = table.schema.get_field_index("embedding")
    table = table.set_column(place, "embedding", pa.nulls(len(table), pa.binary()))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    facts = Facts(
        corpus=profile.location,
        modality=profile.modality,
        measures=profile.manifest["measures"],
        encoder=None,
        embed_limit=int(profile.manifest["embed_limit"]),
        notes=profile.manifest["notes"],
    )
    part = write_profile(folder, [table], [], facts)
    finish(part, {})
    return part

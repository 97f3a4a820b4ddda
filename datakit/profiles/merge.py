"""Merge profiles: the profile of the corpora together, without reading a sample again."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from datakit.errors import ProfileError
from datakit.profiles.build import finish
from datakit.profiles.excerpts import merge_excerpts
from datakit.profiles.files import atomic
from datakit.profiles.profile import Profile
from datakit.profiles.row_schema import columns_of
from datakit.profiles.store import Facts, write_profile
from datakit.profiles.thumbnails import shown_samples

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["merge_into", "rows_with_extras"]

_MUST_AGREE = ("modality", "measures", "encoder", "embed_limit")


def merge_into(
    profiles: Sequence[Profile], folder: Path, thresholds: Mapping[str, float]
) -> Profile:
    """Write the merged profile into an existing folder.

    Rows are concatenated and ordered by ``sample_id``; of the embeddings those with the smallest
    content hashes stay, up to the limit; issues are found anew, since they depend on the whole.

    Parameters
    ----------
    profiles
        At least one; with the same modality, measures, encoder and limit, and no common sample.

    Raises
    ------
    ProfileError
        They cannot be merged; the message says what differs.
    """
    import pyarrow as pa

    first = profiles[0]
    for other in profiles[1:]:
        for name in _MUST_AGREE:
            if other.manifest[name] != first.manifest[name]:
                raise ProfileError(
                    f"{first.path} and {other.path} differ in {name} "
                    f"({first.manifest[name]} and {other.manifest[name]}): profile both corpora "
                    f"with the same datakit and settings{_about(name, first, other)}"
                )
    table = pa.concat_tables([rows_with_extras(profile) for profile in profiles])
    table = table.sort_by("sample_id")
    ids = table.column("sample_id").to_pylist()
    twice = sorted({a for a, b in itertools.pairwise(ids) if a == b})
    if twice:
        raise ProfileError(
            f"{len(twice)} samples are in more than one profile, {twice[0]!r} among them: "
            "profile the corpora from a common parent folder, so that their paths differ"
        )
    limit = int(first.manifest["embed_limit"])
    notes: dict[str, int] = {}
    for profile in profiles:
        for reason, count in profile.manifest["notes"].items():
            notes[reason] = notes.get(reason, 0) + count
    facts = Facts(
        corpus=" + ".join(sorted(profile.location for profile in profiles)),
        modality=first.modality,
        measures=first.manifest["measures"],
        encoder=first.encoder,
        embed_limit=limit,
        notes=notes,
    )
    merged = write_profile(folder, [_keep_smallest(table, limit)], [], facts)
    for name in ("codebook.npz", "encoder.npz"):
        if (first.path / "embeddings" / name).exists():
            shutil.copyfile(first.path / "embeddings" / name, folder / "embeddings" / name)
    finish(merged, thresholds)
    if merged.modality == "text":
        merge_excerpts(profiles, merged)
    else:
        _merge_thumbnails(profiles, merged)
    return merged


def _about(name: str, first: Profile, other: Profile) -> str:
    """What to do about encoders of one name that were fitted on different corpora."""
    encoders = (first.encoder, other.encoder)
    if name != "encoder" or None in encoders or len({e["name"] for e in encoders if e}) > 1:
        return ""
    return " (the encoder was fitted on each: give both the same --reference, or --encoder none)"


def rows_with_extras(profile: Profile) -> pa.Table:
    """Rows with their time stamps and embeddings: what parts are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = profile.table.to_table()
    known = set(table.schema.names)
    lost = [column.name for column in columns_of(profile.modality) if column.name not in known]
    if lost:
        raise ProfileError(
            f"{profile.path} lacks the column {lost[0]}, which this version of datakit measures: "
            "profile its corpus again"
        )
    stamps = pq.read_table(profile.path / "stamps.parquet")
    table = table.append_column("mtime_ns", stamps.column("mtime_ns"))
    embeddings = profile.embeddings
    vectors: dict[str, bytes] = {}
    if embeddings is not None:
        pairs = zip(embeddings.sample_ids, embeddings.vectors, strict=True)
        vectors = {sample_id: vector.tobytes() for sample_id, vector in pairs}
    packed = [vectors.get(sample_id) for sample_id in table.column("sample_id").to_pylist()]
    return table.append_column("embedding", pa.array(packed, pa.binary()))


def _keep_smallest(table: pa.Table, limit: int) -> pa.Table:
    """Drop the embeddings beyond the limit: the largest (content hash, id) first."""
    import pyarrow as pa

    packed = table.column("embedding").to_pylist()
    embedded = [i for i, vector in enumerate(packed) if vector is not None]
    if len(embedded) <= limit:
        return table
    hashes, ids = table.column("content_hash").to_pylist(), table.column("sample_id").to_pylist()
    embedded.sort(key=lambda i: (hashes[i], ids[i]))
    for i in embedded[limit:]:
        packed[i] = None
    place = table.schema.get_field_index("embedding")
    return table.set_column(place, "embedding", pa.array(packed, pa.binary()))


def _merge_thumbnails(profiles: Sequence[Profile], merged: Profile) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    shown = shown_samples(merged.rows, merged.issues, merged.embeddings)
    tables = [
        pq.read_table(profile.path / "thumbnails.parquet")
        for profile in profiles
        if (profile.path / "thumbnails.parquet").exists()
    ]
    if not tables:
        return
    table = pa.concat_tables(tables)
    kept = table.filter(pc.is_in(table.column("sample_id"), pa.array(sorted(shown), pa.string())))
    with atomic(merged.path / "thumbnails.parquet") as temporary:
        pq.write_table(kept.sort_by("sample_id"), temporary, compression="none")

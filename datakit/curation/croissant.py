"""croissant.json: what the curated corpus holds, in the JSON-LD that dataset search engines read.

Croissant format specification 1.0, MLCommons (http://mlcommons.org/croissant/1.0).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from datakit.curation.card import name_of
from datakit.curation.plan import Plan
from datakit.profiles.files import sha256_of, write_json

__all__ = ["write_croissant"]

_FORMATS = {
    "jsonl": "application/jsonlines",
    "csv": "text/csv",
    "parquet": "application/x-parquet",
    "hf": "application/x-parquet",
    "webdataset": "application/x-tar",
}
_CONTEXT = json.loads("""
{"@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column",
 "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/",
 "data": {"@id": "cr:data", "@type": "@json"},
 "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/",
 "equivalentProperty": "cr:equivalentProperty",
 "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract", "field": "cr:field",
 "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty", "fileSet": "cr:fileSet",
 "format": "cr:format", "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset",
 "jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField",
 "path": "cr:path", "rai": "http://mlcommons.org/croissant/RAI/", "recordSet": "cr:recordSet",
 "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated",
 "replace": "cr:replace", "samplingRate": "cr:samplingRate", "sc": "https://schema.org/",
 "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField",
 "transform": "cr:transform"}
""")


def write_croissant(root: Path, plan: Plan, facts: Mapping[str, Any]) -> None:
    """Describe the files of a curated corpus and the columns of its lineage.

    Parameters
    ----------
    root
        The curated corpus.
    plan
        The plan as it was applied.
    facts
        What curation.json says.
    """
    name = name_of(plan)
    tables = [_file(root, file, _FORMATS[facts["layout"]]) for file in facts["data"]]
    lineage = _file(root, "lineage.parquet", "application/x-parquet")
    dataset = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"{name}-curated",
        "description": f"{facts['n_out']:,} {facts['modality']}s, curated by datakit from "
        f"{facts['n_in']:,}; every sample's parents and edits are in lineage.parquet.",
        "license": "unknown",
        "distribution": [*(tables or _sample_files(root, facts)), lineage],
        "recordSet": [_lineage_records()],
    }
    write_json(root / "croissant.json", dataset)


def _file(root: Path, name: str, kind: str) -> dict[str, Any]:
    path = root / name
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{path.stat().st_size} B",
        "encodingFormat": kind,
        "sha256": sha256_of(path),
    }


def _sample_files(root: Path, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files of a folder: too many to be listed one by one, so they are a set."""
    import pyarrow.parquet as pq

    kind = "image/*" if facts["modality"] == "image" else "text/plain"
    paths = pq.read_table(root / "lineage.parquet", columns=["path"])["path"].to_pylist()
    suffixes = sorted({PurePosixPath(path).suffix for path in paths})
    return [
        {
            "@type": "cr:FileObject",
            "@id": "corpus",
            "name": "corpus",
            "contentUrl": ".",
            "encodingFormat": "git+https",
            "sha256": "https://github.com/mlcommons/croissant/issues/80",
        },
        {
            "@type": "cr:FileSet",
            "@id": "samples",
            "name": "samples",
            "containedIn": {"@id": "corpus"},
            "encodingFormat": kind,
            "includes": [f"**/*{suffix}" for suffix in suffixes],
        },
    ]


def _lineage_records() -> dict[str, Any]:
    def field(name: str, kind: str, told: str, repeated: bool = False) -> dict[str, Any]:
        found: dict[str, Any] = {
            "@type": "cr:Field",
            "@id": f"lineage/{name}",
            "name": name,
            "description": told,
            "dataType": kind,
            "source": {"fileObject": {"@id": "lineage.parquet"}, "extract": {"column": name}},
        }
        return found | ({"repeated": True} if repeated else {})

    return {
        "@type": "cr:RecordSet",
        "@id": "lineage",
        "name": "lineage",
        "key": {"@id": "lineage/sample_id"},
        "field": [
            field("sample_id", "sc:Text", "id of the sample in this corpus"),
            field("path", "sc:Text", "where it is in this corpus"),
            field("parents", "sc:Text", "ids in the original corpus, its own first", True),
            field("edits", "sc:Text", "what was done to it, in order", True),
            field("reason", "sc:Text", "why it stayed"),
            field("seed", "sc:Integer", "of its random changes"),
            field("hash_before", "sc:Text", "SHA-256 of the first parent's bytes"),
            field("hash_after", "sc:Text", "SHA-256 of its own bytes"),
        ],
    }

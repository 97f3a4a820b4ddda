"""A plan: what becomes of every sample of a corpus, and why."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.curation.outcome import Fate
from datakit.curation.plan_checks import COLUMNS, COPIES, checked, copies_of, digest_of_ids
from datakit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


__all__ = ["Plan", "load_plan"]

SCHEMA = 1

_FACTS = {
    "recipe": str,
    "modality": str,
    "location": str,
    "profile": str,
    "profile_digest": str,
    "seed": int,
}
_KEY = b"PANDAS_ATTRS"
"""Where pandas keeps the `attrs` of a table: a plan that was edited with it keeps its facts."""


@dataclass(frozen=True, eq=False)
class Plan:
    """A recipe resolved against a profile.

    Parameters
    ----------
    table
        One row per sample, in the order of ``sample_id``: sample_id, path, edit ("keep", "drop",
        "change", "repeat"), reason, evidence, steps, content_hash. ``steps`` is a list: names of
        the cleaning steps that are tried, and "copies:3" for what comes out three times in all.
    recipe
        The recipe, as YAML.
    modality
        "image" or "text".
    location
        Where the corpus was.
    profile, profile_digest
        Where the profile was, and the SHA-256 of its manifest.
    seed
        Of the recipe.
    """

    table: pd.DataFrame
    recipe: str
    modality: str
    location: str
    profile: str
    profile_digest: str
    seed: int

    def __repr__(self) -> str:
        return f"Plan({self.location!r}, n_samples={len(self.table)}, n_out={self.n_out})"

    def __len__(self) -> int:
        return len(self.table)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plan) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def n_out(self) -> int:
        """Number of samples that come out, where none is lost to cleaning."""
        return sum(map(copies_of, self.table["edit"], self.table["steps"]))

    @property
    def digest(self) -> str:
        """SHA-256 of everything that the plan says."""
        told = hashlib.sha256(json.dumps(self._facts(), sort_keys=True).encode())
        for name in COLUMNS:
            values = [list(v) if name == "steps" else v for v in self.table[name]]
            told.update(json.dumps(values).encode())
        return told.hexdigest()

    def summary(self) -> dict[str, Any]:
        """What it does, in numbers: n_in, n_out, edits, and the reasons of each edit.

        Returns
        -------
        dict
            ``edits`` has all four of them; ``reasons`` is edit -> reason -> number of samples, the
            commonest first.
        """
        counts = self.table["edit"].value_counts()
        reasons: dict[str, dict[str, int]] = {}
        groups = self.table.groupby(["edit", "reason"]).size().reset_index(name="n")
        groups = groups.sort_values(["edit", "n", "reason"], ascending=[True, False, True])
        for edit, reason, n in groups.itertuples(index=False):
            reasons.setdefault(edit, {})[reason] = int(n)
        edits = {edit: int(counts.get(edit, 0)) for edit in ("keep", "drop", "change", "repeat")}
        return {"n_in": len(self.table), "n_out": self.n_out, "edits": edits, "reasons": reasons}

    def applied(self, fates: Iterable[Fate]) -> Plan:
        """The plan as it turned out: what did not come out is dropped, with the reason.

        Parameters
        ----------
        fates
            What became of the samples that were tried, one each; what is to come out and has none
            is gone from the corpus.
        """
        import pandas as pd

        columns = {name: self.table[name].tolist() for name in COLUMNS}
        known = {fate.parent: fate for fate in fates}
        for i, sample_id in enumerate(columns["sample_id"]):
            if columns["edit"][i] == "drop":
                continue
            fate = known.get(sample_id) or Fate(sample_id, 0, reason="not in the corpus any more")
            row = {name: columns[name][i] for name in ("edit", "reason", "evidence", "steps")}
            for name, value in _turned_out(row, fate).items():
                columns[name][i] = value
        series = {name: pd.Series(values, dtype=object) for name, values in columns.items()}
        return replace(self, table=pd.DataFrame(series))

    def with_dropped(self, rows: pd.DataFrame, reason: str) -> Plan:
        """The plan with more samples, all of which it drops.

        Parameters
        ----------
        rows
            Of a profile; none of them is in the plan.
        reason
            Why they are dropped.
        """
        import pandas as pd

        told = rows[["sample_id", "path", "content_hash"]].astype(object)
        told = told.where(told.notna(), None).assign(edit="drop", reason=reason, evidence="")
        told["steps"] = [[] for _ in range(len(told))]
        table = pd.concat([self.table, told[list(COLUMNS)]]).astype(object)
        return replace(self, table=table.sort_values("sample_id", ignore_index=True))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write it as a Parquet file; the same plan gives the same bytes.

        Raises
        ------
        InputError
            It cannot be written there.
        """
        import pyarrow.parquet as pq

        file = Path(path)
        temporary = file.with_name(f".{file.name}.partial")
        try:
            pq.write_table(self._arrow(), temporary, compression="zstd")
            temporary.replace(file)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise InputError(
                f"the plan cannot be written to {file} ({error.strerror or error}): give another "
                "place"
            ) from error

    def _facts(self) -> dict[str, Any]:
        facts = {name: getattr(self, name) for name in _FACTS}
        samples = {"n": len(self.table), "ids": digest_of_ids(self.table["sample_id"])}
        return {"schema": SCHEMA, **facts, "samples": samples}

    def _arrow(self) -> pa.Table:
        import pyarrow as pa

        text = pa.string()
        fields = [(name, pa.list_(text) if name == "steps" else text) for name in COLUMNS]
        columns = [pa.array(self.table[name].tolist(), kind) for name, kind in fields]
        facts = json.dumps({"datakit": self._facts()}, sort_keys=True, ensure_ascii=False)
        return pa.Table.from_arrays(columns, schema=pa.schema(fields, {_KEY: facts.encode()}))


def _turned_out(row: dict[str, Any], fate: Fate) -> dict[str, Any]:
    """One row of a plan after it was applied."""
    if fate.n_out == 0:
        return {"edit": "drop", "reason": fate.reason, "evidence": fate.evidence, "steps": []}
    lost = copies_of(row["edit"], row["steps"]) - fate.n_out
    if lost:
        steps = [step for step in row["steps"] if not step.startswith(COPIES)]
        told = (
            f"{lost} {'copy' if lost == 1 else 'copies'} dropped ({fate.reason}: {fate.evidence})"
        )
        evidence = "; ".join(filter(None, (row["evidence"], told)))
        return {"steps": [*steps, f"{COPIES}{fate.n_out}"], "evidence": evidence}
    if row["edit"] == "change" and not fate.changed:
        return {"edit": "keep", "steps": []}
    return {}


def load_plan(path: str | os.PathLike[str]) -> Plan:
    """A plan from its file, as it was made or as it was edited since.

    Edits, reasons, evidence and steps may be changed, with pandas say; its samples may not.

    Raises
    ------
    InputError
        It is no plan, or what it says is not possible.
    """
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = Path(path)
    try:
        found = pq.read_table(file)
    except FileNotFoundError as error:
        raise InputError(
            f"there is no plan {file}: `datakit curate --dry-run` makes one"
        ) from error
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            f"{file} is no plan ({type(error).__name__}): it is not Parquet"
        ) from error
    facts = _facts_of(file, (found.schema.metadata or {}).get(_KEY))
    missing = [name for name in COLUMNS if name not in found.column_names]
    if missing:
        raise InputError(f"{file} has no column {missing[0]}: it is no plan, or was cut")
    columns = {name: found.column(name).to_pylist() for name in COLUMNS}
    frame = pd.DataFrame({name: pd.Series(c, dtype=object) for name, c in columns.items()})
    table = checked(file, frame, facts["samples"], facts["recipe"])
    return Plan(table, **{name: facts[name] for name in _FACTS})


def _facts_of(file: Path, told: bytes | None) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads(told or b"")["datakit"]
        version = facts["schema"]
        fine = all(isinstance(facts[name], kind) for name, kind in _FACTS.items())
        _ = facts["samples"]["n"], facts["samples"]["ids"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{file} is no plan, or lost what it was made from: edit plans with pandas, which "
            "keeps it (in attrs), or make a new one"
        ) from error
    if version != SCHEMA:
        raise InputError(f"{file} has plan schema {version}, this datakit reads {SCHEMA}")
    if not fine:
        raise InputError(f"{file} is no plan: what it was made from is damaged; make a new one")
    return facts

"""What the page of a curated corpus shows, as plain values; drawn by curation_page.js."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from datakit.comparisons.scores import difference
from datakit.curation.plan import Plan
from datakit.reports.curation_choice import choose
from datakit.reports.curation_samples import Samples
from datakit.reports.curation_shown import shown
from datakit.reports.visible import short_path, visible
from datakit.validators.diversity import diversity

if TYPE_CHECKING:
    from datakit.curation.curated import Curated
    from datakit.profiles.profile import Profile

__all__ = ["curation_data"]

_FILES = (
    ("plan.parquet", "what became of every original sample, and why"),
    ("lineage.parquet", "of every sample here: its parents, what was changed, hashes"),
    ("recipe.yaml", "the recipe above"),
    ("README.md", "the dataset card"),
    ("croissant.json", "the same for machines (Croissant)"),
)
_MOST_RECIPE = 60_000


def curation_data(before: Profile, after: Profile, curated: Curated) -> dict[str, Any]:
    """Everything that the page shows of a curation.

    Parameters
    ----------
    before, after
        Profiles of the original and of the curated corpus.
    curated
        The curated corpus.
    """
    plan, lineage = curated.plan, curated.lineage
    choice = choose(plan, lineage, before)
    samples = Samples(before, after, curated, choice)
    recipe, left = _recipe(plan)
    return {
        "before": _side(before),
        "after": _side(after),
        "edits": plan.summary()["edits"],
        "n_changed": choice.n_changed,
        "n_copies": max(0, len(lineage) - (len(plan) - plan.summary()["edits"]["drop"])),
        "scores": _scores(before, after),
        "issues": _issues(before, after),
        **shown(choice, samples),
        "recipe": recipe,
        "left": left,
        "files": [list(file) for file in _FILES if (curated.path / file[0]).exists()],
        "places": _places(before, after, curated),
        "pictures": samples.pictures(),
    }


def _side(profile: Profile) -> dict[str, Any]:
    found = profile.issues["sample_id"].nunique()
    return {
        "location": short_path(profile.location),
        "n": profile.n_samples,
        "bytes": profile.n_bytes,
        "n_with_issue": int(found),
    }


def _scores(before: Profile, after: Profile) -> list[dict[str, Any]]:
    """Every score of both sides, and after minus before with its 95 % interval."""
    made = []
    for name in dict.fromkeys([*after.scores, *before.scores]):
        a, b = (profile.scores.get(name, {}) for profile in (before, after))
        note = ""
        if name == "diversity" and a.get("method") != b.get("method"):
            # Of the original it was measured without a reference: both against it, then.
            a, b = (diversity(profile, before).to_json() for profile in (before, after))
            note = "both against the original"
        made.append({"name": name, "note": note} | _compared(a, b))
    return made


def _compared(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    known = [score.get("value") is not None for score in (a, b)]
    entry: dict[str, Any] = {
        side: [score[name] for name in ("value", "low", "high")] if there else None
        for side, score, there in zip("ab", (a, b), known, strict=True)
    }
    if all(known) and a["method"] == b["method"]:
        return entry | {"change": list(difference(tuple(entry["b"]), tuple(entry["a"])))}
    if all(known):
        return entry | {"reason": "each by another yardstick: not to be compared"}
    if known[1]:
        return entry | {"reason": "not measured before"}
    return entry | {"reason": str(b.get("reason", "not measured"))}


def _issues(before: Profile, after: Profile) -> list[list[Any]]:
    """Issue, samples and rate before, samples and rate after; the commonest first."""
    counts = [p.issues.groupby("issue")["sample_id"].nunique().to_dict() for p in (before, after)]
    sizes = [max(p.n_samples, 1) for p in (before, after)]
    rows = []
    for name in {*counts[0], *counts[1]}:
        a, b = (int(count.get(name, 0)) for count in counts)
        rows.append([str(name), a, a / sizes[0], b, b / sizes[1]])
    return sorted(rows, key=lambda row: (-row[1], -row[3], row[0]))


def _recipe(plan: Plan) -> tuple[str, list[str]]:
    """The recipe, and what its notes say is left alone."""
    lines = visible(plan.recipe).split("\n")
    begin = "# Left alone: "
    left = [line.removeprefix(begin) for line in lines if line.startswith(begin)]
    rest = "\n".join(line for line in lines if not line.startswith(begin)).strip()
    return (rest if len(rest) <= _MOST_RECIPE else rest[:_MOST_RECIPE] + "\n..."), left


def _places(before: Profile, after: Profile, curated: Curated) -> list[list[str]]:
    named = (
        ("original corpus", before.location),
        ("its profile", str(before.path)),
        ("curated corpus", str(curated.path)),
        ("its profile", str(after.path)),
    )
    return [[name, short_path(place)] for name, place in named]

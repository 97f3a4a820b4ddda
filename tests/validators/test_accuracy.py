from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from datakit.profiles.profile import Embeddings
from datakit.validators.accuracy import accuracy

NAMES = np.array(["cat", "dog", "frog", "horse"], dtype=object)


def profile(n=1000, rate=0.0, distance=4.0, conflicts=0, seed=0, **columns):
    """A profile of normal classes with planted flips, and of copies with two labels."""
    rng = np.random.default_rng(seed)
    classes = np.arange(n) % 4
    vectors = rng.normal(size=(n, 12)) + distance * np.eye(4, 12)[classes]
    labels = classes.copy()
    wrong = rng.permutation(n)[: round(rate * n)]
    labels[wrong] = (labels[wrong] + rng.integers(1, 4, len(wrong))) % 4
    labels = NAMES[labels]
    copies = np.arange(conflicts)
    ids = [f"{i:05d}" for i in range(n)] + [f"copy{i:05d}" for i in copies]
    labels = np.concatenate([labels, NAMES[(classes[copies] + 1) % 4]])
    labels[copies] = NAMES[classes[copies]]
    vectors = np.concatenate([vectors, vectors[copies]]).astype(np.float16)
    rows = pd.DataFrame({"sample_id": ids, "path": ids, "label": labels, "status": "ok", **columns})
    issues = pd.DataFrame(
        [
            (sample_id, sample_id, issue, f"{i:05d}")
            for issue in ("exact_duplicate", "label_conflict")
            for i in copies
            for sample_id in (f"{i:05d}", f"copy{i:05d}")
        ],
        columns=["sample_id", "path", "issue", "group"],
    )
    place = rows["sample_id"].searchsorted(issues["sample_id"])
    rows_with = {name: place[at] for name, at in issues.groupby("issue").indices.items()}
    return SimpleNamespace(
        rows=rows,
        issues=issues,
        rows_with=rows_with,
        n_samples=len(rows),
        modality="image",
        embeddings=Embeddings(np.array(ids, dtype=object), vectors),
    )


def component(score, name):
    return next(c for c in score.components if c.name == name)


def test_clean_labels_score_near_one():
    score = accuracy(profile())
    assert score.dimension == "accuracy"
    assert score.value > 0.99
    assert score.low > 0.97
    assert score.high == 1
    assert score.n == 1000
    assert score.advice == ""


def test_the_score_falls_with_planted_flips_by_their_rate():
    values = []
    for rate in (0.0, 0.05, 0.1, 0.2, 0.3):
        score = accuracy(profile(2000, rate))
        assert score.value == pytest.approx(1 - rate, abs=0.03)
        assert 0 <= score.low <= score.value <= score.high <= 1
        assert score.low - 0.01 <= 1 - rate <= score.high + 0.01
        values.append(score.value)
    assert values == sorted(values, reverse=True)
    assert "another class" in score.advice


def test_the_worst_suspects_are_the_evidence():
    given = profile(rate=0.05)
    truth = dict(zip(given.rows["path"], NAMES[np.arange(1000) % 4], strict=True))
    evidence = accuracy(given).evidence
    assert list(evidence.columns) == ["path", "reason", "value"]
    assert len(evidence) == 20
    assert evidence["value"].is_monotonic_decreasing
    labels = dict(zip(given.rows["path"], given.rows["label"], strict=True))
    right = [
        reason == f"labelled {labels[path]}, looks like {truth[path]}"
        for path, reason in zip(evidence["path"], evidence["reason"], strict=True)
    ]
    assert sum(right) >= 18


def test_copies_with_two_labels_are_counted():
    score = accuracy(profile(conflicts=100))
    assert score.n == 1100
    assert score.value == pytest.approx(1 - 100 / 1100, abs=0.01)
    assert component(score, "label_conflict").value == pytest.approx(1 - 100 / 1100)
    assert "one label" in score.advice
    assert score.evidence["reason"].str.startswith("copies labelled").all()


def test_captions_have_their_own_number_and_leave_the_value_alone():
    cosines = np.linspace(0.1, 0.4, 1000)
    told, plain = accuracy(profile(caption_agreement=cosines)), accuracy(profile())
    assert component(told, "caption_agreement").value == pytest.approx(0.25)
    assert component(told, "caption_agreement").n == 1000
    assert told.value == plain.value
    none = accuracy(profile(caption_agreement=[None] * 1000))
    assert all(c.name != "caption_agreement" for c in none.components)


def test_a_score_that_cannot_be_computed_says_why():
    unlabelled = profile(caption_agreement=[0.3] * 1000)
    unlabelled.rows["label"] = None
    score = accuracy(unlabelled)
    assert (score.value, score.interval, score.reason) == (None, None, "no sample has a label")
    assert component(score, "caption_agreement").value == pytest.approx(0.3)
    unembedded = profile()
    unembedded.embeddings = None
    assert "profile with an encoder" in accuracy(unembedded).reason
    assert "cannot be predicted" in accuracy(profile(distance=0.3)).reason


def test_other_defects_leave_the_score_alone():
    plain = accuracy(profile(2000, 0.1)).value
    few = profile(2000, 0.1)
    kept = (few.rows["label"] != "horse") | (np.arange(2000) % 10 == 0)
    few.rows = few.rows[kept].reset_index(drop=True)
    few.embeddings = Embeddings(
        few.embeddings.sample_ids[kept.to_numpy()], few.embeddings.vectors[kept.to_numpy()]
    )
    few.n_samples = len(few.rows)
    assert accuracy(few).value == pytest.approx(plain, abs=0.03)


def test_spoiled_samples_and_copies_are_no_witnesses():
    clean = profile(800)
    blank = profile(1000)
    blank.embeddings.vectors[800:] = 0.01
    blank.rows_with["low_information"] = np.arange(800, 1000)
    assert accuracy(blank).value == pytest.approx(accuracy(clean).value, abs=0.01)
    copied = profile(60)
    rows = pd.concat([copied.rows] * 10, ignore_index=True)
    rows["sample_id"] = rows["path"] = [f"{i:05d}" for i in range(600)]
    groups = np.tile(np.arange(60), 10)
    copied.issues = pd.DataFrame(
        {"sample_id": rows["sample_id"], "path": rows["path"], "issue": "exact_duplicate"}
    ).assign(group=[f"{g:05d}" for g in groups])
    copied.embeddings = Embeddings(
        rows["sample_id"].to_numpy(object), np.tile(copied.embeddings.vectors, (10, 1))
    )
    copied.rows, copied.n_samples = rows, 600
    assert "60 embedded samples with a label, 100 needed" in accuracy(copied).reason

"""Representativeness on populations whose truth is known."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from datakit.errors import InputError
from datakit.profiles.profile import Embeddings
from datakit.validators.representativeness import representativeness
from datakit.validators.target import Target, load_target

COLUMNS = ("luma_mean", "contrast", "colourfulness", "sharpness", "noise", "width", "height")
CENTRES = np.random.default_rng(0).normal(0, 3, (10, 8))
EVEN = np.full(10, 0.1)


def profile(n, seed, *, weights=EVEN, brighter=0.0, noise=0.0, copies=1, labels=True):
    """A profile in memory of n samples of ten classes."""
    rng = np.random.default_rng(seed)
    label = rng.choice(10, n, p=np.asarray(weights) / np.sum(weights))
    vectors = CENTRES[label] + rng.normal(0, 1, (n, 8)) + rng.normal(0, noise, (n, 8))
    columns = {name: rng.normal(size=n) for name in COLUMNS}
    columns["luma_mean"] += brighter
    group = np.repeat(np.arange(n), copies)
    ids = np.array([f"{i:06d}" for i in range(len(group))], object)
    names = [f"class {k}" for k in label] if labels else [None] * n
    rows = pd.DataFrame(columns).assign(
        label=pd.Series(names, dtype=object),
        mode="RGB",
        content_hash=[f"{h:08x}" for h in rng.integers(0, 2**32, n)],
    )
    rows = rows.iloc[group].reset_index(drop=True)
    rows = rows.assign(sample_id=ids, path=ids, status="ok")
    copied = [(i, i, "exact_duplicate", f"{g:06d}") for i, g in zip(ids, group, strict=True)]
    issues = pd.DataFrame(
        copied if copies > 1 else [], columns=["sample_id", "path", "issue", "group"]
    )
    return SimpleNamespace(
        path=f"profile {seed}",
        rows=rows,
        issues=issues,
        embeddings=Embeddings(ids, vectors[group].astype(np.float16)),
        codebook=(CENTRES.astype(np.float32), 10.0),
        encoder={"name": "any"},
        has_fitted_encoder=False,
        modality="image",
        n_samples=len(rows),
    )


REFERENCE = profile(1000, 1)


def component(score, name):
    return next(c for c in score.components if c.name == name)


@pytest.mark.parametrize("n", [100, 300, 1500])
def test_equal_distributions_score_near_one_at_every_size(n):
    scores = [representativeness(profile(n, seed), REFERENCE) for seed in range(10, 15)]
    assert np.mean([s.value for s in scores]) > 0.95
    assert all(s.low <= s.value <= s.high for s in scores)


@pytest.mark.parametrize(
    "defect",
    [
        lambda s: {"brighter": s},
        lambda s: {"noise": 4 * s},
        lambda s: {"weights": [0.1 - 0.1 * s] * 5 + [0.1 + 0.1 * s] * 5},
        lambda s: {"weights": [1 - s] * 2 + [1] * 8},
    ],
)
def test_falls_with_its_defects_and_names_the_part(defect):
    values = [
        representativeness(profile(700, 20, **defect(s)), REFERENCE).value
        for s in (0, 0.25, 0.5, 0.75, 1)
    ]
    assert max(np.diff(values)) < 0.01
    assert values[0] > 0.95
    assert values[-1] < 0.8


def test_the_same_shift_is_as_far_at_every_size():
    far = [
        [-np.log(representativeness(profile(n, s, brighter=0.4), REFERENCE).value) for s in seeds]
        for n, seeds in ((150, range(30, 40)), (1500, range(60, 64)))
    ]
    error = np.sqrt(sum(np.var(values, ddof=1) / len(values) for values in far))
    assert abs(np.mean(far[0]) - np.mean(far[1])) < 3 * error
    assert error < 0.25


def test_the_shifted_part_is_the_worst_and_its_test_finds_it():
    score = representativeness(profile(1000, 70, brighter=0.8), REFERENCE)
    assert "(luma_mean)" in score.method
    assert component(score, "luma_mean").p == pytest.approx(1 / 200)
    assert component(score, "embedding").p > 0.01
    assert score.evidence["reason"].iloc[0].startswith("luma_mean")
    missing = profile(1000, 71, weights=[0, 0, 1, 1, 1, 1, 1, 1, 1, 1])
    score = representativeness(missing, REFERENCE)
    assert any("too few samples like this" in reason for reason in score.evidence["reason"])
    assert "0.0% here" in component(score, "label").meaning


def test_copies_do_not_move_it():
    once, thrice = profile(600, 80), profile(600, 80, copies=3)
    a, b = representativeness(once, REFERENCE), representativeness(thrice, REFERENCE)
    assert b.value == pytest.approx(a.value, abs=1e-9)


@pytest.mark.parametrize("n", [25, 400])
def test_a_corpus_is_representative_of_itself(n):
    assert representativeness(profile(n, 79), profile(n, 79)).value == 1


def test_order_does_not_matter():
    one = profile(500, 81, brighter=0.3)
    order = np.random.default_rng(0).permutation(500)
    vectors = one.embeddings.vectors[order]
    # Other ids for the same contents: the rows are ordered by content hash before they are used.
    rows = one.rows.iloc[order].assign(sample_id=one.rows["sample_id"].to_numpy())
    other = SimpleNamespace(**vars(one))
    other.rows, other.embeddings = rows, Embeddings(one.embeddings.sample_ids, vectors)
    a, b = representativeness(one, REFERENCE), representativeness(other, REFERENCE)
    assert a.value == pytest.approx(b.value, abs=1e-12)


def test_labels_that_name_other_things_are_no_shift():
    one = profile(400, 82)
    one.rows["label"] = "2024-" + one.rows["label"].str[-1]
    assert "label" not in {c.name for c in representativeness(one, REFERENCE).components}


def test_the_interval_covers_the_population_s_value():
    # The energy coefficient of two normals 0.4 apart, on the scale (F + G) / 2, by quadrature.
    x = np.linspace(-8, 8, 20_001)
    f, g = stats.norm.cdf(x, 0.4), stats.norm.cdf(x)
    between, *within = (
        np.trapezoid(y, (f + g) / 2)
        for y in (f * (1 - g) + g * (1 - f), 2 * f * (1 - f), 2 * g * (1 - g))
    )
    truth = np.exp(-(1 - sum(within) / (2 * between)) / 0.1)
    hits = []
    for seed in range(100, 140):
        score = representativeness(profile(200, seed, brighter=0.4), profile(200, seed + 1000))
        hits.append(score.low <= truth <= score.high)
    assert np.mean(hits) > 0.84  # 95 % of 40, less three standard errors


def test_a_target_is_a_distance_from_stated_proportions():
    even = Target({"label": {f"class {k}": 0.1 for k in range(10)}})
    assert representativeness(profile(2000, 95), target=even).value > 0.97
    half = Target({"label": {"class 0": 0.5}})
    score = representativeness(profile(2000, 95), target=half)
    assert score.value < 0.6
    assert "class 0: " in component(score, "target label").meaning
    both = representativeness(profile(2000, 95), REFERENCE, half)
    assert {"embedding", "target label"} <= {c.name for c in both.components}
    clusters = Target({"cluster": {str(k): 0.1 for k in range(10)}})
    assert representativeness(profile(2000, 95), target=clusters).value > 0.97


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8).filter(lambda w: sum(w) > 0))
def test_the_corpus_s_own_proportions_are_a_target_that_it_meets(weights):
    n = 200
    shares = np.array(weights) / sum(weights)
    counts = np.floor(shares * n).astype(int)
    counts[0] += n - counts.sum()
    one = profile(n, 96)
    one.rows["label"] = np.repeat([f"c{i}" for i in range(len(counts))], counts)
    target = Target({"label": {f"c{i}": float(c) / n for i, c in enumerate(counts)}})
    assert representativeness(one, target=target).value == 1


def test_refusals():
    assert "no reference" in representativeness(REFERENCE).reason
    assert "20 needed" in representativeness(profile(5, 97), REFERENCE).reason
    other = profile(50, 98)
    other.encoder = None
    with pytest.raises(InputError, match="profile both alike"):
        representativeness(other, REFERENCE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "states nothing"),
        ("label: [a, b]", "line 1: a list stands where"),
        ("split:\n  train: most", "line 2: 'most' is no number"),
        ("label:\n  a: 0.7\n  b: 1.4", "line 3: 1.4 is no proportion"),
        ("label: {a: 0.7, b: 0.6}", "add up to 1.3"),
        ("label: {a: 0.7, a: 0.1}", "a is given twice"),
        ("label: {a: 0.7", "line 1 is no YAML"),
        ("label: {}", "add up to 0"),
    ],
)
def test_a_target_that_cannot_be_used_is_one_clear_line(tmp_path, text, words):
    file = tmp_path / "target.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as error:
        load_target(file)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_labels_of_a_target_are_texts(tmp_path):
    file = tmp_path / "target.yaml"
    file.write_text("label: {007: 0.5, yes: 0.5}\nlanguage: {no: 1}")
    assert load_target(file).proportions == {
        "label": {"007": 0.5, "yes": 0.5},
        "language": {"no": 1.0},
    }


@pytest.mark.parametrize(
    ("column", "values", "wanted"),
    [
        ("has_icc", [True, False] * 50, {"true": 0.5, "false": 0.5}),
        (
            "has_icc",
            pd.array([True, False, None, None] * 25, dtype=object),
            {"True": 0.25, "False": 0.25},
        ),
        ("caption_n_words", [7.0, np.nan, 8.0, np.nan] * 25, {"7": 0.25, "8": 0.25}),
        ("label", ["007", "True", "true", "é"] * 25, dict.fromkeys(("007", "True", "true"), 0.25)),
    ],
)
def test_a_target_names_values_as_they_are_written(column, values, wanted):
    one = profile(100, 96)
    one.rows[column] = values
    score = representativeness(one, target=Target({column: wanted}))
    assert component(score, f"target {column}").value == 1


def test_missing_values_are_none_of_those_that_a_target_names():
    score = representativeness(profile(100, 96, labels=False), target=Target({"label": {"a": 1.0}}))
    assert score.value < 0.05
    half = profile(100, 96)
    half.rows["label"] = ["a", None] * 50
    wanted = {"label": {"a": 0.5, "(none)": 0.5}}
    assert representativeness(half, target=Target(wanted)).value == 1


@pytest.mark.parametrize("proportions", [{"label": 0.5}, {}, 3, {"label": {"a": "b"}}])
def test_a_target_from_python_is_checked_as_well(proportions):
    with pytest.raises(InputError):
        Target(proportions)


def test_clusters_that_there_are_not():
    with pytest.raises(InputError, match="no cluster 99: the encoder's cells are 0 to 9"):
        representativeness(profile(50, 1), target=Target({"cluster": {"99": 0.5}}))


def test_many_rare_labels_are_no_shift():
    rng = np.random.default_rng(0)
    one, other = profile(60, 3), profile(1000, 4)
    one.rows["label"] = [f"l{i}" for i in rng.integers(0, 100, 60)]
    other.rows["label"] = [f"l{i}" for i in rng.integers(0, 100, 1000)]
    assert component(representativeness(one, other), "label").value > 0.9


def test_a_basis_fitted_on_few_is_not_compared_in():
    reference, one = profile(100, 5), profile(300, 6)
    reference.has_fitted_encoder = one.has_fitted_encoder = True
    names = {c.name for c in representativeness(one, reference).components}
    assert "embedding" not in names
    assert "label" in names


@pytest.mark.parametrize("text", ["label: {cat: {a: 0.5}}", "label: {<<: {cat: 0.5}}"])
def test_a_nested_target_is_named_in_words(tmp_path, text):
    file = tmp_path / "target.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match="line 1: 'a mapping' is no number"):
        load_target(file)

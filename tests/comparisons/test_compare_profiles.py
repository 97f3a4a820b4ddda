import json
from dataclasses import replace

import pytest
from synthetic import image_rows, profile_of, vectors

import datakit as dk
from datakit.comparisons.compare import compare_profiles
from datakit.comparisons.comparison import ALPHA

N = 400


@pytest.fixture
def plain(tmp_path):
    return profile_of(tmp_path / "plain", image_rows(N, 1), vectors(N, 1))


def changed(rows, share, **columns):
    """New contents for a share of the rows, with their columns moved."""
    out = []
    for i, row in enumerate(rows):
        if i % round(1 / share) == 0:
            moved = {name: row[name] + by for name, by in columns.items()}
            row = row | {"content_hash": row["content_hash"][::-1]} | moved
        out.append(row)
    return out


def column(comparison, name):
    return next(c for c in comparison.columns if c.name == name)


def test_a_profile_does_not_differ_from_itself(plain):
    found = dk.compare(plain, plain.path)
    assert not found.shifted
    assert found.p == 1
    assert found.verdict == "No shift found: both hold the same contents."
    assert (found.overlap.both, found.overlap.a_rate, found.overlap.changed) == (N, 1, 0)
    assert found.embedding.fd == pytest.approx(0, abs=1e-6)
    assert all(s.difference == 0 for s in found.scores.values() if s.difference is not None)
    assert found.unlike_a.n == found.unlike_b.n == 0


def test_two_draws_of_one_distribution_do_not_differ(tmp_path, plain):
    shifted = 0
    for seed in range(2, 7):
        other = profile_of(tmp_path / str(seed), image_rows(N, seed), vectors(N, seed))
        found = compare_profiles(other, plain)
        shifted += found.shifted
        assert found.overlap.both == 0
        assert found.embedding.fd < 3 * found.embedding.fd_null
        assert all(abs(c.effect) < 0.02 for c in found.columns if c.kind == "number")
        assert found.unlike_a.n <= 12
    assert shifted <= 1


def test_swapping_the_sides_swaps_them(tmp_path, plain):
    rows = image_rows(300, 5, labels=("cat", "cat", "bird"))
    other = profile_of(tmp_path / "other", rows, vectors(300, 5) + 0.4)
    forth, back = compare_profiles(plain, other), compare_profiles(other, plain)
    assert forth.p == back.p
    swapped = replace(forth.embedding, n_a=forth.embedding.n_b, n_b=forth.embedding.n_a)
    assert swapped == back.embedding
    for x, y in zip(forth.columns, back.columns, strict=True):
        assert (x.name, x.p, x.follows, x.a, x.b) == (y.name, y.p, y.follows, y.b, y.a)
        assert x.effect == pytest.approx(y.effect)
        if x.difference_sd is not None:
            assert x.difference_sd == pytest.approx(-y.difference_sd)
    for x, y in zip(forth.slices, back.slices, strict=True):
        assert (x.name, x.a_rate, x.b_rate) == (y.name, y.b_rate, y.a_rate)
        assert x.p == pytest.approx(y.p)
        if x.a_rate != x.b_rate:
            assert [e.path for e in x.examples] == [e.path for e in y.examples]
    for name, score in forth.scores.items():
        if score.difference is not None:
            assert score.difference == pytest.approx(-back.scores[name].difference)
            assert score.low == pytest.approx(-back.scores[name].high)
    assert forth.unlike_a.n == back.unlike_b.n
    assert (forth.overlap.only_a, forth.overlap.both) == (back.overlap.only_b, back.overlap.both)


def test_a_shifted_column_is_ranked_first_with_its_direction(tmp_path, plain):
    rows = [row | {"luma_mean": row["luma_mean"] + 0.1} for row in image_rows(N, 2)]
    found = compare_profiles(profile_of(tmp_path / "b", rows, vectors(N, 2)), plain)
    first = found.columns[0]
    assert found.shifted
    assert first.name == "luma_mean"
    assert first.difference_sd == pytest.approx(1, abs=0.15)
    assert first.p_adjusted < 1e-6
    assert "luma_mean +1" in found.verdict
    assert [c.name for c in found.columns if c.p_adjusted < ALPHA] == ["luma_mean"]


def test_columns_that_move_together_are_one_finding(tmp_path, plain):
    sides = []
    for k, by in enumerate((0.1, 0.0)):
        rows = image_rows(N, 10 + k)
        for row in rows:
            row["luma_mean"] += by
            row["luma_p50"] = row["luma_mean"] * 0.9
        sides.append(profile_of(tmp_path / str(k), rows, vectors(N, 10 + k)))
    found = compare_profiles(*sides)
    assert {c.follows for c in found.columns[:2]} == {"", found.columns[0].name}
    assert found.verdict.count("luma") == 1


def test_a_label_that_is_gone_is_named_and_the_others_are_not(tmp_path):
    names = ("cat", "deer", "dog", "ship", "truck")
    whole = profile_of(tmp_path / "b", image_rows(500, 1, names), vectors(500, 1))
    rows = [row for row in image_rows(500, 2, names) if row["label"] not in ("deer", "truck")]
    found = compare_profiles(profile_of(tmp_path / "a", rows, vectors(len(rows), 2)), whole)
    significant = [s for s in found.slices if s.p_adjusted < ALPHA]
    assert {s.name for s in significant} == {"label deer", "label truck"}
    assert significant[0].a_rate == 0
    assert significant[0].b_rate == pytest.approx(0.2)
    assert {e.side for e in significant[0].examples} == {"b"}
    assert "labels deer, truck are gone" in found.verdict or "labels truck, deer" in found.verdict
    assert column(found, "label").top[0][1:] == pytest.approx((0, 0.2))


def test_a_new_kind_of_picture_is_a_slice_and_unlike_everything(tmp_path, plain):
    moved = vectors(N, 2)
    moved[:60] = moved[:60] * 0.2 + 12
    rows = image_rows(N, 2)
    for row in rows[:60]:
        row["luma_mean"] -= 0.4
    found = compare_profiles(profile_of(tmp_path / "a", rows, moved), plain)
    assert found.embedding.p < 0.01
    assert found.embedding.c2st_auc > 0.55
    assert found.embedding.fd > 3 * found.embedding.fd_null
    first = next(s for s in found.slices if s.kind == "cluster")
    assert first.b_rate == 0
    assert first.ratio is None
    assert "dark" in first.name
    assert found.unlike_a.n >= 55
    assert {s.sample.sample_id for s in found.unlike_a.samples} <= {
        row["sample_id"] for row in rows[:60]
    }
    assert found.unlike_a.p < 1e-6
    assert found.unlike_b.p > 0.001


def test_versions_that_share_most_samples_are_told_apart(tmp_path):
    rows = image_rows(1000, 1)
    before = profile_of(tmp_path / "b", rows, vectors(1000, 1))
    edited = changed(rows, 0.1, luma_mean=0.15)
    after = profile_of(tmp_path / "a", edited, vectors(1000, 1))
    found = compare_profiles(after, before)
    assert (found.overlap.both, found.overlap.changed) == (900, 100)
    assert column(found, "luma_mean").p_adjusted < 1e-6
    assert found.shifted
    part = profile_of(tmp_path / "c", rows[:500], vectors(1000, 1)[:500])
    assert not compare_profiles(part, before).shifted


def test_missing_values_and_unreadable_samples_are_columns(tmp_path, plain):
    rows = image_rows(N, 2)
    for i, row in enumerate(rows):
        if i % 3 == 0:
            row["label"] = None
        if i % 7 == 0:
            row["status"] = "unreadable"
    found = compare_profiles(profile_of(tmp_path / "a", rows, vectors(N, 2)), plain)
    assert column(found, "label missing").a == pytest.approx(1 / 3, abs=0.02)
    assert column(found, "label missing").p_adjusted < 1e-6
    assert column(found, "status").p_adjusted < 1e-6


def test_nothing_to_compare_is_no_shift(tmp_path, plain):
    rows = [row | {"status": "unreadable"} for row in image_rows(30, 2)]
    empty = profile_of(tmp_path / "a", rows, vectors(30, 2))
    found = compare_profiles(empty, plain)
    assert "20 are needed" in found.embedding.reason
    assert found.scores["representativeness"].reason
    json.dumps(found.to_json(), allow_nan=False)


def test_too_few_samples_are_no_finding(tmp_path, plain):
    one = profile_of(tmp_path / "one", image_rows(1, 2), vectors(1, 2))
    found = compare_profiles(one, plain)
    assert found.verdict == "Too few samples to tell: 1 and 400, 20 needed."
    assert (found.p, found.shifted) == (None, False)
    assert found.to_json()["p"] is None
    rows = [row | {"status": "unreadable"} for row in image_rows(30, 3)[:15]] + image_rows(5, 4)
    few = profile_of(tmp_path / "few", rows, vectors(20, 3))
    told = compare_profiles(few, few).verdict
    assert told == "No shift found: both hold the same contents."
    told = compare_profiles(few, one).verdict
    assert told == "Too few readable samples to tell: 5 and 1, 20 needed."


def test_a_shift_of_a_category_alone_is_named(tmp_path):
    sides = []
    for k, n in enumerate((60, 2)):
        rows = image_rows(N, 20 + k)
        for row in rows[:n]:
            row["status"] = "unreadable"
        sides.append(profile_of(tmp_path / str(k), rows))
    assert compare_profiles(*sides).verdict == (
        "Shifted: status unreadable 15.0 % instead of 0.50 %."
    )


def test_a_shift_of_names_is_named_beside_numbers(tmp_path, plain):
    rows = [row | {"luma_mean": row["luma_mean"] + 0.1} for row in image_rows(N, 2)]
    for row in rows[:200]:
        row |= {"mode": "L"}
    for row in rows[:40]:
        row |= {"format": "JPEG"}
    found = compare_profiles(profile_of(tmp_path / "b", rows, vectors(N, 2)), plain)
    told = found.verdict.removesuffix(".").split("; ")
    assert told[1:] == ["mode L 50.0 % instead of 0.0 %"]


@pytest.mark.parametrize(("n", "expected"), [(30, 1 / 31), (N, 0.01)])
def test_few_samples_leave_more_strangers_by_chance(tmp_path, plain, n, expected):
    few = profile_of(tmp_path / "few", image_rows(n, 2), vectors(n, 2))
    found = compare_profiles(plain, few)
    assert found.unlike_a.expected == pytest.approx(expected)
    assert found.unlike_b.expected == 0.01


def test_other_modalities_and_encoders_are_refused(tmp_path, plain):
    other = profile_of(tmp_path / "hub", image_rows(30, 2), vectors(30, 2), encoder="hub:x")
    with pytest.raises(dk.DatakitError, match="same --encoder"):
        dk.compare(plain, other)
    bare = profile_of(tmp_path / "bare", image_rows(30, 2))
    with pytest.raises(dk.DatakitError, match="same --encoder"):
        dk.compare(bare, plain)
    text = dk.profile(["A text.", "Another."], tmp_path / "t", encoder="none", workers=0)
    with pytest.raises(dk.DatakitError, match="of one kind"):
        dk.compare(text, plain)


def test_profiles_of_other_versions_are_compared_with_a_note(tmp_path, plain):
    assert dk.compare(plain, plain).notes == ()
    file = plain.path / "manifest.json"
    manifest = json.loads(file.read_text()) | {"measures": "other"}
    other = tmp_path / "other"
    other.mkdir()
    for entry in plain.path.iterdir():
        if entry.name != "manifest.json":
            (other / entry.name).symlink_to(entry)
    (other / "manifest.json").write_text(json.dumps(manifest))
    assert "different versions" in dk.compare(plain, other).notes[0]

import pytest
from conftest import encoded, textured

import datakit as dk


def scores(tmp_path, name, items, **options):
    options = {"workers": 0, "encoder": "pixels"} | options
    return dk.profile(items, tmp_path / name, **options)


def clean(n, begin=0):
    return [(f"{i:03d}.png", encoded(textured(i + begin, (48, 48)))) for i in range(n)]


def test_each_score_falls_with_its_own_defect_and_lies_in_its_interval(tmp_path):
    base = clean(24)
    planted = {
        "completeness": lambda k: [(f"x{i}.png", b"") for i in range(k)],
        "consistency": lambda k: [
            (f"x{i}.jpg", encoded(textured(90 + i, (48, 48)))) for i in range(k)
        ],
        "diversity": lambda k: [(f"x{i}.png", base[i][1]) for i in range(k)],
        "usability": lambda k: [
            (f"x{i}.png", encoded(textured(90 + i, (48, 48)).point(lambda v: v // 8)))
            for i in range(k)
        ],
    }
    for dimension, plant in planted.items():
        values = []
        for k in (0, 4, 8):
            profile = scores(tmp_path, f"{dimension}{k}", base + plant(k))
            score = profile.scores[dimension]
            assert 0 <= score["low"] <= score["value"] <= score["high"] <= 1
            values.append(score["value"])
        assert values == sorted(values, reverse=True), dimension
        assert values[0] > values[2], dimension


def test_uniqueness_is_groups_per_sample(tmp_path):
    base = clean(10)
    copies = [(f"x{i}.png", base[i][1]) for i in range(10)]
    card = dk.validate(scores(tmp_path, "a", base + copies))
    assert card["diversity"].components[0].value == pytest.approx(0.5)
    assert len(card["diversity"].evidence) == 10


def test_representativeness(tmp_path):
    reference = scores(tmp_path, "r", clean(60))
    same = scores(tmp_path, "s", clean(60, begin=100), reference=reference)
    dark = [
        (f"{i:03d}.png", encoded(textured(i + 200, (48, 48)).point(lambda v: v // 2)))
        for i in range(60)
    ]
    shifted = scores(tmp_path, "d", dark, reference=reference.path)
    assert same.scores["representativeness"]["value"] > 0.1
    assert shifted.scores["representativeness"]["value"] < 0.05
    other = scores(tmp_path, "o", clean(30), encoder="none")
    with pytest.raises(dk.DatakitError, match="profile both alike"):
        dk.validate(other, reference)
    few = scores(tmp_path, "f", clean(5), reference=reference)
    assert "20 needed" in few.scores["representativeness"]["reason"]


def test_an_opened_folder_is_a_reference(tmp_path):
    root = tmp_path / "reference"
    root.mkdir()
    for name, data in clean(30):
        (root / name).write_bytes(data)
    made = scores(tmp_path, "a", clean(30, begin=50), reference=dk.open(root))
    assert made.scores["representativeness"]["value"] is not None


def test_the_scorecard_names_what_drives_a_score(tmp_path):
    card = dk.validate(scores(tmp_path, "a", [*clean(5), ("x.png", b"junk")]))
    assert list(card) == [
        "completeness",
        "consistency",
        "diversity",
        "representativeness",
        "usability",
        "accuracy",
    ]
    assert card["completeness"].evidence["path"].tolist() == ["x.png"]
    assert "cannot be read" in card["completeness"].advice

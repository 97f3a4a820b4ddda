"""Proposals: what is planted gets a step, what is sound is left alone, and both say why."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import datakit as dk
from datakit.curation.proposal import propose
from datakit.curation.proposal_remedies import DROP, LEAVE, REMEDIES
from datakit.curation.recipe_file import parse_recipe, recipe_yaml
from datakit.curation.selections.drop import Drop
from datakit.profiles.issue_names import ISSUE_NAMES
from datakit.transforms import CLEANERS

ELSEWHERE = {
    "image": {"exact_duplicate", "near_duplicate", "split_leak", "odd_size"},
    "text": {"exact_duplicate", "near_duplicate", "split_leak"},
}
"""Issues that need more than a row of the table of remedies."""


class Made:
    """A profile of given issues: issue -> row numbers."""

    def __init__(self, modality, n, issues, sides=None, groups=None):
        self.modality, self.n_samples, self.location = modality, n, "/some/where/corpus/"
        self.path = Path("/no/profile")
        side = np.full(n, 256.0) if sides is None else np.asarray(sides, float)
        self.rows = pd.DataFrame({"width": side, "height": side, "mode": ["RGB"] * n})
        self.rows_with = {k: np.array(v, np.int64) for k, v in issues.items() if len(v)}
        told = [(k, (groups or {}).get(i, 0)) for k, v in self.rows_with.items() for i in v]
        self.issues = pd.DataFrame(told, columns=["issue", "group"])


def told(recipe):
    return [step.why for step in (*recipe.select, *recipe.clean)] + list(recipe.notes)


def names(recipe):
    return [step.name for step in recipe.select] + [step.transform.name for step in recipe.clean]


def dropped(recipe):
    return [issue for step in recipe.select if isinstance(step, Drop) for issue in step.issues]


@pytest.mark.parametrize("modality", ["image", "text"])
def test_every_issue_has_exactly_one_remedy_and_every_remedy_a_cleaner(modality):
    issues = [remedy.issue for remedy in REMEDIES[modality]]
    assert len(issues) == len(set(issues))
    assert set(issues) | ELSEWHERE[modality] == set(ISSUE_NAMES[modality])
    steps = {remedy.step for remedy in REMEDIES[modality]} - {DROP, LEAVE}
    assert steps <= set(CLEANERS[modality])


@st.composite
def made(draw):
    modality = draw(st.sampled_from(["image", "text"]))
    n = draw(st.integers(1, 40))
    rows = st.lists(st.integers(0, n - 1), unique=True, max_size=n)
    issues = draw(st.dictionaries(st.sampled_from(ISSUE_NAMES[modality]), rows))
    sides = draw(st.lists(st.integers(8, 4000), min_size=n, max_size=n))
    return Made(modality, n, issues, sides, {i: i // 3 for i in range(n)})


@settings(max_examples=200, deadline=None)
@given(made())
def test_any_proposal_loads_back_with_its_reasons_and_touches_no_sound_sample(profile):
    recipe = propose(profile)
    again = parse_recipe(recipe_yaml(recipe))
    assert again == recipe
    assert told(again) == told(recipe)
    assert all(step.why for step in (*recipe.select, *recipe.clean))
    # Whatever is dropped or cleaned is so for an issue that it has.
    for step in recipe.select:
        if isinstance(step, Drop):
            assert set(step.issues) <= set(profile.rows_with)
            assert step.issues or step.where.startswith("is_odd_size and ")
    for step in recipe.clean:
        assert step.only
        assert set(step.only) <= set(profile.rows_with)
    # One step a cleaner: plans know steps by name.
    cleaners = [step.transform.name for step in recipe.clean]
    assert len(cleaners) == len(set(cleaners))
    # Every issue is spoken of, but for what is to be cleaned and is dropped anyway.
    gone = {int(i) for issue in dropped(recipe) for i in profile.rows_with[issue]}
    everything = singular(recipe_yaml(recipe))
    for remedy in REMEDIES[profile.modality]:
        rows = set(map(int, profile.rows_with.get(remedy.issue, ())))
        if rows - (gone if remedy.step not in (DROP, LEAVE) else set()):
            assert singular(remedy.what) in everything


def singular(text):
    return re.sub(r"\b(image|file|document|caption|label)s\b", r"\1", text)


def test_steps_come_in_the_order_that_loses_least():
    issues = ("blurry", "unreadable", "exact_duplicate", "split_leak", "letterboxed")
    profile = Made("image", 100, {issue: [i, i + 1] for i, issue in enumerate(issues)})
    recipe = propose(profile)
    assert names(recipe) == ["drop", "separate_splits", "deduplicate", "drop", "crop_borders"]
    assert dropped(recipe) == ["unreadable", "blurry"]
    assert recipe.select[-1].why == "2 blurred images (2.0 %): a generator learns the blur"
    assert recipe.clean[0].only == ("letterboxed",)


def test_a_clean_corpus_is_left_as_it_is_and_the_recipe_says_so():
    recipe = propose(Made("image", 50, {}))
    assert not recipe.select
    assert not recipe.clean
    assert recipe.notes == (
        "Proposed for corpus (50 images).",
        "No issue asks for a step: the corpus stays as it is.",
    )


def test_what_most_samples_have_is_what_the_corpus_is_like():
    # Digits: all of them gray, most of them with even borders.
    profile = Made("image", 100, {"grayscale": range(100), "letterboxed": range(62)})
    recipe = propose(profile)
    assert names(recipe) == []
    assert "Left alone: 100 gray images (100.0 %): so many are what the corpus is like." in (
        recipe.notes
    )
    assert any("62 letterboxed" in note for note in recipe.notes)


def test_a_tenth_of_gray_images_is_a_defect_and_more_is_a_mixed_corpus():
    assert dropped(propose(Made("image", 100, {"grayscale": range(10)}))) == ["grayscale"]
    assert dropped(propose(Made("image", 100, {"grayscale": range(11)}))) == []


@pytest.mark.parametrize("issue", ["unreadable", "truncated", "empty_file"])
def test_what_nothing_can_be_learnt_from_goes_however_much_it_is(issue):
    assert dropped(propose(Made("image", 10, {issue: range(9)}))) == [issue]


def test_personal_data_and_secrets_are_masked_however_many_documents_have_them():
    recipe = propose(Made("text", 10, {"pii": range(9), "secret": range(8)}))
    assert names(recipe) == ["mask_pii", "mask_secrets"]


def test_weak_flags_of_texts_only_trim_them():
    recipe = propose(Made("text", 100, {"truncated": range(4)}))
    assert names(recipe) == ["trim_sentences"]
    assert recipe.clean[0].otherwise == "keep"


def test_near_copies_of_most_of_the_corpus_are_no_copies():
    groups = {i: 0 for i in range(100)}
    most = {"near_duplicate": range(60), "exact_duplicate": range(60, 64)}
    recipe = propose(Made("image", 100, most, groups=groups))
    assert [step.name for step in recipe.select] == ["deduplicate"]
    assert not recipe.select[0].near
    few = {"near_duplicate": range(40)}
    assert propose(Made("image", 100, few, groups=groups)).select[0].near


def test_tiny_images_go_and_huge_ones_stay():
    sides = [256] * 95 + [40, 60, 80, 1500, 3000]
    recipe = propose(Made("image", 100, {"odd_size": range(95, 100)}, sides))
    (step,) = recipe.select
    assert step.where == "is_odd_size and width * height < 4096"
    assert step.why.startswith("2 tiny images (2.0 %)")
    assert any("3 images of odd size that are not tiny" in note for note in recipe.notes)


def test_odd_colour_modes_follow_the_corpus():
    profile = Made("image", 100, {"odd_mode": [1]})
    assert propose(profile).clean[0].transform.mode == "RGB"
    profile.rows["mode"] = "L"
    assert propose(profile).clean[0].transform.mode == "L"


def test_what_is_dropped_needs_no_cleaning():
    profile = Made(
        "image", 100, {"grayscale": [1, 2], "odd_mode": [1, 2], "rotated_by_exif": [2, 3]}
    )
    recipe = propose(profile)
    assert names(recipe) == ["drop", "orient"]
    assert recipe.clean[0].why.startswith("1 image turned by EXIF only (1.0 %)")


def test_planted_images_get_their_steps(folder, tmp_path):
    recipe = propose(dk.profile(folder, tmp_path / "p", encoder=None, workers=0))
    assert dropped(recipe)[:1] == ["truncated"]
    assert "deduplicate" in names(recipe)
    assert recipe.notes[0] == "Proposed for images (33 images)."


def test_planted_texts_get_their_steps(tmp_path):
    root = tmp_path / "texts"
    root.mkdir()
    rng = np.random.default_rng(0)
    line = "the river was old and its water had seen many a town grow along these green banks"
    words = line.split()

    def text():
        return "\n".join(" ".join(rng.choice(words, 14)).capitalize() + "." for _ in range(8))

    for i in range(40):
        (root / f"{i:02d}.txt").write_text(text(), "utf-8")
    broken = "“They said ‘no’ — and café owners agreed”, it’s said. ".encode().decode("latin-1")
    (root / "90.txt").write_text(text() + "\n" + broken * 3, "utf-8")
    (root / "91.txt").write_text("", "utf-8")
    (root / "92.txt").write_text(text() + "\nWrite to anna.kowalski@example.org now.", "utf-8")
    (root / "93.txt").write_bytes((root / "00.txt").read_bytes())
    recipe = propose(dk.profile(root, tmp_path / "p", encoder=None, workers=0))
    assert "empty" in dropped(recipe)
    assert "deduplicate" in names(recipe)
    only = {step.transform.name: step.only for step in recipe.clean}
    assert only["fix_encoding"] == ("mojibake",)
    assert only["mask_pii"] == ("pii",)
    assert any("1 document with personal data (2.3 %)" in step.why for step in recipe.clean)

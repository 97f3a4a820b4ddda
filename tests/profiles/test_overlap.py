"""Copies of some samples among others, also along chains of near copies."""

import numpy as np
import pytest
from conftest import encoded
from PIL import Image

import datakit as dk
from datakit.profiles.duplicates import near_image_pairs
from datakit.profiles.overlap import near_own_rows, near_rows, near_to_rows
from datakit.profiles.subset import subset_of
from datakit.validators.copies import group_numbers

LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))
CHAINS, LINKS, STEP, LONG = 8, 6, 13, 200


def chains():
    """Windows of long texts, each a near copy of the next one (Jaccard .88), not of all others."""
    for c in range(CHAINS):
        rng = np.random.default_rng(c)
        words = ["".join(rng.choice(LETTERS, rng.integers(3, 9))) for _ in range(LONG + 99)]
        for i in range(LINKS):
            yield f"{c}_{i}", " ".join(words[i * STEP : i * STEP + LONG]) + "."


def profiled(items, place):
    return dk.profile(list(items), place, encoder="none", workers=0)


@pytest.mark.parametrize("held", [{1, 4}, {0}, {5}, {2}, set(range(LINKS))])
def test_no_neighbour_in_a_chain_is_left(tmp_path, held):
    texts = dict(chains())
    other = {name: text for name, text in texts.items() if int(name[-1]) in held}
    ours = profiled({k: v for k, v in texts.items() if k not in other}.items(), tmp_path / "a")
    whole = profiled(texts.items(), tmp_path / "w")
    theirs = profiled([*other.items(), ("x", "quite another text " * 9)], tmp_path / "b")
    found = set(ours.rows["sample_id"][near_rows(ours, theirs)])
    beside = {k for k in texts if k not in other and {int(k[-1]) - 1, int(k[-1]) + 1} & held}
    assert found >= beside
    # What is left shares no near pair with what is held out: each alone with all of that.
    for name in set(ours.rows["sample_id"]) - found:
        alone = profiled([(name, texts[name]), *other.items()], tmp_path / f"one{name}")
        assert not near_rows(profiled([(name, texts[name])], tmp_path / f"n{name}"), theirs).any()
        assert name not in set(alone.issues.query("issue == 'near_duplicate'")["sample_id"])
    wanted = whole.rows["sample_id"].isin(set(other)).to_numpy()
    own = set(whole.rows["sample_id"][near_own_rows(whole, wanted)])
    assert own >= beside | set(other)


def test_copies_of_copies_count_and_strangers_do_not(tmp_path):
    texts = dict(chains())
    ours = [("same", texts["0_0"] + " "), ("again", texts["0_0"]), ("near", texts["0_1"])]
    ours += [("near again", texts["0_1"]), ("far", texts["1_0"]), ("alone", texts["2_0"])]
    found = near_rows(
        profiled(ours, tmp_path / "a"), profiled([("h", texts["0_0"])], tmp_path / "b")
    )
    names = sorted(name for name, _ in ours)
    assert {n for n, f in zip(names, found, strict=True) if f} == {
        *("same", "again", "near", "near again")
    }


def test_a_part_is_profiled_as_if_it_were_alone(tmp_path):
    texts = dict(chains())
    items = [*texts.items(), *((f"same{c}", texts[f"{c}_0"]) for c in range(4)), ("none", "")]
    whole = profiled(items, tmp_path / "w")
    kept = np.array([i % 3 != 0 for i in range(len(items))])
    part = subset_of(whole, kept, tmp_path / "part")
    ids = set(whole.rows["sample_id"][kept])
    alone = profiled([one for one in items if one[0] in ids], tmp_path / "alone")
    assert part.rows.equals(alone.rows)
    assert part.issues.equals(alone.issues)
    assert not part.issues.equals(whole.issues[whole.issues["sample_id"].isin(ids)])
    other = subset_of(whole, ~kept, tmp_path / "part")
    assert set(other.rows["sample_id"]).isdisjoint(ids)
    before = part.path.stat().st_mtime_ns
    assert subset_of(whole, kept, tmp_path / "part").path == part.path
    assert part.path.stat().st_mtime_ns == before
    assert not list(tmp_path.glob(".part*"))


def test_a_crowd_hides_no_near_copy(tmp_path):
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(LETTERS, rng.integers(3, 9))) for _ in range(LONG + 3 * 60)]
    texts = [(f"{i:02}", " ".join(words[3 * i : 3 * i + LONG]) + ".") for i in range(60)]
    whole = profiled(texts, tmp_path / "w")
    sets = [
        {tuple(text.split()[k : k + 5]) for k in range(len(text.split()) - 4)} for _, text in texts
    ]
    for held in ([30], [0], [10, 50], [59]):
        wanted = np.isin(np.arange(60), held)
        found = near_own_rows(whole, wanted)
        for i, one in enumerate(sets):
            alike = max(len(one & sets[h]) / len(one | sets[h]) for h in held)
            assert found[i] or alike < 0.8, (held, i, alike)
        # An arm that is the same corpus by other names loses the same.
        other = profiled([(f"x{name}", text) for name, text in texts], tmp_path / f"o{held[0]}")
        assert (near_to_rows(other, whole, wanted) == found).all()


def test_pictures_of_a_slow_pan(tmp_path):
    rng = np.random.default_rng(0)
    wide = rng.integers(0, 255, (4, 12, 3), np.uint8)
    scene = Image.fromarray(wide).resize((480, 160), Image.BICUBIC)
    frames = [(f"{i:02}", encoded(scene.crop((2 * i, 0, 2 * i + 160, 160)))) for i in range(40)]
    whole = profiled(frames, tmp_path / "w")
    pairs, _ = near_image_pairs(whole.table.to_table().to_pandas(), None)
    groups = group_numbers(whole)
    assert (groups[pairs[:, 0]] != groups[pairs[:, 1]]).sum() >= 3
    for k in range(0, 40, 3):
        wanted = np.arange(40) == k
        found = near_own_rows(whole, wanted)
        assert found[pairs[(pairs == k).any(axis=1)]].all()
        assert found.sum() < 30

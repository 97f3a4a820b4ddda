"""Who is held out: sound samples, one of each group, the same ones under whatever names."""

import hashlib

import numpy as np
import pytest
from bench_sides import image, side, text
from conftest import encoded
from PIL import Image

from datakit.benchmarks import holdout
from datakit.benchmarks.holdout import hold_out
from datakit.sample import Sample

BLANK = [(f"blank{i}", encoded(Image.new("RGB", (72, 56), (i, i, 40)))) for i in range(6)]
CUT = [(f"cut{i}", image(90 + i, "jpg")[:700]) for i in range(4)]
OWN = [(f"own{i:02}", image(i)) for i in range(60)]
COPIES = [(f"copy{i:02}", image(i, "jpg")) for i in range(0, 60, 2)] + [
    (f"same{i:02}", image(i)) for i in range(0, 60, 4)
]


def held_of(items, place):
    profile = side(items, place).profile
    held = hold_out(profile)
    ids = profile.rows["sample_id"].to_numpy()
    return held, set(ids[held.reference]), set(ids[held.family])


def number(name):
    return int(name[-2:])


def test_a_fifth_of_sound_samples_and_all_of_their_copies(tmp_path):
    items = [*OWN, *COPIES, *BLANK, *CUT]
    held, reference, family = held_of(items, tmp_path / "p")
    # What nobody can read is no loss.
    assert (held.n_unsound, held.n_split_from) == (len(BLANK), len(items) - len(CUT))
    assert len(reference) == len(OWN) // 5
    assert not {name for name in family if name.startswith(("blank", "cut"))}
    numbers = [number(name) for name in reference]
    assert len(set(numbers)) == len(numbers)  # one of each group
    assert family == {name for name, _ in [*OWN, *COPIES] if number(name) in numbers}


def order(data):
    """By the hash of the hash of the bytes."""
    return hashlib.sha256(hashlib.sha256(data).hexdigest().encode()).hexdigest()


def test_groups_of_many_copies_are_held_out_as_often_as_others(tmp_path):
    rng = np.random.default_rng(0)
    words = [f"w{i}" for i in range(9_000)]
    texts = [" ".join(rng.choice(words, 60)) for _ in range(300)]
    items = [(f"{k}_{i}", text + " " * i) for k, text in enumerate(texts)
             for i in range(25 if k < 60 else 1)]  # fmt: skip
    _, reference, family = held_of(items, tmp_path / "p")
    many = {name.split("_")[0] for name in reference if int(name.split("_")[0]) < 60}
    assert len(reference) == 60
    assert 4 <= len(many) <= 22
    assert len(family) == len(reference) + 24 * len(many)


def test_they_are_the_first_by_the_hash_of_their_bytes(tmp_path):
    _, reference, family = held_of(OWN, tmp_path / "p")
    hashes = {order(data): name for name, data in OWN}
    assert reference == family == {hashes[key] for key in sorted(hashes)[:12]}


def test_names_and_what_else_is_in_the_corpus_have_no_part(tmp_path):
    _, before, _ = held_of(OWN, tmp_path / "a")
    renamed = [(f"z{i * 37 % 60:02}", data) for i, (_, data) in enumerate(OWN)]
    _, after, _ = held_of(renamed, tmp_path / "b")
    of_name = {f"z{i * 37 % 60:02}": name for i, (name, _) in enumerate(OWN)}
    assert {of_name[name] for name in after} == before
    more = [*OWN, *((f"more{i}", image(i)) for i in range(60, 90))]
    _, larger, _ = held_of(more, tmp_path / "c")
    # Those of before are held out as long as they are among the first.
    hashes = sorted(order(data) for _, data in more)[: len(larger)]
    contents = {name: order(data) for name, data in more}
    assert {contents[name] for name in larger} == set(hashes)


def with_splits(splits):
    return [
        Sample(name, f"{split}/{name}", data, len(data), split=split)
        for (name, data), split in splits
    ]


def test_the_test_split_is_used_where_there_is_one(tmp_path):
    splits = [(one, "test" if i % 3 == 0 else "train") for i, one in enumerate(OWN)]
    splits += [(one, "train") for one in COPIES]
    splits += [(one, "test") for one in (*BLANK, *CUT)]
    splits += [((f"val{i:02}", image(i)), "val") for i in range(60, 66)]
    held, reference, family = held_of(with_splits(splits), tmp_path / "p")
    assert reference == {name for i, (name, _) in enumerate(OWN) if i % 3 == 0}
    assert (held.n_unsound, held.n_split_from) == (len(BLANK), 20 + len(BLANK))
    # All of test and val, sound or not, and the copies of what is held out.
    apart = {name for (name, _), split in splits if split in ("test", "val")}
    copies = {name for name, _ in COPIES if number(name) % 3 == 0}
    assert family == apart | copies


def test_there_are_at_most_so_many(tmp_path, monkeypatch):
    monkeypatch.setattr(holdout, "MOST", 5)
    _, reference, family = held_of(OWN, tmp_path / "a")
    assert len(reference) == 5
    assert reference == family
    splits = [(one, "test") for one in OWN[:30]] + [(one, "train") for one in OWN[30:]]
    _, reference, family = held_of(with_splits(splits), tmp_path / "b")
    assert len(reference) == 5
    assert family == {name for name, _ in OWN[:30]}


@pytest.mark.parametrize("items", [BLANK, BLANK + CUT])
def test_a_corpus_without_a_sound_sample_has_no_holdout(tmp_path, items):
    held, reference, _ = held_of(items, tmp_path / "p")
    assert len(reference) <= int(0.2 * (held.n_split_from - held.n_unsound))
    assert held.n_split_from == len(BLANK)


def test_texts_with_defects_are_not_held_out(tmp_path):
    broken = [(f"broken{i}", text(i).encode().decode("latin-1") + " Ã©tÃ© Ã¼ber") for i in (70, 71)]
    bare = [(f"empty{i}", " " * i) for i in range(3)]
    good = [(f"{i:02}", text(i)) for i in range(50)]
    near = [(f"near{i:02}", text(i, changed=1)) for i in range(0, 50, 2)]
    _, reference, family = held_of([*good, *near, *bare, *broken], tmp_path / "p")
    assert len(reference) >= 10
    assert all(name[-2:].isdigit() and not name.startswith("empty") for name in reference)
    numbers = {number(name) for name in reference}
    assert len(numbers) == len(reference)
    assert family == {name for name, _ in [*good, *near] if number(name) in numbers}
    assert not np.any([name.startswith("broken") for name in family])

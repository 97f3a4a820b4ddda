"""Names that could leave the folder, meet each other, or not be seen again."""

import io
import os
import tarfile

import pytest
from applied import curated_of, tree, verify, write_jsonl
from conftest import encoded, textured
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import datakit as dk
from datakit.corpora.layout import printable
from datakit.curation.outputs.names import Names, fits, own_path, raw_path
from datakit.curation.recipe import Augmentation, Recipe, Step
from datakit.sample import Sample
from datakit.transforms.image_augment import Flip
from datakit.transforms.image_resize import Resize

PNG = [encoded(textured(i, (24, 20))) for i in range(12)]
JPEG = encoded(textured(20, (24, 20)), "JPEG")
BMP = encoded(textured(21, (24, 20)), "BMP")
SMALL = Recipe("image", clean=(Step(Resize(8)),))
COPIES = Recipe("image", augment=Augmentation(2, (Flip(),)))


def tar_of(path, members):
    with tarfile.open(path, "w") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return dk.open(path)


def paths(curated):
    return [sample.path for sample in curated]


@given(st.binary(min_size=1, max_size=12).filter(lambda raw: b"\0" not in raw))
def test_every_name_of_a_file_can_be_read_back_from_its_printed_form(raw):
    assert raw_path(printable(raw)) == raw


@given(st.text(max_size=12))
def test_what_is_no_printed_form_is_taken_as_it_is(name):
    try:
        raw = raw_path(name)
    except UnicodeEncodeError:
        return
    assert printable(raw) == name or raw == name.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    "path",
    [
        "../x.png",
        "/etc/x.png",
        "a/../../x.png",
        "a//x.png",
        "./x.png",
        ".x.png",
        "a/.b/x.png",
        "x\x00.png",
        "__MACOSX/x.png",
        "",
        "a/",
        "..",
        "a" * 300 + "/x.png",
        f"{chr(0xD800)}.png",
    ],
)
def test_paths_that_must_not_be_used(path):
    assert own_path(path, ".png") is None


NAMES = st.lists(
    st.tuples(
        st.sampled_from(["a", "a~1", "a-1", "a.b", "b", "é" * 120, "x" * 251]).flatmap(
            lambda stem: st.sampled_from(["", "f/", "a.png/", "f/a/"]).map(lambda f: f + stem)
        ),
        st.sampled_from([".png", ".jpg", ".PNG", ""]),
        st.sampled_from([".png", ".jpg"]),
        st.integers(0, 2),
    ),
    max_size=25,
)


@given(NAMES)
def test_no_two_outputs_share_a_place(wanted):
    names = Names(frozenset({"README.md"}))
    given_out = []
    for path, ending, suffix, copy in wanted:
        whole = path + ending
        if copy == 0 and fits(whole) and names.keep(whole):
            given_out.append(whole)
        else:
            given_out.append(names.give(whole, suffix, f"~{copy}" if copy else ""))
            assert given_out[-1].lower().endswith(suffix)
    assert len(set(given_out)) == len(given_out)
    folders = {name[:i] for name in given_out for i in range(len(name)) if name[i] == "/"}
    assert not folders & set(given_out)
    assert all(map(fits, given_out))


def test_nothing_goes_into_a_folder_whose_name_a_file_has():
    names = Names(frozenset())
    assert names.keep("a.png")
    given_out = [names.give("a.png/b.png", ".png", "") for _ in range(2)]
    assert given_out == ["a.png-b-1.png", "a.png-b-2.png"]
    assert names.keep("c/d.png")
    assert not names.keep("c")


def test_members_never_leave_the_folder(tmp_path):
    names = ["../out.png", "/abs/out.png", "a/../../out.png", ".hidden.png", "a/.b/out.png"]
    names += ["__MACOSX/out.png", "a/b.png", "a.png/inside.png", "a.png", "x" * 300 + ".png"]
    corpus = tar_of(tmp_path / "in.tar", list(zip(names, PNG, strict=False)))
    before = {p for p in tmp_path.rglob("*")}
    curated = curated_of(corpus, tmp_path / "o/ut", to="folder")
    assert len(verify(curated, corpus)) == len(names)
    new = {p for p in tmp_path.rglob("*")} - before
    assert all(p.is_relative_to(tmp_path / "o") for p in new)


@pytest.mark.parametrize("recipe", [None, SMALL, COPIES])
def test_undecodable_names_backslashes_and_newlines(recipe, tmp_path):
    root = os.fsencode(tmp_path / "in")
    names = [b"caf\xe9.png", b"back\\slash.png", b"\\xe9.png", b"new\nline.png", b"#1.png"]
    names += [b"tab\t.png", b" lead.png", b"trail .png", b"photo#000000012", b"caf\xc3\xa9.png"]
    for k, folder in enumerate((b"", b"caf\xe9/", b"train/c\\at/")):
        os.makedirs(os.path.join(root, folder))
        for i, name in enumerate(names):
            with open(os.path.join(root, folder, name), "wb") as file:
                file.write(PNG[(i + k) % 12])
    corpus = dk.open(tmp_path / "in")
    found = verify(curated_of(corpus, tmp_path / "out", recipe), corpus)
    assert len(found) == 30
    if recipe is None:
        kept = {name for name in tree(tmp_path / "in") if b"photo#" not in name}
        assert kept <= set(tree(tmp_path / "out"))


def test_facts_are_told_of_names_that_metadata_cannot_say(tmp_path):
    root = os.fsencode(tmp_path / "in")
    os.makedirs(root)
    for name in (b"caf\xe9", b"a\\b", b"plain"):
        with open(os.path.join(root, name + b".png"), "wb") as file:
            file.write(PNG[0])
        with open(os.path.join(root, name + b".txt"), "wb") as file:
            file.write(b"caption of " + name[-1:])
    corpus = dk.open(tmp_path / "in")
    assert len(verify(curated_of(corpus, tmp_path / "out"), corpus)) == 3


def test_names_of_255_bytes_are_kept_and_their_copies_cut(tmp_path):
    (tmp_path / "in").mkdir()
    for i, stem in enumerate(("x" * 251, "é" * 125 + "x", "雪" * 83 + "xx")):
        (tmp_path / "in" / f"{stem}.png").write_bytes(PNG[i])
    corpus = dk.open(tmp_path / "in")
    curated = curated_of(corpus, tmp_path / "out", COPIES)
    verify(curated, corpus)
    assert {s.path for s in corpus} <= set(paths(curated))
    assert "\\x" not in "".join(paths(curated))
    verify(curated_of(corpus, tmp_path / "small", SMALL), corpus)


def test_pictures_that_become_the_same_name(tmp_path):
    (tmp_path / "in").mkdir()
    for name, data in (("a.jpg", JPEG), ("a.bmp", BMP), ("a.png", PNG[0]), ("b.PNG", PNG[1])):
        (tmp_path / "in" / name).write_bytes(data)
    corpus = dk.open(tmp_path / "in")
    curated = curated_of(corpus, tmp_path / "out", SMALL)
    verify(curated, corpus)
    place = {row.parents[0]: row.path for row in curated.lineage.itertuples()}
    assert place == {"a.bmp": "a.bmp.png", "a.jpg": "a.jpg.png", "a.png": "a.png", "b.PNG": "b.PNG"}


def test_copies_never_take_the_name_of_a_sample(tmp_path):
    (tmp_path / "in").mkdir()
    for i, name in enumerate(("a.png", "a~1.png", "a~2.png", "a~1~1.png")):
        (tmp_path / "in" / name).write_bytes(PNG[i])
    corpus = dk.open(tmp_path / "in")
    for recipe in (COPIES, Recipe("image", (), SMALL.clean, COPIES.augment)):
        curated = curated_of(corpus, tmp_path / f"out{len(recipe.clean)}", recipe)
        found = verify(curated, corpus)
        assert all(samples[0].path or samples for samples in found.values())
        assert {s.path for s in corpus} <= set(paths(curated))
        lineage = curated.lineage.set_index("path")
        for sample in corpus:
            assert lineage.loc[sample.path, "parents"] == [sample.sample_id]
            assert lineage.loc[sample.path, "seed"] != 0  # null: it is the sample, no copy


def test_samples_that_are_called_like_our_own_files(tmp_path):
    texts = [(name, f"text of {name}") for name in ("README.md", "metadata.jsonl", "sub/README.md")]
    texts += [("lineage.parquet", "a text"), ("metadata.csv", "b"), ("curation.json", "c")]
    corpus = dk.open([Sample(name, name, text) for name, text in texts])
    curated = curated_of(corpus, tmp_path / "texts")
    assert len(verify(curated, corpus)) == len(texts)
    images = [Sample(n, n, PNG[i], caption=n) for i, (n, _) in enumerate(texts)]
    corpus = dk.open(images)
    assert len(verify(curated_of(corpus, tmp_path / "images"), corpus)) == len(texts)


def test_rows_of_a_table_that_name_one_file(tmp_path):
    (tmp_path / "a.png").write_bytes(PNG[0])
    rows = [{"file_name": "a.png", "caption": f"caption {i}"} for i in range(3)]
    rows += [
        {"file_name": str(tmp_path / "a.png")},
        {"file_name": "../" + tmp_path.name + "/a.png"},
    ]
    write_jsonl(tmp_path / "t.jsonl", rows)
    corpus = dk.open(tmp_path / "t.jsonl")
    curated = curated_of(corpus, tmp_path / "out")
    assert len(verify(curated, corpus)) == 5
    assert paths(curated)[-3:] == ["a-1.png", "a-2.png", "a.png"]


def test_members_without_label_get_none_from_their_folders(tmp_path):
    corpus = tar_of(tmp_path / "in.tar", [("train/cat/1.png", PNG[0]), ("train/dog/1.png", PNG[1])])
    curated = curated_of(corpus, tmp_path / "out", to="folder")
    assert {(s.label, s.split) for s in dk.open(curated.path)} == {(None, None)}
    verify(curated, corpus)


def test_two_members_of_one_name_are_refused(tmp_path):
    corpus = tar_of(tmp_path / "in.tar", [("a.png", PNG[0]), ("a.png", PNG[1])])
    with pytest.raises(dk.DatakitError, match=r"in.tar/a.png twice"):
        curated_of(corpus, tmp_path / "out")


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
        st.tuples(
            st.integers(0, 11), st.none() | st.text(max_size=4), st.none() | st.text(max_size=4)
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(["folder", "parquet", "webdataset"]),
    st.sampled_from([None, SMALL, COPIES]),
)
def test_any_names_labels_and_splits(tmp_path_factory, named, to, recipe):
    named = {name: (i, label or None, split or None) for name, (i, label, split) in named.items()}
    samples = [
        Sample(name, name, PNG[i], label=label, split=split)
        for name, (i, label, split) in named.items()
    ]
    corpus = dk.open(samples)
    curated = curated_of(corpus, tmp_path_factory.mktemp("any") / "out", recipe, to)
    assert len(verify(curated, corpus)) == len(samples)

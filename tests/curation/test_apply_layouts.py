"""Every layout gives the samples back: their ids, bytes, labels, splits, captions, columns."""

import io
import json
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from applied import curated_of, verify, write_jsonl
from conftest import encoded, textured

import datakit as dk
from datakit.curation.recipe import Augmentation, Recipe, Step
from datakit.transforms.image_augment import Flip
from datakit.transforms.image_resize import Resize
from datakit.transforms.text_augment_words import RandomSwap
from datakit.transforms.text_whitespace import Whitespace

IMAGE_LAYOUTS = ("folder", "parquet", "webdataset", "hf")
TEXT_LAYOUTS = ("folder", "jsonl", "csv", "parquet", "webdataset", "hf")
PICTURES = [encoded(textured(i, (40, 30))) for i in range(6)]
JPEG = encoded(textured(9, (40, 30)), "JPEG")


def image_folder(root):
    """Labels and splits by folders and by metadata, captions by both ways."""
    for i, data in enumerate(PICTURES):
        file = root / ("train", "test")[i % 3 == 0] / ("cat", "dog")[i % 2] / f"{i}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    (root / "train/cat/2.txt").write_text('a cat, "quoted"\nsecond line')
    (root / "loose.jpg").write_bytes(JPEG)
    write_jsonl(
        root / "metadata.jsonl",
        [
            {
                "file_name": "train/dog/1.png",
                "title": "2020-01-02T03:04:05Z",
                "class": "wolf",
                "split": "validation",
                "lang": "en",
                "date": "2024-05-06T07:08:09",
                "rating": 4.5,
                "tags": ["a", {"b": 1}],
            },
            {"file_name": "loose.jpg", "title": "tab\tand\x07bell", "class": "1", "rating": 3.0},
        ],
    )
    return root


def image_tar(root):
    root.mkdir()
    members = []
    for i, data in enumerate(PICTURES):
        members += [(f"train/cat/{i}.png", data), (f"train/cat/{i}.cls", f"c{i % 2}".encode())]
        told = {"split": ("train", "val")[i % 2], "language": "de", "date": "2020", "license": "by"}
        members.append((f"train/cat/{i}.json", json.dumps(told).encode()))
    members.append(("test/dog/plain.jpg", JPEG))
    with tarfile.open(root / "set-000.tar", "w") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return root


def image_parquet(root):
    root.mkdir()
    table = pa.table(
        {
            "img": [{"bytes": data, "path": None} for data in PICTURES],
            "fine_label": pa.array([0, 1, 2, 0, 1, None], pa.int16()),
            "prompt": ["p 0", "p 1", None, "p\n3", "p 4", "p 5"],
            "url": [f"http://x/{i}" for i in range(6)],
            "box": [[1.5, 2.0]] * 6,
            "locale": ["en"] * 6,
        }
    )
    pq.write_table(table, root / "train.parquet")
    return root


def image_csv(root):
    (root / "pics").mkdir(parents=True)
    for i, data in enumerate(PICTURES):
        (root / f"pics/{i}.png").write_bytes(data)
    rows = [f"pics/{i}.png,l{i % 2},train,photo {i},{i}" for i in (0, 1, 2, 0, 5)]
    (root / "list.csv").write_text("\n".join(["path,label,subset,caption,stars", *rows]) + "\n")
    return root / "list.csv"


def images_in_memory(root):
    from datakit.sample import Sample

    return [
        *(Sample(f"in/{i}", f"in/{i}", data, split="dev x") for i, data in enumerate(PICTURES)),
        Sample("z\\xffz", "z\\xffz", JPEG, label="a/b", caption="  spaces  "),
    ]


TEXT = "Some words of a text,  with a\ttab and two  spaces.\n\nAnd a second paragraph."
TEXTS = [f"{TEXT} Number {i}." for i in range(6)]
ODD = [
    'quotes " and , commas\r\nin lines',
    "\u2028 breaks \x85 of \x0c lines",
    " lead and trail \n",
]


def text_folder(root):
    for i, text in enumerate([*TEXTS, *ODD]):
        file = root / ("train", "test")[i % 3 == 0] / ("a", "b")[i % 2] / f"{i}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    (root / "train/a/latin.TXT").write_bytes(
        "Où est la bibliothèque, s'il vous plaît ?".encode("cp1252")
    )
    (root / "train/README.md").write_text(TEXT)
    (root / "README.md").write_text(TEXT)
    return root


def text_jsonl(root):
    root.mkdir()
    first = [
        {"id": i, "content": t, "category": f"c{i % 2}", "lang": "fr", "meta": {"n": [i, None]}}
        for i, t in enumerate([*TEXTS, *ODD])
    ]
    first[2]["category"] = ["several", "labels"]
    first[3] |= {"published": "2024-01-02T00:00:00Z", "split": "Validation", "meta": "text"}
    first[4]["lang"] = None
    write_jsonl(root / "test-1.jsonl", first)
    half = '\n{"content": "half a \\ud800 character", "url": "x\\udfff"}\nno json\n'
    (root / "sub").mkdir()
    (root / "sub" / "train.jsonl").write_text(half)
    return root


def text_csv(root):
    root.mkdir()
    rows = ["body,topic,date,note", '"a, b ""c""\nd",news,2020-01-01,"x\ny"', ",sport,2021,"]
    rows += [f"text number {i},label {i % 2},2022-0{i + 1}-01,n{i}" for i in range(4)]
    (root / "val.csv").write_text("\n".join(rows) + "\n")
    return root


def text_parquet(root):
    root.mkdir()
    table = pa.table(
        {
            "uid": pa.array(range(6), pa.int8()),
            "text": TEXTS,
            "label": pa.array([1, 0, 1, 0, None, 2]),
            "when": pa.array([1, 2, 3, 4, 5, 6], pa.timestamp("ns")),
            "vector": pa.array([[1.5, 2.5]] * 6, pa.list_(pa.float32())),
            "raw": [b"\x00\xff"] * 6,
            "none": pa.nulls(6),
        }
    )
    pq.write_table(table, root / "data.parquet", row_group_size=4)
    return root


def text_tar(root):
    root.mkdir()
    with tarfile.open(root / "t.tar", "w") as tar:
        for i, text in enumerate(TEXTS):
            record = json.dumps({"text": text, "label": f"l{i}", "url": f"u{i}"})
            for name, data in ((f"val/x/{i}.json", record), (f"val/x/p{i}.txt", text)):
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data.encode()))
    return root


def text_file(root):
    root.mkdir()
    (root / "book.txt").write_text("\n\n".join(TEXTS * 20))
    return root / "book.txt"


IMAGES = (image_folder, image_tar, image_parquet, image_csv, images_in_memory)
SOURCES = (text_folder, text_jsonl, text_csv, text_parquet, text_tar, text_file)


@pytest.mark.parametrize("to", IMAGE_LAYOUTS)
@pytest.mark.parametrize("make", IMAGES, ids=lambda make: make.__name__)
def test_images_come_back_from_every_layout(make, to, tmp_path):
    corpus = dk.open(make(tmp_path / "in"))
    as_they_are = curated_of(corpus, tmp_path / "kept", to=to)
    verify(as_they_are, corpus)
    assert set(as_they_are.plan.table["edit"]) == {"keep"}
    changed = Recipe("image", clean=(Step(Resize(16)),), augment=Augmentation(1, (Flip(),)))
    found = verify(curated_of(corpus, tmp_path / "changed", changed, to=to), corpus)
    assert all(len(copies) == 2 for copies in found.values())


@pytest.mark.parametrize("to", TEXT_LAYOUTS)
@pytest.mark.parametrize("make", SOURCES, ids=lambda make: make.__name__)
def test_texts_come_back_from_every_layout(make, to, tmp_path):
    corpus = dk.open(make(tmp_path / "in"))
    as_they_are = curated_of(corpus, tmp_path / "kept", to=to)
    verify(as_they_are, corpus)
    changed = Recipe("text", clean=(Step(Whitespace()),), augment=Augmentation(1, (RandomSwap(),)))
    found = verify(curated_of(corpus, tmp_path / "changed", changed, to=to), corpus)
    assert found
    assert all(len(copies) == 2 for copies in found.values())


@pytest.mark.parametrize(
    ("make", "layout"),
    [
        (image_folder, "folder"),
        (image_tar, "webdataset"),
        (image_parquet, "parquet"),
        (image_csv, "folder"),
        (images_in_memory, "folder"),
        (text_folder, "folder"),
        (text_jsonl, "jsonl"),
        (text_csv, "csv"),
        (text_parquet, "parquet"),
        (text_tar, "webdataset"),
        (text_file, "jsonl"),
    ],
)
def test_a_corpus_keeps_its_layout(make, layout, tmp_path):
    curated = curated_of(dk.open(make(tmp_path / "in")), tmp_path / "out")
    assert curated.facts["layout"] == layout
    again = curated_of(curated, tmp_path / "again")
    assert again.facts["layout"] == layout
    verify(again, curated)


def test_a_folder_keeps_its_paths(tmp_path):
    corpus = dk.open(image_folder(tmp_path / "in"))
    curated = curated_of(corpus, tmp_path / "out")
    assert [s.sample_id for s in curated] == [s.sample_id for s in corpus]
    smaller = curated_of(corpus, tmp_path / "smaller", Recipe("image", clean=(Step(Resize(8)),)))
    renamed = {s.path.replace(".jpg", ".png") for s in corpus}
    assert {s.path for s in smaller} == renamed
    own = {"README.md", "croissant.json", "curation.json", "lineage.parquet", "metadata.jsonl"}
    own |= {"plan.parquet", "recipe.yaml", "loose.png", "train", "test"}
    assert {entry.name for entry in (tmp_path / "smaller").iterdir()} == own


def test_tar_shards_are_as_their_usual_readers_want_them(tmp_path):
    def members(name, samples):
        curated_of(dk.open(samples), tmp_path / name, to="webdataset")
        with tarfile.open(next((tmp_path / name).glob("*.tar"))) as tar:
            return [member.name for member in tar]

    from datakit.sample import Sample

    def named(labels, captions):
        told = zip(PICTURES, labels, captions, strict=False)
        return [Sample(f"{i}", f"{i}", d, label=a, caption=c) for i, (d, a, c) in enumerate(told)]

    everything = members("all", named("01", "xy"))
    assert everything == [f"00000{i}{s}" for i in (0, 1) for s in (".png", ".cls", ".txt", ".json")]
    # A label that is no number, or a caption that one sample lacks, is told in .json alone.
    assert members("some", named(["0", "cat"], ["x", None])) == [
        f"00000{i}{s}" for i in (0, 1) for s in (".png", ".json")
    ]


def test_features_are_told_in_the_parquet_of_images(tmp_path):
    curated_of(dk.open(image_parquet(tmp_path / "in")), tmp_path / "out")
    schema = pq.read_schema(tmp_path / "out/data-00000.parquet")
    features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert features["image"] == {"_type": "Image"}
    assert features["box"] == [{"dtype": "float64", "_type": "Value"}]
    assert features.keys() == set(schema.names)


def test_texts_that_look_like_points_in_time_stay_as_they_are(tmp_path):
    from datakit.sample import Sample

    told = {"caption": "2024-05-06T07:08:09Z", "date": "2020-01-02T00:00:00", "label": "2021-01-01"}
    corpus = dk.open([Sample(f"{i}", f"{i}", d, **told) for i, d in enumerate(PICTURES)])
    verify(curated_of(corpus, tmp_path / "out", to="folder"), corpus)


def test_what_no_step_changed_is_kept_in_the_applied_plan(tmp_path):
    corpus = dk.open([("large", PICTURES[0]), ("small", encoded(textured(0, (8, 6))))])
    recipe = Recipe("image", clean=(Step(Resize(8)),))
    table = curated_of(corpus, tmp_path / "out", recipe).plan.table
    assert table["edit"].tolist() == ["change", "keep"]
    assert table["steps"].tolist() == [["resize"], []]

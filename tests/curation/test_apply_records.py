"""Columns that datakit knows nothing of go where their samples go."""

import csv
import json
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from applied import curated_of, made_plan, write_jsonl
from conftest import encoded, textured
from test_apply_layouts import (
    TEXTS,
    image_csv,
    image_folder,
    image_parquet,
    text_csv,
    text_jsonl,
    text_parquet,
)

import datakit as dk
from datakit.curation.recipe import Recipe, Step
from datakit.transforms.text_whitespace import Whitespace


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def test_jsonl_keeps_every_field_in_its_place(tmp_path):
    corpus = dk.open(text_jsonl(tmp_path / "in"))
    original = lines(tmp_path / "in/test-1.jsonl")
    curated = curated_of(corpus, tmp_path / "out")
    found = [line for line in lines(tmp_path / "out/data.jsonl") if "meta" in line]
    for line, record in zip(found, original, strict=True):
        assert list(line)[: len(record)] == list(record)
        split = record.get("split", "test")  # of the file's name, where the record says nothing
        assert line == record | {"split": split}
    assert curated.facts["text_column"] == "content"
    other = [line for line in lines(tmp_path / "out/data.jsonl") if "url" in line]
    assert [line["url"] for line in other] == ["x\ufffd"]


def test_only_the_text_of_a_cleaned_record_changes(tmp_path):
    root = tmp_path / "in.jsonl"
    records = [
        {"url": f"u{i}", "body": f"text {i} \n", "n": i, "deep": {"a": [i]}} for i in range(9)
    ]
    write_jsonl(root, records)
    corpus = dk.open(root, text_column="body")
    dropped = {f"in.jsonl#{i:09d}": ("drop", "test", []) for i in (0, 4, 8)}
    recipe = Recipe("text", clean=(Step(Whitespace()),))
    curated_of(corpus, tmp_path / "out", recipe, edits=dropped)
    for line in lines(tmp_path / "out/data.jsonl"):
        wanted = records[line["n"]]
        assert {k: v for k, v in line.items() if k not in ("id", "body")} == {
            k: v for k, v in wanted.items() if k != "body"
        }
        assert line["body"].strip() == f"text {line['n']}"
        assert line["body"] != wanted["body"]
        assert line["id"] == f"in.jsonl#{line['n']:09d}"


def test_csv_keeps_every_column(tmp_path):
    curated_of(dk.open(text_csv(tmp_path / "in")), tmp_path / "out")
    with (
        (tmp_path / "in/val.csv").open(newline="") as old,
        (tmp_path / "out/data.csv").open(newline="") as new,
    ):
        before, after = list(csv.DictReader(old)), list(csv.DictReader(new))
    assert [{name: row[name] for name in before[0]} for row in after] == before
    assert {row["split"] for row in after} == {"val"}


def test_parquet_keeps_types(tmp_path):
    curated_of(dk.open(text_parquet(tmp_path / "in")), tmp_path / "out")
    before = pq.read_table(tmp_path / "in/data.parquet")
    after = pq.read_table(tmp_path / "out/data-00000.parquet")
    for name in ("uid", "text", "vector", "raw"):
        assert after.column(name).type == before.column(name).type
        assert after.column(name).to_pylist() == before.column(name).to_pylist()
    assert after.column("label").to_pylist() == ["1", "0", "1", "0", None, "2"]
    assert after.column("when").to_pylist()[0] == "1970-01-01 00:00:00.000000001"


@pytest.mark.parametrize(("to", "file"), [("jsonl", "data.jsonl"), ("csv", "data.csv")])
def test_parquet_columns_become_text_where_they_must(to, file, tmp_path):
    curated_of(dk.open(text_parquet(tmp_path / "in")), tmp_path / "out", to=to)
    if to == "jsonl":
        row = lines(tmp_path / "out" / file)[1]
        assert row["vector"] == [1.5, 2.5]
    else:
        with (tmp_path / "out" / file).open(newline="") as opened:
            row = list(csv.DictReader(opened))[1]
        assert json.loads(row["vector"]) == [1.5, 2.5]
    assert row["raw"] == "AP8="


def test_nested_json_stays_json_in_parquet(tmp_path):
    curated_of(dk.open(text_jsonl(tmp_path / "in")), tmp_path / "out", to="parquet")
    rows = pq.read_table(tmp_path / "out/test-00000.parquet").to_pylist()
    assert json.loads(rows[1]["meta"]) == {"n": [1, None]}
    assert rows[1]["id"] == 1
    assert rows[1]["lang"] == "fr"


@pytest.mark.parametrize("make", [image_parquet, image_csv])
def test_tables_of_images_keep_their_columns(make, tmp_path):
    curated = curated_of(dk.open(make(tmp_path / "in")), tmp_path / "out")
    if make is image_parquet:
        rows = pq.read_table(tmp_path / "out/data-00000.parquet").to_pylist()
        assert [row["url"] for row in rows] == [f"http://x/{i}" for i in range(6)]
        assert rows[0]["box"] == [1.5, 2.0]
    else:
        rows = lines(tmp_path / "out/metadata.jsonl")
        assert [row["stars"] for row in rows] == [0, 1, 2, 0, 5]
    assert len(rows) == len(curated)


@pytest.mark.parametrize("to", ["folder", "parquet", "webdataset"])
def test_metadata_of_image_folders_goes_along(to, tmp_path):
    corpus = dk.open(image_folder(tmp_path / "in"))
    curated = curated_of(corpus, tmp_path / "out", to=to)
    place = {row.parents[0]: row.path for row in curated.lineage.itertuples()}
    wolf = place["train/dog/1.png"]
    if to == "folder":
        row = next(x for x in lines(tmp_path / "out/metadata.jsonl") if x["file_name"] == wolf)
        assert row["tags"] == ["a", {"b": 1}]
    elif to == "parquet":
        file, _, number = wolf.partition("#")
        row = pq.read_table(tmp_path / "out" / file).to_pylist()[int(number)]
    else:
        file, _, member = wolf.partition("/")
        with tarfile.open(tmp_path / "out" / file) as tar:
            row = json.load(tar.extractfile(member.replace(".png", ".json")))
    assert float(row["rating"]) == 4.5


def test_a_manifest_goes_along(tmp_path):
    root = tmp_path / "in"
    root.mkdir()
    (root / "a.png").write_bytes(encoded(textured(1)))
    (root / "b.unknown").write_bytes(encoded(textured(2)))
    (tmp_path / "m.csv").write_text("file,caption,source\na.png,one,s1\nb.unknown,two,s2\n")
    corpus = dk.open(root, manifest=str(tmp_path / "m.csv"))
    curated = curated_of(corpus, tmp_path / "out")
    assert [s.caption for s in dk.open(curated.path)] == ["one", "two"]
    assert [row["source"] for row in lines(tmp_path / "out/metadata.jsonl")] == ["s1", "s2"]


def test_told_things_of_any_length_do_not_hide_the_facts(tmp_path):
    pq.write_table(
        pa.table(
            {
                "image": [encoded(textured(0))],
                "label": ["cat"],
                "split": ["train"],
                "language": ["en"],
                "caption": ["c " * 20_000],
                "essay": ["x" * 100_000],
            }
        ),
        tmp_path / "in.parquet",
    )
    corpus = dk.open(tmp_path / "in.parquet")
    curated = curated_of(corpus, tmp_path / "out", to="webdataset")
    [sample] = dk.open(curated.path)
    assert (sample.label, sample.split, sample.language) == ("cat", "train", "en")
    assert sample.caption == ("c " * 20_000).strip()


def test_the_text_column_that_was_asked_for_is_the_one(tmp_path):
    root = tmp_path / "in.jsonl"
    write_jsonl(root, [{"text": "a title", "answer": f"the long answer {i}"} for i in range(4)])
    corpus = dk.open(root, text_column="answer")
    for to in ("jsonl", "csv", "parquet", "webdataset"):
        curated = curated_of(corpus, tmp_path / to, to=to)
        opened = dk.open(curated.path)
        assert [opened.read(s) for s in opened] == [
            f"the long answer {i}".encode() for i in range(4)
        ]


def test_plans_are_for_the_rows_they_were_made_for(tmp_path):
    root = tmp_path / "in.jsonl"
    write_jsonl(root, [{"text": text} for text in TEXTS])
    plan = made_plan(dk.open(root))
    # All but the first row moved up: none of these is what it was, and none is taken for another.
    write_jsonl(root, [{"text": text} for text in (TEXTS[0], *TEXTS[2:])])
    table = dk.curate(plan, tmp_path / "out", workers=0, measure=False).plan.table
    changed = ["changed after it was profiled"] * 4
    assert table["reason"].tolist() == ["meets the recipe", *changed, "not in the corpus any more"]
    write_jsonl(root, [{"text": text} for text in TEXTS[1:]])
    with pytest.raises(
        dk.DatakitError, match="nothing is written: 5 changed after it was profiled"
    ):
        dk.curate(plan, tmp_path / "other", workers=0, measure=False)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["in.jsonl", "out"]

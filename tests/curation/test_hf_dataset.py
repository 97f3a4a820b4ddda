"""Hugging Face datasets: made of a corpus, and read from what `curate --to hf` wrote."""

import io
import json
import logging
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from conftest import encoded, textured
from PIL import Image

import datakit as dk
from datakit.curating import curate, plan
from datakit.curation.hf_dataset import to_hf
from datakit.curation.recipe import Augmentation, Recipe
from datakit.errors import InputError, MissingExtraError
from datakit.transforms.image_augment import Flip


@pytest.fixture(scope="module")
def datasets(tmp_path_factory):
    """The package, with a cache of its own and no network."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("hf")))
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield pytest.importorskip("datasets", reason="the package datasets is not installed")


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    root = tmp_path_factory.mktemp("images")
    for i in range(10):
        file = root / ("train", "val")[i % 5 == 0] / ("cat", "dog")[i % 2] / f"{i}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(encoded(textured(i, (32, 24))))
        file.with_suffix(".txt").write_text(f"number {i}", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    file = tmp_path_factory.mktemp("texts") / "texts.jsonl"
    records = [
        {"text": f"A short text, which is number {i} of twelve.", "label": f"{i % 3}"}
        | ({"split": "train" if i < 9 else "test"})
        for i in range(12)
    ]
    file.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def curated(images, texts, tmp_path_factory):
    """Layout -> curated corpus, for images and texts."""
    root = tmp_path_factory.mktemp("curated")
    recipes = {"image": Recipe("image", augment=Augmentation(1, (Flip(1.0),)))}
    recipes["text"] = Recipe("text")
    found = {}
    for corpus, layouts in ((images, ("folder", "hf")), (texts, ("jsonl", "parquet"))):
        profile = dk.profile(corpus, root / f"{corpus.name}.profile", workers=0, encoder="none")
        chosen = plan(profile, recipes[profile.modality])
        for layout in layouts:
            out = root / f"{profile.modality}-{layout}"
            found[out.name] = curate(chosen, out, to=layout, measure=False, workers=0)
    return found


def test_what_is_missing_is_said(monkeypatch, images):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(
        MissingExtraError, match=r"to_hf needs the package 'datasets'.*datakit\[hf\]"
    ):
        to_hf(images)


def test_images_become_a_dataset(datasets, images):
    made = to_hf(images)
    assert made.features == datasets.Features(
        {
            "id": datasets.Value("string"),
            "image": datasets.Image(),
            "label": datasets.ClassLabel(names=["cat", "dog"]),
            "caption": datasets.Value("string"),
            "split": datasets.Value("string"),
        }
    )
    assert len(made) == 10
    for row in made:
        file = images / row["id"]
        assert np.array_equal(np.asarray(row["image"]), np.asarray(Image.open(file)))
        assert made.features["label"].int2str(row["label"]) == file.parent.name
        assert row["caption"] == f"number {file.stem}"
        assert row["split"] == file.parent.parent.name
    again = made.map(lambda row: {"width": row["image"].width})
    assert set(again["width"]) == {32}
    raw = made.cast_column("image", datasets.Image(decode=False))
    assert raw[0]["image"]["bytes"] == (images / raw[0]["id"]).read_bytes()


def test_texts_become_a_dataset(datasets, texts):
    made = to_hf(texts, "test")
    assert made["text"] == [f"A short text, which is number {i} of twelve." for i in range(9, 12)]
    assert made.features["label"].names == ["0", "1", "2"]


def test_what_cannot_be_read_is_named(datasets, texts, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path.parent))
    with pytest.raises(InputError, match="no split 'val': give one of test, train"):
        to_hf(texts, "val")
    (tmp_path / "0.txt").write_text("a text", encoding="utf-8")
    (tmp_path / "1.txt").write_bytes(bytes(range(256)) * 9)
    with pytest.raises(InputError, match=r"1.txt cannot be read .*curate the corpus first"):
        to_hf(tmp_path)
    assert not list(Path(tempfile.gettempdir()).glob("datakit-hf-*"))


def test_a_curated_corpus_is_loaded_as_the_card_says(datasets, curated):
    """The features of the file itself say that a column holds images."""
    made = curated["image-hf"]
    loaded = datasets.load_dataset(str(made.path))
    assert {name: len(part) for name, part in loaded.items()} == {"train": 16, "val": 4}
    lineage = made.lineage.set_index("sample_id")
    samples = list(made)
    for name, part in loaded.items():
        mine = [sample for sample in samples if sample.split == name]
        for row, sample in zip(part, mine, strict=True):
            with Image.open(io.BytesIO(made.read(sample))) as image:
                assert np.array_equal(np.asarray(row["image"]), np.asarray(image))
            assert (row["label"], row["caption"]) == (sample.label, sample.caption)
            assert row["id"].partition("~")[0] == lineage.loc[sample.sample_id, "parents"][0]
    again = to_hf(made)
    assert len(again) == 20


@pytest.mark.parametrize("name", ["image-folder", "image-hf", "text-jsonl", "text-parquet"])
def test_the_croissant_is_valid_and_its_records_can_be_read(curated, name):
    """By the reference implementation of the format."""
    mlcroissant = pytest.importorskip(
        "mlcroissant", reason="the package mlcroissant is not installed"
    )
    logging.getLogger("absl").setLevel(logging.ERROR)
    made = curated[name]
    dataset = mlcroissant.Dataset(jsonld=str(made.path / "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors
    records = list(dataset.records("lineage"))
    ids = [record["lineage/sample_id"].decode() for record in records]
    assert ids == made.lineage["sample_id"].tolist()
    sets = [one for one in dataset.metadata.distribution if isinstance(one, mlcroissant.FileSet)]
    assert len(sets) == (name == "image-folder")
    for files in sets:
        found = {file for pattern in files.includes for file in made.path.glob(pattern)}
        assert found == {made.path / path for path in made.lineage["path"]}

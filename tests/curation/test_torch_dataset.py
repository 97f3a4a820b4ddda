"""The map-style dataset: its items against Pillow, its randomness against copies on disk."""

import io
import json
import pickle
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import albumentations as A
import numpy as np
import pytest
import torch
from PIL import Image, ImageOps
from torch.utils.data import DataLoader

import datakit as dk
from datakit.curating import curate, plan
from datakit.curation.curated import Curated
from datakit.curation.recipe import Augmentation, Recipe
from datakit.curation.torch_dataset import torch_dataset
from datakit.errors import InputError
from datakit.sample import Sample
from datakit.transforms.image_augment import CropResize, Flip
from datakit.transforms.image_augment_presets import Preset
from datakit.transforms.image_mix import CutMix, MixUp
from datakit.transforms.text_augment_words import RandomSwap


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Twenty-four 20 x 16 PNGs of noise: three classes in two splits, half of them captioned."""
    root = tmp_path_factory.mktemp("small")
    rng = np.random.default_rng(0)
    for i in range(24):
        file = root / ("train", "val")[i % 4 == 0] / ("a", "b", "c")[i % 3] / f"{i:02d}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (16, 20, 3), np.uint8)).save(file)
        if i % 2:
            file.with_suffix(".txt").write_text(f"number {i}", encoding="utf-8")
    return root


def same(a, b):
    """Whether two items are equal in every value."""
    assert a.keys() == b.keys()
    return all(torch.equal(a[k], b[k]) if k == "image" else a[k] == b[k] for k in a)


def one_by_one(dataset, workers=0, **options):
    """Sample id -> item, as a loader gives them."""
    loader = DataLoader(dataset, batch_size=None, num_workers=workers, **options)
    return {item["sample_id"]: item for item in loader}


# items


def test_an_item_is_what_pillow_reads(small):
    dataset = torch_dataset(small)
    assert len(dataset) == 24
    for i, item in enumerate(dataset):
        file = small / item["sample_id"]
        expected = np.asarray(Image.open(file), np.float32).transpose(2, 0, 1) / 255
        assert item["image"].dtype == torch.float32
        assert np.array_equal(item["image"].numpy(), expected)
        assert dataset.classes[item["label"]] == file.parent.name
        text = file.with_suffix(".txt")
        assert item["caption"] == (text.read_text() if text.exists() else "")
        assert dataset.samples[i].sample_id == item["sample_id"]
    assert i == 23
    assert same(dataset[-1], dataset[23])


def saved(image, form, **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def test_pictures_are_given_as_they_are_shown():
    rng = np.random.default_rng(1)
    colour = Image.fromarray(rng.integers(0, 256, (6, 9, 4), np.uint8), "RGBA")
    exif = Image.Exif()
    exif[0x0112] = 6
    gray = rng.integers(0, 256, (6, 9), np.uint8)
    turned = saved(colour.convert("RGB"), "PNG", exif=exif)
    deep = (np.arange(54).reshape(6, 9) * 1200).astype(np.uint16)
    items = list(
        torch_dataset(
            [
                ("alpha", saved(colour, "PNG")),
                ("deep", saved(Image.fromarray(deep), "PNG")),
                ("gray", saved(Image.fromarray(gray), "PNG")),
                ("palette", saved(colour.convert("RGB").quantize(8), "PNG")),
                ("turned", turned),
            ]
        )
    )
    alpha = np.asarray(colour, float)
    weight = alpha[..., 3:] / 255
    white = alpha[..., :3] * weight + 255 * (1 - weight)
    assert np.abs(items[0]["image"].permute(1, 2, 0).numpy() * 255 - white).max() <= 1
    assert np.abs(items[1]["image"][0].numpy() - deep / 65535).max() < 1 / 255
    assert np.array_equal(items[2]["image"].numpy(), gray[None].astype(np.float32) / 255)
    assert items[3]["image"].shape == (3, 6, 9)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(turned))))
    assert upright.shape == (9, 6, 3)
    assert np.array_equal(items[4]["image"].permute(1, 2, 0).numpy() * 255, upright)
    assert {item["label"] for item in items} == {-1}
    assert "caption" not in items[0]


def test_texts_are_decoded(tmp_path):
    lines = [{"text": f"Größe {i}", "label": str(i)} for i in range(12)]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    dataset = torch_dataset(tmp_path / "t.jsonl")
    assert dataset.classes == tuple(map(str, range(12)))  # not 0, 1, 10, 11, 2, ...
    expected = {"text": "Größe 10", "label": 10, "sample_id": "t.jsonl#000000010"}
    assert dataset[10] == expected
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.txt").write_bytes("繁體中文的一句話，說明編碼".encode("big5") * 9)
    (item,) = torch_dataset(tmp_path / "folder")
    assert item["text"].startswith("繁體中文的一句話")


def test_the_default_collate_takes_them(small):
    (batch,) = DataLoader(torch_dataset(small, augment=MixUp()), batch_size=24)
    assert batch["image"].shape == (24, 3, 16, 20)
    assert batch["label"].dtype == batch["label_other"].dtype == torch.int64
    assert batch["share"].shape == (24,)
    assert len(batch["sample_id"]) == len(batch["caption"]) == 24


def test_classes_have_the_same_numbers_in_every_split(small):
    (small / "val" / "z").mkdir(exist_ok=True)
    Image.new("RGB", (20, 16)).save(small / "val" / "z" / "99.png")
    train, val = torch_dataset(small, split="training"), torch_dataset(small, split="val")
    (small / "val" / "z" / "99.png").unlink()
    assert train.classes == val.classes == ("a", "b", "c", "z")
    assert (len(train), len(val)) == (18, 7)
    assert {sample.split for sample in train.samples} == {"train"}


# what it is made of


def test_a_corpus_may_be_given_in_many_ways(small, tmp_path):
    items = one_by_one(torch_dataset(small))
    for corpus in (str(small), dk.open(small)):
        assert all(same(items[k], v) for k, v in one_by_one(torch_dataset(corpus)).items())

    class Mine:
        """A corpus of the user's, whose source only it understands."""

        location, modality, notes = "mine", "image", {}

        def __iter__(self):
            return iter([Sample("x", "x.png", {"file": file})])

        def read(self, sample):
            return sample.source["file"].read_bytes()

    file = next(small.rglob("*.png"))
    item = torch_dataset(Mine())[0]
    assert torch.equal(item["image"], items[str(file.relative_to(small))]["image"])


@pytest.fixture(scope="module")
def curated(small, tmp_path_factory):
    """The pictures with two copies each, made by the safe preset and seed 5."""
    root = tmp_path_factory.mktemp("curated")
    profile = dk.profile(small, root / "profile", workers=0, encoder="none")
    recipe = Recipe("image", augment=Augmentation(2, (Preset(),)), seed=5)
    return curate(plan(profile, recipe), root / "out", measure=False, workers=0)


def test_epoch_n_shows_what_copy_n_on_disk_shows(small, curated):
    """The copies were made by other code, which encodes them and writes them to files."""
    dataset = torch_dataset(small, augment=curated.path / "recipe.yaml", seed=5)
    on_disk = {sample: item["image"] for sample, item in one_by_one(torch_dataset(curated)).items()}
    assert len(on_disk) == 3 * 24
    changed = 0
    for epoch in (1, 2):
        dataset.set_epoch(epoch)
        for sample_id, item in one_by_one(dataset).items():
            copy = sample_id.replace(".png", f"~{epoch}.png")
            assert torch.equal(item["image"], on_disk[copy])
            changed += not torch.equal(item["image"], on_disk[sample_id])
    assert changed > 40


def test_a_curated_corpus_is_pickled_without_its_lineage(curated):
    again = Curated(curated.path)
    assert len(again.lineage) == 72
    assert len(pickle.dumps(torch_dataset(again)._items.corpus)) < 1000


@pytest.mark.parametrize(
    "augment",
    [
        "safe",
        "images-gan",
        Preset(),
        [Preset()],
        ("digits", Flip()),
        Augmentation(0, (Preset(),)),
        Recipe("image", augment=Augmentation(3, (CropResize(),))),
        A.Compose([A.HorizontalFlip(p=0.5), A.RandomCrop(8, 8)]),
        A.VerticalFlip(p=0.5),
        [A.HorizontalFlip(p=0.5), CutMix()],
    ],
    ids=lambda value: type(value).__name__,
)
def test_augment_may_be_given_in_many_ways(small, augment):
    plain, dataset = torch_dataset(small), torch_dataset(small, augment=augment, seed=1)
    pairs = [(plain[i]["image"], dataset[i]["image"]) for i in range(24)]
    assert any(a.shape != b.shape or not torch.equal(a, b) for a, b in pairs)
    assert all(same(dataset[i], pickle.loads(pickle.dumps(dataset))[i]) for i in (0, 5))


def test_texts_are_augmented_too():
    texts = [(f"{i}", " ".join(f"word{k}" for k in range(60))) for i in range(4)]
    for augment in ("safe", RandomSwap(0.2)):
        dataset = torch_dataset(texts, augment=augment)
        first = [item["text"] for item in dataset]
        assert all(text != texts[0][1] for text in first)
        assert len(set(first)) == 4
        dataset.set_epoch(1)
        assert first != [item["text"] for item in dataset]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"split": "test"}, r"no split 'test': give one of train, val"),
        ({"augment": "saef"}, r"named 'saef': did you mean 'safe'"),
        ({"augment": "nowhere.yaml"}, r"no recipe file nowhere.yaml"),
        ({"augment": RandomSwap()}, r"random_swap, which is for texts, and the corpus holds imag"),
        ({"augment": "text-lm"}, r"is for texts, the corpus holds images"),
        ({"augment": Recipe("image")}, r"has no augment"),
        ({"augment": [CutMix(), MixUp()]}, r"2 mixers \(cutmix, mixup\)"),
        ({"augment": 3}, r"3 is not an augmenter"),
        ({"augment": Flip}, r"not an augmenter"),
        ({"seed": -1}, r"seed is -1"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(small, options, told):
    with pytest.raises(InputError, match=told) as caught:
        torch_dataset(small, **options)
    assert "\n" not in str(caught.value)


def test_corpora_that_cannot_be_trained_on_are_refused(tmp_path):
    with pytest.raises(InputError, match="has no splits, 'train' was asked for"):
        torch_dataset([b"x"], split="train")
    with pytest.raises(InputError, match="holds no samples"):
        torch_dataset([])
    with pytest.raises(InputError, match="does not exist"):
        torch_dataset(tmp_path / "nowhere")
    with pytest.raises(InputError, match="epoch is -1"):
        torch_dataset([b"x"]).set_epoch(-1)


def test_what_cannot_be_read_is_named(folder):
    dataset = torch_dataset(folder)
    bad = next(i for i, s in enumerate(dataset.samples) if s.path.endswith("cut.jpg"))
    with pytest.raises(InputError, match=r"train/cat/cut.jpg cannot be read \(.+\): curate"):
        dataset[bad]
    with pytest.raises(InputError, match=r"train/cat/cut.jpg cannot be read"):
        one_by_one(dataset, 1)
    (folder / dataset.samples[0].path).unlink()
    with pytest.raises(InputError, match=f"{dataset.samples[0].path} cannot be read"):
        dataset[0]


def test_an_augmenter_that_fails_names_the_sample(small):
    dataset = torch_dataset(small, augment=A.RandomCrop(500, 500))
    with pytest.raises(InputError, match=r"albumentations failed on train/a/03.png: .*20 x 16"):
        dataset[0]


# randomness, workers


def test_items_depend_on_seed_sample_and_epoch_only(small):
    dataset = torch_dataset(small, augment=["safe", CutMix()], seed=3)
    items = one_by_one(dataset)
    assert all(same(items[k], v) for k, v in one_by_one(dataset, shuffle=True).items())
    assert all(same(items[k], v) for k, v in one_by_one(dataset, 2).items())
    assert all(
        same(items[k], v) for k, v in one_by_one(pickle.loads(pickle.dumps(dataset))).items()
    )
    other = one_by_one(torch_dataset(small, augment=["safe", CutMix()], seed=4))
    assert sum(same(items[k], v) for k, v in other.items()) < 4
    dataset.set_epoch(1)
    later = one_by_one(dataset)
    assert sum(same(items[k], v) for k, v in later.items()) < 4
    assert pickle.loads(pickle.dumps(dataset))[0]["share"] == dataset[0]["share"]


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_a_new_epoch_reaches_persistent_workers(small, start):
    dataset, here = (torch_dataset(small, augment=["safe", MixUp()]) for _ in range(2))
    loader = DataLoader(
        dataset,
        batch_size=None,
        num_workers=1,
        persistent_workers=True,
        multiprocessing_context=start,
    )
    for epoch in (0, 3):
        dataset.set_epoch(epoch)
        here.set_epoch(epoch)
        items = list(loader)
        assert len(items) == 24
        assert all(same(a, b) for a, b in zip(items, here, strict=True))


def test_what_is_sent_to_a_worker_is_small():
    class Many:
        location, modality, notes = "many", "image", {}

        def __iter__(self):
            names = (f"{i:06d}.png" for i in range(5000))
            return (Sample(name, name, f"/data/{name}", 1000, i) for i, name in enumerate(names))

    pickled = torch_dataset(samples_of(Many)).samples
    assert len(ForkingPickler.dumps(pickled)) < 2000
    assert len(pickle.dumps(pickled)) > 200_000
    assert pickle.loads(pickle.dumps(pickled))[4999] == pickled[-1]
    assert [sample.sample_id for sample in pickled[10:13]] == [f"{i:06d}.png" for i in (10, 11, 12)]
    with pytest.raises(IndexError):
        pickled[5000]


def samples_of(kind):
    corpus = kind()
    corpus.read = None
    return corpus


# mixing


def test_a_mix_says_with_what_and_how_much(small):
    plain = one_by_one(torch_dataset(small))
    dataset = torch_dataset(small, augment=MixUp(1.0))
    found = 0
    partners = set()
    for item in dataset:
        image, mine = item["image"], plain[item["sample_id"]]
        assert item["label"] == mine["label"]
        assert 0 <= item["share"] <= 1
        fits = [
            other
            for key, other in plain.items()
            if (item["share"] * mine["image"] + (1 - item["share"]) * other["image"] - image)
            .abs()
            .max()
            < 1 / 255
        ]
        if len(fits) == 1:  # not where the share is nearly 1
            found += 1
            (other,) = fits
            assert other["label"] == item["label_other"]
            assert other["sample_id"] != item["sample_id"]
            assert Path(other["sample_id"]).parts[0] == Path(item["sample_id"]).parts[0]
            partners.add(other["sample_id"])
    assert found > 18
    assert len(partners) > 10


def test_a_lone_sample_is_mixed_with_nothing(small):
    files = [(f.stem, f.read_bytes()) for f in sorted(small.rglob("*.png"))][:1]
    (item,) = torch_dataset(files, augment=CutMix())
    assert (item["label_other"], item["share"]) == (-1, 1.0)
    assert torch.equal(item["image"], torch_dataset(files)[0]["image"])

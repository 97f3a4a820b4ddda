"""The stream of tar shards: every sample once, whoever reads, as the other dataset has it."""

import io
import json
import pickle
import tarfile
from itertools import chain, pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import distributed
from torch.testing._internal.distributed.fake_pg import FakeStore
from torch.utils.data import DataLoader

from datakit.curation.torch_dataset import torch_dataset
from datakit.curation.torch_stream import torch_stream
from datakit.errors import InputError
from datakit.transforms.image_mix import MixUp

COUNTS = (3, 1, 0, 7, 2, 5, 4)


def packed(path, members):
    with tarfile.open(path, "w:gz" if path.suffix == ".tgz" else "w") as tar:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))


def png(seed):
    buffer = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (6, 5, 3), np.uint8)
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Twenty-two images in seven shards, not in the order of their names; one shard has none."""
    root = tmp_path_factory.mktemp("images")
    n = 0
    for shard, count in enumerate(COUNTS):
        members = [("notes.md", b"about")]
        for k in range(count):
            key = f"{(k * 5 + 3) % 8:03d}"
            facts = {"split": "val" if n % 4 == 0 else "train", "caption": f"number {n}"}
            members += [(f"{key}.cls", b"ab"[n % 2 :][:1]), (f"{key}.png", png(n))]
            members += [(f"{key}.json", json.dumps(facts).encode())]
            n += 1
        packed(root / f"part-{shard}.tar", members)
    return root


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """Eleven texts in three shards, one of them compressed."""
    root = tmp_path_factory.mktemp("texts")
    for shard, (suffix, count) in enumerate((("tar", 4), ("tgz", 5), ("tar", 2))):
        records = [
            {"text": f"Text {k} of shard {shard}, in some words", "label": f"{k % 2}"}
            for k in range(count)
        ]
        members = [(f"{k}.json", json.dumps(record).encode()) for k, record in enumerate(records)]
        packed(root / f"{shard}.{suffix}", members)
    return root


def ids(items):
    return [item["sample_id"] for item in items]


def equal(a, b):
    assert a.keys() == b.keys()
    return all(torch.equal(a[k], b[k]) if k == "image" else a[k] == b[k] for k in a)


def loaded(stream, workers, **options):
    return list(DataLoader(stream, batch_size=None, num_workers=workers, **options))


@settings(max_examples=60, deadline=None)
@given(
    world=st.integers(1, 5),
    workers=st.lists(st.integers(1, 4), min_size=5, max_size=5),
    shuffle=st.sampled_from([0, 1, 3, 100]),
    epoch=st.integers(0, 3),
    seed=st.integers(0, 3),
)
def test_every_sample_comes_once_whoever_reads(images, world, workers, shuffle, epoch, seed):
    """Processes may even have different numbers of workers."""
    stream = torch_stream(images, shuffle=shuffle, seed=seed)
    stream.set_epoch(epoch)
    parts = [
        ids(stream.part(rank, world, worker, workers[rank]))
        for rank in range(world)
        for worker in range(workers[rank])
    ]
    assert sorted(chain.from_iterable(parts)) == [
        s.sample_id for s in torch_dataset(images).samples
    ]
    for shard in range(len(COUNTS)):
        assert sum(any(f"part-{shard}.tar" in one for one in part) for part in parts) <= 1


@pytest.mark.filterwarnings("ignore:This DataLoader will create")
@pytest.mark.parametrize("workers", [0, 1, 2, 3])
def test_items_are_those_of_the_map_style_dataset(images, workers):
    """Whose partners and random numbers they have, in another order."""
    augment = ["safe", MixUp(1.0)]
    stream = torch_stream(images, augment=augment, seed=2, split="train")
    dataset = torch_dataset(images, augment=augment, seed=2, split="train")
    stream.set_epoch(4)
    dataset.set_epoch(4)
    expected = {item["sample_id"]: item for item in dataset}
    items = loaded(stream, workers)
    assert stream.n_samples == len(items) == len(expected) == 16
    assert stream.classes == dataset.classes == ("a", "b")
    assert all(equal(item, expected.pop(item["sample_id"])) for item in items)
    assert all(item["caption"].startswith("number ") for item in items)


def test_shards_are_read_from_front_to_back(images, monkeypatch):
    stream = torch_stream(images)
    read, seen = stream._corpus.read, []

    def spied(sample):
        seen.append(sample.source[:1] + sample.source[2:3])
        return read(sample)

    monkeypatch.setattr(stream._corpus, "read", spied)
    assert len(list(stream)) == sum(COUNTS)
    runs = [file for i, (file, _) in enumerate(seen) if i == 0 or file != seen[i - 1][0]]
    assert len(runs) == len(set(runs)) == 6
    for file in runs:
        places = [place for one, place in seen if one == file]
        assert places == sorted(places)


def test_the_order_is_drawn_anew_every_epoch(images):
    stream, same = torch_stream(images), torch_stream(images)
    orders = []
    for epoch in (0, 1, 2):
        stream.set_epoch(epoch)
        same.set_epoch(epoch)
        orders.append(ids(stream))
        assert orders[-1] == ids(same)
    assert len(set(map(tuple, orders))) == 3
    assert ids(torch_stream(images, seed=1)) != orders[0]
    shards = [[one.partition("/")[0] for one in order] for order in orders]
    assert any(a != sorted(a) for a in shards)
    # Mixed across shards: a run for every shard would have six.
    assert all(sum(a != b for a, b in pairwise(one)) > 8 for one in shards)


def test_without_shuffling_the_shards_come_in_order(images):
    order = ids(torch_stream(images, shuffle=0))
    assert [one[:6] for one in order] == sorted(one[:6] for one in order)
    keys = [one[-7:-4] for one in order if "part-3" in one]
    assert keys == [f"{(k * 5 + 3) % 8:03d}" for k in range(7)]


def test_a_small_buffer_shuffles_a_little(images):
    """With one place in the buffer every sample leaves before the next comes."""
    stream = torch_stream(images, shuffle=1)
    for shard in range(len(COUNTS)):
        keys = [one[-7:-4] for one in ids(stream) if f"part-{shard}" in one]
        assert keys == [f"{(k * 5 + 3) % 8:03d}" for k in range(COUNTS[shard])]


@pytest.mark.parametrize("workers", [0, 2])
def test_texts_are_streamed(texts, workers):
    items = loaded(torch_stream(texts, augment="safe"), workers)
    expected = {item["sample_id"]: item for item in torch_dataset(texts, augment="safe")}
    assert len(items) == len(expected) == 11
    assert all(equal(item, expected[item["sample_id"]]) for item in items)
    assert len(torch_stream(texts)._index) == 0  # it does not hold the corpus


def test_compressed_images_are_streamed(images, tmp_path):
    with tarfile.open(images / "part-3.tar") as tar:
        members = [(member.name, tar.extractfile(member).read()) for member in tar]
    packed(tmp_path / "part-3.tgz", members)
    items = {item["sample_id"]: item["image"] for item in torch_stream(tmp_path)}
    assert len(items) == 7
    for item in torch_dataset(images / "part-3.tar"):
        assert torch.equal(items[item["sample_id"].replace(".tar", ".tgz")], item["image"])


def test_a_new_epoch_reaches_persistent_workers(images):
    stream, here = torch_stream(images, augment="safe"), torch_stream(images, augment="safe")
    loader = DataLoader(
        stream,
        batch_size=None,
        num_workers=1,
        persistent_workers=True,
        multiprocessing_context="spawn",
    )
    for epoch in (0, 3):
        stream.set_epoch(epoch)
        here.set_epoch(epoch)
        assert all(equal(a, b) for a, b in zip(loader, here, strict=True))


@pytest.fixture
def process():
    """Number 1 of three processes, which do not talk."""
    distributed.init_process_group("fake", rank=1, world_size=3, store=FakeStore())
    yield
    if distributed.is_initialized():
        distributed.destroy_process_group()


def test_a_process_of_several_reads_its_part(images, process):
    stream = torch_stream(images)
    mine = ids(stream)
    assert mine == ids(stream.part(1, 3))
    assert 0 < len(mine) < sum(COUNTS)
    assert sorted(ids(loaded(stream, 2))) == sorted(mine)
    sent = pickle.dumps(stream)
    distributed.destroy_process_group()  # there is none in a worker that is spawned
    assert ids(pickle.loads(sent)) == mine
    assert len(list(stream)) == sum(COUNTS)


def test_what_cannot_be_used_is_refused(images, folder, tmp_path):
    with pytest.raises(
        InputError, match="not tar shards: write them with `datakit curate --to web"
    ):
        torch_stream(folder)
    with pytest.raises(InputError, match="shuffle is -1"):
        torch_stream(images, shuffle=-1)
    with pytest.raises(InputError, match="no split 'test': give one of train, val"):
        torch_stream(images, split="test")
    packed(tmp_path / "bad.tar", [("1.png", png(1)), ("2.png", png(2)[:90])])
    with pytest.raises(InputError, match=r"bad.tar/2.png cannot be read .*curate the corpus"):
        list(torch_stream(tmp_path / "bad.tar"))
